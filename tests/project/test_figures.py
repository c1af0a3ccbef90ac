"""Every number of the guide and of the page on operating is that of the code, or listed with a reason.

The Korean pages are compared with the English ones in ``test_documents.py``. Pages whose numbers are not looked at are
listed in ``unchecked.toml`` too; of two of them the tables are compared here.
"""

import re
import tomllib
from datetime import timedelta

import pytest
from pages import EVERY, EXIT_CODES, PAGES, page, prose, unchecked

from foresto_cli import data_sets, logs, regimes, timetable
from foresto_cli.datasets.listed import etf_sources
from foresto_cli.datasets.prices import spans
from foresto_cli.declared import KrxPage
from foresto_cli.loading import load_statements, load_us_stocks
from foresto_cli.output import on_screen
from foresto_cli.running import payloads, prune
from foresto_cli.sandbox.market import all_indices
from foresto_cli.score import batch, formula, track
from foresto_cli.settings import Settings
from foresto_cli.store import binaries, limits, whose
from foresto_cli.upstream import alphavantage, dart, fdr, finlife, fsc, krx_login, krx_openapi, mail, naver, yahoo
from foresto_cli.verify import all_checks, second_source, verification
from foresto_cli.views import sql_questions, watched_stocks

CHECKED = ("README.md", "docs/guide.md", "docs/operating.md")
NUMBER = re.compile(r"(?<!\w)\d[\d,.:]*\d|(?<!\w)\d")
NOW = regimes.REGIMES[-1]
PYTHON = tomllib.loads(page("pyproject.toml"))["project"]["requires-python"].removeprefix(">=")
KRX_BUDGET = Settings.model_fields["foresto_krx_daily_budget"].default
STARTS = {f"{job.at:%H:%M}" for job in timetable.JOBS}
EXITS = {f"{code}" for code in EXIT_CODES}
HOUR = timedelta(hours=1)


def asked_by(extra):
    return sum(len(one.page.parts) for one in data_sets.of_kind(KrxPage) if one.extra == extra)


