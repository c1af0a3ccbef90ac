"""What reading commands show is what is stored, in 80 columns; of what is not stored, the command that brings it."""

import json
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from rich.cells import cell_len

from foresto_cli.datasets.fss.kinds import KINDS
from foresto_cli.datasets.open_data.ex_dates import ex_date, last_with
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.views.reading import (
    after_hours,
    best_offers,
    product_changes,
    show_actions,
    show_bonds,
    show_dividends,
    show_etfs,
    show_indices,
    show_prices,
    show_products,
    show_statements,
    show_us,
    spark,
)
from foresto_cli.views.reading.show_prices import Wish

WIDTH = 80


def shown(world, *given, **wish):
    return show_prices.show(world.app, Wish(given=given, **wish))


# --- prices ---------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_prices_are_those_of_the_table_oldest_first(everything):
    (found,) = shown(everything, "가상전자", start=date(2026, 11, 10), end=date(2026, 11, 19))
    wanted = everything.rows(
        "SELECT trade_date, open_price, high_price, low_price, close_price, volume, market_cap FROM stock_price_daily"
        " WHERE ticker = '005930' AND trade_date BETWEEN '2026-11-10' AND '2026-11-19' ORDER BY 1"
    )
    names = ("trade_date", "open_price", "high_price", "low_price", "close_price", "volume", "market_cap")
    assert [tuple(row[name] for name in names) for row in found.rows] == wanted
    assert len(wanted) > 5


def test_without_days_the_newest_are_shown_and_that_is_said(everything):
    (found,) = shown(everything, "005930", limit=3)
    assert len(found.rows) == 3
    assert found.rows[-1]["trade_date"] == date(2026, 11, 20)
    assert found.rows[-1]["mark"] == "잠정 장후"
    assert any(note.startswith("잠정") for note in found.notes)


def test_an_event_is_marked_and_adjusted_prices_have_no_step(everything, an_event):
    ticker, day = an_event
    (plain,) = shown(everything, ticker, start=date(2026, 1, 1))
    (smooth,) = shown(everything, ticker, start=date(2026, 1, 1), adjusted=True)
    factor = everything.scalar(
        "SELECT adj_factor FROM stock_price_daily WHERE ticker = :ticker AND trade_date = :day", ticker=ticker, day=day
    )
    before = [(old, new) for old, new in zip(plain.rows, smooth.rows, strict=True) if old["trade_date"] < day]
    assert before
    for old, new in before:
        assert float(new["close_price"]) == pytest.approx(float(old["close_price"]) * factor, rel=1e-6)
        for name in ("open_price", "high_price", "low_price"):
            assert float(new[name]) == pytest.approx(float(old[name]) * factor, rel=1e-4, abs=1e-4)
        assert new["volume"] == pytest.approx(old["volume"] / factor, rel=1e-4, abs=1)
    assert plain.rows[-1] == smooth.rows[-1]
    assert next(row for row in plain.rows if row["trade_date"] == day)["mark"] is not None


@pytest.mark.parametrize("period", [show_prices.WEEKLY, show_prices.MONTHLY])
def test_weeks_and_months_are_made_of_their_days(everything, period):
    (days,) = shown(everything, "005930", start=date(2026, 1, 1))
    (found,) = shown(everything, "005930", start=date(2026, 1, 1), period=period)
    assert sum(row["sessions"] for row in found.rows) == len(days.rows)
    assert sum(row["volume"] for row in found.rows) == sum(day["volume"] for day in days.rows)
    left = list(days.rows)
    for row in found.rows:
        own, left = left[: row["sessions"]], left[row["sessions"] :]
        traded = [day for day in own if not day["is_halted"]]
        assert row["trade_date"] == own[-1]["trade_date"]
        assert row["high_price"] == max(day["high_price"] for day in traded)
        assert row["low_price"] == min(day["low_price"] for day in traded)
        assert (row["open_price"], row["close_price"]) == (traded[0]["open_price"], own[-1]["close_price"])
    assert found.rows[0]["change_rate"] is None
    for before, after in pairwise(found.rows):
        wanted = 100 * (float(after["adj_close_price"]) / float(before["adj_close_price"]) - 1)
        assert after["change_rate"] == pytest.approx(wanted, abs=0.006)


