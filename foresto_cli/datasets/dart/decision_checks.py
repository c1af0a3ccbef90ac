"""Checks of decisions about shares by themselves: lost filings, and fields that contradict one another."""

from datetime import date, timedelta

from sqlalchemy import text

from foresto_cli.collecting.checks import WARNING, WEEKLY, Rows, Scope, Units, check
from foresto_cli.datasets.dart import action_links, actions, capital_changes, decision_kinds, decisions, filed_decisions

FURTHEST = 7
"""Days between the day in a receipt number and the day of receipt."""
ROUNDED = 0.001
"""Counts of shares make the ratio itself; the allotment of free shares leaves fractions out."""
OWN_SHARES = 0.3
"""Of a free increase at least so much is issued: the company's own shares get none."""
MOST_OFF = 3
"""Between a ratio and the restated price: an increase against money moves the price less than the shares."""


def _again(scope: Scope, rows: Rows) -> Units:
    """Name the months, decisions and notices of the filings in ``rows``, and the links, which follow."""
    months = sorted({f"{row['월']}" for row in rows})
    found = scope.rows(
        text(
            "SELECT DISTINCT dataset, unit FROM unit_ledger l WHERE dataset IN (:decisions, :capital)"
            " AND (left(unit, 4) || '-' || substr(unit, 5, 2) = ANY(:months)"
            "  OR EXISTS (SELECT 1 FROM corporate_actions a JOIN corporate_actions b USING (corp_code, action_type)"
            "  WHERE a.rcept_no = ANY(:numbers) AND b.rcept_no = l.unit)) ORDER BY 1, 2"
        ),
        decisions=decisions.DATASET.name,
        capital=capital_changes.DATASET.name,
        months=months,
        numbers=[row["접수번호"] for row in rows if row.get("접수번호")],
    )
    units = {actions.DATASET.name: months}
    for row in found:
        units.setdefault(row["dataset"], []).append(row["unit"])
    return {**units, action_links.DATASET.name: ["all"]}


@check(
    "actions.lost",
    "사라진 자본 변동 공시",
    WARNING,
    "corporate_actions",
    "읽은 달마다 그때 찾은 자본 변동 공시가 모두 저장되어 있다",
    level=WEEKLY,
    units=_again,
)
def lost_filings(scope: Scope) -> Rows:
    """Find months with fewer filings than their list had, and read decisions that are not there any more."""
    return scope.rows(
        text(
            "SELECT unit AS 월, row_count AS 기록, count(a.rcept_no) AS 실제, CAST(NULL AS text) AS 접수번호"
            " FROM unit_ledger l LEFT JOIN corporate_actions a ON to_char(a.rcept_dt, 'YYYY-MM') = l.unit"
            " WHERE dataset = :actions AND status IN ('done', 'provisional') GROUP BY 1, 2"
            " HAVING count(a.rcept_no) < row_count UNION ALL SELECT left(unit, 4) || '-' || substr(unit, 5, 2), NULL,"
            " NULL, unit FROM unit_ledger l WHERE dataset = :decisions AND status = 'done'"
            " AND NOT EXISTS (SELECT 1 FROM corporate_actions a WHERE a.rcept_no = l.unit) ORDER BY 1, 4"
        ),
        actions=actions.DATASET.name,
        decisions=decisions.DATASET.name,
    )


