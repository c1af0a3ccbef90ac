"""Watched stocks: who they are, and one message when a score has moved far enough since it was told last."""

import functools
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli import clock, harmless
from foresto_cli.app import App
from foresto_cli.errors import Busy, ForestoError, exit_code_of
from foresto_cli.ops import attempts, network, notify, runs, words
from foresto_cli.ops.results import SOME_FAILED, Result, summary
from foresto_cli.ops.stock_card import ticker_of
from foresto_cli.store import advisory, designations

COMMAND, LABEL = "watchlist notify", "관심 종목 알림"
LEAST_MOVE = Decimal(5)
"""Points of the score that are news."""
DISCLAIMER = "점수는 과거 자료로 계산한 값이며 투자를 권하는 것이 아닙니다."
WATCHED = (
    "SELECT w.ticker, coalesce(s.name, l.name, w.ticker) AS name, s.compass_score AS score, s.compass_grade AS grade,"
    " s.compass_summary AS summary, w.last_notified_score AS told_score, w.last_notified_grade AS told_grade,"
    " w.last_notified_at AS told_at FROM watchlist w LEFT JOIN stocks s USING (ticker)"
    " LEFT JOIN fdr_stock_listing l USING (ticker) ORDER BY w.created_at, w.ticker"
)

Row = dict[str, Any]


def add(app: App, given: Sequence[str]) -> Result:
    """Watch stocks, by ticker or name; the score of the moment is what later ones are compared with.

    Raises:
        ConfigError: there is no listing to look in.
        UsageError: one of ``given`` is nobody, or several.
    """
    with app.engine.begin() as connection:
        tickers = [ticker_of(connection, one.strip()) for one in given]
        added = connection.scalars(
            text(
                "INSERT INTO watchlist (ticker, last_notified_score, last_notified_grade, created_at)"
                " SELECT t, s.compass_score, s.compass_grade, :now FROM unnest(CAST(:tickers AS text[])) AS t"
                " LEFT JOIN stocks s ON s.ticker = t ON CONFLICT (ticker) DO NOTHING RETURNING ticker"
            ),
            {"tickers": list(dict.fromkeys(tickers)), "now": clock.wall()},
        ).all()
        rows = {row["ticker"]: row for row in _watched(connection)}
    for ticker in dict.fromkeys(tickers):
        row = rows[ticker]
        word = "지켜봅니다" if ticker in added else "이미 지켜보고 있습니다"
        app.console.line(f"✓ {row['name']}({ticker}) {word}. {_standing(row)}")
    return {"command": "watchlist add", "exit_code": 0, "tickers": tickers, "added": list(added)}


def remove(app: App, given: Sequence[str]) -> Result:
    """Watch stocks no longer.

    Raises:
        ConfigError: there is no listing to look in.
        UsageError: one of ``given`` is nobody, or several.
    """
    with app.engine.begin() as connection:
        tickers = [ticker_of(connection, one.strip()) for one in given]
        names = {row["ticker"]: row["name"] for row in _watched(connection)}
        removed = connection.scalars(
            text("DELETE FROM watchlist WHERE ticker = ANY(:tickers) RETURNING ticker"), {"tickers": tickers}
        ).all()
    for ticker in dict.fromkeys(tickers):
        if ticker in removed:
            app.console.line(f"✓ {names[ticker]}({ticker}) 뺐습니다.")
        else:
            app.console.line(f"· {ticker} 은(는) 관심 종목이 아닙니다.")
    return {"command": "watchlist remove", "exit_code": 0, "tickers": tickers, "removed": list(removed)}


def show(app: App) -> Result:
    """Print the watched stocks with what they score now and what was told last, and return them."""
    with app.engine.connect() as connection:
        rows = _watched(connection)
    if not rows:
        app.console.line("관심 종목이 없습니다. foresto watchlist add 005930 처럼 더하세요.")
    else:
        table = [
            (
                row["ticker"],
                row["name"],
                _points(row["score"], row["grade"]),
                _points(row["told_score"], row["told_grade"]),
                f"{row['told_at']:%m-%d %H:%M}" if row["told_at"] else None,
            )
            for row in rows
        ]
        app.console.table("관심 종목", ("종목코드", "종목명", "지금 점수", "견줄 점수", "알린 때"), table)
        for row in rows:
            if row["designation"]:
                app.console.line(f"! {row['name']}({row['ticker']}): {row['designation']}")
    return {"command": "watchlist list", "exit_code": 0, "watchlist": [_plain(row) for row in rows]}


def notify_moves(app: App) -> Result:
    """Tell every channel which watched scores moved at least five points or changed grade since they were told last.

    A stock first seen with a score sets what later scores are compared with. What reached a channel is told.

    Raises:
        Busy: another process is telling.
    """
    network.awaited()
    with runs.recorded(app.engine, COMMAND, LABEL) as run, advisory.alone(app.engine, advisory.WATCHLIST) as free:
        if not free:
            raise Busy("다른 foresto 가 관심 종목을 알리고 있습니다. 두 번 알리지 않습니다.")
        result = summary(COMMAND, run.run_id, []) | _told(app)
        result["seconds"] = run.seconds
        run.close(result, next(iter(result["reasons"]), None))
    return result