def test_a_halted_day_is_marked_and_lowers_no_week(everything):
    halted = everything.rows(
        "SELECT ticker, trade_date FROM stock_price_daily WHERE is_halted ORDER BY trade_date DESC LIMIT 1"
    )
    assert halted, "the sandbox has halted stocks"
    ticker, day = halted[0]
    (days,) = shown(everything, ticker, start=day, end=day)
    assert "정지" in days.rows[0]["mark"]
    (weeks,) = shown(everything, ticker, period=show_prices.WEEKLY, limit=50)
    assert all(row["low_price"] is None or row["low_price"] > 0 for row in weeks.rows)


def test_a_close_that_is_not_adjusted_yet_is_none(open_loaded):
    with open_loaded() as world:
        world.execute("UPDATE stock_price_daily SET adj_close_price = NULL WHERE trade_date = '2026-11-19'")
        (found,) = shown(world, "005930", start=date(2026, 11, 19), adjusted=True)
        first, last = found.rows
        assert (first["close_price"], first["open_price"], first["volume"]) == (None, None, None)
        assert last["close_price"] is not None


def test_stocks_etfs_and_indices_together(everything):
    etf = everything.scalar("SELECT ticker FROM etf_price_daily ORDER BY trade_date DESC, ticker LIMIT 1")
    found = shown(everything, "005930", etf, "KOSPI", "코스닥 150", limit=2)
    assert [one.facts["kind"] for one in found] == ["stock", "etf", "index", "index"]
    assert all(one.rows for one in found)


def test_the_after_market_stands_beside_the_regular_close(everything):
    day = everything.scalar("SELECT max(trade_date) FROM after_market_daily")
    if day is None:
        everything.execute(
            "INSERT INTO after_market_daily (ticker, trade_date, close_price, total_volume, source_id, batch_id,"
            " created_at, updated_at) VALUES ('005930', '2026-11-18', 140000, 1, 'KRX', 1, now(), now())"
        )
    ticker, day = everything.rows("SELECT ticker, trade_date FROM after_market_daily ORDER BY 2 DESC, 1 LIMIT 1")[0]
    (found,) = after_hours.show(everything.app, Wish(given=[ticker], start=day, end=day))
    (row,) = found.rows
    close = everything.scalar(
        "SELECT close_price FROM after_market_daily WHERE ticker = :ticker AND trade_date = :day",
        ticker=ticker,
        day=day,
    )
    assert row["close_price"] == close
    with pytest.raises(UsageError, match="--after-market"):
        after_hours.show(everything.app, Wish(given=[ticker], adjusted=True))


@pytest.mark.parametrize(
    ("values", "bars"), [([1, 2, 3], "▁▅█"), ([3, 3, 3], "▁▁▁"), ([1, 8, 1], "▁█▁"), ([-1, 0, 1], "▁▅█")]
)
def test_a_sparkline_is_as_high_as_its_values(values, bars):
    assert spark.bars(values) == bars


def test_a_long_line_is_60_characters():
    line = spark.bars(list(range(1000)))
    assert len(line) == 60
    assert (line[0], line[-1]) == ("▁", "█")
    assert spark.lines([(date(2026, 1, 1), 1.0)], is_adjusted=True) == []


# --- dividends ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "ex"),
    [
        # The year's last session is the last one with a settlement: 2023-12-28, 2024-12-30.
        (date(2023, 12, 31), date(2023, 12, 27)),
        (date(2024, 12, 31), date(2024, 12, 27)),
        (date(2025, 3, 31), date(2025, 3, 28)),
        (date(2025, 8, 31), date(2025, 8, 28)),
        (date(2026, 10, 6), date(2026, 10, 2)),
    ],
)
def test_the_ex_date_is_the_session_before_the_record_date(loaded, record, ex):
    sessions = loaded.app.calendar
    assert ex_date(sessions, record) == ex
    assert last_with(sessions, record) < ex


