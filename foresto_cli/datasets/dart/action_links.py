"""Which restated price carries out which decision, in ``corporate_actions``; follows from the tables alone.

A decision and a price event (``stock_price_daily.adj_event``) belong together when the event is of a class that such
a decision makes, comes after the first filing and near the day that the decision names, and each is the other's
nearest. An event that nobody announced and a decision that nothing carried out stay alone: verification tells them.
"""

from sqlalchemy import Connection, text

from foresto_cli.collecting.data_set import DataSet
from foresto_cli.datasets.dart import decision_kinds
from foresto_cli.store.fragments import Fragment, sql
from foresto_cli.store.upsert import Counts, Row

DATASET = DataSet(
    name="dart.action_links", label="공시와 기준가", table="corporate_actions", command="dart corporate-actions"
)
EX_RIGHTS = ("EX_RIGHTS",)
FEWER = ("CONSOLIDATION", "CONSOLIDATION_AUCTION", "REORG", "SHARE_ONLY", "AUCTION_UNRESOLVED", "GAP")
MORE = ("SPLIT", "SHARE_ONLY", "AUCTION_UNRESOLVED", "GAP")
APART = ("SPINOFF", "CONSOLIDATION_AUCTION", "AUCTION_RESUME", "AUCTION_UNRESOLVED")
EVENTS = {
    decision_kinds.PAID: EX_RIGHTS,
    decision_kinds.FREE: EX_RIGHTS,
    decision_kinds.PAID_FREE: EX_RIGHTS,
    decision_kinds.REDUCTION: FEWER,
    decision_kinds.CONSOLIDATION: FEWER,
    decision_kinds.SPLIT: MORE,
    decision_kinds.DIVISION: APART,
    decision_kinds.DIVISION_MERGER: APART,
}
"""Action → classes of price events that may carry it out. Mergers and exchanges restate no price of the filer."""
SOON_DAYS, LARGEST_RATIO = 10, 1_000
"""How long after the restated price its shares may be told, and how many shares may become one."""
NEAR_DAYS, LONGEST_DAYS = 30, 240
"""How far an event may be from the day that the decision names, and from the first filing where it names none."""
# Free shares and rights: the price is restated one session before the record date (권리락).

SUPERSEDE_NOTICES = text(
    "UPDATE corporate_actions a SET corrected_by = n.newest FROM ("
    " SELECT o.rcept_no, (SELECT max(c.rcept_no) FROM corporate_actions c WHERE c.corp_code = o.corp_code"
    "  AND c.action_type = o.action_type AND c.is_correction AND c.rcept_no > o.rcept_no"
    "  AND NOT EXISTS (SELECT 1 FROM corporate_actions b WHERE b.corp_code = o.corp_code"
    "   AND b.action_type = o.action_type AND NOT b.is_correction"
    "   AND b.rcept_no > o.rcept_no AND b.rcept_no < c.rcept_no)) AS newest"
    " FROM corporate_actions o WHERE o.action_type = ANY(:notices)) n"
    " WHERE n.rcept_no = a.rcept_no AND n.newest IS NOT NULL AND a.corrected_by IS DISTINCT FROM n.newest"
)
WANTED = Fragment(
    "WITH classes AS (SELECT * FROM unnest(CAST(:actions AS text[]), CAST(:events AS text[])) AS c (action, event)),"
    " decided AS (SELECT a.rcept_no, a.ticker, a.action_type,"
    "  CASE WHEN a.action_type IN ('FREE_INCREASE', 'PAID_FREE_INCREASE') THEN a.record_date"
    "   WHEN a.action_type IN ('REDUCTION', 'DIVISION', 'DIVISION_MERGER') THEN a.effective_date END AS named,"
    "  least(a.rcept_dt, (SELECT min(e.rcept_dt) FROM corporate_actions e WHERE e.corrected_by = a.rcept_no)) AS first"
    "  FROM corporate_actions a WHERE a.corrected_by IS NULL AND NOT a.is_withdrawn),"
    " pairs AS (SELECT d.rcept_no, p.ticker, p.trade_date, p.adj_event, p.adj_factor,"
    "  coalesce(abs(p.trade_date - d.named), p.trade_date - d.first) AS apart"
    "  FROM decided d JOIN classes c ON c.action = d.action_type"
    "  JOIN stock_price_daily p ON p.ticker = d.ticker AND p.adj_event = c.event AND p.trade_date > d.first"
    "   AND CASE WHEN d.named IS NULL THEN p.trade_date <= d.first + CAST(:longest AS int)"
    "    ELSE abs(p.trade_date - d.named) <= CAST(:near AS int) END),"
    " ranked AS (SELECT *, row_number() OVER (PARTITION BY rcept_no ORDER BY apart, trade_date) AS of_decision,"
    "  row_number() OVER (PARTITION BY ticker, trade_date ORDER BY apart, rcept_no DESC) AS of_event FROM pairs),"
    " linked AS (SELECT * FROM ranked WHERE of_decision = 1 AND of_event = 1),"
    " wanted AS (SELECT a.rcept_no, l.trade_date, l.adj_event, l.adj_factor"
    "  FROM corporate_actions a LEFT JOIN linked l USING (rcept_no))"
)
"""``wanted``: every decision with the event that carries it out, if there is one."""
LINK = sql(
    "{wanted},"
    " written AS (UPDATE corporate_actions a SET price_event_date = w.trade_date, price_event = w.adj_event,"
    "  price_factor = w.adj_factor, batch_id = :batch_id, updated_at = :updated_at FROM wanted w"
    "  WHERE w.rcept_no = a.rcept_no AND (a.price_event_date, a.price_event, a.price_factor)"
    "   IS DISTINCT FROM (w.trade_date, w.adj_event, w.adj_factor) RETURNING 1)"
    " SELECT (SELECT count(*) FROM linked) AS linked, (SELECT count(*) FROM written) AS written",
    wanted=WANTED,
)
MISLINKED = sql(
    "{wanted} SELECT a.rcept_no AS 접수번호, a.ticker, a.action_type AS 결정, a.price_event_date AS 저장,"
    " w.trade_date AS 기준가_사건 FROM wanted w JOIN corporate_actions a USING (rcept_no)"
    " WHERE (a.price_event_date, a.price_event, a.price_factor) IS DISTINCT FROM (w.trade_date, w.adj_event,"
    " w.adj_factor) AND coalesce(w.trade_date, a.price_event_date) < :linked ORDER BY 2, 1",
    wanted=WANTED,
)
"""Rows that :data:`LINK` would change, of events that it can have seen on the day ``linked``."""


