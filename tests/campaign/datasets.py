"""The data sets of the fault matrix: who is asked, what has to be there before, and the command that loads them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.collecting.loader import Loader
from foresto_cli.datasets.dart import capital_changes
from foresto_cli.datasets.dart.details import ALL
from foresto_cli.datasets.us.us_loaders import FUNDS
from foresto_cli.loading import load_capital as filings
from foresto_cli.loading import load_funds as etf_loading
from foresto_cli.loading import load_listed, load_open_data, load_prices, load_products, load_statements, load_us_stocks
from foresto_cli.running import job
from foresto_cli.running.results import Result
from foresto_cli.sandbox.dart import shares
from foresto_cli.sandbox.dart.dart_companies import of as companies_of

QUICK = job.Options(workers=1)
"""One question after the other, so that the first, middle and last one are the same in every run."""
Load = Callable[[Any], Result]

KRX, OPENAPI, MIRROR = "data.krx.co.kr", "data-dbg.krx.co.kr", "raw.githubusercontent.com"
FSC, NAVER, NAVER_LIST = "apis.data.go.kr", "fchart.stock.naver.com", "finance.naver.com"
RANKING = "m.stock.naver.com"
DART, FSS, YAHOO, US = "opendart.fss.or.kr", "finlife.fss.or.kr", "query2.finance.yahoo.com", "www.alphavantage.co"

ANYWHERE = (
    "timeout", "reset", "half", "drip", "500", "502", "503", "429", "404", "403", "html", "block", "block403",
    "redirect", "empty", "empty_list", "truncated", "encoding", "content_type", "unauthorized", "all_dash", "zero",
    "missing_field", "renamed_field", "text_number", "duplicate", "huge", "nul", "surrogate", "escape", "long_name",
    "huge_number", "zip_bomb", "redos",
)  # fmt: skip
"""Kinds that any upstream can produce."""
OWN_WORDS = {
    KRX: ("logout", "CD002", "CD010", "CD011"),
    FSC: (*(f"gateway{code}" for code in ("04", "12", "20", "22", "23", "30", "30json", "31")), "grown"),
    DART: tuple(f"dart{code}" for code in ("010", "011", "012", "013", "014", "020", "021", "100", "101",
                                           "800", "900", "901")),
    FSS: tuple(f"fss{code}" for code in ("010", "011", "012", "013", "020", "021", "100", "101", "900")),
    US: ("av_burst", "av_daily", "av_premium"),
    MIRROR: ("stale",),
}  # fmt: skip
"""Kinds that one upstream alone can produce."""


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """One data set from one upstream.

    Attributes:
        load: the command that loads it.
        ledger: name in the unit ledger; empty if it has none of its own there.
        host: of the upstream.
        part: what the questions to be struck have in their path or fields (a pattern).
        before: commands that have to have run.
        without: settings taken away, so that nobody stands in.
        dead: faults for the whole time, for the same reason.
        few: how many stocks are listed when it begins, if not all.
        older: days ago on which it was loaded once already.
    """

    load: Load
    ledger: str
    host: str
    part: str = ""
    before: tuple[Load, ...] = ()
    without: tuple[str, ...] = ()
    dead: str = ""
    few: int | None = None
    older: int = 0

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return every kind of fault that it can meet."""
        return (*ANYWHERE, *OWN_WORDS.get(self.host, ()))


def listing(app: Any) -> Result:
    """Load the listing."""
    return load_listed.load_listing(app, QUICK)


def companies(app: Any) -> Result:
    """Load DART's companies."""
    return load_statements.load_companies(app, QUICK)


def stocks(app: Any) -> Result:
    """Load stocks and company numbers."""
    return load_listed.load_stocks(app, QUICK)


def enriched(app: Any) -> Result:
    """Load stocks with what Yahoo has."""
    return load_listed.load_stocks(app, QUICK, enrich=True)


def days(first: int, last: int) -> Load:
    """Load market days, counted from the newest session."""
    return lambda app: load_prices.load_prices_between(
        app, app.sandbox.market.sessions[first], app.sandbox.market.sessions[last], None, QUICK
    )


def history(app: Any) -> Result:
    """Load three stocks' own histories: the days that nobody else has any more."""
    return load_prices.load_prices_incremental(app, 1_825, 0, QUICK)


