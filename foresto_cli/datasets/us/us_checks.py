"""Checks of US stocks: identities of statements, order of prices, what the newest price is beside, who is missing."""

from typing import LiteralString

from foresto_cli.collecting.checks import WARNING, Rows, Scope, Units, UnitsOf, check
from foresto_cli.collecting.rules import Rules, broken
from foresto_cli.datasets.us.us_loaders import FUNDS, OVERVIEWS, PRICES, STATEMENTS, Kind
from foresto_cli.store.fragments import Fragment, fragment, sql

OUTSIDERS = 0.3
"""Share of assets that minority interest, which is no equity of shareholders here, may make."""
SPIKE = 2
"""A close that is so many times both its neighbours, or they it, is no split: those do not go back."""
HIGHEST_YIELD = 25
"""Percent a year; the service gives a share, stored as percent."""
SIZES = ("revenue", "total_assets", "total_liabilities", "total_equity", "cash_and_equivalents", "long_term_debt")
SIZE_STEP = 30
"""Times the median of a company's own periods: the unit is another."""

PRICE_RULES: Rules = {
    "고가·저가 순서": "high < greatest(open, close) OR low > least(open, close) OR low <= 0",
    "앞뒤와 다른 종가": "close NOT BETWEEN least(before, after) / {spike} AND greatest(before, after) * {spike}",
    "거래량": "volume < 0 OR (volume > 1000 * median_volume AND median_volume > 0)",
    "날짜": "date > :today OR extract(isodow FROM date) > 5",
}
OVERVIEW_RULES: Rules = {
    "이름·통화": "name = '' OR currency !~ '^[A-Z]{{3}}$' OR exchange = '' OR sector = '' OR industry = ''"
    " OR description = ''",
    "PER·PBR": "pe_ratio <= 0 OR pe_ratio > 10000 OR pb_ratio > 10000",
    "배당수익률": "dividend_yield NOT BETWEEN 0 AND {highest_yield}",
    "52주 고가·저가": "week_52_low > week_52_high OR week_52_low <= 0 OR week_52_high > 50 * week_52_low",
    "이동평균": "day_50_ma NOT BETWEEN week_52_low AND week_52_high OR day_200_ma NOT BETWEEN week_52_low / 2"
    " AND week_52_high * 2",
    "시가총액": "market_cap NOT BETWEEN 1000000 AND 100000000000000",
    "베타": "abs(beta) > 10",
}
NEWEST_RULES: Rules = {
    "마지막 시세": "(current_price, previous_close, volume, price_date)"
    " IS DISTINCT FROM (close, before, bar_volume, date)",
    "등락률": "abs(change_percent - (close / nullif(before, 0) - 1) * 100) > 0.0001 OR (change_percent IS NULL AND"
    " before > 0)",
}
STATEMENT_RULES: Rules = {
    "자산 = 부채 + 자본": "abs(total_assets - total_liabilities - total_equity) > {outsiders} * abs(total_assets)",
    "없을 수 없는 값": "total_assets <= 0 OR cash_and_equivalents < 0 OR cash_and_equivalents > total_assets"
    " OR short_term_debt < 0 OR long_term_debt < 0 OR long_term_debt > 2 * total_assets",
    "매출 − 원가 = 매출총이익": "abs(revenue - cost_of_revenue - gross_profit) > 0.5 * abs(revenue)"
    " OR gross_profit > revenue OR abs(operating_income) > 10 * abs(revenue)",
    "통화": "currency !~ '^[A-Z]{{3}}$'",
    "기간": "fiscal_date > :today",
    "다른 기간과의 크기": "{sizes}",
}


def symbols_of(kind: Kind) -> UnitsOf:
    """Return what names the symbols of the rows as units of ``kind``; of funds the one list."""

    def units(_scope: Scope, rows: Rows) -> Units:
        return {kind.name: ["all"] if kind is FUNDS else sorted({row["symbol"] for row in rows})}

    return units


@check(
    "us.prices",
    "미국 시세",
    WARNING,
    "alpha_vantage_timeseries",
    "저가 ≤ 시가·종가 ≤ 고가이고 종가가 앞뒤 거래일과 이어지며, 종목에 적은 마지막 시세와 같다",
    units=symbols_of(PRICES),
)
def wrong_prices(scope: Scope) -> Rows:
    """Find prices that contradict each other, their neighbours, or what is shown with the stock or fund."""
    bars = scope.rows(
        sql(
            "SELECT * FROM (SELECT symbol, date AS 거래일, {broken} AS 어긋남, close FROM (SELECT t.*,"
            " coalesce(lag(close) OVER w, lead(close) OVER w, close) AS before,"
            " coalesce(lead(close) OVER w, lag(close) OVER w, close) AS after, m.median_volume"
            " FROM alpha_vantage_timeseries t JOIN (SELECT symbol, percentile_cont(0.5) WITHIN GROUP (ORDER BY volume)"
            " AS median_volume FROM alpha_vantage_timeseries GROUP BY 1) m USING (symbol)"
            " WINDOW w AS (PARTITION BY symbol ORDER BY date)) bars) found WHERE 어긋남 <> '' ORDER BY 1, 2",
            broken=fragment(broken(PRICE_RULES), spike=SPIKE),
        ),
        today=scope.now.date(),
    )
    return [*bars, *(row for table in (OVERVIEWS.table, FUNDS.table) for row in _beside(scope, table.name))]


