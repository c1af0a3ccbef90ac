"""Tables of described data sets: each column says where it stands on the wire."""

from typing import Any

from sqlalchemy import Boolean, Column, Date, String, Table
from sqlalchemy.types import TypeEngine

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import provenance, said, table_said

GROUP = "top_fin_grp_no"


def on_wire(  # noqa: PLR0913  # what a column is
    name: str,
    kind: TypeEngine[Any] | type[TypeEngine[Any]],
    field: str,
    korean: str,
    english: str,
    *,
    key: bool = False,
) -> Column[Any]:
    """Return a column that is filled from ``field`` of a record.

    Args:
        name: of the column.
        kind: its type; numbers and days are read as the sources write them, ``-`` and nothing are NULL.
        field: of the record.
        korean: what it is, with its unit, for operators.
        english: the same for developers.
        key: it is part of the primary key, beside the trade date or the group.
    """
    words = said(korean, english) if key else said(f"{korean}. 없으면 NULL", f"{english}; NULL where there is none")
    return Column(name, kind, primary_key=key, nullable=not key, comment=words["comment"],
                  info={**words["info"], "wire": field})  # fmt: skip


def daily_table(name: str, korean: str, english: str, *columns: Column[Any], fills: str = "", reads: str = "") -> Table:
    """Return a table with one row per key and trade date, ending with the columns that say who wrote a row and when.

    Args:
        name: of the table; without ``_daily`` and ``_price`` the data set's, unless ``fills`` says another.
        korean: what one row is.
        english: the same.
        *columns: made by :func:`on_wire`.
        fills: the command that writes its rows, without ``foresto``.
        reads: the commands that need them, separated by commas.
    """
    command = name.removesuffix("_daily").removesuffix("_price").replace("_", "-")
    day = Column("trade_date", Date, primary_key=True, **said("거래일", "Session"))
    return _table(name, command, korean, english, [*columns, day], fills=fills, reads=reads)


def list_table(name: str, korean: str, english: str, *columns: Column[Any]) -> Table:
    """Return a table with one row per key, kept when the list has it no longer, and with who wrote a row and when."""
    return _table(name, name, korean, english, [*columns, *_leaving()])


def group_table(name: str, korean: str, english: str, *columns: Column[Any]) -> Table:
    """Return a table as of :func:`list_table`, whose rows also belong to a financial group (금융권역)."""
    group = Column(GROUP, String(6), primary_key=True, **said("금융권역 번호", "Financial group"))
    return _table(name, name, korean, english, [*columns, group, *_leaving()])


def _leaving() -> list[Column[Any]]:
    active = "목록에 있음. 마지막으로 읽은 목록에 있으면 참", "In the list read last"
    since = (
        "빠진 날. 처음 빠져 있던 목록의 날, 목록에 있으면 NULL",
        "Day of the first list without it, else NULL",
    )
    return [
        Column("is_active", Boolean, nullable=False, **said(*active)),
        Column("inactive_since", Date, **said(*since)),
    ]


def _table(  # noqa: PLR0913  # what a table is
    name: str,
    command: str,
    korean: str,
    english: str,
    columns: list[Column[Any]],
    *,
    fills: str = "",
    reads: str = "",
) -> Table:
    return Table(
        name,
        metadata,
        *sorted(columns, key=lambda column: not column.primary_key),
        *provenance(),
        **table_said(korean, english, fills=fills or f"{command} load", reads=reads or f"{command} show"),
    )


def wire_fields(table: Table) -> dict[str, str]:
    """Return field of the record by column, for the columns that are filled from one."""
    return {column.name: column.info["wire"] for column in table.columns if "wire" in column.info}


def key_of(table: Table) -> list[str]:
    """Return the columns of the key that are filled from a record."""
    return [column.name for column in table.primary_key if "wire" in column.info]
