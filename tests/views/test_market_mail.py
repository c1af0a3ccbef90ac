"""The market mail: true to our own prices, silent about what it does not know, sent once whatever happens."""

import json
import threading
from datetime import date, datetime

import html5lib
import pytest
import requests
from support import EVENING

from foresto_cli import clock
from foresto_cli.chains import chain
from foresto_cli.chains.steps import INDEX, LISTING, PRICES
from foresto_cli.errors import BadPayload, Busy, ConfigError, NotYet
from foresto_cli.running import job
from foresto_cli.running.results import Units
from foresto_cli.sandbox.world import MIRROR_STOPPED
from foresto_cli.store import advisory
from foresto_cli.upstream.mail import addresses
from foresto_cli.views import market_mail
from foresto_cli.views.market_mail import mail_facts, mail_once, watched

SATURDAY = datetime(2026, 11, 21, 7, 30, tzinfo=clock.KST)
SUNDAY = SATURDAY.replace(day=22)
MONDAY = SATURDAY.replace(day=23)
TUESDAY = SATURDAY.replace(day=24)
EVIL = "<script>alert(1)</script>"
READERS = "a@sandbox.example, b@sandbox.example; c@sandbox.example"


@pytest.fixture
def morning(open_loaded):
    """The application on the morning after the session, with three readers."""
    with open_loaded(SATURDAY) as world:
        with_readers(world)
        yield world


def with_readers(world, to=READERS):
    world.app.settings = world.app.settings.model_copy(update={"foresto_market_email_to": to})


def mails(world):
    return [sent for sent in world.sandbox.outbox.items if sent.channel == "mail"]


def row(world):
    return world.rows("SELECT status, total_subscribers, success_count, fail_count FROM market_email_log")[0]


# --- what it says ---------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_it_tells_the_session_from_our_own_prices_to_each_reader(morning):
    result = market_mail.send(morning.app)
    assert (result.outcome, result.exit_code, result.units.done) == ("done", 0, 3)
    sent = mails(morning)
    assert sorted(one.to for one in sent) == [["a@sandbox.example"], ["b@sandbox.example"], ["c@sandbox.example"]]
    close, rate = morning.rows(
        "SELECT close_price, change_rate FROM index_price_daily"
        " WHERE index_code = 'KOSPI' AND trade_date = '2026-11-20'"
    )[0]
    assert f"코스피 {close:,.2f}" in sent[0].text
    assert f"{abs(rate):.2f}%" in sent[0].subject
    first = morning.rows(
        "SELECT name, close_price FROM stock_price_daily WHERE trade_date = '2026-11-20' AND market <> 'KONEX'"
        f" AND NOT is_halted AND trading_value >= {mail_facts.LIQUID}"
        " ORDER BY change_rate DESC, trading_value DESC LIMIT 1"
    )[0]
    for body in (sent[0].text, sent[0].html):
        assert first[0] in body
        assert f"{first[1]:,.0f}원" in body
        assert "제6조" in body
        assert "수신 거부" in body
        assert "모의 시장의 자료" in body
    assert "List-Unsubscribe: <mailto:foresto@sandbox.example?subject=unsubscribe>" in sent[0].raw
    assert row(morning) == ("completed", 3, 3, 0)


def test_a_stock_nobody_trades_is_no_mover_however_far_it_moved(morning):
    ticker, name = morning.rows(
        "SELECT ticker, name FROM stock_price_daily WHERE trade_date = '2026-11-20' AND market = 'KOSDAQ' LIMIT 1"
    )[0]

    def move(value):
        morning.execute(
            "UPDATE stock_price_daily SET change_rate = 29.9, is_halted = false, trading_value = :value"
            " WHERE ticker = :ticker AND trade_date = '2026-11-20'",
            ticker=ticker, value=value,
        )  # fmt: skip
        with morning.app.engine.connect() as connection:
            return mail_facts.gathered(connection, EVENING.date(), date(2026, 11, 19)).gainers.rows

    assert ticker not in {one["ticker"] for one in move(mail_facts.LIQUID - 1)}
    assert move(mail_facts.LIQUID)[0]["name"] == name


