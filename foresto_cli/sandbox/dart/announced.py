"""Filings that announce what other parts of the sandbox tell later: results, dividends, audits, and who has left."""

from collections.abc import Iterator
from datetime import date, timedelta

from foresto_cli.sandbox.dart import dart_companies, dart_periods, everyday, report_items
from foresto_cli.sandbox.dart.dart_companies import Company
from foresto_cli.sandbox.dart.dart_filings import BOARDS, CORRECTION, Filing, weekday
from foresto_cli.sandbox.dart.dart_once import once
from foresto_cli.sandbox.dart.dart_periods import ANNUAL, Period
from foresto_cli.sandbox.market import Market
from foresto_cli.sandbox.market.noise import uniform

EARLY = 0.3
"""Share of the companies that tell their results before the report of the period."""
EARLY_CORRECTED = 0.05
SEPARATE, CONSOLIDATED = "영업(잠정)실적(공정공시)", "연결재무제표기준영업(잠정)실적(공정공시)"
DIVIDEND, AUDIT, LEFT = "현금ㆍ현물배당결정", "감사보고서제출", "기타시장안내(상장폐지)"
RESULTS, RESULTS_AGAIN, DIVIDENDS, AUDITS, DEPARTURES = 920_000, 960_000, 930_000, 940_000, 950_000
"""Where the receipt numbers of each kind begin."""


def received(market: Market, first: date, last: date) -> Iterator[Filing]:
    """Yield what was received from ``first`` to ``last``."""
    for year in range(first.year - 1, last.year + 1):
        yield from (one for one in of_year(market, year) if first <= one.received <= last)
    for company in dart_companies.of(market).all:
        if company.gone is not None and first <= company.gone <= last:
            yield _filed(company, company.gone, LEFT, DEPARTURES, "I004", everyday.BOARD_NAMES[company.stock.market])


@once(16)
def of_year(market: Market, year: int) -> tuple[Filing, ...]:
    """Return what announces the periods that end in ``year``."""
    if year < dart_periods.OLDEST_YEAR:
        return ()
    found: list[Filing] = []
    everyone = dart_companies.of(market)
    for code, quarter in dart_periods.QUARTERS.items():
        key = year * ANNUAL + quarter
        draws = [uniform(market.seed, 260 + stream, key, everyone.numbers).tolist() for stream in range(3)]
        for company, early, day, again in zip(everyone.all, *draws, strict=True):
            if not company.is_konex or quarter == ANNUAL:
                for period in company.periods(year, code):
                    found += _of_period(market, company, period, (early, day, again))
    return tuple(one for one in found if everyday.is_alive(one.company, one.received))


def _of_period(market: Market, company: Company, period: Period, draws: tuple[float, float, float]) -> Iterator[Filing]:
    early, day, again = draws
    if early < EARLY:
        # No report is filed within 25 days of its period's end.
        told = weekday(period.ends + timedelta(days=15 + int(day * 7)))
        name = CONSOLIDATED if company.consolidates else SEPARATE
        first = _filed(company, told, name, RESULTS, "I002")
        corrected = weekday(told + timedelta(days=3)) if again < EARLY_CORRECTED else None
        yield first._replace(corrected_on=corrected)
        if corrected is not None:
            yield _filed(company, corrected, f"{CORRECTION}{name}", RESULTS_AGAIN, "I002")
    if period.quarter == ANNUAL:
        yield _filed(company, weekday(period.ends + timedelta(days=62 + int(day * 5))), AUDIT, AUDITS, "I001")
        if report_items.per_share(market, company, period):
            yield _filed(
                company, weekday(period.ends + timedelta(days=36 + int(day * 20))), DIVIDEND, DIVIDENDS, "I001"
            )


def _filed(company: Company, day: date, name: str, series: int, detail: str, filer: str = "") -> Filing:  # noqa: PLR0913, PLR0917  # what a filing is
    number = f"{day:%Y%m%d}{series + company.number:06d}"
    return Filing(company, day, number, name, "I", detail, number, BOARDS[company.stock.market], filer=filer)
