"""One message of what is new about watched stocks: scores, designations, filings, and watched conditions."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from foresto_cli import clock, harmless
from foresto_cli.app import App
from foresto_cli.errors import Busy, ForestoError, exit_code_of
from foresto_cli.running import runs
from foresto_cli.running.results import SOME_FAILED, Result
from foresto_cli.store import advisory
from foresto_cli.telling import attempts, channels, network, notify
from foresto_cli.views import screen_news, watched_filings, watched_stocks
from foresto_cli.views.screen_news import Looked, News
from foresto_cli.views.watched_stocks import Row

COMMAND, LABEL = "watchlist notify", "관심 종목 알림"
NOTHING = "알릴 만큼 달라진 점수나 지정, 새 공시가 없습니다."
DISCLAIMER = "점수는 과거 자료로 계산한 값이며 투자를 권하는 것이 아닙니다."


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
        watched_stocks.set_bases(connection)
        rows = watched_stocks.read(connection)
        filed = watched_filings.read(connection)
        looked = look(connection)
    news = [row for row in rows if watched_stocks.has_moved(row) or watched_stocks.is_marked_anew(row)]
    found = Told(
        COMMAND,
        run_id=run_id,
        watched=len(rows),
        moved=[watched_stocks.plain(row) for row in news if watched_stocks.has_moved(row)],
        designated=[watched_stocks.plain(row) for row in news if watched_stocks.is_marked_anew(row)],
        filed=filed,
        screens=screen_news.plain(looked.news),
    )
    if not (news or filed or looked.news):
        found.reasons = [*looked.reasons, NOTHING if rows or looked.watched else "관심 종목이 없습니다."]
        return found
    title, body = compose(news, filed, looked.news)
    errors: list[ForestoError] = []
    chosen = channels.configured(app)
    for channel in chosen:
        error = attempts.attempt(app, channel.label, functools.partial(channel.send, title, body))
        found.channels[channel.label] = None if error is None else attempts.plain(app, error)
        if error is None:
            notify.succeeded(app, channel.name)
        else:
            notify.failed(app, channel.name, channel.label, error)
            errors.append(error)
    failed = [f"{label}: {reason}" for label, reason in found.channels.items() if reason]
    found.reasons = [*failed, *looked.reasons]
    if not chosen:
        found.reasons = [channels.NOBODY, *looked.reasons]
        return found
    if len(errors) == len(chosen):
        found.outcome, found.exit_code = errors[0].outcome, exit_code_of(errors[0])
        return found
    with app.engine.begin() as connection:
        watched_stocks.remember_scores(connection, [row for row in news if watched_stocks.has_moved(row)])
        watched_stocks.remember_designations(connection, news, clock.wall())
        watched_filings.remember(connection, filed)
        for one in looked.news:
            screen_news.remember(connection, one)
    found.outcome, found.exit_code = ("partial", SOME_FAILED) if errors else ("done", 0)
    return found


def show_told(app: App, result: Told) -> None:
    """Say in a few lines what was told to whom."""
    told = {row["ticker"]: row for row in (*result.moved, *result.designated)}
    for row in told.values():
        for line in watched_stocks.lines(row):
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
        what = (
            "점수가 달라졌습니다"
            if all(watched_stocks.has_moved(row) for row in news)
            else "점수나 지정이 달라졌습니다"
        )
        title = f"[foresto] 관심 종목 {len(news)}개의 {what}"
    elif watched_stocks.is_marked_anew(news[0]):
        title = f"[foresto] {news[0]['name']} {watched_stocks.marked_words(news[0])}"
    else:
        title = f"[foresto] {news[0]['name']} 점수가 달라졌습니다"
    paragraphs = [
        "\n".join(harmless.line(line) for line in watched_stocks.lines(row))
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
