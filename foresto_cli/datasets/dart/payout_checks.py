"""Checks of DART's dividends: lost reports, impossible values, later reports and FSC's records that say otherwise."""

from datetime import timedelta

from sqlalchemy import text

from foresto_cli.collecting.checks import WARNING, WEEKLY, Rows, Scope, Units, check
from foresto_cli.datasets.dart import dividends
from foresto_cli.datasets.dart.payouts import AFTERWARDS
from foresto_cli.datasets.dart.share_classes import COMMON, PREFERRED
from foresto_cli.datasets.open_data import stock_dividends as open_dividends
from foresto_cli.datasets.open_data.record_closes import CLOSES
from foresto_cli.store.fragments import sql
from foresto_cli.upstream import dart, fsc

BEFORE = timedelta(days=730)
"""So far before the sessions looked at, as of FSC's dividends."""
FAR = 4
"""Two statements of one dividend on one par value that are so many times apart are in different units."""
LARGEST_JUMP = 200
"""Between the dividends of two years: one in thousands is further off."""
MOST_APART = 3
"""Between what DART and FSC say of a year, in the middle of all who paid: single companies differ by interim cash."""
FEWEST_PAYERS = 10
FURTHEST = 7
"""Days between the day in a receipt number and the day of receipt."""


def _companies_again(_: Scope, rows: Rows) -> Units:
    return {dividends.DATASET.name: sorted({row["단위"] for row in rows})}


@check(
    "payouts.lost",
    "사라진 배당(DART)",
    WARNING,
    "dividend_history",
    "읽은 사업보고서의 배당이 모두 저장되어 있다",
    level=WEEKLY,
    units=_companies_again,
)
def lost_payouts(scope: Scope) -> Rows:
    """Find companies and years with fewer rows than their report gave: its own year's, and those of the year before.

    What a report says of the year before is not stored of companies whose fiscal years are shorter.
    """
    return scope.rows(
        text(
            "WITH asked AS (SELECT unit, CAST(left(unit, 4) AS int) AS year, split_part(unit, '/', 2) AS corp_code,"
            "  row_count FROM unit_ledger WHERE dataset = :dataset AND status = 'done' AND unit ~ '^\\d{4}/\\d{8}$'"
            "  AND row_count > 0),"
            " stored AS (SELECT corp_code, CAST(extract(year FROM dvdn_bas_dt) AS int)"
            "   + CASE WHEN scrs_itms_kcd = :later THEN 1 ELSE 0 END AS year, count(*) AS rows,"
            "   count(*) FILTER (WHERE scrs_itms_kcd = '') AS own FROM dividend_history WHERE source_id = :source"
            "  GROUP BY 1, 2),"
            " short AS (SELECT DISTINCT corp_code FROM (SELECT corp_code, dvdn_bas_dt - lag(dvdn_bas_dt) OVER ("
            "   PARTITION BY corp_code ORDER BY dvdn_bas_dt) AS days FROM (SELECT DISTINCT corp_code, dvdn_bas_dt"
            "   FROM dividend_history WHERE source_id = :source AND scrs_itms_kcd = '') d) g WHERE days < 360)"
            " SELECT a.unit AS 단위, a.row_count AS 기록, coalesce(s.rows, 0) AS 실제 FROM asked a"
            " LEFT JOIN stored s USING (corp_code, year) WHERE coalesce(s.own, 0) = 0"
            " OR (s.rows < a.row_count AND NOT EXISTS (SELECT 1 FROM short WHERE short.corp_code = a.corp_code))"
            " ORDER BY 1"
        ),
        dataset=dividends.DATASET.name,
        source=dart.SOURCE_ID,
        later=AFTERWARDS,
    )