def test_the_watchlist_stands_first_in_both_forms(morning):
    (fund,) = morning.rows("SELECT ticker FROM etf_price_daily WHERE trade_date = '2026-11-20' ORDER BY 1 LIMIT 1")[0]
    for minute, ticker in enumerate(("005930", fund)):
        morning.execute(
            "INSERT INTO watchlist (ticker, created_at) VALUES (:ticker, timestamp '2026-11-20' + :minute *"
            " interval '1 min')",
            ticker=ticker, minute=minute,
        )  # fmt: skip
    draft = market_mail.drafted(morning.app)
    for body in (draft.text, draft.html):
        heads = [
            body.index(name) for name in ("관심 종목", "지수", "점수 상위 종목", "점수가 움직인", "업종", "주요 공시")
        ]
        assert heads == sorted(heads)
        for ticker, table in (("005930", "stock_price_daily"), (fund, "etf_price_daily")):
            (close,) = morning.rows(
                f"SELECT close_price FROM {table} WHERE ticker = :ticker AND trade_date = '2026-11-20'", ticker=ticker
            )[0]
            assert f"{close:,.0f}원" in body.partition("지수")[0]
            assert ticker in body.partition("지수")[0]


def test_a_watched_stock_has_its_score_and_how_it_moved(morning):
    morning.execute("INSERT INTO watchlist (ticker, created_at) VALUES ('005930', now()), ('000000', now())")
    morning.execute("UPDATE stocks SET compass_score = 61.26, compass_grade = 'B' WHERE ticker = '005930'")
    for run, (day, total) in enumerate((("2026-11-19", 66.5), ("2026-11-20", 61.26)), 1):
        scored(morning, run, day, total)
    text = market_mail.drafted(morning.app).text
    (line,) = [line for line in text.splitlines() if "(005930)" in line and line.count("원") == 1 and "점수" in line]
    assert line.endswith("· 점수 61.3 B (−5.2)")
    assert "000000 (000000) 시세 없음" in text


def test_who_has_no_watchlist_is_told_how_to_make_one(morning):
    draft = market_mail.drafted(morning.app)
    for body in (draft.text, draft.html):
        assert "관심 종목이 없습니다. 추가하면 맨 먼저 싣습니다: foresto watchlist add 종목" in body


def test_stocks_lead_to_their_pages_where_a_setting_says_how_readers_open_them(morning):
    morning.execute("INSERT INTO watchlist (ticker, created_at) VALUES ('005930', now()), ('000000', now())")
    scored(morning, 1, "2026-11-20", 70.0)
    assert ".html" not in market_mail.drafted(morning.app).html
    address = "https://nas.example/stocks"
    morning.app.settings = morning.app.settings.model_copy(update={"foresto_pages_url": address})
    draft = market_mail.drafted(morning.app)
    assert draft.html.count(f'href="{address}/005930.html"') == 2
    assert draft.text.count(f"{address}/005930.html") == 2
    assert "000000.html" not in draft.html + draft.text


def test_a_long_watchlist_is_cut_and_said_to_be(morning):
    morning.execute("INSERT INTO watchlist (ticker, created_at) SELECT ticker, now() FROM stocks")
    count = morning.scalar("SELECT count(*) FROM watchlist")
    assert f"외 {count - watched.SHOWN:,}종목: foresto watchlist list" in market_mail.drafted(morning.app).text


def test_the_best_scores_say_how_they_moved(morning):
    for run, (day, total) in enumerate((("2026-11-19", 66.5), ("2026-11-20", 70.0)), 1):
        scored(morning, run, day, total)
    draft = market_mail.drafted(morning.app)
    top = draft.text.partition("[점수 상위 종목]")[2].partition("[점수가 움직인 종목]")[0]
    assert "70.0 B" in top
    assert "+3.5" in top
    assert "+3.5" in draft.html


