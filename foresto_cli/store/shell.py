"""``foresto db shell``: the ``psql`` of the wheel at the terminal, on whatever database is the operator's."""

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from foresto_cli.errors import ConfigError
from foresto_cli.settings import environment_of_a_child
from foresto_cli.store import libpq, passwords, questions
from foresto_cli.store.binaries import binaries
from foresto_cli.store.engine import is_pooled

READ_ONLY = "-c default_transaction_read_only=on"
TERMINALS = "/etc/terminfo:/lib/terminfo:/usr/share/terminfo:/usr/share/lib/terminfo"
"""Where systems describe their terminals; the wheel's library knows another place."""


def run(engine: Engine, arguments: Sequence[str], *, write: bool, own: bool) -> int:
    """Let the operator talk to the database; return what ``psql`` ended with.

    Args:
        engine: the database.
        arguments: for ``psql``.
        write: whether its transactions may write; without it the embedded server knows it as a role that cannot.
        own: whether the server is the embedded one.

    Raises:
        ConfigError: a pooler stands before the server and lets no session be read-only.
    """
    if own and not write:
        questions.make_reader(engine)
    with engine.connect() as connection:
        if not write and is_pooled(connection):
            raise ConfigError(
                "DATABASE_URL이 pgbouncer 같은 풀러를 가리켜 읽기 전용으로 접속할 수 없습니다. 서버의 주소로 바꾸거나"
                " 쓸 수 있는 접속을 하려면 foresto db shell --write를 실행하세요."
            )
        with passwords.handed_on(connection) as (way, variables):
            connection.rollback()
            environment = _environment() | variables
            if not write:
                environment["PGOPTIONS"] = f"{variables.get('PGOPTIONS', '')} {READ_ONLY}".strip()
            # Of two users the last one counts.
            user = f" user={questions.READER}" if own and not write else ""
            with _signals_are_for_the_shell():
                done = subprocess.run(
                    [str(_program()), "--no-password", f"--dbname={way}{user}", *arguments],
                    env=environment,
                    check=False,
                )
    return done.returncode


def _program() -> Path:
    return binaries() / "psql"


def _environment() -> dict[str, str]:
    kept = environment_of_a_child()
    kept = {name: value for name, value in kept.items() if not name.startswith(libpq.PREFIX)}
    return {"TERMINFO_DIRS": TERMINALS, "PGCLIENTENCODING": "UTF8", "PGAPPNAME": "foresto db shell"} | kept


@contextmanager
def _signals_are_for_the_shell() -> Iterator[None]:
    """Let Ctrl-C reach ``psql`` alone, which stops its query; what is ignored would be so in ``psql`` too."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
