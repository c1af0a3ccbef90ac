"""libpq's environment variables (``PG…``): which of them reach which server. docs/bigger.md has the table.

libpq reads the environment whenever a connection is made, in this process and in those that it starts, so what must not
reach a server is taken out of the environment for as long as that server is used.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

PREFIX = "PG"
"""With which everything begins that libpq reads; a test compares with what libpq says of itself."""
OURS = frozenset({"PGAPPNAME", "PGCLIENTENCODING", "PGCONNECT_TIMEOUT", "PGDATESTYLE", "PGGEQO", "PGTZ"})
"""What a session of foresto sets by itself."""
WHERE = frozenset({"PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE"})
"""Which server: not asked once DATABASE_URL has said it."""
SAYS_WHERE = ("host", "hostaddr", "service")


@contextmanager
def of_our_own(cluster: Path) -> Iterator[None]:
    """Let no variable, no file of passwords and no service reach the embedded server of ``cluster``."""
    with _only(lambda _: False):
        # libpq would look at ~/.pgpass and complain of it; where nothing is, it says nothing.
        os.environ["PGPASSFILE"] = str(cluster / "no-passwords")
        try:
            yield
        finally:
            os.environ.pop("PGPASSFILE", None)


@contextmanager
def of_the_operators(url: str) -> Iterator[None]:
    """Let those variables reach the server at ``url`` that cannot lead to another one than ``url`` names."""
    parsed = make_url(url)
    named = parsed.host or any(parsed.query.get(name) for name in SAYS_WHERE)
    taken = OURS | WHERE if named else OURS
    with _only(lambda name: name not in taken):
        yield


def of_a_child() -> dict[str, str]:
    """Return what a client program of PostgreSQL needs to reach the same server as this process."""
    return {name: value for name, value in os.environ.items() if name == "HOME" or name.startswith(PREFIX)}


@contextmanager
def _only(is_kept: Callable[[str], bool]) -> Iterator[None]:
    names = [name for name in os.environ if name.startswith(PREFIX) and not is_kept(name)]
    taken = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(taken)