def scored(world, run, day, total):
    """Store one score of 005930."""
    world.execute(
        "INSERT INTO compass_score_run (run_id, score_date, formula_version, config_sha256, code_version,"
        " inputs_sha256,"
        " started_at, completed_at, is_provisional, price_max_date, price_rows, n_universe, n_ref, n_scored, n_partial,"
        " n_not_scored, dq) SELECT :run, d, '2.0.0', 'c', '1', 'i', d, d, false, d, 1, 1, 1, 1, 0, 0, '{}'"
        " FROM (SELECT CAST(:day AS date) AS d) one",
        run=run, day=day,
    )  # fmt: skip
    world.execute(
        "INSERT INTO compass_score_history (score_date, ticker, formula_version, total_score, grade, rank,"
        " financial_coverage, valuation_coverage, technical_coverage, risk_coverage, status, reasons, flags,"
        " price_date,"
        " run_id) SELECT d, '005930', '2.0.0', :total, 'B', 1, 100, 100, 100, 100, 'SCORED', '{}', '{}', d, :run"
        " FROM (SELECT CAST(:day AS date) AS d) one",
        run=run, day=day, total=total,
    )  # fmt: skip


def test_what_could_not_be_found_out_is_said_and_never_made_up(morning):
    morning.sandbox.faults.add("500@query2.finance.yahoo.com")
    morning.execute("DELETE FROM index_price_daily WHERE index_code = 'KOSDAQ'")
    text = market_mail.drafted(morning.app).text
    for said in (
        "KOSDAQ 지수를 아직 받지 못했습니다.",
        "S&P 500 지수를 받지 못했습니다",
        "NASDAQ 지수를 받지 못했습니다",
        "공시 목록을 읽지 않았습니다",
        "아직 점수를 매기지 않았습니다.",
    ):
        assert said in text
    assert "코스닥 " not in text.partition("[업종]")[0].replace("코스피·코스닥", "")


@pytest.mark.long
def test_without_any_key_the_movers_are_those_of_the_charts(open_world):
    keyless = ("krx_id", "krx_pw", "krx_openapi_key", "fsc_api_key", "dart_api_key")
    with open_world(SATURDAY, without=keyless, mirror_stopped=MIRROR_STOPPED, patience=2) as world:
        chain.run(world.app, "initial", (LISTING, PRICES, INDEX), job.Options())
        with_readers(world)
        assert world.rows("SELECT DISTINCT market, change_rate, trading_value FROM stock_price_daily") == [(None,) * 3]
        with world.app.engine.connect() as connection:
            told = mail_facts.gathered(connection, EVENING.date(), date(2026, 11, 19))
        listed = world.scalar("SELECT count(*) FROM fdr_stock_listing WHERE is_listed AND market <> 'KONEX'")
        assert (told.stocks, sum(told.breadth.values()), told.is_provisional) == (listed, listed, True)
        for mover in [*told.gainers.rows, *told.losers.rows]:
            before, close = (
                row[0]
                for row in world.rows(
                    "SELECT adj_close_price FROM stock_price_daily WHERE ticker = :ticker AND trade_date > '2026-11-18'"
                    " ORDER BY trade_date",
                    ticker=mover["ticker"],
                )
            )
            assert round((close / before - 1) * 100, 2) == mover["rate"] != 0
            assert mover["market"] in {"KOSPI", "KOSDAQ", "KOSDAQ GLOBAL"}
        assert len(told.gainers.rows) == len(told.losers.rows) == mail_facts.MOVERS
        assert market_mail.send(world.app).exit_code == 0
        assert "확정되기 전의 잠정 시세입니다." in mails(world)[0].text


def test_without_a_key_of_dart_the_section_says_so_and_nobody_is_asked(open_loaded):
    with open_loaded(SATURDAY, without=("dart_api_key",)) as world:
        assert "DART_API_KEY가 없어" in market_mail.drafted(world.app).text
        assert not [request for request in world.sandbox.requests if "dart" in request.host]


