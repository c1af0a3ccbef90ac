"""Checks of rows: do the numbers of a row, and of a row and its neighbours, agree (:mod:`.row_faults` finds them)."""

from datetime import date

from sqlalchemy import text

from foresto_cli.collecting.checks import CRITICAL, WARNING, Rows, Scope, Units, check, days_of
from foresto_cli.datasets.prices import row_faults
from foresto_cli.datasets.prices.repairs import prices_again, stretches, whole_history

NEAR_AN_EVENT = 90
"""Days between an event and the listing of its shares."""


@check(
    "prices.order",
    "고가·저가 순서",
    CRITICAL,
    "stock_price_daily",
    "저가 ≤ 시가·종가 ≤ 고가",
    prices_again,
    units=days_of("prices.day"),
)
def wrong_order(scope: Scope) -> Rows:
    """Find traded rows whose high is not the highest or whose low is not the lowest price."""
    return row_faults.having(scope, row_faults.ORDER, "open_price", "high_price", "low_price", "close_price")


@check(
    "prices.arithmetic",
    "종가·대비·등락률",
    CRITICAL,
    "stock_price_daily",
    "종가 − 대비 = 기준가, 등락률 = 대비 ÷ 기준가",
    prices_again,
    units=days_of("prices.day"),
)
def wrong_arithmetic(scope: Scope) -> Rows:
    """Find rows whose base price, change, change rate and close contradict each other: a digit is wrong."""
    return row_faults.having(scope, row_faults.ARITHMETIC, "close_price", "price_change", "prev_close", "change_rate")


@check(
    "prices.market_cap",
    "시가총액",
    CRITICAL,
    "stock_price_daily",
    "시가총액 = 종가 × 상장주식수",
    prices_again,
    units=days_of("prices.day"),
)
def wrong_market_cap(scope: Scope) -> Rows:
    """Find final rows whose market capitalisation is not close times listed shares."""
    return row_faults.having(scope, row_faults.MARKET_CAP, "close_price", "shares_outstanding", "market_cap")


@check(
    "prices.trading",
    "거래량·거래대금과 가격",
    WARNING,
    "stock_price_daily",
    "거래대금 ÷ 거래량은 그날의 가격과 제한폭 안에 있고, 거래가 없으면 가격도 움직이지 않는다",
    prices_again,
    units=days_of("prices.day"),
)
def impossible_trading(scope: Scope) -> Rows:
    """Find volumes and values whose ratio no trade of the day can have had, and prices that moved without a trade."""
    return row_faults.having(
        scope, row_faults.TRADING, "low_price", "high_price", "close_price", "volume", "trading_value"
    )


@check(
    "prices.values",
    "빈 값",
    WARNING,
    "stock_price_daily",
    "거래소 시세에는 기준가·대비·등락률·거래대금·시가총액·주식수·종목명·시장이 있다",
    prices_again,
    units=days_of("prices.day"),
)
def empty_values(scope: Scope) -> Rows:
    """Find rows of the exchange that lack what every such row has."""
    return row_faults.having(
        scope, row_faults.NULLS, "name", "market", "prev_close", "change_rate", "trading_value", "market_cap"
    )


@check(
    "prices.labels",
    "시세의 표지",
    WARNING,
    "stock_price_daily",
    "확정 시세는 정규장의 것이고, 수정주가는 네이버의 것뿐이며, 정지로 적힌 종목은 거래가 없다",
    prices_again,
    units=days_of("prices.day"),
)
def wrong_labels(scope: Scope) -> Rows:
    """Find rows whose flags (quality, basis, halted) contradict their numbers or their source."""
    return row_faults.having(scope, row_faults.LABELS, "quality_flag", "price_basis", "volume", "prev_close")


def _days_around(scope: Scope, rows: Rows) -> Units:
    return {"prices.day": stretches(scope, rows)}


def _days_or_all(scope: Scope, rows: Rows) -> Units:
    """Return the days of the rows; those of a stock's whole history where it is not the listing's."""
    if any("listed_market" in row for row in rows):
        return whole_history(scope, rows)
    return {"prices.day": sorted({f"{row['trade_date']}" for row in rows})}


def _hint(rows: Rows) -> str:
    is_of_a_day = not any("listed_market" in row for row in rows)
    return prices_again(rows) if is_of_a_day else "foresto verify monthly --repair"


@check(
    "prices.frozen",
    "멈춘 시세",
    WARNING,
    "stock_price_daily",
    "거래된 종목의 가격과 거래량이 사흘 내리 같지 않다",
    "foresto verify monthly --repair",
    units=_days_around,
)
def frozen_rows(scope: Scope) -> Rows:
    """Find stocks whose source stands still: all prices and the volume of the sessions before."""
    return row_faults.having(scope, row_faults.FROZEN, "close_price", "volume")


