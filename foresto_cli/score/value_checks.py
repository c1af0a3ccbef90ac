"""Checks of each score: range, formula, order; the newest session's against the formula itself, and beside stocks."""

from typing import LiteralString

from sqlalchemy import text

from foresto_cli.collecting.checks import SCORE, WARNING, Rows, Scope, check, days_of
from foresto_cli.collecting.rules import Rules, broken
from foresto_cli.score import FORMULA_VERSION, compute, formula, load, score_reasons, score_rows
from foresto_cli.score.formula import AXES, AXIS_COLUMNS
from foresto_cli.store.fragments import Fragment, fragment, joined, sql

ROUNDED = 0.000_01
"""Stored scores have six decimals; a weighted mean of them differs by less."""
UNRANKED = ["SPAC", "SUSPENDED", "LIQUIDATION"]
"""Reasons for which a stock has no total although its axes are there."""

_DAY = Fragment("PARTITION BY score_date, formula_version")


def _of_axes(template: LiteralString, separator: LiteralString) -> Fragment:
    """Return ``template`` for every axis: ``{a}`` is how its columns begin, ``{w}`` its weight."""
    return joined(separator, [fragment(template, a=AXIS_COLUMNS[axis], w=formula.AXIS_WEIGHTS[axis]) for axis in AXES])


_KNOWN = _of_axes("(CASE WHEN {a}_score IS NULL THEN 0 ELSE {w} END)", " + ")
_SUM = _of_axes("{w} * coalesce({a}_score, 0)", " + ")
_GRADE = fragment(
    "CASE {grades} END",
    grades=joined(
        " ",
        [
            fragment("WHEN total_percentile >= {bound} THEN '{letter}'", bound=bound, letter=Fragment(letter))
            for bound, letter in formula.GRADES
        ],
    ),
)
RULES: Rules = {
    "범위": "NOT (total_score BETWEEN 0 AND 100) OR NOT (total_percentile BETWEEN 0 AND 100) OR {out_of_range}",
    "총점이 축의 가중 평균이 아님": "abs(total_score - {sum} / nullif({known}, 0)) > {rounded}",
    "상태": "status <> CASE WHEN total_score IS NULL THEN 'NOT_SCORED' WHEN {known} = 100 THEN 'SCORED' ELSE 'PARTIAL'"
    " END OR (total_score IS NOT NULL AND {known} < {least})",
    "사유 없이 점수 없음": "status = 'NOT_SCORED' AND (reasons = '{{}}' OR ({known} >= {least}"
    " AND NOT reasons && CAST(:unranked AS text[])))",
    "모르는 사유": "NOT reasons <@ CAST(:reasons AS text[]) OR NOT flags <@ CAST(:flags AS text[])",
    "등급": "grade IS DISTINCT FROM {grade} OR (total_score IS NULL AND total_percentile IS NOT NULL)",
    "백분위 순서": "total_percentile < highest_percentile OR (total_score IS NOT NULL AND total_percentile IS NULL"
    " AND is_ranked)",
    "순위": "(rank IS NULL) <> (total_score IS NULL) OR rank NOT BETWEEN best AND best + peers - 1"
    " OR (rank IS NOT NULL AND same_rank > 1)",
    "축 점수의 순서": "{out_of_order}",
    "축의 반영 비율": "{out_of_coverage}",
    "시세일": "price_date <> score_date OR NOT is_priced",
    "재무제표의 날": "fs_rcept_dt > score_date OR fs_period_end > fs_rcept_dt"
    " OR (fs_rcept_dt IS NULL) <> (fs_rcept_no IS NULL) OR (fs_period_end IS NULL) <> (fs_rcept_no IS NULL)",
}


@check(
    "score.values",
    "점수의 값",
    WARNING,
    "compass_score_history",
    "점수·등급·순위·사유가 서로 맞고, 마지막 날의 것은 같은 자료로 다시 계산해도 같다",
    units=days_of(SCORE),
)
def wrong_scores(scope: Scope) -> Rows:
    """Find scores that break a rule, or that the formula does not give."""
    found = scope.once(broken_scores)
    return found or other_scores(scope)


@check(
    "score.beside",
    "종목 표의 점수",
    WARNING,
    "stocks",
    "종목 표의 점수·등급·축 점수·설명은 마지막 점수의 것이다",
    units=days_of(SCORE),
)
def other_scores_beside(scope: Scope) -> Rows:
    """Find stocks whose copied score, grade, axes or sentences are not those of the newest scored session.

    While scores of that session are wrong themselves, that is what is told.
    """
    found = scope.rows(
        sql(
            "SELECT newest.day AS 거래일, s.ticker, s.compass_score, h.total_score, s.compass_grade, h.grade"
            " FROM (SELECT score_date AS day, formula_version FROM compass_score_history"
            " ORDER BY score_date DESC, formula_version DESC LIMIT 1) newest RIGHT JOIN stocks s ON true"
            " LEFT JOIN compass_score_history h ON (h.score_date, h.formula_version, h.ticker)"
            " = (newest.day, newest.formula_version, s.ticker) AND h.total_score IS NOT NULL"
            " WHERE (s.compass_score, s.compass_grade, {axes}) IS DISTINCT FROM (h.total_score, h.grade, {scores})"
            " OR (s.compass_score IS NULL) <> (s.compass_updated_at IS NULL)"
            " OR (h.ticker IS NOT NULL AND (coalesce(s.compass_summary, '') NOT LIKE h.grade || '%'"
            " OR coalesce(s.compass_commentary, '') = '')) ORDER BY 2",
            axes=_of_axes("s.compass_{a}_score", ", "),
            scores=_of_axes("h.{a}_score", ", "),
        )
    )
    wrong = {row["거래일"] for row in scope.once(broken_scores)}
    return [row for row in found if row["거래일"] not in wrong]


