"""Logins at KRX: who is thrown out and what is said of it, KRX's own words, and a pykrx that is built differently."""

import inspect
from importlib import import_module

import pytest

from foresto_cli.errors import AuthFailed, BadPayload
from foresto_cli.loading import load_prices
from foresto_cli.running import job
from foresto_cli.sandbox.hosts import data_krx
from foresto_cli.upstream import _known, pykrx_pages

pytestmark = pytest.mark.usefixtures("no_waiting")
PATIENCE = 1
ONLY_KRX = ("krx_openapi_key", "fsc_api_key")
QUICK = job.Options()
SLOWLY = job.Options(workers=1)


def logins(world):
    return [request for request in world.sandbox.requests if request.path.endswith("MDCCOMS001D1.cmd")]


def pages(world):
    return [request for request in world.sandbox.requests if request.path.endswith("getJsonData.cmd")]


# --- one session a member -------------------------------------------------------------------------------------------


TWICE = "logout@data.krx.co.kr/MDCSTAT*1+2,logout@data.krx.co.kr/MDCSTAT*1+6"
FROM_THE_FOURTH_ON = "logout@data.krx.co.kr/MDCSTAT*999+4"


@pytest.mark.parametrize(("workers", "faults"), [(1, TWICE), (1, FROM_THE_FOURTH_ON), (4, FROM_THE_FOURTH_ON)])
def test_a_session_that_is_taken_twice_is_left_alone_and_the_next_run_goes_on(open_world, workers, faults):
    with open_world(without=ONLY_KRX, faults=faults) as world:
        first, last = world.sandbox.market.sessions[0], world.sandbox.market.sessions[-3]
        result = load_prices.load_prices_between(world.app, first, last, None, job.Options(workers=workers))
        assert (result.outcome, result.exit_code) == ("partial", 75)
        done, left = result.units.done, result.units.pending
        assert done > 0
        assert left > 0
        assert result.units.failed == 0
        (reason,) = result.reasons
        assert "같은 ID로 다른 곳" in reason
        assert "그대로 두세요" in reason
        assert "직접 로그인" not in reason
        assert len(logins(world)) == 2, "not thrown out in turn for ever"
        assert world.scalar("SELECT count(DISTINCT trade_date) FROM stock_price_daily") == done
        assert world.rows("SELECT status, count(*) FROM unit_ledger WHERE status = 'failed' GROUP BY 1") == []
        assert result.alerts == []
        world.sandbox.faults.clear()
    with open_world(without=ONLY_KRX) as world:
        again = load_prices.load_prices_between(world.app, first, last, None, QUICK)
        assert (again.exit_code, again.units.done) == (0, left)


def test_another_source_is_asked_when_the_session_is_taken(open_world):
    with open_world(without=ONLY_KRX, faults="logout@data.krx.co.kr/MDCSTAT*9+2") as world:
        for day in world.sandbox.market.sessions[-3:-1]:
            load_prices.load_prices_between(world.app, day, day, None, SLOWLY)
        newest = world.sandbox.market.sessions[-1]
        result = load_prices.load_prices_between(world.app, newest, newest, None, QUICK)
        assert result.sources == {"FDR": 1}


def test_who_throws_another_session_out_says_so_once(open_world):
    with open_world(without=ONLY_KRX, faults="CD011@data.krx.co.kr") as world:
        days = world.sandbox.market.sessions[-4:-2]
        notes = [load_prices.load_prices_between(world.app, day, day, None, QUICK).notes for day in days]
        said = [[note for note in found if "끊고 로그인했습니다" in note] for found in notes]
        assert [len(found) for found in said] == [1, 0]
    with open_world(without=ONLY_KRX) as world:
        day = world.sandbox.market.sessions[-5]
        notes = load_prices.load_prices_between(world.app, day, day, None, QUICK).notes
        assert not [note for note in notes if "끊고" in note]


# --- KRX's own words ------------------------------------------------------------------------------------------------


def refusal(world):
    day = world.sandbox.market.sessions[-4]
    with pytest.raises(AuthFailed) as caught:
        world.app.krx.market_day(day)
    return str(caught.value)


@pytest.mark.parametrize("code", ["CD002", "CD010"])
def test_what_krx_says_of_a_login_is_shown(open_world, code):
    with open_world(faults=f"{code}@data.krx.co.kr") as world:
        said = refusal(world)
    assert f"{code}: {data_krx.LOGIN_MESSAGES[code].rstrip('.')}" in said
    assert ("www.krx.co.kr" in said) == (code == "CD010")
    assert "KRX_PW" in said


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("잠긴 계정입니다.", "CD002: 잠긴 계정입니다)"),
        ("", "(CD002)"),
        (None, "(CD002)"),
        (["x"], "(CD002)"),
        ("a\n\tb\x1b[2J\u202ec", "CD002: a b\\x1b[2J\\u202ec)"),
        ("안" * 10_000, "안…)"),
        ("someone, secret!", "CD002: …, …!)"),
    ],
)
def test_they_are_plain_short_and_hold_no_secret(open_world, monkeypatch, words, shown):
    with open_world(faults="CD002@data.krx.co.kr") as world:
        login, password = (found.get_secret_value() for found in (world.app.settings.krx_id, world.app.settings.krx_pw))
        if isinstance(words, str):
            words = words.replace("someone", login).replace("secret", password)
        monkeypatch.setitem(data_krx.LOGIN_MESSAGES, "CD002", words)
        said = refusal(world)
    assert shown in said
    assert len(said) < 300
    assert said.isprintable()
    assert password not in said


