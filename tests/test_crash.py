"""kill -9 at random moments of a load: a normal run afterwards leaves exactly what an undisturbed one leaves."""

import random
import signal
import time

import psycopg
import pytest
from support import result_of, run_foresto, start_foresto

from foresto_cli.store import embedded

pytestmark = pytest.mark.slow

SESSIONS = {"FORESTO_SANDBOX_SESSIONS": "60"}
KILLS = 20
CONTENT = (
    (
        "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM (SELECT ticker, trade_date, open_price, high_price,"
        " low_price, close_price, volume, trading_value, market_cap, shares_outstanding, prev_close, price_change,"
        " change_rate, name, market, is_halted, quality_flag, adj_factor, adj_event,"
        " adj_close_price FROM stock_price_daily) t"
    ),
    (
        "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM (SELECT unit, status, row_count FROM unit_ledger"
        " WHERE dataset = 'prices.day') t"
    ),
)


def content(home):
    with embedded.running(home / "data" / "sandbox") as url, psycopg.connect(url) as connection:
        return [connection.execute(query).fetchone()[0] for query in CONTENT]


@pytest.mark.slow
def test_killed_twenty_times_and_still_identical(home, fresh_home, tmp_path, private_tmp):
    load = ("--sandbox", "prices", "incremental", "--json")
    began = time.monotonic()
    undisturbed = private_tmp / "undisturbed"
    whole = run_foresto(undisturbed, *load, **SESSIONS)
    assert result_of(whole)["outcome"] == "done"
    took = time.monotonic() - began
    chance = random.Random(1)
    for _ in range(KILLS):
        process = start_foresto(home, *load, **SESSIONS)
        time.sleep(chance.uniform(0.3, 0.9) * took / 2)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    last = result_of(run_foresto(home, *load, **SESSIONS))
    assert last["exit_code"] == 0
    assert not embedded.is_running(home / "data" / "sandbox")
    assert content(home) == content(undisturbed)
    again = result_of(run_foresto(home, *load, **SESSIONS))
    assert (again["outcome"], again["requests"]["total"]) == ("nothing_to_do", 0)
