"""The steps of every chain, in the order of what they need."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.datasets.dart.details import Share
from foresto_cli.datasets.dart.filings import PAGES
from foresto_cli.datasets.prices import spans
from foresto_cli.declared import ByDay, Declared, KrxPage
from foresto_cli.loading import (
    load_capital,
    load_described,
    load_filings,
    load_funds,
    load_indices,
    load_listed,
    load_open_data,
    load_prices,
    load_products,
    load_statements,
    load_whole_statements,
)
from foresto_cli.running import job, prune
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result
from foresto_cli.score import batch, track
from foresto_cli.upstream import dart
from foresto_cli.verify import verification

REFRESH_DAYS = 2
SCORED_YEARS = 4
"""The stability of earnings is taken of twelve quarters, each a sum of four."""
COMPANIES, MAIN_ACCOUNTS, SESSIONS = 2_700, 30, 1_230
"""For what a step asks on an ordinary day: companies that report, hundreds of them, sessions of five years."""


HAS_LISTING = "SELECT max(as_of_date) >= :day FROM fdr_stock_listing WHERE is_listed"
HAS_INDEX = "SELECT count(*) = 3 FROM index_price_daily WHERE trade_date = :day AND index_code = ANY(:indices)"
HAS_ETFS = "SELECT max(price_date) >= :day FROM etfs WHERE is_active"
"""Whether a data set has reached the session ``:day``."""
INDICES = ["KOSPI", "KOSDAQ", "KS200"]


@dataclass(frozen=True)
class Step:
    """One step of a chain.

    Attributes:
        name: the command it stands for.
        work: does it.
        needs: steps that must have done their part first.
        follows: steps that name what it has to read: without them it does what was left from earlier, and says so.
        key: setting without which the step is left out; that is the operator's choice and no failure.
        is_budgeted: it goes on until the day's budget is spent, which is its ordinary end.
        options: what makes the command by hand ask for the same, with the default budgets; years as in the READMEs.
        asks: requests of an ordinary day, with all keys, on the whole market; None where that hangs on what was filed.
        has_preview: ``work`` knows ``dry_run``; what does not would do its work.
    """

    name: str
    work: Callable[[App, Options], Result]
    needs: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    key: str | None = None
    is_budgeted: bool = False
    options: str = ""
    asks: int | None = 0
    has_preview: bool = True

    @property
    def shown(self) -> str:
        """Return the command with its options."""
        return f"{self.name} {self.options}".rstrip()


def _statements(app: App, options: Options) -> Result:
    """Read what can be new, and a Saturday's share of the whole statements."""
    wanted = load_statements.wanted_reports(None, None, None, None)
    share = load_whole_statements.of_a_saturday(app)
    return load_whole_statements.told(app, load_statements.load_statements(app, wanted, options, full=share))


def _new_statements(app: App, options: Options) -> Result:
    """Read what was filed since the last look, and a morning's share of the whole statements, what is new first."""
    wanted = load_statements.wanted_reports(None, None, None, None)
    share = load_whole_statements.of_a_morning(app)
    result = load_statements.load_statements(app, wanted, options, full=share, is_step=True)
    return load_whole_statements.told(app, result)


def _evening_statements(app: App, options: Options) -> Result:
    """Read what was filed today, and of it the whole statements that today's scores use."""
    wanted = load_statements.wanted_reports(None, None, None, None)
    return load_statements.load_statements(
        app, wanted, options, full=load_whole_statements.of_an_evening(app), is_step=True
    )


def _past_statements(app: App, options: Options) -> Result:
    """Read the main accounts of the years that a score looks back at, and the whole statements that it uses."""
    wanted = load_statements.wanted_reports(None, None, clock.today().year - SCORED_YEARS, None)
    result = load_statements.load_statements(app, wanted, options, full=Share(scored_only=True))
    return load_whole_statements.told(app, result)


def _scores(app: App, options: Options) -> Result:
    return batch.score_batch(app, batch.Options(replace=True, wait=options.wait))


def _actions(app: App, options: Options) -> Result:
    return load_capital.load_actions(app, *load_capital.span(None, None, None), options)


