"""Checks of what ``stocks`` shows of companies: their numbers and ratios are those that the stored reports give."""

from sqlalchemy import text

from foresto_cli.collecting.checks import WARNING, WEEKLY, Rows, Scope, check, whole
from foresto_cli.datasets.dart import issuers, ratios, valuations
from foresto_cli.store.fragments import fragment, sql

# Derived by a later run than the reports and the stocks, or by the same: until then they are only not yet brought up
# to date. By the numbers of the runs: the clock may have been ahead once.
DERIVED_ON = text(
    "SELECT max(asked_at)::date FROM unit_ledger WHERE dataset = :name AND status = 'done'"
    " HAVING max(run_id) >= coalesce((SELECT run_id FROM data_load_batch"
    " WHERE batch_id = (SELECT max(batch_id) FROM financial_report)), max(run_id))"
    " AND max(run_id) >= (SELECT max(run_id) FROM unit_ledger WHERE dataset = 'stocks')"
)
VALUED = text(
    "SELECT max(run_id) FILTER (WHERE dataset = 'stocks.valuation') >= max(run_id) FROM unit_ledger"
    " WHERE status = 'done' AND (dataset IN ('stocks.valuation', 'stocks') OR dataset ~ '^(prices|dart)[.]')"
)
DIFFERING = sql(
    "{wanted} SELECT s.ticker, s.name, {both} FROM stocks s JOIN wanted w ON w.ticker = s.ticker"
    " WHERE ({old}) IS DISTINCT FROM ({new}) ORDER BY 1",
    wanted=ratios.WANTED,
    both=[fragment("s.{name}, w.{name} AS {name}_계산", name=name) for name in ratios.COLUMNS],
    old=[f"s.{name}" for name in ratios.COLUMNS],
    new=[f"w.{name}" for name in ratios.COLUMNS],
)


@check(
    "stocks.ratios",
    "PER·PBR·ROE",
    WARNING,
    "stocks",
    "PER, PBR, ROE는 저장된 재무제표와 현재가에서 계산한 그대로이다",
    "foresto stocks load --again",
    level=WEEKLY,
    units=whole(ratios.DATASET.name, "all"),
)
def other_ratios(scope: Scope) -> Rows:
    """Find ratios that are not what the newest statements and the current price make them."""
    day = scope.connection.scalar(DERIVED_ON, {"name": ratios.DATASET.name})
    return [] if day is None else scope.rows(DIFFERING, today=day)


@check(
    "stocks.valuation",
    "밸류에이션 근거",
    WARNING,
    "valuation_known",
    "밸류에이션의 근거는 저장된 재무제표, 배당, 가격 조정 사건, 주식 수에서 계산한 것이다",
    "foresto stocks load --again",
    level=WEEKLY,
    units=whole(valuations.DATASET.name, "all"),
)
def other_valuation(scope: Scope) -> Rows:
    """Find issuers whose rows were computed from something else than what is stored; none while newer data wait."""
    if not scope.connection.scalar(VALUED):
        return []
    return scope.rows(valuations.INPUTS)


@check(
    "stocks.corp_code",
    "종목의 DART 고유번호",
    WARNING,
    "stocks",
    "종목의 DART 고유번호는 DART 회사 목록의 것이다",
    "foresto stocks load --again",
    level=WEEKLY,
    units=whole(ratios.DATASET.name, "all"),
)
def other_company(scope: Scope) -> Rows:
    """Find stocks without their company's number although DART's list has it, or with another one."""
    return scope.rows(
        sql(
            "{wanted} SELECT s.ticker, s.name, s.corp_code, w.corp_code AS 회사_목록 FROM stocks s"
            " JOIN wanted w ON w.ticker = s.ticker WHERE w.corp_code IS NOT NULL"
            " AND s.corp_code IS DISTINCT FROM w.corp_code ORDER BY 1",
            wanted=issuers.WANTED,
        )
    )
