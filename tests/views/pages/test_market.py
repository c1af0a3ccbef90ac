"""The page of the market says what is stored of the last session, in words of people, and what is missing."""

import pytest
from views.pages.conftest import INJECTED, SVG, change, rows, shown

from foresto_cli.errors import ConfigError
from foresto_cli.views import words
from foresto_cli.views.pages import market_page

LAST = "(SELECT max(trade_date) FROM stock_price_daily)"


def test_an_empty_database_says_what_to_run(engine):
    with engine.connect() as connection, pytest.raises(ConfigError, match="foresto run initial"):
        market_page.page(connection, {}, market_page.date(2026, 11, 20))


def test_indices_have_level_day_month_year_and_a_line(stored):
    found = shown(stored, market_page.page)
    (close, rate) = rows(stored, f"SELECT close_price, change_rate FROM index_price_daily WHERE trade_date = {LAST}"
                                 " AND index_code = 'KOSPI'")[0]  # fmt: skip
    kospi = found.page.values["indices"][0]
    assert (kospi["name"], kospi["level"]) == ("코스피", f"{close:,.2f}")
    assert kospi["rate"]["text"] == f"{words.signed(float(rate))}%"
    # Twelve sessions are stored: nothing of a month ago, nothing of last year.
    assert (kospi["month"], kospi["year"]) == (None, None)
    said = [one.get("aria-label") or "" for one in found.document.iter(SVG)]
    assert any(label.startswith("코스피 ") for label in said)


def test_a_month_and_the_year_are_counted_from_their_sessions(stored):
    change(stored, "DELETE FROM index_price_daily WHERE index_code = 'KOSPI'")
    change(
        stored,
        "INSERT INTO index_price_daily (index_code, trade_date, close_price, source_id, batch_id, created_at,"
        " updated_at)"
        " SELECT 'KOSPI', date '2026-11-20' - n, 2000 - n, 'FDR', 1, now(), now() FROM generate_series(0, 400) n",
    )
    kospi = shown(stored, market_page.page).page.values["indices"][0]
    assert kospi["rate"]["text"] == f"+{100 * (2000 / 1999 - 1):.2f}%"
    assert kospi["month"]["text"] == f"+{100 * (2000 / 1979 - 1):.2f}%"
    assert kospi["year"]["text"] == f"+{100 * (2000 / 1676 - 1):.2f}%"


def test_breadth_counts_every_stock_of_both_markets(stored):
    counts = {name: count for _, name, count in shown(stored, market_page.page).page.values["breadth"]["counts"]}
    expected = rows(
        stored,
        "SELECT count(*) FILTER (WHERE change_rate > 0), count(*) FILTER (WHERE change_rate = 0),"
        f" count(*) FILTER (WHERE change_rate < 0) FROM stock_price_daily WHERE trade_date = {LAST}"
        " AND market LIKE 'KOS%'",
    )[0]
    assert (counts["up"], counts["flat"], counts["down"]) == expected


def test_movers_are_liquid_and_lead_to_their_page(stored):
    found = shown(stored, market_page.page)
    (up, gainers), (down, losers) = found.page.values["movers"]
    assert (up, down) == ("상승률 상위", "하락률 상위")
    best = rows(
        stored,
        f"SELECT ticker FROM stock_price_daily WHERE trade_date = {LAST} AND market LIKE 'KOS%' AND NOT is_halted"
        " AND trading_value >= 1000000000 AND change_rate > 0 ORDER BY change_rate DESC, trading_value DESC LIMIT 10",
    )
    assert [row["ticker"] for row in gainers] == [ticker for (ticker,) in best]
    assert {row["rate"]["direction"] for row in losers} == {"down"}
    assert f'href="/stocks/{gainers[0]["ticker"]}"' in found.html


def test_flows_stand_there_only_where_they_are_stored(stored):
    assert "투자자별 순매수" not in shown(stored, market_page.page).html
    change(
        stored,
        "INSERT INTO investor_flow_daily (ticker, trade_date, investor, sell_volume, buy_volume, net_volume,"
        " sell_value, buy_value, net_value, source_id, batch_id, created_at, updated_at)"
        " SELECT ticker, trade_date, 'FOREIGN', 0, 1, 1, 0, 0,"
        " 1e9 * row_number() OVER (ORDER BY ticker) - 3e10, 'KRX', 1, now(), now() FROM stock_price_daily"
        f" WHERE trade_date = {LAST}",
    )
    found = shown(stored, market_page.page)
    (group,) = found.page.values["flows"]["groups"]
    assert group["name"] == "외국인"
    assert group["sold"][0]["net"] == {"text": "−290억원", "direction": "down"}
    bought = [float(row["net"]["text"].strip("+억원").replace(",", "")) for row in group["bought"]]
    assert bought == sorted(bought, reverse=True)


def test_what_is_not_loaded_is_said_with_its_command(stored):
    change(stored, "DELETE FROM index_price_daily")
    change(stored, "DELETE FROM etf_price_daily")
    html = shown(stored, market_page.page).html
    assert "foresto prices index" in html
    assert "foresto stocks etfs" in html
    assert "저장된 업종 지수가 없습니다" in html


def test_names_are_escaped_and_parameters_are_harmless(stored):
    change(stored, f"UPDATE stock_price_daily SET name = '<b>악</b>' WHERE trade_date = {LAST}")
    before = rows(stored, "SELECT count(*) FROM stocks")
    html = shown(stored, market_page.page, {"day": INJECTED, "ticker": INJECTED}).html
    assert "<b>악</b>" not in html
    assert "&lt;b&gt;악" in html
    assert rows(stored, "SELECT count(*) FROM stocks") == before
