"""Every way an upstream fails, through every price source: the documented error, and never "no data"."""

import json
from datetime import date

import pytest

from foresto_cli.loading import load_listed, load_prices
from foresto_cli.running import job
from foresto_cli.settings import SANDBOX_KEYS

DEAD_MIRROR = True
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_waiting")]

QUICK = job.Options()
NO_KEYS = ("krx_id", "krx_pw", "krx_openapi_key")
SOURCES = {
    "KRX": ("data.krx.co.kr/MDCSTAT01501", ("krx_openapi_key",)),
    "KRX_OPENAPI": ("data-dbg.krx.co.kr", ("krx_id", "krx_pw")),
    "FDR": ("raw.githubusercontent.com/listing/krx", NO_KEYS),
    "FSC": ("apis.data.go.kr/getStockPriceInfo", NO_KEYS),
    "NAVER": ("fchart.stock.naver.com", NO_KEYS),
}

FAILED, PENDING = "failed", "pending"
TIMES_OUT = (75, "failed", FAILED)
MISREAD = (65, "failed", FAILED)
BLOCKED = (75, "blocked", PENDING)
REFUSED = (78, "failed", PENDING)
TOO_FAST = (75, "quota", PENDING)
LATER = (75, "failed", PENDING)

EXPECTED = {
    "timeout": dict.fromkeys(SOURCES, TIMES_OUT),
    "reset": dict.fromkeys(SOURCES, TIMES_OUT),
    "half": dict.fromkeys(SOURCES, TIMES_OUT),
    "drip": dict.fromkeys(SOURCES, TIMES_OUT),
    "500": dict.fromkeys(SOURCES, TIMES_OUT),
    "503": dict.fromkeys(SOURCES, TIMES_OUT),
    "html": dict.fromkeys(SOURCES, TIMES_OUT),
    "empty": dict.fromkeys(SOURCES, TIMES_OUT),
    "429": dict.fromkeys(SOURCES, TOO_FAST),
    "404": {**dict.fromkeys(SOURCES, MISREAD), "FDR": LATER},
    "redirect": dict.fromkeys(SOURCES, MISREAD),
    "empty_list": dict.fromkeys(SOURCES, MISREAD),
    "truncated": dict.fromkeys(SOURCES, MISREAD),
    "encoding": dict.fromkeys(("KRX", "KRX_OPENAPI", "FDR", "FSC"), MISREAD),
    "missing_field": dict.fromkeys(SOURCES, MISREAD),
    "renamed_field": dict.fromkeys(SOURCES, MISREAD),
    # pandas reads "N/A" in the mirror's file as nothing: that one row is left out and reported, see test_collect.
    "text_number": dict.fromkeys(("KRX", "KRX_OPENAPI", "FSC", "NAVER"), MISREAD),
    "duplicate": dict.fromkeys(SOURCES, MISREAD),
    "block": dict.fromkeys(SOURCES, BLOCKED),
    "block403": dict.fromkeys(SOURCES, BLOCKED),
    "logout": {"KRX": REFUSED},
    "CD010": {"KRX": REFUSED},
    "CD002": {"KRX": REFUSED},
    "unauthorized": {"KRX_OPENAPI": REFUSED, "FSC": REFUSED},
    **{f"gateway{code}": {"FSC": REFUSED} for code in ("20", "30", "30json", "31")},
    **{f"gateway{code}": {"FSC": TOO_FAST} for code in ("22", "23")},
    "gateway04": {"FSC": TIMES_OUT},
    "gateway12": {"FSC": MISREAD},
    "403": {"FSC": REFUSED},
}
CELLS = [(kind, source) for kind, sources in EXPECTED.items() for source in sources]


LIVING = {"mirror_stopped": None}
MIRROR = {"FDR": LIVING}
"""The mirror lives where it is what is tried; everywhere else it would stand in for who fails."""
NEWEST = {("404", "FDR"): "/2026-11-20"}
"""A mirror that has no file at all is a dead one, and nothing to wait for; here it lacks the newest."""
STORED = {"KRX": "provisional", "KRX_OPENAPI": "done"}
"""How a day is settled: KRX's pages show the after-market's last price until they are proved to show another."""


def load(world, source):
    sessions = world.sandbox.market.sessions
    if source == "NAVER":
        return load_prices.load_prices_between(world.app, sessions[0], sessions[-1], "005930", QUICK)
    day = sessions[-1] if source == "FDR" else sessions[-4]
    return load_prices.load_prices_between(world.app, day, day, None, QUICK)


@pytest.fixture
def open_world(open_world):
    """Without FSC, which would stand in for KRX and the OPEN API; where both are missing it may stay."""

    def opened(*arguments, without=(), **options):
        more = () if set(NO_KEYS) <= {*without} else ("fsc_api_key",)
        return open_world(*arguments, without=(*without, *more), **options)

    return opened


