"""Four tones from good to bad, with a mark for each, and the pill that shows a state in one of them."""

from dataclasses import dataclass

from foresto_cli.views import words

GOOD, NOTE, WARN, BAD = "good", "note", "warn", "bad"
MARKS = {GOOD: "✓", NOTE: "●", WARN: "!", BAD: "✕"}
TONES = {
    "done": GOOD,
    "nothing_to_do": GOOD,
    "running": NOTE,
    "busy": NOTE,
    "skipped": NOTE,
    "partial": WARN,
    "quota": WARN,
    "interrupted": WARN,
    "blocked": BAD,
    "failed": BAD,
}
LEVEL_TONES = {"critical": BAD, "warning": WARN, "info": NOTE}


@dataclass(frozen=True)
class Pill:
    """A state in one word; the mark repeats the colour for those who do not see it."""

    tone: str
    text: str

    @property
    def mark(self) -> str:
        """Return the sign before the word."""
        return MARKS[self.tone]


def of_outcome(status: str) -> Pill:
    """Return how a run ended."""
    return Pill(TONES.get(status, NOTE), words.outcome(status))
