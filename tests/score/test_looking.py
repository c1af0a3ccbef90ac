"""Looking at scores: computed again by hand, ranked, and as they were."""

import re

import pytest
from score.stored import LAST
from sqlalchemy import text

from foresto_cli.console import Console
from foresto_cli.errors import UsageError
from foresto_cli.score import FORMULA_VERSION, commentary, explain, formula
from foresto_cli.score import batch as job
from foresto_cli.views import score_card, score_history, stored_score
from foresto_cli.views.top_scores import Wanted


@pytest.mark.long
def test_a_shown_score_can_be_computed_again_by_hand(app, market, capsys):
    ticker = market.tickers[0]
    found = score_card.explained(app, ticker, None)
    explain.show(Console(), found)
    out = capsys.readouterr().out
    number = r"(-?[0-9.]+)"
    total = float(re.search(rf"총점 {number} ·", out)[1])
    axes = re.findall(rf"# (\S+): 가중평균 {number} → 백분위 {number} \(총점에서 {number}/100", out)
    assert [name for name, *_ in axes] == list(formula.AXIS_LABELS.values())
    assert sum(float(weight) * float(score) for _, _, score, weight in axes) / 100 == pytest.approx(total, abs=0.1)
    sections = re.split(r"# \S+: 가중평균", out)[1:]
    for (_, raw, _, _), section in zip(axes, sections, strict=True):
        parts = re.findall(rf"\t{number}\t{number}\t{number}\t[^\t\n]*$", section, re.MULTILINE)
        weights = sum(float(weight) for _, weight, _ in parts)
        by_hand = sum(float(placed) * float(weight) for placed, weight, _ in parts) / weights
        assert by_hand == pytest.approx(float(raw), abs=0.1)
        assert sum(float(part) for *_, part in parts) == pytest.approx(float(raw), abs=0.1)
    assert "투자 권유가 아닙니다" in out


def test_the_yield_shown_is_the_dividend_shown_over_the_price_shown(app, market):
    found = score_card.explained(app, market.tickers[0], None)
    (part,) = [one for axis in found["axes"] for one in axis["components"] if one["id"] == "V6"]
    assert part["raw"] == pytest.approx(found["basis"]["dividend_per_share"] / found["basis"]["close"], rel=1e-9)


def shown(found, capsys):
    explain.show(Console(), found)
    return capsys.readouterr().out


def test_the_multiple_that_people_know_stands_beside_the_yield(app, market, capsys):
    found = score_card.explained(app, market.tickers[0], None)
    raw = {part["id"]: part["raw"] for axis in found["axes"] for part in axis["components"]}
    out = shown(found, capsys)
    assert raw["V1"] > 0
    assert f"PER {1 / raw['V1']:,.2f}배 · PBR {1 / raw['V2']:,.2f}배" in out
    for part in (part for axis in found["axes"] for part in axis["components"] if part["id"] == "V1"):
        part["raw"] = -0.2
    assert "PER -" not in shown(found, capsys), "a loss has no PER"


@pytest.mark.parametrize(("basis", "said"), [("CFS", True), ("OFS", False)])
def test_income_that_is_not_the_owners_alone_is_told(app, market, capsys, basis, said):
    ticker = market.tickers[0]
    with app.engine.begin() as connection:
        before = connection.execute(
            text("SELECT DISTINCT fs_div FROM financial_report WHERE ticker = :t"), {"t": ticker}
        ).scalars().all()  # fmt: skip
        assert before == [basis] or basis == "OFS"
        connection.execute(text("UPDATE financial_report SET fs_div = :b WHERE ticker = :t"), {"b": basis, "t": ticker})
    try:
        found = score_card.explained(app, ticker, None)
    finally:
        with app.engine.begin() as connection:
            connection.execute(
                text("UPDATE financial_report SET fs_div = :b WHERE ticker = :t"), {"b": before[0], "t": ticker}
            )
    assert found["basis"]["income_of"] == ("TOTAL" if said else "SEPARATE")
    assert ("비지배지분을 포함한 연결 전체의 것입니다" in shown(found, capsys)) is said


@pytest.mark.parametrize(
    ("amounts", "line"),
    [
        (([300, 350], 300), "DART 300원, 350원(주식 종류를 알 수 없음), FSC 기준일 합계 300원"),
        (([3174], None), "DART 3,174원(주식 종류를 알 수 없음), FSC 기준일 합계 기록 없음"),
        (([], 300), None),
    ],
)
def test_both_sources_of_an_unclear_dividend_are_shown(app, market, capsys, amounts, line):
    """That a filing without a class leads here is in test_parts; what the reader sees is here."""
    found = score_card.explained(app, market.tickers[0], None)
    found["basis"] |= dict(zip(("dividend_unclear", "dividend_by_record_date"), amounts, strict=True))
    out = shown(found, capsys)
    assert ("배당의 두 출처" in out) is bool(line)
    assert line is None or line in out


