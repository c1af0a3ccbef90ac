"""Designations: since when they hold, told wherever a stock is named, left out of what is best, told once as news."""

import random
from datetime import date, datetime

import pytest

from foresto_cli import clock
from foresto_cli.console import Console
from foresto_cli.datasets.listed import designation_checks, designations
from foresto_cli.datasets.listed.designations import TELLING, Designation
from foresto_cli.loading import load_listed as roster
from foresto_cli.loading import load_prices
from foresto_cli.running import job
from foresto_cli.sandbox.dart import dart_companies, dart_figures
from foresto_cli.sandbox.market import Market
from foresto_cli.sandbox.market import market_designations as dealt
from foresto_cli.sandbox.market.roster import PENNY_CODE
from foresto_cli.score import explain
from foresto_cli.verify import verification
from foresto_cli.views import market_mail, page, score_card, stock_card, watchlist, watchlist_news
from foresto_cli.views.top_scores import LEAVING, SUSPENDED, Wanted

MANAGED, CAUTION = "관리종목", "투자주의환기종목"
PATIENCE = 0.5


def sessions(world):
    return [row[0] for row in world.rows("SELECT DISTINCT trade_date FROM stock_price_daily ORDER BY 1")]


def designate(world, ticker, word, since, until=date.max):
    world.execute(
        "UPDATE stock_price_daily SET designation = :word"
        " WHERE ticker = :ticker AND trade_date BETWEEN :since AND :until",
        word=word, ticker=ticker, since=since, until=until,
    )  # fmt: skip


def wanted_of(rows, first_told):
    """The designation of one stock from its rows (day, word, source), oldest first, by the words of the rule."""
    telling = [(day, word) for day, word, source in rows if word or source in TELLING]
    if not telling or telling[-1][1] is None:
        return None
    word = telling[-1][1]
    since = None
    for day, one in reversed(telling):
        if one != word:
            break
        since = day
    return Designation(word, since, since > first_told)


@pytest.fixture
def plain(loaded):
    """A loaded market in which nobody is designated."""
    loaded.execute("UPDATE stock_price_daily SET designation = NULL")
    return loaded


def test_since_when_is_the_unbroken_stretch_in_the_rows_that_can_tell(plain):
    days, chance = sessions(plain), random.Random(19)
    tickers = [row[0] for row in plain.rows("SELECT ticker FROM stocks WHERE is_active ORDER BY 1 LIMIT 40")]
    told = {}
    for ticker in tickers:
        word = None
        for day in days:
            if chance.random() < 0.25:
                word = chance.choice((None, MANAGED, CAUTION))
            source = chance.choice((*TELLING, "FSC", "NAVER"))
            written = word if source in TELLING or chance.random() < 0.3 else None
            told.setdefault(ticker, []).append((day, written, source))
            plain.execute(
                "UPDATE stock_price_daily SET designation = :word, source_id = :source"
                " WHERE ticker = :ticker AND trade_date = :day",
                word=written, source=source, ticker=ticker, day=day,
            )  # fmt: skip
    here = {(row[0], row[1]) for row in plain.rows("SELECT ticker, trade_date FROM stock_price_daily")}
    told = {ticker: [row for row in rows if (ticker, row[0]) in here] for ticker, rows in told.items()}
    first = min(day for rows in told.values() for day, word, _ in rows if word)
    for day in (*days, date.max):
        wanted = {ticker: wanted_of([row for row in rows if row[0] <= day], first) for ticker, rows in told.items()}
        wanted = {ticker: found for ticker, found in wanted.items() if found}
        with plain.app.engine.connect() as connection:
            assert designations.as_of(connection, day) == wanted
            assert designations.as_of(connection, day, tickers[:3]) == {
                ticker: found for ticker, found in wanted.items() if ticker in tickers[:3]
            }
    assert len(wanted) > 5, "the drawn histories end with some designations"
    roster.derive_stocks(plain.app, job.Options())
    stored = plain.rows("SELECT ticker, designation, designated_since FROM stocks WHERE designation IS NOT NULL")
    listed = {row[0] for row in plain.rows("SELECT ticker FROM fdr_stock_listing WHERE is_listed")}
    assert {(t, w, s) for t, w, s in stored} == {(t, f.word, f.since) for t, f in wanted.items() if t in listed}


def test_a_source_without_sections_hides_no_designation(plain):
    days = sessions(plain)
    designate(plain, "005930", MANAGED, days[3], days[6])
    plain.execute("UPDATE stock_price_daily SET source_id = 'FSC' WHERE trade_date > :day", day=days[6])
    assert stock_card.card(plain.app, "005930")["stock"]["designation"] == MANAGED
    plain.execute("UPDATE stock_price_daily SET source_id = 'KRX_OPENAPI' WHERE trade_date = :day", day=days[-1])
    assert stock_card.card(plain.app, "005930")["stock"]["designation"] is None


