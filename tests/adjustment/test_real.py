"""Three years of the exchange's own prices: no official event is missed, no rounding is called one."""

import csv
import io
import resource
import sys
import time
from datetime import date

import pytest
from sqlalchemy import text
from support import SHARED, needs_shared

from foresto_cli.adjustment.apply import settle
from foresto_cli.calendar import Calendar

MARKET = SHARED / "recorded" / "market"
PRICES = MARKET / "krx_daily_2023-07_2026-08.parquet"
LAST_MARKED = date(2026, 5, 4)
"""Later the recording no longer marks event days."""
PREVIOUS_ROW_LACKS = {("404950", date(2023, 9, 22)), ("436530", date(2023, 12, 22))}
"""Official events whose session before is not recorded for the ticker, which makes them gaps: two SPAC mergers, whose
factor is 1 either way."""
CLASSES = {
    "event_shares_unchanged": {"EX_RIGHTS", "AUCTION_RESUME", "BASE_UP", "NOISE"},
    "event_shares_changed": {"CONSOLIDATION", "CONSOLIDATION_AUCTION", "SPLIT", "SPINOFF", "REORG"},
    "spac_merger": {"AUCTION_RESUME"},
}


@pytest.fixture
def recorded(engine):
    """An engine on the recorded rows, every session noted, and base_source by (ticker, day) of official rows."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as pacsv
    import pyarrow.parquet as pq

    found = pq.read_table(PRICES)
    columns = {
        "ticker": found["ticker"],
        "trade_date": found["trade_date"],
        # Rows of some official snapshots have a close only.
        "open_price": pc.fill_null(found["open"], 0),
        "high_price": pc.fill_null(found["high"], 0),
        "low_price": pc.fill_null(found["low"], 0),
        "close_price": found["close"],
        "volume": found["volume"],
        "shares_outstanding": found["listed_shares"],
        "prev_close": found["base_price"],
        "market": found["market"].cast(pa.string()),
        "adj_close_price": found["close"],
        **{
            name: pa.array([value]).take(pa.array([0] * len(found)))
            for name, value in {
                "is_halted": False,
                "quality_flag": "NORMAL",
                "source_id": "KRX",
                "batch_id": 1,
                "created_at": "2026-08-21",
                "updated_at": "2026-08-21",
            }.items()
        },
    }
    body = io.BytesIO()
    pacsv.write_csv(pa.table(columns), body, pacsv.WriteOptions(include_header=False))
    with engine.begin() as connection:
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY stock_price_daily ({', '.join(columns)}) FROM STDIN (FORMAT csv)") as copy:
            copy.write(body.getbuffer())
        connection.execute(
            text("INSERT INTO adjustment_pending SELECT DISTINCT trade_date, localtimestamp FROM stock_price_daily")
        )
    official = found.filter(pc.equal(found["base_source"], "official")).select(["ticker", "trade_date"])
    return engine, {(row["ticker"], row["trade_date"]) for row in official.to_pylist()}


@needs_shared
@pytest.mark.slow
def test_official_events_are_found_and_roundings_are_not_events(recorded):
    engine, official_rows = recorded
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    settled = settle(engine, Calendar())
    seconds = time.perf_counter() - started
    unit = 1 if sys.platform == "darwin" else 1024
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit / 1e6
    print(f"\n{settled}: {seconds:.1f} s, process grew by {grown:.0f} MB")  # noqa: T201  # the numbers are what a reader of -s wants
    assert grown < 100
    assert settled.missing_days == ()

    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT ticker, trade_date, adj_event, adj_factor FROM stock_price_daily WHERE adj_event IS NOT NULL")
        ).all()
    stored = {(row.ticker, row.trade_date): row for row in rows}
    listed = list(csv.DictReader((MARKET / "base_price_events_official.csv").read_text(encoding="utf-8").splitlines()))
    first = date(2023, 7, 10)
    events = {
        (row["ticker"], date.fromisoformat(row["trade_date"])): row
        for row in listed
        if first <= date.fromisoformat(row["trade_date"]) <= LAST_MARKED
    }
    real = {key for key, row in events.items() if row["kind"] != "tick_rounding"}
    assert len(real) == 125
    assert real - stored.keys() == PREVIOUS_ROW_LACKS
    assert not stored.keys() & (events.keys() - real), "a tick rounding was called an event"
    for key in real & stored.keys():
        row, kind = stored[key], events[key]["kind"]
        assert row.adj_event in CLASSES[kind], (key, row, kind)
        if row.adj_event in {"SPLIT", "CONSOLIDATION", "CONSOLIDATION_AUCTION"}:
            shares = int(events[key]["prev_shares"]) / int(events[key]["listed_shares"])
            assert row.adj_factor == pytest.approx(shares, rel=1e-9)
        elif row.adj_event in {"EX_RIGHTS", "SPINOFF", "REORG", "BASE_UP"}:
            base = int(events[key]["base_price"]) / int(events[key]["prev_close"])
            assert row.adj_factor == pytest.approx(base, rel=1e-9)
        else:
            assert row.adj_factor == 1
    # The other way round: on official rows nothing else is an event, except what the list of base prices cannot show.
    extra = {key: stored[key].adj_event for key in stored.keys() & official_rows - events.keys()}
    beyond = {key: event for key, event in extra.items() if key[1] <= LAST_MARKED}
    assert set(beyond.values()) <= {"GAP", "SHARE_ONLY"}, beyond
    assert beyond["052670", date(2026, 2, 9)] == "SHARE_ONLY"
    # A gap without a factor is one whose base price the limits of the missing days do not allow: for a person to see.
    factors = [stored[key].adj_factor for key, event in beyond.items() if event == "GAP"]
    assert (sum(factor != 1 for factor in factors), sum(factor == 1 for factor in factors)) == (14, 3)