CONSOLIDATED = text(
    "WITH near AS MATERIALIZED (SELECT a.rcept_no, p.trade_date < a.price_event_date AS is_before, p.trade_date,"
    "  p.shares_outstanding AS shares FROM corporate_actions a JOIN stock_price_daily p ON p.ticker = a.ticker"
    "  AND p.trade_date >= a.price_event_date - CAST(:near AS int)"
    "  AND p.trade_date <= a.price_event_date + CAST(:soon AS int)"
    " WHERE a.action_type = :consolidation AND p.shares_outstanding > 0),"
    " counted AS (SELECT a.rcept_no, a.price_event_date AS day,"
    " (SELECT n.shares FROM near n WHERE n.rcept_no = a.rcept_no AND n.is_before"
    "  ORDER BY n.trade_date DESC LIMIT 1) AS before,"
    " (SELECT n.shares FROM near n WHERE n.rcept_no = a.rcept_no AND NOT n.is_before"
    "  ORDER BY n.trade_date LIMIT 1) AS after"
    " FROM corporate_actions a WHERE a.action_type = :consolidation),"
    " wanted AS (SELECT c.rcept_no, CASE WHEN f.fewer THEN round(c.after::numeric / c.before, 12) END AS ratio,"
    "  CASE WHEN f.fewer THEN c.day END AS day, CASE WHEN f.fewer THEN c.before END AS before,"
    "  CASE WHEN f.fewer THEN c.after END AS after"
    "  FROM counted c CROSS JOIN LATERAL (SELECT c.after < c.before AND c.before < c.after * :largest AS fewer) f)"
    " UPDATE corporate_actions a SET ratio = w.ratio, effective_date = w.day, shares_before = w.before,"
    "  shares_after = w.after, batch_id = :batch_id, updated_at = :updated_at FROM wanted w"
    " WHERE w.rcept_no = a.rcept_no AND (a.ratio, a.effective_date, a.shares_before, a.shares_after)"
    "  IS DISTINCT FROM (w.ratio, w.day, w.before, w.after)"
)
"""DART tells no ratio of a consolidation anywhere: the shares listed before and after the restated price do."""


def classes() -> dict[str, object]:
    """Return the parameters of :data:`WANTED`."""
    pairs = [(action, event) for action, events in EVENTS.items() for event in events]
    return {
        "actions": [action for action, _ in pairs],
        "events": [event for _, event in pairs],
        "near": NEAR_DAYS,
        "longest": LONGEST_DAYS,
    }


def write(connection: Connection, provenance: Row) -> Counts:
    """Bring corrections of notices, the links and ratios up to date; return how many rows that changed."""
    notices = [decision_kinds.SPLIT, decision_kinds.CONSOLIDATION]
    corrected = connection.execute(SUPERSEDE_NOTICES, {"notices": notices}).rowcount
    found = connection.execute(
        LINK,
        {
            **classes(),
            "batch_id": provenance["batch_id"],
            "updated_at": provenance["updated_at"],
        },
    ).one()
    consolidated = connection.execute(
        CONSOLIDATED,
        {
            "consolidation": decision_kinds.CONSOLIDATION,
            "near": NEAR_DAYS,
            "soon": SOON_DAYS,
            "largest": LARGEST_RATIO,
            "batch_id": provenance["batch_id"],
            "updated_at": provenance["updated_at"],
        },
    ).rowcount
    return Counts(changed=found.written + corrected + consolidated, unchanged=max(found.linked - found.written, 0))
