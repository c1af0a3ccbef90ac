"""The words in which one file describes a data set; everything else follows from what it says.

Such a file is a module in :mod:`foresto_cli.datasets` with one table and one :class:`ByDay` (one trade date at a time),
:class:`KrxPage` (a page of data.krx.co.kr, behind a login), :class:`WholeList` (a list is read whole) or
:class:`PerGroup` (a disclosure of the FSS, group by group). Loading,
resuming, ``--dry-run``, status, verification, ``show``, export, the data dictionary and the sandbox's answers read the
description; nothing else names the data set.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Table

from foresto_cli.declared.columns import GROUP, daily_table, group_table, key_of, list_table, on_wire, wire_fields
from foresto_cli.declared.metadata import metadata

__all__ = [
    "GROUP",
    "HALF",
    "PART",
    "ByDay",
    "Daily",
    "Declared",
    "Described",
    "Disclosure",
    "KrxPage",
    "OpenApi",
    "OpenData",
    "Page",
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


PART = "part"
"""Field added to every record of a page that takes several questions: which of them brought it."""


@dataclass(frozen=True)
class Page:
    """A page of data.krx.co.kr that answers for one trade date whoever is logged in.

    Attributes:
        bld: its query below ``dbms/MDC/STAT/``, as ``standard/MDCSTAT03501``.
        title: what data.krx.co.kr calls it.
        answers: key of the list in its answer.
        form: its fields beside those of the day.
        days: its fields that hold the day.
        parts: further fields by question, where one takes several; a record's :data:`PART` names its own.
    """

    bld: str
    title: str
    answers: str = "output"
    form: Mapping[str, str] = field(default_factory=dict)
    days: tuple[str, ...] = ("trdDd",)
    parts: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: {"": {}})


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

    @property
    def chains(self) -> tuple[str, ...]:
        """Return the jobs that load it; the evening's second one does what its first one does, with final numbers."""
        return (self.chain, "weekday_final") if self.chain == "weekday" else (self.chain,)

    @property
    def switch(self) -> str:
        """Return the setting that has chains load it; empty where they do so anyway."""
        return "" if self.is_default else f"FORESTO_DATASETS={self.name}"


@dataclass(frozen=True, kw_only=True)
class Daily(Described):
    """What every data set by trade date says.

    Attributes:
        since: first trade date that there is.
        needed: the column without which a row says nothing (``-`` on the wire): such rows are left out.
    """

    since: date
    needed: str = "close_price"


@dataclass(frozen=True, kw_only=True)
class ByDay(Daily):
    """A data set that is asked for by trade date, every row of a date in one answer.

    Attributes:
        service: who answers.
    """

    service: OpenApi
    chain: str = "morning"


@dataclass(frozen=True, kw_only=True)
class KrxPage(Daily):
    """A data set that a page of data.krx.co.kr has: the newest session, others only when they are asked for.

    Attributes:
        page: who answers.
        lag: so many sessions later the page has a session.
        extra: the word of ``FORESTO_KRX_EXTRAS`` that switches it on; empty: ``is_default`` says.
    """

    page: Page
    chain: str = "weekday_final"
    lag: int = 0
    extra: str = ""

    @property
    def switch(self) -> str:
        """Return the setting that has chains load it."""
        return f"FORESTO_KRX_EXTRAS={self.extra}" if self.extra else super().switch


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


Declared = ByDay | KrxPage | WholeList | PerGroup
