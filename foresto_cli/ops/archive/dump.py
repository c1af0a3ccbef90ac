"""``foresto db dump``: PostgreSQL's own dump, by the ``pg_dump`` that comes with the embedded server."""

import os
import subprocess
from pathlib import Path

from sqlalchemy import Engine, text

from foresto_cli.errors import ConfigError, StoreUnavailable
from foresto_cli.settings import PRIVATE_FILE
from foresto_cli.store.binaries import MAJOR, binaries, environment
from foresto_cli.store.engine import is_pooled
from foresto_cli.store.libpq import of_a_child


def dump(engine: Engine, target: Path) -> int:
    """Write the whole database to ``target`` (custom format, for ``pg_restore``) and return its size in bytes.

    Raises:
        ConfigError: the file cannot be written, the server is newer than our ``pg_dump``, or behind a pooler.
        StoreUnavailable: ``pg_dump`` failed; its own reason is given.
    """
    with engine.connect() as connection:
        version = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
        pooled = is_pooled(connection)
    if pooled:
        # It would leave its session's settings, the search path among them, on connections that others get next.
        raise ConfigError(
            "DATABASE_URL 이 pgbouncer 같은 풀러를 가리켜 pg_dump 를 하지 않습니다. 서버의 주소로 바꾸어 실행하세요."
        )
    if version > int(MAJOR):
        raise ConfigError(
            f"서버가 PostgreSQL {version} 이고 foresto 의 pg_dump 는 {MAJOR} 입니다. 서버의 pg_dump 를 쓰세요."
        )
    partial = target.with_name(f".{target.name}.partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    except OSError as error:
        raise ConfigError(f"{target} 을 쓸 수 없습니다({error.strerror}). --out 으로 다른 곳을 적으세요.") from None
    # The password goes by the environment: a command line is read by every account of the machine.
    address = engine.url.set(drivername="postgresql")
    secret = {"PGPASSWORD": address.password} if address.password else {}
    shown = address.set(password=None).render_as_string(hide_password=False)
    command = [str(binaries() / "pg_dump"), "--format=custom", "--no-owner", "--dbname", shown]
    with os.fdopen(descriptor, "wb") as stream:
        done = subprocess.run(  # noqa: S603  # our own program and arguments
            command, stdout=stream, stderr=subprocess.PIPE, env=environment() | of_a_child() | secret, check=False
        )
    if done.returncode != 0:
        partial.unlink()
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise StoreUnavailable(f"pg_dump 가 실패했습니다: {reason[-1] if reason else done.returncode}.")
    partial.replace(target)
    return target.stat().st_size
