"""Periodic reports: their codes, periods and fiscal years, and how an answer's lines become one row a version.

DART names a report by the year in which its period ends; a fiscal year here is the year in which it ends, so that the
first quarter of a March company (April to June 2025, DART's 2025) belongs to the fiscal year 2026.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from foresto_cli import clock
from foresto_cli.datasets.dart import comparatives, figures, periods
from foresto_cli.datasets.dart.accounts import Line
from foresto_cli.datasets.dart.periods import Period
from foresto_cli.errors import BadPayload
from foresto_cli.store.upsert import Row

QUARTERS = {"11013": 1, "11012": 2, "11014": 3, "11011": 4}
"""Report code → quarter of the fiscal year: first quarter, half-year, third quarter, annual."""
ANNUAL = "11011"
WORDS = {"q1": "11013", "half": "11012", "q3": "11014", "annual": ANNUAL}
LABELS = {"11013": "1분기", "11012": "반기", "11014": "3분기", ANNUAL: "사업"}
MONTHS_OF_A_QUARTER = 3
FIRST_YEAR = 1990
"""No report at DART is of an earlier year."""
DECEMBER = 12
ALWAYS = ("bsns_year", "reprt_code", "sj_div", "account_nm", "ord")
"""Fields that every line has."""
PLACE = ("sj_div", "account_id", "account_nm", "account_detail", "ord")
"""Where a line of whole statements stands."""
FLOWS = figures.FLOWS
EARLIER = "earlier"
"""The member of a row that holds the rows of ``financial_restated``: what the report says of earlier periods."""
CORE = ("total_assets", "total_equity", "net_income", "operating_income")
"""A report without any of these is not one."""
CURRENCY = re.compile(r"[A-Z]{3}")
DEFAULT_CURRENCY = "KRW"
"""Answers about the years before the field existed have no currency; those filers reported in won."""

_PERIODIC = re.compile(r"(사업|반기|분기)보고서\s*\((\d{4})\.(\d{2})\)")
_KINDS = {"사업": (ANNUAL,), "반기": ("11012",), "분기": ("11013", "11014")}


@dataclass(frozen=True, order=True)
class Report:
    """One kind of report of one of DART's years (``bsns_year``, ``reprt_code``)."""

    year: int
    code: str

    @property
    def is_one(self) -> bool:
        """Say whether there can be such a report."""
        return self.code in QUARTERS and FIRST_YEAR <= self.year <= clock.today().year + 1

    @property
    def label(self) -> str:
        """Return what the operator calls it."""
        return f"{self.year}년 {LABELS[self.code]}보고서"

    def period_end(self, month: int) -> date:
        """Return the last day of its period for a company whose fiscal year ends in ``month``."""
        ends = (month + MONTHS_OF_A_QUARTER * QUARTERS[self.code] - 1) % DECEMBER + 1
        return date(self.year, ends, monthrange(self.year, ends)[1])


def reports_named(report_nm: str, *months: int) -> set[Report]:
    """Return which reports a filing's name may stand for, given every month in which a fiscal year ends."""
    found = _PERIODIC.search(report_nm)
    if found is None:
        return set()
    year, ends = int(found[2]), int(found[3])
    reports = {Report(year, code) for code in _KINDS[found[1]]}
    exact = {one for one in reports if any(one.period_end(month).month == ends for month in months)}
    return exact or reports


def fiscal_year(period_end: date, code: str, passed: int | None = None) -> int:
    """Return the year in which the fiscal year ends of which ``passed`` months had passed at the period's end."""
    return periods.fiscal_year(period_end, QUARTERS[code], passed)


def main_rows(records: Sequence[Line], report: Report, tickers: Mapping[str, str]) -> list[Row]:
    """Return one row for each company, basis and version in an answer of ``fnlttMultiAcnt``.

    One odd filer does not spoil the other ninety-nine: of a line that comes twice the first counts, and who has no core
    amount at all is left out.

    Args:
        records: the answer's lines.
        report: what was asked for.
        tickers: company number → ticker of those asked for.

    Raises:
        BadPayload: lines of another report or company, a field missing, or nobody has a core amount.
    """
    groups = _grouped(records, report, ("corp_code", "fs_div", "rcept_no"))
    strange = {corp_code for corp_code, _, _ in groups} - tickers.keys()
    if strange:
        raise BadPayload(f"DART: 요청하지 않은 회사({', '.join(sorted(strange)[:3])})의 재무제표가 왔습니다.")
    rows = [
        _row(
            lines,
            report,
            {
                "ticker": tickers[corp_code],
                "corp_code": corp_code,
                "fs_div": fs_div,
                "rcept_no": rcept_no,
                "period_end": periods.end_of(lines),
                "has_details": False,
            },
        )
        for (corp_code, fs_div, rcept_no), lines in groups.items()
    ]
    told: list[Row] = [row for row in rows if any(row[name] is not None for name in CORE)]
    if rows and not told:
        raise BadPayload("DART: 응답의 어느 회사에도 핵심 계정의 금액이 없습니다.")
    return told


