"""Saved conditions: what a name may be, what is saved, and that watched ones tell who entered and left, once."""

import json
import re
from datetime import date

import pytest

import foresto_cli as foresto
from foresto_cli.errors import UsageError
from foresto_cli.screens import saved_screens, saved_view, watched_screens
from foresto_cli.screens.screen_fields import FIELDS
from foresto_cli.views import screen_news

NAME = "싼 종목"
CHEAP = "price < 5000"
TICKER = "005930"


def _heard(world, channel="mail"):
    return [sent for sent in world.sandbox.outbox.items if sent.channel == channel]


def _told(world):
    return watched_screens.notify_moves(world.app)


def _day(world):
    return world.scalar("SELECT max(trade_date) FROM stock_price_daily")


def _members(world, name=NAME):
    return {row[0] for row in world.rows("SELECT ticker FROM saved_screen_member WHERE name = :name", name=name)}


def _next_day(world, *, without=(), **prices):
    """Add a session like the newest one, with other closes."""
    columns = "ticker, name, market, close_price, volume, market_cap, is_halted, source_id, batch_id, quality_flag"
    known = {
        row[0]
        for row in world.rows(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'stock_price_daily'"
            " AND column_name <> 'trade_date' AND is_generated = 'NEVER'"
        )
    }
    assert set(columns.split(", ")) <= known
    columns = ", ".join(sorted(known))
    day = _day(world)
    following = world.scalar("SELECT CAST(:day AS date) + 1", day=day)
    world.execute(
        f"INSERT INTO stock_price_daily (trade_date, {columns}) SELECT CAST(:following AS date), {columns}"
        " FROM stock_price_daily WHERE trade_date = :day AND ticker <> ALL(:without)",
        following=following, day=day, without=list(without),
    )  # fmt: skip
    for ticker, price in prices.items():
        world.execute(
            "UPDATE stock_price_daily SET close_price = :price WHERE trade_date = :day AND ticker = :ticker",
            price=price, day=following, ticker=ticker.lstrip("t"),
        )  # fmt: skip
    return following


def _cheap(world):
    return {
        row[0]
        for row in world.rows(
            "SELECT ticker FROM stock_price_daily WHERE trade_date = :day AND close_price < 5000", day=_day(world)
        )
    }


@pytest.fixture
def watched(asked):
    saved_view.save(asked.app, NAME, CHEAP)
    saved_view.watch(asked.app, NAME, is_watched=True)
    return asked


@pytest.fixture
def begun(watched):
    """A watched condition whose members are remembered; one of them, and one that is none."""
    _told(watched)
    members = _members(watched)
    assert members == _cheap(watched)
    assert members
    assert not _heard(watched)
    assert not _heard(watched, "slack")
    return watched


@pytest.mark.parametrize(
    "name",
    ["", " ", "per<10", "a-b", "a  b", "not halted", "halted", "거래정지", "score", "a and b", "그리고", "True",
     "x" * 41, "a\nb", "'; DROP TABLE saved_screen; --", "a.b", "../x", "a\u202eb", "is"],
)  # fmt: skip
def test_what_could_be_a_condition_is_no_name(asked, name):
    with pytest.raises(UsageError):
        saved_view.save(asked.app, name, CHEAP)
    assert asked.scalar("SELECT count(*) FROM saved_screen") == 0


@pytest.mark.parametrize("name", ["cheap", "싼 종목", "52주 신고가", "저PER_2", "x" * 40])
def test_a_saved_name_is_its_condition_everywhere(asked, name):
    saved_view.save(asked.app, f" {name} ", CHEAP)
    assert set(foresto.screen(name).index) == set(foresto.screen(CHEAP).index) == _cheap(asked)
    assert [row[0] for row in saved_view.listed(asked.app).rows] == [name]


def test_korean_that_a_mac_types_decomposed_is_the_same_name(asked):
    saved_view.save(asked.app, "\u110a\u1161\u11ab 종목", CHEAP)
    assert saved_view.delete(asked.app, NAME)["deleted"]["condition"] == CHEAP


def test_every_name_of_a_field_stays_the_fields(asked):
    for one in FIELDS:
        for name in one.names:
            with pytest.raises(UsageError, match="이름으로 쓸 수 없습니다"):
                saved_screens.check_name(name)


def test_what_cannot_be_understood_is_not_saved(asked):
    for wrong in ("scor > 1", "price >", "price", "", "nobody"):
        with pytest.raises(UsageError):
            saved_view.save(asked.app, NAME, wrong)
    assert asked.scalar("SELECT count(*) FROM saved_screen") == 0