@check(
    "payouts.values",
    "있을 수 없는 배당(DART)",
    WARNING,
    "dividend_history",
    "배당금, 액면가, 날짜, 종목이 서로 맞고 이듬해 보고서가 말한 것과 어긋나지 않는다",
    level=WEEKLY,
    units=_companies_again,
)
def contradicted_payouts(scope: Scope) -> Rows:
    """Find rows of late that contradict themselves, the list of companies, or what the next report says of the year."""
    return scope.rows(
        sql(
            "WITH {closes},"
            " told AS (SELECT d.*, c.ticker AS common, o.stck_genr_dvdn_amt AS other, o.stck_par_prc AS other_par,"
            "  split_part(d.security_id, '/', 2) AS kind, CAST(extract(year FROM d.dvdn_bas_dt) AS int)"
            "   + CASE WHEN d.scrs_itms_kcd = :later THEN 1 ELSE 0 END AS year,"
            "  lag(d.stck_par_prc) OVER w AS par_before, lead(d.stck_par_prc) OVER w AS par_after,"
            "  greatest(lag(nullif(d.stck_genr_dvdn_amt, 0)) OVER w, lead(nullif(d.stck_genr_dvdn_amt, 0)) OVER w)"
            "   AS beside,"
            "  p.close_price AS price"
            "  FROM dividend_history d LEFT JOIN dart_company c ON c.corp_code = d.corp_code"
            "  LEFT JOIN closes p ON p.ticker = d.ticker AND p.day = d.dvdn_bas_dt"
            "  LEFT JOIN dividend_history o ON o.security_id = d.security_id AND o.dvdn_bas_dt = d.dvdn_bas_dt"
            "   AND o.source_id = d.source_id AND o.scrs_itms_kcd <> d.scrs_itms_kcd"
            "  WHERE d.source_id = :source AND d.dvdn_bas_dt >= :first_day"
            "  WINDOW w AS (PARTITION BY d.security_id, d.scrs_itms_kcd ORDER BY d.dvdn_bas_dt)),"
            " judged AS (SELECT *, CASE"
            "  WHEN stck_genr_dvdn_amt < 0 OR stck_par_prc <= 0 THEN '음수'"
            "  WHEN stck_genr_dvdn_amt > :most OR stck_genr_dvdn_amt > price"
            "   OR (beside > 0 AND stck_genr_dvdn_amt > :jump * beside) THEN '주당 배당금'"
            "  WHEN rcept_dt > :today OR rcept_dt <= dvdn_bas_dt THEN '접수일'"
            "  WHEN left(rcept_no, 8) NOT BETWEEN to_char(rcept_dt - CAST(:furthest AS integer), 'YYYYMMDD')"
            " AND to_char(rcept_dt + CAST(:furthest AS integer), 'YYYYMMDD') THEN '접수일과 접수번호'"
            "  WHEN fiscal_year <> extract(year FROM dvdn_bas_dt) THEN '사업연도'"
            "  WHEN split_part(security_id, '/', 1) <> corp_code THEN '고유번호'"
            "  WHEN split_part(kind, '#', 1) <> scrs_itms_kcd_nm THEN '주식 종류'"
            "  WHEN left(ticker, 5) <> left(common, 5) OR (scrs_itms_kcd_nm = :common AND ticker <> common)"
            "   OR (scrs_itms_kcd_nm = :preferred AND ticker = common) THEN '종목코드'"
            "  WHEN other > 0 AND stck_genr_dvdn_amt > 0 AND num_nonnulls(stck_par_prc, other_par) <> 1"
            "   AND (stck_genr_dvdn_amt / nullif(coalesce(stck_par_prc, 1), 0)) / nullif(other /"
            " nullif(coalesce(other_par, 1), 0), 0)"
            "    NOT BETWEEN 1.0 / :far AND :far THEN '이듬해 보고서의 배당금'"
            "  WHEN stck_par_prc <> par_before AND stck_par_prc <> par_after AND par_before = par_after THEN '액면가'"
            " END AS wrong FROM told)"
            " SELECT year || '/' || left(security_id, 8) AS 단위, security_id AS 증권, ticker, dvdn_bas_dt AS 결산일,"
            " scrs_itms_kcd AS 구분, stck_genr_dvdn_amt AS 배당금, wrong AS 어긋난_것 FROM judged"
            " WHERE wrong IS NOT NULL ORDER BY 4 DESC, 2",
            closes=CLOSES,
        ),
        source=dart.SOURCE_ID,
        later=AFTERWARDS,
        first_day=scope.sessions[0] - BEFORE,
        most=dividends.MOST_WON,
        jump=LARGEST_JUMP,
        today=scope.now.date(),
        furthest=FURTHEST,
        common=COMMON,
        preferred=PREFERRED,
        far=FAR,
    )


def _both_again(scope: Scope, rows: Rows) -> Units:
    # The next year's report tells of the year too.
    years = sorted({row["사업연도"] + later for row in rows for later in (0, 1)})
    companies = scope.rows(
        text("SELECT unit FROM unit_ledger WHERE dataset = :dataset AND CAST(left(unit, 4) AS int) = ANY(:years)"
             " AND unit ~ '^\\d{4}/\\d{8}$' ORDER BY 1"),
        dataset=dividends.DATASET.name,
        years=years,
    )  # fmt: skip
    return {
        dividends.DATASET.name: [row["unit"] for row in companies],
        open_dividends.DATASET.name: [f"{scope.calendar.latest_in_open_data(scope.now)}"],
    }


@check(
    "payouts.sources",
    "두 출처가 말하는 배당",
    WARNING,
    "dividend_history",
    "한 해의 배당이 DART와 금융위에서 대체로 같다(가운데 회사에서 3배 넘게 다르지 않다)",
    level=WEEKLY,
    units=_both_again,
)
def disagreeing_sources(scope: Scope) -> Rows:
    """Find years in which DART's dividend of a fiscal year is not, in the middle, about the sum of FSC's records."""
    return scope.rows(
        text(
            "WITH fsc AS (SELECT ticker, dvdn_bas_dt, stck_genr_dvdn_amt AS paid FROM dividend_history"
            "  WHERE source_id = :fsc AND NOT is_outlier AND stck_genr_dvdn_amt > 0),"
            " both_told AS (SELECT d.fiscal_year, d.stck_genr_dvdn_amt / nullif(sum(f.paid), 0) AS apart FROM"
            " dividend_history d"
            "  JOIN fsc f ON f.ticker = d.ticker AND f.dvdn_bas_dt BETWEEN d.dvdn_bas_dt - 364 AND d.dvdn_bas_dt"
            "  WHERE d.source_id = :dart AND d.scrs_itms_kcd = '' AND d.stck_genr_dvdn_amt > 0"
            "  AND d.dvdn_bas_dt >= :first_day GROUP BY d.security_id, d.dvdn_bas_dt, d.fiscal_year,"
            "  d.stck_genr_dvdn_amt)"
            " SELECT fiscal_year AS 사업연도, count(*) AS 종목, round(CAST(percentile_cont(0.5) WITHIN GROUP"
            " (ORDER BY apart) AS numeric), 2) AS DART_대_금융위 FROM both_told GROUP BY 1 HAVING count(*) >= :fewest"
            " AND percentile_cont(0.5) WITHIN GROUP (ORDER BY apart) NOT BETWEEN 1.0 / :most AND :most ORDER BY 1"
        ),
        fsc=fsc.SOURCE_ID,
        dart=dart.SOURCE_ID,
        first_day=scope.sessions[0] - BEFORE,
        fewest=FEWEST_PAYERS,
        most=MOST_APART,
    )