@check(
    "actions.values",
    "어긋나는 자본 변동",
    WARNING,
    "corporate_actions",
    "비율이 주식수와, 날짜가 접수번호와, 종목이 고유번호와 맞고, 기준가의 변동과 크게 다르지 않다",
    level=WEEKLY,
    units=_again,
)
def contradicted_decisions(scope: Scope) -> Rows:
    """Find decisions whose fields contradict one another, their company, or the price that carries them out."""
    return scope.rows(
        text(
            "WITH judged AS (SELECT a.*, CASE"
            "  WHEN a.rcept_dt > :today OR left(a.rcept_no, 8) NOT BETWEEN"
            " to_char(a.rcept_dt - CAST(:furthest AS integer), 'YYYYMMDD')"
            " AND to_char(a.rcept_dt + CAST(:furthest AS integer), 'YYYYMMDD')"
            "   THEN '접수일'"
            "  WHEN c.ticker <> a.ticker OR a.corp_code !~ '^[0-9]{8}$' THEN '종목코드'"
            "  WHEN a.shares_after <= 0 OR a.shares_before <= 0 OR a.new_shares < 0 THEN '주식수'"
            "  WHEN a.action_type = ANY(:issuing) AND a.shares_after <> a.shares_before + a.new_shares THEN '주식수'"
            "  WHEN a.action_type <> :free AND abs(a.ratio * a.shares_before / nullif(a.shares_after, 0) - 1) >"
            " :rounded"
            "   THEN '비율과 주식수'"
            "  WHEN a.action_type = :free AND CAST(a.new_shares AS numeric) / nullif(a.shares_before, 0)"
            "   NOT BETWEEN (a.ratio - 1) * :own AND (a.ratio - 1) * (1 + :rounded) THEN '비율과 주식수'"
            "  WHEN (a.action_type = ANY(:more) AND a.ratio < 1) OR (a.action_type = ANY(:fewer) AND a.ratio > 1)"
            "   THEN '비율의 방향'"
            "  WHEN a.action_type = ANY(:exact) AND a.ratio * a.price_factor NOT BETWEEN 1.0 / :off AND :off"
            "   THEN '비율과 기준가'"
            "  WHEN a.action_type = ANY(:numbered) AND a.corrected_by IS NULL AND l.row_count > 0"
            "   AND num_nonnulls(a.ratio, a.shares_before, a.shares_after, a.new_shares, a.record_date,"
            "    a.effective_date, a.method, a.terms, a.exchange_ratio) = 0 THEN '비어 있는 내용'"
            "  WHEN a.action_type = :free AND a.effective_date < a.record_date THEN '기준일과 상장일'"
            "  WHEN abs(a.record_date - a.rcept_dt) > :far OR abs(a.effective_date - a.rcept_dt) > :far THEN '먼 날짜'"
            "  WHEN a.corrected_by <= a.rcept_no OR (a.corrected_by IS NOT NULL AND n.rcept_no IS NULL) THEN '정정본'"
            " END AS wrong FROM corporate_actions a LEFT JOIN dart_company c USING (corp_code)"
            " LEFT JOIN corporate_actions n ON n.rcept_no = a.corrected_by AND n.corp_code = a.corp_code"
            "  AND n.action_type = a.action_type"
            " LEFT JOIN unit_ledger l ON l.dataset = :decisions AND l.unit = a.rcept_no AND l.status = 'done')"
            " SELECT left(rcept_no, 4) || '-' || substr(rcept_no, 5, 2) AS 월, rcept_no AS 접수번호, ticker,"
            " action_type AS 결정, ratio AS 비율, wrong AS 어긋난_것 FROM judged WHERE wrong IS NOT NULL ORDER BY 2"
        ),
        today=scope.now.date(),
        furthest=FURTHEST,
        issuing=[decision_kinds.PAID, decision_kinds.FREE, decision_kinds.PAID_FREE],
        free=decision_kinds.FREE,
        rounded=ROUNDED,
        own=OWN_SHARES,
        more=[decision_kinds.PAID, decision_kinds.FREE, decision_kinds.PAID_FREE, decision_kinds.SPLIT],
        fewer=[decision_kinds.REDUCTION, decision_kinds.CONSOLIDATION],
        exact=[decision_kinds.FREE, decision_kinds.SPLIT, decision_kinds.CONSOLIDATION],
        off=MOST_OFF,
        numbered=[decision_kinds.PAID, decision_kinds.FREE, decision_kinds.REDUCTION],
        far=decision_kinds.FAR.days,
        decisions=decisions.DATASET.name,
    )


@check(
    "actions.names",
    "자본 변동 공시의 이름",
    WARNING,
    "corporate_actions",
    "결정의 종류와 정정·철회 여부가 보고서 이름과 비고가 말하는 것과 같다",
    level=WEEKLY,
    units=_again,
)
def misnamed_decisions(scope: Scope) -> Rows:
    """Find filings called otherwise than their report's name and DART's remark say."""
    filed = scope.rows(
        text(
            "SELECT rcept_no, ticker, action_type, report_name, remark, is_correction, is_withdrawn"
            " FROM corporate_actions WHERE report_name IS NOT NULL ORDER BY 1"
        )
    )
    return [
        {
            "월": f"{row['rcept_no'][:4]}-{row['rcept_no'][4:6]}",
            "접수번호": row["rcept_no"],
            "ticker": row["ticker"],
            "결정": row["action_type"],
            "보고서": row["report_name"],
        }
        for row in filed
        if (row["action_type"], row["is_correction"], row["is_withdrawn"])
        != (
            decision_kinds.action_of(row["report_name"]),
            decision_kinds.is_correction(row["report_name"]),
            filed_decisions.WITHDRAWN in (row["remark"] or ""),
        )
    ]


@check(
    "actions.links",
    "공시와 기준가의 연결",
    WARNING,
    "corporate_actions",
    "결정마다 그것을 실행한 기준가의 날과 이어져 있다",
    "foresto dart corporate-actions",
    level=WEEKLY,
    units=lambda *_: {action_links.DATASET.name: ["all"]},
)
def mislinked(scope: Scope) -> Rows:
    """Find decisions linked otherwise than the stored prices say, those aside that came after the last linking."""
    linked: date | None = scope.connection.scalar(
        text("SELECT asked_at::date FROM unit_ledger WHERE dataset = :dataset AND status = 'done'"),
        {"dataset": action_links.DATASET.name},
    )
    if linked is None:
        return []
    # The newest prices may be settled after the links of that day.
    return scope.rows(action_links.MISLINKED, **action_links.classes(), linked=linked - timedelta(days=7))
