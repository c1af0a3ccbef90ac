"""Who was designated (관리종목, 투자주의환기종목) or is no longer since the weekly verification before: told once."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, text

from foresto_cli.datasets.listed import designations

SHOWN = 5
WEEK = timedelta(days=7)
"""How far the first look goes back."""
BEFORE = text(
    "SELECT detail -> 'designated' FROM data_collection_log WHERE job_name = 'verify weekly'"
    " AND detail ? 'designated' ORDER BY id DESC LIMIT 1"
)


@dataclass(frozen=True)
class News:
    """What changed.

    Attributes:
        notes: sentences for people; none when nothing changed.
        now: ticker and word of everybody designated now, for the next look.
    """

    notes: list[str]
    now: dict[str, str]


def news(connection: Connection, last: date) -> News:
    """Return whose designation is another than at the last look; at the first one, of the week until ``last``."""
    found = designations.as_of(connection)
    names = {
        row.ticker: row.name for row in connection.execute(text("SELECT ticker, name FROM stocks WHERE is_active"))
    }
    now = {ticker: one.word for ticker, one in found.items() if ticker in names}
    before: dict[str, str] | None = connection.scalar(BEFORE)
    if before is None:
        fresh = {t: found[t] for t in now if found[t].is_since_known and found[t].since > last - WEEK}
        return News(_notes(fresh, [], names), now)
    fresh = {ticker: found[ticker] for ticker, word in now.items() if before.get(ticker) != word}
    return News(_notes(fresh, [ticker for ticker in before if ticker in names and ticker not in now], names), now)


def _notes(fresh: dict[str, designations.Designation], released: list[str], names: dict[str, str]) -> list[str]:
    notes = []
    if fresh:
        notes.append(f"새로 지정된 종목 {len(fresh):,}개: {designations.named(fresh, names, SHOWN)}")
    if released:
        shown = ", ".join(f"{names[ticker]}({ticker})" for ticker in released[:SHOWN])
        more = f" 외 {len(released) - SHOWN:,}종목" if len(released) > SHOWN else ""
        notes.append(f"지정이 해제된 종목 {len(released):,}개: {shown}{more}")
    return notes
