"""Since 2026-09-14 shares are traded until 20:00: what is stored as settled is the regular close, whatever was seen."""

from datetime import datetime

import pytest

from foresto_cli import clock
from foresto_cli.loading import load_prices
from foresto_cli.running import job

PATIENCE = 0.5
QUICK = job.Options()
KEYS = {
    "none": ("krx_id", "krx_pw", "krx_openapi_key", "fsc_api_key"),
    "KRX": ("krx_openapi_key", "fsc_api_key"),
    "OPEN API": ("krx_id", "krx_pw", "fsc_api_key"),
    "both": ("fsc_api_key",),
    "FSC": ("krx_id", "krx_pw", "krx_openapi_key"),
}
DAYS = ("2026-11-11", "2026-11-12", "2026-11-13", "2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20")
PLANS = {
    "on time": ("08:10", "15:45", "16:30", "20:25"),
    "late": ("08:10", "16:30", "20:25"),
    "evenings only": ("20:25",),
    "afternoons only": ("16:30",),
}
ASLEEP = ("2026-11-13", "2026-11-16")


def moments(plan, asleep=(), days=DAYS):
    return [
        datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=clock.KST)
        for day in days
        if day not in asleep
        for hour in PLANS[plan]
    ]


def live(open_world, keys, share, plan, *, asleep=(), days=DAYS):  # as the cases
    """Run the price command at every moment of a plan and return the last world."""
    for now in moments(plan, asleep, days):
        with open_world(now, without=KEYS[keys], after_market=share, sessions=30, stocks=100) as world:
            load_prices.load_prices_incremental(world.app, 12, 2, QUICK)
            yield world


def judged(world):
    """Compare every stored row of the exchange with the regular close."""
    rows = world.rows(
        "SELECT ticker, trade_date, close_price, price_basis, quality_flag FROM stock_price_daily"
        " WHERE quality_flag <> 'ADJUSTED'"
    )
    market = world.sandbox.market
    codes = {stock.code: number for number, stock in enumerate(market.roster)}
    wrong = {"settled": 0, "regular": 0, "open": 0}
    counts = {"settled": 0, "regular": 0, "open": 0}
    for ticker, day, close, basis, flag in rows:
        state = "settled" if flag == "NORMAL" else "regular" if basis == "REGULAR" else "open"
        counts[state] += 1
        wrong[state] += int(close) != int(market.quotes(day).close[codes[ticker]])
    return counts, wrong


def false_events(world):
    kinds = {}
    for kind, day, code in world.sandbox.market.events:
        kinds.setdefault((code, day), []).append(kind)
    found = world.rows("SELECT ticker, trade_date, adj_event FROM stock_price_daily WHERE adj_event IS NOT NULL")
    return [row for row in found if (row[0], row[1]) not in kinds]


CASES = [
    *((keys, plan, 0.6) for keys in KEYS for plan in PLANS),
    *((keys, "evenings only", share) for keys in KEYS for share in (0.0, 0.1)),
]
QUICK_CASES = [("KRX", "on time", 0.6), ("both", "late", 0.6), ("none", "evenings only", 0.1)]


@pytest.mark.long
@pytest.mark.parametrize(
    ("keys", "plan", "share", "days"),
    [
        *(pytest.param(*case, 8, marks=pytest.mark.slow) for case in CASES),
        *(pytest.param(*case, 3) for case in QUICK_CASES),
    ],
)
def test_settled_closes_are_the_regular_ones(open_world, keys, plan, share, days):  # as the cases
    for world in live(open_world, keys, share, plan, days=DAYS[-days:]):
        last = world, judged(world), false_events(world)
    _, (counts, wrong), invented = last
    assert counts["settled"] + counts["regular"] > 0
    assert wrong["settled"] == wrong["regular"] == 0
    assert invented == []


@pytest.mark.slow
@pytest.mark.parametrize("keys", KEYS)
def test_a_machine_that_slept_stores_nothing_wrong(open_world, keys):
    for world in live(open_world, keys, 0.6, "on time", asleep=ASLEEP):
        last = judged(world), false_events(world)
    (_, wrong), invented = last
    assert wrong["settled"] == wrong["regular"] == 0
    assert invented == []
