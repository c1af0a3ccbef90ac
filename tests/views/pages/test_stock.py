"""The page of a stock: the prices asked for, what happened on them, and what is not stored said so."""

from datetime import date

import pytest
from views.pages.conftest import INJECTED, TODAY, change, rows, shown
from views.pages.test_scores import RUN, SCORES

from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.views.pages import market_page, scores_page, stock_chart, stock_page
from foresto_cli.views.pages.page import Moved, Page

TICKER = "005930"
REPORT = (
    "INSERT INTO financial_report (ticker, corp_code, fiscal_year, fiscal_quarter, fs_div, period_end,"
    " rcept_no, rcept_dt, currency,"
    " is_financial, has_details, revenue, operating_income, net_income, total_assets, total_liabilities, total_equity,"
    " source_id, batch_id, created_at, updated_at) SELECT '005930', '00126380', 2026, q, 'CFS', CAST(e AS"
    " date), '2026' || lpad(q::text,"
    " 10, '0'), CAST(e AS date) + 45, 'KRW', false, false, q * 1e12, q * -2e11, q * 1e10, 9e12, 4e12, 5e12, 'DART', 1,"
    " now(), now() FROM (VALUES (1, '2026-03-31'), (2, '2026-06-30'), (3, '2026-09-30')) v (q, e)"
)
FILING = (
    "INSERT INTO dart_filing (rcept_no, ticker, corp_code, corp_name, report_nm, rcept_dt, filing_type, flr_nm,"
    " batch_id, created_at, updated_at) VALUES ('20261118000001', '005930', '00126380', '회사', '<i>유상증자결정</i>',"
    " '2026-11-18', 'rights', '회사', 1, now(), now())"
)
DIVIDEND = (
    "INSERT INTO dividend_history (ticker, security_id, source_id, scrs_itms_kcd, dvdn_bas_dt, stck_genr_dvdn_amt,"
    " is_outlier, batch_id, created_at, updated_at)"
    " VALUES ('005930', 'KR7005930003', 'FSC', '0101', '2026-11-17', 361, false, 1, now(), now())"
)


def of(engine, ticker=TICKER, **asked):
    return shown(engine, stock_page.page, {"ticker": ticker, **asked})


def test_the_header_has_the_newest_close(stored):
    found = of(stored)
    (name, close) = rows(
        stored, "SELECT name, close_price FROM stock_price_daily WHERE ticker = :ticker"
        " ORDER BY trade_date DESC LIMIT 1",
        ticker=TICKER,
    )[0]  # fmt: skip
    assert found.texts("h1") == [name]
    assert found.page.values["quote"]["price"] == f"{close:,.0f}원"
    assert found.page.title == f"{name} {TICKER}"


def test_a_name_leads_to_the_page_of_its_code(stored):
    (name,) = rows(stored, "SELECT name FROM fdr_stock_listing WHERE ticker = :ticker", ticker=TICKER)[0]
    with stored.connect() as connection:
        assert stock_page.page(connection, {"ticker": name}, TODAY) == Moved(f"/stocks/{TICKER}")
        moved = stock_page.page(connection, {"ticker": name, "range": "3m", "raw": "1"}, TODAY)
        assert moved == Moved(f"/stocks/{TICKER}?range=3m&raw=1")


def test_who_is_not_known_is_answered_with_the_nearest(stored):
    (name,) = rows(stored, "SELECT name FROM fdr_stock_listing WHERE ticker = :ticker", ticker=TICKER)[0]
    found = of(stored, f"{name}x")
    assert found.page.status == 404
    assert f'href="/stocks/{TICKER}"' in found.html
    assert of(stored, "999999").page.status == 404


def test_an_empty_database_says_what_to_run(engine):
    with engine.connect() as connection, pytest.raises(ConfigError, match="foresto listing load"):
        stock_page.page(connection, {"ticker": TICKER}, TODAY)


def test_every_session_is_drawn_and_stands_in_the_table(stored):
    chart = of(stored).page.values["chart"]
    days = rows(stored, "SELECT trade_date FROM stock_price_daily WHERE ticker = :ticker ORDER BY 1", ticker=TICKER)
    assert len(chart["plot"].candles) == len(days)
    assert [row["day"] for row in chart["table"]["rows"]] == [f"{day}" for (day,) in reversed(days)]


