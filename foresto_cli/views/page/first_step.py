"""The keys on the dashboard: where each is issued, what it brings, and whether it is set."""

from dataclasses import dataclass

from foresto_cli.settings import keys
from foresto_cli.settings.model import Settings
from foresto_cli.views.page.page_tones import GOOD, NOTE, Pill


@dataclass(frozen=True)
class KeyLine:
    """A key on the page, without its value."""

    label: str
    site: str
    brings: str
    score: str
    pill: Pill


def opened_by(given: Settings) -> list[KeyLine]:
    """Return a line for each key, the most useful key first."""
    return [
        KeyLine(
            key.label,
            key.site,
            key.brings,
            key.score,
            Pill(GOOD, "있음") if key.is_set(given) else Pill(NOTE, "없음"),
        )
        for key in keys.KEYS
    ]
