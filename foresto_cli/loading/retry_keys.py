"""What the units to be asked for again are called in the ledger, and what makes their loaders."""

from collections.abc import Callable, Sequence
from datetime import date

from foresto_cli.app import App
from foresto_cli.running.only import Only

Keys = Sequence[str]
Make = Callable[[App, Keys], list[Only]]


def days_of(texts: Sequence[str]) -> list[date]:
    """Return those of ``texts`` that are days; a ledger may hold what another version wrote."""
    found = []
    for one in texts:
        try:
            found.append(date.fromisoformat(one))
        except ValueError:
            continue
    return found


def part_of(keys: Keys, number: int, separator: str = ":") -> list[str]:
    """Return part ``number`` of each key that has one."""
    parts = [key.split(separator) for key in keys]
    return [part[number] for part in parts if len(part) > number]
