"""``foresto db dump``: PostgreSQL's own dump, by the ``pg_dump`` that comes with the embedded server."""

import subprocess
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from foresto_cli import files
from foresto_cli.errors import ConfigError, StoreUnavailable
from foresto_cli.store import passwords
from foresto_cli.store.binaries import MAJOR, binaries, environment
from foresto_cli.store.engine import is_pooled


def dump(engine: Engine, target: Path) -> int:
    """Write the whole database to ``target`` (custom format, for ``pg_restore``) and return its size in bytes.

    Raises:
        ConfigError: the file cannot be written, the server is newer than our ``pg_dump``, or behind a pooler.
        StoreUnavailable: ``pg_dump`` failed; its own reason is given.
    """
    with engine.connect() as connection:
        _check_server(connection)
        with files.made(target) as stream, passwords.handed_on(connection) as (way, variables):
            command = [f"{binaries() / 'pg_dump'}", "--format=custom", "--no-owner", "--dbname", way]
            done = subprocess.run(
                command, stdout=stream, stderr=subprocess.PIPE, env=environment() | variables, check=False
            )
            if done.returncode != 0:
                reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
                raise StoreUnavailable(f"pg_dump가 실패했습니다: {reason[-1] if reason else done.returncode}.")
    return target.stat().st_size


def _check_server(connection: Connection) -> None:
    version = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
    if is_pooled(connection):
        # It would leave its session's settings, the search path among them, on connections that others get next.
        raise ConfigError(
            "DATABASE_URL이 pgbouncer 같은 풀러를 가리켜 pg_dump를 하지 않습니다. 서버의 주소로 바꾸어 실행하세요."
        )
    if version > int(MAJOR):
        raise ConfigError(
            f"서버가 PostgreSQL {version}이고 foresto의 pg_dump는 {MAJOR}입니다. 서버의 pg_dump를 쓰세요."
        )
    # A transaction left open for hours would keep the server from cleaning up.
    connection.rollback()