def _if_missed(step: Step, query: str) -> Step:
    """Return the step as one that asks nobody when the newest ended session is there: the morning settles it."""

    def work(app: App, options: Options) -> Result:
        with app.engine.connect() as connection:
            parameters = {"day": app.calendar.latest_ended(clock.now()), "indices": INDICES}
            is_there = connection.scalar(text(query), parameters)
        if is_there:
            return job.run_or_preview(app, step.name, step.name, list, options)
        return step.work(app, options)

    return replace(step, work=work)


def _official_index(app: App, options: Options) -> Result:
    """Replace the evening's levels by official ones; what the evening missed is asked for everywhere."""
    with app.engine.connect() as connection:
        parameters = {"day": app.calendar.latest_ended(clock.now()), "indices": INDICES}
        is_there = bool(connection.scalar(text(HAS_INDEX), parameters))
    return load_indices.load_index(app, spans.DEFAULT_DAYS, options, official_only=is_there)


LISTING = Step("listing load", load_listed.load_listing, asks=9)
PRICES = Step(
    "prices incremental",
    lambda app, options: load_prices.load_prices_incremental(app, spans.DEFAULT_DAYS, REFRESH_DAYS, options),
    asks=4,
)
INDEX = Step("prices index", lambda app, options: load_indices.load_index(app, spans.DEFAULT_DAYS, options), asks=6)
STOCKS = Step("stocks load", load_listed.load_stocks, needs=("listing load",), asks=1)
ETFS = Step("stocks etfs", load_funds.load_etfs, asks=5)
ETF_PRICES = Step("stocks etfs", load_funds.load_etf_prices, asks=1)
DERIVED_STOCKS = Step("stocks load", load_listed.derive_stocks)
VERIFY_DAILY = Step("verify daily", lambda app, _: verification.verify_daily(app, is_last_word=True), has_preview=False)
"""Whatever failed before: that is when somebody has to look. Weekly and monthly verification ask the same and more."""
_MORNING, _SATURDAY, _EVENING = (
    int(part * dart.DAILY_BUDGET)
    for part in (load_whole_statements.MORNING, load_whole_statements.SATURDAY, load_whole_statements.EVENING)
)
FILINGS = Step(
    "filings load",
    lambda app, options: load_filings.load_filings(app, None, options),
    key="dart_api_key",
    asks=PAGES,
)
STATEMENTS = Step(
    "dart financials",
    _statements,
    needs=("listing load",),
    key="dart_api_key",
    is_budgeted=True,
    options=f"--full --most {_SATURDAY}",
    asks=_SATURDAY,
)
NEW_STATEMENTS = replace(
    STATEMENTS,
    work=_new_statements,
    needs=(),
    follows=("filings load",),
    options=f"--full --most {_MORNING}",
    asks=_MORNING + MAIN_ACCOUNTS,
)
EVENING_STATEMENTS = replace(
    NEW_STATEMENTS,
    work=_evening_statements,
    options=f"--for-score --most {_EVENING}",
    asks=_EVENING + MAIN_ACCOUNTS,
)
FILED_ACTIONS = Step(
    "dart corporate-actions",
    load_capital.load_filed_actions,
    follows=("filings load",),
    key="dart_api_key",
    options="--filed",
    asks=None,
)
PAST_STATEMENTS = replace(
    STATEMENTS,
    work=_past_statements,
    options="--from 2022 --for-score",
    asks=MAIN_ACCOUNTS * 4 * (SCORED_YEARS + 1) + 3 * COMPANIES,
)
SCORE = Step("score batch", _scores, has_preview=False)
SCORE_AFTER_PRICES = replace(SCORE, needs=("prices incremental",))
BONDS = Step(
    "bonds load",
    lambda app, options: load_open_data.load_bonds(app, "all", None, options),
    key="fsc_api_key",
    asks=None,
)
PRODUCTS = Step(
    "fss all", lambda app, options: load_products.load_products(app, "all", None, options), key="fss_api_key", asks=53
)
VERIFY_WEEKLY = Step("verify weekly", lambda app, _: verification.verify_weekly(app), asks=51, has_preview=False)
TRACK = Step("score track", lambda app, options: track.keep(app, options.wait), has_preview=False)
PRUNE = Step("runs prune", lambda app, _: prune.prune(app), has_preview=False)
VERIFY_MONTHLY = Step("verify monthly", lambda app, _: verification.verify_monthly(app), asks=51, has_preview=False)

