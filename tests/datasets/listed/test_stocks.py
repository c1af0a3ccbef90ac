"""Stocks: what is made of the listing and the prices, and what changes of it from one load to the next."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from support import EVENING

from foresto_cli.calendar import Calendar
from foresto_cli.console import Console
from foresto_cli.datasets.listed import stocks
from foresto_cli.loading import load_listed as roster
from foresto_cli.loading import load_prices
from foresto_cli.running import job
from foresto_cli.running.closing import closing_lines
from foresto_cli.store.upsert import Counts
from foresto_cli.upstream.fdr import Fdr
from foresto_cli.views import state

QUICK = job.Options()
DAY = date(2026, 11, 20)


# --- loading --------------------------------------------------------------------------------------------------------


def load(world):
    result = roster.load_stocks(world.app, QUICK)
    assert result.exit_code == 0, result.reasons
    return result


@pytest.mark.long
def test_a_second_load_changes_nothing_and_asks_nobody(open_world):
    with open_world() as world:
        load_prices.load_prices_incremental(world.app, 1825, 2, QUICK)
        first = load(world)
        assert first.requests["total"] <= 6
        assert first.tables["stocks"].added == world.scalar("SELECT count(*) FROM stocks") > 50
        again = load(world)
        assert again.requests == {"total": 0}
        assert (again.rows.added, again.rows.changed) == (0, 0)


@pytest.mark.long
def test_stocks_are_the_listing_with_the_newest_prices(open_world):
    with open_world() as world:
        load_prices.load_prices_incremental(world.app, 1825, 2, QUICK)
        load(world)
        assert world.scalar("SELECT count(*) FROM stocks WHERE is_active") == world.scalar(
            "SELECT count(*) FROM fdr_stock_listing WHERE is_listed"
        )
        assert world.scalar(
            "SELECT count(*) FROM stocks s JOIN stock_price_daily p USING (ticker)"
            " WHERE p.trade_date = '2026-11-20' AND s.current_price = p.close_price"
            " AND s.market_cap = p.market_cap AND s.shares = p.shares_outstanding AND s.price_date = p.trade_date"
        ) == world.scalar("SELECT count(*) FROM stock_price_daily WHERE trade_date = '2026-11-20'")
        assert world.rows("SELECT name, sector FROM stocks WHERE ticker = '005930'") == [("가상전자", "전자부품")]
        assert world.scalar("SELECT count(*) FROM stocks WHERE sector = '스팩'") > 0
        assert world.scalar("SELECT count(*) FROM stocks WHERE one_year_return IS NOT NULL") == 0, "no base day yet"


@pytest.mark.long
def test_returns_compare_adjusted_closes_of_the_right_days(open_world):
    with open_world() as world:
        load_prices.load_prices_incremental(world.app, 1825, 2, QUICK)
        base = {"year": date(2025, 11, 20), "ytd": Calendar().previous(date(2026, 1, 1))}
        for day, close in ((base["year"], 100), (base["ytd"], 50)):
            world.execute(
                "INSERT INTO stock_price_daily SELECT (jsonb_populate_record(p, jsonb_build_object("
                "'trade_date', CAST(:day AS text), 'adj_close_price', CAST(:close AS int)))).* FROM stock_price_daily p"
                " WHERE ticker = '005930' AND trade_date = '2026-11-20'",
                day=f"{day}",
                close=close,
            )
        world.execute(
            "UPDATE stock_price_daily SET adj_close_price = 110 WHERE ticker = '005930' AND trade_date = '2026-11-20'"
        )
        load(world)
        found = world.rows("SELECT one_year_return, ytd_return FROM stocks WHERE ticker = '005930'")
        assert found == [(Decimal(10), Decimal(120))]
        world.execute("DELETE FROM stock_price_daily WHERE trade_date = :day", day=base["year"])
        load(world)
        assert world.rows("SELECT one_year_return, ytd_return FROM stocks WHERE ticker = '005930'") == [
            (None, Decimal(120))
        ]


def test_the_base_of_a_year_is_the_last_session_not_after_the_same_day():
    assert stocks.a_year_before(DAY, Calendar()) == date(2025, 11, 20)
    assert stocks.a_year_before(date(2026, 11, 16), Calendar()) == date(2025, 11, 14)
    assert stocks.a_year_before(date(2028, 2, 29), Calendar()) == date(2027, 2, 26)


def test_who_leaves_stays_inactive_and_the_past_can_still_be_asked(open_world):
    with open_world() as world:
        load(world)
        world.execute("DELETE FROM unit_ledger")
        world.execute(
            'INSERT INTO stocks SELECT (jsonb_populate_record(s, \'{"ticker": "999990"}\')).* FROM stocks s'
            " WHERE ticker = '005930'"
        )
        world.execute(
            'INSERT INTO fdr_stock_listing SELECT (jsonb_populate_record(l, \'{"ticker": "999990"}\')).*'
            " FROM fdr_stock_listing l WHERE ticker = '005930'"
        )
        world.execute("INSERT INTO stock_history VALUES ('999990', '2020-01-02', NULL, '가상전자', 'KOSPI', true)")
        listed = world.scalar("SELECT count(*) FROM stocks WHERE is_active")
        load(world)
        assert world.rows("SELECT is_active FROM stocks WHERE ticker = '999990'") == [(False,)]
        assert world.scalar("SELECT count(*) FROM stocks WHERE is_active") == listed - 1
        on = (
            "SELECT is_listed FROM stock_history WHERE ticker = '999990' AND valid_from <= :day"
            " AND (valid_to IS NULL OR :day < valid_to)"
        )
        assert [world.scalar(on, day=DAY - timedelta(days=days)) for days in (0, 1)] == [False, True]


@pytest.mark.long
def test_two_snapshots_a_week_apart_tell_every_kind_of_change(open_world, capsys):
    with open_world(EVENING - timedelta(days=7)) as world:
        assert load(world).changes == {}, "the first look compares with nothing"
        tickers = world.rows("SELECT ticker FROM fdr_stock_listing WHERE is_listed ORDER BY marcap DESC LIMIT 5")
        renamed, moved, left, new, back = (row[0] for row in tickers)
        # As the listing of a week ago would have had it: under another name, on another market, not there yet, gone.
        for table in ("fdr_stock_listing", "stock_history", "stocks"):
            world.execute(f"UPDATE {table} SET name = '옛이름' WHERE ticker = :ticker", ticker=renamed)
            world.execute(f"UPDATE {table} SET market = 'KONEX' WHERE ticker = :ticker", ticker=moved)
            world.execute(f"DELETE FROM {table} WHERE ticker = :ticker", ticker=new)
            world.execute(
                f'INSERT INTO {table} SELECT (jsonb_populate_record(l, \'{{"ticker": "999990"}}\')).* FROM {table} l'
                " WHERE ticker = :ticker",
                ticker=left,
            )
        world.execute(
            "UPDATE fdr_stock_listing SET is_listed = false, delisting_date = '2025-03-04' WHERE ticker = :t", t=back
        )
        world.execute("UPDATE stocks SET is_active = false WHERE ticker = :ticker", ticker=back)
        world.execute("UPDATE stock_history SET valid_to = '2025-03-04' WHERE ticker = :ticker", ticker=back)
        world.execute(
            "INSERT INTO stock_history SELECT ticker, '2025-03-04', NULL, name, market, false FROM stock_history"
            " WHERE ticker = :ticker",
            ticker=back,
        )
        before = world.scalar("SELECT count(*) FROM stocks")
    with open_world() as world:
        result = load(world)
        assert result.changes == {"new": 1, "renamed": 1, "moved": 1, "left": 1, "returned": 1}
        closing_lines(Console(), result)
        assert "신규 상장 1, 이름 변경 1, 시장 이동 1, 상장폐지 1, 재상장 1" in capsys.readouterr().out
        assert world.scalar("SELECT count(*) FROM stocks") == before + 1, "who left stays"
        now = (
            "SELECT name, market, is_listed, valid_from FROM stock_history WHERE valid_to IS NULL AND ticker = :ticker"
        )
        real = {row[0]: row[1:] for row in world.rows("SELECT ticker, name, market FROM fdr_stock_listing")}
        for ticker, is_listed in ((renamed, True), (moved, True), ("999990", False), (back, True)):
            ((name, market, listed, since),) = world.rows(now, ticker=ticker)
            assert (name, market, listed, since) == (*real[ticker], is_listed, DAY), ticker
        assert world.rows(now, ticker=new)[0][2]
        on = (
            "SELECT name, market, is_listed FROM stock_history WHERE ticker = :ticker AND valid_from <= '2026-11-13'"
            " AND (valid_to IS NULL OR valid_to > '2026-11-13')"
        )
        assert [world.rows(on, ticker=ticker)[0] for ticker in (renamed, moved, "999990", back)] == [
            ("옛이름", real[renamed][1], True),
            (real[moved][0], "KONEX", True),
            (*real[left], True),
            (*real[back], False),
        ]
        assert load(world).changes == {}


@pytest.mark.long
def test_status_watches_the_day_of_the_stocks(open_world):
    def watched(world):
        return next(item for item in state.status(world.app)["data"] if item["name"] == "stocks")

    with open_world() as world:
        assert watched(world)["current"] is False
        load_prices.load_prices_incremental(world.app, 1825, 2, QUICK)
        load(world)
        assert (watched(world)["newest"], watched(world)["current"]) == ("2026-11-20", True)
    with open_world(EVENING + timedelta(days=3)) as world:
        assert (watched(world)["newest"], watched(world)["current"]) == ("2026-11-20", False)
        assert watched(world)["command"] == "foresto stocks load"


def test_a_new_name_is_history(open_world):
    with open_world() as world:
        load(world)
        world.execute("UPDATE stock_history SET name = '옛이름' WHERE ticker = '005930'")
        world.execute("UPDATE data_load_batch SET run_id = (SELECT max(id) FROM data_collection_log) + 1")
        load(world)
        assert world.rows("SELECT name, valid_to FROM stock_history WHERE ticker = '005930' ORDER BY valid_from") == [
            ("옛이름", DAY),
            ("가상전자", None),
        ]


RENAMED_ON = (
    "SELECT name, valid_from FROM stock_history WHERE ticker = :ticker AND is_listed ORDER BY valid_from DESC LIMIT 2"
)


@pytest.mark.long
@pytest.mark.parametrize("first", ["stocks", "prices"])
def test_a_rename_in_price_rows_becomes_history_whichever_comes_first(open_world, first):
    with open_world(sessions=40) as world:
        days = world.sandbox.market.sessions
        if first == "stocks":
            load(world)
        load_prices.load_prices_incremental(world.app, 1825, 2, QUICK)
        renamed = "UPDATE stock_price_daily SET name = '옛이름' WHERE ticker = '005930' AND trade_date < :day"
        world.execute(renamed, day=days[20])
        load(world)
        assert world.rows(RENAMED_ON, ticker="005930") == [("가상전자", days[20]), ("옛이름", date(1975, 6, 11))]
        again = load(world)
        assert again.tables["stock_history"] == Counts(unchanged=world.scalar("SELECT count(*) FROM stock_history"))


@pytest.mark.long
def test_who_has_no_listing_date_was_listed_since_the_first_price_row(open_world):
    with open_world() as world:
        load(world)
        preferred = "SELECT count(*) FROM stock_history WHERE ticker = '00027K' AND valid_from <= '2026-11-13'"
        assert world.scalar(preferred) == 0
        load_prices.load_prices_incremental(world.app, 1825, 2, QUICK)
        load(world)
        first = world.sandbox.market.sessions[0]
        assert world.rows("SELECT valid_from, valid_to FROM stock_history WHERE ticker = '00027K'") == [(first, None)]
        assert load(world).tables["stock_history"].changed == 0


@pytest.mark.slow
def test_the_synthetic_markets_own_renames_are_dated_to_the_day(open_world):
    with open_world(stocks=120, sessions=300) as world:
        load_prices.load_prices_incremental(world.app, 1825, 2, QUICK)
        load(world)
        wanted = {(code, day) for kind, day, code in world.sandbox.market.events if kind == "rename"}
        assert wanted
        found = world.rows(
            "SELECT ticker, valid_from FROM stock_history h WHERE is_listed AND EXISTS (SELECT FROM stock_history o"
            " WHERE o.ticker = h.ticker AND o.valid_to = h.valid_from AND o.is_listed AND o.name <> h.name)"
        )
        assert set(found) == wanted


@pytest.mark.long
def test_an_old_listing_serves_while_the_mirror_is_down(open_world):
    with open_world() as world:
        load(world)
    with open_world(EVENING + timedelta(days=3), faults="500@raw.githubusercontent.com") as world:
        result = roster.load_stocks(world.app, QUICK)
        assert (result.outcome, result.exit_code) == ("partial", 3), "the list came from KRX, descriptions did not"
        assert world.scalar("SELECT count(*) FROM stocks WHERE is_active") > 50


def one_row(monkeypatch, **fields):
    """Change the first stock of the mirror's snapshot."""
    honest = Fdr.listing

    def listing(self):
        day, (first, *others) = honest(self)
        return day, [{**first, **fields}, *others]

    monkeypatch.setattr(Fdr, "listing", listing)