def test_indices_abroad_are_those_of_the_night(morning):
    rows = {one["name"]: one for one in market_mail.outside.abroad(morning.app).rows}
    assert [f"{one['day']}" for one in rows.values()] == ["2026-11-20", "2026-11-20"]
    closes = morning.app.yahoo.closes("^GSPC")
    assert rows["S&P 500"]["change"] == pytest.approx(closes[-1][1] - closes[-2][1])


META = {
    "symbol": "^GSPC", "currency": "USD", "instrumentType": "INDEX", "exchangeTimezoneName": "America/New_York",
    "validRanges": ["1d", "5d"], "priceHint": 2,
}  # fmt: skip
COLUMNS = {name: [4700.0, 4710.5] for name in ("open", "high", "low", "close")} | {"volume": [1, 1]}
CHART = {"meta": META, "timestamp": [1763649000, 1763735400], "indicators": {"quote": [COLUMNS]}}


def charted(morning, monkeypatch, chart):
    answer = requests.Response()
    answer.status_code, answer._content = 200, json.dumps({"chart": {"result": [chart], "error": None}}).encode()
    yahoo = morning.app.yahoo
    monkeypatch.setattr(yahoo._session, "get", lambda *_, **__: answer)
    return yahoo.closes("^GSPC")


def test_a_chart_is_read_as_yahoo_gives_it(morning, monkeypatch):
    assert charted(morning, monkeypatch, CHART) == [(date(2025, 11, 20), 4700.0), (date(2025, 11, 21), 4710.5)]
    for none in (None, "NaN"):
        without = CHART | {"indicators": {"quote": [COLUMNS | {"close": [none, 4710.5]}]}}
        assert charted(morning, monkeypatch, without) == [(date(2025, 11, 21), 4710.5)]


@pytest.mark.parametrize(
    "chart",
    [
        None,
        [],
        {},
        CHART | {"meta": META | {"symbol": "^IXIC"}},
        CHART | {"timestamp": [1763649000]},
        CHART | {"timestamp": [10**30, 1]},
        CHART | {"timestamp": ["x", "y"]},
        CHART | {"indicators": {"quote": [COLUMNS | {"close": [1e999, 1]}]}},
        CHART | {"indicators": {"quote": [COLUMNS | {"close": [-1, 1]}]}},
        CHART | {"indicators": {"quote": []}},
        CHART | {"timestamp": [], "indicators": {"quote": [{}]}},
    ],
)
def test_a_chart_that_is_none_is_not_understood(morning, monkeypatch, chart):
    with pytest.raises(BadPayload):
        charted(morning, monkeypatch, chart)


@pytest.mark.parametrize("fault", ["truncated", "html", "empty", "429", "404", "reset"])
def test_whatever_yahoo_does_the_mail_goes_on(morning, fault):
    morning.sandbox.faults.add(f"{fault}@query2.finance.yahoo.com")
    section = market_mail.outside.abroad(morning.app)
    assert section.rows == []
    assert "S&P 500 지수를 받지 못했습니다" in section.missing
    assert "NASDAQ 지수를 받지 못했습니다" in section.missing


def test_a_session_abroad_that_is_under_way_is_not_told(open_loaded):
    with open_loaded(datetime(2026, 11, 20, 23, 45, tzinfo=clock.KST)) as world:
        assert {f"{one['day']}" for one in market_mail.outside.abroad(world.app).rows} == {"2026-11-19"}


