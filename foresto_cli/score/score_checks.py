"""Checks of scores: is the newest session scored, is everybody in it, are most of them worth a number."""

from sqlalchemy import text

from foresto_cli.collecting.checks import SCORE, WARNING, Rows, Scope, check, days_of

LEAST_COVERAGE = 0.95
MISSING_SHARE = 0.3
UNAVOIDABLE = ["SPAC", "SUSPENDED", "LIQUIDATION", "NEW_LISTING"]


@check(
    "score.fresh",
    "점수의 나이",
    WARNING,
    "compass_score_run",
    "저장된 마지막 거래일까지 점수가 있다",
    "foresto score batch",
    units=days_of(SCORE),
)
def stale_scores(scope: Scope) -> Rows:
    """Find scores older than the newest stored session that the jobs of the timetable have had the time to score.

    A database that was never scored is not stale.
    """
    return scope.rows(
        text(
            "SELECT r.newest AS 점수, p.newest AS 거래일"
            " FROM (SELECT max(score_date) AS newest FROM compass_score_run) r,"
            " (SELECT max(trade_date) AS newest FROM stock_price_daily WHERE trade_date <= :due) p"
            " WHERE r.newest < p.newest"
        ),
        due=scope.due,
    )


@check(
    "score.coverage",
    "점수의 종목 수",
    WARNING,
    "compass_score_history",
    "마지막으로 점수를 매긴 날에 시세가 있는 종목은 모두 점수나 까닭이 있다",
    "foresto score batch --replace",
    units=days_of(SCORE),
)
def missing_scores(scope: Scope) -> Rows:
    """Find a newest scored session in which many stocks with a price have neither a score nor a reason."""
    return scope.rows(
        text(
            "SELECT h.day AS 거래일, h.scored AS 점수_행, p.priced AS 시세_행"
            " FROM (SELECT score_date AS day, count(*) AS scored FROM compass_score_history"
            " WHERE (score_date, formula_version) = (SELECT score_date, formula_version FROM compass_score_history"
            " ORDER BY 1 DESC, 2 DESC LIMIT 1) GROUP BY 1) h,"
            " LATERAL (SELECT count(*) AS priced FROM stock_price_daily WHERE trade_date = h.day) p"
            " WHERE h.scored < :share * p.priced"
        ),
        share=LEAST_COVERAGE,
    )


@check(
    "score.missing",
    "자료가 모자란 종목",
    WARNING,
    "compass_score_history",
    "자료가 모자라 점수를 매기지 못한 종목이 30% 이하",
    "재무제표와 시세를 마저 받은 뒤 foresto score batch --replace",
)
def unscored_stocks(scope: Scope) -> Rows:
    """Find a newest scored session in which too many stocks have no score for want of data.

    Without a key of DART nobody can have one; then it is the axes of prices that must not be missing.
    """
    return scope.rows(
        text(
            "SELECT score_date AS 거래일, wanting AS 점수_없음, rows AS 종목 FROM (SELECT score_date, count(*) AS rows,"
            " count(*) FILTER (WHERE status = 'NOT_SCORED' AND NOT reasons && CAST(:unavoidable AS text[])"
            " AND (:has_dart OR technical_score IS NULL OR risk_score IS NULL)) AS wanting"
            " FROM compass_score_history WHERE (score_date, formula_version) ="
            " (SELECT score_date, formula_version FROM compass_score_history"
            " ORDER BY 1 DESC, 2 DESC LIMIT 1)"
            " GROUP BY 1) AS newest WHERE wanting > :share * rows"
        ),
        unavoidable=UNAVOIDABLE,
        has_dart=scope.has_dart,
        share=MISSING_SHARE,
    )