def _beside(scope: Scope, table: str) -> Rows:
    return scope.rows(
        sql(
            "SELECT * FROM (SELECT s.symbol, b.date AS 거래일, {broken} AS 어긋남, s.current_price FROM {table} s JOIN"
            " (SELECT DISTINCT ON (symbol) symbol, date, close, volume AS bar_volume, lag(close) OVER"
            " (PARTITION BY symbol ORDER BY date) AS before FROM alpha_vantage_timeseries ORDER BY symbol, date DESC) b"
            " USING (symbol)) found WHERE 어긋남 <> '' ORDER BY 1",
            table=table,
            broken=broken(NEWEST_RULES),
        )
    )


@check(
    "us.overviews",
    "미국 기업 개요",
    WARNING,
    "alpha_vantage_stocks",
    "PER·배당수익률·52주 가격이 있을 수 있는 값이고 서로 맞는다",
    units=symbols_of(OVERVIEWS),
)
def wrong_overviews(scope: Scope) -> Rows:
    """Find overviews with a value that cannot be, or that another one contradicts."""
    return scope.rows(
        sql(
            "SELECT * FROM (SELECT symbol, {broken} AS 어긋남, name FROM alpha_vantage_stocks) found"
            " WHERE 어긋남 <> '' ORDER BY 1",
            broken=fragment(broken(OVERVIEW_RULES), highest_yield=HIGHEST_YIELD),
        )
    )


@check(
    "us.statements",
    "미국 재무제표",
    WARNING,
    "alpha_vantage_financials",
    "자산 = 부채 + 자본, 매출 − 원가 = 매출총이익이고, 크기가 그 회사의 다른 기간과 비슷하다",
    units=symbols_of(STATEMENTS),
)
def wrong_statements(scope: Scope) -> Rows:
    """Find periods whose amounts contradict each other, or the company's other periods."""
    return scope.rows(
        sql(
            "SELECT * FROM (SELECT symbol, fiscal_date, report_type, {broken} AS 어긋남, total_assets"
            " FROM alpha_vantage_financials f JOIN (SELECT symbol, report_type, {medians} FROM alpha_vantage_financials"
            " GROUP BY 1, 2) m USING (symbol, report_type)) found WHERE 어긋남 <> '' ORDER BY 1, 2, 3",
            broken=fragment(broken(STATEMENT_RULES), outsiders=OUTSIDERS, sizes=_each(SIZE_RULE, " OR ")),
            medians=_each("percentile_cont(0.5) WITHIN GROUP (ORDER BY abs({name})) AS median_{name}", ", "),
        ),
        today=scope.now.date(),
    )


SIZE_RULE: LiteralString = "(median_{name} > 0 AND abs({name}) > {step} * median_{name})"


def _each(template: LiteralString, separator: LiteralString) -> Fragment:
    return Fragment(separator.join(fragment(template, name=name, step=SIZE_STEP) for name in SIZES))


@check(
    "us.missing",
    "사라진 미국 자료",
    WARNING,
    "alpha_vantage_stocks",
    "받은 종목마다 개요, 재무제표, 시세가 저장되어 있다",
    units=lambda _, rows: {
        name: sorted({row["단위"] for row in rows if row["자료"] == name}) for name in sorted({r["자료"] for r in rows})
    },
)
def missing_symbols(scope: Scope) -> Rows:
    """Find units of the ledger with fewer rows than were stored of them, and companies without an overview."""
    return [row for kind in KINDS.values() for row in _lost(scope, kind)]


KINDS = {kind.name: kind for kind in (FUNDS, OVERVIEWS, STATEMENTS, PRICES)}


def _lost(scope: Scope, kind: Kind) -> Rows:
    return scope.rows(
        sql(
            "SELECT u.dataset AS 자료, u.unit AS 단위, u.row_count AS 기록, count(t.symbol) AS 실제 FROM unit_ledger u"
            " LEFT JOIN {table} t ON u.unit IN (t.symbol, 'all') WHERE u.dataset = :dataset AND u.status = 'done'"
            " GROUP BY 1, 2, 3 HAVING count(t.symbol) < u.row_count ORDER BY 2",
            table=kind.table.name,
        ),
        dataset=kind.name,
    )