def test_scores_come_from_the_stored_runs(morning):
    tickers = [found for (found,) in morning.rows("SELECT ticker FROM stocks WHERE is_active ORDER BY 1 LIMIT 3")]
    for number, day in ((1, "2026-11-19"), (2, "2026-11-20")):
        morning.execute(
            "INSERT INTO compass_score_run VALUES (:run, CAST(:day AS date), '1.0.0', 'x', 'x', 'x', now(), now(),"
            " false, CAST(:day AS date), 1, NULL, 3, 3, 3, 0, 0, '{}')",
            run=number, day=day,
        )  # fmt: skip
        for ticker, score in zip(tickers, (50 + 4.9 * number, 50 + 5 * number, 90 - 30 * number), strict=True):
            morning.execute(
                "INSERT INTO compass_score_history (score_date, ticker, formula_version, total_score, grade, status,"
                " reasons, flags, price_date, run_id, financial_coverage, valuation_coverage, technical_coverage,"
                " risk_coverage) VALUES (CAST(:day AS date), :ticker, '1.0.0', :score, 'B', 'SCORED', '{}', '{}',"
                " CAST(:day AS date), :run, 0, 0, 0, 0)",
                day=day, ticker=ticker, score=score, run=number,
            )  # fmt: skip
    with morning.app.engine.connect() as connection:
        moved = mail_facts.gathered(connection, EVENING.date(), date(2026, 11, 19)).score_movers.rows
    assert [(one["ticker"], float(one["moved"])) for one in moved] == [(tickers[2], -30.0), (tickers[1], 5.0)]
    assert "−30.0" in market_mail.drafted(morning.app).text


def test_the_html_is_for_mail_clients_and_escaped(morning):
    morning.execute("UPDATE stock_price_daily SET name = :evil", evil=EVIL)
    draft = market_mail.drafted(morning.app)
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(draft.html)
    assert not [found for found in document.iter() if found.tag in {"script", "link", "img", "form"}]
    assert EVIL not in draft.html
    assert EVIL in draft.text
    assert {found.get("href", "").partition(":")[0] for found in document.iter("a")} <= {"mailto", "https"}
    layout = list(document.iter("table"))
    assert len(layout) > 5
    assert all(found.get("role") == "presentation" for found in layout)


def test_preview_writes_both_forms_and_sends_nothing(morning, tmp_path):
    result = market_mail.preview(morning.app, tmp_path / "mail.html")
    assert result.outcome == "done"
    assert "<!doctype html>" in (tmp_path / "mail.html").read_text()
    assert (tmp_path / "mail.txt").read_text().startswith("foresto 시장 요약")
    assert mails(morning) == []
    assert morning.scalar("SELECT count(*) FROM market_email_log") == 0
    assert morning.scalar("SELECT count(*) FROM data_collection_log WHERE job_name LIKE 'report%'") == 0


# --- after a session only, once ---------------------------------------------------------------------------------------


def test_a_weekend_brings_one_mail_and_no_prices_none(open_loaded):
    outcomes = []
    for moment in (SATURDAY, SUNDAY, MONDAY):
        with open_loaded(moment) as world:
            result = market_mail.send(world.app)
            outcomes.append((result.outcome, len(mails(world)), bool(result.requests["total"])))
    assert outcomes == [("done", 1, True), ("nothing_to_do", 0, False), ("nothing_to_do", 0, False)]
    with open_loaded(TUESDAY) as world:
        with pytest.raises(NotYet, match="2026-11-23 시세가 아직 없어"):
            market_mail.send(world.app)
        assert mails(world) == []
        assert world.rows("SELECT status FROM data_collection_log ORDER BY id DESC LIMIT 1") == [("failed",)]


def test_a_second_start_on_the_same_day_sends_nothing(morning):
    market_mail.send(morning.app)
    again = market_mail.send(morning.app)
    assert (again.outcome, again.exit_code) == ("nothing_to_do", 0)
    assert again.reasons == ["오늘 시장 요약은 이미 보냈습니다."]
    assert len(mails(morning)) == 3


def test_of_two_starts_at_once_one_sends(morning):
    ended = []

    def start():
        try:
            ended.append(market_mail.send(morning.app).outcome)
        except Busy:
            ended.append("busy")

    starts = [threading.Thread(target=start) for _ in range(2)]
    for one in starts:
        one.start()
    for one in starts:
        one.join()
    assert len(mails(morning)) == 3
    assert sorted(ended) in (["busy", "done"], ["done", "nothing_to_do"])
    assert morning.scalar("SELECT count(*) FROM market_email_log") == 1


