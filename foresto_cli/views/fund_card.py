"""One ETF at a glance: what it follows and costs, its price against what it is worth, its newest sessions."""

from datetime import date, timedelta

from sqlalchemy import Connection

from foresto_cli.console import Console
from foresto_cli.views import words
from foresto_cli.views.stored import Found, rows_of

SESSIONS = 5
"""Sessions shown."""
SHOWN = (
    ("name", "종목명"),
    ("is_listed", "상장 중"),
    ("category", "분류"),
    ("index_name", "기초지수"),
    ("leverage", "추적배수"),
    ("manager", "운용사"),
    ("expense_ratio", "총보수(연 %)"),
    ("isin", "ISIN"),
    ("listing_date", "상장일"),
    ("current_price", "현재가(원)"),
    ("price_date", "가격의 거래일"),
    ("nav", "NAV(원)"),
    ("premium", "괴리율(%)"),
    ("net_assets", "순자산"),
    ("units", "상장좌수"),
    ("one_year_return", "1년 수익률(%)"),
    ("ytd_return", "연초 대비(%)"),
)
LOAD = "foresto stocks etfs"
NO_RETURNS = f"수익률은 1년 전(또는 전년 마지막 거래일)부터의 시세가 모두 있어야 냅니다: {LOAD} --from"
LONGEST_YEAR = timedelta(days=380)
"""So far back lies every session that a return begins with."""


def card(connection: Connection, ticker: str) -> Found:
    """Return what is stored of a fund (``--json`` of ``foresto stocks show``); premium: percent of price over NAV."""
    (fund,) = rows_of(
        connection,
        "SELECT e.ticker, e.name, e.is_active AS is_listed, e.category, e.index_name, e.leverage, e.manager,"
        " e.expense_ratio, e.isin, e.listing_date, e.current_price, e.price_date, e.nav,"
        " round(100 * (e.current_price / e.nav - 1), 2) AS premium, e.aum AS net_assets,"
        " coalesce((SELECT p.shares_outstanding FROM etf_price_daily p WHERE p.ticker = e.ticker"
        " ORDER BY p.trade_date DESC LIMIT 1), e.shares) AS units,"
        " round(e.one_year_return, 2) AS one_year_return, round(e.ytd_return, 2) AS ytd_return"
        " FROM etfs e WHERE e.ticker = :ticker",
        ticker=ticker,
    )
    sessions = rows_of(
        connection,
        "SELECT trade_date, open_price, high_price, low_price, close_price, change_rate, volume, nav,"
        " round(100 * (close_price / nav - 1), 2) AS premium, net_assets, index_close FROM etf_price_daily"
        " WHERE ticker = :ticker ORDER BY trade_date DESC LIMIT :count",
        ticker=ticker,
        count=SESSIONS,
    )
    return {"etf": fund, "prices": sessions}


def show(console: Console, found: Found) -> None:
    """Print the card for a person."""
    fund = found["etf"]
    said = fund | {
        "net_assets": None if fund["net_assets"] is None else words.won(fund["net_assets"]),
        "nav": _cents(fund["nav"]),
    }
    rows = [(label, said[name]) for name, label in SHOWN if said[name] is not None]
    console.table(f"{fund['ticker']} {fund['name']} (ETF)", ("항목", "값"), rows)
    if not found["prices"]:
        console.line(f"저장된 일별 시세가 없습니다. {LOAD}로 받으세요.")
        return
    names = ("trade_date", "close_price", "change_rate", "nav", "premium", "volume")
    written = [one | {"nav": _cents(one["nav"]), "premium": _cents(one["premium"])} for one in found["prices"]]
    sessions = [tuple(one[name] for name in names) for one in written]
    console.table("최근 시세", ("거래일", "종가", "등락률(%)", "NAV", "괴리율(%)", "거래량"), sessions)
    if fund["is_listed"] and fund["one_year_return"] is None and fund["ytd_return"] is None:
        console.line(f"· {NO_RETURNS} {date.fromisoformat(found['prices'][0]['trade_date']) - LONGEST_YEAR}")


def _cents(value: float | None) -> str | None:
    return None if value is None else f"{value:,.2f}"
