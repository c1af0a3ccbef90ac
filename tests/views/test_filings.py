"""Filings shown, told of watched companies once, and in the mail: what moves a price first, a bounded count."""

import json
from datetime import date, timedelta

import pytest
from support import EVENING

from foresto_cli import clock
from foresto_cli.datasets.dart import filing_types
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.loading import load_filings as loading
from foresto_cli.output.give import Form
from foresto_cli.running import job
from foresto_cli.views import market_mail, stored_filings, watchlist, watchlist_news
from foresto_cli.views.market_mail import filed
from foresto_cli.views.stored_filings import Wanted

pytestmark = pytest.mark.usefixtures("no_waiting")
PATIENCE = 2
TICKER, OTHER = "005930", "000660"
MORNING = EVENING + timedelta(hours=11)


def file(world, number, name, *, ticker=TICKER, seen="2026-11-20 20:00"):
    world.execute(
        "INSERT INTO dart_filing (rcept_no, corp_code, ticker, report_nm, rcept_dt, filing_type, corp_name, batch_id,"
        " created_at, updated_at) VALUES (:no, '00100003', :ticker, :name, CAST(:day AS date), :type,"
        " '회사', 1, CAST(:seen AS timestamp), CAST(:seen AS timestamp))",
        no=number, ticker=ticker, day=f"{number[:4]}-{number[4:6]}-{number[6:8]}", name=name,
        type=filing_types.code_of(name), seen=seen,
    )  # fmt: skip


def numbers(world, **wanted):
    return [row["receipt_number"] for row in stored_filings.found(world.app, Wanted(**wanted)).rows]


def test_filings_are_found_by_company_type_and_span_the_newest_first(loaded):
    for number, name, ticker in (
        ("20261118000001", "주요사항보고서(유상증자결정)", TICKER),
        ("20261119000002", "[기재정정]주요사항보고서(유상증자결정)", TICKER),
        ("20261119000003", "단일판매ㆍ공급계약체결", OTHER),
        ("20261120000004", "기업설명회(IR)개최(안내공시)", TICKER),
    ):
        file(loaded, number, name, ticker=ticker)
    name = loaded.scalar("SELECT name FROM stocks WHERE ticker = :t", t=TICKER)
    mine = ["20261120000004", "20261119000002", "20261118000001"]
    assert numbers(loaded) == ["20261120000004", "20261119000003", "20261119000002", "20261118000001"]
    assert numbers(loaded, stock=TICKER) == numbers(loaded, stock=name) == mine
    assert stored_filings.issuer_of("005935") == stored_filings.issuer_of("00593K") == TICKER, "the company files"
    assert numbers(loaded, kind="유상증자") == numbers(loaded, kind="rights") == mine[1:]
    assert numbers(loaded, since=date(2026, 11, 19), until=date(2026, 11, 19)) == ["20261119000003", "20261119000002"]
    assert numbers(loaded, limit=1) == mine[:1]
    row = stored_filings.found(loaded.app, Wanted(kind="공급계약")).rows[0]
    assert (row["type"], row["type_code"], row["received"]) == ("공급계약", "contract", date(2026, 11, 19))
    assert row["url"] == "https://dart.fss.or.kr/dsaf001/main.do?rcpNo=20261119000003"
    for refused in (
        {"kind": "없는유형"},
        {"stock": "없는회사"},
        {"since": date(2026, 11, 2), "until": date(2026, 11, 1)},
    ):
        with pytest.raises(UsageError):
            numbers(loaded, **refused)


def test_nothing_stored_and_nothing_found_are_told_apart(loaded):
    with pytest.raises(ConfigError, match="foresto filings load"):
        stored_filings.found(loaded.app, Wanted())
    loading.load_filings(loaded.app, None, job.Options())
    assert "그런 공시가 없습니다" in stored_filings.found(loaded.app, Wanted(until=date(2020, 1, 1))).nothing
    told = stored_filings.show(loaded.app.console, stored_filings.found(loaded.app, Wanted(limit=3)), Form())
    assert told["count"] == 3


# --- the watchlist --------------------------------------------------------------------------------------------------


@pytest.fixture
def watching(open_loaded):
    with open_loaded(EVENING - timedelta(days=2)) as world:
        watchlist.add(world.app, [TICKER])
    with open_loaded(MORNING) as world:
        yield world


def heard(world, channel="slack"):
    return [sent for sent in world.sandbox.outbox.items if sent.channel == channel]


def test_filings_of_watched_companies_are_told_once_marked_types_first(watching):
    file(watching, "20261120000001", "주요사항보고서(유상증자결정)")
    file(watching, "20261120000002", "기업설명회(IR)개최(안내공시)")
    file(watching, "20261120000003", "주요사항보고서(합병결정)", ticker=OTHER)
    result = watchlist_news.notify_moves(watching.app)
    assert (result.outcome, result.exit_code) == ("done", 0), result.reasons
    assert [row["receipt_number"] for row in result.filed] == ["20261120000001", "20261120000002"]
    json.dumps(result.as_json())
    [mail] = heard(watching, "mail")
    assert "유상증자 외 1건" in mail.subject
    first, second = mail.text.index("[유상증자] 주요사항보고서"), mail.text.index("기업설명회")
    assert first < second
    assert "https://dart.fss.or.kr/dsaf001/main.do?rcpNo=20261120000001" in mail.text
    assert "합병" not in mail.text
    assert watchlist_news.notify_moves(watching.app).filed == []
    file(watching, "20261121000009", "[기재정정]주요사항보고서(유상증자결정)")
    again = watchlist_news.notify_moves(watching.app)
    assert [row["receipt_number"] for row in again.filed] == ["20261121000009"], "a correction is a filing of its own"
    assert len(heard(watching)) == 2


