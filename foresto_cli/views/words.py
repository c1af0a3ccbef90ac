"""How moments, spans, sizes and outcomes are put into Korean, the same way on every page and in every letter."""

from datetime import date, datetime

from foresto_cli import clock
from foresto_cli.running import outcomes

NOTHING, FEW = 0.05, 10
"""Seconds that round to no tenth, and from which on a tenth says nothing."""
STEP = 1024
"""So many of a unit of memory are one of the next."""
WEEKDAYS = "월화수목금토일"
MINUTE, HOUR, DAY = 60, 3_600, 86_400
FAR = 14
"""Days from which on a date says more than a number of days."""
MAN, EOK, JO = 10_000, 100_000_000, 1_000_000_000_000


def outcome(word: str) -> str:
    """Return an outcome word in Korean; one that nobody translated stays as it is."""
    return outcomes.said(word)


def day(given: date) -> str:
    """Return ``11월 20일 (금)``."""
    return f"{given.month}월 {given.day}일 ({WEEKDAYS[given.weekday()]})"


def moment(given: datetime) -> str:
    """Return ``11-20 (금) 16:30``."""
    return f"{given:%m-%d} ({WEEKDAYS[given.weekday()]}) {given:%H:%M}"


def span(seconds: float | None) -> str:
    """Return how long something took: ``0.4초``, ``12초``, ``3분 5초``, ``1시간 2분``."""
    if seconds is None:
        return "–"
    if seconds < MINUTE:
        if seconds < NOTHING:
            return "0.1초 미만"
        return f"{seconds:.1f}초" if seconds < FEW else f"{seconds:.0f}초"
    if seconds < HOUR:
        return f"{seconds // MINUTE:.0f}분 {seconds % MINUTE:.0f}초"
    return f"{seconds // HOUR:.0f}시간 {seconds % HOUR // MINUTE:.0f}분"


def away(then: datetime) -> str:
    """Return how far a KST moment is from now: ``방금``, ``3시간 전``, ``2일 뒤``."""
    seconds = (clock.wall() - then.replace(tzinfo=None)).total_seconds()
    side, size = ("전" if seconds >= 0 else "뒤"), abs(seconds)
    if size < MINUTE:
        return "방금"
    if size < HOUR:
        return f"{size / MINUTE:.0f}분 {side}"
    if size < DAY:
        return f"{size / HOUR:.0f}시간 {side}"
    return f"{size / DAY:.0f}일 {side}" if size < FAR * DAY else f"{then:%Y-%m-%d}"


def size(count: int) -> str:
    """Return bytes as ``312 KB``, ``41 MB``, ``1.2 GB``."""
    kilo = count / STEP
    if kilo < STEP:
        return f"{kilo:,.0f} KB"
    mega = kilo / STEP
    return f"{mega:,.0f} MB" if mega < STEP else f"{mega / STEP:,.1f} GB"


def won(amount: float) -> str:
    """Return an amount in won in large units: ``12.3조원``, ``1,234억원``, ``530만원``."""
    if abs(amount) >= JO:
        return f"{amount / JO:,.1f}조원"
    return f"{amount / EOK:,.0f}억원" if abs(amount) >= EOK or not amount else f"{amount / MAN:,.0f}만원"


def signed(number: float, digits: int = 2) -> str:
    """Return a number with its sign, a true minus, and none before a zero."""
    text = f"{abs(number):,.{digits}f}"
    if not text.strip("0.,"):
        return text
    return f"+{text}" if number > 0 else f"−{text}"
