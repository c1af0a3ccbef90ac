"""Which of the sources at hand have a market day now, and whether one of them has better numbers than are stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from foresto_cli import clock
from foresto_cli.datasets.prices.price_sources import PriceSource
from foresto_cli.regimes import final_at
from foresto_cli.store.ledger import Entry

PICTURE = "FDR"
"""The source whose numbers are those of the moment at which its robot looked."""


@dataclass(frozen=True)
class Choice:
    """The sources at one moment.

    Attributes:
        sources: in order of preference.
        now: the clock's reading.
    """

    sources: Sequence[PriceSource]
    now: datetime

    def has_improved(self, day: date, entry: Entry) -> bool:
        """Say whether the source that answered, or a better one, has better numbers by now than when it was asked."""
        asked_at = entry.asked_at.replace(tzinfo=clock.KST)
        for source in self.sources:
            is_own = source.source_id == entry.source_id
            if source.can(day, self.now):
                moments = [moment for moment in source.improves(day) if moment <= self.now]
                # Whatever shows a whole day is better than a picture taken during it.
                if any(moment > asked_at for moment in moments) or (entry.source_id == PICTURE and not is_own):
                    return True
            if is_own:
                break
        return not clock.is_past(entry.asked_at)

    def is_official(self, day: date, source_id: str | None) -> bool:
        """Say whether what ``source_id`` gives of a session is official."""
        return any(source.settles(day) for source in self.sources if source.source_id == source_id)

    def officials(self, day: date) -> list[PriceSource]:
        """Return the sources that have official numbers of a session now; none before it is over."""
        if self.now < final_at(day):
            return []
        return [source for source in self.capable(day) if source.settles(day)]

    def capable(self, day: date) -> list[PriceSource]:
        """Return the sources that have a session now: official ones first, otherwise in order of preference."""
        capable = [source for source in self.sources if source.can(day, self.now)]
        return sorted(capable, key=lambda source: not source.settles(day))

    def named(self, source_id: str) -> PriceSource:
        """Return the source called ``source_id``."""
        return next(source for source in self.sources if source.source_id == source_id)
