"""What is different about a data set: what ought to exist, how to ask, how an answer becomes rows, what is impossible.

Loaders are handed what they need (upstream clients, facts from the database, the clock's reading); they import neither
the settings nor the engine. :mod:`foresto_cli.collecting.collect` runs them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Connection

from foresto_cli import clock
from foresto_cli.collecting.data_set import DataSet
from foresto_cli.declared.metadata import metadata
from foresto_cli.errors import ForestoError
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert

if TYPE_CHECKING:
    from foresto_cli.upstream.http import UpstreamSession


@dataclass(frozen=True)
class Unit:
    """The smallest piece that an upstream can deliver whole.

    Attributes:
        key: its name in the ledger, at most 60 characters.
        label: what the operator calls it.
        requests: how many requests it is expected to cost, for the plan.
        upstream: whose budget they come from.
    """

    key: str
    label: str
    requests: int = 1
    upstream: str = ""

    @property
    def day(self) -> date:
        """Return the date that is its key, or the last part of it."""
        return date.fromisoformat(self.key.rpartition(":")[2])


@dataclass(frozen=True)
class Answer:
    """What an upstream said about one unit, unread.

    Attributes:
        unit: what was asked for.
        source_id: who answered.
        payload: as the upstream's client returned it.
        asked_at: KST wall time of the question.
        closed: True when the upstream has no trading for the day and a second witness agrees.
        passed_over: better sources that failed first, and how.
    """

    unit: Unit
    source_id: str
    payload: Any
    asked_at: datetime
    closed: bool = False
    passed_over: tuple[tuple[str, ForestoError], ...] = ()


@dataclass(frozen=True)
class Parsed:
    """An answer, read.

    Attributes:
        rows: mappings with the same columns each.
        status: ``done``, ``provisional`` or ``no_data``, as in the ledger.
        reason: why there is nothing, or what was left out.
        table: the table whose columns the rows have, if it is not the loader's.
        parts: members of a row that are rows of other tables (one, or a list), and of which.
        left_out: rows that were not believed, as far as they could be read.
        behind: why this is stored and yet not what was wanted: the newest days are missing.
        short: why this is stored and yet not all that was wanted, which asking again does not change.
    """

    rows: Sequence[Row] = field(default_factory=list)
    status: str = "done"
    reason: str | None = None
    table: str | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    left_out: Sequence[Row] = ()
    behind: str | None = None
    short: str | None = None

    def everybody(self, name: str, is_one: Callable[[str], object]) -> list[str] | None:
        """Return the ``name`` of every row, left out or not; None when one is none: then nobody is known to be missing.

        Who is not in a whole list has left it; but who is in it under a name that cannot be read has not.
        """
        found = [row[name] for row in (*self.rows, *self.left_out)]
        return found if all(isinstance(key, str) and is_one(key) for key in found) else None


class Client(Protocol):
    """A client of an upstream."""

    @property
    def sessions(self) -> "Sequence[UpstreamSession]":
        """Return the sessions that requests go through."""


class Loader(ABC):
    """One data set as it is collected. A subclass says what is different about it.

    Attributes:
        data_set: its names, its table, its command.
        client: who is asked; a data set that asks several, or nobody, says its ``sessions`` itself.
        source_id: who answers, as rows name it.
        best_effort: what is not got fails no run: it is a note, and asked for again by a later run.
    """

    data_set: DataSet
    client: Client
    source_id: str = "FORESTO"
    best_effort: bool = False

    @property
    def name(self) -> str:
        """Return the data set in the ledger."""
        return self.data_set.name

    @property
    def label(self) -> str:
        """Return what the operator calls it."""
        return self.data_set.label

    @property
    def table(self) -> str:
        """Return the table that its rows go to."""
        return self.data_set.table

    @property
    def batch_type(self) -> str:
        """Return ``data_load_batch.batch_type``."""
        return self.data_set.batch

    @property
    def sessions(self) -> "Sequence[UpstreamSession]":
        """Return the sessions it may use."""
        return self.client.sessions

    @property
    def most(self) -> int | None:
        """Return how many units one run asks for, the first that are wanted; None is all."""
        return None

    def unit(self, key: str, label: str, requests: int = 1) -> Unit:
        """Return a unit whose requests come from the budget of the first session's upstream."""
        return Unit(key, label, requests, self.sessions[0].policy.counter)

    @abstractmethod
    def units(self) -> list[Unit]:
        """Return what ought to exist and can be asked for, in the order in which it is wanted."""

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether ``unit`` need not be asked for again: by default once it was answered."""
        return entry.status in {"done", "no_data"}

    def has_news(self, unit: Unit, since: datetime) -> bool:
        """Say whether ``unit``, not understood twice, can have another answer than at ``since`` (KST wall time)."""
        return False

    def ask(self, unit: Unit) -> object:
        """Ask for one unit; the only network access. Runs in a worker thread.

        Not abstract: a data set with several sources has a :meth:`fetch` of its own instead.

        Raises:
            ForestoError: what became of it instead.
        """
        raise NotImplementedError(f"{self.name}: neither ask nor fetch")

    def fetch(self, unit: Unit) -> Answer:
        """Return the answer to :meth:`ask`; a data set with several sources says more about it.

        Raises:
            ForestoError: as :meth:`ask`.
        """
        asked_at = clock.wall()
        return Answer(unit, self.source_id, self.ask(unit), asked_at)

    @abstractmethod
    def parse(self, answer: Answer) -> Parsed:
        """Turn an answer into rows.

        Raises:
            BadPayload: it is not what was asked for.
        """

    def check(self, row: Row) -> str | None:
        """Say what makes ``row`` impossible, or None."""
        return None

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the rows in the caller's transaction."""
        return upsert(connection, metadata.tables[self.table], parsed.rows, provenance)
