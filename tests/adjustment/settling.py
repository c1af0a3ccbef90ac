"""What tests of settling share: rows as the loader writes them, stories of one ticker, and what came of them."""

from datetime import date, timedelta

from sqlalchemy import text
from support import EVENING

from foresto_cli.adjustment import pending
from foresto_cli.adjustment.apply import settle
from foresto_cli.store import price_sessions
from foresto_cli.store.tables import stock_price_daily
from foresto_cli.store.upsert import upsert

MARKETS = {"STK": "KOSPI", "KSQ": "KOSDAQ", "KNX": "KONEX"}
PROVENANCE = {"batch_id": 1, "created_at": EVENING.replace(tzinfo=None), "updated_at": EVENING.replace(tzinfo=None)}
TABLE = (
    "SELECT ticker, trade_date, close_price, adj_factor, adj_event, adj_review, adj_evidence, adj_close_price"
    " FROM stock_price_daily ORDER BY 1, 2"
)


def put(engine, rows, *, note=True):
    """Write rows as the loader does, and note and count their days in the same transaction."""
    written = [
        {
            "open_price": row["close_price"],
            "high_price": row["close_price"],
            "low_price": row["close_price"],
            "volume": 1_000,
            "shares_outstanding": 1_000_000,
            "prev_close": row["close_price"],
            "market": "KOSDAQ",
            "is_halted": False,
            "quality_flag": "NORMAL",
            "source_id": "KRX",
            **row,
        }
        for row in rows
    ]
    with engine.begin() as connection:
        upsert(connection, stock_price_daily, written, PROVENANCE)
        days = sorted({row["trade_date"] for row in rows}) if note else []
        for day in days:
            pending.note_pending(connection, day)
        if days:
            price_sessions.recount(connection, days)


def day_of(market, day):
    """The rows of a session of the synthetic market."""
    listed = market.listed(day)
    quotes = market.quotes(day).take(listed.tickers)
    return [
        {
            "ticker": stock.code,
            "trade_date": day,
            "open_price": int(quotes.open[place]),
            "high_price": int(quotes.high[place]),
            "low_price": int(quotes.low[place]),
            "close_price": int(quotes.close[place]),
            "volume": int(quotes.volume[place]),
            "shares_outstanding": int(quotes.shares[place]),
            "prev_close": int(quotes.base[place]),
            "market": MARKETS[stock.market],
            "name": listed.names[place],
            "is_halted": bool(quotes.volume[place] == 0),
        }
        for place, stock in enumerate(listed.stocks)
    ]


def table(engine):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(TABLE))]


def scalar(engine, query, **parameters):
    with engine.connect() as connection:
        return connection.execute(text(query), parameters).scalar()


def execute(engine, query, **parameters):
    with engine.begin() as connection:
        connection.execute(text(query), parameters)


def found(engine):
    return {(ticker, day): (event, factor) for ticker, day, _, factor, event, *_ in table(engine) if event}


def sessions_from(calendar, count, first=date(2026, 3, 2)):
    return calendar.sessions(first, first + timedelta(days=count * 3))[:count]


def quiet(day, count=12):
    """Rows of tickers to which nothing happens: events are a small part of a market."""
    return [{"ticker": f"Q{place:05}", "trade_date": day, "close_price": 5_000} for place in range(count)]


def story(engine, calendar, rows, *, first_shares=1_000_000):
    """Load consecutive sessions of one ticker, among quiet ones, settle, and return its events by session number."""
    days = sessions_from(calendar, len(rows))
    for day, row in zip(days, rows, strict=True):
        put(engine, quiet(day))
        if row:
            put(engine, [{"ticker": "A00001", "trade_date": day, "shares_outstanding": first_shares, **row}])
    settle(engine, calendar)
    return {days.index(day): what for (_, day), what in found(engine).items()}


TRADED = {"close_price": 10_000}
