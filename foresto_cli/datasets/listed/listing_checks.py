"""Checks of each listed row: its own columns against each other, and against the price of the list's session."""

from datetime import timedelta

from sqlalchemy import text

from foresto_cli.collecting.checks import CRITICAL, WARNING, WEEKLY, Rows, Scope, check
from foresto_cli.datasets.listed import listing
from foresto_cli.datasets.listed.asking_again import listing_again
from foresto_cli.datasets.prices import day_sums, row_faults
from foresto_cli.datasets.prices.newest_rows import newest_rows
from foresto_cli.store.fragments import Fragment, fragment, sql

AGAIN = "foresto listing load --again && foresto stocks load"
NAMED, DATED, VALUED = "named", "dated", "valued"
RULES = {
    "이름이 비었다": (NAMED, "btrim(l.name) = ''"),
    "모르는 시장": (NAMED, "split_part(l.market, ' ', 1) NOT IN ('KOSPI', 'KOSDAQ', 'KONEX')"),
    "시세의 시장과 다르다": (
        NAMED,
        "l.is_listed AND p.trade_date = l.as_of_date AND split_part(l.market, ' ', 1) <> split_part(p.market, ' ', 1)",
    ),
    "거래소 목록인데 ISIN이 없다": (NAMED, "l.is_listed AND l.isin IS NULL AND l.source_id <> 'NAVER'"),
    "ISIN이 종목코드의 것이 아니다": (
        NAMED,
        # Foreign companies have the number of their own country; a preferred share ends with another digit.
        (
            "l.is_listed AND (l.isin !~ '^[A-Z]{2}[0-9A-Z]{9}[0-9]$'"
            " OR (l.isin LIKE 'KR7%' AND substr(l.isin, 4, 5) <> left(l.ticker, 5)))"
        ),
    ),
    "같은 ISIN이 또 있다": (NAMED, "l.is_listed AND l.isin_count > 1"),
    "빈 글자": (
        NAMED,
        (
            "l.is_listed AND '' IN (l.sector, l.industry, l.products, l.settle_month, l.representative, l.homepage,"
            " l.region, l.security_group)"
        ),
    ),
    "상장폐지 목록의 증권 구분이나 사유가 비었다": (
        NAMED,
        (
            "NOT l.is_listed AND ('' IN (l.security_group, l.delisting_reason)"
            " OR (l.security_group IS NULL AND l.delisting_reason IS NOT NULL))"
        ),
    ),
    # One file describes a company; it says all of these or nothing; foreign companies have no industry.
    "기업 개요의 일부만 있다": (
        NAMED,
        "l.is_listed AND l.isin LIKE 'KR7%' AND num_nulls(l.industry, l.settle_month, l.representative) IN (1, 2)",
    ),
    "결산월이 달이 아니다": (NAMED, "l.settle_month !~ '^(0?[1-9]|1[0-2])월$'"),
    "코스닥인데 소속부가 없다": (
        NAMED,
        "l.is_listed AND l.sector IS NULL AND l.source_id <> 'NAVER' AND l.market LIKE 'KOSDAQ%'",
    ),
    "상장 중인데 상장폐지일이나 사유가 있다": (
        DATED,
        "l.is_listed AND num_nonnulls(l.delisting_date, l.delisting_reason) > 0",
    ),
    "상장폐지되었는데 날짜가 없다": (DATED, "NOT l.is_listed AND l.delisting_date IS NULL"),
    "상장폐지일이 아직 오지 않았다": (DATED, "NOT l.is_listed AND l.delisting_date > :today"),
    "상장일이 상장폐지일보다 늦다": (DATED, "NOT l.is_listed AND l.listing_date > l.delisting_date"),
    # Who moves to another market is listed there anew; its prices of before are of the old one.
    "시세가 있는데 상장일이 아직 오지 않았다": (
        DATED,
        "l.listing_date > p.trade_date AND split_part(l.market, ' ', 1) = split_part(p.market, ' ', 1)",
    ),
    "상장일 전에 같은 시장의 시세가 있다": (
        DATED,
        "l.ticker IN (SELECT ticker FROM earlier)",
    ),
    "기준일이 아직 오지 않았다": (DATED, "l.as_of_date > :today"),
    "같은 시장의 목록보다 한 달 넘게 오래되었다": (
        DATED,
        "l.is_listed AND l.source_id <> 'NAVER' AND l.as_of_date < l.market_as_of - 30",
    ),
    "상장주식수가 없거나 0 이하": (
        VALUED,
        "l.is_listed AND l.source_id <> 'NAVER' AND coalesce(l.shares, 0) <= 0",
    ),
    # New shares may be in the list a few days before or after they are in the prices; they do not double a company.
    "상장주식수가 시세의 두 배를 넘거나 절반이 안 된다": (
        VALUED,
        (
            "l.is_listed AND p.trade_date = l.as_of_date AND l.shares > 0"
            " AND l.shares NOT BETWEEN p.shares_outstanding / 2.0 AND p.shares_outstanding * 2.0"
        ),
    ),
    "시가총액이 종가 × 주식수의 두 배를 넘거나 절반이 안 된다": (
        VALUED,
        (
            "l.is_listed AND p.trade_date = l.as_of_date AND l.marcap NOT BETWEEN"
            " p.close_price * p.shares_outstanding / 2.0 AND p.close_price * p.shares_outstanding * 2.0"
        ),
    ),
    "미러의 목록인데 시가총액이 없다": (VALUED, "l.is_listed AND l.marcap IS NULL AND l.source_id = 'FDR'"),
}
"""What is wrong → (which check tells it, SQL of it)."""
BEFORE = timedelta(days=20)
"""A stock has no price in so many days before its listing, unless it came from another market."""
FAULTS = sql(
    "WITH {newest}, earlier AS MATERIALIZED (SELECT b.ticker FROM fdr_stock_listing l JOIN stock_price_daily b"
    " ON b.ticker = l.ticker AND b.trade_date >= l.listing_date - {before} AND b.trade_date < l.listing_date"
    " WHERE l.ticker = ANY(:doubted) AND b.quality_flag <> 'ADJUSTED'"
    " AND split_part(b.market, ' ', 1) = split_part(l.market, ' ', 1)),"
    " lists AS (SELECT split_part(market, ' ', 1) AS root,"
    " percentile_disc(0.5) WITHIN GROUP (ORDER BY as_of_date) AS market_as_of FROM fdr_stock_listing"
    " WHERE is_listed GROUP BY 1), known AS (SELECT l.*, n.market_as_of,"
    " count(l.isin) OVER (PARTITION BY l.isin, l.is_listed) AS isin_count"
    " FROM fdr_stock_listing l LEFT JOIN lists n ON n.root = split_part(l.market, ' ', 1)),"
    " judged AS (SELECT l.*, p.close_price, p.shares_outstanding, array_remove(ARRAY[{rules}], NULL) AS faults"
    " FROM known l LEFT JOIN newest p ON p.ticker = l.ticker)"
    " SELECT * FROM judged WHERE cardinality(faults) > 0 ORDER BY ticker",
    newest=newest_rows(("market", "close_price", "shares_outstanding"), Fragment("quality_flag <> 'ADJUSTED'")),
    before=BEFORE.days,
    rules=[Fragment(f"CASE WHEN {wrong} THEN '{what}' END") for what, (_, wrong) in RULES.items()],
)
LEAST_DESCRIBED = 0.8
"""Of 2,768 recorded common shares every one had a description."""
LEAST_KEPT = 0.98
"""A ticker that left and came back is in the history of leavings, and listed."""


