"""``foresto statements show``: quarters, twelve months, years and versions of a company's statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.datasets.listed.names import STOCK, Security, security_of
from foresto_cli.output.rows import Kind
from foresto_cli.views.reading import statement_sql as queries
from foresto_cli.views.reading.reading import Amount, Field, Reading, Row, price, require, rows

TABLE, LOADED_BY = "financial_report", "dart financials"
QUARTER, TTM, ANNUAL, VERSIONS = "quarter", "ttm", "annual", "versions"
QUERIES = {
    QUARTER: queries.QUARTER,
    TTM: queries.TTM,
    ANNUAL: queries.ANNUAL,
    VERSIONS: queries.VERSIONS,
}
LABELS = {QUARTER: "분기(석 달)", TTM: "최근 12개월", ANNUAL: "사업연도", VERSIONS: "모든 정정본, 누적"}
YEARS = {QUARTER: 2, TTM: 2, ANNUAL: 5, VERSIONS: 2}
"""Years shown, unless more are asked for."""
ANNUAL_QUARTER = 4
HOW = {
    "AS_FILED": "보고서 그대로",
    "DIFFERENCE": "누적 금액의 차이",
    "STATED": "보고서의 석 달 금액",
    "FILED": "보고서",
    "RETOLD": "나중 보고서",
    "ADOPTED": "이전 DB",
}
REASONS = {
    "TTM_INCOMPLETE": "최근 12개월을 더할 보고서가 모자랍니다.",
    "FY_CHANGE": "사업연도가 12개월이 아니어서 1년 금액을 알 수 없습니다.",
    "QUARTER_INCOMPLETE": "석 달 전까지의 누적 보고서가 없어 분기 금액을 알 수 없습니다.",
}
"""Why an amount is missing."""
EOK, MILLION = 100_000_000, 1_000_000
BASES = {"CFS": "연결", "OFS": "별도"}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which statements somebody wants to see.

    Attributes:
        given: the company's stock, by ticker or name.
        form: :data:`QUARTER`, :data:`TTM`, :data:`ANNUAL` or :data:`VERSIONS`.
        as_of: as they were known on this day; None: today.
        years: back from the newest period; None: :data:`YEARS`.
    """

    given: str
    form: str = QUARTER
    as_of: date | None = None
    years: int | None = None


def show(app: App, wish: Wish) -> Reading:
    """Return the statements of a company, oldest first.

    Raises:
        UsageError: nobody is called so, or several are.
        ConfigError: no statement of anybody is stored.
    """
    with app.engine.connect() as connection:
        stock = security_of(connection, wish.given, (STOCK,), takes_part=True)
        found = told(connection, stock, wish)
        if not found:
            require(connection, TABLE, "재무제표", LOADED_BY)
    currencies = {row["currency"] for row in found} or {"KRW"}
    unit, scale = ("억 원", EOK) if currencies == {"KRW"} else (f"백만 {'·'.join(sorted(currencies))}", MILLION)
    bases = "·".join(sorted({BASES[row["fs_div"]] for row in found if row["fs_div"]}))
    known = f", {wish.as_of}까지 접수" if wish.as_of else ""
    return Reading(
        title=f"{stock.code} {stock.name} · {LABELS[wish.form]}, {bases or '재무제표'}, {unit}{known}",
        fields=_fields(wish.form, scale),
        rows=found,
        notes=_notes(wish.form, found),
        nothing=_nothing(stock, wish),
        facts={"ticker": stock.code, "name": stock.name, "form": wish.form, "as_of": _text(wish.as_of)},
    )


def _nothing(stock: Security, wish: Wish) -> str:
    known = "그날까지 접수된 보고서가" if wish.as_of else "보고서가"
    since = (wish.as_of or clock.today()).year - YEARS[ANNUAL]
    return (
        f"{known} 저장되어 있지 않습니다. 받으려면 foresto {LOADED_BY} --ticker {issuer_of(stock.code)} --from {since}"
    )