def broken_scores(scope: Scope) -> Rows:
    """Return scores that contradict themselves, or the others of their session."""
    return scope.rows(
        sql(
            "WITH h AS (SELECT *, rank() OVER (w ORDER BY total_score DESC NULLS LAST) AS best,"
            " count(*) OVER (PARTITION BY score_date, formula_version, total_score) AS peers,"
            " count(*) OVER (PARTITION BY score_date, formula_version, rank) AS same_rank,"
            " max(total_percentile) OVER (w ORDER BY total_score, total_percentile) AS highest_percentile,"
            " max(total_percentile) OVER w IS NOT NULL AS is_ranked,"
            " {windows} FROM compass_score_history WHERE score_date >= :first WINDOW w AS ({day})),"
            " d AS (SELECT score_date, EXISTS (SELECT 1 FROM price_sessions"
            " WHERE trade_date = score_date) AS is_priced FROM (SELECT DISTINCT score_date FROM h) days)"
            " SELECT * FROM (SELECT score_date AS 거래일, ticker, {broken} AS 어긋남, total_score, grade, rank, status"
            " FROM h JOIN d USING (score_date)) found WHERE 어긋남 <> '' ORDER BY 1, 2",
            day=_DAY,
            windows=_of_axes(
                "max({a}_score) OVER (w ORDER BY {a}_raw, {a}_score) AS {a}_highest,"
                " max({a}_score) OVER w IS NOT NULL AS {a}_ranked",
                ", ",
            ),
            broken=fragment(
                broken(RULES),
                sum=Fragment(f"({_SUM})"),
                known=Fragment(f"({_KNOWN})"),
                grade=_GRADE,
                rounded=ROUNDED,
                least=formula.LEAST_TOTAL_COVERAGE,
                out_of_range=_of_axes(
                    "NOT ({a}_score BETWEEN 0 AND 100) OR NOT ({a}_raw BETWEEN 0 AND 100)"
                    " OR NOT ({a}_coverage BETWEEN 0 AND 100)",
                    " OR ",
                ),
                out_of_order=_of_axes(
                    "{a}_score < {a}_highest OR (({a}_raw IS NULL OR {a}_score IS NULL)"
                    " AND ({a}_score IS NOT NULL OR ({a}_ranked AND {a}_raw IS NOT NULL)))",
                    " OR ",
                ),
                out_of_coverage=fragment(
                    _of_axes("({a}_raw IS NULL) <> ({a}_coverage < {{least}})", " OR "),
                    least=formula.LEAST_AXIS_COVERAGE,
                ),
            ),
        ),
        first=scope.sessions[0],
        unranked=UNRANKED,
        reasons=list(score_reasons.REASONS),
        flags=list(score_reasons.FLAGS),
    )


def other_scores(scope: Scope) -> Rows:
    """Return scores of the newest scored session that the same inputs do not give.

    Inputs that are others by now are no contradiction: the next session is scored with them.
    """
    last = scope.rows(
        text(
            "SELECT score_date, inputs_sha256 FROM compass_score_run WHERE formula_version = :version"
            " AND config_sha256 = :config AND score_date BETWEEN :first AND :last"
            " AND score_date = (SELECT max(score_date) FROM compass_score_history)"
            " ORDER BY score_date DESC, run_id DESC LIMIT 1"
        ),
        version=FORMULA_VERSION,
        config=formula.sha256(),
        first=scope.sessions[0],
        last=scope.last,
    )
    if not last:
        return []
    day = last[0]["score_date"]
    scores = compute.scored(load.inputs(scope.connection, day), day)
    if score_rows.inputs_sha256(scores) != last[0]["inputs_sha256"]:
        return []
    every = range(len(scores.tickers))
    made = score_rows.history_rows(scores, every)
    parts = score_rows.component_rows(scores, every)
    stored = {
        row["ticker"]: row
        for row in scope.rows(
            text(
                "SELECT h.*, c.components FROM compass_score_history h LEFT JOIN compass_score_component c"
                " USING (score_date, ticker, formula_version) WHERE score_date = :day AND formula_version = :version"
            ),
            day=day,
            version=FORMULA_VERSION,
        )
    }
    return [
        {"거래일": day, "ticker": row["ticker"], "어긋남": ", ".join(others)}
        for row, part in zip(made, parts, strict=True)
        if row["ticker"] in stored and (others := score_rows.differences(row | part, stored[row["ticker"]]))
    ]
