"""The words in which one file describes a data set; everything else follows from what it says.

A data set that comes by trade date from one service is a module in :mod:`foresto_cli.datasets` with one table and one
:class:`ByDay`. Loading, resuming, ``--dry-run``, status, verification, ``show``, export, the data dictionary and the
sandbox's answers read the description; nothing else names the data set.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Date, Table

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import provenance, said, table_said

__all__ = ["HALF", "ByDay", "OpenApi", "daily_table", "key_of", "metadata", "on_wire", "wire_fields"]

Row = Mapping[str, Any]
HALF = 0.5
"""An answer, or a trade date, with fewer rows than this share of a usual one is not whole."""


@dataclass(frozen=True)
class OpenApi:
    """A service of the KRX OPEN API that answers for one trade date.

    Attributes:
        path: its place, as ``gen/gold_bydd_trd``.
        title: what openapi.krx.co.kr calls it, for the message that says it has to be applied for.
    """

    path: str
    title: str


@dataclass(frozen=True, kw_only=True)
class ByDay:
    """A data set that is asked for by trade date, every row of a date in one answer.

    Attributes:
        name: in the ledger, and the group of its commands: ``foresto NAME load``, ``foresto NAME show``.
        label: what the operator calls it.
        table: made by :func:`daily_table`.
        service: who answers.
        since: first trade date that the service has.
        chain: the job that loads it.
        is_default: loaded without being asked for; others are switched on by ``FORESTO_DATASETS``.
        needed: the column without which a row says nothing (``-`` on the wire): such rows are left out.
        impossible: says what makes a row impossible beside the rules for prices, or None.
        names: what the sandbox calls its rows.
    """

    name: str
    label: str
    table: Table
    service: OpenApi
    since: date
    chain: str = "morning"
    is_default: bool = False
    needed: str = "close_price"
    impossible: Callable[[Row], str | None] = lambda _: None
    names: tuple[str, ...] = ("가상 1호", "가상 2호", "가상 3호")

    @property
    def load_command(self) -> str:
        """Return the command that brings it up to date."""
        return f"foresto {self.name} load"


def on_wire(  # noqa: PLR0913  # what a column is
    name: str,
    kind: Any,  # noqa: ANN401  # any type of SQLAlchemy
    field: str,
    korean: str,
    english: str,
    *,
    key: bool = False,
) -> Column[Any]:
    """Return a column that is filled from ``field`` of a record.

    Args:
        name: of the column.
        kind: its type; numbers are read as the exchange writes them, ``-`` is NULL.
        field: of the record.
        korean: what it is, with its unit, for operators.
        english: the same for developers.
        key: it is part of the primary key, beside the trade date.
    """
    words = said(korean, english) if key else said(f"{korean}. 없으면 NULL", f"{english}; NULL where there is none")
    return Column(name, kind, primary_key=key, nullable=not key, comment=words["comment"],
                  info={**words["info"], "wire": field})  # fmt: skip


def daily_table(name: str, korean: str, english: str, *columns: Column[Any]) -> Table:
    """Return a table with one row per key and trade date, ending with the columns that say who wrote a row and when."""
    command = name.removesuffix("_daily").removesuffix("_price")
    keys = [column for column in columns if column.primary_key]
    return Table(
        name,
        metadata,
        *keys,
        Column("trade_date", Date, primary_key=True, **said("거래일", "Session")),
        *(column for column in columns if not column.primary_key),
        *provenance(),
        **table_said(korean, english, fills=f"{command} load", reads=f"{command} show"),
    )


def wire_fields(table: Table) -> dict[str, str]:
    """Return field of the record by column, for the columns that are filled from one."""
    return {column.name: column.info["wire"] for column in table.columns if "wire" in column.info}


def key_of(table: Table) -> list[str]:
    """Return the columns of the key beside the trade date."""
    return [column.name for column in table.primary_key if column.name != "trade_date"]