def issuer_of(ticker: str) -> str:
    """Return under which ticker a company reports: that of its common share."""
    return f"{ticker[:-1]}0"


def told(connection: Connection, stock: Security, wish: Wish) -> list[Row]:
    """Return the statements that are wanted of a stock's company, oldest first."""
    issuer = issuer_of(stock.code)
    found = rows(connection, QUERIES[wish.form], ticker=issuer, as_of=wish.as_of or clock.today())
    if wish.form == ANNUAL and wish.as_of is None:
        adopted = rows(connection, queries.ADOPTED, ticker=issuer)
        found = sorted([*adopted, *found], key=lambda row: row["fiscal_year"])
    if not found:
        return []
    newest = max(row["fiscal_year"] * ANNUAL_QUARTER + row["fiscal_quarter"] for row in found)
    first = newest - (wish.years or YEARS[wish.form]) * ANNUAL_QUARTER
    kept = [row for row in found if row["fiscal_year"] * ANNUAL_QUARTER + row["fiscal_quarter"] > first]
    return [{**row, "period": _period(row, wish.form), "how": HOW.get(row["how"])} for row in kept]


def _period(row: Mapping[str, Any], form: str) -> str:
    year, quarter = row["fiscal_year"], row["fiscal_quarter"]
    is_year = form == ANNUAL or (form == VERSIONS and quarter == ANNUAL_QUARTER)
    return f"{year}" if is_year else f"{year} {quarter}Q"


def _fields(form: str, scale: int) -> list[Field]:
    def amount(value: Amount) -> str:
        return f"{value / scale:,.0f}"

    names = (
        ("revenue", "매출액", "매출"),
        ("operating_income", "영업이익", "영업이익"),
        ("net_income", "당기순이익", "순이익"),
        ("owners_net_income", "지배주주 순이익", ""),
        ("operating_cash_flow", "영업활동 현금흐름", ""),
        ("investing_cash_flow", "투자활동 현금흐름", ""),
        ("financing_cash_flow", "재무활동 현금흐름", ""),
        ("total_assets", "자산총계", ""),
        ("total_liabilities", "부채총계", ""),
        ("total_equity", "자본총계", "자본"),
        ("owners_equity", "지배주주 지분", ""),
    )
    return [
        Field("ticker", "종목코드"),
        Field("period", "기간", Kind.TEXT, "기간"),
        Field("fiscal_year", "사업연도", Kind.WHOLE),
        Field("fiscal_quarter", "분기(4는 사업보고서)", Kind.WHOLE),
        Field("period_start", "금액이 시작하는 날", Kind.DAY),
        Field("period_end", "기말", Kind.DAY),
        Field("fs_div", "연결(CFS)·별도(OFS)"),
        Field("currency", "통화"),
        *(Field(name, f"{label}(통화 단위)", Kind.NUMBER, head, amount) for name, label, head in names),
        Field("eps", "주당이익", Kind.NUMBER, shown=price),
        Field("how", "근거", Kind.TEXT, "근거" if form == VERSIONS else ""),
        Field("reason", "금액이 없는 사유"),
        Field("rcept_dt", "접수일", Kind.DAY, "" if form == VERSIONS else "접수일"),
        Field("rcept_no", "DART 접수번호", Kind.TEXT, "접수번호"),
    ]


def _notes(form: str, found: Sequence[Row]) -> list[str]:
    told = [f"{' · '.join(row['period'] for row in found if row['reason'] == code)}: {said}"
            for code, said in REASONS.items() if any(row["reason"] == code for row in found)]  # fmt: skip
    if form == QUARTER and found:
        told.append("4Q는 사업보고서에서 아홉 달을 뺀 금액입니다. 자본은 기말의 금액입니다.")
    if form == VERSIONS and any(row["how"] == HOW["RETOLD"] for row in found):
        told.append("나중 보고서: 이듬해 보고서가 전기로 다시 적은 금액입니다.")
    return told


def _text(day: date | None) -> str | None:
    return None if day is None else f"{day}"
