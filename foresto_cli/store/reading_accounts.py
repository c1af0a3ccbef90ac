"""Read-only accounts on the operator's server for foresto's tables."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, LiteralString, NamedTuple, cast

from psycopg import sql
from sqlalchemy import Engine

from foresto_cli.errors import UsageError

if TYPE_CHECKING:
    import psycopg

ROLE = "SELECT rolsuper, rolname = current_user FROM pg_roles WHERE rolname = %s"
HERE = "SELECT current_database(), current_schema()"
MAKING: tuple[LiteralString, ...] = (
    "CREATE ROLE {name} LOGIN",
    "ALTER ROLE {name} IN DATABASE {database} SET default_transaction_read_only = on",
    "ALTER ROLE {name} IN DATABASE {database} SET search_path = {schema}",
)
"""Only for a new account; an existing one keeps its own settings."""
GRANTING: tuple[LiteralString, ...] = (
    "GRANT CONNECT ON DATABASE {database} TO {name}",
    "GRANT USAGE ON SCHEMA {schema} TO {name}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {name}",
)
OURS = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind IN ('r', 'p', 'v')
  AND pg_has_role(c.relowner, 'USAGE')
ORDER BY 1
"""
"""Tables and views in the schema of the collecting account that it owns."""


class Granted(NamedTuple):
    """The result: whether the account was created, and how many tables and views it may read."""

    is_new: bool
    tables: int


def grant(engine: Engine, name: str) -> Granted:
    """Let the account ``name`` read every table and view, also those of later versions; create it when it is missing.

    A new account has no password; the operator has to set one.

    Raises:
        UsageError: ``name`` is the connected account itself, or a superuser.
        StoreRefused: the connected account may not create accounts.
    """
    with engine.begin() as wrapped:
        connection = cast("psycopg.Connection[tuple[Any, ...]]", wrapped.connection.dbapi_connection)
        role = connection.execute(ROLE, (name,)).fetchone()
        if role is not None:
            _refuse(name, is_superuser=role[0], is_me=role[1])
        database, schema = cast("tuple[str, str]", connection.execute(HERE).fetchone())
        pieces = {"name": name, "database": database, "schema": schema}
        for statement in (*(() if role else MAKING), *GRANTING):
            connection.execute(_made(statement, pieces))
        tables = [row[0] for row in connection.execute(OURS)]
        for table in tables:
            connection.execute(_made("GRANT SELECT ON {schema}.{table} TO {name}", pieces | {"table": table}))
    return Granted(role is None, len(tables))


def _made(statement: LiteralString, pieces: Mapping[str, str]) -> sql.Composed:
    return sql.SQL(statement).format(**{name: sql.Identifier(piece) for name, piece in pieces.items()})


def _refuse(name: str, *, is_superuser: bool, is_me: bool) -> None:
    if is_me:
        raise UsageError(f"{name}은 지금 수집하는 계정입니다. 읽기 계정으로 쓸 다른 이름을 적으세요.")
    if is_superuser:
        raise UsageError(f"{name}은 무엇이든 쓸 수 있는 관리자(superuser)입니다. 다른 이름을 적으세요.")