def test_what_changed_is_told_within_one_version_of_the_formula(app, market):
    for place in (-2, -1):
        job.score_batch(app, job.Options(as_of=market.sessions[place]))
    ticker = market.tickers[0]
    with app.engine.begin() as connection:
        for table, columns in (("history", "*"), ("component", "*")):
            connection.execute(text(f"CREATE TEMP TABLE old AS SELECT {columns} FROM compass_score_{table}"))
            connection.execute(text("UPDATE old SET formula_version = '1.0.0'"))
            connection.execute(text(f"INSERT INTO compass_score_{table} SELECT * FROM old"))
            connection.execute(text("DROP TABLE old"))
    found = score_card.recalled(app, ticker, LAST)
    assert (found["formula_version"], found["previous_date"]) == (FORMULA_VERSION, f"{market.sessions[-2]}")
    history = score_history.history_of(app, ticker, 20)["history"]
    assert [(one["score_date"], one["formula_version"]) for one in history] == [
        (f"{market.sessions[place]}", FORMULA_VERSION) for place in (-1, -2)
    ]


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


def test_the_stored_score_is_shown_while_the_stock_is_what_it_was(app, market, capsys):
    job.score_batch(app, job.Options())
    computed = score_card.explained(app, market.tickers[0], market.sessions[-1])
    found = score_card.explained(app, market.tickers[0], None)
    assert (computed["origin"], computed["scored_at"], found["origin"]) == ("computed", None, "stored")
    for name in ("grade", "rank", "ranked", "reasons", "flags", "sources", "basis", "summary", "commentary", "name"):
        assert found[name] == computed[name], name
    assert found["total"] == pytest.approx(computed["total"], abs=1e-6)
    out = shown(found, capsys)
    assert f"{found['scored_at']}에 저장된 점수" in out
    assert f"--as-of {market.sessions[-1]}" in out
    assert "저장된 점수" not in shown(computed, capsys)


@pytest.mark.parametrize("kind", ["common", "preferred", "financial", "newcomer", "suspended", "konex", "spac", "reit"])
def test_of_every_kind_of_stock_the_stored_score_is_shown(app, market, kind):
    job.score_batch(app, job.Options())
    found = score_card.explained(app, market.tickers[market.kinds.index(kind)], None)
    assert found["origin"] == "stored"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE stock_price_daily SET close_price = close_price * 1.01 WHERE ticker = :t AND trade_date = :day",
        "UPDATE stock_price_daily SET volume = 0 WHERE ticker = :t AND trade_date = :day",
        "UPDATE financial_report SET net_income = net_income * 2 WHERE ticker = :t",
        "UPDATE compass_score_run SET config_sha256 = 'x' WHERE score_date = :day AND :t <> ''",
        "DELETE FROM compass_score_component WHERE ticker = :t AND score_date = :day",
        "UPDATE compass_score_history SET formula_version = '1.0.0' WHERE ticker = :t AND score_date = :day",
    ],
)
def test_a_score_whose_values_would_be_others_is_computed(app, market, change):
    job.score_batch(app, job.Options())
    ticker = market.tickers[0]
    with app.engine.connect() as connection:
        transaction = connection.begin()
        assert connection.execute(text(change), {"t": ticker, "day": LAST}).rowcount
        assert stored_score.current(connection, ticker, LAST) is None
        transaction.rollback()
        assert stored_score.current(connection, ticker, LAST) is not None


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
    assert [one["score_date"] for one in score_history.history_of(app, best[0]["ticker"], 20)["history"]] == [f"{LAST}"]
    with pytest.raises(UsageError, match="axis"):
        score_card.ranking(app, Wanted(top=5, axis="luck"))


def test_a_score_is_found_by_name_too(app, market):
    job.score_batch(app, job.Options())
    ticker = market.tickers[0]
    with app.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO fdr_stock_listing (ticker, name, market, is_listed, as_of_date, source_id, batch_id,"
                " created_at, updated_at) VALUES (:t, '가상이름', 'KOSPI', true, :day, 'FDR', 1, now(), now())"
            ),
            {"t": ticker, "day": LAST},
        )
    try:
        for given in ("가상이름", f" {ticker.lower()} "):
            assert score_card.explained(app, given, None)["ticker"] == ticker
            assert score_card.recalled(app, given, LAST)["ticker"] == ticker
            assert score_history.history_of(app, given, 1)["ticker"] == ticker
        with pytest.raises(UsageError, match="혹시"):
            score_card.explained(app, "가상", None)
    finally:
        with app.engine.begin() as connection:
            connection.execute(text("DELETE FROM fdr_stock_listing"))


@pytest.mark.parametrize(
    "look",
    [lambda app: score_card.explained(app, "999999", None), lambda app: score_history.history_of(app, "999999", 5)],
)
def test_an_unknown_stock_is_said_to_be_unknown(app, look):
    with pytest.raises(UsageError, match="999999"):
        look(app)


@pytest.mark.parametrize(
    ("percentile", "words"),
    [(100, "상위 1% 미만"), (99.2, "상위 1% 미만"), (99, "상위 1%"), (50, "상위 50%"), (49.9, "하위 50%"),
     (1, "하위 1%"), (0.4, "하위 1% 미만"), (0, "하위 1% 미만")],
)  # fmt: skip
def test_nobody_is_in_the_first_or_last_0_percent(percentile, words):
    assert commentary.standing(percentile) == words
