"""A data set narrowed to units that the ledger has as failed, so that exactly those are asked for again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from foresto_cli.collecting.data_set import DataSet
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row

if TYPE_CHECKING:
    from foresto_cli.upstream.http import UpstreamSession

SETTLED = ("done", "provisional", "no_data")

Heir = Callable[[str, Sequence[Unit]], str | None]
"""Names the unit that answers a failed one which is not asked for any more; None when nobody needs it."""


def no_heir(_: str, __: Sequence[Unit]) -> str | None:
    """Say that nothing stands in for a unit that is not wanted any more."""
    return None


@dataclass
class Only(Loader):
    """A loader of some units of another loader.

    Attributes:
        inner: the whole data set.
        wanted: keys of the ledger.
        extra: units that the whole data set would not ask for any more, and can.
        heir: which unit answers a wanted one that the data set does not have any more.
        gone: wanted keys that nothing answers: nobody needs them any more.
    """

    inner: Loader
    wanted: Sequence[str]
    extra: Sequence[Unit] = ()
    heir: Heir = no_heir
    gone: list[str] = field(default_factory=list)
    _inherited: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Be the data set."""
        inner = self.inner
        self.best_effort = inner.best_effort
        self.data_set = DataSet(
            name=inner.name, label=inner.label, table=inner.table, batch=inner.batch_type, command="retry"
        )

    @property
    def sessions(self) -> "Sequence[UpstreamSession]":
        """Return the sessions of the data set."""
        return self.inner.sessions

    def units(self) -> list[Unit]:
        """Return the wanted units, or what answers them."""
        units = [*self.inner.units(), *self.extra]
        keys = {unit.key for unit in units}
        self.gone, self._inherited = [], {}
        for key in self.wanted:
            answer = key if key in keys else self.heir(key, units)
            if answer is None:
                self.gone.append(key)
            else:
                self._inherited.setdefault(answer, []).append(key)
        return [unit for unit in {unit.key: unit for unit in units}.values() if unit.key in self._inherited]

    def answered(self, known: Mapping[str, Entry]) -> list[str]:
        """Return the wanted keys that are to be closed, by what the ledger has by now: others answer them, or none."""
        settled = {key for key, entry in known.items() if entry.status in SETTLED}
        heirs = ((answer, key) for answer, keys in self._inherited.items() for key in keys if key != answer)
        return [*self.gone, *(key for answer, key in heirs if answer in settled)]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say no of what failed; what is provisional, or answers for another, is asked for when it can be better."""
        is_wanted = unit.key in self.wanted and entry.status != "provisional"
        return not is_wanted and self.inner.is_settled(unit, entry)

    def fetch(self, unit: Unit) -> Answer:
        """Ask as the data set does."""
        return self.inner.fetch(unit)

    def parse(self, answer: Answer) -> Parsed:
        """Read as the data set does."""
        return self.inner.parse(answer)

    def check(self, row: Row) -> str | None:
        """Judge as the data set does."""
        return self.inner.check(row)

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write as the data set does."""
        return self.inner.store(connection, answer, parsed, provenance)
