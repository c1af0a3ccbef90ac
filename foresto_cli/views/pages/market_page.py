"""시장: the last stored session: indices, breadth, movers, sectors, ETFs, and flows by investor if they are loaded."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli.errors import ConfigError
from foresto_cli.views import words
from foresto_cli.views.market_mail import mail_facts, mail_sectors
from foresto_cli.views.market_mail.mail_facts import FALLING, LIQUID, RISING
from foresto_cli.views.pages import svg
from foresto_cli.views.pages.page import Asked, Page

INDICES = {"KOSPI": "코스피", "KOSDAQ": "코스닥", "KS200": "코스피 200", "KQ150": "코스닥 150"}
MONTH, SPARK = 21, 60
"""Sessions in a month, and in the small line beside an index."""
MOVERS, FUNDS, TRADERS = 10, 8, 5
EMPTY = "저장된 시세가 없습니다. 먼저 실행하세요: foresto run initial"
TWO_SESSIONS = text(
    "SELECT (SELECT max(trade_date) FROM stock_price_daily WHERE trade_date <= :today) AS session,"
    " (SELECT max(trade_date) FROM stock_price_daily WHERE trade_date <"
    " (SELECT max(trade_date) FROM stock_price_daily WHERE trade_date <= :today)) AS before"
)
LEVELS = text(
    "SELECT k.code, p.closes, p.days, p.rates, y.close AS year_close FROM unnest(CAST(:codes AS text[])) AS k (code)"
    " CROSS JOIN LATERAL (SELECT array_agg(close_price ORDER BY trade_date) AS closes,"
    " array_agg(trade_date ORDER BY trade_date) AS days, array_agg(change_rate ORDER BY trade_date) AS rates FROM"
    " (SELECT trade_date, close_price, change_rate FROM index_price_daily WHERE index_code = k.code"
    " AND close_price IS NOT NULL AND trade_date <= :today ORDER BY trade_date DESC LIMIT :count) n) p"
    " LEFT JOIN LATERAL (SELECT close_price AS close FROM index_price_daily WHERE index_code = k.code"
    " AND trade_date < date_trunc('year', p.days[cardinality(p.days)]) ORDER BY trade_date DESC LIMIT 1) y ON true"
    " WHERE p.closes IS NOT NULL"
)
ETFS = text(
    "SELECT p.ticker, coalesce(e.name, p.ticker) AS name, p.close_price AS close, p.change_rate AS rate,"
    " p.trading_value AS value, round(100 * (p.close_price / nullif(p.nav, 0) - 1), 2) AS premium, p.trade_date"
    " FROM etf_price_daily p LEFT JOIN etfs e USING (ticker) WHERE p.trade_date ="
    " (SELECT max(trade_date) FROM etf_price_daily WHERE trade_date <= :today)"
    " ORDER BY p.trading_value DESC NULLS LAST, p.ticker LIMIT :funds"
)
FLOWS = text(
    "SELECT * FROM (SELECT f.trade_date, f.investor, f.ticker, coalesce(l.name, f.ticker) AS name, f.net_value,"
    " row_number() OVER (PARTITION BY f.investor ORDER BY f.net_value DESC, f.ticker) AS bought,"
    " row_number() OVER (PARTITION BY f.investor ORDER BY f.net_value, f.ticker) AS sold,"
    " sum(f.net_value) OVER (PARTITION BY f.investor) AS total"
    " FROM investor_flow_daily f LEFT JOIN fdr_stock_listing l USING (ticker) WHERE f.trade_date ="
    " (SELECT max(trade_date) FROM investor_flow_daily WHERE trade_date <= :today)) f"
    " WHERE bought <= :most OR sold <= :most ORDER BY investor, bought"
)
INVESTORS = {"FOREIGN": "외국인", "INSTITUTION": "기관", "INDIVIDUAL": "개인"}
Row = Mapping[str, Any]


def page(connection: Connection, _: Asked, today: date) -> Page:
    """Return the market of the last stored session.

    Raises:
        ConfigError: there are no prices.
    """
    days = connection.execute(TWO_SESSIONS, {"today": today}).one()
    if days.session is None:
        raise ConfigError(EMPTY)
    session, before = days.session, days.before or days.session
    counts = mail_facts.counted(connection, session, before)
    sector_day, by_market = mail_sectors.every(connection, session, before)
    values = {
        "day": words.day(session),
        "is_provisional": counts["provisional"],
        "indices": _indices(connection, today),
        "breadth": _breadth(counts),
        "movers": [
            (label, [_mover(row) for row in mail_facts.movers(connection, session, before, side, MOVERS).rows])
            for label, side in (("상승률 상위", RISING), ("하락률 상위", FALLING))
        ],
        "liquid": words.won(LIQUID),
        "sector_day": words.day(sector_day) if sector_day and sector_day != session else "",
        "sectors": [(name, _sectors(name, rows)) for name, rows in by_market.items() if rows],
        "funds": _funds(connection, today),
        "flows": _flows(connection, today),
    }
    return Page("시장", "market.html", values)


def _indices(connection: Connection, today: date) -> list[dict[str, object]]:
    given = {"codes": list(INDICES), "today": today, "count": SPARK + 1}
    return [_index(dict(row)) for row in connection.execute(LEVELS, given).mappings()]


def _index(row: Row) -> dict[str, object]:
    closes = [float(one) for one in row["closes"]]
    last, name = closes[-1], INDICES[row["code"]]
    day_rate = row["rates"][-1]
    if day_rate is None and len(closes) > 1:
        day_rate = 100 * (last / closes[-2] - 1)
    month = 100 * (last / closes[-1 - MONTH] - 1) if len(closes) > MONTH else None
    year = None if row["year_close"] is None else 100 * (last / float(row["year_close"]) - 1)
    return {
        "name": name,
        "day": f"{row['days'][-1]:%m-%d}",
        "level": f"{last:,.2f}",
        "rate": svg.rate(day_rate),
        "month": svg.rate(month),
        "year": svg.rate(year),
        "spark": svg.spark(closes[-SPARK:], name),
    }


def _breadth(counts: Row) -> dict[str, object]:
    told = counts["up"] + counts["flat"] + counts["down"]
    share = {name: 100 * counts[name] / told if told else 0 for name in ("up", "flat", "down")}
    return {
        "stocks": counts["stocks"],
        "counts": [(label, name, counts[name]) for label, name in (("상승", "up"), ("보합", "flat"), ("하락", "down"))],
        "up": round(share["up"], 2),
        "flat": round(share["flat"], 2),
        "down": round(share["down"], 2),
        "flat_from": round(share["up"], 2),
        "down_from": round(share["up"] + share["flat"], 2),
        "said": " · ".join(f"{label} {counts[name]:,}종목" for label, name in
                           (("상승", "up"), ("보합", "flat"), ("하락", "down"))),
    }  # fmt: skip


def _mover(row: Row) -> dict[str, object]:
    return {
        "ticker": row["ticker"],
        "name": row["name"],
        "market": row["market"],
        "close": f"{row['close']:,.0f}",
        "rate": svg.rate(row["rate"]),
        "value": words.won(row["value"]),
    }


def _sectors(market: str, rows: Sequence[Row]) -> list[dict[str, object]]:
    """Return each sector with a bar from the middle, relative to the largest move."""
    largest = max((abs(float(row["rate"])) for row in rows), default=0) or 1.0
    found: list[dict[str, object]] = []
    for row in rows:
        half = round(50 * abs(float(row["rate"])) / largest, 2)
        told = svg.rate(row["rate"])
        found.append(
            {
                "name": row["name"],
                "rate": told,
                "x": 50 if row["rate"] > 0 else 50 - half,
                "width": half,
                "said": f"{market} {row['name']} {told['text'] if told else ''}",
            }
        )
    return found


def _funds(connection: Connection, today: date) -> dict[str, object] | None:
    rows = connection.execute(ETFS, {"today": today, "funds": FUNDS}).mappings().all()
    if not rows:
        return None
    found = [
        {
            "ticker": row["ticker"],
            "name": row["name"],
            "close": f"{row['close']:,.0f}",
            "rate": svg.rate(row["rate"]),
            "premium": svg.rate(row["premium"]),
            "value": None if row["value"] is None else words.won(row["value"]),
        }
        for row in rows
    ]
    return {"day": words.day(rows[0]["trade_date"]), "rows": found}


def _flows(connection: Connection, today: date) -> dict[str, object] | None:
    given = {"today": today, "most": TRADERS}
    rows = [dict(row) for row in connection.execute(FLOWS, given).mappings()]
    if not rows:
        return None
    groups = [
        {
            "name": INVESTORS[investor],
            "total": _net(own[0]["total"]),
            "bought": [_trade(row) for row in own if row["bought"] <= TRADERS and row["net_value"] > 0],
            "sold": [_trade(row) for row in reversed(own) if row["sold"] <= TRADERS and row["net_value"] < 0],
        }
        for investor in INVESTORS
        if (own := [row for row in rows if row["investor"] == investor])
    ]
    return {"day": words.day(rows[0]["trade_date"]), "groups": groups}


def _trade(row: Row) -> dict[str, object]:
    return {"ticker": row["ticker"], "name": row["name"], "net": _net(row["net_value"])}


def _net(value: float) -> dict[str, str]:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return svg.told(f"{sign}{words.won(abs(value))}", float(value))