def test_what_nobody_heard_of_filings_is_told_the_next_time(watching):
    file(watching, "20261120000001", "횡령ㆍ배임혐의발생")
    watching.sandbox.faults.add("404@hooks.slack.com*1")
    watching.sandbox.faults.add("unauthorized@smtp*1")
    assert watchlist_news.notify_moves(watching.app).exit_code != 0
    assert watching.scalar("SELECT count(*) FROM watchlist_told_filing") == 0
    assert len(watchlist_news.notify_moves(watching.app).filed) == 1


def test_what_was_filed_before_it_was_watched_or_is_history_is_no_news(watching):
    file(watching, "20261117000001", "주요사항보고서(감자결정)", seen="2026-11-21 07:00")
    file(watching, "20261118000002", "주요사항보고서(감자결정)", seen="2026-11-18 09:00")
    file(watching, "20210104000003", "주요사항보고서(감자결정)", seen="2026-11-21 07:00")
    assert watchlist_news.notify_moves(watching.app).filed == []


def test_a_preferred_share_is_told_what_its_company_files(open_loaded):
    with open_loaded(EVENING - timedelta(days=2)) as world:
        preferred = world.scalar("SELECT min(ticker) FROM stocks WHERE is_active AND right(ticker, 1) <> '0'")
        watchlist.add(world.app, [preferred])
    with open_loaded(MORNING) as world:
        file(world, "20261120000001", "현금ㆍ현물배당결정", ticker=f"{preferred[:5]}0")
        assert len(watchlist_news.notify_moves(world.app).filed) == 1


def test_a_flood_is_bounded_and_all_of_it_counts_as_told(watching):
    for serial in range(60):
        file(watching, f"20261120{serial:06d}", "전환청구권행사\x1b[31m" if serial % 2 else "주요사항보고서(감자결정)")
    assert len(watchlist_news.notify_moves(watching.app).filed) == 60
    [mail] = heard(watching, "mail")
    assert mail.text.count("rcpNo=") == 20
    assert "외 40건: foresto filings list --from 2026-11-20" in mail.text
    assert "\x1b" not in mail.text
    assert watchlist_news.notify_moves(watching.app).filed == []


# --- the mail -------------------------------------------------------------------------------------------------------


def section(world, **options):
    with world.app.engine.connect() as connection:
        return filed.section(connection, EVENING.date(), clock.today(), has_key=True, **options)


def test_the_mail_has_the_marked_filings_watched_companies_first_then_the_largest(open_loaded):
    with open_loaded() as world:
        loading.load_filings(world.app, None, job.Options())
    with open_loaded(MORNING) as world:
        world.execute("DELETE FROM dart_filing")
        ranked = [row[0] for row in world.rows("SELECT ticker FROM stocks WHERE right(ticker, 1) = '0' AND is_active"
                                               " ORDER BY market_cap DESC NULLS LAST")]  # fmt: skip
        smallest = ranked[-1]
        watchlist.add(world.app, [smallest])
        for serial, ticker in enumerate((*ranked[5:15], smallest, ranked[0])):
            file(world, f"20261120{serial:06d}", "주요사항보고서(전환사채권발행결정)", ticker=ticker)
        file(world, "20261120000900", "분기보고서 (2026.09)", ticker=ranked[1])
        file(world, "20261120000901", "기업설명회(IR)개최(안내공시)", ticker=ranked[1])
        file(world, "20261119000902", "주요사항보고서(감자결정)", ticker=ranked[1])
        found = section(world)
        assert [row["ticker"] for row in found.rows] == [smallest, ranked[0], *ranked[5:11]]
        assert found.missing == "외 4건: foresto filings list --from 2026-11-20"
        assert found.rows[0]["title"] == "[전환사채(CB)] 주요사항보고서(전환사채권발행결정)"
        draft = market_mail.drafted(world.app)
        for body in (draft.text, draft.html):
            assert "[전환사채(CB)] 주요사항보고서(전환사채권발행결정)" in body
            assert found.rows[0]["url"] in body
            assert "외 4건" in body
        assert [one for one in world.sandbox.requests if one.host == "opendart.fss.or.kr"] == []


def test_that_the_list_was_not_read_is_no_day_without_filings(open_loaded):
    with open_loaded(MORNING) as world:
        assert "foresto filings load" in section(world).missing
        with world.app.engine.connect() as connection:
            assert "DART_API_KEY" in filed.section(connection, EVENING.date(), clock.today(), has_key=False).missing
        loading.load_filings(world.app, None, job.Options())
        world.execute("DELETE FROM dart_filing")
        assert section(world).missing == "표시할 유형의 공시가 없습니다."