def whole_rows(records: Sequence[Line], report: Report, company: Row) -> list[Row]:
    """Return the row of an answer of ``fnlttSinglAcntAll``.

    Args:
        records: the answer's lines.
        report: what was asked for.
        company: ``ticker``, ``corp_code``, ``fs_div`` and ``period_end``, which the lines do not name; ``periods`` has
            the stored period of each receipt number, where an answer may hold the reports of two short years.

    Raises:
        BadPayload: lines of another report or company, of several reports none of which is known, two different lines
            in one place, or a field missing.
    """
    groups = _grouped(records, report, ("corp_code", "rcept_no"))
    for lines in groups.values():
        _refuse_contradictions(lines)
    if {corp_code for corp_code, _ in groups} != {company["corp_code"]}:
        raise BadPayload("DART: 요청하지 않은 회사의 재무제표가 왔습니다.")
    stored: Mapping[str, Period] = company.get("periods", {})
    known = {key: lines for key, lines in groups.items() if key[1] in stored} if len(groups) > 1 else groups
    if not known:
        raise BadPayload("DART: 기간을 알 수 없는 두 보고서의 재무제표가 한 응답에 왔습니다.")
    facts = {name: value for name, value in company.items() if name != "periods"}
    return [
        _row(lines, report, {**facts, **_told(stored.get(rcept_no)), "rcept_no": rcept_no, "has_details": True})
        for (_, rcept_no), lines in known.items()
    ]


def _told(period: Period | None) -> dict[str, object]:
    if period is None:
        return {}
    return {"period_end": period.last, "period_start": period.first, "period_months": period.months}


def impossible(row: Row) -> str | None:
    """Say what makes a row impossible, or None."""
    ends, received = row["period_end"], row["rcept_dt"]
    reasons = {
        "접수번호를 읽을 수 없습니다": received is None,
        "기간을 알 수 없습니다": ends is None,
        "기간이 끝나기 전에 접수되었습니다": ends is not None and received is not None and ends >= received,
        "연결도 별도도 아닙니다": row["fs_div"] not in {"CFS", "OFS"},
        "통화를 알아볼 수 없습니다": not CURRENCY.fullmatch(row["currency"]),
        "핵심 계정이 하나도 없습니다": all(row[name] is None for name in CORE),
        "자산총계가 0입니다": row["total_assets"] == 0,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def _grouped(records: Iterable[Line], report: Report, key: Sequence[str]) -> dict[tuple[str, ...], list[Line]]:
    groups: dict[tuple[str, ...], list[Line]] = {}
    asked, texts, place = (f"{report.year}", report.code), (*key, *ALWAYS), itemgetter(*key)
    for line in records:
        for name in texts:
            if not isinstance(line.get(name), str):
                raise BadPayload(f"DART: 응답에 {name} 항목이 없거나 글자가 아닙니다.")
        if (line["bsns_year"], line["reprt_code"]) != asked:
            raise BadPayload(f"DART: {report.label}를 요청했는데 다른 보고서가 왔습니다.")
        groups.setdefault(place(line), []).append(line)
    if groups and not any("thstrm_amount" in line for lines in groups.values() for line in lines):
        raise BadPayload("DART: 응답에 thstrm_amount 항목이 없습니다.")
    return groups


def _refuse_contradictions(lines: Sequence[Line]) -> None:
    """Let pass a line that comes twice as it is; in whole statements one place holds one line."""
    seen: dict[tuple[str, ...], Line] = {}
    for line in lines:
        place = tuple(f"{line.get(name)}" for name in PLACE)
        if seen.setdefault(place, line) != line:
            raise BadPayload(f"DART: {line['account_nm']} 줄이 다른 금액으로 두 번 왔습니다.")


def _row(lines: Sequence[Line], report: Report, facts: Mapping[str, Any]) -> dict[str, object]:
    amounts = figures.of(lines, report.code)
    quarter, ends = QUARTERS[report.code], facts["period_end"]
    balance_first = sorted(lines, key=lambda line: line["sj_div"] != "BS")
    currency = next((f"{line['currency']}" for line in balance_first if line.get("currency")), DEFAULT_CURRENCY)
    # A bank, an insurer, a broker does not tell current from other items, and has no revenue in the usual sense.
    is_financial = (
        amounts["total_assets"] is not None
        and amounts["current_assets"] is None
        and amounts["current_liabilities"] is None
    )
    if is_financial:
        amounts["revenue"] = amounts["revenue_quarter"] = None
    period = _period(lines, facts, quarter)
    row = {
        "ticker": facts["ticker"],
        "fiscal_year": fiscal_year(ends, report.code, period.months if period else None) if ends else report.year,
        "fiscal_quarter": quarter,
        "fs_div": facts["fs_div"],
        "rcept_no": facts["rcept_no"],
        "corp_code": facts["corp_code"],
        "rcept_dt": day_of(facts["rcept_no"]),
        "period_end": ends,
        "period_start": period.first if period else None,
        "period_months": period.months if period else None,
        "currency": currency,
        "is_financial": is_financial,
        **amounts,
        "has_details": facts["has_details"],
        "source_id": "DART",
    }
    return {**row, EARLIER: comparatives.rows_of(lines, report.code, quarter, row)}


def _period(lines: Sequence[Line], facts: Mapping[str, Any], quarter: int) -> Period | None:
    """Return the period as stored, else as the lines say it, None where its end is not known."""
    if facts["period_end"] is None:
        return None
    if facts.get("period_start") is not None:
        return Period(facts["period_start"], facts["period_end"], facts["period_months"])
    return periods.of(lines, facts["period_end"], quarter)


def day_of(rcept_no: str) -> date | None:
    """Return the day of receipt that a receipt number (14 digits) begins with, or None for another shape."""
    if not re.fullmatch(r"\d{14}", rcept_no):
        return None
    try:
        return clock.day_of(rcept_no[:8])
    except ValueError:
        return None