def test_dividends_have_days_amounts_and_whose_word_it_is(everything):
    found = show_dividends.show(everything.app, "005930").rows
    stored = everything.rows(
        "SELECT dvdn_bas_dt, cash_dvdn_pay_dt, stck_genr_dvdn_amt FROM dividend_history WHERE ticker = '005930'"
        " AND source_id = 'FSC' ORDER BY 1 DESC"
    )
    fsc = [row for row in found if row["source"] == "금융위"]
    assert [(row["record_date"], row["payment_date"], row["amount"]) for row in fsc] == stored
    reports = [row for row in found if row["source"] != "금융위"]
    assert reports
    # A report says for which year, not on which day.
    assert {(row["ex_date"], row["record_date"]) for row in reports} == {(None, None)}
    assert all(row["fiscal_year"] and row["rcept_no"] for row in reports)


def test_an_undecided_dividend_is_no_zero(everything):
    ticker = everything.scalar(
        "SELECT ticker FROM dividend_history WHERE stck_dvdn_rcd_nm = '미정' AND ticker IS NOT NULL ORDER BY 1 LIMIT 1"
    )
    undecided = [row for row in show_dividends.show(everything.app, ticker).rows if row["kind"] == "미정"]
    assert undecided
    assert {(row["amount"], row["dividend_yield"]) for row in undecided} == {(None, None)}


def test_a_yield_is_of_the_last_close_with_the_right(everything):
    row = next(
        row for row in show_dividends.show(everything.app, "005930").rows if row["record_date"] == date(2026, 12, 31)
    )
    close = everything.scalar("SELECT close_price FROM stock_price_daily WHERE ticker = '005930'"
                              " AND trade_date = '2026-11-20'")  # fmt: skip
    assert row["dividend_yield"] == round(100 * Decimal(row["amount"]) / close, 2)


def test_the_calendar_has_every_day_of_the_month_and_no_other(everything):
    found = show_dividends.calendar(everything.app, "2026-12", None).rows
    names = ("ex_date", "record_date", "payment_date")
    assert all(any(row[name] and (row[name].year, row[name].month) == (2026, 12) for name in names) for row in found)
    stored = everything.rows(
        "SELECT count(*) FROM dividend_history WHERE source_id = 'FSC' AND stck_genr_dvdn_amt IS DISTINCT FROM 0"
        " AND (date_trunc('month', dvdn_bas_dt) = '2026-12-01' OR date_trunc('month', cash_dvdn_pay_dt) = '2026-12-01')"
    )[0][0]
    assert len(found) == stored > 0
    assert [row["ex_date"] for row in found] == sorted(row["ex_date"] for row in found)
    paid = show_dividends.calendar(everything.app, "2027-04", None).rows
    assert {row["payment_date"].month for row in paid} == {4}


def test_the_calendar_of_a_stock_begins_today(everything):
    (coming,) = show_dividends.calendar(everything.app, None, "가상전자").rows
    assert coming["record_date"] == date(2026, 12, 31)
    assert show_dividends.calendar(everything.app, "202601", "005930").facts["to"] == "2026-01-31"
    last, following = None, None
    with everything.app.engine.connect() as connection:
        last, following = show_dividends.nearest(connection, everything.app.calendar, "005930")
    assert (last["record_date"], following["record_date"]) == (date(2025, 12, 31), date(2026, 12, 31))


@pytest.mark.parametrize("month", ["2026-13", "2026", "0000-01", "12-2026", "2026-1", "", "２０２６-12"])
def test_a_month_that_is_none_is_refused(everything, month):
    if month == "２０２６-12":
        # Digits of any script are digits.
        assert show_dividends.calendar(everything.app, month, None).rows
        return
    with pytest.raises(UsageError, match="그런 달은 없습니다"):
        show_dividends.calendar(everything.app, month, None)


# --- bonds, products, ETFs, indices, corporate actions, US ---------------------------------------------------------


