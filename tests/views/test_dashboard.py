"""The dashboard: valid, self-contained, escaped, true to the database, and never half-written."""

import json
import re
import stat
from datetime import timedelta
from importlib.resources import files

import html5lib
import pytest
from support import EVENING, result_of

from foresto_cli import clock
from foresto_cli.chains import chain
from foresto_cli.console import Console
from foresto_cli.errors import ConfigError
from foresto_cli.running import job
from foresto_cli.settings import keys
from foresto_cli.telling import alerts
from foresto_cli.views import page, words
from foresto_cli.views.page import page_facts, page_tones, view

EVIL = "<script>alert(1)</script>"
SECTIONS = {"jobs", "data", "budgets", "by-day", "calendar", "verification", "scores", "runs", "database"}


def parsed(html):
    """The document, after a parser that knows the rules has found nothing wrong with it."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)


def text_of(element):
    return " ".join(" ".join(element.itertext()).split())


def section(document, name):
    """The section whose heading has the id ``name``."""
    return next(found for found in document.iter("section") if found.get("aria-labelledby") == name)


def planted(world):
    """Texts from outside, each with a script in it, wherever the page shows any."""
    now = clock.wall()
    world.execute("UPDATE data_collection_log SET error_message = :evil", evil=EVIL)
    world.execute("UPDATE unit_ledger SET status = 'failed', reason = :evil WHERE dataset = 'prices.day'", evil=EVIL)
    world.execute(
        "INSERT INTO upstream_block VALUES ('krx', :now, :until, :evil)",
        now=now, until=now + timedelta(hours=3), evil=EVIL,
    )  # fmt: skip
    world.execute(
        "INSERT INTO ops_alert (alert_type, subject, alert_level, alert_title, alert_message, created_at, last_seen_at)"
        " VALUES ('blocked', 'krx', 'critical', CAST(:evil AS text), CAST(:evil AS text), :now, :now)",
        evil=EVIL, now=now,
    )  # fmt: skip
    run = world.scalar("SELECT max(id) FROM data_collection_log WHERE job_name = 'verify daily'")
    world.execute(
        "INSERT INTO data_quality_log (run_id, table_name, rule_id, rule_name, severity, found, sample,"
        " expected_condition, repair, created_at)"
        " VALUES (:run, 'stocks', 'x', CAST(:evil AS text), 'critical', 3, CAST(:sample AS jsonb), CAST(:evil AS text),"
        " CAST(:evil AS text), :now)",
        run=run, sample=json.dumps([{"name": EVIL}]), evil=EVIL, now=now,
    )  # fmt: skip


def scored(world, day="2026-11-20"):
    """Plant the scores of one day: every tenth stock has none."""
    world.execute(
        "INSERT INTO compass_score_run VALUES (7, :day, '1.0.0', 'x', 'x', 'x', now(), now(), false, :day, 1, NULL,"
        " 60, 50, 54, 0, 6, '{}')",
        day=day,
    )
    world.execute(
        "INSERT INTO compass_score_history (score_date, ticker, formula_version, total_score, grade, status, reasons,"
        " flags, price_date, run_id, financial_coverage, valuation_coverage, technical_coverage, risk_coverage)"
        " SELECT :day, ticker, '1.0.0', CASE WHEN n % 10 = 0 THEN NULL ELSE n END,"
        " CASE WHEN n % 10 = 0 THEN NULL ELSE 'B' END, CASE WHEN n % 10 = 0 THEN 'NOT_SCORED' ELSE 'SCORED' END,"
        " CASE WHEN n % 10 = 0 THEN ARRAY['SPAC'] ELSE ARRAY[]::text[] END, ARRAY[]::text[], :day, 7, 0, 0, 0, 0"
        " FROM (SELECT ticker, row_number() OVER (ORDER BY ticker) AS n FROM stocks) s",
        day=day,
    )


def test_the_page_is_valid_and_asks_nothing_of_anybody(loaded):
    html = page.render(loaded.app)
    document = parsed(html)
    assert document.get("lang") == "ko"
    assert {found.get("aria-labelledby") for found in document.iter("section")} == SECTIONS
    assert not list(document.iter("script"))
    assert not list(document.iter("link"))
    assert not [element.tag for element in document.iter() if {"src", "href", "action"} & set(element.keys())]
    assert not re.search(r"url\(|@import|https?:", html)
    policy = next(meta for meta in document.iter("meta") if meta.get("http-equiv"))
    assert policy.get("content") == "default-src 'none'; style-src 'unsafe-inline'"


def test_the_page_tells_what_the_database_holds(loaded):
    scored(loaded)
    document = parsed(page.render(loaded.app))
    stocks = loaded.scalar("SELECT count(*) FROM stocks")
    assert "모두 정상입니다" in text_of(next(document.iter("h1")))
    prices = loaded.scalar("SELECT count(*) FROM stock_price_daily")
    assert f"stock_price_daily {prices:,}" in text_of(section(document, "database"))
    asked = loaded.scalar("SELECT used FROM upstream_usage WHERE upstream = 'fdr'")
    assert f"fdr {asked} / 2,000" in text_of(section(document, "budgets"))
    assert "검사" in text_of(section(document, "verification"))
    assert f"{loaded.scalar('SELECT max(id) FROM data_collection_log')} " in text_of(section(document, "runs"))
    bars = section(document, "scores").iter("{http://www.w3.org/2000/svg}rect")
    columns = [hint for hint in map(text_of, bars) if "종목" in hint]
    assert sum(int(title.rsplit(" ", 1)[1].removesuffix("종목")) for title in columns) == stocks - stocks // 10
    assert f"기업인수목적회사라 점수를 매기지 않습니다 {stocks // 10}" in text_of(section(document, "scores"))


def test_every_session_of_the_calendar_has_its_state(loaded):
    lost, failed, never = "2026-11-18", "2026-11-12", "2026-11-10"
    loaded.execute("DELETE FROM stock_price_daily WHERE trade_date = :day AND ticker > '1'", day=lost)
    loaded.execute("UPDATE unit_ledger SET status = 'failed', reason = '503' WHERE unit = :day", day=failed)
    for table in ("stock_price_daily WHERE trade_date", "unit_ledger WHERE unit"):
        loaded.execute(f"DELETE FROM {table} = :day", day=never)
    document = parsed(page.render(loaded.app))
    cells = {}
    for rect in section(document, "calendar").iter("{http://www.w3.org/2000/svg}rect"):
        cells[text_of(rect).split()[0]] = rect.get("class")
    assert (cells[lost], cells[failed], cells[never]) == ("lost_rows", "failed", "never_asked")
    assert (cells["2026-11-19"], cells["2026-11-20"]) == ("whole", "provisional")
    assert "확인 실패 503" in text_of(section(document, "calendar"))


def test_texts_from_outside_are_escaped(loaded):
    planted(loaded)
    html = page.render(loaded.app)
    document = parsed(html)
    assert not list(document.iter("script"))
    assert EVIL not in html
    for name in ("alerts", "budgets", "calendar", "verification", "runs"):
        assert EVIL in text_of(section(document, name)), name
    assert "심각한 알림 1건" in text_of(next(document.iter("h1")))


def test_a_day_in_a_message_is_never_broken_and_nothing_in_it_is_markup(loaded):
    alert = alerts.Alert("stale", "x", "warning", "제목", "<b>2026-09-17</b>부터 & 2026-11-20")
    alerts.raise_alert(loaded.app.engine, alert, None)
    shown = page.render(loaded.app)
    assert (
        '&lt;b&gt;<span class="day">2026-09-17</span>&lt;/b&gt;부터 &amp; <span class="day">2026-11-20</span>' in shown
    )


def test_an_empty_database_has_a_page_without_an_empty_box(open_world):
    with open_world() as world:
        document = parsed(page.render(world.app))
    assert "모두 정상" not in text_of(next(document.iter("h1")))
    for found in document.iter("section"):
        assert len(text_of(found)) > len("데이터베이스"), found.get("aria-labelledby")
    for box in document.iter():
        if "sheet" in (box.get("class") or "").split():
            assert text_of(box)
    # One next step, and nothing that is missing for want of it.
    assert {found.get("aria-labelledby") for found in document.iter("section")} == {"first"}
    assert "foresto run initial" in text_of(section(document, "first"))
    assert all(key.label in text_of(section(document, "first")) for key in keys.KEYS)


def test_what_was_never_loaded_is_one_line_and_no_warning(loaded):
    document = parsed(page.render(loaded.app))
    held = loaded.scalar("SELECT count(*) FROM bonds")
    assert held == 0
    data = section(document, "data")
    table, folded = next(data.iter("table")), next(data.iter("details"))
    assert "채권" not in text_of(table)
    assert "foresto bonds load" in text_of(folded)
    assert "없음" not in text_of(data)


def test_rows_requests_and_seconds_are_drawn_by_day(loaded):
    loaded.execute("UPDATE data_collection_log SET started_at = started_at - interval '3 days' WHERE id = 1")
    found = {one.label: one for one in view.page(page_facts.gathered(loaded.app))["pictures"]}
    added = loaded.scalar(
        "SELECT sum((detail->'rows'->>'added')::int + (detail->'rows'->>'changed')::int) FROM data_collection_log"
        " WHERE detail->'steps' IS NULL AND started_at >= '2026-11-20'"
    )
    assert found["추가·변경한 행"].table[0] == ("2026-11-20", f"{added:,}행")
    requests = loaded.scalar("SELECT sum(used) FROM upstream_usage WHERE usage_date = '2026-11-20'")
    assert found["보낸 요청"].table[0] == ("2026-11-20", f"{requests:,}번")
    assert [day for day, _ in found["실행한 시간"].table] == ["2026-11-17"]
    assert [day for day, _ in found["데이터베이스 크기"].table] == ["2026-11-20", "2026-11-17"]


def test_a_job_that_did_not_run_says_so_on_its_card(loaded):
    loaded.execute(
        "INSERT INTO scheduled_job (job, scheduler, host, since) VALUES ('weekly', 'cron', 'h', :since)",
        since=clock.wall() - timedelta(days=9),
    )
    cards = {card.label: card for card in view.page(page_facts.gathered(loaded.app))["cards"]}
    assert (cards["주간"].pill.tone, cards["주간"].pill.text) == (page_tones.WARN, "1번 놓침")
    assert cards["주간"].next == "11-21 (토) 10:00"
    assert cards["월간"].pill.text == "아직 없음"


def test_budgets_warn_before_they_are_spent(loaded):
    loaded.execute("UPDATE upstream_usage SET used = 1700 WHERE upstream = 'fdr'")
    loaded.execute("UPDATE upstream_usage SET used = 10000 WHERE upstream = 'krx_openapi'")
    found = {row["name"]: row["tone"] for row in view.page(page_facts.gathered(loaded.app))["budgets"]}
    assert (found["fdr"], found["krx_openapi"]) == (page_tones.WARN, page_tones.BAD)
    assert "alphavantage" not in found  # which was not asked


def test_a_webhook_that_is_no_address_does_not_take_the_page_away(loaded):
    loaded.app.settings = loaded.app.settings.model_copy(update={"slack_webhook_url": None})
    assert "fdr" in loaded.app.daily_budgets


def test_the_file_is_private_and_replaced_in_one_move(loaded, tmp_path):
    file = tmp_path / "page.html"
    file.write_text("old")
    file.chmod(0o644)
    written = page.write(loaded.app, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert written["bytes"] == file.stat().st_size
    assert page.write(loaded.app)["file"] == f"{tmp_path / 'state' / 'dashboard.html'}"
    assert [found.name for found in tmp_path.iterdir() if "page" in found.name] == ["page.html"]


def test_a_file_that_cannot_be_written_is_refused_and_fails_no_chain(loaded, tmp_path, capsys):
    loaded.app.console = Console()  # which keeps the stderr that it finds
    with pytest.raises(ConfigError, match="없는"):
        page.write(loaded.app, tmp_path / "없는" / "page.html")
    (tmp_path / "state" / "dashboard.html").mkdir(parents=True)
    page.refresh(loaded.app)
    assert "현황판을 쓰지 못했습니다" in capsys.readouterr().err
    assert [found.name for found in (tmp_path / "state").iterdir()] == ["dashboard.html"]


def test_it_opens_the_browser_when_asked(foresto, tmp_path):
    seen = tmp_path / "seen"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {seen}\n')
    browser.chmod(0o755)
    out = tmp_path / "page.html"
    done = foresto("--sandbox", "dashboard", "--out", str(out), "--open", "--json", BROWSER=f"{browser} %s")
    assert result_of(done)["opened"] is True
    assert seen.read_text().strip() == out.as_uri()


def test_the_templates_are_part_of_the_package():
    names = {file.name for file in (files("foresto_cli.views") / "templates").iterdir()}
    assert {"dashboard.html", "dashboard.css", "market_mail.html", "market_mail.txt"} <= names


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (0.01, "0.1초 미만"),
        (0.44, "0.4초"),
        (9.96, "10.0초"),
        (59, "59초"),
        (185, "3분 5초"),
        (3720, "1시간 2분"),
    ],
)
def test_spans_are_said_as_people_do(seconds, said):
    assert words.span(seconds) == said


def test_moments_are_told_by_their_distance():
    clock.pretend(EVENING)
    evening = EVENING.replace(tzinfo=None)
    distances = {
        timedelta(seconds=-20): "방금",
        timedelta(minutes=-3): "3분 전",
        timedelta(hours=2, seconds=5): "2시간 뒤",
        timedelta(days=-3): "3일 전",
        timedelta(days=-40): "2026-10-11",
    }
    assert {distance: words.away(evening + distance) for distance in distances} == distances


def test_numbers_carry_their_sign_and_nothing_has_none():
    assert [words.signed(number) for number in (1234.5, -0.006, -0.004, 0)] == ["+1,234.50", "−0.01", "0.00", "0.00"]
    assert [words.won(amount) for amount in (1_000_000_000, 12_345_600_000_000)] == ["10억원", "12.3조원"]
    assert [words.size(count) for count in (2_048, 26 * 1024**2, 1_300 * 1024**2)] == ["2 KB", "26 MB", "1.3 GB"]


@pytest.mark.long
def test_after_a_chain_the_page_shows_it_ended(open_loaded, tmp_path):
    with open_loaded() as world:
        chain.run_chain(world.app, "weekday", job.Options())
    document = parsed((tmp_path / "state" / "dashboard.html").read_text())
    card = next(found for found in document.iter("article") if "평일 수집" in text_of(found))
    assert "완료" in text_of(card) or "할 일 없음" in text_of(card)
    assert "run weekday" in text_of(section(document, "runs"))
    assert "running" not in {found.get("aria-labelledby") for found in document.iter("section")}
