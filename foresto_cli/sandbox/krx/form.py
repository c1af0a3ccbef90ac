"""Reading KRX's form fields and writing its numbers."""

from datetime import date, timedelta

from foresto_cli.clock import day_of

MARKET_NAMES = {"STK": "유가증권", "KSQ": "코스닥", "KNX": "코넥스"}


def day(text: str | None) -> date | None:
    """Return the day written as ``20260125``; None if it is none."""
    try:
        return day_of(text or "")
    except ValueError:
        return None


def span(form: dict[str, str]) -> tuple[date, date] | None:
    """Return the days asked for (``strtDd``, ``endDd``), at most two years as KRX allows; None if unreadable."""
    first, last = day(form.get("strtDd")), day(form.get("endDd"))
    if first is None or last is None:
        return None
    return max(first, last - timedelta(days=731)), last


def count(number: int) -> str:
    """Return a number with thousands separators."""
    return f"{number:,}"


def decimal(number: float) -> str:
    """Return a number with two decimals and thousands separators."""
    return f"{number:,.2f}"


def slashed(when: date) -> str:
    """Return a day as KRX writes it in rows: ``2021/01/08``."""
    return f"{when:%Y/%m/%d}"
