"""``stock_history``: renames, market moves, delistings and re-listings, each with the day from which it held.

A row holds from ``valid_from`` (included) to ``valid_to`` (not included, null: until now); whether a stock was listed
on day D is told by the row with ``valid_from <= D AND (valid_to IS NULL OR D < valid_to)``. What was before the first
listing that we read is known only as far as that one tells it (listing date, delisting date, one name), and from the
names in stored price rows: a rename then is dated by the first row under the new name, and who has no listing date
(preferred shares) was listed since the first row.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import Connection, text

from foresto_cli.collecting.data_set import DataSet
from foresto_cli.datasets.listed import past_names
from foresto_cli.datasets.listed.list_tables import stock_history
from foresto_cli.datasets.listed.past_names import Known, Run
from foresto_cli.store.upsert import Counts, Row, upsert

DATASET = DataSet(name="stocks.history", label="종목 이력", table="stock_history", command="stocks load")


class Span(NamedTuple):
    """One row of the history, without its ticker."""

    valid_from: date
    valid_to: date | None
    name: str
    market: str
    is_listed: bool


class Seen(NamedTuple):
    """What the listing says of a stock.

    Attributes:
        day: as of when it says so.
        name: then.
        market: then.
        is_listed: then.
        listing_date: first day, where it is told.
        delisting_date: first day on which it was no longer listed, where it is told.
        is_known: the history was made of it before.
    """

    day: date
    name: str
    market: str
    is_listed: bool
    listing_date: date | None
    delisting_date: date | None
    is_known: bool = False


def advanced(spans: Sequence[Span], seen: Seen) -> list[Span]:
    """Return the spans of one stock, oldest first, once ``seen`` is known too."""
    if not spans:
        return _first(seen)
    last, before = spans[-1], list(spans[:-1])
    if not last.is_listed and not seen.is_listed:
        return _corrected(before, last, seen)
    if last[2:] == (seen.name, seen.market, seen.is_listed):
        return list(spans)
    if seen.is_known:
        # Not the stock changed, but the row of its history.
        return [*before, last._replace(name=seen.name, market=seen.market, is_listed=seen.is_listed)]
    since = seen.day if seen.is_listed == last.is_listed else _turned(last, seen)
    if since <= last.valid_from:
        # A second change noted for the same day: the last word counts.
        return [*before, last._replace(name=seen.name, market=seen.market, is_listed=seen.is_listed)]
    return [*before, last._replace(valid_to=since), Span(since, None, seen.name, seen.market, seen.is_listed)]


def _turned(last: Span, seen: Seen) -> date:
    """Return the day on which a stock came or left; a first listing date of old says nothing about a return."""
    told = seen.listing_date if seen.is_listed else seen.delisting_date
    return told if told is not None and (told > last.valid_from or not seen.is_listed) else seen.day


def _first(seen: Seen) -> list[Span]:
    if seen.is_listed:
        return [Span(seen.listing_date or seen.day, None, seen.name, seen.market, is_listed=True)]
    gone = Span(seen.delisting_date or seen.day, None, seen.name, seen.market, is_listed=False)
    if seen.listing_date is None or seen.listing_date >= gone.valid_from:
        return [gone]
    return [Span(seen.listing_date, gone.valid_from, seen.name, seen.market, is_listed=True), gone]


def _corrected(before: list[Span], gone: Span, seen: Seen) -> list[Span]:
    """Move the day of a delisting that was noticed before its date was told."""
    left = seen.delisting_date
    if left is None or left == gone.valid_from or not before or left <= before[-1].valid_from:
        return [*before, gone]
    return [*before[:-1], before[-1]._replace(valid_to=left), gone._replace(valid_from=left)]


def told_by_prices(spans: Sequence[Span], seen: Seen, runs: Sequence[Run]) -> list[Span]:
    """Return the spans of one stock with its first listed one divided by the names that its price rows had then.

    Without spans yet, what ``seen`` tells is divided; its own name then counts from its own day. Rows from before a
    listing date that is told are of an earlier listing, and say nothing here.
    """
    is_first_look = not spans
    spans = spans or _first(seen)
    whole = spans[0]
    start = whole.valid_from if seen.listing_date else min(whole.valid_from, runs[0].first_day)
    end = min(whole.valid_to or date.max, seen.day + timedelta(days=1))
    inside = [run for run in runs if run.last_day >= start and run.first_day < end]
    if not whole.is_listed or not inside or (inside[-1].name != whole.name and not is_first_look):
        return list(spans)
    days = [start, *(run.first_day for run in inside[1:])]
    ends = [*days[1:], whole.valid_to]
    parts = [
        whole._replace(valid_from=day, valid_to=until, name=run.name)
        for day, until, run in zip(days, ends, inside, strict=True)
    ]
    return [*parts, *spans[1:]]


def is_believable(spans: Sequence[Span]) -> bool:
    """Say whether each span ends where the next begins, the last one holds until now, and none lacks name or market."""
    is_unbroken = all(one.valid_to == after.valid_from for one, after in pairwise(spans))
    return is_unbroken and spans[-1].valid_to is None and all(one.name and one.market for one in spans)


def write(connection: Connection, _: Row) -> Counts:
    """Bring ``stock_history`` up to date in the caller's transaction and return exact counts.

    Its rows say by their dates when they came.
    """
    stored, listing = _known(connection), _listing(connection)
    # Of spans that contradict each other none can be believed: what the listing and the prices tell is all there is.
    known = {ticker: spans for ticker, spans in stored.items() if is_believable(spans)}
    oldest = {ticker: _oldest(known.get(ticker) or _first(seen), seen) for ticker, seen in listing.items()}
    past = past_names.runs(connection, oldest)
    wanted: dict[str, list[Span]] = {}
    for ticker, seen in listing.items():
        spans = known.get(ticker, [])
        if ticker in past:
            spans = told_by_prices(spans, seen, past[ticker])
        wanted[ticker] = advanced(spans, seen)
    _delete(connection, stored, wanted)
    return upsert(
        connection,
        stock_history,
        [{"ticker": ticker, **span._asdict()} for ticker, spans in wanted.items() for span in spans],
        {},
    )


def _known(connection: Connection) -> dict[str, list[Span]]:
    """Return the spans of every stock, oldest first, as they are stored."""
    known: dict[str, list[Span]] = defaultdict(list)
    rows = connection.execute(
        text(
            "SELECT ticker, valid_from, valid_to, name, market, is_listed FROM stock_history"
            " ORDER BY ticker, valid_from"
        )
    )
    for ticker, *span in rows:
        known[ticker].append(Span(*span))
    return known


def _listing(connection: Connection) -> dict[str, Seen]:
    """Return what the listing says of every stock."""
    newest = connection.scalar(text("SELECT max(as_of_date) FROM fdr_stock_listing WHERE is_listed"))
    rows = connection.execute(
        text(
            "SELECT ticker, as_of_date, name, market, is_listed, listing_date, delisting_date, coalesce(run_id <="
            " (SELECT max(run_id) FROM unit_ledger WHERE dataset = :name AND status = 'done'), false) AS is_known"
            " FROM fdr_stock_listing LEFT JOIN (SELECT batch_id, run_id FROM data_load_batch) batch USING (batch_id)"
        ),
        {"name": DATASET.name},
    )
    # Who is gone without a date was still there on its own last day, and no longer on the newest list's.
    return {
        ticker: Seen(as_of if is_listed else newest or as_of, name, market, is_listed, listed, left, is_known)
        for ticker, as_of, name, market, is_listed, listed, left, is_known in rows
    }


def _oldest(spans: Sequence[Span], seen: Seen) -> Known:
    return Known(spans[0].name, None if seen.listing_date else spans[0].valid_from)


def _delete(connection: Connection, known: dict[str, list[Span]], wanted: dict[str, list[Span]]) -> None:
    """Take away rows whose first day was corrected."""
    moved = [
        (ticker, span.valid_from)
        for ticker, spans in wanted.items()
        for span in known[ticker]
        if span.valid_from not in {one.valid_from for one in spans}
    ]
    if moved:
        connection.execute(
            text(
                "DELETE FROM stock_history h USING unnest(CAST(:tickers AS text[]), CAST(:days AS date[]))"
                " AS gone (ticker, day) WHERE h.ticker = gone.ticker AND h.valid_from = gone.day"
            ),
            {"tickers": [ticker for ticker, _ in moved], "days": [day for _, day in moved]},
        )