def test_bonds_are_found_by_what_is_asked(everything):
    found = show_bonds.find(
        everything.app,
        show_bonds.Wish(min_coupon=4.0, min_rating="A-", before=date(2029, 1, 1), kind="회사채", limit=10_000),
    ).rows
    stored = everything.rows(
        "SELECT isin_cd FROM bonds WHERE is_active AND bond_expr_dt BETWEEN '2026-11-20' AND '2029-01-01'"
        " AND interest_rate >= 4 AND bond_type = 'corporate'"
        " AND credit_rating IN ('AAA', 'AA+', 'AA', 'AA-', 'A+', 'A', 'A-')"
    )
    assert {row["isin_cd"] for row in found} == {row[0] for row in stored} != set()
    assert [row["bond_expr_dt"] for row in found] == sorted(row["bond_expr_dt"] for row in found)
    few = show_bonds.find(everything.app, show_bonds.Wish(limit=2))
    assert "가운데 2종목" in few.notes[0]
    assert few.facts["total"] > 2


def test_a_bond_is_shown_by_isin_and_by_name(everything):
    isin, name = everything.rows(
        "SELECT isin_cd, name FROM bonds b WHERE NOT EXISTS (SELECT FROM bonds o WHERE o.name = b.name"
        " AND o.isin_cd <> b.isin_cd) ORDER BY isin_cd LIMIT 1"
    )[0]
    for given in (isin, isin.lower(), name, name.replace(" ", "")):
        assert show_bonds.show(everything.app, given).rows[0]["isin_cd"] == isin
    for given, said in (("KR0000000000", "없습니다"), ("", "없습니다"), ("전자", "여러 채권"), ("%", "없습니다")):
        with pytest.raises(UsageError, match=said):
            show_bonds.show(everything.app, given)
    for wish in (show_bonds.Wish(kind="복권"), show_bonds.Wish(min_rating="AAAA")):
        with pytest.raises(UsageError, match="없습니다"):
            show_bonds.find(everything.app, wish)


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_product_has_a_row_an_option(everything, kind):
    found = show_products.show(everything.app, show_products.Wish(kind, limit=1_000_000))
    of = next(one for one in KINDS if one.name == kind)
    count = everything.scalar(
        f"SELECT count(*) FROM {of.products.name} p LEFT JOIN {of.options.name} o"
        f" USING ({', '.join(of.product_key)}) WHERE p.is_active"
    )
    assert len(found.rows) == found.facts["total"] == count > 0
    company = found.rows[0]["company" if kind == "annuity" else "bank"]
    of_one = show_products.show(everything.app, show_products.Wish(kind, text=company, limit=1_000_000)).rows
    assert 0 < len(of_one) < count
    if kind != "annuity":
        assert best_offers.show(everything.app, kind, 3).rows[0]["rank"] == 1
    else:
        with pytest.raises(UsageError, match="순위"):
            best_offers.show(everything.app, kind, 3)


def test_a_change_of_a_rate_names_company_and_product(open_world):
    with open_world() as world:
        from foresto_cli.loading import load_products as loading  # beside the view of the same name
        from foresto_cli.running import job  # with it

        loading.load_products(world.app, "deposits", "020000", job.Options())
        world.execute("UPDATE deposit_rate_options SET intr_rate = intr_rate - 1 WHERE intr_rate IS NOT NULL")
        loading.load_products(world.app, "deposits", "020000", job.Options(afresh=True))
        found = product_changes.show(world.app, "deposits", "", 1_000_000).rows
        assert len(found) == world.scalar("SELECT count(*) FROM product_rate_history") > 0
        first = found[0]
        assert first["bank"]
        assert first["name"]
        assert (first["rate"], first["new_rate"] - first["old_rate"]) == ("기본", 1)
        assert product_changes.show(world.app, "deposits", "없는은행", 10).rows == []