FIGURES = (
    (r"Python ([\d.]+) or newer", PYTHON),
    (r"prices, ([\d,]+) sessions at most", naver.MOST_BARS),
    (r"all (\d+) indices", sum(map(len, all_indices.SERVICES.values()))),
    (r"ETF prices since (\d+)", krx_openapi.HISTORY_SINCE.year),
    (r"market day since (\d+)", fsc.PRICES_SINCE.year),
    (r"prices of the newest (\d+) sessions", etf_sources.PAGES),
    (r"from ([\d:]+) of the next session", f"{NOW.open_data:%H:%M}"),
    (r"(?:US stocks,|key has) (\d+) requests a day", alphavantage.DAILY),
    (r"at most (\d+) requests a day|newest date together \((\d+)\)", KRX_BUDGET),
    (r"`flows` \(investors; (\d+) requests\)", asked_by("flows")),
    (r"`short` \(short selling and balances; (\d+) requests\)", asked_by("short")),
    (r"`foreign` \(ownership; (\d+) request\)", asked_by("foreign")),
    (r"^\| (?:Mon-Fri|daily|Sat|1st|1st of Feb, May, Aug, Nov) ([\d:, ]+) \|", STARTS),
    (r"every day at ([\d:]+)", f"{timetable.JOBS[4].at:%H:%M}"),
    (r"^\| (\d+)st", 1),
    (r"every (\d+) minutes", 60 // len(timetable.SWEEP.minutes)),
    (r"nothing for (\d+) hours", limits.BLOCK_LASTS // HOUR),
    (r"exit code (\d+)(?: or (\d+))?|\bend(?:s|ed)? with (\d+)|tables, or (\d+)", EXITS),
    (r"^\| ([\d, ]+) \|", EXITS),
    (r"nothing empty is made in its\s+place \((\d+)\)|refuses (?:the database|annuities) \((\d+)\)", EXITS),
    (r"the newest (\d+);", payloads.MOST_FILES),
    (r"to DART \(([\d,]+),", dart.DAILY_BUDGET),
    (r"`SMTP_PORT` \((\d+)\)", Settings.model_fields["smtp_port"].default),
    (r"port (\d+) is TLS", mail.TLS_FROM_THE_START),
    (r"logins \((\d+) a run\)", krx_login.LOGIN_REQUESTS),
    (r"stocks \((\d+) to (\d+)\) whose", {"0", "1"}),
    (r"between ([\d:]+) and ([\d:]+) \|", {f"{NOW.extended:%H:%M}", f"{NOW.last_trade:%H:%M}"}),
    (r"`--default-days` \((\d+)\)", spans.DEFAULT_DAYS),
    (r"statements, (\d+) companies a request", dart.MOST_COMPANIES),
    (r"stored then, came to (\d+) and \d+ sessions later", track.HORIZONS[0]),
    (r"and (\d+) sessions later, every month", track.HORIZONS[1]),
    (r"the newest (\d+) sessions row", all_checks.SESSIONS),
    (r"the newest (\d+), lists", verification.WEEKLY_SESSIONS),
    (r"(\d+) of (\d+) stocks", {"1", f"{second_source.WEEKS}"}),
    (r"runs go after (\d+) year", prune.RUN_DAYS // 365),
    (r"findings after (\d+) days", prune.FINDING_DAYS),
    (r"moved (\d+) points", watched_stocks.LEAST_MOVE),
    (r"(?:`pg_restore` of|server is) PostgreSQL (\d+)", binaries.MAJOR),
    (r"has to be PostgreSQL (\d+)", whose.OLDEST_SERVER),
    (r"more than (\d+) % of the stocks", round(100 * batch.FAILED_SHARE)),
    (r"file every (\d+) MB", logs.MAX_BYTES // 10**6),
    (r"MB, (\d+) older ones", logs.KEPT_FILES),
    (r"load (\d+) well-known stocks", len(load_us_stocks.STOCKS)),
    (r"stocks and (\d+) ETFs", len(load_us_stocks.FUNDS)),
    (r"statements since (\d+)", load_statements.OLDEST_YEAR),
    (r"for (\d+) seconds at most", sql_questions.USUAL_SECONDS),
    (r"on a terminal ([\d,]+)\s+rows", on_screen.MOST_ROWS),
    (r"^(\d)\. ", {"1", "2", "3", "4"}),
)
"""What stands around a number, and what it is; of several, the allowed ones."""


def numbers(text):
    return NUMBER.findall(re.sub(r"`[^`\n]*`", "", text))


def found_in(text, pattern):
    """Yield what the groups of ``pattern`` hold wherever it fits."""
    for match in re.finditer(pattern, text, re.MULTILINE):
        for group, held in enumerate(match.groups(), start=1):
            if held is not None:
                yield match.span(group), held


@pytest.mark.parametrize(("pattern", "value"), FIGURES)
def test_a_number_is_that_of_the_code(pattern, value):
    allowed = value if isinstance(value, set) else {f"{value}"}
    held = [
        number for name in CHECKED for _, group in found_in(prose(name), pattern) for number in NUMBER.findall(group)
    ]
    assert held, "no page says so any more"
    assert {number.replace(",", "") for number in held} <= allowed


@pytest.mark.parametrize("name", CHECKED)
def test_every_number_is_compared_or_listed_with_a_reason(name):
    text = prose(name)
    for pattern, _ in FIGURES:
        for (start, end), held in found_in(text, pattern):
            text = text[:start] + " " * len(held) + text[end:]
    for phrase in unchecked("figures"):
        text = text.replace(phrase, "")
    left = [line for line in text.splitlines() if numbers(line)]
    assert left == [], "compare it with the code (FIGURES), or list it with a reason (unchecked.toml)"


def test_every_page_is_compared_or_listed_with_a_reason():
    assert {*CHECKED, *unchecked("pages")} == set(PAGES)
    everything = "".join(map(prose, CHECKED))
    assert [phrase for phrase in unchecked("figures") if phrase not in everything] == []


def test_the_help_of_verification_says_whom_it_asks_how_often():
    assert f"{second_source.WEEKS}종목 가운데 1종목" in EVERY["verify weekly"].help
    assert f"최근 {all_checks.SESSIONS}거래일" in EVERY["verify daily"].help
    assert f"최근 {verification.WEEKLY_SESSIONS}거래일" in EVERY["verify weekly"].help


def test_the_table_of_politeness_has_the_pace_and_budget_of_every_upstream():
    rows = page("docs/design.md").partition("| upstream | pace |")[2].partition("\n\n")[0]
    policies = [one.POLICY for one in (krx_openapi, fdr, naver, fsc, yahoo, dart, finlife, alphavantage)]
    for policy in [krx_login.policy(KRX_BUDGET), *policies]:
        (row,) = re.findall(rf"^\| [^|]*\(`{policy.name}`\)[^|]*\| ([^|]+) \| ([^|]+) \|", rows, re.MULTILINE)
        assert row[0].split(" s")[0] == f"{policy.pace:g}"
        assert f"{policy.daily_budget:,}" in row[1]
        assert ("one at a time" in row[0]) == (policy.in_flight == 1)


def test_the_page_of_the_score_has_its_weights_grades_and_coverage():
    text = " ".join(prose("docs/score.md").split())
    for axis, weight in formula.AXIS_WEIGHTS.items():
        assert f"| {formula.AXIS_LABELS[axis]} {axis} | {weight} |" in text
    said = re.search(
        r"gives the grade: S from (\d+), A from (\d+), B from (\d+), C from (\d+), D from (\d+), else F", text
    )
    assert [int(number) for number in said.groups()] == [least for least, _ in formula.GRADES[:-1]]
    assert f"an axis needs {formula.LEAST_AXIS_COVERAGE} of its 100" in text
