"""Checks of decisions against prices: events that nobody announced, decisions that nothing carried out."""

from datetime import date, timedelta

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.collecting.checks import WARNING, WEEKLY, Rows, Scope, check
from foresto_cli.datasets.dart import action_links, actions, decision_kinds

ANNOUNCED = ("EX_RIGHTS", "SPLIT", "CONSOLIDATION", "CONSOLIDATION_AUCTION", "SPINOFF", "REORG", "SHARE_ONLY")
"""Classes of price events that a company has to announce."""
RIGHTS_LEAD = 120
"""Days before an ex-rights date in which it is decided; other events take up to ``action_links.LONGEST_DAYS``."""
PATIENCE = 15
"""Days after the named day from which on a decision counts as not carried out."""
TO_HOLDERS = "%주주배정%"
SPLIT_OFF = "%인적%"
"""Only these divisions (인적분할) change the filer's shares; 물적분할 does not."""

LONGEST_BEFORE = timedelta(days=action_links.LONGEST_DAYS)
OLDEST = date(2015, 1, 1)
"""DART has nothing before."""


def _decisions_again(rows: Rows) -> str:
    """Return the command that asks once more for the decisions that may be behind the days in ``rows``."""
    first = min(row["trade_date"] if "trade_date" in row else row["due"] for row in rows)
    return f"foresto dart corporate-actions --from {max(first - LONGEST_BEFORE, OLDEST)} --again"


@check(
    "actions.unexplained",
    "공시 없는 기준가 사건",
    WARNING,
    "stock_price_daily",
    "권리락, 분할, 병합마다 그 결정 공시가 있다",
    _decisions_again,
    level=WEEKLY,
)
def unexplained_events(scope: Scope) -> Rows:
    """Find price events without a decision, where all filings of the months before were read."""
    return scope.rows(
        text(
            "WITH events AS MATERIALIZED (SELECT ticker, trade_date, adj_event, adj_factor FROM stock_price_daily"
            " WHERE trade_date >= :first AND adj_event = ANY(:announced) AND adj_factor <> 1)"
            " SELECT p.ticker, p.trade_date, p.adj_event, p.adj_factor FROM events p WHERE NOT EXISTS"
            " (SELECT 1 FROM corporate_actions a WHERE a.ticker = p.ticker AND a.price_event_date = p.trade_date)"
            " AND NOT EXISTS (SELECT 1 FROM generate_series(date_trunc('month', p.trade_date -"
            "   CASE WHEN p.adj_event = 'EX_RIGHTS' THEN CAST(:rights AS int) ELSE CAST(:longest AS int) END),"
            "   CAST(p.trade_date AS timestamp), interval '1 month') AS m (month)"
            "  WHERE NOT EXISTS (SELECT 1 FROM unit_ledger l WHERE l.dataset = :dataset"
            "   AND l.status IN ('done', 'provisional', 'no_data') AND l.unit = to_char(m.month, 'YYYY-MM')"
            "   AND l.asked_at BETWEEN least(m.month + interval '1 month', p.trade_date) AND :believable))"
            " ORDER BY 2, 1"
        ),
        first=scope.sessions[0],
        announced=list(ANNOUNCED),
        rights=RIGHTS_LEAD,
        longest=action_links.LONGEST_DAYS,
        dataset=actions.DATASET.name,
        believable=clock.believable(),
    )


@check(
    "actions.unexecuted",
    "기준가에 나타나지 않은 결정",
    WARNING,
    "corporate_actions",
    "기일이 지난 증자, 감자, 분할, 병합 결정은 기준가를 바꾸었다",
    _decisions_again,
    level=WEEKLY,
)
def unexecuted_actions(scope: Scope) -> Rows:
    """Find decisions in force whose day has passed without a restated price although prices are stored around it."""
    return scope.rows(
        text(
            "WITH named AS (SELECT a.*, CASE WHEN a.action_type = ANY(:rights) THEN a.record_date"
            "  WHEN a.action_type <> :paid THEN a.effective_date END AS day FROM corporate_actions a),"
            " decided AS (SELECT a.ticker, a.rcept_no, a.action_type,"
            "  coalesce(a.day, a.rcept_dt + CAST(:longest AS int)) AS due, coalesce(a.day, a.rcept_dt) AS since"
            " FROM named a WHERE a.corrected_by IS NULL AND NOT a.is_withdrawn"
            "  AND a.price_event_date IS NULL AND a.ratio IS DISTINCT FROM 1"
            "  AND (a.action_type = ANY(:always) OR (a.action_type = :paid AND a.method LIKE :holders)"
            "   OR (a.action_type = ANY(:divisions) AND a.method LIKE :split_off))),"
            " due AS MATERIALIZED (SELECT * FROM decided"
            "  WHERE due BETWEEN :first AND CAST(:last AS date) - CAST(:patience AS int)),"
            " ends AS MATERIALIZED (SELECT ticker, min(trade_date) AS first_day, max(trade_date) AS last_day"
            "  FROM stock_price_daily WHERE ticker IN (SELECT ticker FROM due) GROUP BY ticker)"
            " SELECT d.ticker, d.rcept_no, d.action_type, d.due FROM due d JOIN ends USING (ticker)"
            " WHERE ends.last_day > d.due AND ends.first_day < d.since ORDER BY 4, 1"
        ),
        first=scope.sessions[0],
        last=scope.last,
        longest=action_links.LONGEST_DAYS,
        patience=PATIENCE,
        rights=[decision_kinds.FREE, decision_kinds.PAID_FREE],
        always=[
            decision_kinds.FREE,
            decision_kinds.PAID_FREE,
            decision_kinds.REDUCTION,
            decision_kinds.SPLIT,
            decision_kinds.CONSOLIDATION,
        ],
        paid=decision_kinds.PAID,
        holders=TO_HOLDERS,
        divisions=[decision_kinds.DIVISION, decision_kinds.DIVISION_MERGER],
        split_off=SPLIT_OFF,
    )
