"""What is said while something goes wrong is said once, and is so."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from foresto_cli.collecting.report import Report
from foresto_cli.errors import (
    AuthFailed,
    BadPayload,
    Blocked,
    ForestoError,
    GivenUp,
    NetworkDown,
    NotYet,
    QuotaSpent,
    Transient,
    Untrusted,
)
from foresto_cli.loading import load_listed, load_prices, load_statements
from foresto_cli.running import job

PATIENCE = 1
QUICK = job.Options()


def test_a_sentence_about_failures_in_a_row_is_never_part_of_another(open_world):
    """Questions under way at the same time fail together; so do those asked after an upstream was given up."""
    with open_world(faults="500@fchart.stock.naver.com") as world:
        session = world.app.naver.sessions[0]
        url = "https://fchart.stock.naver.com/sise.nhn?symbol=005930&timeframe=day&count=3&requestType=0"

        def ask(_):
            with pytest.raises(ForestoError) as caught:
                session.get(url)
            return str(caught.value)

        with ThreadPoolExecutor(4) as pool:
            told = list(pool.map(ask, range(12)))
        assert all(sentence.count("잇따라") <= 1 for sentence in told)
        assert {found for sentence in told for found in re.findall(r"잇따라 \d+번", sentence)} == {"잇따라 3번"}
        assert isinstance(session.refused, GivenUp)


@pytest.mark.long
@pytest.mark.parametrize("workers", [1, 4])
def test_reasons_of_a_command_do_not_repeat_themselves(open_world, workers):
    with open_world(faults="500@data.krx.co.kr/MDCSTAT,500@data-dbg.krx.co.kr,500@raw.githubusercontent.com") as world:
        start, end = world.sandbox.market.sessions[0], world.sandbox.market.sessions[-1]
        result = load_prices.load_prices_between(world.app, start, end, None, job.Options(workers=workers))
        for reason in [*result.reasons, *result.passed_over.values()]:
            assert reason.count("잇따라") <= 1, reason


@pytest.mark.long
def test_darts_cut_connections_are_named_for_what_they_are(open_world):
    with open_world() as world:
        load_listed.load_listing(world.app, QUICK)
        world.sandbox.faults.add("reset@opendart.fss.or.kr")
        result = load_statements.load_statements(
            world.app, load_statements.wanted_reports(2025, None, None, None), QUICK
        )
        assert (result.exit_code, result.outcome) == (75, "failed")
        assert "DART가 이 IP를 24시간 차단" in result.reasons[0]
    with open_world(faults="reset@fchart.stock.naver.com") as world, pytest.raises(NetworkDown) as caught:
        world.app.naver.sessions[0].get("https://fchart.stock.naver.com/sise.nhn")
    assert "24시간" not in str(caught.value)


STOPPED = [Blocked("x"), QuotaSpent("x"), AuthFailed("x"), Untrusted("x"), GivenUp("x")]


@pytest.mark.parametrize("stop", STOPPED, ids=lambda error: type(error).__name__)
def test_a_bar_stops_where_the_work_stopped(stop):
    report = Report("x", "x", planned=100, done=7, no_data=1)
    report.failures += [("unit", BadPayload("x")), ("unit", Transient("x"))]
    report.pending.append(("unit", NotYet("x")))
    report.pending += [("unit", stop)] * 50
    report.failures += [("unit", stop)] * 30
    assert report.finished == 11


def test_a_bar_of_a_real_command_does_not_run_to_the_end(open_world, monkeypatch):
    told = []
    with open_world(faults="block@data.krx.co.kr/MDCSTAT01501+3", without=("krx_openapi_key", "fsc_api_key")) as world:
        from contextlib import contextmanager

        @contextmanager
        def progress(label):
            yield lambda done, planned, _: told.append((done, planned))

        monkeypatch.setattr(world.app.console, "progress", progress)
        days = world.sandbox.market.sessions
        load_prices.load_prices_between(world.app, days[0], days[-2], None, job.Options(workers=1))
    assert told[-1] == (3, len(days) - 1)