def index(app: Any) -> Result:
    """Load the indices."""
    return load_prices.load_index(app, 400, QUICK)


def financials(app: Any) -> Result:
    """Load the main accounts of some reports."""
    return load_statements.load_statements(app, load_statements.wanted_reports(None, "annual", 2023, None), QUICK)


def filed(app: Any) -> Result:
    """Load the filings, and one report of one company."""
    return load_statements.load_statements(app, load_statements.wanted_reports(2025, None, None, "005930"), QUICK)


def details(app: Any) -> Result:
    """Load one company's whole statements."""
    wanted = load_statements.wanted_reports(None, "annual", 2023, "005930")
    return load_statements.load_statements(app, wanted, QUICK, full=ALL)


def decisions(app: Any) -> Result:
    """Load a quarter of decisions about shares."""
    return filings.load_actions(app, date(2026, 8, 1), date(2026, 10, 31), QUICK)


def capital(app: Any) -> Result:
    """Load what three splits came to; which price shows them is not asked here."""
    held = {ticker: change.before for _, ticker, change in _splits(app)}

    def executed() -> list[capital_changes.Executed]:
        with app.engine.connect() as connection:
            return [replace(one, shares_before=held[one.ticker]) for one in capital_changes.read(connection)]

    def make() -> list[Loader]:
        return [capital_changes.Capital(app.dart, clock.now(), executed)]

    return job.run_or_preview(app, "dart corporate-actions", "자본 변동", make, QUICK)


def splits(app: Any) -> Result:
    """Store three splits as the price has shown them, without their ratio."""
    rows = [
        {"no": f"2026010180000{place}", "corp": corp_code, "ticker": ticker, "day": change.day}
        for place, (corp_code, ticker, change) in enumerate(_splits(app))
    ]
    with app.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO corporate_actions (rcept_no, corp_code, ticker, action_type, report_name, rcept_dt,"
                " is_correction, price_event_date, source_id, batch_id, created_at, updated_at)"
                " VALUES (:no, :corp, :ticker, 'SPLIT', '주식분할', :day, false, :day, 'DART', 1, now(), now())"
            ),
            rows,
        )
    return Result("")


def _splits(app: Any) -> list[tuple[str, str, shares.Change]]:
    """Return (company, ticker, change) of three splits whose report is out."""
    market = app.sandbox.market
    found = ((companies_of(market).by_number[number], one) for number, changes in shares.changes(market).items()
             for one in changes if one.kind == "split" and date(2022, 1, 1) < one.day < date(2026, 5, 1))  # fmt: skip
    return [(company.corp_code, company.stock.code, change) for company, change in islice(found, 3)]


def fss(kind: str) -> DataSet:
    """One kind of financial product, of two groups that have it."""
    groups = "050000,060000" if kind == "annuity" else "020000,030300"

    def load(app: Any) -> Result:
        return load_products.load_products(app, kind, groups, QUICK)

    return DataSet(load=load, ledger=load_products.BY_NAME[kind].dataset, host=FSS, older=35)


def funds(app: Any) -> Result:
    """Load the US funds alone: the companies would take the rest of the day's requests."""
    return job.run_or_preview(
        app,
        "us load",
        "미국 종목",
        lambda: [load_us_stocks.loader(app, app.alphavantage, FUNDS, load_us_stocks.FUNDS)],
        QUICK,
    )


def abroad(ledger: str, part: str, load: Load) -> DataSet:
    """One of Alpha Vantage's data sets."""
    return DataSet(load=load, ledger=ledger, host=US, part=part)


LOGIN, KEY = ("krx_id", "krx_pw"), ("krx_openapi_key",)
NO_KEYS = (*LOGIN, *KEY)
NO_RANKING = f"500@{RANKING}"
KNOWN = (listing, companies)