def test_prices_are_adjusted_unless_they_are_asked_for_as_they_were(stored):
    change(
        stored,
        "UPDATE stock_price_daily SET adj_close_price = close_price / 5, adj_event = CASE WHEN trade_date ="
        " '2026-11-17'"
        " THEN 'SPLIT' END WHERE ticker = :ticker AND trade_date < '2026-11-18'",
        ticker=TICKER,
    )
    (close,) = rows(
        stored, "SELECT close_price FROM stock_price_daily WHERE ticker = :ticker AND trade_date = '2026-11-16'",
        ticker=TICKER,
    )[0]  # fmt: skip

    def close_of(found):
        line = next(row for row in found.page.values["chart"]["table"]["rows"] if row["day"] == "2026-11-16")
        return float(line["prices"][3].replace(",", ""))

    adjusted, raw = of(stored), of(stored, raw="1")
    assert close_of(adjusted) == pytest.approx(float(close) / 5)
    assert close_of(raw) == float(close)
    assert 'href="/stocks/005930?range=1y&amp;raw=1"' in adjusted.html
    assert 'href="/stocks/005930?range=1y"' in raw.html
    assert ("2026-11-17", "가격 조정", "price", "액면분할") in adjusted.page.values["chart"]["events"]


def test_a_range_begins_that_long_before_the_last_session(stored):
    change(
        stored,
        "INSERT INTO stock_price_daily (ticker, trade_date, name, market, open_price, high_price, low_price,"
        " close_price,"
        " volume, is_halted, quality_flag, price_basis, adj_factor, adj_close_price, source_id, batch_id, created_at,"
        " updated_at) SELECT ticker, date '2026-11-20' - 7 * n, name, market, open_price, high_price, low_price,"
        " close_price, volume, false, 'NORMAL', 'REGULAR', 1, close_price, 'KRX', 1, now(), now() FROM"
        " stock_price_daily,"
        " generate_series(8, 320) n WHERE ticker = :ticker AND trade_date = '2026-11-20'",
        ticker=TICKER,
    )
    counts = {}
    for word, (_, days) in stock_chart.RANGES.items():
        chart = of(stored, range=word).page.values["chart"]
        counts[word] = len(chart["plot"].candles or chart["plot"].path.split())
        lines = [date.fromisoformat(row["day"]) for row in chart["table"]["rows"]]
        assert days is None or (date(2026, 11, 20) - lines[-1]).days <= days
    assert sorted(counts.values()) == list(counts.values())
    assert counts["1m"] == 12
    assert counts["all"] == 12 + 313
    assert chart["table"]["head"] == "주별"
    for word in ("2y", INJECTED):
        with stored.connect() as connection, pytest.raises(UsageError):
            stock_page.page(connection, {"ticker": TICKER, "range": word}, TODAY)


def test_what_happened_is_marked_and_listed(stored):
    change(stored, FILING)
    change(stored, DIVIDEND)
    found = of(stored)
    events = found.page.values["chart"]["events"]
    assert ("2026-11-18", "공시", "filing", "유상증자: <i>유상증자결정</i>") in events
    assert ("2026-11-16", "배당락", "dividend", "배당락 주당 361원") in events
    assert {mark.kind for mark in found.page.values["chart"]["plot"].marks} >= {"filing", "dividend"}
    assert "<i>유상" not in found.html
    assert "361원" in found.html
    assert "rcpNo=20261118000001" in found.html


def test_quarters_are_standalone_and_in_units_of_people(stored):
    change(stored, REPORT)
    quarters = of(stored).page.values["quarters"]
    assert quarters["periods"] == ["2026 1Q", "2026 2Q", "2026 3Q"]
    lines = dict(quarters["lines"])
    assert lines["매출액"] == ["1.0조원"] * 3
    assert lines["영업이익"] == ["−2,000억원"] * 3
    (_, revenue), (_, operating) = quarters["charts"]
    assert {box.kind for box in revenue.boxes} == {"plain"}
    assert {box.kind for box in operating.boxes} == {"down"}


