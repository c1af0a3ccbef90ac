"""Bringing a database to the tables of this version, at first use and by ``foresto db upgrade``.

alembic takes a second to import, so it is imported only when something has to be migrated.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from foresto_cli.errors import StoreUnavailable
from foresto_cli.store import advisory

HEAD = "0015"
"""The newest revision in ``migrations/versions``; a test compares."""
FOLDER = Path(__file__).parent / "migrations"


def ensure_current(engine: Engine, *, sandbox: bool) -> bool:
    """Migrate the database if it needs it; return whether anything was done.

    Raises:
        StoreUnavailable: it was made by a newer foresto, or belongs to the other world (real, sandbox).
    """
    with engine.connect() as connection:
        current = revision(connection)
        if current == HEAD:
            _check_world(connection, sandbox=sandbox)
            return False
    with advisory.in_turn(engine, advisory.MIGRATING):
        with engine.connect() as connection:
            current = revision(connection)
        if current != HEAD:
            with engine.begin() as connection:
                if current is None:
                    _refuse_foreign(connection)
                upgrade(connection, current)
        with engine.begin() as connection:
            claim(connection, sandbox=sandbox)
            _check_world(connection, sandbox=sandbox)
    return current != HEAD


def revision(connection: Connection) -> str | None:
    """Return the revision the database is at, ``None`` when it is empty."""
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _refuse_foreign(connection: Connection) -> None:
    """Raise when tables under our names are there that no foresto made: making ours would fail, or mix with them."""
    from foresto_cli.store.tables import metadata

    found = connection.scalars(
        text(
            "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(:names)"
        ),
        {"names": list(metadata.tables)},
    ).all()
    if found:
        raise StoreUnavailable(
            f"이 데이터베이스에는 foresto 가 만들지 않은 표가 있습니다({min(found)} 등 {len(found)}개)."
            " 옛 시스템의 것이면 foresto db adopt --dry-run 으로 미리 보고, 아니면 빈 데이터베이스를 지정하세요."
        )


def upgrade(connection: Connection, current: str | None) -> None:
    """Make or bring up the tables in the caller's transaction; ``current`` is the revision the database is at.

    Raises:
        StoreUnavailable: it was made by a newer foresto.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise StoreUnavailable(
            f"이 데이터베이스는 더 새로운 foresto 가 만든 것입니다(개정 {current}). foresto 를 새 판으로 올리세요."
        )
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
