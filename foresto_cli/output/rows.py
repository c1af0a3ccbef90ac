"""What a result is: named columns of one kind each, and rows that come one by one and are read once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """What the values of a column are; None is none in each."""

    TEXT = "text"
    """str; whatever else is there is written as text (JSON for lists and objects)."""
    WHOLE = "whole"
    """int."""
    NUMBER = "number"
    """Decimal, float or int."""
    DAY = "day"
    """date."""
    MOMENT = "moment"
    """datetime: Korean time without a zone, or any time with one."""
    TRUTH = "truth"
    """bool."""


class Column(NamedTuple):
    """A column of a result.

    Attributes:
        name: what it is called in CSV, JSON and Parquet: the column's name in the database.
        label: what people read above it, on the terminal and in Excel, with the unit.
        kind: of its values.
        grouped: whether whole numbers are shown with thousands on the terminal; years and numbers of things are not.
        said: how a number is said on the terminal, rounded for people; files and pipes have it exactly.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    grouped: bool = True
    said: Callable[[float], str] | None = None


@dataclass(frozen=True)
class Rows:
    """A result.

    Attributes:
        columns: their names are different from each other.
        rows: a tuple for each, as long as ``columns``; may be a stream, which is read once.
    """

    columns: tuple[Column, ...]
    rows: Iterable[tuple[object, ...]]

    def __post_init__(self) -> None:
        """Refuse what no form but CSV could hold."""
        names = [column.name for column in self.columns]
        if len(set(names)) < len(names):
            raise ValueError(f"two columns of one name: {names}")


def from_mappings(columns: Sequence[Column], found: Iterable[Mapping[str, object]]) -> Rows:
    """Return the result whose rows are the values of ``found`` by the columns' names."""
    names = [column.name for column in columns]
    return Rows(tuple(columns), (tuple(one[name] for name in names) for one in found))


def blocks(rows: Iterable[tuple[object, ...]], size: int) -> Iterator[list[tuple[object, ...]]]:
    """Yield ``rows`` as lists of at most ``size``."""
    block: list[tuple[object, ...]] = []
    for row in rows:
        block.append(row)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block
