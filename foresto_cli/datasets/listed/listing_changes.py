"""What a load changed about who is listed, counted for the closing line: new, renamed, moved, left, back."""

from collections import Counter

from sqlalchemy import Connection, Row, text

KINDS = {"new": "신규 상장", "renamed": "이름 변경", "moved": "시장 이동", "left": "상장폐지", "returned": "재상장"}

Roster = dict[str, Row[tuple[str, str, str, bool]]]
"""Ticker → its row of ``stock_history`` that holds now."""


def roster(connection: Connection) -> Roster:
    """Return who is and was listed under which name and where, as ``stock_history`` has it now."""
    rows = connection.execute(text("SELECT ticker, name, market, is_listed FROM stock_history WHERE valid_to IS NULL"))
    return {row.ticker: row for row in rows}


def changes(before: Roster, after: Roster) -> dict[str, int]:
    """Return how many stocks changed in which way (keys of :data:`KINDS`); none when there was no roster before."""
    found: Counter[str] = Counter()
    for ticker, now in after.items() if before else ():
        then = before.get(ticker)
        if then is None:
            found["new"] += now.is_listed
        elif then.is_listed != now.is_listed:
            found["returned" if now.is_listed else "left"] += 1
        elif now.is_listed:
            found["renamed"] += then.name != now.name
            found["moved"] += then.market != now.market
    return {kind: found[kind] for kind in KINDS if found[kind]}


def sentence(found: dict[str, int]) -> str:
    """Return the counts in one line."""
    return "지난번과 다른 점: " + ", ".join(f"{KINDS[kind]} {count:,}" for kind, count in found.items())
