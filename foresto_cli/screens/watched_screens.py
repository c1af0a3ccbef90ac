"""Watched conditions, evaluated where the watchlist is told: who entered and who left since the last telling.

What is unknown is neither: a member without a price that day stays one until it is known to be delisted, and a
condition of which nothing is stored for that day is not evaluated.
"""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import Connection, text

from foresto_cli.app import App
from foresto_cli.errors import UsageError
from foresto_cli.screens import saved_screens
from foresto_cli.screens.conditions import Field, Kind
from foresto_cli.screens.saved_screens import Row
from foresto_cli.screens.screening import Judged, judged, newest_session
from foresto_cli.views import screen_news, watchlist_news
from foresto_cli.views.screen_news import Change, Looked, News

MEMBERS = text(
    "SELECT m.ticker, coalesce(l.name, m.ticker) AS name, l.is_listed = false AS is_gone FROM saved_screen_member m"
    " LEFT JOIN fdr_stock_listing l USING (ticker) WHERE m.name = :name ORDER BY m.ticker"
)
UNSAID = {"ticker", "name"}


def notify_moves(app: App) -> watchlist_news.Told:
    """Tell what is new about watched stocks and watched conditions.

    Raises:
        Busy: another process is telling.
    """
    return watchlist_news.notify_moves(app, look)


def look(connection: Connection) -> Looked:
    """Return who entered and left each watched condition since it was told, if there are new prices.

    The first evaluation, and one without news, is remembered at once; news when they were told.
    """
    watched = [one for one in saved_screens.every(connection) if one["is_watched"]]
    day = newest_session(connection)
    news: list[News] = []
    reasons: list[str] = []
    for one in watched:
        if day is None or (one["told_date"] is not None and day <= one["told_date"]):
            continue
        try:
            found = judged(connection, one["condition"])
        except UsageError as error:
            reasons.append(f"조건 {one['name']}: {error}")
            continue
        if lacking := _lacking(found):
            reasons.append(f"조건 {one['name']}: {day}의 {', '.join(lacking)} 자료가 없어 평가하지 않았습니다.")
            continue
        changed = _changed(connection, one, found)
        if one["told_date"] is not None and changed.count:
            news.append(changed)
        else:
            screen_news.remember(connection, changed)
    return Looked(len(watched), news, reasons)


def _lacking(found: Judged) -> list[str]:
    """Return what the condition speaks of and nobody has: it was not loaded."""
    columns = zip(*(values for _, _, values in found.stocks.values()), strict=True)
    return [
        one.label for one, column in zip(found.fields, columns, strict=True) if all(value is None for value in column)
    ]


def _changed(connection: Connection, saved: Row, found: Judged) -> News:
    members = {row.ticker: row for row in connection.execute(MEMBERS, {"name": saved["name"]})}
    entered = [
        Change(ticker, name, _values(found.fields, values))
        for ticker, (name, truths, values) in found.stocks.items()
        if all(truths) and ticker not in members
    ]
    left = []
    for ticker, row in members.items():
        if ticker not in found.stocks:
            if row.is_gone:
                left.append(Change(ticker, row.name, "상장폐지"))
            continue
        name, truths, values = found.stocks[ticker]
        unfulfilled = [said for said, is_true in zip(found.said, truths, strict=True) if not is_true]
        if unfulfilled:
            had = _values(found.fields, values)
            left.append(
                Change(ticker, name, f"맞지 않는 조건: {', '.join(unfulfilled)}" + (f" ({had})" if had else ""))
            )
    return News(saved["name"], saved["condition"], found.day, entered, left)


def _values(fields: Sequence[Field], values: Sequence[object]) -> str:
    """Return the values that decided: ``점수 71.2, 종가(원) 71,200``."""
    return ", ".join(
        f"{one.label} {_value(value)}"
        for one, value in zip(fields, values, strict=True)
        if one.kind is not Kind.TRUTH and one.name not in UNSAID
    )


def _value(value: object) -> str:
    if value is None:
        return "없음"
    if isinstance(value, Decimal):
        written = f"{value:,.2f}"
        return written.rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else f"{value}"
