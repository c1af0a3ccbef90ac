"""A mirror that stopped during the day: its file bears today's name, and its closes are of a moving market."""

import csv
import gzip
import io
from datetime import datetime

import pytest
from support import SHARED, needs_shared

from foresto_cli import clock
from foresto_cli.loading import load_prices
from foresto_cli.running import job

pytestmark = pytest.mark.usefixtures("no_waiting")
PATIENCE = 2
NONE = ("krx_id", "krx_pw", "krx_openapi_key", "fsc_api_key")
STOPPED = "frozen_mirror@2026-11-20T15:03"
CLAIMED = "SELECT count(*) FROM stock_price_daily WHERE trade_date = :day AND quality_flag = 'NORMAL'"
SETTLED = "SELECT status FROM unit_ledger WHERE dataset = 'prices.day' AND unit = :day"
BY_MINUTE = SHARED / "recorded" / "fdr_cache" / "listing_krx_by_minute"


def kst(text):
    return datetime.fromisoformat(text).replace(tzinfo=clock.KST)


def closes(world, day):
    market = world.sandbox.market
    codes = {stock.code: number for number, stock in enumerate(market.roster)}
    rows = world.rows(
        "SELECT ticker, close_price, quality_flag, price_basis, basis_evidence IS NOT NULL FROM stock_price_daily"
        " WHERE trade_date = :day AND source_id = 'FDR'",
        day=day,
    )
    official = market.quotes(datetime.fromisoformat(day).date()).close
    return [(ticker, int(close) == int(official[codes[ticker]]), *rest) for ticker, close, *rest in rows]


@pytest.mark.parametrize("hour", ["16:35", "18:50", "20:30"])
def test_a_picture_of_a_moving_market_is_never_called_final(open_world, hour):
    with open_world(kst(f"2026-11-20T{hour}"), without=NONE, faults=STOPPED, mirror_stopped=None, stocks=100) as world:
        load_prices.load_prices_between(world.app, *[clock.today()] * 2, None, job.Options())
        found = closes(world, "2026-11-20")
        assert len(found) > 50
        assert sum(not is_right for _, is_right, *_ in found) > 30, "prices moved after 15:03"
        assert {(flag, basis) for *_, flag, basis, _ in found} == {("PROVISIONAL", "EXTENDED")}
        assert world.scalar(SETTLED, day="2026-11-20") == "provisional"


def test_a_file_of_the_session_before_without_prices_proves_nothing_and_breaks_nothing(open_world):
    empty = "all_dash@raw.githubusercontent.com/listing/krx/2026-11-19"
    with open_world(without=NONE, faults=empty, mirror_stopped=None, stocks=100) as world:
        result = load_prices.load_prices_between(world.app, *[clock.today()] * 2, None, job.Options())
        assert (result.exit_code, result.units.failed) == (65, 1)
        assert closes(world, "2026-11-20") == []
        world.sandbox.faults.clear()
        assert load_prices.load_prices_between(world.app, *[clock.today()] * 2, None, job.Options()).units.done == 1


def test_the_next_base_prices_correct_the_picture_or_leave_it_provisional(open_world):
    with open_world(kst("2026-11-20T18:50"), without=NONE, faults=STOPPED, mirror_stopped=None, stocks=100) as world:
        load_prices.load_prices_between(world.app, *[clock.today()] * 2, None, job.Options())
    with open_world(kst("2026-11-23T18:50"), without=NONE, mirror_stopped=None, stocks=100) as world:
        load_prices.load_prices_between(world.app, *[clock.today()] * 2, None, job.Options())
        found = closes(world, "2026-11-20")
        assert world.scalar(CLAIMED, day="2026-11-20") == 0, "volume and value are still those of 15:03"
        proved = [is_right for _, is_right, _, basis, has_evidence in found if basis == "REGULAR" and has_evidence]
        assert len(proved) > 50
        assert all(proved)


def rewritten(rows, **changed):
    """The mirror's file with some columns made anew, packed as recorded files are."""
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows([{**row, **{name: make(row) for name, make in changed.items()}} for row in rows])
    return gzip.compress(("\ufeff" + out.getvalue()).encode())


def rows_at(minute):
    text = gzip.decompress((BY_MINUTE / f"2026-03-12_at_{minute}.csv.gz").read_bytes()).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.long
@needs_shared
def test_the_recorded_file_of_a_stopped_mirror_is_never_called_final(open_world, tmp_path):
    # A real day of March 2026 under a date of today's trading hours.
    folder = tmp_path / "recorded" / "fdr_cache" / "listing_krx"
    folder.mkdir(parents=True)
    final = rows_at("1758")
    base = rewritten(final, Close=lambda row: int(float(row["Close"])) - int(float(row["Changes"])))
    (folder / "2026-11-19.csv.gz").write_bytes(base)
    (folder / "2026-11-20.csv.gz").write_bytes((BY_MINUTE / "2026-03-12_at_1503.csv.gz").read_bytes())
    recorded = {"without": NONE, "recorded": folder.parents[1], "patience": 20}
    truth = {row["Code"]: int(float(row["Close"])) for row in final}

    def stored(world):
        rows = world.rows(
            "SELECT ticker, close_price, basis_evidence IS NOT NULL FROM stock_price_daily"
            " WHERE trade_date = '2026-11-20'"
        )
        return [(int(close) == truth[ticker], is_proved) for ticker, close, is_proved in rows]

    with open_world(kst("2026-11-20T18:50"), **recorded) as world:
        load_prices.load_prices_between(world.app, *[clock.today()] * 2, None, job.Options())
        found = stored(world)
        assert len(found) > 2_800
        assert sum(not is_right for is_right, _ in found) > 2_000, "most prices moved after 15:03"
        assert world.scalar(CLAIMED, day="2026-11-20") == 0
        assert world.scalar(SETTLED, day="2026-11-20") == "provisional"
    # A next session whose base prices are the real closes of this one: what they prove is right, everywhere.
    (folder / "2026-11-23.csv.gz").write_bytes(rewritten(final, Changes=lambda _: 0, Volume=lambda row: row["Volume"]))
    with open_world(kst("2026-11-23T18:50"), **recorded) as world:
        load_prices.load_prices_between(world.app, *[clock.today()] * 2, None, job.Options())
        found = stored(world)
        proved = [is_right for is_right, is_proved in found if is_proved]
        assert len(proved) > 2_500
        assert all(proved)
