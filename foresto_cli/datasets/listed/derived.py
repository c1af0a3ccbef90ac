"""Tables that follow from others in this database: nobody is asked, the whole table is brought up to date each time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from foresto_cli import clock
from foresto_cli.collecting.loader import Answer, Parsed, Unit
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.upstream.http import UpstreamSession

SOURCE_ID = "FORESTO"
UNIT = "all"


@dataclass
class Derived:
    """Loader of one such table; its only unit is the table, and it is never settled.

    Attributes:
        name: data set in the ledger.
        label: what the operator calls it.
        table: what is written.
        write: brings it up to date in the caller's transaction, with the given provenance.
    """

    name: str
    label: str
    table: str
    write: Callable[[Connection, Row], Counts]
    batch_type: str = "INFO"

    @property
    def sessions(self) -> Sequence[UpstreamSession]:
        """Return none: nobody is asked."""
        return ()

    def units(self) -> list[Unit]:
        """Return the table."""
        return [Unit(UNIT, self.label, 0)]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:  # noqa: ARG002  # the contract of loaders
        """Say no: only a look at its sources would tell."""
        return False

    def fetch(self, unit: Unit) -> Answer:
        """Return an empty answer."""
        return Answer(unit, SOURCE_ID, None, clock.wall())

    def parse(self, answer: Answer) -> Parsed:  # noqa: ARG002  # as above
        """Return nothing: the rows are made where they are written."""
        return Parsed()

    def check(self, row: Row) -> str | None:  # noqa: ARG002  # as above
        """Say that no row is impossible: there are none."""
        return None

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:  # noqa: ARG002  # as above
        """Bring the table up to date."""
        return self.write(connection, provenance)