@pytest.mark.parametrize(("kind", "source"), CELLS)
def test_a_failure_ends_as_documented_and_is_never_no_data(open_world, kind, source):
    where, without = SOURCES[source]
    place = "data.krx.co.kr" if kind.startswith("CD") else where + NEWEST.get((kind, source), "")
    patience = 0.006 if kind in {"timeout", "drip"} else 0.02
    mirror = MIRROR.get(source, {})
    with open_world(without=without, patience=patience, **mirror) as world:
        if source == "NAVER":
            load_listed.load_listing(world.app, QUICK)
            world.execute("DELETE FROM unit_ledger")
        world.sandbox.faults.add(f"{kind}@{place}")
        result = load(world, source)
        exit_code, outcome, state = EXPECTED[kind][source]
        assert (result.exit_code, result.outcome) == (exit_code, outcome), result.reasons
        assert getattr(result.units, state) == result.units.planned == 1
        assert world.scalar("SELECT count(*) FROM stock_price_daily") == 0
        assert world.rows("SELECT status FROM unit_ledger") == ([("failed",)] if state == FAILED else [])
        assert world.scalar("SELECT count(*) FROM market_closure") == 0
        assert len([r for r in world.sandbox.requests if r.path.endswith("MDCCOMS001D1.cmd")]) <= 1
        assert result.reasons
        told = json.dumps(result.as_json()) + str(
            world.rows("SELECT detail::text, error_message FROM data_collection_log")
        )
        assert not [key for key in SANDBOX_KEYS.values() if key in told and key != "sandbox"]

        world.sandbox.faults.clear()
        if outcome == "blocked":
            sent = len(world.sandbox.requests)
            assert load(world, source).outcome == "blocked"
            assert len(world.sandbox.requests) == sent, "a blocked upstream was asked again"
            return
        if outcome == "quota":
            sent = len(world.sandbox.requests)
            assert load(world, source).outcome == "quota"
            assert len(world.sandbox.requests) == sent, "an upstream whose day is spent was asked again"
            if source == "FDR":
                return  # tomorrow its snapshot is of another session
            world.begin_budgets_anew()
    with open_world(without=without, **mirror) as world:
        assert load(world, source).units.done == 1, "the next run must fetch what failed"


@pytest.mark.parametrize("kind", ["timeout", "reset", "500", "404", "html", "empty", "truncated", "missing_field"])
@pytest.mark.parametrize("source", ["KRX", "KRX_OPENAPI"])
def test_one_bad_day_does_not_stop_the_others(open_world, kind, source):
    where, without = SOURCES[source]
    host = where.split("/")[0]
    with open_world(without=without) as world:
        days = world.sandbox.market.sessions[-6:-3]
        world.sandbox.faults.add(f"{kind}@{host}/{days[1]:%Y%m%d}")
        result = load_prices.load_prices_between(world.app, days[0], days[-1], None, QUICK)
        assert (result.exit_code, result.outcome) == (3, "partial")
        stored = {row[0] for row in world.rows("SELECT DISTINCT trade_date FROM stock_price_daily")}
        assert stored == {days[0], days[2]}
        state = dict(world.rows("SELECT unit, status FROM unit_ledger WHERE dataset = 'prices.day'"))
        assert state == {f"{days[0]}": STORED[source], f"{days[1]}": "failed", f"{days[2]}": STORED[source]}


def test_a_dead_upstream_is_left_alone_after_three_units(open_world):
    with open_world(without=("krx_openapi_key",), faults="500@data.krx.co.kr/MDCSTAT01501") as world:
        first, last = world.sandbox.market.sessions[0], world.sandbox.market.sessions[-2]
        result = load_prices.load_prices_between(world.app, first, last, None, job.Options(workers=1))
        assert result.exit_code == 75
        assert result.requests["krx"] == 3 * 4


def test_a_block_at_the_login_page_is_a_block_too(open_world):
    with open_world(without=("krx_openapi_key",), faults="block@data.krx.co.kr/MDCCOMS001.cmd") as world:
        assert load(world, "KRX").outcome == "blocked"
        assert world.rows("SELECT alert_type, subject FROM ops_alert") == [("blocked", "krx")]
        assert world.rows("SELECT upstream FROM upstream_block") == [("krx",)]