def test_etfs_are_found_by_name_index_and_manager(everything):
    every = show_etfs.every(everything.app, "", "aum", gone=False, limit=1000)
    assert len(every.rows) == everything.scalar("SELECT count(*) FROM etfs WHERE is_active")
    sizes = [row["aum"] for row in every.rows if row["aum"] is not None]
    assert sizes == sorted(sizes, reverse=True)
    one = every.rows[0]
    for text in (one["name"][:4], one["manager"], one["index_name"]):
        assert one["ticker"] in {
            row["ticker"] for row in show_etfs.every(everything.app, text, "name", gone=False, limit=99).rows
        }  # one fact
    card, days = show_etfs.show(everything.app, one["name"])
    assert card.rows[0]["ticker"] == one["ticker"]
    assert days.rows
    with pytest.raises(UsageError, match="순서"):
        show_etfs.every(everything.app, "", "best", gone=False, limit=1)


def test_indices_are_found_by_name(everything):
    assert [row["index_code"] for row in show_indices.every(everything.app, "밸류업").rows] == ["VALUE_UP"]
    assert {"KQ150", "KQ150_IT"} <= {row["index_code"] for row in show_indices.every(everything.app, "코스닥150").rows}
    assert {row["index_code"] for row in show_indices.every(everything.app, "화학").rows} >= {"KS_CHEM", "KQ_CHEM"}
    assert show_indices.every(everything.app, "없는지수").rows == []


def test_decisions_about_shares_have_their_price_events(everything, an_event):
    ticker = everything.scalar("SELECT ticker FROM corporate_actions ORDER BY rcept_dt DESC, ticker LIMIT 1")
    found, _ = show_actions.show(everything.app, ticker)
    assert len(found.rows) == everything.scalar(
        "SELECT count(*) FROM corporate_actions WHERE ticker = :ticker", ticker=ticker
    )
    assert all(not row["action"].isascii() for row in found.rows)
    with_event, _ = an_event
    assert show_actions.show(everything.app, with_event)[1]


def test_every_action_has_a_word():
    from foresto_cli.datasets.dart.decision_kinds import NOTICES, REPORTS  # what there is

    assert set(show_actions.LABELS) == {*REPORTS.values(), *NOTICES.values()}


def test_us_stocks_are_shown_by_symbol_and_name(everything):
    card = show_us.show(everything.app, "aapl", show_us.CARD, 20)
    assert card.rows[0]["symbol"] == "AAPL"
    assert show_us.show(everything.app, card.rows[0]["name"], show_us.CARD, 1).rows == card.rows
    days = show_us.show(everything.app, "AAPL", show_us.PRICES, 5).rows
    assert len(days) == 5
    assert days[-1]["date"] == everything.scalar("SELECT max(date) FROM alpha_vantage_timeseries WHERE symbol = 'AAPL'")
    reports = show_us.show(everything.app, "AAPL", show_us.STATEMENTS, 4).rows
    assert [row["fiscal_date"] for row in reports] == sorted(row["fiscal_date"] for row in reports)
    assert show_us.show(everything.app, "SPY", show_us.CARD, 1).rows[0]["symbol"] == "SPY"
    with pytest.raises(UsageError, match="foresto us load --tickers ZZZZ"):
        show_us.show(everything.app, "zzzz", show_us.CARD, 1)


# --- all of them ----------------------------------------------------------------------------------------------------


def every_reading(world):
    """Return each command's reading by its name."""
    app, etf = world.app, world.scalar("SELECT ticker FROM etfs WHERE aum IS NOT NULL ORDER BY aum DESC LIMIT 1")
    action = world.scalar("SELECT ticker FROM corporate_actions ORDER BY rcept_dt DESC, ticker LIMIT 1")
    return {
        "prices show": shown(world, "005930")[0],
        "prices show --adjusted --weekly": shown(world, "005930", adjusted=True, period=show_prices.WEEKLY)[0],
        "prices show INDEX": shown(world, "KOSPI")[0],
        "prices show ETF": shown(world, etf)[0],
        **{
            f"statements show --{form}": show_statements.show(app, show_statements.Wish(given="005930", form=form))
            for form in show_statements.QUERIES
        },
        "dividends show": show_dividends.show(app, "005930"),
        "dividends calendar": show_dividends.calendar(app, "2026-12", None),
        "actions show": show_actions.show(app, action)[0],
        "bonds find": show_bonds.find(app, show_bonds.Wish()),
        "bonds show": show_bonds.show(app, world.scalar("SELECT min(isin_cd) FROM bonds")),
        **{f"fss show {kind.name}": show_products.show(app, show_products.Wish(kind.name)) for kind in KINDS},
        "fss show --best": best_offers.show(app, "deposits", 20),
        "etfs list": show_etfs.every(app, "", "aum", gone=False, limit=20),
        "etfs show": show_etfs.show(app, etf)[0],
        "indices list": show_indices.every(app, ""),
        "us show": show_us.show(app, "AAPL", show_us.CARD, 20),
        "us show --prices": show_us.show(app, "AAPL", show_us.PRICES, 20),
        "us show --statements": show_us.show(app, "AAPL", show_us.STATEMENTS, 20),
    }


