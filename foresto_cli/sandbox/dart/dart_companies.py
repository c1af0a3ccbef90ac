"""Who files: every issuer of the synthetic market, one company per common share."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from foresto_cli.sandbox.dart import dart_periods
from foresto_cli.sandbox.dart.dart_once import once
from foresto_cli.sandbox.dart.dart_periods import Period
from foresto_cli.sandbox.market import Market
from foresto_cli.sandbox.market.fiscal import closing_month
from foresto_cli.sandbox.market.market_calendar import EPOCH
from foresto_cli.sandbox.market.market_stock import Stock
from foresto_cli.sandbox.market.noise import uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

PARS = ((50_000, 5_000), (1_000, 500), (0, 100))
"""(price from which on, par value), in won."""
GENERAL, HOLDING, BANK, INSURER, BROKER = "general", "holding", "bank", "insurer", "broker"
FINANCIAL = (BANK, INSURER, BROKER)
HOLDING_TRADE = 7
"""The position of 홀딩스 in the list of trades: financial groups and ordinary holding companies."""
HOLDING_KINDS = (BANK, HOLDING, INSURER, BROKER, HOLDING)
TRADES = 20
INDUSTRIES = {HOLDING: "64992", BANK: "64121", INSURER: "65110", BROKER: "66121"}
GENERAL_INDUSTRIES = ("264", "2041", "70113", "2927", "58222", "4111", "2121", "64992", "30399", "28111")
CLASSES = {"STK": "Y", "KSQ": "K", "KNX": "N"}
SUBSIDIARIES = 0.72
"""Share of ordinary companies that have subsidiaries, hence consolidated statements."""
BLANK_Q1, BLANK_HALF = 21, 33
"""Companies (number modulo 50) that leave the year-to-date column of an interim report blank."""


@dataclass(frozen=True)
class Company:
    """One filer; ``number`` is the position of its common share in the roster."""

    number: int
    corp_code: str
    stock: Stock
    name: str
    kind: str
    closing_month: int
    consolidates: bool
    gone: date | None
    """First day on which it is no longer listed; it files nothing from then on."""

    @property
    def ticker(self) -> str:
        """Return the code of its common share."""
        return self.stock.code

    @property
    def corp_cls(self) -> str:
        """Return Y (유가증권), K (코스닥), N (코넥스) or E (기타: no longer listed)."""
        return "E" if self.gone else CLASSES[self.stock.market]

    @property
    def is_konex(self) -> bool:
        """Return whether only annual reports are due."""
        return self.stock.market == "KNX"

    @property
    def closes_twice(self) -> bool:
        """Return whether its fiscal years have six months, as those of most real estate trusts do."""
        # Every fifth keeps to the calendar, the one whose reports are always corrected among them.
        return self.stock.kind == "reit" and self.number % 5 > 0

    def periods(self, year: int, code: str) -> list[Period]:
        """Return the periods of the reports ``code`` that DART keeps under ``year``: of most companies one."""
        if not self.closes_twice:
            return [dart_periods.of(year, code, self.closing_month)]
        whole = dart_periods.QUARTERS[code] == dart_periods.ANNUAL
        return [dart_periods.half_year(year, second=second) for second in (False, True)] if whole else []

    @property
    def currency(self) -> str:
        """Return the currency of its statements: some foreign issuers report in dollars."""
        return "USD" if self.stock.kind == "foreign" and self.number % 2 else "KRW"

    @property
    def industry_code(self) -> str:
        """Return the code of its industry (induty_code)."""
        return INDUSTRIES.get(self.kind) or GENERAL_INDUSTRIES[self.number % len(GENERAL_INDUSTRIES)]

    @property
    def par(self) -> int:
        """Return the par value (액면가) of a share before any split, in won."""
        return next(par for least, par in PARS if self.stock.price >= least)

    @property
    def files_from(self) -> date:
        """Return the first day on which it may file: the day of its listing."""
        return date.min if self.stock.joins <= EPOCH else self.stock.joins

    def blank_to_date(self, quarter: int) -> bool:
        """Return whether the year-to-date column of the interim report of ``quarter`` stays blank."""
        return self.number % 50 == (BLANK_Q1 if quarter == 1 else BLANK_HALF)


class Companies:
    """Everybody who files, in order of the roster, with the ways to find one."""

    def __init__(self, market: Market) -> None:
        """Make a company of every share that is not a preferred one and is listed by now."""
        gone = {one.stock.number: one.day for one in market.departures(market.now.date())}
        t = market.position(market.now.date())
        numbers = np.arange(len(market.roster))
        subsidiaries = uniform(market.seed, 200, 0, numbers)
        self.all = [
            Company(
                stock.number,
                corp_code(stock.number),
                stock,
                market.name(stock.number, t),
                kind_of(stock),
                closing_month(stock),
                _consolidates(stock, float(subsidiaries[stock.number])),
                gone.get(stock.number),
            )
            for stock in market.roster
            if stock.kind != "preferred" and stock.joins <= market.now.date()
        ]
        self.by_code = {company.corp_code: company for company in self.all}
        self.by_number = {company.number: company for company in self.all}
        self.numbers: NDArray[np.int64] = np.array([company.number for company in self.all])
        self.place = {company.number: place for place, company in enumerate(self.all)}
        """Number → position in :attr:`all` and in every array over the companies."""


@once(2)
def of(market: Market) -> Companies:
    """Return the companies of ``market``."""
    return Companies(market)


def corp_code(number: int) -> str:
    """Return the invented 8-digit code (고유번호) of the ``number``-th company."""
    return f"{100_003 + number * 37:08d}"


def kind_of(stock: Stock) -> str:
    """Return what kind of statements the issuer of ``stock`` prepares."""
    if stock.kind != "common" or stock.number % TRADES != HOLDING_TRADE:
        return GENERAL
    return HOLDING_KINDS[stock.number // TRADES % len(HOLDING_KINDS)]


def _consolidates(stock: Stock, draw: float) -> bool:
    if stock.kind == "spac" or stock.market == "KNX":
        return False
    return kind_of(stock) != GENERAL or draw < SUBSIDIARIES
