"""Watched stocks, and one message of what is new: scores, designations, filings, and watched conditions."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli import clock, harmless
from foresto_cli.app import App
from foresto_cli.datasets.listed import designations
from foresto_cli.datasets.listed.names import stock_or_fund
from foresto_cli.errors import Busy, ForestoError, exit_code_of
from foresto_cli.running import runs
from foresto_cli.running.results import SOME_FAILED, Result
from foresto_cli.store import advisory
from foresto_cli.telling import attempts, network, notify
from foresto_cli.views import screen_news, watched_filings, words
from foresto_cli.views.screen_news import Looked, News

COMMAND, LABEL = "watchlist notify", "관심 종목 알림"
LEAST_MOVE = Decimal(5)
"""Points of the score that are news."""
NOTHING = "알릴 만큼 달라진 점수나 지정, 새 공시가 없습니다."
DISCLAIMER = "점수는 과거 자료로 계산한 값이며 투자를 권하는 것이 아닙니다."
WATCHED = (
    "SELECT w.ticker, coalesce(s.name, l.name, e.name, w.ticker) AS name, s.compass_score AS score,"
    " s.compass_grade AS grade, l.ticker IS NULL AND e.ticker IS NOT NULL AS is_fund,"
    " coalesce(s.current_price, e.current_price) AS price,"
    " s.compass_summary AS summary, w.last_notified_score AS told_score, w.last_notified_grade AS told_grade,"
    " w.last_notified_at AS told_at, w.last_notified_designation AS told_designation"
    " FROM watchlist w LEFT JOIN stocks s USING (ticker)"
    " LEFT JOIN fdr_stock_listing l USING (ticker) LEFT JOIN etfs e USING (ticker) ORDER BY w.created_at, w.ticker"
)

Row = dict[str, Any]


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
        _remember_designations(connection, [row for row in _watched(connection) if row["ticker"] in added])
        rows = {row["ticker"]: row for row in _watched(connection)}
    for ticker in dict.fromkeys(tickers):
        row = rows[ticker]
        word = "관심 종목에 추가했습니다" if ticker in added else "이미 관심 종목입니다"
        app.console.line(f"✓ {row['name']}({ticker}) {word}. {_standing(row)}")
    return {"tickers": tickers, "added": [ticker for ticker in dict.fromkeys(tickers) if ticker in added]}


def remove(app: App, given: Sequence[str]) -> dict[str, object]:
    """Watch stocks no longer.

    Raises:
        ConfigError: there is no listing to look in.
        UsageError: one of ``given`` is nobody, or several.
    """
    with app.engine.begin() as connection:
        watched = {row["ticker"] for row in _watched(connection)}
        tickers = [one if one in watched else stock_or_fund(connection, one).code for one in map(str.strip, given)]
        names = {row["ticker"]: row["name"] for row in _watched(connection)}
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
        rows = _watched(connection)
    if not rows:
        app.console.line("관심 종목이 없습니다. foresto watchlist add 005930처럼 더하세요.")
    else:
        table = [
            (
                row["ticker"],
                row["name"],
                f"{row['price']:,}" if row["price"] is not None else None,
                "ETF" if row["is_fund"] else _points(row["score"], row["grade"]),
                _points(row["told_score"], row["told_grade"]),
                f"{row['told_at']:%m-%d %H:%M}" if row["told_at"] else None,
            )
            for row in rows
        ]
        app.console.table("관심 종목", ("종목코드", "종목명", "현재가", "지금 점수", "기준 점수", "마지막 알림"), table)
        for row in rows:
            if row["designation"]:
                app.console.line(f"! {row['name']}({row['ticker']}): {row['designation']}")
    return {"watchlist": [_plain(row) for row in rows]}


@dataclass(kw_only=True)
class Told(Result):
    """What was told: how many stocks are watched, those with news, and why a channel did not take it, if so."""

    watched: int
    moved: list[Row]
    designated: list[Row]
    filed: list[Row] = field(default_factory=list)
    screens: list[Row] = field(default_factory=list)
    channels: dict[str, str | None] = field(default_factory=dict)


def notify_moves(app: App, look: Callable[[Connection], Looked] = lambda _: Looked()) -> Told:
    """Tell every channel about watched stocks: moves of five points, other grades, designations, and new filings.

    A stock first seen with a score sets what later scores are compared with. What reached a channel is told.

    Args:
        app: whose channels.
        look: says what is new about watched conditions; it belongs to the room above.

    Raises:
        Busy: another process is telling.
    """
    network.awaited()
    with runs.recorded(app.engine, COMMAND, LABEL) as run, advisory.alone(app.engine, advisory.WATCHLIST) as free:
        if not free:
            raise Busy("다른 foresto가 관심 종목을 알리고 있습니다. 두 번 알리지 않습니다.")
        result = _told(app, run.run_id, look)
        result.seconds = run.seconds
        run.close(result, result.first_reason)
    return result


def _told(app: App, run_id: int, look: Callable[[Connection], Looked]) -> Told:
    with app.engine.begin() as connection:
        _set_bases(connection)
        rows = _watched(connection)
        filed = watched_filings.read(connection)
        looked = look(connection)
    news = [row for row in rows if _has_moved(row) or _is_marked_anew(row)]
    found = Told(
        COMMAND,
        run_id=run_id,
        watched=len(rows),
        moved=[_plain(row) for row in news if _has_moved(row)],
        designated=[_plain(row) for row in news if _is_marked_anew(row)],
        filed=filed,
        screens=screen_news.plain(looked.news),
    )
    if not (news or filed or looked.news):
        found.reasons = [*looked.reasons, NOTHING if rows or looked.watched else "관심 종목이 없습니다."]
        return found
    title, body = compose(news, filed, looked.news)
    errors: list[ForestoError] = []
    channels = notify.channels(app)
    for channel in channels:
        error = attempts.attempt(app, channel.label, functools.partial(channel.send, title, body))
        found.channels[channel.label] = None if error is None else attempts.plain(app, error)
        if error is None:
            notify.succeeded(app, channel.name)
        else:
            notify.failed(app, channel.name, channel.label, error)
            errors.append(error)
    failed = [f"{label}: {reason}" for label, reason in found.channels.items() if reason]
    found.reasons = [*failed, *looked.reasons]
    if not channels:
        found.reasons = [notify.NOBODY, *looked.reasons]
        return found
    if len(errors) == len(channels):
        found.outcome, found.exit_code = errors[0].outcome, exit_code_of(errors[0])
        return found
    with app.engine.begin() as connection:
        _remember(connection, [row for row in news if _has_moved(row)])
        _remember_designations(connection, news, clock.wall())
        watched_filings.remember(connection, filed)
        for one in looked.news:
            screen_news.remember(connection, one)
    found.outcome, found.exit_code = ("partial", SOME_FAILED) if errors else ("done", 0)
    return found


def show_told(app: App, result: Told) -> None:
    """Say in a few lines what was told to whom."""
    told = {row["ticker"]: row for row in (*result.moved, *result.designated)}
    for row in told.values():
        for line in _lines(row):
            app.console.line(f"  {line}")
    if result.filed:
        for line in watched_filings.paragraph(result.filed).splitlines():
            app.console.line(f"  {line}")
    for one in result.screens:
        counts = f"{len(one['entered']):,}종목 들어옴, {len(one['left']):,}종목 나감"
        app.console.line(harmless.line(f"  조건 {one['name']}: {counts} ({one['day']})"))
    for reason in result.reasons:
        app.console.complain(f"! {reason}") if result.exit_code else app.console.line(f"· {reason}")
    heard = [label for label, reason in result.channels.items() if reason is None]
    if heard:
        what = [f"{len(told)}종목"] if told else []
        what += [f"공시 {len(result.filed):,}건"] if result.filed else []
        what += [f"조건 {len(result.screens):,}개"] if result.screens else []
        app.console.strong(f"✓ {', '.join(heard)} 알림: {', '.join(what)}")


def compose(news: Sequence[Row], filed: Sequence[Row] = (), screens: Sequence[News] = ()) -> tuple[str, str]:
    """Return title and text of the message about ``news`` of stocks, what was ``filed``, and watched conditions."""
    if not news:
        said = [*([watched_filings.title(filed)] if filed else []), *([screen_news.title(screens)] if screens else [])]
        title = f"[foresto] {' · '.join(said)}"
    elif len(news) > 1:
        what = "점수가 달라졌습니다" if all(_has_moved(row) for row in news) else "점수나 지정이 달라졌습니다"
        title = f"[foresto] 관심 종목 {len(news)}개의 {what}"
    elif _is_marked_anew(news[0]):
        title = f"[foresto] {news[0]['name']} {_marked(news[0])}"
    else:
        title = f"[foresto] {news[0]['name']} 점수가 달라졌습니다"
    paragraphs = [
        "\n".join(harmless.line(line) for line in _lines(row))
        + (f"\n  {harmless.line(row['summary'])}" if row["summary"] else "")
        for row in news
    ]
    if filed:
        paragraphs.append(watched_filings.paragraph(filed))
        title += f" · 공시 {len(filed):,}건" if news else ""
    if screens:
        title += f" · 조건 {len(screens):,}개" if news else ""
        paragraphs += screen_news.paragraphs(screens)
    return harmless.line(title), "\n\n".join([*paragraphs, DISCLAIMER])


def _watched(connection: Connection) -> list[Row]:
    rows = connection.execute(text(WATCHED)).mappings().all()
    marked = designations.as_of(connection, tickers=[row["ticker"] for row in rows])
    found = [{**row, "designation": marked.get(row["ticker"])} for row in rows]
    return [{**row, "designated": str(row["designation"]) if row["designation"] else None} for row in found]


def _set_bases(connection: Connection) -> None:
    connection.execute(
        text(
            "UPDATE watchlist w SET last_notified_score = s.compass_score, last_notified_grade = s.compass_grade"
            " FROM stocks s WHERE s.ticker = w.ticker AND w.last_notified_score IS NULL AND s.compass_score IS NOT NULL"
        )
    )


def _has_moved(row: Row) -> bool:
    if row["score"] is None or row["told_score"] is None:
        return False
    return bool(abs(row["score"] - row["told_score"]) >= LEAST_MOVE or row["grade"] != row["told_grade"])


def _is_marked_anew(row: Row) -> bool:
    return bool(_word(row) != row["told_designation"])


def _word(row: Row) -> str | None:
    marked = row["designation"]
    if marked is None:
        return None
    return f"{marked['word'] if isinstance(marked, dict) else marked.word}"


def _remember(connection: Connection, moved: Sequence[Row]) -> None:
    for row in moved:
        connection.execute(
            text(
                "UPDATE watchlist SET last_notified_score = :score, last_notified_grade = :grade,"
                " last_notified_at = :now WHERE ticker = :ticker"
            ),
            {"score": row["score"], "grade": row["grade"], "now": clock.wall(), "ticker": row["ticker"]},
        )


def _remember_designations(connection: Connection, rows: Sequence[Row], told_at: datetime | None = None) -> None:
    for row in rows:
        connection.execute(
            text(
                "UPDATE watchlist SET last_notified_designation = :word,"
                " last_notified_at = coalesce(CAST(:now AS timestamp), last_notified_at) WHERE ticker = :ticker"
            ),
            {"word": _word(row), "now": told_at, "ticker": row["ticker"]},
        )


def _points(score: object, grade: object) -> str | None:
    return None if score is None else f"{score:.1f} {grade or '–'}"


def _standing(row: Row) -> str:
    if row["is_fund"]:
        price = "아직 시세가 없습니다." if row["price"] is None else f"현재가 {row['price']:,}원입니다."
        return f"ETF라 점수는 없습니다. {price}"
    told = f"지금 {_points(row['score'], row['grade'])}" if row["score"] is not None else "아직 점수가 없습니다."
    return f"{told} {row['designation']} 종목입니다." if row["designation"] else told


def _lines(row: Row) -> list[str]:
    """Return what is new about a stock, a line for the designation and one for the score."""
    named = f"{row['name']}({row['ticker']})"
    told = [f"! {named} {_marked(row)}"] if _is_marked_anew(row) else []
    if _has_moved(row):
        before, after = _points(row["told_score"], row["told_grade"]), _points(row["score"], row["grade"])
        moved = words.signed(float(row["score"]) - float(row["told_score"]), 1)
        mark = f" [{row['designated']}]" if row["designated"] and not told else ""
        told.append(f"{named}{mark} {before} → {after} ({moved})")
    return told


def _marked(row: Row) -> str:
    """Return which designation began or ended: ``관리종목 지정(2026-11-20부터)``, ``관리종목 지정 해제``."""
    if row["designated"] is None:
        return f"{row['told_designation']} 지정 해제"
    word, since = row["designated"].split("(", 1)
    former = f"{row['told_designation']}에서 " if row["told_designation"] else ""
    return f"{former}{word} 지정({since}"


def _plain(row: Row) -> Row:
    """Return the row with numbers and moments as JSON knows them."""
    plain = {name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()}
    told_at = f"{row['told_at']:%Y-%m-%d %H:%M:%S}" if row["told_at"] else None
    return plain | {"designation": designations.plain(row["designation"]), "told_at": told_at}