FSC_DIVIDENDS = Step("stocks dividends", load_open_data.load_dividends, key="fsc_api_key", asks=None)
DART_DIVIDENDS = Step(
    "dart dividends",
    lambda app, options: load_capital.load_dividends(app, None, options),
    key="dart_api_key",
    is_budgeted=True,
    asks=COMPANIES,
)

INITIAL = (
    LISTING,
    replace(PRICES, asks=3 * SESSIONS),
    INDEX,
    STOCKS,
    replace(ETFS, work=load_funds.load_etf_history, asks=SESSIONS),
    PAST_STATEMENTS,
    FSC_DIVIDENDS,
    replace(DART_DIVIDENDS, needs=("listing load",)),
    SCORE_AFTER_PRICES,
    VERIFY_DAILY,
)
MORNING = (
    PRICES,
    ETF_PRICES,
    replace(INDEX, work=_official_index),
    DERIVED_STOCKS,
    # Yesterday whole, and what came this morning.
    replace(FILINGS, asks=2 * PAGES),
    NEW_STATEMENTS,
    FILED_ACTIONS,
    SCORE_AFTER_PRICES,
    VERIFY_DAILY,
)
EARLY_VERIFY = replace(VERIFY_DAILY, work=lambda app, _: verification.verify_daily(app, is_last_word=False))
CLOSE = (Step("prices incremental", load_prices.load_regular_close, key="krx_id", asks=4), EARLY_VERIFY)
WEEKDAY = (
    Step("listing load", load_listed.load_snapshot, asks=7),
    PRICES,
    INDEX,
    ETF_PRICES,
    replace(DERIVED_STOCKS, needs=("listing load",)),
    FILINGS,
    EVENING_STATEMENTS,
    SCORE_AFTER_PRICES,
    EARLY_VERIFY,
)
WEEKDAY_FINAL = (
    _if_missed(WEEKDAY[0], HAS_LISTING),
    PRICES,
    _if_missed(INDEX, HAS_INDEX),
    _if_missed(ETF_PRICES, HAS_ETFS),
    *WEEKDAY[4:-1],
    VERIFY_DAILY,
)
WEEKLY = (LISTING, STOCKS, ETFS, STATEMENTS, SCORE, VERIFY_WEEKLY, PRUNE)
MONTHLY = (BONDS, PRODUCTS, TRACK, VERIFY_MONTHLY)
QUARTERLY = (
    Step("dart corporate-actions", _actions, key="dart_api_key", asks=None),
    FSC_DIVIDENDS,
    DART_DIVIDENDS,
    VERIFY_DAILY,
)
CHAINS: dict[str, tuple[Step, ...]] = {
    "initial": INITIAL,
    "morning": MORNING,
    "close": CLOSE,
    "weekday": WEEKDAY,
    # The same once more: what was missed or provisional in the afternoon, and the after-market.
    "weekday_final": WEEKDAY_FINAL,
    "weekly": WEEKLY,
    "monthly": MONTHLY,
    "quarterly": QUARTERLY,
}


def of(app: App, name: str) -> tuple[Step, ...]:
    """Return the steps of a chain: those above, and before the scores the described data sets that are switched on."""
    return with_described(name, load_described.wanted(app))


def with_described(name: str, wanted: Iterable[Declared]) -> tuple[Step, ...]:
    """Return the steps of a chain, those of ``wanted`` that it loads among them."""
    steps = CHAINS[name]
    more = [_described(one) for one in wanted if name in one.chains]
    place = next((i for i, step in enumerate(steps) if step.name.startswith(("score", "verify"))), len(steps))
    return (*steps[:place], *more, *steps[place:])


def _described(one: Declared) -> Step:
    def work(app: App, options: Options) -> Result:
        return load_described.load_in_chain(app, one, options)

    asks = len(one.page.parts) if isinstance(one, KrxPage) else 1 if isinstance(one, ByDay) else None
    return Step(f"{one.name} load", work, key=load_described.KEYS[type(one)], asks=asks)
