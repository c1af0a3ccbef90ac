"""Prices drawn as text: in one line, or as a chart of several lines."""

from collections.abc import Sequence
from datetime import date

from foresto_cli.views.reading.reading import price

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 60
"""Characters at most: with its ends it stands in 80 columns."""
LEAST = 3
"""Fewer prices than this are no line."""


def lines(closes: Sequence[tuple[date, float]], *, is_adjusted: bool) -> list[str]:
    """Return a sparkline of (day, close), oldest first, and the extremes below it; nothing of too few."""
    if len(closes) < LEAST:
        return []
    lowest, highest = min(closes, key=lambda one: one[1]), max(closes, key=lambda one: one[1])
    change = 100 * (closes[-1][1] / closes[0][1] - 1)
    kind = "수정 종가" if is_adjusted else "종가"
    return [
        bars([close for _, close in closes]),
        f"{kind} {closes[0][0]}부터 {change:+.1f}% · {_at('최고', *highest)} · {_at('최저', *lowest)}",
    ]


def _at(word: str, day: date, close: float) -> str:
    return f"{word} {price(close)} ({day:%m-%d})"


def bars(values: Sequence[float], width: int = WIDTH) -> str:
    """Return ``values`` as at most ``width`` bars, each the last value of an equal share of them."""
    count = min(len(values), width)
    chosen = [values[(place + 1) * len(values) // count - 1] for place in range(count)]
    low, span = min(chosen), max(chosen) - min(chosen)
    return "".join(BARS[int((value - low) / span * (len(BARS) - 1) + 0.5) if span else 0] for value in chosen)


def picture(closes: Sequence[tuple[date, float]], *, width: int, height: int = 14) -> list[str]:
    """Return a chart of (day, close) in lines of at most ``width`` characters: prices at the left, days below."""
    values = [close for _, close in closes]
    low, span = min(values), max(values) - min(values)
    steps = len(BARS)
    labels = {0: price(low + span), height // 2: price(low + span / 2), height - 1: price(low)}
    margin = max(map(len, labels.values()))
    count = min(len(values), width - margin - 2)
    chosen = [values[(place + 1) * len(values) // count - 1] for place in range(count)]
    # The lowest price gets one eighth of a cell, so that every day is visible.
    heights = [
        1 + round((value - low) / span * (height * steps - 1)) if span else height * steps // 2 for value in chosen
    ]
    rows = [
        f"{labels.get(row, ''):>{margin}} ┤" + "".join(_cell(tall - steps * (height - 1 - row)) for tall in heights)
        for row in range(height)
    ]
    first, last = f"{closes[0][0]}", f"{closes[-1][0]}"
    days = f"{first}{last:>{max(count - len(first), len(last) + 1)}}"
    return [*(row.rstrip() for row in rows), f"{'':>{margin}} └{'─' * count}", f"{'':>{margin}}  {days}"]


def _cell(eighths: int) -> str:
    return " " if eighths <= 0 else BARS[min(eighths, len(BARS)) - 1]
