"""What can go wrong in one column, by its type: each distortion as SQL over the rows of a table."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Float, Integer, Numeric, String, Table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

PROVENANCE = {"batch_id", "run_id", "created_at", "updated_at", "source_id", "enriched_at", "compass_updated_at"}
"""Who wrote a row and when: not about the market."""
NUMBERS = (Numeric, Integer, BigInteger, Float)
SMALL = "a plausible value that is stored once: only asking the source again would tell"


@dataclass(frozen=True)
class Distortion:
    """One way in which a value is wrong.

    Attributes:
        name: part of the id.
        value: SQL of the wrong value; ``{c}`` is the column, ``{other}`` the same column of another row.
        needs: SQL that must hold for the rows that are taken.
        also: further scopes beside one row: ``unit`` and ``all``.
        unknowable: why nobody could know when it is in one row alone.
    """

    name: str
    value: str
    needs: str = "{c} IS NOT NULL"
    also: tuple[str, ...] = ()
    unknowable: str = ""


NULLED = Distortion("nulled", "NULL", also=("unit", "all"))
OTHER = Distortion("of_other_row", "{other}", unknowable=SMALL)
OF_NUMBERS = (
    Distortion("plus_one", "{c} + 1", unknowable=SMALL),
    Distortion("tenfold", "{c} * 10", "{c} <> 0", ("unit", "all")),
    Distortion("thousandfold", "{c} * 1000", "{c} <> 0", ("unit", "all")),
    Distortion("thousandth", "{c} / 1000", "abs({c}) >= 1", ("unit",)),
    Distortion("negated", "-{c}", "{c} <> 0", ("unit",)),
    OTHER,
)
OF_DAYS = (
    Distortion("day_later", "{c} + interval '1 day'", unknowable=SMALL),
    Distortion("year_earlier", "{c} - interval '1 year'", also=("unit",)),
    Distortion("future", "'2031-03-01'", also=("all",)),
    OTHER,
)
OF_TEXTS = (Distortion("blank", "''", "{c} <> ''", ("unit", "all")), OTHER)


def numeric(column: Column) -> bool:
    """Return whether a column holds numbers."""
    return isinstance(column.type, NUMBERS)


def distortions(table: Table, column: Column) -> Iterator[Distortion]:
    """Yield what can go wrong in a column."""
    if column.name in PROVENANCE:
        return
    kind = column.type
    if numeric(column):
        yield from OF_NUMBERS
        neighbour = _neighbour(table, column)
        if neighbour is not None:
            differs = f"{{c}} IS DISTINCT FROM {neighbour} AND {{c}} IS NOT NULL AND {neighbour} IS NOT NULL"
            yield Distortion(f"of_{neighbour}", neighbour, differs, ("unit",))
    elif isinstance(kind, Date | DateTime):
        yield from OF_DAYS
    elif isinstance(kind, Boolean):
        yield Distortion("flipped", "NOT {c}", also=("unit", "all"))
    elif isinstance(kind, JSONB):
        yield Distortion("emptied", "'{{{{}}}}'", also=("unit",))
    elif isinstance(kind, ARRAY):
        yield Distortion("emptied", "'{{{{}}}}'", "cardinality({c}) > 0", ("unit",))
    elif isinstance(kind, String):
        yield from OF_TEXTS
    if column.nullable:
        yield NULLED


def _neighbour(table: Table, column: Column) -> str | None:
    """Return the next column that holds the same type of numbers."""
    names = [one.name for one in table.columns if type(one.type) is type(column.type) and one.name not in PROVENANCE]
    after = names[names.index(column.name) + 1 :]
    return after[0] if after else None
