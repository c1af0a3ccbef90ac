"""Bringing a database to the tables of this version, at first use and by ``foresto db upgrade``.

A new database is made at once; alembic, which takes a second to import, is for upgrades.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from foresto_cli.errors import StoreRefused, StoreUnavailable
from foresto_cli.store import advisory, described, views, whose
from foresto_cli.store.fragments import sql

HEAD = "0033"
"""The newest revision in ``migrations/versions``; a test compares."""
OLDEST_EXPORT = "0017"
"""The oldest revision whose exports are read; ``tests/exports`` holds one of every revision that was ever released."""
NEWER = "이 데이터베이스는 더 새로운 foresto가 만든 것입니다(개정 {revision}). foresto를 새 버전으로 올리세요."
FOLDER = Path(__file__).parent / "migrations"


def ensure_current(engine: Engine, *, sandbox: bool, beside: bool = False, named: str = "DATABASE_URL") -> bool:
    """Migrate the database if it needs it; return whether anything was done.

    Args:
        engine: database.
        sandbox: which world it will belong to.
        beside: other people's tables may stand beside ours.
        named: the setting that named this database, for the message.

    Raises:
        StoreRefused: it is other people's, or the account may make no tables.
        StoreUnavailable: it was made by a newer foresto, or belongs to the other world (real, sandbox).
    """
    with engine.connect() as connection:
        if whose.look(connection).has_version and revision(connection) == HEAD:
            _check_world(connection, sandbox=sandbox)
            if not (described.lack(connection) or views.lack(connection)):
                return False
        _refuse(connection, beside=beside, named=named)
    with advisory.in_turn(engine, advisory.MIGRATING), engine.begin() as connection:
        # Another process may have been faster, or another program.
        _refuse(connection, beside=beside, named=named)
        _carry_version(connection)
        current = revision(connection)
        if current is None:
            from foresto_cli.store import beginning

            beginning.make(connection, HEAD)
        elif current != HEAD:
            upgrade(connection, current)
        if described.lack(connection):
            described.add(connection)
        if views.lack(connection):
            from foresto_cli.store import comments

            views.add(connection)
            comments.write(connection)
        claim(connection, sandbox=sandbox)
        _check_world(connection, sandbox=sandbox)
    return current != HEAD


def check_readable(connection: Connection, *, sandbox: bool) -> None:
    """Check a database that can only be read; its tables are created and upgraded by the account that collects.

    Raises:
        StoreRefused: there are no tables of ours, or they are not of this version.
        StoreUnavailable: it belongs to the other world (real, sandbox).
    """
    found = revision(connection)
    if found is None:
        whose.refuse_nothing_to_read(connection)
    if found > HEAD:
        raise StoreRefused(NEWER.format(revision=found))
    if found < HEAD:
        raise StoreRefused(
            f"읽기만 할 수 있는 연결인데 표가 이전 버전의 것입니다(개정 {found}): 수집하는 쪽에서"
            " foresto db upgrade를 실행하세요."
        )
    _check_world(connection, sandbox=sandbox)


def revision(connection: Connection) -> str | None:
    """Return the revision the database is at, ``None`` when it has no version of ours.

    Raises:
        StoreUnavailable: the version table is there and holds nothing.
    """
    place = whose.look(connection)
    if not (place.has_version or place.is_former):
        return None
    table = whose.VERSION_TABLE if place.has_version else whose.FORMER_VERSION_TABLE
    found: str | None = connection.scalar(sql("SELECT version_num FROM {table}", table=table))
    if found is None:
        raise StoreUnavailable(
            f"표 {table}이 비어 있어 어느 버전의 데이터베이스인지 알 수 없습니다. 백업에서 그 표를 되살리세요."
        )
    return found


def _refuse(connection: Connection, *, beside: bool, named: str) -> None:
    """Raise when this is not ours to make or to change; nothing was changed then."""
    from foresto_cli.store.tables import metadata

    found = revision(connection)
    if found is None:
        whose.refuse_strange(connection, frozenset(metadata.tables), beside=beside, named=named)
    elif found > HEAD:
        raise StoreUnavailable(NEWER.format(revision=found))
    whose.refuse_powerless(connection)


def _carry_version(connection: Connection) -> None:
    """Turn alembic's own version table, which earlier versions of foresto used, into ours; the revision stays."""
    if whose.look(connection).is_former:
        old, new = whose.FORMER_VERSION_TABLE, whose.VERSION_TABLE
        connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))
        key = connection.scalar(
            text("SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(:table) AND contype = 'p'"),
            {"table": new},
        )
        if key == f"{old}_pkc":
            connection.execute(text(f"ALTER TABLE {new} RENAME CONSTRAINT {key} TO {new}_pkc"))


def upgrade(connection: Connection, current: str) -> None:
    """Bring up the tables in the caller's transaction; ``current`` is the revision the database is at.

    Raises:
        StoreUnavailable: it was made by a newer foresto.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current not in known:
        raise StoreUnavailable(NEWER.format(revision=current))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def claim(connection: Connection, *, sandbox: bool) -> None:
    """Write down which world a database belongs to, if nobody did; it belongs to it for ever."""
    connection.execute(
        text("INSERT INTO foresto_meta (key, value) VALUES ('world', :world) ON CONFLICT (key) DO NOTHING"),
        {"world": "sandbox" if sandbox else "real"},
    )


def _check_world(connection: Connection, *, sandbox: bool) -> None:
    world = connection.scalar(text("SELECT value FROM foresto_meta WHERE key = 'world'"))
    wanted = "sandbox" if sandbox else "real"
    if world == wanted:
        return
    if sandbox:
        raise StoreUnavailable("이 데이터베이스에는 실제 자료가 있습니다. 모의 환경(--sandbox)은 여기에 쓰지 않습니다.")
    raise StoreUnavailable(
        "이 데이터베이스는 모의 환경(sandbox)의 것입니다. 실제 자료를 섞지 않습니다. 다른 데이터베이스를 지정하세요."
    )


def database_moment(connection: Connection) -> datetime:
    """Return the server's clock as naive UTC, to compare with ours."""
    moment: datetime = connection.execute(text("SELECT now() AT TIME ZONE 'UTC'")).scalar_one()
    return moment
