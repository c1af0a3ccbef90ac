"""The result of a query: columns with a name and a kind each, and rows that may be a stream."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """The type of a column's values; every kind may have None."""

    TEXT = "text"
    """str; values of other types are written as text (lists and objects as JSON)."""
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
        name: its name in CSV, JSON and Parquet, which is the column's name in the database.
        label: its heading on the terminal and in Excel, with the unit.
        kind: of its values.
        grouped: whether whole numbers have thousands separators on the terminal; False for years and ids.
        said: formats a number for the terminal, rounded; files and pipes get the exact number.
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
        columns: with different names.
        rows: tuples as long as ``columns``; may be a stream, which can be read only once.
    """

    columns: tuple[Column, ...]
    rows: Iterable[tuple[object, ...]]

    def __post_init__(self) -> None:
        """Refuse two columns of one name, which only CSV could hold."""
        names = [column.name for column in self.columns]
        if len(set(names)) < len(names):
            raise ValueError(f"two columns of one name: {names}")


def from_mappings(columns: Sequence[Column], found: Iterable[Mapping[str, object]]) -> Rows:
    """Return a result with the values of ``found`` that belong to ``columns``."""
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