def test_the_first_stored_day_is_no_beginning(plain):
    days = sessions(plain)
    designate(plain, "005930", MANAGED, days[0])
    designate(plain, "000660", CAUTION, days[4])
    cards = {ticker: stock_card.card(plain.app, ticker)["stock"]["designated"] for ticker in ("005930", "000660")}
    assert cards == {
        "005930": f"관리종목({days[0]} 이전부터)",
        "000660": f"투자주의환기종목({days[4]}부터)",
    }


# --- where it is told -----------------------------------------------------------------------------------------------


def scored(world):
    """Plant scores of the newest session: the higher the ticker, the better."""
    day = sessions(world)[-1]
    world.execute(
        "INSERT INTO compass_score_run VALUES (7, :day, '1.0.0', 'x', 'x', 'x', now(), now(), false, :day, 1, NULL,"
        " 60, 50, 54, 0, 6, '{}')",
        day=day,
    )
    world.execute(
        "INSERT INTO compass_score_history (score_date, ticker, formula_version, total_score, grade, rank, status,"
        " reasons, flags, price_date, run_id, financial_coverage, valuation_coverage, technical_coverage,"
        " risk_coverage) SELECT :day, ticker, '1.0.0', n, 'B', n, 'SCORED', ARRAY[]::text[], ARRAY[]::text[], :day, 7,"
        " 0, 0, 0, 0 FROM (SELECT ticker, row_number() OVER (ORDER BY ticker) AS n FROM stocks"
        " JOIN stock_price_daily p USING (ticker) WHERE is_active AND p.trade_date = :day AND NOT p.is_halted) s",
        day=day,
    )
    world.execute(
        "UPDATE stocks s SET compass_score = h.total_score, compass_grade = h.grade FROM compass_score_history h"
        " WHERE h.ticker = s.ticker"
    )
    return [row[0] for row in world.rows("SELECT ticker FROM compass_score_history ORDER BY total_score DESC")]


@pytest.mark.long
def test_what_is_best_leaves_out_who_is_designated_suspended_or_leaving_and_says_how_many(plain, capsys):
    days = sessions(plain)
    best = scored(plain)
    managed, caution, halted, leaving, gone, next_one = best[:6]
    name = dict(plain.rows("SELECT ticker, name FROM stocks"))
    designate(plain, managed, MANAGED, days[5])
    designate(plain, caution, CAUTION, days[6])
    plain.execute(
        "UPDATE stock_price_daily SET is_halted = true, market = 'KOSPI' WHERE ticker = :t AND trade_date = :day",
        t=halted, day=days[-1],
    )  # fmt: skip
    plain.execute("UPDATE compass_score_history SET reasons = ARRAY['LIQUIDATION'] WHERE ticker = :t", t=leaving)
    plain.execute("UPDATE stocks SET is_active = false WHERE ticker = :t", t=gone)
    found = score_card.ranking(plain.app, Wanted(top=3))
    assert [row["ticker"] for row in found["stocks"]] == best[5:8]
    assert found["left_out"] == {LEAVING: 2, MANAGED: 1, CAUTION: 1, SUSPENDED: 1}
    score_card.show_ranking(Console(), found)
    out = capsys.readouterr().out
    assert "5종목을 제외했습니다" in out
    assert "--with-designated" in out
    everyone = score_card.ranking(plain.app, Wanted(top=6, with_designated=True))
    assert [row["ticker"] for row in everyone["stocks"]] == best[:6]
    assert (everyone["left_out"], everyone["notes"]) == ({}, [])
    assert everyone["stocks"][0]["designation"] == {"word": MANAGED, "since": f"{days[5]}", "is_since_known": False}
    assert everyone["stocks"][1]["designation"] == {"word": CAUTION, "since": f"{days[6]}", "is_since_known": True}
    words = [f"관리종목({days[5]} 이전부터)", f"투자주의환기종목({days[6]}부터)", SUSPENDED, LEAVING, LEAVING, None]
    assert [row["caution"] for row in everyone["stocks"]] == words
    score_card.show_ranking(Console(), everyone)
    out = capsys.readouterr().out
    assert f"위 {name[managed]}({managed}): {words[0]}" in out
    # The mail and the page have the same list and the same sentence.
    for shown in (market_mail.drafted(plain.app).text, page.render(plain.app)):
        assert "5종목을 제외했습니다" in shown
        assert name[next_one] in shown
    _, _, after = market_mail.drafted(plain.app).text.partition("[점수 상위 종목]")
    tail = after.partition("\n[")[0]
    assert name[next_one] in tail
    assert all(f"({ticker}," not in tail for ticker in best[:5])
    # A market or a sector of one's own counts its own.
    market = next(row["market"] for row in everyone["stocks"] if row["ticker"] == managed)
    kosdaq = score_card.ranking(plain.app, Wanted(top=1, market=market))
    assert kosdaq["left_out"][MANAGED] == 1