def test_every_table_is_a_table_in_80_columns(everything, screen):
    for name, found in every_reading(everything).items():
        assert found.rows, name
        lines = screen(found)
        told = [line for line in lines if line[:2] != "· "]
        assert [line for line in told if cell_len(line.rstrip()) > WIDTH] == [], name
        heads = [field.head for field in found.fields if field.head]
        if not found.is_card:
            # Too wide a table would be one record below the other.
            assert [line for line in lines if all(head in line for head in heads)], (name, lines[:12])
            days = [row[field.name] for row in found.rows for field in found.fields
                    if field.head and field.name.endswith("_date") and row[field.name]]  # fmt: skip
            assert all(f"{day}" in "\n".join(lines) for day in days), f"{name}: a day is folded"


def test_every_column_has_a_name_a_label_and_its_kind(everything):
    for name, found in every_reading(everything).items():
        names = [field.name for field in found.fields]
        assert len(set(names)) == len(names), name
        assert all(field.label for field in found.fields), name
        for row in found.rows:
            assert set(names) <= set(row), name
        json.dumps(dict(found.facts))


def test_nothing_stored_is_said_with_the_command_that_brings_it(open_world):
    with open_world() as world:
        app = world.app
        for read, command in (
            (lambda: shown(world, "005930"), "foresto listing load"),
            (lambda: show_dividends.calendar(app, None, None), "foresto stocks dividends"),
            (lambda: show_bonds.find(app, show_bonds.Wish()), "foresto bonds load"),
            (lambda: show_bonds.show(app, "x"), "foresto bonds load"),
            (lambda: show_products.show(app, show_products.Wish("savings")), "foresto fss savings"),
            (lambda: product_changes.show(app, "savings", "", 1), "foresto fss savings"),
            (lambda: show_etfs.every(app, "", "aum", gone=False, limit=1), "foresto stocks etfs"),
            (lambda: show_etfs.show(app, "x"), "foresto stocks etfs"),
            (lambda: show_indices.every(app, ""), "foresto prices index"),
            (lambda: show_us.show(app, "AAPL", show_us.CARD, 1), "foresto us load"),
            (lambda: show_statements.show(app, show_statements.Wish(given="005930")), "foresto listing load"),
            (lambda: show_actions.show(app, "005930"), "foresto listing load"),
        ):
            with pytest.raises(ConfigError, match=command):
                read()


def test_what_one_has_not_is_not_what_nobody_has(loaded):
    with pytest.raises(ConfigError, match="foresto stocks dividends"):
        show_dividends.show(loaded.app, "005930")
    with pytest.raises(ConfigError, match="foresto dart corporate-actions"):
        show_actions.show(loaded.app, loaded.scalar(
            "SELECT ticker FROM fdr_stock_listing l WHERE NOT EXISTS (SELECT FROM stock_price_daily p"
            " WHERE p.ticker = l.ticker AND adj_event IS NOT NULL) LIMIT 1"))  # fmt: skip
    far = date(2026, 11, 20) + timedelta(days=40)
    (none,) = shown(loaded, "005930", start=far)
    assert none.rows == []
    with pytest.raises(UsageError, match="뒤입니다"):
        shown(loaded, "005930", start=far, end=date(2026, 1, 1))