def test_a_saved_condition_can_be_saved_under_another_name_and_changed(asked):
    saved_view.save(asked.app, NAME, CHEAP)
    assert saved_view.save(asked.app, "copy", NAME)["saved"]["condition"] == CHEAP
    changed = saved_view.save(asked.app, NAME, "price > 5000")["saved"]
    assert (changed["condition"], changed["condition_before"]) == ("price > 5000", CHEAP)
    assert asked.scalar("SELECT condition FROM saved_screen WHERE name = 'copy'") == CHEAP


def test_nobody_deletes_or_watches_what_is_not_there(asked):
    for act in (
        lambda: saved_view.delete(asked.app, NAME),
        lambda: saved_view.watch(asked.app, NAME, is_watched=True),
        lambda: saved_view.watch(asked.app, "price > 1", is_watched=False),
    ):
        with pytest.raises(UsageError, match="--list"):
            act()


def test_who_enters_and_leaves_is_told_once_with_the_reason(begun):
    leaves, stays = sorted(_members(begun))[:2]
    enters = begun.scalar(
        "SELECT min(ticker) FROM stock_price_daily WHERE trade_date = :day AND close_price > 6000", day=_day(begun)
    )
    names = dict(begun.rows("SELECT ticker, name FROM stock_price_daily WHERE trade_date = :day", day=_day(begun)))
    day = _next_day(begun, **{f"t{leaves}": 9000, f"t{enters}": 4321})
    result = _told(begun)
    assert (result.outcome, result.exit_code) == ("done", 0)
    [mail] = _heard(begun)
    assert f"[조건 {NAME}] {CHEAP} · {day}" in mail.text
    assert f"들어옴: {names[enters]}({enters}) – 종가(원) 4,321" in mail.text
    assert f"나감: {names[leaves]}({leaves}) – 맞지 않는 조건: {CHEAP} (종가(원) 9,000)" in mail.text
    assert stays not in mail.text
    assert "2종목이 들어오거나 나갔습니다" in mail.subject
    assert _members(begun) == _cheap(begun)
    assert begun.rows("SELECT since FROM saved_screen_member WHERE ticker = :enters", enters=enters) == [(day,)]
    assert _told(begun).screens == []
    _next_day(begun)
    assert _told(begun).screens == []
    assert len(_heard(begun)) == len(_heard(begun, "slack")) == 1


def test_a_day_without_new_prices_tells_nothing(begun):
    begun.execute("UPDATE stock_price_daily SET close_price = 1 WHERE trade_date = :day", day=_day(begun))
    assert _told(begun).screens == []
    assert not _heard(begun)


def test_what_nobody_heard_is_told_the_next_time(begun):
    leaves = min(_members(begun))
    _next_day(begun, **{f"t{leaves}": 9000})
    begun.sandbox.faults.add("404@hooks.slack.com*1")
    begun.sandbox.faults.add("unauthorized@smtp*1")
    assert _told(begun).exit_code != 0
    assert leaves in _members(begun)
    [again] = _told(begun).screens
    assert [one["ticker"] for one in again["left"]] == [leaves]
    assert leaves not in _members(begun)
    assert len(_heard(begun)) == 1


def test_without_a_channel_nothing_counts_as_told(begun):
    leaves = min(_members(begun))
    _next_day(begun, **{f"t{leaves}": 9000})
    nobody = dict.fromkeys(("slack_webhook_url", "smtp_host", "foresto_apprise_urls"))
    begun.app.settings = begun.app.settings.model_copy(update=nobody)
    assert "SLACK_WEBHOOK_URL" in _told(begun).reasons[0]
    assert leaves in _members(begun)


def test_a_missing_price_is_no_leaving_until_it_is_a_delisting(begun):
    gone = min(_members(begun))
    _next_day(begun, without=[gone])
    assert _told(begun).screens == []
    assert gone in _members(begun)
    begun.execute("UPDATE fdr_stock_listing SET is_listed = false WHERE ticker = :gone", gone=gone)
    _next_day(begun)
    [news] = _told(begun).screens
    assert [(one["ticker"], one["reason"]) for one in news["left"]] == [(gone, "상장폐지")]


def test_what_was_not_loaded_tells_nothing(asked):
    day = _day(asked)
    asked.execute("UPDATE stock_price_daily SET market_cap = 1000 WHERE trade_date = :day", day=day)
    saved_view.save(asked.app, "traded", "market_cap > 0")
    saved_view.watch(asked.app, "traded", is_watched=True)
    _told(asked)
    members = _members(asked, "traded")
    assert members
    following = _next_day(asked)
    asked.execute("UPDATE stock_price_daily SET market_cap = NULL WHERE trade_date = :day", day=following)
    result = _told(asked)
    assert result.screens == []
    assert f"조건 traded: {following}의 시가총액(원) 자료가 없어 평가하지 않았습니다." in result.reasons
    assert _members(asked, "traded") == members
    assert asked.scalar("SELECT told_date FROM saved_screen") == day


