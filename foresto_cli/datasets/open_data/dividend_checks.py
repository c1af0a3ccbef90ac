"""Checks of FSC's dividends: lost records, and values that their neighbours contradict."""

from datetime import timedelta

from sqlalchemy import text

from foresto_cli.collecting.checks import WARNING, Rows, Scope, Units, check
from foresto_cli.datasets.open_data import stock_dividends
from foresto_cli.datasets.open_data.dividend_rows import COMMON, FIRST_ISSUE, KOREAN_SHARE, LARGEST_PAR, MOST_WON
from foresto_cli.datasets.open_data.record_closes import CLOSES
from foresto_cli.store.fragments import sql
from foresto_cli.upstream import fsc

BEFORE = timedelta(days=730)
"""So far before the sessions looked at: a dividend counts for a year, and is compared with the year before."""
ANNOUNCED = 400
"""Days; no record date is announced further ahead than a year."""
FAR = 4
"""A par value restated by the rate of one record alone, so many times off: par values change by splits, and stay so."""


def _list_again(scope: Scope, _: Rows) -> Units:
    return {stock_dividends.DATASET.name: [f"{scope.calendar.latest_in_open_data(scope.now)}"]}


@check(
    "dividends.lost",
    "사라진 배당",
    WARNING,
    "dividend_history",
    "금융위 목록에 있던 배당이 모두 저장되어 있다",
    units=_list_again,
)
def lost_dividends(scope: Scope) -> Rows:
    """Find fewer records than the newest whole table had; none is ever taken out but of record dates to come."""
    return scope.rows(
        text(
            "SELECT u.unit AS 기준일, u.row_count AS 기록, stored AS 실제 FROM (SELECT unit, row_count FROM unit_ledger"
            " WHERE dataset = :dataset AND status = 'done' ORDER BY unit DESC LIMIT 1) u,"
            " (SELECT count(*) AS stored FROM dividend_history WHERE source_id = :source) n"
            " WHERE stored < row_count"
        ),
        dataset=stock_dividends.DATASET.name,
        source=fsc.SOURCE_ID,
    )


@check(
    "dividends.values",
    "있을 수 없는 배당",
    WARNING,
    "dividend_history",
    "배당금, 액면가, 날짜, 종류, 종목이 서로 맞고 같은 종목의 앞뒤 배당과 어긋나지 않는다",
    units=_list_again,
)
def contradicted_dividends(scope: Scope) -> Rows:
    """Find records of late that contradict themselves or their neighbours.

    Cash ÷ its rate is the par value of the time: one that differs from those before and after it, and from today's,
    belongs to an amount or a rate in another unit.
    """
    return scope.rows(
        sql(
            "WITH {closes},"
            " told AS (SELECT d.*, 100 * d.stck_genr_dvdn_amt / nullif(d.stck_genr_cash_dvdn_rt, 0) AS implied"
            "  FROM dividend_history d WHERE d.source_id = :source),"
            " near AS (SELECT *, lag(implied) OVER w AS implied_before, lead(implied) OVER w AS implied_after,"
            "  lag(stck_par_prc) OVER w AS par_before, lead(stck_par_prc) OVER w AS par_after FROM told"
            "  WINDOW w AS (PARTITION BY security_id, scrs_itms_kcd ORDER BY dvdn_bas_dt)),"
            " usual AS (SELECT scrs_itms_kcd, mode() WITHIN GROUP (ORDER BY scrs_itms_kcd_nm) AS name, count(*) AS rows"
            "  FROM told GROUP BY 1),"
            " late AS (SELECT n.*, u.name AS usual_name, coalesce(l.ticker, CASE WHEN left(n.isin_cd, 3) = :korean"
            "   AND substr(n.isin_cd, 10, 2) = :first AND substr(n.isin_cd, 9, 1) = :common"
            "   THEN substr(n.isin_cd, 4, 6) END) AS own_ticker,"
            "  p.close_price AS price"
            "  FROM near n JOIN usual u USING (scrs_itms_kcd)"
            "  LEFT JOIN closes p ON p.ticker = n.ticker AND p.day = n.dvdn_bas_dt"
            "  LEFT JOIN (SELECT isin, min(ticker) AS ticker FROM fdr_stock_listing GROUP BY 1) l"
            "   ON l.isin = n.isin_cd WHERE n.dvdn_bas_dt >= :first_day),"
            " judged AS (SELECT *, CASE"
            "  WHEN stck_genr_dvdn_amt < 0 OR stck_genr_cash_dvdn_rt < 0 OR stck_par_prc < 0 THEN '음수'"
            "  WHEN dvdn_bas_dt > CAST(:today AS date) + CAST(:announced AS int) THEN '먼 기준일'"
            "  WHEN cash_dvdn_pay_dt < dvdn_bas_dt THEN '기준일보다 앞선 지급일'"
            "  WHEN isin_cd <> security_id THEN 'ISIN'"
            "  WHEN ticker <> own_ticker THEN '종목코드'"
            "  WHEN scrs_itms_kcd_nm <> usual_name THEN '증권 종류'"
            "  WHEN NOT is_outlier AND (stck_genr_dvdn_amt > :most OR implied > :largest) THEN '주당 배당금'"
            "  WHEN NOT is_outlier AND stck_genr_dvdn_amt > price THEN '주가보다 큰 배당금'"
            "  WHEN NOT is_outlier AND num_nonnulls(implied_before, implied_after, stck_par_prc) > 1"
            "   AND coalesce(implied / nullif(implied_before, 0) NOT BETWEEN 1.0 / :far AND :far, true)"
            "   AND coalesce(implied / nullif(implied_after, 0) NOT BETWEEN 1.0 / :far AND :far, true)"
            "   AND coalesce(implied / nullif(stck_par_prc, 0) NOT BETWEEN 1.0 / :far AND :far, true)"
            "   AND implied IS NOT NULL THEN '배당금과 배당률'"
            "  WHEN stck_par_prc <> par_before AND stck_par_prc IS DISTINCT FROM par_after"
            "   AND (par_after IS NOT NULL OR implied / nullif(stck_par_prc, 0) NOT BETWEEN 1.0 / :far AND :far)"
            "   THEN '액면가' END AS wrong FROM late)"
            " SELECT security_id AS 증권, ticker, dvdn_bas_dt AS 기준일, cash_dvdn_pay_dt AS 지급일,"
            " stck_genr_dvdn_amt AS 배당금, wrong AS 어긋난_것 FROM judged WHERE wrong IS NOT NULL ORDER BY 3 DESC, 1",
            closes=CLOSES,
        ),
        source=fsc.SOURCE_ID,
        korean=KOREAN_SHARE,
        first=FIRST_ISSUE,
        common=COMMON,
        first_day=scope.sessions[0] - BEFORE,
        today=scope.now.date(),
        announced=ANNOUNCED,
        most=MOST_WON,
        largest=LARGEST_PAR,
        far=FAR,
    )
