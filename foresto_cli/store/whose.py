"""Looking at a database before anything is done in it: what server it is, and whose tables are there."""

from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import Connection, text

from foresto_cli.errors import ConfigError, StoreRefused

OLDEST_SERVER = 15
"""The oldest major version that is tested (docs/bigger.md)."""
ENCODING = "UTF8"
VERSION_TABLE = "foresto_version"
FORMER_VERSION_TABLE = "alembic_version"
"""Where versions of foresto before this one kept their revision, and where every other program with alembic does."""

SERVER = text(
    "SELECT current_setting('server_version_num')::int AS number, getdatabaseencoding() AS encoding,"
    " quote_ident(current_database()) AS name"
)
READ_ONLY = text(
    "SELECT pg_is_in_recovery() AS is_standby, quote_ident(current_user) AS role,"
    " quote_ident(current_database()) AS name"
)
# The transactions of a standby are read-only too. Without foresto's tables an account does not count as a reader.
MAY_WRITE = text(
    "SELECT current_setting('transaction_read_only') = 'off'"
    " AND coalesce(has_table_privilege(to_regclass('foresto_meta'), 'INSERT')"
    " OR NOT has_table_privilege(to_regclass('foresto_meta'), 'SELECT'), true)"
)
PLACE = text(
    "SELECT current_schema() AS schema, quote_ident(current_schema()) AS quoted, quote_ident(current_user) AS role,"
    " current_setting('search_path') AS path, quote_ident(current_database()) AS name,"
    " has_database_privilege(current_database(), 'TEMPORARY') AS may_make_temporary,"
    " has_schema_privilege(current_schema(), 'CREATE') AS may_create, to_regclass('foresto_version') IS NOT NULL"
    " AS has_version, to_regclass('alembic_version') IS NOT NULL AS has_former_version,"
    " to_regclass('foresto_meta') IS NOT NULL AS has_meta"
)
# What an extension brought along, such as PostGIS's spatial_ref_sys, is nobody's data.
OTHERS = text(
    "SELECT n.nspname AS schema, quote_ident(n.nspname) AS quoted, c.relname AS name,"
    " has_schema_privilege(n.oid, 'USAGE') AS may_be_used"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
    " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.deptype = 'e'"
    " AND (d.classid, d.objid) IN (('pg_class'::regclass, c.oid), ('pg_namespace'::regclass, n.oid)))"
    " ORDER BY c.relkind = 'S', n.nspname <> current_schema(), n.nspname, c.relname"
)


@dataclass(frozen=True)
class Place:
    """Where our tables are, or would be made.

    Attributes:
        schema: the first of the search path that exists, ``None`` when there is none.
        has_version: whether our own version table is on the search path.
        is_former: whether it is foresto's, by a version that kept its revision in alembic's own table.
    """

    schema: str | None
    has_version: bool
    is_former: bool


def refuse_unfit(connection: Connection) -> None:
    """Look at the server right after connecting.

    Raises:
        StoreRefused: it is too old, or its encoding is not UTF-8.
    """
    server = connection.execute(SERVER).one()
    if server.number // 10_000 < OLDEST_SERVER:
        raise StoreRefused(
            f"서버가 PostgreSQL {server.number // 10_000}입니다. foresto는 {OLDEST_SERVER} 이상을 씁니다:"
            " 서버를 올리거나 다른 서버를 DATABASE_URL로 지정하세요."
        )
    if server.encoding != ENCODING:
        raise StoreRefused(
            f"데이터베이스 {server.name}의 인코딩이 {server.encoding}이라 한글을 온전히 담지 못합니다:"
            f" CREATE DATABASE 이름 TEMPLATE template0 ENCODING 'UTF8'로 새로 만들어 DATABASE_URL로 지정하세요."
        )


def is_reader(connection: Connection) -> bool:
    """Return whether this connection can only read: a standby, a read-only server, or an account with SELECT only."""
    return not connection.execute(MAY_WRITE).scalar_one()


def refuse_nothing_to_read(connection: Connection) -> NoReturn:
    """Refuse a read-only connection to a database without foresto's tables.

    Raises:
        StoreRefused: always.
    """
    found = connection.execute(READ_ONLY).one()
    if found.is_standby:
        raise StoreRefused(
            f"읽기만 할 수 있는 대기(standby) 서버인데 {place_of(connection)}에 foresto의 표가 없습니다: 쓸 수 있는 주"
            " 서버를 DATABASE_URL로 지정해(여러 호스트면 target_session_attrs=read-write) foresto run initial을"
            " 먼저 실행하세요."
        )
    raise StoreRefused(
        f"읽기만 할 수 있는 연결(default_transaction_read_only)인데 {place_of(connection)}에 foresto의 표가 없습니다:"
        f" 쓰려면 서버에서 ALTER ROLE {found.role} SET default_transaction_read_only = off를 실행하고,"
        f" ALTER DATABASE {found.name}나 서버 설정에도 없는지 확인하세요."
    )


