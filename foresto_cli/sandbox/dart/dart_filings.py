"""The periodic reports (사업·반기·분기보고서): when each was received, and its corrections."""

from datetime import date, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from foresto_cli.sandbox.dart import dart_companies, dart_periods
from foresto_cli.sandbox.dart.dart_companies import Company
from foresto_cli.sandbox.dart.dart_once import once
from foresto_cli.sandbox.dart.dart_periods import ANNUAL, Period
from foresto_cli.sandbox.market import Market
from foresto_cli.sandbox.market.noise import uniform

if TYPE_CHECKING:
    from foresto_cli.sandbox.dart.everyday import Unlisted

NAMES = {1: "분기보고서", 2: "반기보고서", 3: "분기보고서", 4: "사업보고서"}
DETAILS = {1: "A003", 2: "A002", 3: "A003", 4: "A001"}
DUE_DAYS = {1: 45, 2: 45, 3: 45, 4: 90}
LATE = 0.02
CORRECTED = {1: 0.01, 2: 0.01, 3: 0.01, 4: 0.04}
ATTACHMENT = 0.03
"""Share of annual reports whose attachments alone are corrected: the figures stay as they are."""
ALWAYS_CORRECTED, ALWAYS_LATE = 20, 24
"""Companies whose annual reports are always corrected, or always late, so that the smallest market has both."""
SATURDAY = 5
CORRECTION, ATTACHMENT_CORRECTION = "[기재정정]", "[첨부정정]"
BOARDS = {"STK": "유", "KSQ": "코", "KNX": "넥"}
"""Market → the remark on what its division of the exchange is responsible for."""


class Filing(NamedTuple):
    """One received document.

    Attributes:
        company: whose.
        received: the day of receipt (rcept_dt).
        number: receipt number (rcept_no), 14 digits.
        name: report name (report_nm) without padding.
        kind: type letter (pblntf_ty).
        detail: detailed type (pblntf_detail_ty).
        first: number of the filing that this one corrects; its own if it is the first.
        remark: rm without 정, which depends on the day one looks.
        filer: who handed it in (flr_nm); the company itself where that is empty.
        at: from what time on it is in the list that day; reports and decisions are from the morning on.
        corrected_on: the day on which a correction follows, where only that is known of it.
    """

    company: "Company | Unlisted"
    received: date
    number: str
    name: str
    kind: str
    detail: str
    first: str
    remark: str = ""
    filer: str = ""
    at: time = time.min
    corrected_on: date | None = None


class Version(NamedTuple):
    """One version of a periodic report; ``corrected`` tells whether its figures differ from the first ones."""

    filing: Filing
    period: Period
    corrected: bool


def current(market: Market, company: Company, period: Period, day: date) -> Version | None:
    """Return the newest version with a body (attachment corrections have none) received by ``day``; None if none."""
    found = received(market, company, period, day)
    return found[-1] if found else None


def received(market: Market, company: Company, period: Period, day: date) -> list[Version]:
    """Return every version with a body received by ``day``, oldest first."""
    return [
        version
        for version in of_year(market, period.year, period.code)[dart_companies.of(market).place[company.number]]
        if version.period.ends == period.ends
        and version.filing.received <= day
        and not version.filing.name.startswith(ATTACHMENT_CORRECTION)
    ]


@once(64)
def of_year(market: Market, year: int, code: str) -> list[tuple[Version, ...]]:
    """Return all versions, also those still to come, of every company's report ``code`` kept under ``year``."""
    everyone = dart_companies.of(market)
    quarter = dart_periods.QUARTERS[code]
    key = year * ANNUAL + quarter
    draws = [uniform(market.seed, 240 + stream, key, everyone.numbers).tolist() for stream in range(5)]
    found: list[tuple[Version, ...]] = []
    for company, *own in zip(everyone.all, *draws, strict=True):
        if year < dart_periods.OLDEST_YEAR or (company.is_konex and quarter != ANNUAL):
            found.append(())
            continue
        ended = company.periods(year, code)
        found.append(tuple(version for period in ended for version in _versions(company, period, own)))
    return found


def _versions(company: Company, period: Period, draws: list[float]) -> tuple[Version, ...]:
    early, late, corrected, attached, pause = draws
    quarter = period.quarter
    due = DUE_DAYS[quarter]
    if late < LATE or (company.number == ALWAYS_LATE and quarter == ANNUAL):
        due += 5 + int(early * 30)
    else:
        due -= int(early**3 * 20)
    first = weekday(period.ends + timedelta(days=due))
    name = f"{NAMES[quarter]} ({period.ends:%Y.%m})"
    number = f"{first:%Y%m%d}{1_000 + company.number:06d}"
    remark = "연" if company.consolidates and quarter == ANNUAL else ""

    def version(day: date, prefix: str, receipt: str, *, changed: bool) -> Version:
        filing = Filing(company, day, receipt, prefix + name, "A", DETAILS[quarter], number, remark)
        return Version(filing, period, changed)

    found = [version(first, "", number, changed=False)]
    again = weekday(first + timedelta(days=20 + int(pause * 90)))
    receipt = f"{again:%Y%m%d}{20_000 + company.number:06d}"
    if corrected < CORRECTED[quarter] or (company.number == ALWAYS_CORRECTED and quarter == ANNUAL):
        found.append(version(again, CORRECTION, receipt, changed=True))
    elif attached < ATTACHMENT and quarter == ANNUAL:
        found.append(version(again, ATTACHMENT_CORRECTION, receipt, changed=False))
    return tuple(
        one
        for one in found
        if found[0].filing.received >= company.files_from
        and (company.gone is None or one.filing.received < company.gone)
    )


def weekday(day: date) -> date:
    """Return ``day``, or the Monday after a weekend."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day