def test_a_konex_stock_that_nobody_traded_for_a_day_is_not_suspended(plain):
    best, day = scored(plain), sessions(plain)[-1]
    plain.execute(
        "UPDATE stock_price_daily SET is_halted = true, market = 'KONEX' WHERE ticker = :t AND trade_date = :day",
        t=best[0], day=day,
    )  # fmt: skip
    found = score_card.ranking(plain.app, Wanted(top=1))
    assert (found["stocks"][0]["ticker"], found["left_out"]) == (best[0], {})


def test_it_is_told_wherever_the_stock_is_named(plain, capsys):
    days = sessions(plain)
    mover = plain.rows(
        "SELECT ticker FROM stock_price_daily WHERE trade_date = :day AND market <> 'KONEX' AND NOT is_halted"
        " AND trading_value >= 1000000000 ORDER BY change_rate DESC, trading_value DESC, ticker LIMIT 1",
        day=days[-1],
    )[0][0]
    scored(plain)
    designate(plain, mover, MANAGED, days[2])
    designate(plain, "000660", CAUTION, days[0])
    told = f"관리종목({days[2]}부터)"
    stock_card.show(Console(), stock_card.card(plain.app, mover))
    assert told in capsys.readouterr().out
    explain.show(Console(), score_card.explained(plain.app, mover, None))
    out = capsys.readouterr().out
    assert f"! {told}: 점수는 지정을 반영하지 않습니다." in out
    stored = score_card.recalled(plain.app, mover, days[-1])
    assert stored["designation"] == {"word": MANAGED, "since": f"{days[2]}", "is_since_known": True}
    assert score_card.explained(plain.app, mover, days[1])["designation"] is None, "not yet then"
    letter = market_mail.drafted(plain.app)
    assert f"[{told}]" in letter.text.partition("[하락률 상위]")[0]
    assert told in letter.html
    assert told in page.render(plain.app)
    plain.app.console = Console()
    watchlist.add(plain.app, [mover])
    assert f"{told} 종목입니다." in capsys.readouterr().out
    (row,) = watchlist.show(plain.app)["watchlist"]
    assert row["designation"]["word"] == MANAGED
    assert told in capsys.readouterr().out
    plain.execute("UPDATE stocks SET compass_score = 1, compass_grade = 'F' WHERE ticker = :t", t=mover)
    plain.execute("UPDATE watchlist SET last_notified_score = 60, last_notified_grade = 'B'")
    watchlist_news.notify_moves(plain.app)
    [mail] = [sent for sent in plain.sandbox.outbox.items if sent.channel == "mail"]
    assert f"[{told}]" in mail.text


def test_a_watched_stock_is_told_when_its_designation_begins_and_ends_once_each(plain):
    days = sessions(plain)
    designate(plain, OLD, MANAGED, days[0])
    watchlist.add(plain.app, ["000660", "005930"])
    assert watchlist_news.notify_moves(plain.app).designated == []
    designate(plain, "000660", CAUTION, days[2])
    plain.sandbox.faults.add("404@hooks.slack.com*1")
    plain.sandbox.faults.add("unauthorized@smtp*1")
    assert watchlist_news.notify_moves(plain.app).exit_code != 0
    result = watchlist_news.notify_moves(plain.app)
    assert [row["ticker"] for row in result.designated] == ["000660"], "nobody heard it yet"
    [mail] = heard(plain)
    name = plain.scalar("SELECT name FROM stocks WHERE ticker = '000660'")
    assert mail.subject == f"[foresto] {name} {CAUTION} 지정({days[2]}부터)"
    assert f"! {name}(000660) {CAUTION} 지정({days[2]}부터)" in mail.text
    designate(plain, "000660", MANAGED, days[-1])
    designate(plain, "005930", MANAGED, days[-1])
    watchlist_news.notify_moves(plain.app)
    mail = heard(plain)[-1]
    assert mail.subject == "[foresto] 관심 종목 2개의 점수나 지정이 달라졌습니다"
    assert f"{name}(000660) {CAUTION}에서 {MANAGED} 지정({days[-1]}부터)" in mail.text
    plain.execute("UPDATE stock_price_daily SET designation = NULL WHERE ticker = '005930'")
    watchlist_news.notify_moves(plain.app)
    assert "(005930) 관리종목 지정 해제" in heard(plain)[-1].text
    assert watchlist_news.notify_moves(plain.app).reasons == ["알릴 만큼 달라진 점수나 지정, 새 공시가 없습니다."]
    assert len(heard(plain)) == 3


