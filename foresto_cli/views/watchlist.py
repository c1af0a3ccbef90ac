"""The watchlist: to add to, to take from, to show."""

from collections.abc import Sequence

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.datasets.listed.names import stock_or_fund
from foresto_cli.views import watched_stocks


def add(app: App, given: Sequence[str]) -> dict[str, object]:
    """Watch stocks, by ticker or name; score and designation of the moment are what later ones are compared with.

    Raises:
        ConfigError: there is no listing to look in.
        UsageError: one of ``given`` is nobody, or several.
    """
    with app.engine.begin() as connection:
        tickers = [stock_or_fund(connection, one).code for one in given]
        added = connection.scalars(
            text(
                "INSERT INTO watchlist (ticker, last_notified_score, last_notified_grade, created_at)"
                " SELECT t, s.compass_score, s.compass_grade, :now FROM unnest(CAST(:tickers AS text[])) AS t"
                " LEFT JOIN stocks s ON s.ticker = t ON CONFLICT (ticker) DO NOTHING RETURNING ticker"
            ),
            {"tickers": list(dict.fromkeys(tickers)), "now": clock.wall()},
        ).all()
        watched_stocks.remember_designations(
            connection, [row for row in watched_stocks.read(connection) if row["ticker"] in added]
        )
        rows = {row["ticker"]: row for row in watched_stocks.read(connection)}
    for ticker in dict.fromkeys(tickers):
        row = rows[ticker]
        word = "관심 종목에 추가했습니다" if ticker in added else "이미 관심 종목입니다"
        app.console.line(f"✓ {row['name']}({ticker}) {word}. {watched_stocks.standing(row)}")
    return {"tickers": tickers, "added": [ticker for ticker in dict.fromkeys(tickers) if ticker in added]}


def remove(app: App, given: Sequence[str]) -> dict[str, object]:
    """Watch stocks no longer.

    Raises:
        ConfigError: there is no listing to look in.
        UsageError: one of ``given`` is nobody, or several.
    """
    with app.engine.begin() as connection:
        watched = {row["ticker"] for row in watched_stocks.read(connection)}
        tickers = [one if one in watched else stock_or_fund(connection, one).code for one in map(str.strip, given)]
        names = {row["ticker"]: row["name"] for row in watched_stocks.read(connection)}
        removed = connection.scalars(
            text("DELETE FROM watchlist WHERE ticker = ANY(:tickers) RETURNING ticker"), {"tickers": tickers}
        ).all()
    for ticker in dict.fromkeys(tickers):
        if ticker in removed:
            app.console.line(f"✓ {names[ticker]}({ticker}) 뺐습니다.")
        else:
            app.console.line(f"· {ticker}은(는) 관심 종목이 아닙니다.")
    return {"tickers": tickers, "removed": list(removed)}


def show(app: App) -> dict[str, object]:
    """Print the watched stocks with what they score now and what was told last, and return them."""
    with app.engine.connect() as connection:
        rows = watched_stocks.read(connection)
    if not rows:
        app.console.line("관심 종목이 없습니다. foresto watchlist add 005930처럼 더하세요.")
    else:
        table = [
            (
                row["ticker"],
                row["name"],
                f"{row['price']:,}" if row["price"] is not None else None,
                "ETF" if row["is_fund"] else watched_stocks.points(row["score"], row["grade"]),
                watched_stocks.points(row["told_score"], row["told_grade"]),
                f"{row['told_at']:%m-%d %H:%M}" if row["told_at"] else None,
            )
            for row in rows
        ]
        app.console.table("관심 종목", ("종목코드", "종목명", "현재가", "지금 점수", "기준 점수", "마지막 알림"), table)
        for row in rows:
            if row["designation"]:
                app.console.line(f"! {row['name']}({row['ticker']}): {row['designation']}")
    return {"watchlist": [watched_stocks.plain(row) for row in rows]}
