"""How a client program of PostgreSQL gets the way to our server, and its passwords where nobody else reads them.

A command line is read by every account of the machine, an environment by every program of the same account. So the way
is said on the command line, and secrets stand in a private folder that is gone afterwards: the password in a password
file, the others that libpq knows in a service file.
"""

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from psycopg import pq
from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection

from foresto_cli import files
from foresto_cli.errors import ConfigError
from foresto_cli.store.libpq import of_a_child

FOLDER = "foresto-secret-"
SERVICE = "foresto"
RESOLVED = ("passfile", "service", "servicefile")
"""Where parameters came from: what they said is in the connection already."""
WITHOUT = frozenset({"PGPASSWORD", "PGPASSFILE", "PGSERVICE", "PGSERVICEFILE"})


@contextmanager
def handed_on(connection: Connection) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield a connection string without any secret, and the environment in which libpq reaches the same server with it.

    However the operator said it (in the URL or its parameters, a password file, a service, the environment), it is
    taken from the connection that works, and of several hosts it is the one that answered.

    Raises:
        ConfigError: a secret holds a line break, which no file of libpq can, or there is no room for the files.
    """
    driver: Any = connection.connection.dbapi_connection
    info = driver.info
    hidden = {option.keyword.decode() for option in pq.Conninfo.get_defaults() if option.dispchar == b"*"}
    said = {name: value for name, value in info.get_parameters().items() if name not in RESOLVED}
    secrets = {name: value for name, value in said.items() if name in hidden}
    way = {name: value for name, value in said.items() if name not in hidden}
    way |= {"host": info.host, "port": f"{info.port}", "user": info.user, "dbname": info.dbname}
    if "hostaddr" in way:
        way["hostaddr"] = info.hostaddr
    environment = {name: value for name, value in of_a_child().items() if name not in WITHOUT}
    _sweep()
    with tempfile.TemporaryDirectory(prefix=FOLDER) as made:
        if info.password:
            environment["PGPASSFILE"] = f"{made}/passwords"
            # Whatever the host is called: there is one server, and one line.
            _write(Path(made) / "passwords", ["*:*:*:*:" + info.password.replace("\\", "\\\\").replace(":", "\\:")])
        if secrets:
            environment["PGSERVICEFILE"] = f"{made}/services"
            way["service"] = SERVICE
            lines = [f"{name}={value}" for name, value in secrets.items()]
            _write(Path(made) / "services", [f"[{SERVICE}]", *lines])
        yield make_conninfo(**{name: value for name, value in way.items() if value}), environment


def _write(file: Path, lines: list[str]) -> None:
    if any("\n" in line or "\r" in line for line in lines):
        raise ConfigError("비밀번호에 줄바꿈이 있어 pg_dump에 안전하게 넘길 수 없습니다. 비밀번호를 바꾸세요.")
    files.write(file, "".join(f"{line}\n" for line in lines))


def _sweep() -> None:
    """Remove the folders that killed processes of this user left."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        with suppress(OSError):
            found = folder.lstat()
            is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
            if is_ours and time.time() - found.st_mtime > files.OLD_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
