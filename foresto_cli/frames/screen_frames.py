"""Which stocks fulfil conditions, as a frame."""

from typing import TYPE_CHECKING

from foresto_cli.frames import session
from foresto_cli.frames.frame_rows import frame_of
from foresto_cli.screens.screening import selected
from foresto_cli.written_days import Day

if TYPE_CHECKING:
    from pandas import DataFrame


def screen(condition: str, as_of: Day = None, *, top: int | None = None, sort: str = "-score") -> "DataFrame":
    """Return the stocks that fulfil ``condition`` on the last session up to ``as_of``, by ticker.

    ``foresto.screen("per < 10 and score > 70 and not designated", "2025-03-31")``. What is unknown fulfils nothing.
    Only what was known on that day counts; the columns are those of ``foresto screen --fields``.

    Args:
        condition: comparisons with ``and``, ``or``, ``not``, ``in`` and arithmetic, names in English or Korean; or what
            it was saved as.
        as_of: a past day; None for the newest session.
        top: at most so many.
        sort: the field that orders them, with ``-`` in front from the largest down.

    Raises:
        UsageError: the condition, the field or the day cannot be understood.
        ConfigError, StoreUnavailable: nothing is stored, or the database cannot be had.
    """
    with session.reading() as connection:
        query, values = selected(connection, condition, as_of, top=top, sort=sort)
        return frame_of(connection, query, values, index="ticker")