def look(connection: Connection) -> Place:
    """Return where our tables are, or would be made."""
    found = connection.execute(PLACE).one()
    former = found.has_former_version and found.has_meta and not found.has_version
    return Place(found.schema, found.has_version, former)


def refuse_strange(connection: Connection, ours: frozenset[str], *, beside: bool, named: str) -> None:
    """Let a database without a version of ours pass when it is empty, or when the operator wants us beside others.

    Args:
        connection: to the database.
        ours: names of our tables.
        beside: the operator said that other people's tables may stand beside ours.
        named: the setting that named this database.

    Raises:
        StoreRefused: it has other people's tables, or ours in a schema that is not on the search path.
    """
    others = connection.execute(OTHERS).all()
    if not others:
        return
    here = connection.execute(PLACE).one()
    where = f"{place_of(connection)}({named})"
    elsewhere = next((row for row in others if row.name in {VERSION_TABLE, "foresto_meta"}), None)
    if beside and elsewhere is not None and elsewhere.schema != here.schema:
        # Those tables belong to another operator, in a schema of its own.
        elsewhere = None
    if elsewhere is not None and not elsewhere.may_be_used:
        raise StoreRefused(
            f"{where}에 있는 foresto의 표를 이 계정이 볼 수 없습니다(permission denied for schema {elsewhere.schema}):"
            f" 서버에서 GRANT USAGE, CREATE ON SCHEMA {elsewhere.quoted} TO {here.role}을 실행하세요."
        )
    if elsewhere is not None:
        raise StoreRefused(
            f"{where}에는 foresto의 표가 스키마 {elsewhere.schema}에 있는데"
            f" 지금의 search_path({here.path or '빈 값'})로는 보이지 않습니다:"
            f" ALTER ROLE {here.role} SET search_path = {elsewhere.quoted}를 실행하세요."
        )
    clashing = sorted(row.name for row in others if row.schema == here.schema and row.name in ours)
    if clashing:
        raise StoreRefused(
            f"{where}에는 foresto가 만들지 않은 표가 있습니다({clashing[0]} 등 {len(clashing)}개)."
            " 옛 시스템의 것이면 foresto db adopt --dry-run으로 미리 보고, 아니면 빈 데이터베이스를 지정하세요."
        )
    if beside:
        return
    by_alembic = any(row.name == FORMER_VERSION_TABLE for row in others)
    first = next((row for row in others if row.name != FORMER_VERSION_TABLE), others[0])
    shown = first.name if first.schema == "public" else f"{first.schema}.{first.name}"
    raise StoreRefused(
        f"다른 프로그램{'(alembic)' if by_alembic else ''}의 데이터베이스입니다: {where}에 {shown} 등 {len(others)}개가"
        " 있어 아무것도 만들지 않았습니다. 빈 데이터베이스를 지정하거나, 그 옆에 foresto의 표를 만들려면"
        " foresto db upgrade --beside-other-tables를 실행하세요."
    )


def refuse_powerless(connection: Connection) -> None:
    """Look at what the account may do, right before tables are made or changed.

    Raises:
        StoreRefused: it may make no tables here.
    """
    here = connection.execute(PLACE).one()
    if here.schema is None:
        raise StoreRefused(
            f"표를 만들 스키마가 없습니다(search_path가 {here.path or '빈 값'}입니다): 서버에서"
            f" ALTER ROLE {here.role} SET search_path = public을 실행하고, 스키마가 있는지 확인하세요."
        )
    if not here.may_create:
        raise StoreRefused(
            f"이 계정은 스키마 {here.schema}에 표를 만들 수 없습니다(permission denied for schema {here.schema}):"
            f" 서버에서 GRANT CREATE ON SCHEMA {here.quoted} TO {here.role}을 실행하세요."
        )
    if not here.may_make_temporary:
        raise StoreRefused(
            f"이 계정은 임시 표를 만들 수 없습니다: 서버에서"
            f" GRANT TEMPORARY ON DATABASE {here.name} TO {here.role}을 실행하세요."
        )


def place_of(connection: Connection) -> str:
    """Return host, port and name of the database that is really connected, without any password.

    Raises:
        ConfigError: there is no connection.
    """
    driver: Any = connection.connection.dbapi_connection
    if driver is None:
        raise ConfigError("데이터베이스에 연결되어 있지 않습니다.")
    return f"{driver.info.host}:{driver.info.port}/{driver.info.dbname}"
