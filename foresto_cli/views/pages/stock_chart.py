"""The price chart on the page of a stock or ETF: a line or candles, events, and the prices as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli.adjustment.events import LABELS
from foresto_cli.datasets.dart import filing_types
from foresto_cli.datasets.listed.designations import Designation
from foresto_cli.datasets.listed.names import ETF, Security
from foresto_cli.errors import UsageError
from foresto_cli.views import words
from foresto_cli.views.pages import plots, stock_prices, svg
from foresto_cli.views.pages.plots import Happened, Point
from foresto_cli.views.reading.reading import price
from foresto_cli.views.reading.show_periods import by_period
from foresto_cli.views.stored_filings import issuer_of

RANGES = {"1m": ("1개월", 31), "3m": ("3개월", 92), "6m": ("6개월", 183), "1y": ("1년", 366), "3y": ("3년", 1096),
          "5y": ("5년", 1827), "all": ("전체", None)}  # fmt: skip
"""Value of ``?range=`` → label and number of days."""
USUAL = "1y"
CANDLES = 70
"""Maximum number of sessions that are drawn as candles and listed by day."""
WEEKLY = 520
"""Maximum number of sessions that are listed by week; more are listed by month."""
HEADS = {"daily": "일별", "weekly": "주별", "monthly": "월별"}
KINDS = {"price": "가격 조정", "dividend": "배당락", "filing": "공시", "designation": "지정"}
FILED = text(
    "SELECT rcept_dt, filing_type, report_nm FROM dart_filing WHERE ticker = :ticker AND filing_type = ANY(:told)"
    " AND rcept_dt >= :start ORDER BY rcept_dt, rcept_no"
)
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Span:
    """The requested part of the prices: a key of :data:`RANGES`, and whether prices are unadjusted."""

    word: str = USUAL
    is_raw: bool = False

    @property
    def address(self) -> str:
        """Return the query string that asks for it."""
        return f"?range={self.word}{'&raw=1' if self.is_raw else ''}"


def span_of(asked: Mapping[str, str]) -> Span:
    """Return the part of the prices that ``?range=`` and ``?raw=1`` ask for.

    Raises:
        UsageError: there is no such range.
    """
    word = asked.get("range") or USUAL
    if word not in RANGES:
        raise UsageError(f"그런 기간은 없습니다. {' · '.join(RANGES)} 가운데 하나입니다.")
    return Span(word, asked.get("raw") == "1")


def chart(
    connection: Connection,
    one: Security,
    span: Span,
    dividends: Sequence[Row],
    designation: Designation | None,
) -> dict[str, object] | None:
    """Return the chart of a security; None when no price of it is stored."""
    last = stock_prices.last_day(connection, one)
    if last is None:
        return None
    days = RANGES[span.word][1]
    start = date.min if days is None else last - timedelta(days=days)
    is_adjustable = one.kind != ETF
    known = stock_prices.read(connection, one, start, adjusted=is_adjustable and not span.is_raw)
    happened = _happened(connection, one, known, dividends, designation)
    is_short = len(known) <= CANDLES
    kind = "종가" if span.is_raw or not is_adjustable else "수정 종가"
    plot = plots.plot(
        [_point(row) for row in known], happened, what=f"{one.name} {kind}", unit="원", candles=is_short
    )  # fmt: skip
    return {
        "plot": plot,
        "volume": _volume(known),
        "kind": kind,
        "is_raw": span.is_raw,
        "is_adjustable": is_adjustable,
        "other": Span(span.word, not span.is_raw).address,
        "ranges": [(Span(word, span.is_raw).address, label, word == span.word) for word, (label, _) in RANGES.items()],
        "events": [(f"{one.day}", KINDS[one.kind], one.kind, one.hint) for one in reversed(happened)],
        "legend": [(kind, label) for kind, label in KINDS.items() if any(one.kind == kind for one in happened)],
        "table": _table(known, is_short=is_short),
    }


def _point(row: Row) -> Point:
    """Return a session as a point; without a trade the exchange gives 0 for open, high and low, which are left out."""
    if row["is_halted"] or not all(row[name] for name in ("open_price", "high_price", "low_price")):
        return Point(row["trade_date"], float(row["close_price"]))
    return Point(
        row["trade_date"],
        float(row["close_price"]),
        float(row["open_price"]),
        float(row["high_price"]),
        float(row["low_price"]),
    )


def _volume(rows: Sequence[Row]) -> svg.Bars | None:
    values = [
        (f"{row['trade_date']:%m-%d}", None if row["volume"] is None else float(row["volume"]),
         f"{row['trade_date']} {row['volume'] or 0:,.0f}주")
        for row in rows
    ]  # fmt: skip
    return svg.bars(values, "거래량", "plain") if len(values) > 1 and len(values) <= plots.HINTED else None


def _happened(
    connection: Connection,
    one: Security,
    rows: Sequence[Row],
    dividends: Sequence[Row],
    designation: Designation | None,
) -> list[Happened]:
    """Return the events between the first and the last of ``rows``, oldest first."""
    if not rows or one.kind == ETF:
        return []
    start, end = rows[0]["trade_date"], rows[-1]["trade_date"]
    given = {"ticker": issuer_of(one.code), "told": list(filing_types.TOLD), "start": start}
    found = [
        *(Happened(day, "price", LABELS.get(word, word)) for day, word in stock_prices.events(connection, one, start)),
        *(
            Happened(row["ex_date"], "dividend", _paid(row))
            for row in dividends
            if row["ex_date"] is not None and row["amount"] != 0
        ),
        *(
            Happened(
                row.rcept_dt, "filing", f"{filing_types.label_of(row.filing_type)}: {' '.join(row.report_nm.split())}"
            )
            for row in connection.execute(FILED, given)
        ),
        *([Happened(designation.since, "designation", f"{designation}")] if designation else []),
    ]
    return sorted((one for one in found if start <= one.day <= end), key=lambda one: one.day)


def _paid(row: Row) -> str:
    amount = "금액 모름" if row["amount"] is None else f"주당 {price(row['amount'])}원"
    return f"배당락 {amount}"


def _table(rows: Sequence[Row], *, is_short: bool) -> dict[str, object]:
    """Return the prices as a table, newest first: by day, week or month, so that it stays readable."""
    word = "daily" if is_short else "weekly" if len(rows) <= WEEKLY else "monthly"
    shown = list(rows) if word == "daily" else by_period([dict(row) for row in rows], is_monthly=word == "monthly")
    return {"head": HEADS[word], "rows": [_line(row) for row in reversed(shown)]}


def _line(row: Row) -> dict[str, object]:
    def told(name: str) -> str:
        return price(row[name]) if row[name] else "–"

    return {
        "day": f"{row['trade_date']}",
        "prices": [told(name) for name in stock_prices.PRICES],
        "rate": svg.rate(row["change_rate"]),
        "volume": "–" if row["volume"] is None else f"{row['volume']:,.0f}",
        "value": "–" if row["trading_value"] is None else words.won(row["trading_value"]),
    }
