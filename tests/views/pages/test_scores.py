"""The page of scores: the best with their change, how scores are spread, and the track record as it is stored."""

import pytest
from views.pages.conftest import INJECTED, TODAY, change, rows, shown

from foresto_cli.errors import UsageError
from foresto_cli.views import score_track
from foresto_cli.views.pages import scores_page

SCORES = (
    "INSERT INTO compass_score_history (score_date, ticker, formula_version, total_score, total_percentile, grade,"
    " rank, financial_score, valuation_score, technical_score, risk_score, financial_coverage, valuation_coverage,"
    " technical_coverage, risk_coverage, status, reasons, flags, price_date, run_id)"
    " SELECT CAST(:day AS date), ticker, '2.0.0', :top - n, 50, CASE WHEN n < 10 THEN 'S' ELSE 'F' END, n, 10 + n,"
    " 50, 50, 50, 100, 100, 80, 100, 'SCORED', '{}', '{}', CAST(:day AS date), :run FROM"
    " (SELECT ticker, row_number() OVER (ORDER BY ticker) AS n FROM stocks WHERE is_active) s"
)
RUN = (
    "INSERT INTO compass_score_run (run_id, score_date, formula_version, config_sha256, code_version, inputs_sha256,"
    " started_at, completed_at, is_provisional, price_max_date, price_rows, n_universe, n_ref, n_scored, n_partial,"
    " n_not_scored, dq) SELECT :run, d, '2.0.0', 'c', '1', 'i', d, d, false, d, 1, 1, 1, 1, 0, 0, '{}'"
    " FROM (SELECT CAST(:day AS date) AS d) one"
)
TRACK = (
    "INSERT INTO compass_score_track (score_date, horizon, grade, formula_version, entry_date, exit_date, given,"
    " bought, untradable, ended, mean_return, median_return, lost, rank_ic, unknown, run_id, created_at, updated_at)"
    " SELECT CAST(:day AS date), 21, g, '2.0.0', CAST(:day AS date) + 1, CAST(:day AS date) + 31, 100, 90, 10, 2,"
    " :mean, :mean, 5, CASE WHEN g = '*' THEN CAST(:ic AS numeric) END, 3, 1, now(), now()"
    " FROM unnest(ARRAY['*', 'S', 'F']) g"
)


@pytest.fixture
def scored(stored):
    """Scores of two days: the newest are two points higher."""
    for run, day, top in ((1, "2026-11-19", 90), (2, "2026-11-20", 92)):
        change(stored, RUN, run=run, day=day)
        change(stored, SCORES, run=run, day=day, top=top)
    return stored


def test_without_scores_it_says_so_and_what_the_track_record_will_count(stored):
    html = shown(stored, scores_page.page).html
    assert "아직 점수를 매기지 않았습니다" in html
    assert "아직 실적이 없습니다" in html


def test_the_best_stand_first_with_their_change_since_the_last_scores(scored):
    top = shown(scored, scores_page.page).page.values["top"]
    assert [row["total"] for row in top[:2]] == ["91.0", "90.0"]
    assert {row["moved"]["text"] for row in top} == {"+2.0"}
    assert [label for label, _ in top[0]["axes"]] == ["재무", "밸류에이션", "기술", "리스크"]


def test_an_axis_orders_the_best_and_an_unknown_one_is_refused(scored):
    top = shown(scored, scores_page.page, {"axis": "financial"}).page.values["top"]
    values = [float(row["axes"][0][1]) for row in top]
    assert values == sorted(values, reverse=True)
    for axis in (INJECTED, "total_score; --", "재무"):
        with scored.connect() as connection, pytest.raises(UsageError):
            scores_page.page(connection, {"axis": axis}, TODAY)
    assert rows(scored, "SELECT count(*) > 0 FROM stocks") == [(True,)]


def test_the_spread_counts_who_has_a_score_and_says_why_others_have_none(scored):
    change(
        scored,
        "UPDATE compass_score_history SET total_score = NULL, grade = NULL, rank = NULL, status = 'NOT_SCORED',"
        " reasons = ARRAY['SPAC'] WHERE rank > 50 AND score_date = '2026-11-20'",
    )
    values = shown(scored, scores_page.page).page.values
    (everyone, without), = rows(scored, "SELECT count(*), count(*) FILTER (WHERE total_score IS NULL)"
                                        " FROM compass_score_history WHERE score_date = '2026-11-20'")  # fmt: skip
    assert (values["spread"]["scored"], values["spread"]["not_scored"]) == (everyone - without, without)
    assert sum(count for _, count, _, _ in values["spread"]["grades"]) == everyone - without
    assert values["unscored"] == [("기업인수목적회사라 점수를 매기지 않습니다", without)]
    assert {label: share for label, share, _ in values["known"]}["기술"] == "80%"


def test_every_month_of_the_track_record_stands_there_bad_ones_like_good_ones(scored):
    for month, mean, ic in ((6, 4, 0.1), (7, -12, -0.3), (8, 0.5, None)):
        change(scored, TRACK, day=f"2026-{month:02}-28", mean=mean, ic=ic)
    found = shown(scored, scores_page.page)
    (track,) = found.page.values["tracked"]["tracks"]
    assert [month["day"] for month in track["months"]] == ["2026-08-28", "2026-07-28", "2026-06-28"]
    for told in ("−0.300", "+0.100", "−12.00%", "+4.00%"):
        assert told in found.html
    assert "3달(겹치지 않는 기간 3개)뿐이라 아직 판단할 수 없습니다" in found.html
    best = track["grades"][0]
    assert (best["label"], best["bought"], best["untradable"], best["ended"]) == ("S", 270, 30, 6)
    assert best["lost"] == "5.6%"
    assert track["unknown"] == 9
    assert [box.kind for box in track["chart"].boxes] == ["up", "down"]


def test_an_interval_needs_some_periods(scored):
    change(scored, TRACK, day="2026-06-28", mean=4, ic=0.1)
    assert "구간을 내기에는 기간이 모자람" in shown(scored, scores_page.page).html


def test_enough_months_are_judged_by_their_interval(scored):
    for ics, said in (((0.1, 0.2), "높은 점수가 더 벌었습니다"), ((-0.1, -0.2), "높은 점수가 덜 벌었습니다"),
                      ((0.2, -0.2), "0과 구별되지 않습니다")):  # fmt: skip
        change(scored, "DELETE FROM compass_score_track")
        for month in range(1, score_track.LEAST_PERIODS + 1):
            change(scored, TRACK, day=f"2025-{month:02}-28", mean=1, ic=ics[month % 2])
        assert said in shown(scored, scores_page.page).html
