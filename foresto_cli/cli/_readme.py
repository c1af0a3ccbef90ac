"""The blocks of both READMEs that the data sets themselves say: which command brings what into which table, and when.

After a change of a data set: ``from foresto_cli.cli import _readme; _readme.write()`` in the project's folder.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from foresto_cli import data_sets
from foresto_cli.collecting import registry
from foresto_cli.collecting.data_set import DataSet

BEGIN, END = "<!-- data-sets -->\n", "<!-- end -->"
HEADS = {
    "README.md": "| command | brings | into | in the jobs |\n|---|---|---|---|\n",
    "README.ko.md": "| 명령 | 자료 | 표 | 작업 |\n|---|---|---|---|\n",
}
"""The files, and the head of the table in each."""
ENGLISH: Mapping[str, str] = {
    "prices.day": "market days",
    "prices.index": "three indices",
    "prices.index_day": "all indices",
    "prices.ticker": "one stock's history",
    "stocks.crno": "company numbers",
    "stocks.yahoo": "English names and sectors",
    "etfs": "ETFs",
    "listing": "the listing",
    "stocks.history": "names and listings over time",
    "stocks": "stocks",
    "dart.action_links": "decisions matched with prices",
    "dart.actions": "corporate actions",
    "dart.capital": "ratios of splits",
    "dart.companies": "DART's company numbers",
    "dart.decisions": "details of corporate actions",
    "dart.details": "whole statements",
    "dart.dividends": "dividends (DART)",
    "dart.filings": "periodic filings",
    "stocks.ratios": "ratios of stocks",
    "dart.reparse": "statements read again",
    "dart.statements": "statements",
    "bonds": "bonds",
    "stocks.dividend_yield": "dividend yields",
    "dividends.fsc": "dividends (FSC)",
    "fss.deposits": "deposits",
    "fss.savings": "savings",
    "fss.annuity": "annuities",
    "fss.mortgage": "mortgages",
    "fss.rent-house": "rent-house loans",
    "fss.credit": "credit loans",
    "us.funds": "US ETFs",
    "us.overviews": "US companies",
    "us.statements": "US statements",
    "us.prices": "US prices",
    "gold": "gold prices",
}
"""What a data set is called in English; in Korean its own label says it."""


def write(root: Path = Path()) -> None:
    """Write the blocks of both READMEs below ``root``."""
    for name in HEADS:
        file = root / name
        file.write_text(rendered(name, file.read_text(encoding="utf-8")), encoding="utf-8")


def rendered(name: str, page: str) -> str:
    """Return ``page`` with the block of the README ``name`` as the data sets say it.

    Raises:
        ValueError: the page has no place for it.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{name} has no {BEGIN}")
    said: Callable[[DataSet], str] = (lambda one: ENGLISH[one.name]) if name == "README.md" else (lambda one: one.label)
    return before + begin + HEADS[name] + "".join(_rows(said)) + end + after


def _rows(said: Callable[[DataSet], str]) -> Iterable[str]:
    by_command: dict[str, list[DataSet]] = {}
    for one in registry.every().values():
        by_command.setdefault(one.command, []).append(one)
    for command, found in by_command.items():
        brings = ", ".join(map(said, found))
        into = ", ".join(dict.fromkeys(f"`{one.table}`" for one in found))
        jobs = ", ".join(dict.fromkeys(f"`{job}`" for one in found for job in _jobs(one)))
        yield f"| `foresto {command}` | {brings} | {into} | {jobs or '–'} |\n"


def _jobs(one: DataSet) -> tuple[str, ...]:
    switched_on = {described.name for described in data_sets.every() if not described.is_default}
    return (f"FORESTO_DATASETS={one.name}",) if one.name in switched_on else one.jobs
