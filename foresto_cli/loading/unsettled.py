"""What of the ledger a person may want to ask for again: what failed, and what could not be read; by data set."""

from collections.abc import Sequence
from typing import TypedDict

from foresto_cli.app import App
from foresto_cli.console import Console
from foresto_cli.loading import retry
from foresto_cli.telling import hints

MOST_NAMED = 3


class Unsettled(TypedDict):
    """What failed (``failed``) or could not be read (``unreadable``): units by data set, told in a line, and a hint."""

    kind: str
    units: dict[str, int]
    text: str
    hint: str


def found(app: App) -> list[Unsettled]:
    """Return a line for what failed and one for what could not be read, each with its hint; none where all is well."""
    with app.engine.connect() as connection:
        failed, unreadable = retry.wanted(connection), retry.unreadable(connection)
    lines: list[Unsettled] = []
    for kind, label, units, command in (
        ("failed", "실패", failed, hints.RETRY),
        ("unreadable", "읽을 수 없음", unreadable, hints.AGAIN),
    ):
        if units:
            counts = {name: len(keys) for name, keys in units.items()}
            named = ", ".join(f"{name} {count:,}" for name, count in [*counts.items()][:MOST_NAMED])
            more = f" 외 {len(counts) - MOST_NAMED}" if len(counts) > MOST_NAMED else ""
            text = f"{label} {sum(counts.values()):,}건({named}{more})"
            lines.append({"kind": kind, "units": counts, "text": text, "hint": hints.retry(app, units, command)})
    return lines


def show(console: Console, lines: Sequence[Unsettled], before: str = "") -> None:
    """Print such lines."""
    for line in lines:
        console.line(f"· {before}{line['text']}: {line['hint']}")