@check(
    "listing.names",
    "상장 목록의 이름·시장·ISIN",
    WARNING,
    "fdr_stock_listing",
    "상장된 종목마다 이름, 아는 시장, 자기 ISIN이 있고 시장이 그날의 시세와 같다",
    AGAIN,
    units=listing_again,
)
def wrong_names(scope: Scope) -> Rows:
    """Find rows whose name, market, ISIN or description cannot be theirs."""
    return _having(scope, NAMED, "name", "market", "isin")


@check(
    "listing.dates",
    "상장일과 상장폐지일",
    WARNING,
    "fdr_stock_listing",
    "상장 중이면 상장폐지일이 없고, 상장일 전에 같은 시장의 시세가 없다",
    AGAIN,
    units=listing_again,
)
def wrong_dates(scope: Scope) -> Rows:
    """Find rows whose dates contradict each other, today, or the prices."""
    return _having(scope, DATED, "name", "listing_date", "delisting_date", "as_of_date")


@check(
    "listing.values",
    "상장 목록의 주식수와 시가총액",
    WARNING,
    "fdr_stock_listing",
    "상장주식수와 시가총액이 같은 날 시세의 것과 두 배 넘게 다르지 않다",
    AGAIN,
    units=listing_again,
)
def wrong_values(scope: Scope) -> Rows:
    """Find listed shares and market values that the price of the same session contradicts."""
    return _having(scope, VALUED, "name", "shares", "shares_outstanding", "marcap", "close_price")


