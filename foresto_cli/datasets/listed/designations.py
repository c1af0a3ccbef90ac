"""Which stocks the exchange has put under watch (관리종목, 투자주의환기종목), and since which session.

KRX writes the word in place of a KOSDAQ stock's section, in every session's answer; ``stock_price_daily.designation``
keeps it. A row of a source that has no sections says nothing: the newest row that can tell counts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, text

TELLING = ("KRX", "KRX_OPENAPI", "FDR")
"""Sources whose rows say by an empty column that a stock is not designated."""

AS_OF = text(
    "SELECT t.ticker, n.designation AS word, f.since, f.since > s.first_told AS is_since_known"
    " FROM (SELECT DISTINCT ticker FROM stock_price_daily WHERE designation IS NOT NULL"
    " AND (CAST(:tickers AS text[]) IS NULL OR ticker = ANY(:tickers))) t"
    " CROSS JOIN LATERAL (SELECT designation FROM stock_price_daily p WHERE p.ticker = t.ticker"
    " AND p.trade_date <= :day AND (p.designation IS NOT NULL OR p.source_id = ANY(:telling))"
    " ORDER BY p.trade_date DESC LIMIT 1) n"
    " CROSS JOIN LATERAL (SELECT max(p.trade_date) AS until FROM stock_price_daily p WHERE p.ticker = t.ticker"
    " AND p.trade_date <= :day AND p.designation IS DISTINCT FROM n.designation"
    " AND (p.designation IS NOT NULL OR p.source_id = ANY(:telling))) o"
    " CROSS JOIN LATERAL (SELECT min(p.trade_date) AS since FROM stock_price_daily p WHERE p.ticker = t.ticker"
    " AND p.trade_date <= :day AND p.trade_date > coalesce(o.until, '-infinity')"
    " AND p.designation = n.designation) f"
    " CROSS JOIN (SELECT min(trade_date) AS first_told FROM stock_price_daily WHERE designation IS NOT NULL) s"
    " WHERE n.designation IS NOT NULL ORDER BY t.ticker"
)


class Designation(NamedTuple):
    """What a stock is designated as.

    Attributes:
        word: 관리종목 or 투자주의환기종목.
        since: the first session of the unbroken stretch under this word.
        is_since_known: False when our record of designations begins with it, so that it may have begun earlier.
    """

    word: str
    since: date
    is_since_known: bool

    def __str__(self) -> str:
        """Return it as people read it: ``관리종목(2026-03-02부터)``."""
        return f"{self.word}({self.since}{'' if self.is_since_known else ' 이전'}부터)"


def as_of(connection: Connection, day: date = date.max, tickers: Iterable[str] | None = None) -> dict[str, Designation]:
    """Return who is designated on ``day`` (now), by ticker; of ``tickers`` alone when given."""
    given = {"day": day, "telling": list(TELLING), "tickers": None if tickers is None else list(tickers)}
    return {
        row.ticker: Designation(row.word, row.since, row.is_since_known) for row in connection.execute(AS_OF, given)
    }


def plain(found: Designation | None) -> dict[str, str | bool] | None:
    """Return the designation as JSON knows it."""
    return None if found is None else {**found._asdict(), "since": f"{found.since}"}


def counted(words: Iterable[str]) -> str:
    """Return how often each word occurs: ``관리종목 3 · 거래정지 1``."""
    return " · ".join(f"{word} {count:,}" for word, count in Counter(words).most_common())


def named(found: Mapping[str, Designation], names: Mapping[str, str], most: int) -> str:
    """Return the stocks of ``found`` by name, the newest designations first, at most ``most`` of them."""
    newest: Sequence[str] = sorted(found, key=lambda ticker: (-found[ticker].since.toordinal(), ticker))
    shown = ", ".join(f"{names.get(ticker, ticker)}({ticker}) {found[ticker]}" for ticker in newest[:most])
    return shown + (f" 외 {len(newest) - most:,}종목" if len(newest) > most else "")