@check(
    "prices.shares",
    "상장주식수",
    WARNING,
    "stock_price_daily",
    "상장주식수가 하루만 달라지거나 사건 없이 열 배가 되지 않고, 마지막 거래일에는 상장 목록과 맞는다",
    _hint,
    units=_days_or_all,
)
def wrong_shares(scope: Scope) -> Rows:
    """Find listed shares that differ on one day, are a power of ten of those before, or are not the listing's."""
    found = row_faults.having(scope, row_faults.SHARES, "shares_outstanding", "lag_shares")
    known = _explained(scope, found)
    found = [row for row in found if (row["ticker"], row["trade_date"]) not in known]
    return [*found, *(row for row in scope.once(_other_than_listed) if row["is_other_number"])]


def _explained(scope: Scope, found: Rows) -> set[tuple[str, date]]:
    """Return the steps that an event near them explains: new shares may be listed weeks after their rights went."""
    rows = scope.rows(
        text(
            "SELECT f.ticker, f.day FROM unnest(CAST(:tickers AS text[]), CAST(:days AS date[]),"
            " CAST(:ratios AS double precision[])) AS f (ticker, day, ratio) JOIN stock_price_daily p"
            " ON p.ticker = f.ticker AND p.adj_event IS NOT NULL"
            " AND p.trade_date BETWEEN f.day - :near AND f.day + :near"
            " AND p.adj_factor BETWEEN 0.9 * f.ratio AND 1.1 * f.ratio"
        ),
        tickers=[row["ticker"] for row in found],
        days=[row["trade_date"] for row in found],
        ratios=[
            (row[row_faults.BEFORE["lag_shares"]] or 0) / (row["shares_outstanding"] or float("inf")) for row in found
        ],
        near=NEAR_AN_EVENT,
    )
    return {(row["ticker"], row["day"]) for row in rows}


@check(
    "prices.market",
    "종목의 시장과 이름",
    WARNING,
    "stock_price_daily",
    "시장과 이름이 하루만 바뀌지 않고, 마지막 거래일의 시장은 상장 목록과 같다",
    _hint,
    units=_days_or_all,
)
def wrong_market(scope: Scope) -> Rows:
    """Find rows of another market or name than the rows before and after them, or than the listing."""
    found = row_faults.having(scope, row_faults.MARKET, "market", "name", "lag_market", "lag_name")
    return [*found, *(row for row in scope.once(_other_than_listed) if row["is_other_market"])]


def _other_than_listed(scope: Scope) -> Rows:
    """Return rows of the last session whose market or shares are not those of a listing as new as they are.

    Issues of new shares may be listed in between; they do not double a company.
    """
    return scope.rows(
        text(
            "SELECT * FROM (SELECT p.ticker, p.trade_date, p.market, l.market AS listed_market,"
            " p.shares_outstanding, l.shares AS listed_shares,"
            " split_part(p.market, ' ', 1) <> split_part(l.market, ' ', 1) AS is_other_market,"
            " COALESCE(GREATEST(p.shares_outstanding, l.shares) > 2 * LEAST(p.shares_outstanding, l.shares), false)"
            " AS is_other_number FROM stock_price_daily p JOIN fdr_stock_listing l USING (ticker)"
            " WHERE p.trade_date = :day AND p.quality_flag <> 'ADJUSTED' AND l.is_listed AND l.as_of_date >= :day)"
            " AS pairs WHERE is_other_market OR is_other_number ORDER BY 1"
        ),
        day=scope.last,
    )


@check(
    "prices.limit",
    "가격제한폭",
    WARNING,
    "stock_price_daily",
    "등락률이 제한폭(30%, 코넥스 15%) 안에 있다",
    prices_again,
    units=days_of("prices.day"),
)
def beyond_limit(scope: Scope) -> Rows:
    """Find changes, highs and lows beyond the exchange's price limit, except on first days and soon after a halt.

    Liquidation trading (정리매매) has no limit; of who has left since nobody can say when it began.
    """
    found = row_faults.having(scope, row_faults.LIMIT, "market", "change_rate")
    if not found:
        return []
    listed = {row["ticker"] for row in scope.rows(text("SELECT ticker FROM fdr_stock_listing WHERE is_listed"))}
    return [row for row in found if row["ticker"] in listed]


@check(
    "prices.duplicates",
    "중복 행",
    CRITICAL,
    "stock_price_daily",
    "종목과 거래일마다 한 행",
    "중복 행을 지우고 기본 키를 되살린 뒤 foresto verify daily",
)
def duplicate_keys(scope: Scope) -> Rows:
    """Find a stock twice on one day (impossible while the table's primary key stands)."""
    return row_faults.having(scope, row_faults.DUPLICATE)