def test_another_source_stands_in_and_the_block_is_still_an_incident(open_world):
    with open_world(without=("krx_openapi_key",), faults="block@data.krx.co.kr/MDCSTAT01501", **LIVING) as world:
        world.sandbox.faults.add("404@raw.githubusercontent.com/index")
        result = load_prices.load_prices_between(world.app, date(2026, 11, 20), date(2026, 11, 20), None, QUICK)
        assert result.outcome == "blocked", "the mirror asks KRX for its date, and KRX must not be asked"
    with open_world(faults="block@data-dbg.krx.co.kr") as world:
        day = world.sandbox.market.sessions[-4]
        world.execute("DELETE FROM upstream_block")
        result = load_prices.load_prices_between(world.app, day, day, None, QUICK)
        assert (result.outcome, result.sources) == ("done", {"KRX": 1})
        assert result.alerts == ["KRX OPEN API 차단, 11-21 20:30까지"]


def test_an_expired_login_is_renewed_once(open_world):
    with open_world(without=("krx_openapi_key",)) as world:
        days = world.sandbox.market.sessions[-6:-3]
        world.sandbox.faults.add("logout@data.krx.co.kr/MDCSTAT01501*1+2")
        result = load_prices.load_prices_between(world.app, days[0], days[-1], None, job.Options(workers=1))
        assert result.outcome == "done"
        assert len([r for r in world.sandbox.requests if r.path.endswith("MDCCOMS001D1.cmd")]) == 2


def test_a_login_used_elsewhere_is_taken_over(open_world):
    with open_world(without=("krx_openapi_key",), faults="CD011@data.krx.co.kr") as world:
        assert load(world, "KRX").outcome == "done"
        posts = [r for r in world.sandbox.requests if r.path.endswith("MDCCOMS001D1.cmd")]
        assert [post.fields.get("skipDup") for post in posts] == [None, "Y"]


def test_nobody_but_krx_sees_its_cookie(open_world):
    with open_world() as world:
        load(world, "KRX")
        load_listed.load_listing(world.app, QUICK)
        load_prices.load_prices_between(world.app, date(2026, 11, 5), date(2026, 11, 20), "005930", QUICK)
        for client in (world.app.fdr, world.app.naver, world.app.krx_openapi):
            assert not [cookie for session in client.sessions for cookie in session.cookies]


def test_nothing_is_sent_after_a_block_however_many_workers(open_world):
    with open_world(without=("krx_openapi_key",), faults="block@data.krx.co.kr/MDCSTAT01501*1+1") as world:
        days = world.sandbox.market.sessions
        result = load_prices.load_prices_between(world.app, days[0], days[-2], None, job.Options(workers=4))
        assert result.outcome == "blocked"
        assert result.requests["krx"] == 2
        assert result.units.done == 1


@pytest.mark.parametrize("kind", ["CD002", "CD010", "logout"])
def test_a_refused_login_is_an_incident_even_when_another_source_answers(open_world, kind):
    with open_world(without=("krx_openapi_key",), faults=f"{kind}@data.krx.co.kr", **LIVING) as world:
        day = world.sandbox.market.sessions[-1]
        result = load_prices.load_prices_between(world.app, day, day, None, QUICK)
        assert (result.outcome, result.sources) == ("done", {"FDR": 1})
        assert list(result.passed_over) == ["KRX"]
        assert result.alerts == ["KRX 인증 실패"]
        assert world.rows("SELECT alert_level FROM ops_alert") == [("critical",)]
    with open_world(without=("krx_openapi_key",)) as world:
        day = world.sandbox.market.sessions[-4]
        world.sandbox.faults.clear()
        assert load_prices.load_prices_between(world.app, day, day, None, QUICK).sources == {"KRX": 1}
        assert world.scalar("SELECT count(*) FROM ops_alert WHERE resolved_at IS NULL") == 0


def test_a_source_that_fails_is_named_when_another_one_answers(open_world):
    with open_world(without=("krx_openapi_key",), faults="truncated@data.krx.co.kr/MDCSTAT01501", **LIVING) as world:
        day = world.sandbox.market.sessions[-1]
        result = load_prices.load_prices_between(world.app, day, day, None, QUICK)
        assert (result.outcome, result.sources) == ("done", {"FDR": 1})
        assert "읽을 수 없습니다" in result.passed_over["KRX"]
        assert result.alerts == ["KRX 사용 불가"]
        assert list(world.app.folders.payloads.iterdir())


@pytest.mark.parametrize("kind", ["missing_field", "text_number", "duplicate"])
def test_an_answer_that_was_read_but_not_believed_is_put_aside(open_world, kind):
    with open_world(without=("krx_openapi_key",), faults=f"{kind}@data.krx.co.kr/MDCSTAT01501") as world:
        result = load(world, "KRX")
        assert result.exit_code == 65
        (kept,) = world.app.folders.payloads.iterdir()
        assert kept.stat().st_mode & 0o777 == 0o600
        assert "005930" in kept.read_text(encoding="utf-8")
