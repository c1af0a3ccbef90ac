"""Watched stocks: the first sight sets the base, a move is told once, and only what was heard counts as told."""

from dataclasses import replace

import pytest

from foresto_cli.console import Console
from foresto_cli.errors import Busy, UsageError
from foresto_cli.store import advisory
from foresto_cli.verify import verification
from foresto_cli.views import watchlist, watchlist_news

TICKER = "005930"
OTHER = "000660"


@pytest.fixture
def world(open_loaded):
    with open_loaded() as found:
        score(found, 60, "B")
        yield found


def score(world, points, grade, ticker=TICKER):
    world.execute(
        "UPDATE stocks SET compass_score = :points, compass_grade = :grade, compass_summary = '재무가 강점입니다'"
        " WHERE ticker = :ticker",
        points=points, grade=grade, ticker=ticker,
    )  # fmt: skip


def base(world, ticker=TICKER):
    points, grade = world.rows(
        "SELECT last_notified_score, last_notified_grade FROM watchlist WHERE ticker = :ticker", ticker=ticker
    )[0]
    return points if points is None else float(points), grade


def heard(world, channel="slack"):
    return [sent for sent in world.sandbox.outbox.items if sent.channel == channel]


def test_adding_by_ticker_or_name_sets_the_base(world):
    name = world.scalar("SELECT name FROM stocks WHERE ticker = :ticker", ticker=OTHER)
    result = watchlist.add(world.app, [TICKER, name, TICKER])
    assert sorted(result["added"]) == [OTHER, TICKER]
    assert base(world) == (60.0, "B")
    assert base(world, OTHER) == (None, None)
    assert watchlist.add(world.app, [TICKER])["added"] == []
    listed = watchlist.show(world.app)["watchlist"]
    assert [(row["ticker"], row["score"]) for row in listed] == [(OTHER, None), (TICKER, 60.0)]


def test_nobody_is_watched_by_mistake(world):
    with pytest.raises(UsageError, match="없는이름"):
        watchlist.add(world.app, [TICKER, "없는이름"])
    assert watchlist.show(world.app)["watchlist"] == []


def test_removing_ends_it(world):
    watchlist.add(world.app, [TICKER])
    assert watchlist.remove(world.app, [TICKER])["removed"] == [TICKER]
    assert watchlist.remove(world.app, [TICKER])["removed"] == []


@pytest.mark.parametrize(
    ("points", "grade", "news"),
    [
        (64.99, "B", False),
        (65, "B", True),
        (55, "B", True),
        (55.01, "B", False),
        (60, "A", True),
        (None, None, False),
    ],
)
def test_news_is_five_points_or_another_grade(world, points, grade, news):
    watchlist.add(world.app, [TICKER])
    score(world, points, grade)
    result = watchlist_news.notify_moves(world.app)
    assert bool(result.moved) is news
    assert bool(heard(world)) is news


def test_a_move_is_told_once_to_every_channel(world):
    watchlist.add(world.app, [TICKER])
    score(world, 66.1, "A")
    result = watchlist_news.notify_moves(world.app)
    assert (result.outcome, result.exit_code, result.channels) == ("done", 0, {"Slack": None, "메일": None})
    [mail] = heard(world, "mail")
    assert "점수가 달라졌습니다" in mail.subject
    assert "60.0 B → 66.1 A (+6.1)" in mail.text
    assert "재무가 강점입니다" in mail.text
    assert watchlist_news.DISCLAIMER in mail.text
    assert base(world) == (66.1, "A")
    again = watchlist_news.notify_moves(world.app)
    assert again.reasons == ["알릴 만큼 달라진 점수나 지정, 새 공시가 없습니다."]
    assert len(heard(world)) == len(heard(world, "mail")) == 1


def test_what_was_told_once_is_told_again_when_it_moves_again(world):
    watchlist.add(world.app, [TICKER])
    for points in (70, 80):
        score(world, points, "A")
        assert watchlist_news.notify_moves(world.app).outcome == "done"
    assert len(heard(world)) == 2


def test_small_steps_add_up(world):
    watchlist.add(world.app, [TICKER])
    for points in (62, 64, 66):
        score(world, points, "B")
        watchlist_news.notify_moves(world.app)
    assert len(heard(world)) == 1
    assert base(world) == (66.0, "B")


def test_the_first_sight_of_a_score_sets_the_base_and_tells_nothing(world):
    watchlist.add(world.app, [OTHER])
    score(world, 30, "D", OTHER)
    assert watchlist_news.notify_moves(world.app).moved == []
    assert base(world, OTHER) == (30.0, "D")
    score(world, 40, "D", OTHER)
    assert len(watchlist_news.notify_moves(world.app).moved) == 1


def test_what_nobody_heard_is_told_the_next_time(world):
    watchlist.add(world.app, [TICKER])
    score(world, 70, "A")
    world.sandbox.faults.add("404@hooks.slack.com*1")
    world.sandbox.faults.add("unauthorized@smtp*1")
    result = watchlist_news.notify_moves(world.app)
    assert result.exit_code != 0
    assert base(world) == (60.0, "B")
    assert world.scalar("SELECT count(*) FROM ops_alert WHERE alert_type = 'channel' AND resolved_at IS NULL") == 2
    assert len(world.rows("SELECT 1 FROM data_collection_log WHERE job_name = 'watchlist notify'")) == 1


def test_one_deaf_channel_does_not_make_the_others_hear_it_again(world):
    watchlist.add(world.app, [TICKER])
    score(world, 70, "A")
    world.sandbox.faults.add("unauthorized@smtp*1")
    result = watchlist_news.notify_moves(world.app)
    assert (result.outcome, result.exit_code) == ("partial", 3)
    assert base(world) == (70.0, "A")
    assert watchlist_news.notify_moves(world.app).moved == []
    assert len(heard(world)) == 1


def test_without_a_channel_nothing_counts_as_told(world):
    watchlist.add(world.app, [TICKER])
    score(world, 70, "A")
    nobody = dict.fromkeys(("slack_webhook_url", "smtp_host", "foresto_apprise_urls"))
    world.app.settings = world.app.settings.model_copy(update=nobody)
    result = watchlist_news.notify_moves(world.app)
    assert result.exit_code == 0
    assert "SLACK_WEBHOOK_URL" in result.reasons[0]
    assert base(world) == (60.0, "B")


def test_two_at_once_do_not_tell_twice(world):
    with advisory.alone(world.app.engine, advisory.WATCHLIST), pytest.raises(Busy):
        watchlist_news.notify_moves(world.app)


def test_a_fund_is_watched_with_its_price_and_without_a_score(world, capsys):
    ticker, name, price = world.rows("SELECT ticker, name, current_price FROM etfs WHERE is_active ORDER BY 1")[0]
    app = replace(world.app, console=Console())
    assert watchlist.add(app, [name, TICKER])["added"] == [ticker, TICKER]
    (row,) = [one for one in watchlist.show(app)["watchlist"] if one["ticker"] == ticker]
    assert (row["name"], row["is_fund"], row["price"], row["score"]) == (name, True, float(price), None)
    said = capsys.readouterr().out
    assert f"ETF라 점수는 없습니다. 현재가 {price:,}원입니다." in said
    assert watchlist_news.notify_moves(world.app).moved == []
    assert all(finding.check != "watchlist.known" for finding in verification.verify_daily(world.app).findings)
    assert watchlist.remove(app, [name])["removed"] == [ticker]
