"""Checks of ``stocks``: each column is what it is derived from, and nobody is missing or too many."""

from datetime import date

from sqlalchemy import text

from foresto_cli.collecting.checks import CRITICAL, SCORE, WARNING, WEEKLY, Rows, Scope, Units, check
from foresto_cli.datasets.listed import crno, enrichment, stocks
from foresto_cli.datasets.listed.asking_again import listing_again, numbers_again
from foresto_cli.datasets.prices import day_sums

DERIVED = "foresto stocks load"
PRICED = ("current_price", "price_date", "ytd_return", "one_year_return", "designation", "designated_since")
"""Columns that follow from prices alone."""
SHOWN = 3

# Derived by a later run than read the list and the prices, or by the same: until then it is not yet brought up to date.
# By the numbers of the runs: the clock may have been ahead once.
IS_CURRENT = text(
    "SELECT coalesce((SELECT max(run_id) FROM unit_ledger WHERE dataset = :name AND status = 'done')"
    " >= (SELECT max(run_id) FROM data_load_batch WHERE batch_id IN"
    " (:batch, (SELECT max(batch_id) FROM fdr_stock_listing))), false)"
)


def derived_again(scope: Scope, rows: Rows) -> Units:
    """Return what stocks are derived from, so that a wrong source is not copied: prices, the list, and themselves.

    Who is missing in ``stocks`` needs what is no longer known without asking: its numbers, its name at Yahoo's.
    """
    units: Units = {stocks.DATASET.name: ["all"]}
    days = sorted({f"{row['price_date']}" for row in rows if row["price_date"] and set(row["columns"]) & {*PRICED}})
    if days:
        units = {**units, "prices.day": days}
    if any(set(row["columns"]) - {*PRICED} for row in rows):
        units = {**units, **listing_again(scope, rows)}
    missing = [row["ticker"] for row in rows if row["is_missing"]]
    if missing:
        units = {**units, **_asked_once(scope, missing)}
    return units


def _asked_once(scope: Scope, tickers: list[str]) -> Units:
    """Return what was asked for these stocks beside the list and prices, and their score."""
    units = {
        enrichment.NAME: [
            row["unit"]
            for row in scope.rows(
                text("SELECT unit FROM unit_ledger WHERE dataset = :name AND unit = ANY(:tickers) AND status = 'done'"),
                name=enrichment.NAME,
                tickers=tickers,
            )
        ],
        **numbers_again(scope, []),
        **scores_again(scope, []),
    }
    return {name: keys for name, keys in units.items() if keys}


def scores_again(scope: Scope, _rows: Rows) -> Units:
    """Return the newest scored session, if there is one."""
    newest = scope.rows(text("SELECT max(score_date) AS day FROM compass_score_history"))[0]["day"]
    return {SCORE: [f"{newest}"]} if newest else {}


@check(
    "stocks.derived",
    "종목 표의 값",
    WARNING,
    "stocks",
    "종목 표는 상장 목록과 저장된 시세에서 계산한 그대로이다",
    f"{DERIVED} --again",
    units=derived_again,
)
def other_than_derived(scope: Scope) -> Rows:
    """Find rows of ``stocks`` that are missing, or are not what the listing and the prices make them."""
    if not _is_current(scope):
        return []
    stored = {row["ticker"]: row for row in scope.rows(text("SELECT * FROM stocks"))}
    found = []
    for wanted in stocks.wanted(scope.connection, scope.calendar):
        row = stored.get(wanted["ticker"])
        columns = [name for name in wanted if row is None or row[name] != wanted[name]]
        if columns:
            told = [f"{name} {row[name]} ≠ {wanted[name]}" for name in columns[:SHOWN]] if row else ["행이 없다"]
            named = {name: wanted[name] for name in ("ticker", "name", "price_date")}
            found.append({**named, "무엇": ", ".join(told), "columns": columns, "is_missing": row is None})
    return found


def _is_current(scope: Scope) -> bool:
    batch = max((day["batch"] for day in scope.once(day_sums.every)), default=None)
    return bool(scope.connection.scalar(IS_CURRENT, {"name": stocks.DATASET.name, "batch": batch}))


