"""Which database was used last: a lost ``DATABASE_URL`` must not open an empty one beside the one that has it all."""

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from foresto_cli.errors import ConfigError
from foresto_cli.store import cluster
from foresto_cli.store.addresses import psycopg_url

log = logging.getLogger(__name__)

EMBEDDED = "embedded"
SERVER = "server"
PRIVATE_FILE = 0o600
USUAL_PORT = 5432


@dataclass(frozen=True)
class Database:
    """A database by what is no secret about it.

    Attributes:
        kind: ``embedded`` or ``server``.
        host: name or socket folder, several separated by commas.
        port: as in the address.
        name: of the database.
    """

    kind: str
    host: str = ""
    port: str = ""
    name: str = ""

    def __str__(self) -> str:
        """Return what the operator calls it."""
        return "내장 데이터베이스" if self.kind == EMBEDDED else f"{self.host}:{self.port}/{self.name}"


def named_by(url: str | None) -> Database:
    """Return the database that ``DATABASE_URL`` names; without one it is the embedded one.

    Raises:
        ConfigError: not a PostgreSQL URL.
    """
    if url is None:
        return Database(EMBEDDED)
    parsed = make_url(psycopg_url(url))
    given = {name: value if isinstance(value, str) else ",".join(value) for name, value in parsed.query.items()}
    host = parsed.host or given.get("host") or given.get("hostaddr") or os.environ.get("PGHOST", "localhost")
    port = f"{parsed.port or given.get('port') or os.environ.get('PGPORT') or USUAL_PORT}"
    name = parsed.database or given.get("dbname") or os.environ.get("PGDATABASE") or parsed.username or ""
    return Database(SERVER, host, port, name)


def recall(file: Path) -> Database | None:
    """Return the database that was used last, or None when nobody knows."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return Database(**{key: f"{found[key]}" for key in ("kind", "host", "port", "name")})
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        # Never written, or damaged: then there is nothing to compare with.
        return None


def remember(file: Path, database: Database) -> None:
    """Keep ``database`` as the one that was used last."""
    if recall(file) == database:
        return
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(fresh, flags, PRIVATE_FILE), "w", encoding="utf-8") as written:
            json.dump(asdict(database), written, ensure_ascii=False)
        fresh.replace(file)
    except OSError as error:
        # The work goes on; the next change is told once less.
        log.warning("database not remembered in %s: %s", file, error.strerror)


def compared(before: Database | None, now: Database, folder: Path, place: str, *, is_foreign: bool) -> str:
    """Return a notice when the database is another one than the last time, else ``""``.

    Args:
        before: what was used last.
        now: what is about to be used.
        folder: where the embedded server keeps its data.
        place: where ``DATABASE_URL`` stands.
        is_foreign: whether that is the ``.env`` of a working folder.

    Raises:
        ConfigError: an empty database would be made in place of the server used before, or a working folder leads
            to another database than the last one.
    """
    if before is None or before == now:
        return ""
    if now.kind == EMBEDDED and not _exists(folder):
        raise ConfigError(
            f"지난번에 쓴 데이터베이스는 {before}인데 지금은 DATABASE_URL이 없어 빈 데이터베이스를 새로 만들게 됩니다."
            " DATABASE_URL을 다시 적거나, 새로 시작하려면 foresto db upgrade --embedded를 실행하세요."
        )
    if is_foreign:
        raise ConfigError(
            f"지난번에 쓴 데이터베이스는 {before}인데 {place}의 DATABASE_URL은 {now}입니다."
            " 정말 바꾸려면 DATABASE_URL을 설정 폴더의 .env에 적으세요."
        )
    return f"! 데이터베이스가 바뀌었습니다: 지난번 {before}, 지금 {now}. 뜻한 것이 아니면 DATABASE_URL을 확인하세요."


def _exists(folder: Path) -> bool:
    """Say whether the embedded database was made; when nobody may look, it was."""
    try:
        data = cluster.location(folder) / "data"
        return data.is_dir() and any(data.iterdir())
    except PermissionError:
        return True
