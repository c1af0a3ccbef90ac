"""``foresto screen``: the stocks of a day that fulfil conditions, as the tables have them."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import text

import foresto_cli as foresto
from foresto_cli.console import Console
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.score import batch
from foresto_cli.screens import screen_view
from foresto_cli.screens.screen_fields import FIELDS
from foresto_cli.screens.screening import screened


@pytest.fixture
def scored(asked):
    batch.score_batch(asked.app, batch.Options(force=True))
    return asked


def _screened(world, condition, **options):
    with world.app.engine.connect() as connection:
        return screened(connection, condition, **options)


def test_every_condition_leaves_over_whom_it_should(scored):
    found = _screened(scored, "market = 'KOSDAQ' and price > 20000 and not halted")
    day = scored.scalar("SELECT max(trade_date) FROM stock_price_daily")
    counts = [
        scored.scalar(f"SELECT count(*) FROM stock_price_daily WHERE trade_date = :day AND {condition}", day=day)
        for condition in (
            "market = 'KOSDAQ'",
            "market = 'KOSDAQ' AND close_price > 20000",
            "market = 'KOSDAQ' AND close_price > 20000 AND NOT is_halted",
        )
    ]
    assert found.day == day
    assert found.everybody == scored.scalar("SELECT count(*) FROM stock_price_daily WHERE trade_date = :day", day=day)
    assert [count for _, count in found.counts] == counts
    assert len(found.rows) == counts[-1]


@pytest.mark.parametrize("one", FIELDS, ids=lambda one: one.name)
def test_every_field_can_be_asked_for_and_ordered_by(scored, one):
    condition = {"수": f"{one.name} > 0 or not ({one.name} > 0)", "참·거짓": f"{one.name} or not {one.name}"}.get(
        one.kind.value, f"{one.name} = {one.name}"
    )
    found = _screened(scored, condition, sort=one.name, top=3)
    assert len(found.rows) <= 3
    assert one.name in [field.name for field in found.fields]


def test_a_past_day_has_who_traded_then_and_what_was_known_then(scored):
    first = scored.scalar("SELECT min(trade_date) FROM stock_price_daily")
    gone = scored.scalar(
        "SELECT ticker FROM stock_price_daily WHERE trade_date = :day ORDER BY market_cap LIMIT 1", day=first
    )
    scored.execute("DELETE FROM stock_price_daily WHERE ticker = :gone AND trade_date > :day", gone=gone, day=first)
    then = foresto.screen("price > 0", f"{first}")
    assert gone in then.index
    assert gone not in foresto.screen("price > 0").index
    assert then["score"].isna().all()


def test_returns_are_of_adjusted_closes(scored):
    found = foresto.screen("return_1w > -100")
    ticker = found.index[0]
    closes = foresto.prices(ticker)["close_price"]
    assert found.loc[ticker, "return_1w"] == pytest.approx((closes.iloc[-1] / closes.iloc[-6] - 1) * 100, abs=0.006)
    assert foresto.screen("return_1y > -100").empty


def test_scores_and_designations_are_of_the_day(scored):
    ticker = scored.scalar("SELECT min(ticker) FROM stocks")
    scored.execute(
        "UPDATE stock_price_daily SET designation = '관리종목', source_id = 'KRX' WHERE ticker = :ticker"
        " AND trade_date = (SELECT max(trade_date) FROM stock_price_daily)",
        ticker=ticker,
    )
    assert list(foresto.screen("designated").index)[:1] == [ticker] or ticker in foresto.screen("designated").index
    assert ticker not in foresto.screen("not designated").index
    assert set(foresto.screen("score > 0").index) == {
        row[0] for row in scored.rows("SELECT ticker FROM compass_score_history WHERE total_score > 0")
    }


def test_flows_are_of_the_day_and_unknown_where_not_loaded(scored):
    assert foresto.screen("foreign_net > 0 or foreign_net <= 0").empty
    day = scored.scalar("SELECT max(trade_date) FROM stock_price_daily")
    ticker, other = [row[0] for row in scored.rows("SELECT ticker FROM stocks ORDER BY 1 LIMIT 2")]
    known = (
        "INSERT INTO investor_flow_daily (ticker, trade_date, investor, net_value, source_id, batch_id, created_at,"
        " updated_at) SELECT :ticker, CAST(:day AS date) - CAST(:back AS int), :investor, :value, 'KRX', min(batch_id),"
        " now(), now() FROM data_load_batch"
    )
    for one, back, investor, value in (
        (ticker, 0, "FOREIGN", 7 * 10**9), (ticker, 0, "INDIVIDUAL", -(10**9)), (ticker, 0, "INSTITUTION", 1),
        (other, 1, "FOREIGN", 9 * 10**9),
    ):  # fmt: skip
        scored.execute(known, ticker=one, day=day, back=back, investor=investor, value=value)
    found = foresto.screen("foreign_net > 50억 and individual_net < 0 and 기관순매수 = 1")
    assert list(found.index) == [ticker]
    assert found.loc[ticker, "foreign_net"] == 7 * 10**9


def test_valuations_are_by_what_had_been_received_until_the_day(scored):
    days = [row[0] for row in scored.rows("SELECT DISTINCT trade_date FROM stock_price_daily ORDER BY 1")]
    day, later = days[0], days[-1]
    ticker = scored.scalar("SELECT min(ticker) FROM stock_price_daily WHERE trade_date = :day", day=day)
    worth = "close_price * shares_outstanding FROM stock_price_daily WHERE trade_date = :day AND ticker = :ticker"
    scored.execute("DELETE FROM valuation_known")
    for since, until, ratio in ((day, later - timedelta(1), 8), (later, date(9000, 1, 1), 20)):
        scored.execute(
            "INSERT INTO valuation_known (ticker, known_from, known_to, income, income_until, other_shares, inputs,"
            " source_id, batch_id, created_at, updated_at) SELECT :ticker, :since, :until, x.worth / :ratio,"
            " '9000-01-01', 0, 'x', 'DART', (SELECT min(batch_id) FROM data_load_batch), now(), now()"
            f" FROM (SELECT {worth}) AS x (worth)",
            ticker=ticker, since=since, until=until, ratio=ratio, day=day if since == day else later,
        )  # fmt: skip
    assert foresto.screen("per < 10", f"{day}")["per"].to_dict() == {ticker: pytest.approx(8)}
    assert foresto.screen("per < 10").empty
    assert list(foresto.screen("19.9 < per < 20.1").index) == [ticker]


def test_nothing_stored_and_unknown_orders_are_said(scored):
    with pytest.raises(ConfigError, match="foresto prices incremental"):
        foresto.screen("price > 0", "1990")
    with pytest.raises(UsageError, match="--fields"):
        foresto.screen("price > 0", sort="ticker; DROP TABLE stocks")


@pytest.mark.long
def test_the_command_shows_counts_and_gives_rows_out(foresto, tmp_path):
    for command in (("listing", "load"), ("prices", "incremental")):
        assert foresto("--sandbox", *command).returncode == 0
    shown = foresto("--sandbox", "screen", "price > 0 and 시장 = 'KOSPI'", "--top", "2")
    assert shown.returncode == 0, shown.stderr
    assert "시장 = 'KOSPI' → " in shown.stdout
    told = json.loads(foresto("--sandbox", "screen", "price > 0", "--top", "2", "--json").stdout)
    assert told["count"] == len(told["rows"]) == 2
    assert told["conditions"][0]["left"] == told["everybody"]
    file = tmp_path / "found.csv"
    assert foresto("--sandbox", "screen", "price > 0", "--csv", f"{file}").returncode == 0
    assert file.read_text(encoding="utf-8").startswith("ticker,name,market")
    assert "return_1y" in foresto("--sandbox", "screen", "--fields").stdout
    wrong = foresto("--sandbox", "screen", "scor > 1")
    assert wrong.returncode == 2
    assert "score" in wrong.stderr


def test_no_table_is_touched(scored):
    before = scored.rows("SELECT count(*) FROM stocks")
    for attack in ("name = '; DROP TABLE stocks; --'", "market = 'x' or name = \"'; DELETE FROM stocks\""):
        foresto.screen(attack)
    assert scored.rows("SELECT count(*) FROM stocks") == before
    with scored.app.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM stocks")) > 0


def test_numbers_are_said_for_people_and_kept_exact_for_programs(asked):
    found = screen_view.found(asked.app, "per > 0 and score > 0", "", top=5, sort="-score")
    columns = {column.name: column for column in screen_view.rows(found).columns}
    assert columns["market_cap"].said(1_681_275_199_100) == "1.7조원"
    assert columns["market_cap"].said(136_400_232_100) == "1,364억원"
    assert columns["market_cap"].said(5_300_000) == "530만원"
    assert columns["per"].said(19.6097) == "19.61"
    assert columns["score"].said(87.574142) == "87.6"
    assert columns["name"].said is None


def test_a_field_that_nobody_has_a_value_of_is_named(asked, capsys):
    found = screen_view.found(asked.app, "per < 10 and price > 0 and not (score > 5)", "", top=None, sort="-score")
    assert found.unknown == ["per", "score"]
    assert screen_view.plain(found)["unknown"] == ["per", "score"]
    screen_view.show_counts(Console(), found)
    assert "값이 있는 종목이 하나도 없는 항목: 점수, PER. 빠진 키와 자료: foresto doctor" in capsys.readouterr().out


def test_no_field_is_named_that_somebody_has_a_value_of(scored, capsys):
    found = screen_view.found(scored.app, "price > 100000000 and volume > 0", "", top=None, sort="-score")
    assert not found.rows
    assert not found.unknown
    screen_view.show_counts(Console(), found)
    assert "하나도 없는" not in capsys.readouterr().out
