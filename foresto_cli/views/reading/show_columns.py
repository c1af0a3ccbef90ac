"""Columns of a table as columns of a reading: label and unit are what the table says of them."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, Numeric, Table

from foresto_cli.output.rows import Kind
from foresto_cli.views.reading.reading import Field, price, whole, yes_no

PROVENANCE = frozenset(("source_id", "batch_id", "created_at", "updated_at"))
KINDS: tuple[tuple[type, Kind, Callable[[Any], str] | None], ...] = (
    (Boolean, Kind.TRUTH, yes_no),
    (BigInteger, Kind.WHOLE, whole),
    (Integer, Kind.WHOLE, str),
    (Numeric, Kind.NUMBER, price),
    (DateTime, Kind.MOMENT, None),
    (Date, Kind.DAY, None),
)


def field_of(column: Column[Any], head: str = "", shown: Callable[[Any], str] | None = None) -> Field:
    """Return a column of a reading: called as in the table, labelled as the table describes it."""
    kind, usual = next(((kind, usual) for type_, kind, usual in KINDS if isinstance(column.type, type_)),
                       (Kind.TEXT, None))  # fmt: skip
    # "시가, 원. 없으면 NULL" → "시가, 원"
    label = f"{column.comment}".partition(". ")[0]
    field = Field(column.name, label, kind, head)
    made = shown or usual
    return field if made is None else field._replace(shown=made)


def fields_of(table: Table, without: Iterable[str] = ()) -> list[Field]:
    """Return all columns of a table but who wrote a row and when, and those named."""
    left_out = {*PROVENANCE, *without}
    return [field_of(column) for column in table.columns if column.name not in left_out]
