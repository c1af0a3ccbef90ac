"""Which loaders the commands about dividends and decisions filed with DART run."""

import re
from datetime import date, timedelta

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.collecting.derived import Derived
from foresto_cli.collecting.loader import Loader
from foresto_cli.datasets.dart import action_links, capital_changes, decisions, dividends
from foresto_cli.datasets.dart.actions import Actions
from foresto_cli.datasets.dart.capital_changes import Capital
from foresto_cli.datasets.dart.decisions import Decisions
from foresto_cli.datasets.dart.dividends import Dividends
from foresto_cli.errors import UsageError
from foresto_cli.loading import load_statements
from foresto_cli.running import job
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result

LATELY = timedelta(days=31)
"""So far back decisions are asked for by their filings: fields may follow a week later, and machines sleep."""
QUARTER = re.compile(r"(20\d{2})-?Q([1-4])")


def load_dividends(app: App, year: int | None, options: Options) -> Result:
    """Bring DART's dividends of a business year up to date.

    Args:
        app: what a command works with.
        year: in which the fiscal year ends; None is each company's newest whose report is due.
        options: how to run.

    Raises:
        ConfigError: there is no key, or no listing to say who is listed.
        UsageError: a year that DART has nothing about.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    client = load_statements.client_of(app)
    load_statements.check_listing(app)
    today = clock.today()
    if year is not None and not load_statements.OLDEST_YEAR <= year <= today.year:
        raise UsageError(f"--year {year}: {load_statements.OLDEST_YEAR}~{today.year} 사이의 해를 적으세요.")

    def facts() -> dividends.Facts:
        with app.engine.connect() as connection:
            return dividends.read(connection)

    def make() -> list[Loader]:
        loaders = [load_statements.companies(app, client), Dividends(client, year, clock.now(), facts)]
        return [*loaders, load_statements.valued()]

    return job.run_or_preview(app, "dart dividends", "배당(DART)", make, options)


def load_actions(app: App, start: date, end: date, options: Options) -> Result:
    """Bring the decisions about shares up to date: what was filed, what it says, which price carries it out.

    Args:
        app: what a command works with.
        start: first day of filing.
        end: last day of filing.
        options: how to run.

    Raises:
        ConfigError: there is no key.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    client = load_statements.client_of(app)

    def executed() -> list[capital_changes.Executed]:
        with app.engine.connect() as connection:
            return capital_changes.read(connection)

    def make() -> list[Loader]:
        return [
            Actions(client, start, end, clock.now()),
            Decisions(client, clock.now(), start, end, lambda: decided(app)),
            links(),
            Capital(client, clock.now(), executed),
        ]

    return job.run_or_preview(app, "dart corporate-actions", "자본 변동", make, options)


def load_filed_actions(app: App, options: Options) -> Result:
    """Bring what the decisions say that were filed in the last weeks, and which price carries them out.

    Whose filing announces one is in the list of filings, which is read by ``filings load``: one question a decision.

    Raises:
        ConfigError: there is no key.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    client = load_statements.client_of(app)

    def make() -> list[Loader]:
        return [Decisions(client, clock.now(), clock.today() - LATELY, clock.today(), lambda: decided(app)), links()]

    return job.run_or_preview(app, "dart corporate-actions", "자본 변동", make, options)


def decided(app: App) -> list[decisions.Decision]:
    """Return the decisions that were filed, as far as the lists have been read."""
    with app.engine.connect() as connection:
        return decisions.read(connection)


def links() -> Derived:
    """Return what joins decisions to the restated prices that carry them out."""
    return Derived(action_links.DATASET, action_links.write)


def span(quarter: str | None, start: date | None, end: date | None) -> tuple[date, date]:
    """Return the first and last day that ``--quarter``, ``--from`` and ``--to`` ask for; the last quarter and since.

    Raises:
        UsageError: both ways at once, no such quarter, a day to come, or the end before the start.
    """
    today = clock.today()
    if quarter is not None and (start or end):
        raise UsageError("--quarter와 --from/--to는 함께 쓸 수 없습니다.")
    if quarter is not None:
        found = QUARTER.fullmatch(quarter.strip().upper())
        if found is None:
            raise UsageError(f"--quarter {quarter}: 2026Q3처럼 적으세요.")
        first = date(int(found[1]), 3 * int(found[2]) - 2, 1)
        start, end = first, min(_next_quarter(first) - timedelta(days=1), today)
    start, end = start or _last_quarter(today), end or today
    oldest = date(load_statements.OLDEST_YEAR, 1, 1)
    if not oldest <= start <= today:
        raise UsageError(f"{start}: {oldest}부터 오늘까지의 날짜를 적으세요.")
    if end < start:
        raise UsageError(f"{end}이(가) {start}보다 앞섭니다.")
    return start, min(end, today)


def _next_quarter(first: date) -> date:
    return date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)


def _last_quarter(today: date) -> date:
    """Return the first day of the quarter before the one that ``today`` is in."""
    months = today.year * 12 + (today.month - 1) // 3 * 3 - 3
    return date(months // 12, months % 12 + 1, 1)
