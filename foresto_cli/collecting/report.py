"""What one data set's collection came to."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from foresto_cli.collecting.loader import Unit
from foresto_cli.errors import (
    AuthFailed,
    Blocked,
    ForestoError,
    GivenUp,
    Interrupted,
    RateLimited,
    Untrusted,
)
from foresto_cli.store.upsert import Counts

STOPS = (Blocked, RateLimited, AuthFailed, Untrusted, GivenUp)
"""Errors after which whatever is left is not asked for in this run."""


@dataclass
class Report:
    """What one data set's collection came to.

    Attributes:
        name: data set.
        table: where its rows went.
        planned: units that had to be asked for.
        settled: units that were already there.
        done: units stored in this run.
        no_data: units for which there is nothing, rightly.
        rows: added, changed, unchanged.
        sources: units by who answered.
        requests: requests by upstream.
        failures: units that we could not find out about, and why; the ledger has them as failed.
        pending: units that were not answered, and why; the ledger does not have them.
        short: units that are stored as far as anybody has them, and what is not there.
        refusals: why an upstream (by breaker) is not asked any more, if so, even where another one answered.
        unapproved: services that are not approved while others of the same key are, and what to do.
        passed_over: better sources that failed while another one answered, and how.
        rejected: impossible rows that were left out, with the reason.
        unreadable: units of which the same answer was refused once more: settled, and no failure of the data set.
        interrupted: the request to stop, if there was one.
        best_effort: what was not got is worth a note, and no failure of the run.
        asks: somebody is asked; what follows from other tables alone succeeds whatever became of the questions.
        label: what the operator calls the data set.
    """

    name: str
    table: str
    planned: int = 0
    settled: int = 0
    done: int = 0
    no_data: int = 0
    rows: Counts = field(default_factory=Counts)
    sources: Counter[str] = field(default_factory=Counter)
    requests: dict[str, int] = field(default_factory=dict)
    failures: list[tuple[Unit, ForestoError]] = field(default_factory=list)
    pending: list[tuple[Unit, ForestoError]] = field(default_factory=list)
    short: list[tuple[Unit, str]] = field(default_factory=list)
    refusals: dict[str, ForestoError] = field(default_factory=dict)
    unapproved: list[str] = field(default_factory=list)
    passed_over: dict[str, ForestoError] = field(default_factory=dict)
    rejected: list[str] = field(default_factory=list)
    unreadable: list[tuple[Unit, ForestoError]] = field(default_factory=list)
    interrupted: Interrupted | None = None
    best_effort: bool = False
    asks: bool = True
    label: str = ""

    @property
    def left(self) -> int:
        """Return how many planned units were not answered, asked for or not."""
        return self.planned - self.done - self.no_data - len(self.failures)

    @property
    def finished(self) -> int:
        """Return how many units were dealt with so far: the bar stops where an upstream stopped the work."""
        # A session that was given up raises the same error again without having asked.
        others = [*self.failures, *self.pending]
        return self.done + self.no_data + len({id(error) for _, error in others if not isinstance(error, STOPS)})


Progress = Callable[[Report, Unit], None]
