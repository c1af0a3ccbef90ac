"""The words in which one file describes a data set; everything else follows from what it says.

Such a file is a module in :mod:`foresto_cli.datasets` with one table and one :class:`ByDay` (one trade date at a time),
:class:`WholeList` (a list is read whole) or :class:`PerGroup` (a disclosure of the FSS, group by group). Loading,
resuming, ``--dry-run``, status, verification, ``show``, export, the data dictionary and the sandbox's answers read the
description; nothing else names the data set.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Table

from foresto_cli.declared.columns import GROUP, daily_table, group_table, key_of, list_table, on_wire, wire_fields
from foresto_cli.declared.metadata import metadata

__all__ = [
    "GROUP",
    "HALF",
    "ByDay",
    "Declared",
    "Described",
    "Disclosure",
    "OpenApi",
    "OpenData",
    "PerGroup",
    "WholeList",
    "daily_table",
    "group_table",
    "key_of",
    "list_table",
    "metadata",
    "on_wire",
    "wire_fields",
]

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


@dataclass(frozen=True)
class OpenData:
    """A service of FSC's open data, which answers for one base date.

    Attributes:
        title: what it is called at data.go.kr, where each has to be applied for by itself.
        routes: paths below ``1160100/``: the one since 2026 and the one before. Keys know the one or the other.
        rows: rows asked for on a page.
        kept: fields kept of a row; all when empty.
        twins: records that the table itself may have twice.
    """

    title: str
    routes: tuple[str, ...]
    rows: int = 1_000
    kept: tuple[str, ...] = ()
    twins: int = 0


@dataclass(frozen=True)
class Disclosure:
    """A service of the FSS's disclosure (finlife), which answers for one financial group.

    Attributes:
        operation: its name, as ``companySearch``.
        division: how its answers name themselves (``prdt_div``).
        groups: the financial groups that it is asked for.
    """

    operation: str
    division: str
    groups: tuple[str, ...] = ("020000", "030200", "030300", "050000", "060000")


@dataclass(frozen=True, kw_only=True)
class Described:
    """What every described data set says.

    Attributes:
        name: in the ledger, and the group of its commands: ``foresto NAME load``, ``foresto NAME show``. Its file is
            called the same, with ``_`` for each hyphen.
        label: what the operator calls it.
        english: the same for readers of the English pages.
        table: made by :func:`daily_table`, :func:`list_table` or :func:`group_table`.
        chain: the job that loads it.
        is_default: loaded without being asked for; others are switched on by ``FORESTO_DATASETS``.
        impossible: says what makes a row impossible, or None.
        names: what the sandbox calls its rows.
    """

    name: str
    label: str
    english: str
    table: Table
    chain: str = "monthly"
    is_default: bool = False
    impossible: Callable[[Row], str | None] = lambda _: None
    names: tuple[str, ...] = ("가상 1호", "가상 2호", "가상 3호")

    @property
    def load_command(self) -> str:
        """Return the command that brings it up to date."""
        return f"foresto {self.name} load"


@dataclass(frozen=True, kw_only=True)
class ByDay(Described):
    """A data set that is asked for by trade date, every row of a date in one answer.

    Attributes:
        service: who answers.
        since: first trade date that the service has.
        needed: the column without which a row says nothing (``-`` on the wire): such rows are left out.
    """

    service: OpenApi
    since: date
    chain: str = "morning"
    needed: str = "close_price"


@dataclass(frozen=True, kw_only=True)
class WholeList(Described):
    """A list that is read whole: every row as of the newest base date. Who is not in it any more is marked.

    Attributes:
        service: who answers.
    """

    service: OpenData


@dataclass(frozen=True, kw_only=True)
class PerGroup(Described):
    """A list that is read by financial group, each of them whole. Who is not in it any more is marked.

    Attributes:
        service: who answers.
    """

    service: Disclosure


Declared = ByDay | WholeList | PerGroup