def test_who_is_designated_when_added_is_no_news(plain, capsys):
    days = sessions(plain)
    designate(plain, OLD, MANAGED, days[0])
    designate(plain, "000660", CAUTION, days[1])
    watchlist.add(plain.app, ["000660"])
    result = watchlist_news.notify_moves(plain.app)
    assert (result.designated, heard(plain)) == ([], [])
    plain.execute("UPDATE watchlist SET last_notified_designation = NULL")
    plain.app.console = Console()
    watchlist_news.show_told(plain.app, watchlist_news.notify_moves(plain.app))
    assert f"(000660) {CAUTION} 지정({days[1]}부터)" in capsys.readouterr().out


OLD = "035420"
"""Designated since the record begins, so that others are known to have come later."""


def heard(world):
    return [sent for sent in world.sandbox.outbox.items if sent.channel == "mail"]


# --- news ------------------------------------------------------------------------------------------------------------


def notes(world):
    result = verification.verify_weekly(world.app)
    assert result.exit_code == 0
    assert not [alert for alert in result.alerts if "지정" in alert]
    return [note for note in result.notes if "지정" in note]


@pytest.mark.long
def test_who_is_new_is_told_once_and_raises_no_alarm(plain):
    days = sessions(plain)
    designate(plain, "000660", CAUTION, days[0])
    designate(plain, "005930", MANAGED, days[-2])
    assert notes(plain) == [f"새로 지정된 종목 1개: 가상전자(005930) 관리종목({days[-2]}부터)"]
    assert notes(plain) == []
    # A late row of an earlier day counts all the same: what was known at the last look is compared, not days.
    name = dict(plain.rows("SELECT ticker, name FROM stocks"))
    others = [ticker for ticker in name if ticker not in {"000660", "005930"}][:7]
    for ticker in others:
        designate(plain, ticker, MANAGED, days[5])
    designate(plain, "000660", None, days[-1])
    fresh, released = notes(plain)
    assert fresh.startswith("새로 지정된 종목 7개: ")
    assert fresh.endswith(" 외 2종목")
    assert released == f"지정이 해제된 종목 1개: {name['000660']}(000660)"
    # Another word is news.
    designate(plain, "005930", CAUTION, days[-1])
    assert notes(plain) == [f"새로 지정된 종목 1개: 가상전자(005930) 투자주의환기종목({days[-1]}부터)"]
    assert notes(plain) == []


# --- the sandbox ----------------------------------------------------------------------------------------------------


def test_the_sandbox_designates_companies_in_trouble():
    market = Market(datetime(2026, 11, 20, 20, 30, tzinfo=clock.KST), 600, 300, 1)
    everyone = dart_companies.of(market)
    seen = {dealt.MANAGED: 0, dealt.CAUTION: 0}
    for day, year in ((date(2026, 3, 31), 2024), (date(2026, 4, 1), 2025), (date(2026, 11, 20), 2025)):
        listed = market.listed(day)
        for stock, section in zip(listed.stocks, listed.sections, strict=True):
            if section not in seen or stock.code == PENNY_CODE:
                continue
            seen[section] += 1
            found = [
                dart_figures.statement(market, everyone.by_number[stock.number], year - back, 4, "OFS")
                for back in range(4)
            ]
            lost = [one.net_income < 0 for one in found]
            assert found[0].total_equity < 0 or all(lost)
            if section == dealt.MANAGED:
                assert any(lost[:2])
    assert min(seen.values()) > 5


@pytest.mark.long
def test_on_the_first_of_april_the_sandbox_has_news(open_world):
    market = Market(datetime(2026, 4, 3, 20, 30, tzinfo=clock.KST), 60, 12, 1)
    words = {dealt.MANAGED, dealt.CAUTION}
    before, after = (
        {stock.code for stock, section in zip(one.stocks, one.sections, strict=True) if section in words}
        for one in (market.listed(date(2026, 3, 31)), market.listed(date(2026, 4, 1)))
    )
    with open_world(datetime(2026, 4, 3, 20, 30, tzinfo=clock.KST)) as world:
        assert roster.load_listing(world.app, job.Options()).exit_code == 0
        load_prices.load_prices_incremental(world.app, 20, 2, job.Options())
        roster.derive_stocks(world.app, job.Options())
        stored = {code for (code,) in world.rows("SELECT ticker FROM stocks WHERE designated_since = '2026-04-01'")}
        assert stored == after - before != set()
        with world.app.engine.connect() as connection:
            (told,) = designation_checks.news(connection, date(2026, 4, 3)).notes
        assert told.startswith(f"새로 지정된 종목 {len(stored)}개: ")
