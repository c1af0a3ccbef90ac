"""What is told of watched conditions: which stocks fulfil them now, and which no longer."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, text

from foresto_cli import harmless

SHOWN, MOST = 10, 10
"""Stocks that entered, and that left, of a condition; conditions of a message. The others are counted."""
LONGEST = 200
"""Characters of a condition in a message."""


class Change(NamedTuple):
    """A stock that entered or left, and why: what it has, or what it does not fulfil any more."""

    ticker: str
    name: str
    reason: str


@dataclass(frozen=True)
class News:
    """Who fulfils a watched condition now and did not when it was told last, and the other way round.

    Attributes:
        name: the condition is saved under it.
        condition: as it was written.
        day: the session it is about.
        entered: who fulfils it now.
        left: who does not any more.
    """

    name: str
    condition: str
    day: date
    entered: Sequence[Change]
    left: Sequence[Change]

    @property
    def count(self) -> int:
        """Return how many stocks entered and left."""
        return len(self.entered) + len(self.left)


@dataclass(frozen=True)
class Looked:
    """What looking at the watched conditions came to.

    Attributes:
        watched: how many there are.
        news: of those with any.
        reasons: why some could not be evaluated, a sentence each.
    """

    watched: int = 0
    news: Sequence[News] = ()
    reasons: Sequence[str] = ()


def remember(connection: Connection, told: News) -> None:
    """Keep the members of a condition as of ``told``, unless it was changed or is not watched any more."""
    values = {"name": told.name, "condition": told.condition, "day": told.day}
    kept = connection.execute(
        text(
            "UPDATE saved_screen SET told_date = :day WHERE name = :name AND condition = :condition AND is_watched"
            " AND (told_date IS NULL OR told_date < :day)"
        ),
        values,
    )
    if not kept.rowcount:
        return
    connection.execute(
        text("DELETE FROM saved_screen_member WHERE name = :name AND ticker = ANY(:left)"),
        values | {"left": [one.ticker for one in told.left]},
    )
    connection.execute(
        text(
            "INSERT INTO saved_screen_member (name, ticker, since)"
            " SELECT :name, t, :day FROM unnest(CAST(:entered AS text[])) AS t ON CONFLICT (name, ticker) DO NOTHING"
        ),
        values | {"entered": [one.ticker for one in told.entered]},
    )


def title(news: Sequence[News]) -> str:
    """Return what the title of a message says of ``news``."""
    more = f" 외 {len(news) - 1:,}개" if len(news) > 1 else ""
    return harmless.line(f"조건 {news[0].name}{more}: {sum(one.count for one in news):,}종목이 들어오거나 나갔습니다")


def paragraphs(news: Sequence[News]) -> list[str]:
    """Return a paragraph of a message for each condition."""
    found = ["\n".join(_lines(one)) for one in news[:MOST]]
    return [*found, f"외 조건 {len(news) - MOST:,}개: foresto screen --list"] if len(news) > MOST else found


def plain(news: Sequence[News]) -> list[dict[str, object]]:
    """Return ``news`` for ``--json``."""
    return [
        {
            "name": one.name,
            "condition": one.condition,
            "day": f"{one.day}",
            "entered": [change._asdict() for change in one.entered],
            "left": [change._asdict() for change in one.left],
        }
        for one in news
    ]


def _lines(news: News) -> list[str]:
    condition = harmless.line(news.condition, LONGEST)
    return [
        harmless.line(f"[조건 {news.name}] {condition} · {news.day}"),
        *_changes("들어옴", news.entered, news),
        *_changes("나감", news.left, news),
    ]


def _changes(word: str, changes: Sequence[Change], news: News) -> list[str]:
    shown = [
        harmless.line(f"{word}: {one.name}({one.ticker})" + (f" – {one.reason}" if one.reason else ""), LONGEST * 2)
        for one in changes[:SHOWN]
    ]
    if len(changes) > SHOWN:
        shown.append(f"{word}: 외 {len(changes) - SHOWN:,}종목. foresto screen {shlex.quote(news.name)}")
    return shown
