"""Looking at scores: computed again by hand, ranked, and as they were."""

import re

import pytest
from score.stored import LAST

from foresto_cli.console import Console
from foresto_cli.errors import UsageError
from foresto_cli.ops import score_card
from foresto_cli.ops import scores as job
from foresto_cli.ops.top_scores import Wanted
from foresto_cli.score import explain, formula


def test_a_shown_score_can_be_computed_again_by_hand(app, market, capsys):
    ticker = market.tickers[0]
    found = score_card.explained(app, ticker, None)
    explain.show(Console(), found)
    out = capsys.readouterr().out
    number = r"(-?[0-9.]+)"
    total = float(re.search(rf"총점 {number} ·", out)[1])
    axes = re.findall(rf"\[(\S+): 가중평균 {number} → 백분위 {number} \(총점에서 {number}/100", out)
    assert [name for name, *_ in axes] == list(formula.AXIS_LABELS.values())
    assert sum(float(weight) * float(score) for _, _, score, weight in axes) / 100 == pytest.approx(total, abs=0.1)
    sections = re.split(r"\[\S+: 가중평균", out)[1:]
    for (_, raw, _, _), section in zip(axes, sections, strict=True):
        parts = re.findall(rf"백분위={number}  가중={number}  기여={number}", section)
        weights = sum(float(weight) for _, weight, _ in parts)
        by_hand = sum(float(placed) * float(weight) for placed, weight, _ in parts) / weights
        assert by_hand == pytest.approx(float(raw), abs=0.1)
        assert sum(float(part) for *_, part in parts) == pytest.approx(float(raw), abs=0.1)
    assert "투자 권유가 아닙니다" in out


def test_the_yield_shown_is_the_dividend_shown_over_the_price_shown(app, market):
    found = score_card.explained(app, market.tickers[0], None)
    (part,) = [one for axis in found["axes"] for one in axis["components"] if one["id"] == "V6"]
    assert part["raw"] == pytest.approx(found["basis"]["dividend_per_share"] / found["basis"]["close"], rel=1e-9)


def test_what_is_stored_is_what_is_computed_and_what_changed_since_is_named(app, market):
    for place in (-2, -1):
        job.score_batch(app, job.Options(as_of=market.sessions[place]))
    ticker = market.tickers[0]
    now, then = score_card.explained(app, ticker, None), score_card.recalled(app, ticker, LAST)
    for name in ("total", "percentile", "grade", "rank", "changes", "previous_date", "reasons"):
        assert then[name] == (pytest.approx(now[name], abs=1e-6) if name in {"total", "percentile"} else now[name]), (
            name
        )
    assert then["previous_date"] == f"{market.sessions[-2]}"
    assert 0 < len(then["changes"]) <= 3
    moved = sum(abs(one["points"]) for one in then["changes"])
    assert moved > 0


def test_ranking_and_history_answer_from_what_is_stored(app, market):
    job.score_batch(app, job.Options())
    best = score_card.ranking(app, Wanted(top=5, market="KOSPI"))["stocks"]
    totals = [one["total_score"] for one in best]
    assert len(best) == 5
    assert totals == sorted(totals, reverse=True)
    by_risk = [
        one["risk_score"] for one in score_card.ranking(app, Wanted(top=7, sector="기타", axis="risk"))["stocks"]
    ]
    assert by_risk == sorted(by_risk, reverse=True)
    assert [one["score_date"] for one in score_card.history_of(app, best[0]["ticker"], 20)["history"]] == [f"{LAST}"]
    with pytest.raises(UsageError, match="axis"):
        score_card.ranking(app, Wanted(top=5, axis="luck"))


@pytest.mark.parametrize(
    "look", [lambda app: score_card.explained(app, "999999", None), lambda app: score_card.history_of(app, "999999", 5)]
)
def test_an_unknown_stock_is_said_to_be_unknown(app, look):
    with pytest.raises(UsageError, match="999999"):
        look(app)