def test_a_sender_at_work_is_left_alone(morning):
    with advisory.alone(morning.app.engine, advisory.MARKET_MAIL), pytest.raises(Busy):
        market_mail.send(morning.app)
    assert mails(morning) == []


def test_the_database_itself_refuses_a_second_mail_of_a_day(morning):
    market_mail.send(morning.app)
    for values in ("'2026-11-21', '2026-11-23'", "'2026-11-24', '2026-11-20'"):
        with pytest.raises(Exception, match="uq_market_email_log"):
            morning.execute(
                "INSERT INTO market_email_log (sent_date, session_date, status, started_at, created_at)"
                f" VALUES ({values}, 'sending', now(), now())"
            )


def test_after_a_crash_the_next_start_goes_on_and_writes_to_nobody_twice(morning):
    log = mail_once.claimed(morning.app.engine, SATURDAY.date(), EVENING.date())
    log.note("a@sandbox.example", mail_once.SENT)
    log.note("b@sandbox.example", mail_once.SENDING)
    result = market_mail.send(morning.app)
    assert [one.to for one in mails(morning)] == [["c@sandbox.example"]]
    assert (result.outcome, result.units.planned) == ("done", 1)
    assert "1명은 앞서 보내다 끝나" in result.reasons[0]
    assert row(morning) == ("completed", 3, 2, 1)
    assert market_mail.send(morning.app).outcome == "nothing_to_do"


# --- what goes wrong --------------------------------------------------------------------------------------------------


def test_a_refused_password_is_an_incident_until_a_mail_goes_out(morning):
    morning.sandbox.faults.add("unauthorized@smtp")
    failed = market_mail.send(morning.app)
    assert (failed.exit_code, failed.units.failed, failed.units.pending) == (78, 1, 2)
    assert row(morning) == ("failed", 3, 0, 3)
    opened = "SELECT count(*) FROM ops_alert WHERE alert_type = 'mail_failed' AND resolved_at IS NULL"
    assert morning.scalar(opened) == 1
    assert "sandbox-mail-password" not in str(failed)
    morning.sandbox.faults.clear()
    assert market_mail.send(morning.app).units.done == 3
    assert row(morning) == ("completed", 3, 3, 0)
    assert morning.scalar(opened) == 0


def test_one_address_that_is_refused_keeps_nobody_else_from_the_mail(morning):
    morning.sandbox.faults.add("404@smtp*1")
    result = market_mail.send(morning.app)
    assert (result.outcome, result.exit_code) == ("partial", 3)
    assert (result.units.done, result.units.failed) == (2, 1)
    assert market_mail.send(morning.app).units == Units(planned=1, done=1)
    assert len(mails(morning)) == 3


def test_a_trial_goes_to_its_address_as_often_as_asked_and_counts_for_nothing(morning):
    for _ in range(2):
        assert market_mail.send_to(morning.app, "me@sandbox.example").units.done == 1
    assert [one.to for one in mails(morning)] == [["me@sandbox.example"]] * 2
    assert morning.scalar("SELECT count(*) FROM market_email_log") == 0


def test_without_mail_server_and_readers_nothing_is_done_with_one_of_them_it_is_a_mistake(open_loaded):
    both = ("smtp_host", "alert_email", "foresto_market_email_to")
    with open_loaded(SATURDAY, without=both) as world:
        result = market_mail.send(world.app)
        assert (result.outcome, result.exit_code) == ("nothing_to_do", 0)
        assert "SMTP_HOST" in result.reasons[0]
    with open_loaded(SATURDAY, without=both[1:]) as world, pytest.raises(ConfigError, match="FORESTO_MARKET_EMAIL_TO"):
        market_mail.send(world.app)
    with open_loaded(SATURDAY, without=both[:1]) as world, pytest.raises(ConfigError, match="SMTP_HOST"):
        market_mail.send(world.app)


