"""Looking at a stock: by ticker, by any name it has or had, and at those that left."""

import json
from datetime import date

import pytest

from foresto_cli.console import Console
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.loading import load_funds
from foresto_cli.running import job
from foresto_cli.views import score_card, stock_card


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


@pytest.mark.parametrize(
    ("basis", "reason", "said"),
    [
        ("TOTAL", None, "비지배지분을 포함한 연결 전체 순이익"),
        ("OWNERS", "ANNUAL_FALLBACK", "지배주주 순이익 · 최근 12개월을 더할 수 없어"),
        (None, "FY_CHANGE", "사업연도가 12개월이 아니어서"),
        (None, None, None),
    ],
)
def test_ratios_are_shown_with_what_they_rest_on(loaded, basis, reason, said, capsys):
    loaded.execute(
        "UPDATE stocks SET pe_ratio = 9.876, income_basis = :basis, ratio_reason = :reason WHERE ticker = '005930'",
        basis=basis,
        reason=reason,
    )
    found = stock_card.card(loaded.app, "005930")
    assert found["stock"]["pe_ratio"] == 9.88
    stock_card.show(Console(), found)
    shown = " ".join(capsys.readouterr().out.split())
    assert "9.88" in shown
    assert (found["stock"]["ratio_note"] is None) if said is None else said in found["stock"]["ratio_note"]


@pytest.mark.parametrize(("is_read", "warns"), [(None, False), (False, False), (True, True)])
def test_a_total_is_a_warning_only_where_the_whole_statements_had_no_owners_share(loaded, is_read, warns):
    loaded.execute("UPDATE stocks SET income_basis = 'TOTAL', ratio_reason = NULL WHERE ticker = '005930'")
    loaded.execute("DELETE FROM financial_report WHERE ticker = '005930'")
    if is_read is not None:
        loaded.execute(
            "INSERT INTO financial_report (ticker, fiscal_year, fiscal_quarter, fs_div, rcept_no, corp_code, rcept_dt,"
            " period_end, currency, is_financial, has_details, source_id, batch_id, created_at, updated_at) VALUES"
            " ('005930', 2025, 4, 'CFS', '20260331000001', '00126380', '2026-03-31', '2025-12-31', 'KRW', false, :read,"
            " 'DART', 1, now(), now())",
            read=is_read,
        )
    note = stock_card.card(loaded.app, "005930")["stock"]["ratio_note"]
    assert ("⚠" in note) is warns
    assert ("foresto dart financials --full --ticker 005930" in note) is not warns


def test_every_reason_of_a_ratio_has_its_words():
    for code in ("NO_FS", "STALE_FS", "FX_CURRENCY", "FY_CHANGE", "TTM_INCOMPLETE", "NEG_EQUITY", "LOSS"):
        assert code in stock_card.RATIO_REASONS


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


def a_fund(world):
    return world.rows("SELECT ticker, name FROM etfs WHERE is_active AND nav > 0 AND index_name <> '' ORDER BY 1")[0]


def test_a_fund_is_shown_by_code_and_by_name(loaded, capsys):
    ticker, name = a_fund(loaded)
    found = stock_card.card(loaded.app, ticker)
    assert found == stock_card.card(loaded.app, f" {name} ") == stock_card.card(loaded.app, name.upper())
    fund, newest = found["etf"], found["prices"][0]
    assert (fund["name"], fund["price_date"], len(found["prices"])) == (name, "2026-11-20", 5)
    assert fund["premium"] == round(100 * (newest["close_price"] / newest["nav"] - 1), 2)
    assert (fund["expense_ratio"], fund["current_price"]) == (0.15, newest["close_price"])
    json.dumps(found)
    stock_card.show(Console(), found)
    shown = capsys.readouterr().out
    assert all(word in shown for word in (name, "기초지수", "총보수", "괴리율(%)", "순자산", "최근 시세", "--from"))
    with pytest.raises(UsageError, match=f"ETF입니다.*foresto stocks show {ticker}"):
        score_card.explained(loaded.app, ticker, None)
    loaded.execute("DELETE FROM etf_price_daily; UPDATE etfs SET nav = NULL, current_price = NULL, price_date = NULL")
    stock_card.show(Console(), stock_card.card(loaded.app, ticker))
    assert "foresto stocks etfs로 받으세요" in capsys.readouterr().out


def test_funds_are_found_where_no_stock_is_listed_yet(open_world, no_waiting):
    with open_world() as world:
        with pytest.raises(ConfigError, match="foresto listing load"):
            stock_card.card(world.app, "069500")
        load_funds.load_etfs(world.app, job.Options())
        ticker, name = a_fund(world)
        assert stock_card.card(world.app, name)["etf"]["ticker"] == ticker


def test_a_stock_that_only_prices_know_is_told(loaded):
    loaded.execute("UPDATE stock_price_daily SET ticker = '999990' WHERE ticker = '005930'")
    with pytest.raises(UsageError, match="999990: 시세만 있고"):
        stock_card.card(loaded.app, "999990")


def test_dividends_filings_and_the_exchanges_ratios_stand_on_the_card(loaded, capsys):
    bare = stock_card.card(loaded.app, "005930")
    assert (bare["dividends"], bare["krx"], bare["filings"]) == ({"last": None, "next": None}, None, [])
    for day, amount, paid in (("2025-12-31", 500, "'2026-04-20'"), ("2026-12-31", "NULL", "NULL")):
        loaded.execute(
            "INSERT INTO dividend_history (security_id, dvdn_bas_dt, scrs_itms_kcd, source_id, ticker,"
            " stck_genr_dvdn_amt, cash_dvdn_pay_dt, batch_id, created_at, updated_at) VALUES ('KR7005930003', :day,"
            f" '0101', 'FSC', '005930', {amount}, {paid}, 1, now(), now())",
            day=day,
        )
    loaded.execute(
        "INSERT INTO krx_fundamental_daily (ticker, trade_date, per, pbr, dividend_yield, source_id, batch_id,"
        " created_at, updated_at) VALUES ('005930', '2026-11-20', NULL, 1.23, 0.4, 'KRX', 1, now(), now())"
    )
    for number in range(5):
        loaded.execute(
            "INSERT INTO dart_filing (rcept_no, corp_code, ticker, report_nm, rcept_dt, batch_id, created_at,"
            " updated_at) VALUES (:number, '00126380', '005930', :name, '2026-11-16', 1, now(), now())",
            number=f"2026111600000{number}",
            name=f"분기보고서 {number}",
        )
    found = stock_card.card(loaded.app, "005930")
    json.dumps(found)
    last, following = found["dividends"]["last"], found["dividends"]["next"]
    assert (last["ex_date"], last["amount"], last["payment_date"]) == ("2025-12-29", 500, "2026-04-20")
    assert (following["record_date"], following["ex_date"], following["amount"]) == ("2026-12-31", "2026-12-29", None)
    assert [one["rcept_no"][-1] for one in found["filings"]] == ["4", "3", "2"]
    assert found["filings"][0]["url"].endswith("20261116000004")
    stock_card.show(Console(), found)
    shown = capsys.readouterr().out
    assert "\t금액 모름 · 배당락 2026-12-29, 기준 2026-12-31" in shown
    assert "\t주당 500원 · 배당락 2025-12-29, 기준 2025-12-31, 지급 2026-04-20" in shown
    assert "\tPBR 1.23배 · 배당수익률 0.40% (2026-11-20, 사업보고서 기준)" in shown
    assert "분기보고서 4" in shown