def test_the_score_has_its_place_its_axes_and_its_change(stored):
    for run, day, top in ((1, "2026-11-19", 90), (2, "2026-11-20", 92)):
        change(stored, RUN, run=run, day=day)
        change(stored, SCORES, run=run, day=day, top=top)
    change(
        stored,
        "INSERT INTO compass_score_component (score_date, ticker, formula_version, components, run_id)"
        """ VALUES ('2026-11-20', :ticker, '2.0.0', '[["V1", 0.0125, 40.5, 30, 12.15], ["T1", 0.5, 60, 20, 12]]', 2)""",
        ticker=TICKER,
    )
    found = of(stored)
    score = found.page.values["score"]
    (total, rank, everyone) = rows(
        stored, "SELECT total_score, rank, (SELECT count(*) FROM compass_score_history WHERE score_date = '2026-11-20')"
        " FROM compass_score_history WHERE ticker = :ticker AND score_date = '2026-11-20'", ticker=TICKER,
    )[0]  # fmt: skip
    assert (score["total"], score["moved"]["text"]) == (f"{total:.1f}", "+2.0")
    assert score["place"].startswith(f"{everyone:,}종목 가운데 {rank}위")
    parts = {part["label"]: part["value"] for axis in score["axes"] for part in axis["parts"]}
    assert "1.25% (PER 80.00배)" in parts.values()
    assert [line[0] for line in score["history"]["rows"]] == ["2026-11-20", "2026-11-19"]


def test_what_is_not_stored_is_said_with_its_command(stored):
    html = of(stored).html
    for said in ("foresto score batch", "foresto dart financials", "배당이 없었다는 뜻은 아닙니다"):
        assert said in html


def test_who_left_the_market_is_said_to_have_left(stored):
    change(
        stored,
        "UPDATE fdr_stock_listing SET is_listed = false, delisting_date = '2026-11-19',"
        " delisting_reason = '감사의견 거절'"
        " WHERE ticker = :ticker",
        ticker=TICKER,
    )
    assert of(stored).page.values["left"] == "상장폐지 2026-11-19 · 감사의견 거절"


def test_a_fund_has_its_card_and_no_score(stored):
    (ticker, index) = rows(
        stored, "SELECT ticker, index_name FROM etfs JOIN etf_price_daily USING (ticker) WHERE index_name IS NOT NULL"
        " ORDER BY trade_date DESC, ticker LIMIT 1",
    )[0]  # fmt: skip
    found = of(stored, ticker)
    facts = {label: value for label, value, _ in found.page.values["facts"]}
    assert facts["기초지수"] == index
    assert found.page.values["chart"] is not None
    assert "Compass Score" not in found.html


@pytest.mark.parametrize(
    "given", [INJECTED, "%' OR '1'='1", "../../etc/passwd", "<script>alert(1)</script>", "가" * 500]
)
def test_whatever_is_asked_for_is_harmless(stored, given):
    before = rows(stored, "SELECT count(*) FROM stocks")
    found = of(stored, given)
    assert found.page.status == 404
    assert "<script>alert" not in found.html
    with stored.connect() as connection:
        assert isinstance(stock_page.page(connection, {"ticker": TICKER, "raw": given, "x": given}, TODAY), Page)
    assert rows(stored, "SELECT count(*) FROM stocks") == before


BAD = (
    "UPDATE stock_price_daily SET change_rate = NULL, trading_value = NULL, name = NULL, price_change = NULL",
    "UPDATE stock_price_daily SET open_price = 0, high_price = 0, low_price = 0, volume = 0, is_halted = true",
    "UPDATE stock_price_daily SET adj_close_price = NULL",
    "UPDATE fdr_stock_listing SET name = '<b>&', industry = NULL, listing_date = NULL, products = NULL",
    "UPDATE stocks SET pe_ratio = 0, market_cap = 0, shares = NULL, roe = -0.001",
    "DELETE FROM stock_price_daily WHERE trade_date < '2026-11-20'",
    "DELETE FROM stock_price_daily",
    "DELETE FROM stocks",
)


@pytest.mark.parametrize("change_to", BAD)
def test_bad_data_make_a_page_that_says_less_and_no_error(stored, change_to):
    change(stored, change_to)
    for address in ({}, {"raw": "1"}, {"range": "1m"}):
        assert of(stored, **address).page.status == 200
    if change_to != "DELETE FROM stock_price_daily":
        assert shown(stored, market_page.page).page.status == 200
    assert shown(stored, scores_page.page).page.status == 200
