"""Checks of scores: is each session scored that was to be, is everybody in it, are most of them worth a number."""

from datetime import timedelta

from sqlalchemy import text

from foresto_cli.collecting.checks import SCORE, WARNING, Rows, Scope, check, days_of
from foresto_cli.score.store import KEPT_DAYS

MISSING_SHARE = 0.3
UNAVOIDABLE = ["SPAC", "SUSPENDED", "LIQUIDATION", "NEW_LISTING"]
SCORED_AGAIN = "foresto score batch --replace"


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
    "점수를 매긴 날마다 실행 기록만큼 점수와 구성 요소가 있고, 마지막 날에는 시세가 있는 종목마다 점수나 사유가 있다",
    units=days_of(SCORE),
)
def missing_scores(scope: Scope) -> Rows:
    """Find scored sessions that have lost scores, components or their run, and stocks that the newest one lacks.

    A session in between that was never scored is no loss: after days off, the chains score the newest one alone. That
    one was scored and is gone is told by the runs.
    """
    kept = max(scope.sessions[0], scope.last - KEPT_DAYS + timedelta(days=1))
    return scope.rows(
        text(
            "WITH newest AS MATERIALIZED (SELECT max(score_date) AS day FROM compass_score_history),"
            " priced AS MATERIALIZED"
            " (SELECT ticker FROM stock_price_daily WHERE trade_date = (SELECT day FROM newest)),"
            " r AS (SELECT DISTINCT ON (score_date, formula_version) * FROM compass_score_run"
            " WHERE score_date >= :first ORDER BY score_date, formula_version, run_id DESC),"
            " h AS (SELECT score_date, formula_version, count(*) AS n, count(*) FILTER (WHERE status = 'SCORED') AS"
            " scored, count(*) FILTER (WHERE status = 'PARTIAL') AS partial FROM compass_score_history"
            " WHERE score_date >= :first GROUP BY 1, 2),"
            " c AS (SELECT score_date, formula_version, count(*) AS n FROM compass_score_component"
            " WHERE score_date >= :kept GROUP BY 1, 2),"
            " told AS (SELECT DISTINCT CAST(detail->>'score_date' AS date) AS day FROM data_collection_log"
            " WHERE job_name = 'score batch' AND exit_code IN (0, 3)"
            " AND detail->>'score_date' >= CAST(:first AS text)),"
            " stored AS (SELECT coalesce(r.score_date, h.score_date) AS day, r.n_universe, h.n AS rows, c.n AS parts,"
            " coalesce(r.n_universe <> h.n OR r.n_scored <> h.scored OR r.n_partial <> h.partial"
            " OR r.n_scored + r.n_partial + r.n_not_scored <> r.n_universe, true)"
            " OR (h.score_date >= :kept AND c.n IS DISTINCT FROM h.n) AS is_wrong"
            " FROM r FULL JOIN h USING (score_date, formula_version) LEFT JOIN c ON"
            " (c.score_date, c.formula_version) = (coalesce(r.score_date, h.score_date),"
            " coalesce(r.formula_version, h.formula_version)))"
            " SELECT day AS 거래일, n_universe AS 실행_기록, rows AS 점수_행, parts AS 구성_요소_행, NULL AS 종목"
            " FROM stored WHERE is_wrong UNION ALL"
            " SELECT day, NULL, 0, 0, NULL FROM told WHERE day NOT IN (SELECT day FROM stored)"
            " AND day IN (SELECT trade_date FROM price_sessions) UNION ALL"
            " SELECT (SELECT day FROM newest), NULL, NULL, NULL, coalesce(p.ticker, s.ticker) FROM priced p"
            " FULL JOIN (SELECT DISTINCT ticker FROM compass_score_history"
            "  WHERE score_date = (SELECT day FROM newest)) s ON s.ticker = p.ticker"
            " WHERE p.ticker IS NULL OR s.ticker IS NULL"
            " ORDER BY 1, 5 NULLS FIRST"
        ),
        first=scope.sessions[0],
        kept=kept,
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
