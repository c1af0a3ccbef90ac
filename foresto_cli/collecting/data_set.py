"""What is to be known about a data set before anything is asked: its names, its command, who answers, how fresh it is.

Each data set says it once, beside its loader (``DATASET``, or ``DATASETS`` where one loader serves several); status,
verification, hints and retrying read it from there (:mod:`foresto_cli.data_sets`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.store.fragments import Fragment, fragment

DAILY = ("morning", "weekday", "weekday_final")
EVENING = ("weekday", "weekday_final")
"""Jobs of the timetable that load what changes with every session."""


class AtHand(Protocol):
    """Which keys there are, and the calendar; the application is one."""

    @property
    def calendar(self) -> Calendar:
        """Return the sessions."""

    @property
    def has_krx(self) -> bool:
        """Say whether there is a login of KRX."""

    @property
    def has_krx_openapi(self) -> bool:
        """Say whether there is a key of the OPEN API."""

    @property
    def has_fsc(self) -> bool:
        """Say whether there is a key of FSC's open data."""


@dataclass(frozen=True)
class ReadOnce:
    """The calendar and the keys as they were when they were read: for whoever asks about many data sets at once."""

    calendar: Calendar
    has_krx: bool
    has_krx_openapi: bool
    has_fsc: bool


def read_once(at_hand: AtHand) -> ReadOnce:
    """Return what is at hand, the calendar read from the database only this time."""
    return ReadOnce(at_hand.calendar, at_hand.has_krx, at_hand.has_krx_openapi, at_hand.has_fsc)


Reached = Callable[[AtHand, datetime], date]
"""Returns the session that a job which starts at the given moment brings."""


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """One data set.

    Attributes:
        name: in the ledger.
        label: what the operator calls it.
        table: where its rows go.
        command: what brings it up to date, without ``foresto``.
        clients: the clients of the application any of which can answer; none where nobody is asked, and of market days,
            whose sources depend on the day.
        batch: ``data_load_batch.batch_type``.
        jobs: the jobs of the timetable that load it; its age is watched when there are any.
        newest: SQL for the newest day it holds; needed where there are jobs.
        reached: the session that a start of such a job brings; None where sessions do not matter.
        asked: SQL for the day on which it was last asked for, where that is not ``newest``.
    """

    name: str
    label: str
    table: str
    command: str
    clients: tuple[str, ...] = ()
    batch: str = "INFO"
    jobs: tuple[str, ...] = ()
    newest: str = ""
    reached: Reached | None = None
    asked: str | None = None


def last_asked(name: str) -> Fragment:
    """Return SQL for the day on which a data set was last asked for and answered."""
    return _asked("max", name)


def all_asked(name: str, units: int) -> Fragment:
    """Return SQL for the day on which the oldest of a data set's units was answered; none before all are there."""
    return fragment("{asked} HAVING count(*) = {units}", asked=_asked("min", name), units=units)


def _asked(which: str, name: str) -> Fragment:
    return fragment(
        "SELECT {which}(asked_at)::date FROM unit_ledger WHERE dataset = '{name}'"
        " AND status IN ('done', 'provisional', 'no_data') AND asked_at <= :believable",
        which=which,
        name=_quotable(name),
    )


def _quotable(name: str) -> Fragment:
    """Return the name of a data set, which may hold a hyphen."""
    return Fragment(name)


def last_read(name: str) -> Fragment:
    """Return SQL for the base date of the newest list of a data set that was read."""
    return fragment(
        "SELECT max(unit)::date FROM unit_ledger WHERE dataset = '{name}' AND status = 'done'", name=_quotable(name)
    )


def ended(at_hand: AtHand, start: datetime) -> date:
    """Return the newest session whose prices anybody shows at ``start``."""
    return at_hand.calendar.latest_ended(start)


def published(at_hand: AtHand, start: datetime) -> date:
    """Return the newest session that the OPEN API has at ``start``, or will not be blamed for lacking now."""
    day = at_hand.calendar.latest_official(start)
    return at_hand.calendar.previous(day) if clock.now() < at_hand.calendar.official_until(day) else day


def shown(lag: int, at_hand: AtHand, start: datetime) -> date:
    """Return the newest session that a page of KRX has at ``start``, which it shows ``lag`` sessions later.

    Without a login nobody has it, and nothing is late.
    """
    return at_hand.calendar.back(at_hand.calendar.latest_ended(start), lag) if at_hand.has_krx else date.min


def priced(at_hand: AtHand, start: datetime) -> date:
    """Return the newest session of which the keys at hand give prices at ``start``; without any key Naver does."""
    if at_hand.has_krx:
        return ended(at_hand, start)
    if at_hand.has_krx_openapi:
        return published(at_hand, start)
    return at_hand.calendar.latest_in_open_data(start) if at_hand.has_fsc else ended(at_hand, start)
