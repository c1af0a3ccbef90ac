"""종목: one stock or ETF: prices with events, score with reasons, quarters, dividends, filings."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, text

from foresto_cli.app import calendar_of
from foresto_cli.datasets.listed import designations
from foresto_cli.datasets.listed.names import ETF, STOCK, Security, security_of
from foresto_cli.errors import UsageError
from foresto_cli.views import fund_card, stock_card, stock_news, words
from foresto_cli.views.pages import search, stock_chart, stock_filed, stock_prices, stock_score, svg
from foresto_cli.views.pages.page import Answer, Asked, Moved, Page
from foresto_cli.views.reading import show_dividends
from foresto_cli.views.reading.reading import price
from foresto_cli.views.stored import Found

NOT_FOUND = 404
LONGEST = 100
"""Maximum length of a name to search for."""
NEWEST = {
    STOCK: text(
        "SELECT trade_date, close_price, change_rate, price_change, volume, trading_value, is_halted,"
        " quality_flag = 'PROVISIONAL' AS is_provisional FROM stock_price_daily WHERE ticker = :code"
        " ORDER BY trade_date DESC LIMIT 1"
    ),
    ETF: text(
        "SELECT trade_date, close_price, change_rate, price_change, volume, trading_value,"
        " volume = 0 AND open_price = 0 AS is_halted, false AS is_provisional FROM etf_price_daily"
        " WHERE ticker = :code ORDER BY trade_date DESC LIMIT 1"
    ),
}
Row = Mapping[str, Any]


def page(connection: Connection, asked: Asked, today: date) -> Answer:
    """Return the page of ``asked["ticker"]``; for a name instead of a code, a redirect to the page of its code.

    When no stock or several have the name, return a list of stocks with similar names.

    Raises:
        UsageError: there is no such range.
        ConfigError: no stocks and no ETFs are stored yet.
    """
    given = asked["ticker"].strip()[:LONGEST]
    span = stock_chart.span_of(asked)
    try:
        one = stock_prices.listed(connection, given) or security_of(connection, given, (STOCK, ETF), takes_part=True)
    except UsageError:
        near = search.page(connection, {"q": given}, today)
        return replace(near, status=NOT_FOUND) if isinstance(near, Page) else near
    if one.code != given:
        return Moved(f"/stocks/{quote(one.code)}{span.address if asked.keys() & {'range', 'raw'} else ''}")
    return of(connection, one, span, today)


def of(connection: Connection, one: Security, span: stock_chart.Span, today: date, *, alone: bool = False) -> Page:
    """Return the page of a security; with ``alone`` in a layout that works without a server."""
    quoted = connection.execute(NEWEST[one.kind], {"code": one.code}).mappings().one_or_none()
    shared = {"alone": alone, "code": one.code, "name": one.name, "kind": one.kind,
              "quote": _quote(dict(quoted)) if quoted else None, "is_listed": one.is_listed}  # fmt: skip
    of_kind = _fund(connection, one, span) if one.kind == ETF else _stock(connection, one, span, today)
    return Page(f"{one.name} {one.code}", "stock.html", shared | of_kind)


def _quote(row: Row) -> dict[str, object]:
    return {
        "day": words.day(row["trade_date"]),
        "price": f"{price(row['close_price'])}원",
        "rate": svg.rate(row["change_rate"]),
        "change": "" if row["price_change"] is None else words.signed(float(row["price_change"]), 0),
        "value": "" if row["trading_value"] is None else words.won(row["trading_value"]),
        "is_halted": row["is_halted"],
        "is_provisional": row["is_provisional"],
    }


def _stock(connection: Connection, one: Security, span: stock_chart.Span, today: date) -> dict[str, object]:
    sessions = calendar_of(connection)
    known = connection.scalar(
        text("SELECT EXISTS (SELECT 1 FROM fdr_stock_listing WHERE ticker = :code)"), {"code": one.code}
    )
    identity = stock_card.identity_of(connection, one.code) if known else None
    marked = designations.as_of(connection, today, [one.code]).get(one.code) if one.is_listed else None
    paid = show_dividends.of(connection, sessions, one.code)
    news = stock_news.of(connection, sessions, one.code)
    return {
        "market": identity["market"] if identity else "",
        "sector": (identity["sector"] or identity["industry"] or "") if identity else "",
        "designation": f"{marked}" if marked else "",
        "left": _left(identity) if identity else "상장 목록에 없음",
        "facts": [*(_facts(identity) if identity else []), *[(*line, "") for line in stock_news.lines(news)]],
        "ratio_note": identity["ratio_note"] if identity else "",
        "chart": stock_chart.chart(connection, one, span, paid, marked),
        "score": stock_score.score(connection, one.code),
        "quarters": stock_filed.quarters(connection, one, today),
        "payments": stock_filed.payments(paid),
        "decided": stock_filed.decided(connection, one.code),
        "filings": stock_filed.filed(connection, one.code, today),
    }


def _left(identity: Found) -> str:
    if identity["is_listed"]:
        return ""
    told = " · ".join(f"{one}" for one in (identity["delisting_date"], identity["delisting_reason"]) if one)
    return f"상장폐지 {told}".strip()


def _facts(identity: Found) -> list[tuple[str, str, str]]:
    """Return (label, value, text below the value) of each fact that is known."""
    per, cap = identity["pe_ratio"], identity["market_cap"]
    told: list[tuple[str, str | None, str]] = [
        ("시가총액", None if cap is None else words.won(cap), ""),
        ("상장주식수", None if identity["shares"] is None else f"{identity['shares']:,.0f}주", ""),
        ("PER", None if per is None else f"{per:,.2f}배", f"1/PER {100 / per:.2f}%" if per else ""),
        ("PBR", None if identity["pb_ratio"] is None else f"{identity['pb_ratio']:,.2f}배", ""),
        ("ROE", _percent(identity["roe"]), ""),
        ("배당수익률", _percent(identity["dividend_yield"]), ""),
        ("1년 수익률", _percent(identity["one_year_return"]), ""),
        ("연초 대비", _percent(identity["ytd_return"]), ""),
        ("상장일", identity["listing_date"], ""),
        ("주요 제품", identity["products"], ""),
    ]
    return [(label, value, below) for label, value, below in told if value is not None]


def _percent(value: float | None) -> str | None:
    return None if value is None else f"{value:,.2f}%".replace("-", "−")


def _fund(connection: Connection, one: Security, span: stock_chart.Span) -> dict[str, object]:
    fund = fund_card.card(connection, one.code)["etf"]
    said = fund | {
        "is_listed": None,
        "name": None,
        "net_assets": None if fund["net_assets"] is None else words.won(fund["net_assets"]),
        "units": None if fund["units"] is None else f"{fund['units']:,.0f}좌",
        "current_price": None,
        "price_date": None,
        "nav": None if fund["nav"] is None else f"{fund['nav']:,.2f}",
        "premium": _percent(fund["premium"]),
        "one_year_return": _percent(fund["one_year_return"]),
        "ytd_return": _percent(fund["ytd_return"]),
    }
    facts = [(label, f"{said[name]}", "") for name, label in fund_card.SHOWN if said[name] is not None]
    return {
        "market": "ETF",
        "sector": fund["category"] or "",
        "designation": "",
        "left": "" if one.is_listed else "상장폐지",
        "facts": facts,
        "ratio_note": "",
        "chart": stock_chart.chart(connection, one, span, (), None),
        "score": None,
        "quarters": None,
        "payments": [],
        "decided": [],
        "filings": [],
    }
