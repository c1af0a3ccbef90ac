"""Checks of the data sets that one file describes: each trade date there, whole, and possible."""

from collections.abc import Iterable, Iterator
from datetime import date

from sqlalchemy import Table

from foresto_cli.collecting.checks import CRITICAL, WARNING, Check, Rows, Scope, days_of
from foresto_cli.declared import HALF, Daily, Declared, KrxPage, PerGroup, WholeList
from foresto_cli.store.fragments import Fragment, joined, sql
from foresto_cli.verify import described_neighbours


def checks(described: Iterable[Declared]) -> list[Check]:
    """Return the checks of every data set."""
    return [check for one in described for check in (_by_day(one) if isinstance(one, Daily) else [_listed(one)])]


def _listed(one: WholeList | PerGroup) -> Check:
    return Check(
        f"{one.name}.rows",
        f"{one.label}: 모자란 행",
        WARNING,
        one.table.name,
        "마지막으로 읽은 목록의 행이 모두 있다",
        one.load_command,
        lambda scope: _lost(scope, one),
    )


def _lost(scope: Scope, one: WholeList | PerGroup) -> Rows:
    """Return the lists of which fewer rows are stored than the newest answer had."""
    is_whole = isinstance(one, WholeList)
    return scope.rows(
        sql(
            "SELECT unit AS 목록, stored.rows AS 행, row_count AS 있어야_할_행 FROM (SELECT unit, row_count"
            " FROM unit_ledger WHERE dataset = :name AND status IN ('done', 'provisional') {newest}) AS answered,"
            " LATERAL (SELECT count(*) AS rows FROM {table} WHERE is_active AND {part}) AS stored"
            " WHERE stored.rows < row_count ORDER BY 1",
            newest=Fragment("ORDER BY unit DESC LIMIT 1" if is_whole else ""),
            part=Fragment("true" if is_whole else "top_fin_grp_no = unit"),
            table=one.table.name,
        ),
        name=one.name,
    )


def _by_day(one: Daily) -> Iterator[Check]:
    yield Check(
        f"{one.name}.sessions",
        f"{one.label}: 빠진 거래일",
        WARNING,
        one.table.name,
        "처음 저장한 날 뒤의 거래일이 모두 있다",
        lambda rows: _span(one, rows),
        lambda scope: _missing(scope, one),
        units=days_of(one.name),
    )
    yield Check(
        f"{one.name}.rows",
        f"{one.label}: 모자란 행",
        WARNING,
        one.table.name,
        f"거래일마다 저장했다고 적힌 만큼의 행이 있다(적히지 않았으면 평소의 {HALF:.0%})",
        lambda rows: _span(one, rows),
        lambda scope: _few(scope, one),
        units=days_of(one.name),
    )
    order = _order(one.table)
    if order:
        yield Check(
            f"{one.name}.values",
            f"{one.label}: 있을 수 없는 값",
            CRITICAL,
            one.table.name,
            "종가는 0보다 크고 저가와 고가 사이에 있다",
            lambda rows: _span(one, rows),
            lambda scope: _impossible(scope, one.table, order),
            units=days_of(one.name),
        )

    def told(scope: Scope) -> Rows:
        impossible = _impossible(scope, one.table, order) if order else []
        return [*_missing(scope, one), *_few(scope, one), *impossible]

    neighbours = described_neighbours.check(one, told)
    if neighbours:
        yield neighbours


def _span(one: Daily, rows: Rows) -> str:
    days = [row["거래일"] for row in rows]
    return f"{one.load_command} --again --from {min(days)} --to {max(days)}"


def _published(scope: Scope, one: Daily) -> list[date]:
    """Return the sessions that the OPEN API has published, or that are due on a page of KRX."""
    if isinstance(one, KrxPage):
        last = scope.calendar.back(scope.due, one.lag)
        return [day for day in scope.sessions if day < last]
    newest = scope.calendar.latest_official(scope.now)
    return [day for day in scope.sessions if day <= newest and scope.now >= scope.calendar.official_until(day)]


def _missing(scope: Scope, one: Daily) -> Rows:
    return scope.rows(
        sql(
            "SELECT day AS 거래일 FROM unnest(CAST(:days AS date[])) AS day"
            " WHERE day >= (SELECT min(trade_date) FROM {table})"
            " AND NOT EXISTS (SELECT 1 FROM {table} WHERE trade_date = day) ORDER BY 1",
            table=one.table.name,
        ),
        days=_published(scope, one),
    )


def _few(scope: Scope, one: Daily) -> Rows:
    return scope.rows(
        sql(
            "WITH stored AS (SELECT trade_date, count(*) AS rows FROM {table} WHERE trade_date >= :first"
            " GROUP BY trade_date),"
            " usual AS (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY rows) AS rows FROM stored)"
            " SELECT trade_date AS 거래일, stored.rows AS 행, coalesce(l.row_count, usual.rows) AS 있어야_할_행"
            " FROM usual, stored LEFT JOIN unit_ledger l ON l.dataset = :name AND l.status = 'done'"
            " AND l.unit = CAST(trade_date AS text)"
            " WHERE stored.rows < coalesce(l.row_count, {half} * usual.rows) ORDER BY 1",
            table=one.table.name,
            half=HALF,
        ),
        first=scope.sessions[0],
        name=one.name,
    )


def _order(table: Table) -> Fragment:
    """Return the SQL of what no row may be, by the columns that the table has; empty when there is none."""
    rules = []
    if "close_price" in table.columns:
        rules.append(Fragment("(close_price <= 0)"))
        if {"low_price", "high_price"} <= set(table.columns.keys()):
            rules.append(
                Fragment("(low_price > 0 AND high_price > 0 AND close_price NOT BETWEEN low_price AND high_price)")
            )
        if {"open_price", "low_price", "high_price"} <= set(table.columns.keys()):
            rules.append(
                Fragment("(open_price > 0 AND low_price > 0 AND open_price NOT BETWEEN low_price AND high_price)")
            )
    return joined(" OR ", rules)


def _impossible(scope: Scope, table: Table, order: Fragment) -> Rows:
    return scope.rows(
        sql(
            "SELECT {key}, trade_date AS 거래일, close_price AS 종가 FROM {table}"
            " WHERE trade_date >= :first AND ({order}) ORDER BY 2, 1",
            key=[column.name for column in table.primary_key if column.name != "trade_date"],
            table=table.name,
            order=order,
        ),
        first=scope.sessions[0],
    )