def test_another_condition_and_an_end_of_watching_begin_anew(begun):
    saved_view.save(begun.app, NAME, CHEAP)
    assert _members(begun)
    saved_view.save(begun.app, NAME, "price < 6000")
    assert not _members(begun)
    assert _told(begun).screens == []
    assert _cheap(begun) < _members(begun) or _cheap(begun) == _members(begun)
    saved_view.watch(begun.app, NAME, is_watched=False)
    assert not _members(begun)
    _next_day(begun)
    assert _told(begun).reasons == ["관심 종목이 없습니다."]
    assert not _heard(begun)


def test_a_condition_changed_while_it_is_told_keeps_its_own_members(begun):
    leaves = min(_members(begun))
    _next_day(begun, **{f"t{leaves}": 9000})
    with begun.app.engine.connect() as connection:
        [news] = watched_screens.look(connection).news
    saved_view.save(begun.app, NAME, "price > 5000")
    with begun.app.engine.begin() as connection:
        screen_news.remember(connection, news)
    assert begun.rows("SELECT told_date FROM saved_screen") == [(None,)]
    assert not _members(begun)


def test_what_a_later_version_does_not_know_is_said_and_hinders_nobody(begun):
    begun.execute(
        "INSERT INTO saved_screen (name, condition, is_watched, told_date, created_at, updated_at)"
        " VALUES ('alt', 'moon > 1', true, '2020-01-01', now(), now())"
    )
    leaves = min(_members(begun))
    _next_day(begun, **{f"t{leaves}": 9000})
    result = _told(begun)
    assert [one["name"] for one in result.screens] == [NAME]
    assert any(reason.startswith("조건 alt: moon") for reason in result.reasons)


def test_a_message_is_bounded():
    change = screen_news.Change("005930", "삼성전자", "")
    news = screen_news.News("a b", CHEAP, date(2026, 11, 20), [change] * 2000, [change] * 11)
    [paragraph] = screen_news.paragraphs([news])
    assert "들어옴: 외 1,990종목. foresto screen 'a b'" in paragraph
    assert "나감: 외 1종목" in paragraph
    assert len(paragraph.splitlines()) == 1 + 11 + 11
    assert screen_news.paragraphs([news] * 12)[-1] == "외 조건 2개: foresto screen --list"


def test_products_and_quotients_of_whole_numbers_are_exact(asked):
    assert len(foresto.screen("volume * value * market_cap >= 0")) == len(foresto.screen("price > 0"))
    share = foresto.screen("volume / shares > 0 and volume < shares")
    assert len(share) > 0


@pytest.mark.long
def test_the_command_saves_lists_watches_and_deletes(foresto):
    assert foresto("--sandbox", "run", "initial", KRX_ID="").returncode in {0, 3}
    told = json.loads(foresto("--sandbox", "screen", CHEAP, "--save", "cheap", "--watch", "--json").stdout)
    assert told["saved"]["condition"] == CHEAP
    assert told["watched"]["is_watched"] is True
    assert told["count"] == len(told["rows"])
    shown = foresto("--sandbox", "screen", "cheap", "--top", "1")
    assert f"{CHEAP} → " in shown.stdout
    [row] = json.loads(foresto("--sandbox", "screen", "--list", "--json").stdout)["rows"]
    assert row["name"] == "cheap"
    refused = {
        ("--list", "--delete"): "한 번에 하나만",
        ("cheap", "--delete", "--watch"): "한 번에 하나만",
        ("--watch",): "저장한 이름을 적으세요",
        ("cheap", "--list"): "이름 없이",
        ("scor > 1", "--save", "bad"): "scor",
        (CHEAP, "--save", "price"): "이름으로 쓸 수 없습니다",
        ("nobody", "--delete"): "--list",
        ("cheap", "--delete", "--limit", "3"): "--limit",
        ("cheap", "--delete", "--as-of", "2026-11-19"): "--as-of",
        ("cheap", "--delete", "--csv", "x.csv"): "--csv",
        ("--list", "--sort", "per"): "--sort",
    }
    for given, why in refused.items():
        found = foresto("--sandbox", "screen", *given)
        assert (found.returncode, why in found.stderr) == (2, True), (given, found.stderr)
    assert json.loads(foresto("--sandbox", "watchlist", "notify", "--json").stdout)["screens"] == []
    assert "지켜보기를 그만두었습니다" in foresto("--sandbox", "screen", "cheap", "--no-watch").stdout
    listed = foresto("--sandbox", "screen", "--list").stdout
    assert re.search(r"\d\d:\d\d:\d\d", listed)
    assert re.search(r"\d\d:\d\d:\d\d\.", listed) is None, "to the second"
    assert foresto("--sandbox", "screen", "cheap", "--delete").returncode == 0
    gone = foresto("--sandbox", "screen", "cheap")
    assert (gone.returncode, "foresto screen --list" in gone.stderr) == (2, True)
