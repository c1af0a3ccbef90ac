"""What of the ledger a person may want to ask for again: what failed, and what could not be read; by data set."""

from collections.abc import Sequence
from typing import TypedDict

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.console import Console
from foresto_cli.running.leftovers import TWO_WEEKS, UNSETTLED
from foresto_cli.store import ledger, newer
from foresto_cli.telling import hints

MOST_NAMED = 3
UNREADABLE = text("SELECT dataset, unit FROM unit_ledger WHERE refused_version IS NOT NULL ORDER BY 1, 2")


class Unsettled(TypedDict):
    """What failed (``failed``) or could not be read (``unreadable``): units by data set, told in a line, and a hint."""

    kind: str
    units: dict[str, int]
    text: str
    hint: str


def wanted(connection: Connection, *, again: bool = False) -> dict[str, list[str]]:
    """Return the units that failed, or lack rows, by data set, in the order in which data sets need one another.

    Those of which a newer list is stored are none of them: the next run closes them.

    Args:
        connection: the database.
        again: those too whose answer was not understood twice.
    """
    found: dict[str, list[str]] = {}
    superseded = {(row.dataset, row.unit) for row in connection.execute(text(newer.SUPERSEDED))}
    for row in connection.execute(UNSETTLED, {"first": ledger.NEVER, "weeks_ago": clock.wall() - TWO_WEEKS}):
        if (row.dataset, row.unit) not in superseded:
            found.setdefault(row.dataset, []).append(row.unit)
    for name, keys in unreadable(connection).items() if again else ():
        found[name] = list(dict.fromkeys([*found.get(name, []), *keys]))
    if not found:
        return found

    from foresto_cli.loading import retry_loaders

    order = list(retry_loaders.MAKERS)
    return {name: found[name] for name in sorted(found, key=lambda name: order.index(name) if name in order else -1)}


def unreadable(connection: Connection) -> dict[str, list[str]]:
    """Return the units whose answer was not understood twice, by data set."""
    found: dict[str, list[str]] = {}
    for row in connection.execute(UNREADABLE):
        found.setdefault(row.dataset, []).append(row.unit)
    return found


def found(app: App) -> list[Unsettled]:
    """Return a line for what failed and one for what could not be read, each with its hint; none where all is well."""
    with app.engine.connect() as connection:
        failed, not_read = wanted(connection), unreadable(connection)
    lines: list[Unsettled] = []
    for kind, label, units, command in (
        ("failed", "실패", failed, hints.RETRY),
        ("unreadable", "읽을 수 없음", not_read, hints.AGAIN),
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