# --- a pykrx or FinanceDataReader that is built differently -----------------------------------------------------------


def without(monkeypatch, name):
    """Take ``name`` out of its module, which may have been imported without its package."""
    module, _, gone = name.rpartition(".")
    monkeypatch.delattr(import_module(module), gone)


@pytest.mark.parametrize("name", ["auth.KRXSession", "auth.set_auth_session", "webio.get_session"])
def test_without_what_pykrx_is_handed_our_session_by_nobody_logs_in_and_others_are_asked(open_world, monkeypatch, name):
    without(monkeypatch, f"pykrx.website.comm.{name}")
    with open_world(without=ONLY_KRX) as world:
        result = load_prices.load_prices_incremental(world.app, 1, 2, QUICK)
        assert result.exit_code == 3, "the session before has no other source"
        assert result.sources == {"FDR": 1}
        assert "pykrx" in result.passed_over["KRX"]
        assert _known.VERSIONS["pykrx"] in result.passed_over["KRX"]
        assert logins(world) == pages(world) == []


def renamed_argument(**_):
    raise TypeError("unexpected keyword argument")


@pytest.mark.parametrize("change", [lambda **_: None, renamed_argument])
def test_a_pykrx_that_would_use_another_session_is_not_let(open_world, monkeypatch, change):
    monkeypatch.setattr(import_module("pykrx.website.comm.auth"), "KRXSession", change)
    with open_world(without=ONLY_KRX) as world:
        for _ in range(2):
            with pytest.raises(BadPayload, match="pykrx를 1"):
                world.app.krx.market_day(world.sandbox.market.sessions[-4])
        assert pages(world) == []
        assert len(logins(world)) == 1


@pytest.mark.parametrize("name", ["전종목시세", "개별지수시세"])
def test_a_page_that_pykrx_has_no_more_is_one_of_our_errors(open_world, monkeypatch, name):
    without(monkeypatch, f"pykrx.website.krx.market.core.{name}")
    with open_world() as world:
        day = world.sandbox.market.sessions[-4]
        ask = {"전종목시세": lambda: world.app.krx.market_day(day),
               "개별지수시세": lambda: world.app.krx.index_days("1001", day, day)}[name]  # fmt: skip
        with pytest.raises(BadPayload, match="KRX"):
            ask()


@pytest.mark.parametrize(
    "name", ["krx.listing.requests", "data.StockListing", "data.DataReader", "naver.listing.requests"]
)
def test_without_what_is_used_of_financedatareader_nobody_is_asked(open_world, monkeypatch, name):
    without(monkeypatch, f"FinanceDataReader.{name}")
    with open_world() as world:
        ask = world.app.fdr.etfs if name.startswith("naver") else world.app.fdr.listing
        with pytest.raises(BadPayload, match=_known.VERSIONS["finance-datareader"]):
            ask()
        assert world.sandbox.requests == []


def test_what_is_used_of_pykrx_is_there():
    """A pykrx that changes one of these has to be looked at before it is allowed in pyproject."""
    pykrx_pages.pages()
    from pykrx.website.comm import auth, webio
    from pykrx.website.krx.etx import core as funds
    from pykrx.website.krx.market import core

    made = auth.KRXSession(
        session=object(), is_authenticated=True, expiry_time=float("inf"), cookies={"A": {"value": "1"}}
    )
    assert made.is_valid(), "or pykrx logs in by itself"
    assert made.get_headers()["Cookie"] == "A=1"
    assert "krxs.session.post" in inspect.getsource(webio.Post.read)
    for page, names in {
        core.전종목시세: ("trdDd", "mktId"),
        core.개별지수시세: ("ticker", "group_id", "fromdate", "todate"),
        funds.전종목시세_ETF: (None,),
        funds.ETF_전종목기본종목: (),
    }.items():
        parameters = list(inspect.signature(page.fetch).parameters)[1:]
        assert set(filter(None, names)) <= set(parameters), page
        assert len(parameters) >= len(names), page


def test_what_is_used_of_financedatareader_is_there():
    from FinanceDataReader.krx import listing
    from FinanceDataReader.naver import listing as naver

    assert "requests.get(" in inspect.getsource(listing)
    assert "read_csv(" in inspect.getsource(listing)
    assert "requests.get(" in inspect.getsource(naver)


def test_messages_name_the_versions_that_are_allowed():
    from project.test_dependencies import PROJECT

    for library, words in _known.VERSIONS.items():
        least, bound = words.replace(" 이상", "").replace(" 미만", "").split()
        assert f"{library}>={least},<{bound}" in PROJECT["dependencies"]
