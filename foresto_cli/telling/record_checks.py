"""Checks of what foresto remembers of itself: moments, counts, incidents, mails, sources, runs, watched stocks."""

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import text

from foresto_cli import clock, data_sets
from foresto_cli.collecting.checks import (
    DAILY,
    DECLARED,
    MONTHLY,
    RECORD,
    WARNING,
    WEEKLY,
    Rows,
    Scope,
    Units,
    check,
)
from foresto_cli.store import limits
from foresto_cli.store.sources import SOURCES

LEVELS = (DAILY, WEEKLY, MONTHLY)
MOST_USED = 40_000
"""Requests a day: twice the largest budget there is."""
A_DAY, TWO_WEEKS = timedelta(days=1), timedelta(days=14)
BESIDE_DECLARED = {
    "data.late": DAILY,
    "trend.shrunk": WEEKLY,
    "prices.second_source": WEEKLY,
    "index.second_source": WEEKLY,
}
"""Checks that are made at each verification, and the first that asks them."""
TOLERATED = (0, 3, 65, 75)
"""Exit codes of a job that did its work, found something in the data, or has to wait."""
OFTEN = 3
"""A job failed on so many days: no accident."""


def _ours(_scope: Scope, rows: Rows) -> Units:
    """Return units of the ledger to be asked for again, and by their keys the records that ``--repair`` puts right."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row["자료"] or RECORD].append(row["키"])
    return found


@check(
    "records.sound",
    "운영 기록",
    WARNING,
    "unit_ledger",
    "기록의 시각이 지금보다 늦지 않고, 요청 수·차단·알림·메일·출처의 기록이 있을 수 있는 것이다",
    units=_ours,
)
def unsound_records(scope: Scope) -> Rows:
    """Find records later than now, counts and breakers that cannot be, mails never ended, sources and causes gone."""
    believable = scope.now.replace(tzinfo=None) + clock.LEEWAY
    stored = scope.rows(
        text(
            "SELECT dataset AS 자료, unit AS 키, '지금보다 늦은 조회 시각' AS 무엇, asked_at AS 시각 FROM unit_ledger"
            " WHERE asked_at > :believable UNION ALL"
            " SELECT NULL, 'run:' || id, '지금보다 늦은 실행 시각', greatest(started_at, completed_at)"
            " FROM data_collection_log WHERE status <> 'running'"
            " AND greatest(started_at, completed_at, heartbeat_at) > :believable UNION ALL"
            " SELECT NULL, 'usage:' || upstream || ':' || usage_date, '요청 수', usage_date FROM upstream_usage"
            " WHERE usage_date > CAST(:believable AS date) OR used NOT BETWEEN 0 AND :most UNION ALL"
            " SELECT NULL, 'block:' || upstream, '차단', blocked_until FROM upstream_block"
            " WHERE since > :believable OR blocked_until > since + CAST(:block AS interval) UNION ALL"
            " SELECT NULL, 'mail:' || id, '끝나지 않은 메일', started_at FROM market_email_log"
            " WHERE status = 'sending' AND started_at < :yesterday UNION ALL"
            " SELECT NULL, 'source:' || s, '출처의 설명 없음', NULL FROM unnest(CAST(:sources AS text[])) s"
            " WHERE s NOT IN (SELECT source_id FROM data_source) ORDER BY 3, 2"
        ),
        believable=believable,
        most=MOST_USED,
        block=limits.BLOCK_LASTS + clock.LEEWAY,
        yesterday=believable - A_DAY,
        sources=[source["source_id"] for source in SOURCES],
    )
    return [*stored, *_causeless(scope)]


def _causeless(scope: Scope) -> Rows:
    """Return open incidents of checks that nobody asks any more, or that a later verification did not find again."""
    levels = {name: found.level for name, found in DECLARED.items()} | BESIDE_DECLARED
    found = []
    for row in scope.rows(
        text(
            "SELECT alert_id, subject, last_seen_at, run_id FROM ops_alert"
            " WHERE alert_type = 'verify' AND resolved_at IS NULL"
        )
    ):
        level = levels.get(row["subject"]) or _of_file(row["subject"])
        later = [f"verify {one}" for one in LEVELS[LEVELS.index(level) :]] if level else []
        if level is None or _was_asked_since(scope, row, later):
            told = "이유 없이 열린 알림" if level else "없어진 검사의 알림"
            found.append({"자료": None, "키": f"alert:{row['alert_id']}", "무엇": told, "시각": row["last_seen_at"]})
    return found


def _of_file(subject: str) -> str | None:
    """Return the level of a check that follows from a file which describes a data set."""
    return DAILY if any(subject.startswith(f"{one.name}.") for one in data_sets.every()) else None


def _was_asked_since(scope: Scope, row: dict[str, object], commands: list[str]) -> bool:
    """Say whether a verification ended since the one that found the incident last, and did not find it.

    By their numbers: the clock may have been ahead once.
    """
    return bool(
        scope.connection.scalar(
            text(
                "SELECT EXISTS (SELECT 1 FROM data_collection_log r WHERE r.job_name = ANY(:commands)"
                " AND r.completed_at IS NOT NULL AND r.detail ? 'findings' AND r.id > coalesce("
                "(SELECT max(run_id) FROM data_quality_log WHERE rule_id = :subject), :run_id, 0))"
            ),
            {"commands": commands, "run_id": row["run_id"], "subject": row["subject"]},
        )
    )


@check(
    "runs.history",
    "실행 기록",
    WARNING,
    "data_collection_log",
    "마지막으로 적재한 실행의 기록이 있고, 두 주 동안 실패하기만 한 작업이 없다",
    "foresto runs list --failed",
)
def failing_runs(scope: Scope) -> Rows:
    """Find that the history of runs is gone, and jobs that did nothing but fail for two weeks."""
    now = scope.now.replace(tzinfo=None) + clock.LEEWAY
    return scope.rows(
        text(
            "SELECT batch_type AS 작업, '기록이 사라짐' AS 무엇, started_at AS 시각 FROM (SELECT * FROM data_load_batch"
            " WHERE started_at BETWEEN :year AND :now ORDER BY batch_id DESC LIMIT 1) b"
            " WHERE NOT EXISTS (SELECT 1 FROM data_collection_log WHERE id = b.run_id) UNION ALL"
            " SELECT job_name, '두 주 동안 실패', max(started_at) FROM data_collection_log"
            " WHERE started_at BETWEEN :since AND :now AND status NOT IN ('running', 'interrupted') GROUP BY 1"
            " HAVING NOT bool_or(exit_code = ANY(:tolerated)) AND count(DISTINCT CAST(started_at AS date)) >= :often"
            " ORDER BY 2, 1"
        ),
        now=now,
        since=now - TWO_WEEKS,
        year=now - timedelta(days=300),
        tolerated=list(TOLERATED),
        often=OFTEN,
    )


@check(
    "watchlist.known",
    "관심 종목",
    WARNING,
    "watchlist",
    "관심 종목은 상장 목록이나 시세에 있고, 알린 점수는 0~100이다",
    lambda rows: " && ".join(dict.fromkeys(row["명령"] for row in rows[:3])),
)
def unknown_watched(scope: Scope) -> Rows:
    """Find watched stocks that nobody lists and that never had a price, and told scores that cannot be."""
    return scope.rows(
        text(
            "WITH unlisted AS MATERIALIZED (SELECT ticker FROM watchlist EXCEPT SELECT ticker FROM fdr_stock_listing),"
            " priced AS MATERIALIZED (SELECT ticker FROM stock_price_daily"
            "  WHERE ticker IN (SELECT ticker FROM unlisted) GROUP BY ticker)"
            " SELECT ticker, last_notified_score AS 알린_점수, 'foresto watchlist remove ' || ticker"
            " || CASE WHEN is_known THEN ' && foresto watchlist add ' || ticker ELSE '' END AS 명령 FROM (SELECT *,"
            " EXISTS (SELECT 1 FROM fdr_stock_listing l WHERE l.ticker = w.ticker)"
            " OR EXISTS (SELECT 1 FROM priced p WHERE p.ticker = w.ticker)"
            " OR EXISTS (SELECT 1 FROM etfs e WHERE e.ticker = w.ticker) AS is_known FROM watchlist w) w"
            " WHERE NOT is_known OR last_notified_score NOT BETWEEN 0 AND 100"
            " OR last_notified_grade NOT IN ('S', 'A', 'B', 'C', 'D', 'F') OR last_notified_at > :now ORDER BY 1"
        ),
        now=scope.now.replace(tzinfo=None) + clock.LEEWAY,
    )