def _having(scope: Scope, kind: str, *columns: str) -> Rows:
    """Return the rows with a fault of this kind."""
    found = []
    for row in scope.once(_faults):
        told = [what for what in row["faults"] if RULES[what][0] == kind]
        if told:
            found.append({"ticker": row["ticker"], "무엇": ", ".join(told), **{name: row[name] for name in columns}})
    return found


def _faults(scope: Scope) -> Rows:
    return scope.rows(FAULTS, today=scope.now.date(), doubted=_maybe_priced_before(scope))


def _maybe_priced_before(scope: Scope) -> list[str]:
    """Return the listed stocks that may have had prices before their listing, within the span.

    Of most the pass over the span has the first row, which is that of the listing: only others are looked up.
    """
    began = {
        row["ticker"]: row["trade_date"] for row in scope.once(row_faults.every) if row_faults.FIRST in row["rules"]
    }
    oldest = min((row["trade_date"] for row in scope.once(day_sums.oldest)), default=scope.last)
    listed = scope.rows(
        text(
            "SELECT ticker, listing_date FROM fdr_stock_listing"
            " WHERE is_listed AND listing_date >= :first AND listing_date > :oldest"
        ),
        first=scope.sessions[0],
        oldest=oldest,
    )
    return [
        row["ticker"]
        for row in listed
        if row["listing_date"] - BEFORE < scope.sessions[0]
        or began.get(row["ticker"], scope.sessions[0]) < row["listing_date"]
    ]


@check(
    "listing.lost_rows",
    "사라진 상장 목록의 행",
    CRITICAL,
    "fdr_stock_listing",
    "마지막 상장 목록과 상장폐지 목록에서 받은 만큼의 행이 있다",
    AGAIN,
    units=listing_again,
)
def lost_rows(scope: Scope) -> Rows:
    """Find fewer listed stocks than the newest list had, or fewer of those gone than the newest history had."""
    return scope.rows(
        text(
            "WITH newest AS (SELECT DISTINCT ON (kind) split_part(unit, ':', 1) AS kind, unit, row_count"
            " FROM unit_ledger WHERE dataset = :name AND status IN ('done', 'provisional')"
            " ORDER BY kind, unit DESC), counted AS (SELECT n.unit AS 목록, n.row_count AS 받은_행,"
            " (SELECT count(*) FROM fdr_stock_listing l WHERE l.is_listed = (n.kind = :current)) AS 지금,"
            " CASE n.kind WHEN :current THEN 1 ELSE CAST(:kept AS numeric) END AS share"
            " FROM newest n WHERE n.kind IN (:current, :delisted))"
            " SELECT 목록, 받은_행, 지금 FROM counted WHERE 지금 < share * 받은_행"
        ),
        name=listing.NAME,
        current=listing.CURRENT,
        delisted=listing.DELISTED,
        kept=LEAST_KEPT,
    )


@check(
    "listing.described",
    "기업 개요",
    WARNING,
    "fdr_stock_listing",
    "기업 개요를 받은 뒤에는 보통주 대부분에 업종, 결산월, 대표자, 지역, 상장일, 주요 제품이 있다",
    f"다시 받으세요({AGAIN}). FDR 미러가 멈춘 동안에는 다른 곳에 없습니다: 백업에서 되살릴지 운영자가 정하세요",
    level=WEEKLY,
    units=listing_again,
)
def undescribed(scope: Scope) -> Rows:
    """Find a part of the descriptions that most listed common shares lack although the descriptions were read."""
    columns = ("industry", "settle_month", "representative", "region", "listing_date", "products")
    row = scope.rows(
        sql(
            "SELECT count(*) AS 보통주, {counts} FROM fdr_stock_listing"
            " WHERE is_listed AND ticker LIKE '%0' AND isin LIKE 'KR7%' AND EXISTS (SELECT 1 FROM unit_ledger"
            " WHERE dataset = :name AND unit LIKE :described AND status = 'done' AND row_count > 0)",
            counts=[fragment("count({name}) AS {name}", name=name) for name in columns],
        ),
        name=listing.NAME,
        described=f"{listing.DESCRIPTION}:%",
    )[0]
    return [
        {"무엇": name, "보통주": row["보통주"], "있는_종목": row[name]}
        for name in columns
        if row[name] < LEAST_DESCRIBED * row["보통주"]
    ]
