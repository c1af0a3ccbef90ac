"""Tables that follow from others in this database: nobody is asked, the whole table is brought up to date each time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from foresto_cli.collecting.data_set import DataSet
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row

if TYPE_CHECKING:
    from foresto_cli.upstream.http import UpstreamSession

UNIT = "all"


@dataclass
class Derived(Loader):
    """Loader of one such table; its only unit is the table, and it is never settled.

    Attributes:
        data_set: which.
        write: brings it up to date in the caller's transaction, with the given provenance.
    """

    data_set: DataSet
    write: Callable[[Connection, Row], Counts]

    @property
    def sessions(self) -> "Sequence[UpstreamSession]":
        return ()

    def units(self) -> list[Unit]:
        return [Unit(UNIT, self.label, 0)]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        return False

    def ask(self, unit: Unit) -> None:
        return None

    def parse(self, answer: Answer) -> Parsed:
        return Parsed()

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        return self.write(connection, provenance)
