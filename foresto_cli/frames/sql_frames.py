"""Any question in SQL as a frame."""

from typing import TYPE_CHECKING

from foresto_cli.frames import session
from foresto_cli.frames.frame_rows import framed
from foresto_cli.store import engine as store_engine
from foresto_cli.store import questions

if TYPE_CHECKING:
    from pandas import DataFrame

USUAL_SECONDS = 60.0


def sql(statement: str, *, seconds: float = USUAL_SECONDS) -> "DataFrame":
    """Return the rows of one SQL statement, which can only read.

    Args:
        statement: as for ``foresto sql``; every table and view is described in docs/data.md.
        seconds: time limit of the server; 0 is none.

    Raises:
        UsageError: the statement is refused, wrong or too slow; the message says where.
        ConfigError, StoreUnavailable: the database cannot be had.
    """
    database = session.current()
    with (
        store_engine.explained(),
        questions.asked(database.engine, statement, seconds=seconds, own=database.is_own) as answered,
    ):
        names = [name for name, _ in answered.columns]
        return framed(names, [kind for _, kind in answered.columns], list(answered.rows))