@check(
    "stocks.ghosts",
    "목록에 없는 종목",
    CRITICAL,
    "stocks",
    "종목 표의 종목은 상장 목록(상장폐지된 것 포함)에 있다",
    "상장 목록을 다시 받고(foresto listing load --again), 그래도 없으면 어디에도 없는 종목입니다: foresto는 행을 지우지"
    " 않으므로 운영자가 정하세요",
    units=listing_again,
)
def not_in_any_list(scope: Scope) -> Rows:
    """Find rows of ``stocks`` that the listing, who left included, does not know."""
    return scope.rows(
        text(
            "SELECT ticker, name, market, price_date FROM stocks s"
            " WHERE NOT EXISTS (SELECT 1 FROM fdr_stock_listing l WHERE l.ticker = s.ticker) ORDER BY 1"
        )
    )


@check(
    "stocks.company_numbers",
    "법인등록번호의 짝",
    WARNING,
    "stocks",
    "법인등록번호는 한 발행회사의 것이고, 배당 기록의 번호와 같으며, 한 번 받은 뒤에는 비지 않는다",
    DERIVED,
    level=WEEKLY,
    units=numbers_again,
)
def wrong_company_numbers(scope: Scope) -> Rows:
    """Find company numbers that two issuers share, that dividends contradict, or that are gone.

    A preferred share listed after the newest list of numbers has none yet.
    """
    told = _newest_numbers(scope)
    if told is None:
        return []
    return scope.rows(
        text(
            "WITH paid AS (SELECT ticker, max(crno) AS crno FROM dividend_history WHERE crno IS NOT NULL"
            " AND ticker LIKE '%0' GROUP BY ticker HAVING min(crno) = max(crno)),"
            " shared AS (SELECT crno FROM stocks WHERE is_active AND crno IS NOT NULL"
            " GROUP BY crno HAVING count(DISTINCT left(ticker, 5)) > 1)"
            " SELECT s.ticker, s.name, s.crno, p.crno AS 배당_기록, i.crno AS 보통주 FROM stocks s"
            " LEFT JOIN paid p ON p.ticker = s.ticker"
            " LEFT JOIN stocks i ON i.ticker = left(s.ticker, 5) || '0' AND i.ticker <> s.ticker"
            " WHERE s.is_active AND (s.crno IN (SELECT crno FROM shared) OR s.crno IS DISTINCT FROM"
            " coalesce(p.crno, i.crno, s.crno) AND (s.crno IS NULL AND s.listing_date > :told) IS NOT TRUE"
            ") OR s.crno !~ '^[0-9]{13}$' ORDER BY 1"
        ),
        told=told,
    )


def _newest_numbers(scope: Scope) -> date | None:
    """Return the day of the newest list of company numbers; None when it was never asked for."""
    days = numbers_again(scope, []).get(crno.NAME)
    return date.fromisoformat(days[0]) if days else None


@check(
    "stocks.english",
    "영문 이름과 Yahoo 업종",
    WARNING,
    "stocks",
    "Yahoo에서 받은 종목에는 영문 이름이나 업종이 있다",
    "foresto stocks load --enrich --again",
    level=WEEKLY,
    units=lambda _, rows: {enrichment.NAME: [row["ticker"] for row in rows]},
)
def lost_english_names(scope: Scope) -> Rows:
    """Find stocks of which Yahoo told something that is not there, or is blank."""
    return scope.rows(
        text(
            "SELECT s.ticker, s.name, s.english_name, s.yahoo_sector, s.enriched_at FROM stocks s"
            " JOIN unit_ledger u ON u.dataset = :name AND u.unit = s.ticker AND u.status = 'done'"
            " WHERE (s.english_name IS NULL AND s.yahoo_sector IS NULL) OR '' IN (s.english_name, s.yahoo_sector)"
            " OR s.enriched_at IS NULL ORDER BY 1"
        ),
        name=enrichment.NAME,
    )