def _told(app: App) -> Result:
    with app.engine.begin() as connection:
        _set_bases(connection)
        rows = _watched(connection)
    moved = [row for row in rows if _is_news(row)]
    found: Result = {"watched": len(rows), "moved": [_plain(row) for row in moved], "channels": {}}
    if not moved:
        return found | {"reasons": ["알릴 만큼 달라진 점수가 없습니다." if rows else "관심 종목이 없습니다."]}
    title, body = compose(moved)
    errors: list[ForestoError] = []
    channels = notify.channels(app)
    for channel in channels:
        error = attempts.attempt(app, channel.label, functools.partial(channel.send, title, body))
        found["channels"][channel.label] = None if error is None else attempts.plain(app, error)
        if error is None:
            notify.succeeded(app, channel.name)
        else:
            notify.failed(app, channel.name, channel.label, error)
            errors.append(error)
    reasons = [f"{label}: {reason}" for label, reason in found["channels"].items() if reason]
    if not channels:
        return found | {"reasons": [notify.NOBODY]}
    if len(errors) == len(channels):
        return found | {"outcome": errors[0].outcome, "exit_code": exit_code_of(errors[0]), "reasons": reasons}
    with app.engine.begin() as connection:
        _remember(connection, moved)
    outcome, code = ("partial", SOME_FAILED) if errors else ("done", 0)
    return found | {"outcome": outcome, "exit_code": code, "reasons": reasons}


def show_told(app: App, result: Result) -> None:
    """Say in a few lines what was told to whom."""
    for row in result["moved"]:
        app.console.line(f"  {_line(row)}")
    for reason in result["reasons"]:
        app.console.complain(f"! {reason}") if result["exit_code"] else app.console.line(f"· {reason}")
    heard = [label for label, reason in result["channels"].items() if reason is None]
    if heard:
        app.console.strong(f"✓ {len(result['moved'])}종목을 {', '.join(heard)}(으)로 알렸습니다.")


def compose(moved: Sequence[Row]) -> tuple[str, str]:
    """Return title and text of the message about ``moved``."""
    if len(moved) == 1:
        title = f"[foresto] {moved[0]['name']} 점수가 달라졌습니다"
    else:
        title = f"[foresto] 관심 종목 {len(moved)}개의 점수가 달라졌습니다"
    paragraphs = [
        harmless.line(_line(row)) + (f"\n  {harmless.line(row['summary'])}" if row["summary"] else "") for row in moved
    ]
    return harmless.line(title), "\n\n".join([*paragraphs, DISCLAIMER])


def _watched(connection: Connection) -> list[Row]:
    rows = connection.execute(text(WATCHED)).mappings().all()
    marked = designations.as_of(connection, tickers=[row["ticker"] for row in rows])
    return [{**row, "designation": marked.get(row["ticker"])} for row in rows]


def _set_bases(connection: Connection) -> None:
    connection.execute(
        text(
            "UPDATE watchlist w SET last_notified_score = s.compass_score, last_notified_grade = s.compass_grade"
            " FROM stocks s WHERE s.ticker = w.ticker AND w.last_notified_score IS NULL AND s.compass_score IS NOT NULL"
        )
    )


def _is_news(row: Row) -> bool:
    if row["score"] is None or row["told_score"] is None:
        return False
    return bool(abs(row["score"] - row["told_score"]) >= LEAST_MOVE or row["grade"] != row["told_grade"])


def _remember(connection: Connection, moved: Sequence[Row]) -> None:
    for row in moved:
        connection.execute(
            text(
                "UPDATE watchlist SET last_notified_score = :score, last_notified_grade = :grade,"
                " last_notified_at = :now WHERE ticker = :ticker"
            ),
            {"score": row["score"], "grade": row["grade"], "now": clock.wall(), "ticker": row["ticker"]},
        )


def _points(score: object, grade: object) -> str | None:
    return None if score is None else f"{score:.1f} {grade or '–'}"


def _standing(row: Row) -> str:
    told = f"지금 {_points(row['score'], row['grade'])}" if row["score"] is not None else "아직 점수가 없습니다."
    return f"{told} {row['designation']} 종목입니다." if row["designation"] else told


def _line(row: Row) -> str:
    before, after = _points(row["told_score"], row["told_grade"]), _points(row["score"], row["grade"])
    moved = words.signed(float(row["score"]) - float(row["told_score"]), 1)
    mark = f" [{row['designation']}]" if row["designation"] else ""
    return f"{row['name']}({row['ticker']}){mark} {before} → {after} ({moved})"


def _plain(row: Row) -> Row:
    """Return the row with numbers that JSON knows."""
    numbers = {name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()}
    return numbers | {"designation": designations.plain(row["designation"])}