def test_addresses_of_the_setting():
    assert addresses(READERS) == ["a@sandbox.example", "b@sandbox.example", "c@sandbox.example"]


# --- sectors --------------------------------------------------------------------------------------------------------


def with_sectors(world, day, rates, market="KOSPI"):
    """Store sector indices of a session as the OPEN API's rows are; other sectors of it go."""
    world.execute("DELETE FROM index_price_daily WHERE trade_date = :day AND index_code LIKE 'T\\_%'", day=day)
    for number, (name, rate) in enumerate(rates.items()):
        code = f"T_{market}_{number}"
        world.execute(
            "INSERT INTO index_listing (index_code, index_class, name, as_of_date, source_id, batch_id, created_at,"
            " updated_at) VALUES (:code, :market, :name, :day, 'KRX_OPENAPI', 1, now(), now())"
            " ON CONFLICT (index_code) DO UPDATE SET name = excluded.name",
            code=code, market=market, name=name, day=day,
        )  # fmt: skip
        world.execute(
            "INSERT INTO index_price_daily (index_code, trade_date, close_price, change_rate, source_id, batch_id,"
            " created_at, updated_at) VALUES (:code, :day, 100, :rate, 'KRX_OPENAPI', 1, now(), now())",
            code=code, day=day, rate=rate,
        )  # fmt: skip


def without_sectors(world):
    world.execute(
        "DELETE FROM index_price_daily WHERE index_code IN (SELECT index_code FROM index_listing"
        " WHERE name NOT LIKE '코스%')"
    )
    world.execute("DELETE FROM index_listing WHERE name NOT LIKE '코스%'")


SEVEN = {"화학": 3.21, "제약": 2.5, "금속": 1.0, "건설": 0, "유통": -0.5, "통신": -1.25, "증권": -4.04}


def test_the_best_and_worst_sectors_stand_in_text_and_html(morning):
    without_sectors(morning)
    with_sectors(morning, "2026-11-20", SEVEN | {"코스피 대형주": 9.99})
    draft = market_mail.drafted(morning.app)
    assert "[업종]\n코스피 상위  화학 +3.21% · 제약 +2.50% · 금속 +1.00%\n" in draft.text
    assert "코스피 하위  증권 −4.04% · 통신 −1.25% · 유통 −0.50%\n" in draft.text
    shown = " ".join(html5lib.parse(draft.html, namespaceHTMLElements=False).itertext())
    shown = " ".join(shown.split())
    assert "코스피 상위 화학 +3.21% · 제약 +2.50% · 금속 +1.00%" in shown
    assert "코스피 하위 증권 −4.04% · 통신 −1.25% · 유통 −0.50%" in shown
    for told in (draft.text, shown):
        assert "9.99" not in told
        assert "코스닥 상위" not in told


def test_sectors_of_the_session_before_say_their_day(morning):
    without_sectors(morning)
    with_sectors(morning, "2026-11-19", SEVEN, "KOSDAQ")
    draft = market_mail.drafted(morning.app)
    assert "[업종] 11월 19일 (목)\n코스닥 상위  화학 +3.21%" in draft.text
    assert "11월 19일 (목)" in draft.html
    with_sectors(morning, "2026-11-18", SEVEN, "KOSPI")
    assert "코스피 상위" not in market_mail.drafted(morning.app).text


def test_without_sectors_there_is_no_section(morning):
    without_sectors(morning)
    for day in ("2026-11-18", None):
        if day:
            with_sectors(morning, day, SEVEN)
        draft = market_mail.drafted(morning.app)
        assert "업종" not in draft.text
        assert "업종" not in draft.html
    with_sectors(morning, "2026-11-20", {EVIL: 1, **dict(list(SEVEN.items())[:5])})
    draft = market_mail.drafted(morning.app)
    assert EVIL not in draft.html
    assert "&lt;script&gt;" in draft.html
