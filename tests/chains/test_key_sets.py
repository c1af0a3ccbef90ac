"""The four sets of keys over a week of runs, with a dead mirror: what is settled is the regular close.

The table: keys x how many stocks move after hours x how the jobs ran. What cannot be proved without an official source
says so and is no evidence.
"""

from datetime import date, datetime, time
from typing import NamedTuple

import pytest

from foresto_cli import clock, regimes
from foresto_cli.chains import chain as chains
from foresto_cli.running import job

DEAD_MIRROR = True
PATIENCE = 2
SIZE = {"stocks": 60, "sessions": 40}
ALWAYS_WITHOUT = ("fsc_api_key", "dart_api_key", "fss_api_key")
KEYS = {
    "none": ("krx_id", "krx_pw", "krx_openapi_key"),
    "KRX login": ("krx_openapi_key",),
    "OPEN API": ("krx_id", "krx_pw"),
    "both": (),
}
SHARES = (0.0, 0.1, 0.6)
FIRST_EVENING = datetime(2026, 11, 13, 20, 30, tzinfo=clock.KST)
SESSIONS = [date(2026, 11, day) for day in (16, 17, 18, 19, 20, 23)]
"""A week with the exam day in it, and the Monday after it."""
ON_TIME = {"morning": time(8, 10), "close": time(15, 45), "weekday": time(16, 30), "weekday_final": time(20, 20)}
LATE = {"morning": time(10, 40), "close": time(16, 20), "weekday": time(18, 50), "weekday_final": time(22, 50)}
ALERTS = "SELECT alert_type, subject, alert_message FROM ops_alert WHERE alert_type <> 'mirror'"
WOKEN = ("morning", "weekday", "weekday_final")
"""What schedulers make up for after a sleep; the close's hour is over then."""


class Run(NamedTuple):
    """A chain and when it begins."""

    at: datetime
    chain: str


def _week(hours, sessions=SESSIONS):
    return [Run(datetime.combine(day, at, clock.KST), chain) for day in sessions for chain, at in hours.items()]


def _without(runs, *missed):
    return [run for run in runs if (run.at.day, run.chain) not in missed]


def _asleep():
    woken = datetime.combine(SESSIONS[-1], time(10, 15), clock.KST)
    rest = [run for run in _week(ON_TIME, SESSIONS[-1:]) if run.at > woken]
    return [*(Run(woken, chain) for chain in WOKEN), *rest]


PLANS = {
    "on time": _week(ON_TIME),
    "late": _week(LATE),
    "one missed": _without(_week(ON_TIME), (17, "close"), (18, "weekday_final"), (19, "weekday"), (20, "morning")),
    "asleep": _asleep(),
}
LAST = Run(datetime(2026, 11, 24, 8, 10, tzinfo=clock.KST), "morning")
QUICK = {("both", 0.6, "asleep")}
CELLS = [
    pytest.param(*cell, marks=() if cell in QUICK else pytest.mark.slow)
    for cell in ((keys, share, plan) for keys in KEYS for share in SHARES for plan in PLANS)
]


@pytest.mark.long
@pytest.mark.parametrize(("keys", "share", "plan"), CELLS)
def test_what_is_settled_is_the_regular_close(open_world, keys, share, plan):
    world_of = {"without": (*KEYS[keys], *ALWAYS_WITHOUT), "after_market": share, **SIZE}
    with open_world(FIRST_EVENING, **world_of) as world:
        assert chains.run_chain(world.app, "initial", job.Options()).exit_code == 0
    told = {}
    for at, chain in [*PLANS[plan], LAST]:
        with open_world(at, **world_of) as world:
            result = chains.run_chain(world.app, chain, job.Options(), if_due=True)
            alerts = world.rows(ALERTS)
        for step in result.steps:
            if step.exit_code or (step.command == "verify daily" and step.findings):
                findings = [f"{one.check}: {one.sample}" for one in getattr(step, "findings", [])]
                told[f"{at:%m-%d %H:%M} {step.command}"] = (step.exit_code, step.reasons, findings)
        told |= {f"{at:%m-%d %H:%M} alert": alerts} if alerts else {}
    assert "\n".join(f"{when}: {what}" for when, what in told.items()) == ""
    wrong, counts = _judged(world)
    assert wrong == []
    assert _false_events(world) == []
    _expect(keys, share, plan, counts)


def _expect(keys, share, plan, counts):
    """Hold against the table what rows say of themselves: settled, proved, or open."""
    if keys != "KRX login":
        everywhere = ("EXTENDED", "ADJUSTED") if keys == "none" else ("REGULAR", "NORMAL")
        assert {(basis, flag) for _, basis, flag in counts} == {everywhere}
        return
    newest = {(basis, flag) for day, basis, flag in counts if day == SESSIONS[-1]}
    # Where nothing moves after hours, the evening's pages are proved: their closes were the next base prices.
    is_proved = not share and newest == {("REGULAR", "NORMAL")}
    assert is_proved or newest == {("EXTENDED" if plan == "late" else "REGULAR", "PROVISIONAL")}
    before = {place: count for place, count in counts.items() if place[0] < SESSIONS[-1]}
    proved = sum(count for (_, basis, flag), count in before.items() if (basis, flag) == ("REGULAR", "NORMAL"))
    assert proved >= 0.99 * sum(before.values())
    assert {flag for _, basis, flag in before if basis == "EXTENDED"} <= {"PROVISIONAL"}


def _judged(world):
    """Return the rows that say they are regular and are not, and how many rows say what."""
    market = world.sandbox.market
    places = {stock.code: number for number, stock in enumerate(market.roster)}
    rows = world.rows(
        "SELECT ticker, trade_date, close_price, price_basis, quality_flag FROM stock_price_daily"
        " WHERE trade_date >= :since",
        since=regimes.AFTER_MARKET_SINCE,
    )
    wrong, counts = [], {}
    for ticker, day, close, basis, flag in rows:
        counts[day, basis, flag] = counts.get((day, basis, flag), 0) + 1
        is_right = int(close) == int(market.quotes(day).close[places[ticker]])
        if not is_right and (basis == "REGULAR" or flag == "NORMAL"):
            wrong.append((ticker, day, close, basis, flag))
    return wrong, counts


def _false_events(world):
    real = {(code, day) for _, day, code in world.sandbox.market.events}
    found = world.rows("SELECT ticker, trade_date, adj_event FROM stock_price_daily WHERE adj_event IS NOT NULL")
    return [row for row in found if row[:2] not in real]