DATA_SETS: dict[str, DataSet] = {
    "listing": DataSet(load=listing, ledger="listing", host=MIRROR, without=NO_KEYS, dead=NO_RANKING, older=4),
    "listing, newest session": DataSet(load=listing, ledger="listing", host=KRX, part="executeForResourceBundle",
                                       without=NO_KEYS, dead=NO_RANKING),
    "listing, KRX": DataSet(load=listing, ledger="listing", host=KRX, part="MDCSTAT01901", without=KEY,
                            dead=f"404@{MIRROR},{NO_RANKING}"),
    "listing, Naver": DataSet(load=listing, ledger="listing", host=RANKING, without=NO_KEYS, dead=f"404@{MIRROR}"),
    "company numbers": DataSet(load=stocks, ledger="stocks.crno", host=FSC, before=(listing,)),
    "Yahoo's sectors": DataSet(
        load=enriched, ledger="stocks.yahoo", host=YAHOO, part="quoteSummary", before=(stocks,), few=7
    ),
    "ETFs, KRX": DataSet(load=lambda app: etf_loading.load_etfs(app, QUICK), ledger="etfs", host=KRX,
                         part="getJsonData", dead=f"500@{NAVER_LIST}", older=3),
    "ETFs, Naver": DataSet(load=lambda app: etf_loading.load_etfs(app, QUICK), ledger="etfs", host=NAVER_LIST,
                           without=NO_KEYS, older=3),
    "prices, KRX": DataSet(load=days(-6, -4), ledger="prices.day", host=KRX, part="MDCSTAT01501",
                           without=(*KEY, "fsc_api_key")),
    "prices, OPEN API": DataSet(load=days(-6, -4), ledger="prices.day", host=OPENAPI, without=(*LOGIN, "fsc_api_key")),
    "prices, FDR": DataSet(load=days(-1, -1), ledger="prices.day", host=MIRROR, without=(*NO_KEYS, "fsc_api_key")),
    "prices, FSC": DataSet(load=days(-6, -4), ledger="prices.day", host=FSC, part="getStockPriceInfo",
                           without=NO_KEYS),
    "prices, Naver": DataSet(load=history, ledger="prices.ticker", host=NAVER, without=(*NO_KEYS, "fsc_api_key"),
                             before=(listing,), few=3),
    "index, FDR": DataSet(load=index, ledger="prices.index", host=MIRROR, without=NO_KEYS),
    "index, KRX": DataSet(load=index, ledger="prices.index", host=KRX, part="MDCSTAT00301", without=KEY,
                          dead=f"500@{MIRROR}"),
    "DART companies": DataSet(load=companies, ledger="dart.companies", host=DART, before=(listing,)),
    "DART filings": DataSet(load=filed, ledger="dart.filings", host=DART, part="list.json", before=KNOWN),
    "DART main accounts": DataSet(load=financials, ledger="dart.statements", host=DART, part="fnlttMultiAcnt",
                                  before=KNOWN),
    "DART whole statements": DataSet(load=details, ledger="dart.details", host=DART, part="fnlttSinglAcntAll",
                                     before=(*KNOWN, financials)),
    "DART dividends": DataSet(load=lambda app: filings.load_dividends(app, 2025, QUICK), ledger="dart.dividends",
                              host=DART, part="alotMatter", before=KNOWN, few=7),
    "DART list of decisions": DataSet(load=decisions, ledger="dart.actions", host=DART, part="list.json"),
    "DART decisions": DataSet(load=decisions, ledger="dart.decisions", host=DART, part="Decsn.json"),
    "DART capital changes": DataSet(load=capital, ledger="dart.capital", host=DART, part="irdsSttus",
                                    before=(listing, splits)),
    "bonds": DataSet(load=lambda app: load_open_data.load_bonds(app, "all", None, QUICK), ledger="bonds", host=FSC,
                     older=3),
    "FSC dividends": DataSet(load=lambda app: load_open_data.load_dividends(app, QUICK),
        ledger="dividends.fsc", host=FSC,
                             before=(listing,)),
    **{f"FSS {kind}": fss(kind) for kind in load_products.BY_NAME},
    "US funds": abroad("us.funds", "LISTING_STATUS", funds),
    "US companies": abroad("us.overviews", "OVERVIEW", lambda app: load_us_stocks.load(app, "AAPL,MSFT,KO", QUICK)),
    "US statements": abroad("us.statements", "BALANCE_SHEET|CASH_FLOW|INCOME_STATEMENT",
                            lambda app: load_us_stocks.load(app, "AAPL,MSFT,KO", QUICK)),
    "US prices": abroad("us.prices", "", lambda app: load_us_stocks.prices(app, "AAPL,MSFT,KO", QUICK)),
}  # fmt: skip
