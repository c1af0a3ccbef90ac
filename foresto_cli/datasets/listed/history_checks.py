"""Checks of the history of names, markets and listings: no gap, no overlap, and it ends with what is listed now."""

from sqlalchemy import text

from foresto_cli.collecting.checks import WARNING, WEEKLY, Rows, Scope, check, whole
from foresto_cli.datasets.listed import stock_history

DERIVED = "foresto stocks load --again"

# Derived by a later run than read the list, or by the same: until then it is only not yet brought up to date.
# By the numbers of the runs: the clock may have been ahead once.
SPANS = text(
    "WITH made AS (SELECT max(run_id) AS run_id FROM unit_ledger WHERE dataset = :name AND status = 'done'),"
    " list AS (SELECT l.*, coalesce(b.run_id <= made.run_id, false) AS is_known FROM fdr_stock_listing l"
    " LEFT JOIN data_load_batch b USING (batch_id) CROSS JOIN made),"
    " spans AS (SELECT h.*, lead(valid_from) OVER (PARTITION BY ticker ORDER BY valid_from) AS next_from"
    " FROM stock_history h)"
    " SELECT s.ticker, s.valid_from, s.valid_to, s.name, s.market, s.is_listed, CASE"
    " WHEN s.valid_to IS DISTINCT FROM s.next_from THEN '다음 기간과 이어지지 않는다'"
    " WHEN btrim(s.name) = '' OR btrim(s.market) = '' THEN '이름이나 시장이 비었다'"
    " WHEN s.valid_from > :today THEN '아직 오지 않은 날부터이다'"
    " WHEN l.ticker IS NULL THEN '상장 목록에 없다'"
    " WHEN s.next_from IS NULL AND (s.name, s.market, s.is_listed) IS DISTINCT FROM (l.name, l.market, l.is_listed)"
    " AND l.is_known AND (l.is_listed OR s.is_listed) THEN '지금의 상장 목록과 다르다' END AS 무엇"
    " FROM spans s LEFT JOIN list l USING (ticker)"
    " UNION ALL SELECT l.ticker, NULL, NULL, l.name, l.market, l.is_listed, '이력이 없다'"
    " FROM list l WHERE l.is_known"
    " AND NOT EXISTS (SELECT 1 FROM stock_history h WHERE h.ticker = l.ticker)"
)


@check(
    "history.spans",
    "종목 이력의 기간",
    WARNING,
    "stock_history",
    "종목마다 기간이 빈틈도 겹침도 없이 이어지고 마지막 기간은 지금의 상장 목록과 같다",
    DERIVED,
    level=WEEKLY,
    units=whole(stock_history.DATASET.name, "all"),
)
def broken_spans(scope: Scope) -> Rows:
    """Find spans with gaps or overlaps between them, and stocks whose history is not about them."""
    found = scope.rows(SPANS, name=stock_history.DATASET.name, today=scope.now.date())
    return [row for row in found if row["무엇"]]
