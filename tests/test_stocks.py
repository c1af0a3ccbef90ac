"""Stocks: what is made of the listing and the prices, and what is remembered of names, markets and leavings."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from support import EVENING

from foresto_cli.calendar import Calendar
from foresto_cli.console import Console
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.loaders import _sectors, stocks
from foresto_cli.loaders._past_names import Run
from foresto_cli.loaders.stock_history import Seen, Span, advanced, told_by_prices
from foresto_cli.ops import job, loads, roster, state, stock_card
from foresto_cli.ops.closing import closing_lines
from foresto_cli.upstream.fdr import Fdr

QUICK = job.Options()
DAY = date(2026, 11, 20)


# --- sectors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "industry", "sector"),
    [
        ("가상전자", "통신 및 방송 장비 제조업", "IT하드웨어"),
        ("가상텔레콤", "전기 통신업", "통신"),
        ("가상공사", "전기 및 통신 공사업", "건설"),
        ("가상유리", "기타 비금속 광물제품 제조업", "건자재·종이"),
        ("가상제철", "1차 철강 제조업", "철강·금속"),
        ("가상섬유", "화학섬유 제조업", "화학"),
        ("가상모터스판매", "자동차 판매업", "유통"),
        ("걈단스팩3호", "금융 지원 서비스업", "스팩"),
        ("하나기업인수목적5호", None, "스팩"),
        ("걈단리츠", "부동산 임대 및 공급업", "리츠·펀드"),
        ("맥쿼리인프라", "신탁업 및 집합투자업", "리츠·펀드"),
        ("메리츠금융지주", "기타 금융업", "지주·기타금융"),
        ("블리츠웨이엔터테인먼트", "그외 기타 제품 제조업", "의류·생활용품"),
        ("가상외국", None, "기타"),
        ("가상새일", "처음 보는 업", "기타"),
    ],
)
def test_a_sector_follows_from_name_and_industry(name, industry, sector):
    assert _sectors.sector_of("111110", {"111110": name}, {"111110": industry}) == sector


def test_a_preferred_share_has_the_sector_of_its_issuer():
    names = {"005930": "가상전자", "005935": "가상전자우", "00593K": "가상전자2우B", "123455": "홀로우"}
    industries = {"005930": "반도체 제조업", "005935": None, "00593K": None, "123455": None}
    assert [_sectors.sector_of(ticker, names, industries) for ticker in names] == ["반도체"] * 3 + ["기타"]


def test_there_are_at_most_thirty_sectors():
    assert len(_sectors.SECTORS) <= 30


# --- history --------------------------------------------------------------------------------------------------------


def seen(*, day=DAY, name="가", market="KOSDAQ", listed=True, since=date(2020, 1, 2), left=None):
    return Seen(day, name, market, listed, since, left)


HERE = [Span(date(2020, 1, 2), None, "가", "KOSDAQ", is_listed=True)]


def test_the_first_look_starts_at_the_listing_date():
    assert advanced([], seen()) == HERE
    assert advanced([], seen(since=None))[0].valid_from == DAY


def test_one_that_left_before_the_first_look_was_listed_until_then():
    left = date(2024, 5, 7)
    assert advanced([], seen(listed=False, left=left)) == [
        Span(date(2020, 1, 2), left, "가", "KOSDAQ", is_listed=True),
        Span(left, None, "가", "KOSDAQ", is_listed=False),
    ]
    assert len(advanced([], seen(listed=False, left=left, since=None))) == 1


def test_the_same_again_changes_nothing():
    assert advanced(HERE, seen()) == HERE


@pytest.mark.parametrize("change", [{"name": "나"}, {"market": "KOSPI"}])
def test_a_rename_and_a_move_hold_from_the_day_they_were_seen(change):
    first, second = advanced(HERE, seen(**change))
    assert first == HERE[0]._replace(valid_to=DAY)
    assert second == HERE[0]._replace(valid_from=DAY, **change)


def test_two_changes_on_one_day_are_one():
    twice = advanced(advanced(HERE, seen(name="나")), seen(name="다"))
    assert [span.name for span in twice] == ["가", "다"]


def test_leaving_and_coming_back_are_kept_apart():
    left, back = date(2026, 11, 18), date(2027, 3, 2)
    gone = advanced(HERE, seen(listed=False, left=left))
    assert [(span.valid_from, span.is_listed) for span in gone] == [(date(2020, 1, 2), True), (left, False)]
    again = advanced(gone, seen(day=date(2027, 3, 5), since=back))
    assert again[-2:] == [gone[-1]._replace(valid_to=back), Span(back, None, "가", "KOSDAQ", is_listed=True)]


def test_a_return_under_the_old_listing_date_does_not_undo_the_leaving():
    gone = advanced(HERE, seen(listed=False, left=date(2026, 11, 18)))
    again = advanced(gone, seen(day=date(2027, 3, 5)))
    assert [(span.valid_from, span.is_listed) for span in again] == [
        (date(2020, 1, 2), True), (date(2026, 11, 18), False), (date(2027, 3, 5), True),
    ]  # fmt: skip


def test_a_leaving_noticed_before_its_date_is_told_is_corrected():
    gone = advanced(HERE, seen(listed=False))
    assert gone[-1].valid_from == DAY
    told = advanced(gone, seen(listed=False, left=date(2026, 11, 19)))
    assert [span.valid_from for span in told] == [date(2020, 1, 2), date(2026, 11, 19)]
    assert told[0].valid_to == date(2026, 11, 19)
    assert advanced(told, seen(listed=False, left=date(2026, 11, 19), name="더 이름")) == told


def run(name, first, last):
    return Run(name, date.fromisoformat(first), date.fromisoformat(last))


def names(spans):
    return [(span.name, f"{span.valid_from}") for span in spans if span.is_listed]


def test_names_in_price_rows_date_the_renames_before_the_first_look():
    runs = [run("가", "2021-01-04", "2023-05-02"), run("나", "2023-05-03", "2026-11-20")]
    spans = told_by_prices([], seen(name="나"), runs)
    assert names(spans) == [("가", "2020-01-02"), ("나", "2023-05-03")]
    assert [span.valid_to for span in spans] == [date(2023, 5, 3), None]
    assert told_by_prices(spans, seen(name="나"), runs) == spans
    assert advanced(spans, seen(name="나")) == spans
    older = [run("다", "2020-03-02", "2020-12-30"), *runs]
    assert names(told_by_prices(spans, seen(name="나"), older)) == [
        ("다", "2020-01-02"), ("가", "2021-01-04"), ("나", "2023-05-03"),
    ]  # fmt: skip


def test_a_rename_after_the_last_price_row_counts_from_the_listing_that_shows_it():
    runs = [run("가", "2021-01-04", "2026-11-10")]
    spans = advanced(told_by_prices([], seen(name="나"), runs), seen(name="나"))
    assert names(spans) == [("가", "2020-01-02"), ("나", f"{DAY}")]
    listed = [Span(date(2020, 1, 2), None, "나", "KOSDAQ", is_listed=True)]
    assert told_by_prices(listed, seen(name="나"), runs) == listed, "when it became 나 is not known"


def test_price_rows_of_one_that_left_name_the_time_when_it_was_listed():
    left = date(2024, 5, 7)
    runs = [run("가", "2021-01-04", "2022-02-02"), run("나", "2022-02-03", "2024-05-03")]
    gone = seen(name="나", listed=False, left=left)
    spans = advanced(told_by_prices([], gone, runs), gone)
    assert [(span.name, f"{span.valid_from}", span.is_listed) for span in spans] == [
        ("가", "2020-01-02", True), ("나", "2022-02-03", True), ("나", "2024-05-07", False),
    ]  # fmt: skip


def test_price_rows_from_before_the_listing_date_are_of_another_listing():
    runs = [run("가", "2018-01-02", "2019-05-02"), run("나", "2020-01-02", "2026-11-20")]
    assert names(told_by_prices([], seen(name="나"), runs)) == [("나", "2020-01-02")]
    assert names(told_by_prices([], seen(name="나", since=None), runs)) == [("가", "2018-01-02"), ("나", "2020-01-02")]


def test_price_rows_newer_than_the_listing_wait_for_it():
    runs = [run("가", "2021-01-04", "2026-11-20"), run("나", "2026-11-23", "2026-11-23")]
    assert names(told_by_prices([], seen(name="가"), runs)) == [("가", "2020-01-02")]


# --- loading --------------------------------------------------------------------------------------------------------


def load(world):
    result = roster.load_stocks(world.app, QUICK)
    assert result["exit_code"] == 0, result["reasons"]
    return result


def test_a_second_load_changes_nothing_and_asks_nobody(open_world):
    with open_world() as world:
        loads.load_prices_incremental(world.app, 1825, 2, QUICK)
        first = load(world)
        assert first["requests"]["total"] <= 6
        assert first["tables"]["stocks"]["added"] == world.scalar("SELECT count(*) FROM stocks") > 50
        again = load(world)
        assert again["requests"] == {"total": 0}
        assert (again["rows"]["added"], again["rows"]["changed"]) == (0, 0)


def test_stocks_are_the_listing_with_the_newest_prices(open_world):
    with open_world() as world:
        loads.load_prices_incremental(world.app, 1825, 2, QUICK)
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


def test_returns_compare_adjusted_closes_of_the_right_days(open_world):
    with open_world() as world:
        loads.load_prices_incremental(world.app, 1825, 2, QUICK)
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


def test_two_snapshots_a_week_apart_tell_every_kind_of_change(open_world, capsys):
    with open_world(EVENING - timedelta(days=7)) as world:
        assert load(world)["changes"] == {}, "the first look compares with nothing"
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
        assert result["changes"] == {"new": 1, "renamed": 1, "moved": 1, "left": 1, "returned": 1}
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
        assert load(world)["changes"] == {}


def test_status_watches_the_day_of_the_stocks(open_world):
    def watched(world):
        return next(item for item in state.status(world.app)["data"] if item["name"] == "stocks")

    with open_world() as world:
        assert watched(world)["current"] is False
        loads.load_prices_incremental(world.app, 1825, 2, QUICK)
        load(world)
        assert (watched(world)["newest"], watched(world)["current"]) == ("2026-11-20", True)
    with open_world(EVENING + timedelta(days=3)) as world:
        assert (watched(world)["newest"], watched(world)["current"]) == ("2026-11-20", False)
        assert watched(world)["command"] == "foresto stocks load"


def test_a_new_name_is_history(open_world):
    with open_world() as world:
        load(world)
        world.execute("UPDATE stock_history SET name = '옛이름' WHERE ticker = '005930'")
        load(world)
        assert world.rows("SELECT name, valid_to FROM stock_history WHERE ticker = '005930' ORDER BY valid_from") == [
            ("옛이름", DAY),
            ("가상전자", None),
        ]


RENAMED_ON = (
    "SELECT name, valid_from FROM stock_history WHERE ticker = :ticker AND is_listed ORDER BY valid_from DESC LIMIT 2"
)


@pytest.mark.parametrize("first", ["stocks", "prices"])
def test_a_rename_in_price_rows_becomes_history_whichever_comes_first(open_world, first):
    with open_world(sessions=40) as world:
        days = world.sandbox.market.sessions
        if first == "stocks":
            load(world)
        loads.load_prices_incremental(world.app, 1825, 2, QUICK)
        renamed = "UPDATE stock_price_daily SET name = '옛이름' WHERE ticker = '005930' AND trade_date < :day"
        world.execute(renamed, day=days[20])
        load(world)
        assert world.rows(RENAMED_ON, ticker="005930") == [("가상전자", days[20]), ("옛이름", date(1975, 6, 11))]
        again = load(world)
        assert again["tables"]["stock_history"] == {
            "added": 0, "changed": 0, "unchanged": world.scalar("SELECT count(*) FROM stock_history"),
        }  # fmt: skip


def test_who_has_no_listing_date_was_listed_since_the_first_price_row(open_world):
    with open_world() as world:
        load(world)
        preferred = "SELECT count(*) FROM stock_history WHERE ticker = '00027K' AND valid_from <= '2026-11-13'"
        assert world.scalar(preferred) == 0
        loads.load_prices_incremental(world.app, 1825, 2, QUICK)
        load(world)
        first = world.sandbox.market.sessions[0]
        assert world.rows("SELECT valid_from, valid_to FROM stock_history WHERE ticker = '00027K'") == [(first, None)]
        assert load(world)["tables"]["stock_history"]["changed"] == 0


@pytest.mark.slow
def test_the_synthetic_markets_own_renames_are_dated_to_the_day(open_world):
    with open_world(stocks=120, sessions=300) as world:
        loads.load_prices_incremental(world.app, 1825, 2, QUICK)
        load(world)
        wanted = {(code, day) for kind, day, code in world.sandbox.market.events if kind == "rename"}
        assert wanted
        found = world.rows(
            "SELECT ticker, valid_from FROM stock_history h WHERE is_listed AND EXISTS (SELECT FROM stock_history o"
            " WHERE o.ticker = h.ticker AND o.valid_to = h.valid_from AND o.is_listed AND o.name <> h.name)"
        )
        assert set(found) == wanted


def test_an_old_listing_serves_while_the_mirror_is_down(open_world):
    with open_world() as world:
        load(world)
    with open_world(EVENING + timedelta(days=3), faults="500@raw.githubusercontent.com") as world:
        result = roster.load_stocks(world.app, QUICK)
        assert (result["outcome"], result["exit_code"]) == ("failed", 75)
        assert world.scalar("SELECT count(*) FROM stocks WHERE is_active") > 50


# --- looking --------------------------------------------------------------------------------------------------------


@pytest.fixture
def loaded(open_world):
    with open_world() as world:
        loads.load_prices_incremental(world.app, 1825, 2, QUICK)
        load(world)
        yield world


@pytest.mark.parametrize("given", ["005930", "가상전자", " 가상전자 "])
def test_a_stock_is_shown_by_ticker_and_by_name(loaded, given, capsys):
    found = stock_card.card(loaded.app, given)
    assert (found["stock"]["ticker"], found["stock"]["name"], found["stock"]["is_listed"]) == (
        "005930", "가상전자", True,
    )  # fmt: skip
    assert found["stock"]["sector"] == "전자부품"
    assert found["prices"][0]["trade_date"] == "2026-11-20"
    assert len(found["prices"]) == 5
    assert isinstance(found["prices"][0]["close_price"], int)
    assert found["history"][-1]["valid_to"] is None
    json.dumps(found)
    stock_card.show(Console(), found)
    assert "가상전자" in capsys.readouterr().out


def test_one_that_left_is_shown_too(loaded):
    ticker, name = loaded.rows("SELECT ticker, name FROM fdr_stock_listing WHERE NOT is_listed LIMIT 1")[0]
    found = stock_card.card(loaded.app, ticker)
    assert (found["stock"]["name"], found["stock"]["is_listed"]) == (name, False)
    stock_card.show(loaded.app.console, found)


def test_a_stock_is_found_by_a_name_it_no_longer_has(loaded):
    loaded.execute("UPDATE stock_history SET name = '가상옛전자' WHERE ticker = '005930'")
    assert stock_card.card(loaded.app, "가상옛전자")["stock"]["ticker"] == "005930"


@pytest.mark.parametrize(("given", "candidate"), [("상전", "005930 가상전자"), ("가상전지", "005930 가상전자")])
def test_an_unknown_name_names_candidates(loaded, given, candidate):
    with pytest.raises(UsageError, match=candidate):
        stock_card.card(loaded.app, given)


def test_a_name_of_several_names_them(loaded):
    loaded.execute("UPDATE fdr_stock_listing SET name = '쌍둥이' WHERE ticker IN ('005930', '000660')")
    with pytest.raises(UsageError, match=r"005930 쌍둥이.*000660 쌍둥이|000660 쌍둥이.*005930 쌍둥이"):
        stock_card.card(loaded.app, "쌍둥이")
    loaded.execute("UPDATE fdr_stock_listing SET is_listed = false WHERE ticker = '000660'")
    assert stock_card.card(loaded.app, "쌍둥이")["stock"]["ticker"] == "005930", "the listed one is meant"


def test_nonsense_and_an_empty_listing_are_told(loaded):
    for nonsense in ("", "%", "zzzzzz"):
        with pytest.raises(UsageError):
            stock_card.card(loaded.app, nonsense)
    loaded.execute("DELETE FROM fdr_stock_listing")
    with pytest.raises(ConfigError, match="listing load"):
        stock_card.card(loaded.app, "005930")


def test_who_left_is_listed_newest_first(loaded):
    everyone = stock_card.delisted(loaded.app, None)["delisted"]
    days = [row["delisting_date"] for row in everyone]
    assert len(everyone) == loaded.scalar("SELECT count(*) FROM fdr_stock_listing WHERE NOT is_listed")
    assert days == sorted(days, reverse=True)
    middle = days[len(days) // 2]
    some = stock_card.delisted(loaded.app, date.fromisoformat(middle))["delisted"]
    assert some
    assert all(row["delisting_date"] >= middle for row in some)
    stock_card.show_delisted(loaded.app.console, {"delisted": some})
    assert stock_card.delisted(loaded.app, date(2099, 1, 1))["delisted"] == []


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
        assert (result["outcome"], len(result["rejected"])) == ("done", 1)
        assert world.scalar("SELECT count(*) FROM fdr_stock_listing WHERE is_listed") >= len(before)
        assert world.scalar("SELECT count(*) FROM fdr_stock_listing WHERE shares = 0 OR marcap = 0") == 0


def test_a_snapshot_of_zeros_is_not_believed(open_world):
    with open_world(faults="zero@raw.githubusercontent.com/listing/krx") as world:
        result = roster.load_listing(world.app, job.Options())
        assert result["units"]["failed"] == 1
        assert world.scalar("SELECT count(*) FROM fdr_stock_listing WHERE shares = 0") == 0
