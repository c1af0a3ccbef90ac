"""The generated parts of both guides: the data of each command, and the steps of the timetable.

To write them again after a change: ``from foresto_cli.cli import _guide; _guide.write()`` in the project's folder.
"""

import math
from collections.abc import Callable, Iterable
from pathlib import Path

from foresto_cli import data_sets
from foresto_cli.chains.steps import CHAINS, with_described
from foresto_cli.collecting import registry
from foresto_cli.collecting.data_set import DataSet
from foresto_cli.running.previews import SECONDS_A_REQUEST

BEGIN, STEPS, END = "<!-- data-sets -->\n", "<!-- steps -->\n", "<!-- end -->"
HEADS = {
    "docs/guide.md": "| command | brings | into | in the jobs |\n|---|---|---|---|\n",
    "docs/guide.ko.md": "| 명령 | 자료 | 표 | 작업 |\n|---|---|---|---|\n",
}
"""The files, and the header of the table in each."""
ENGLISH: dict[str, str] = {
    "prices.day": "market days",
    "prices.index": "three indices",
    "prices.index_day": "all indices",
    "prices.ticker": "one stock's history",
    "stocks.crno": "company numbers",
    "stocks.yahoo": "English names and sectors",
    "etfs": "the list of ETFs",
    "etfs.day": "ETF prices",
    "etfs.returns": "returns of ETFs",
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
    "dart.filings": "filings",
    "dart.filing_types": "types of filings",
    "stocks.ratios": "ratios of stocks",
    "stocks.valuation": "what valuations rest on",
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
}
"""English names of data sets; their Korean names are their labels, and described data sets have both."""


STEP_HEADS = {
    "docs/guide.md": "| job | a step, with its options by hand | requests | minutes |\n|---|---|---|---|\n",
    "docs/guide.ko.md": "| 작업 | 단계와, 손으로 할 때의 옵션 | 요청 | 분 |\n|---|---|---|---|\n",
}
UNTOLD = {"docs/guide.md": "by pages and filings", "docs/guide.ko.md": "쪽수와 공시 수만큼"}


def write(root: Path = Path()) -> None:
    """Write the generated parts of both guides below ``root``."""
    for name in HEADS:
        file = root / name
        file.write_text(rendered(name, file.read_text(encoding="utf-8")), encoding="utf-8")


def rendered(name: str, page: str) -> str:
    """Return ``page`` with the generated parts of the guide ``name`` replaced.

    Raises:
        ValueError: the page lacks the marks of a part.
    """
    english = ENGLISH | {one.name: one.english for one in data_sets.every()}
    said: Callable[[DataSet], str] = (
        (lambda one: english[one.name]) if name == "docs/guide.md" else (lambda one: one.label)
    )
    page = _filled(page, BEGIN, HEADS[name] + "".join(_rows(said)))
    return _filled(page, STEPS, STEP_HEADS[name] + "".join(_steps(UNTOLD[name])))


def _filled(page: str, begin: str, block: str) -> str:
    before, found, rest = page.partition(begin)
    _, end, after = rest.partition(END)
    if not (found and end):
        raise ValueError(f"the page has no {begin}")
    return before + begin + block + end + after


def _steps(untold: str) -> Iterable[str]:
    """Yield a row for each step that sends requests; other steps take seconds and are left out."""
    for chain in CHAINS:
        for step in with_described(chain, data_sets.wanted(())):
            if step.asks is None:
                yield f"| `{chain}` | `{step.shown}` | {untold} | |\n"
            elif step.asks:
                minutes = math.ceil(step.asks * SECONDS_A_REQUEST / 60)
                yield f"| `{chain}` | `{step.shown}` | {step.asks:,} | {minutes:,} |\n"


def _rows(said: Callable[[DataSet], str]) -> Iterable[str]:
    by_command: dict[str, list[DataSet]] = {}
    for one in registry.every().values():
        by_command.setdefault(one.command, []).append(one)
    for command, found in by_command.items():
        brings = ", ".join(map(said, found))
        into = ", ".join(dict.fromkeys(f"`{one.table}`" for one in found))
        named = [job for one in found for job in _jobs(one)] or _by_step(command)
        jobs = ", ".join(dict.fromkeys(f"`{job}`" for job in named))
        yield f"| `foresto {command}` | {brings} | {into} | {jobs or '–'} |\n"


def _jobs(one: DataSet) -> tuple[str, ...]:
    switch = {described.name: described.switch for described in data_sets.every()}.get(one.name)
    return (switch,) if switch else one.jobs


def _by_step(command: str) -> Iterable[str]:
    """Return the jobs that have ``command`` as a step."""
    return (job for job, steps in CHAINS.items() if any(step.shown.startswith(f"{command} ") for step in steps))