@pytest.mark.parametrize("field", ["Stocks", "Marcap"])
def test_a_listed_stock_without_a_single_share_is_left_out_and_is_no_leaver(open_world, monkeypatch, field):
    with open_world(EVENING - timedelta(days=3), stocks=120) as world:
        roster.load_listing(world.app, job.Options())
        before = world.rows("SELECT ticker, shares, marcap FROM fdr_stock_listing WHERE is_listed ORDER BY 1")
    one_row(monkeypatch, **{field: 0})
    with open_world(stocks=120) as world:
        result = roster.load_listing(world.app, job.Options())
        assert (result.outcome, len(result.rejected)) == ("done", 1)
        assert world.scalar("SELECT count(*) FROM fdr_stock_listing WHERE is_listed") >= len(before)
        assert world.scalar("SELECT count(*) FROM fdr_stock_listing WHERE shares = 0 OR marcap = 0") == 0


def test_a_snapshot_of_zeros_is_not_believed(open_world):
    with open_world(faults="zero@raw.githubusercontent.com/listing/krx") as world:
        result = roster.load_listing(world.app, job.Options())
        assert result.units.failed == 1
        assert world.scalar("SELECT count(*) FROM fdr_stock_listing WHERE shares = 0") == 0


def test_what_is_wrong_in_the_history_alone_is_no_change(open_world):
    with open_world() as world:
        load(world)
        rows = "SELECT * FROM stock_history ORDER BY ticker, valid_from"
        before = world.rows(rows)
        world.execute("UPDATE stock_history SET name = '틀린이름' WHERE ticker = '005930'")
        world.execute(
            "INSERT INTO stock_history SELECT ticker, valid_from - 10, NULL, '겹침', market, true"
            " FROM stock_history WHERE ticker = '000660'"
        )
        world.execute("UPDATE stock_history SET market = '' WHERE NOT is_listed")
        load(world)
        assert world.rows(rows) == before
