"""Checks of the exchange's own ratios: of the day whose they are, and not far from what our statements say."""

from foresto_cli.collecting.checks import CRITICAL, WARNING, WEEKLY, Rows, Scope, check, days_of
from foresto_cli.store.fragments import Fragment, fragment, sql

OTHER_DAY = 0.2
"""Of rows whose base price is another than that of the stored prices; a share above this is of another day."""
LEAST = 30
"""Stocks compared; fewer say nothing of the rest."""
FAR = 2
"""Half or twice as much is far apart."""
MOST_FAR = 0.1
"""Share of stocks that may be far apart. The exchange divides what the annual report says, often by weighted shares:
on 2021-01-08 14 % of 515 recorded stocks were more than a fifth apart, 2 % more than twice."""
OLDEST = 900
"""Days that the two newest annual reports reach back."""


def _apart(name: str) -> Fragment:
    return fragment("our_{name} / {name} NOT BETWEEN 1.0 / {far} AND {far}", name=name, far=FAR)


JUDGED = fragment(
    "WITH day AS (SELECT max(trade_date) AS day FROM krx_fundamental_daily WHERE trade_date >= :first),"
    " version AS (SELECT DISTINCT ON (ticker, period_end) ticker, period_end, currency,"
    " coalesce(owners_net_income, net_income) AS income, coalesce(owners_equity, total_equity) AS equity"
    " FROM financial_report, day WHERE fiscal_quarter = 4 AND rcept_dt <= day"
    " AND period_end >= day - {oldest} ORDER BY ticker, period_end, fs_div, rcept_no DESC),"
    " annual AS (SELECT *, row_number() OVER (PARTITION BY ticker ORDER BY period_end DESC) AS place"
    " FROM version),"
    " classes AS (SELECT left(ticker, 5) AS root, sum(shares) AS shares FROM stocks WHERE is_active"
    " GROUP BY 1 HAVING sum(shares) > 0),"
    " compared AS (SELECT f.ticker, f.eps, f.bps, place, a.income / c.shares AS our_eps,"
    " a.equity / c.shares AS our_bps FROM krx_fundamental_daily f JOIN day ON f.trade_date = day"
    " JOIN annual a ON a.ticker = f.ticker AND place <= 2 AND currency = 'KRW'"
    " JOIN classes c ON c.root = left(f.ticker, 5)"
    " WHERE right(f.ticker, 1) = '0' AND (f.eps > 0 OR f.bps > 0)),"
    " judged AS (SELECT ticker, max(eps) AS eps, max(bps) AS bps,"
    " max(our_eps) FILTER (WHERE place = 1) AS our_eps, max(our_bps) FILTER (WHERE place = 1) AS our_bps,"
    " bool_and({eps}) FILTER (WHERE eps > 0) IS TRUE OR bool_and({bps}) FILTER (WHERE bps > 0) IS TRUE"
    " AS is_far FROM compared GROUP BY ticker)",
    eps=_apart("eps"),
    bps=_apart("bps"),
    oldest=OLDEST,
)
"""The common table ``judged``: common shares with the exchange's EPS and BPS, ours, and whether these are far apart."""


@check(
    "fundamentals.day",
    "거래소 지표의 거래일",
    CRITICAL,
    "krx_fundamental_daily",
    "거래소 지표의 종가 − 대비는 그 거래일의 기준가이다",
    lambda rows: (
        "foresto fundamentals load --again"
        f" --from {min(row['거래일'] for row in rows)} --to {max(row['거래일'] for row in rows)}"
    ),
    units=days_of("fundamentals"),
)
def another_day(scope: Scope) -> Rows:
    """Find sessions whose rows do not rest on the base prices of that session: the page showed another one."""
    return scope.rows(
        sql(
            "SELECT trade_date AS 거래일, count(*) AS 종목, count(*) FILTER (WHERE is_other) AS 다른_기준가 FROM ("
            "SELECT f.trade_date, f.close_price - f.price_change <> p.prev_close AS is_other"
            " FROM krx_fundamental_daily f JOIN stock_price_daily p USING (ticker, trade_date)"
            " WHERE f.trade_date >= :first AND p.prev_close IS NOT NULL AND p.quality_flag <> 'ADJUSTED') AS seen"
            " GROUP BY 1 HAVING count(*) FILTER (WHERE is_other) > {share} * count(*) ORDER BY 1",
            share=OTHER_DAY,
        ),
        first=scope.sessions[0],
    )


@check(
    "fundamentals.ratios",
    "거래소 지표와 재무제표",
    WARNING,
    "krx_fundamental_daily",
    "거래소의 EPS·BPS는 저장된 두 최신 사업보고서 가운데 하나의 것과 두 배 넘게 다르지 않다",
    "foresto fundamentals load --again",
    level=WEEKLY,
)
def far_apart(scope: Scope) -> Rows:
    """Find common shares whose EPS or BPS is far from our annual one, where these are more than a small share of all.

    On like basis: the exchange's ratios rest on the last annual report, ours (``stocks.pe_ratio``) on twelve months.
    After a report has come the exchange may go on with the one before, so the nearer of the two newest counts.
    """
    return scope.rows(
        sql(
            "{judged}, counted AS (SELECT *, count(*) OVER () AS compared,"
            " count(*) FILTER (WHERE is_far) OVER () AS far FROM judged)"
            " SELECT ticker AS 종목, eps AS 거래소_eps, round(our_eps) AS 사업보고서_eps, bps AS 거래소_bps,"
            " round(our_bps) AS 사업보고서_bps, compared AS 비교한_종목 FROM counted"
            " WHERE is_far AND compared >= {least} AND far > {share} * compared ORDER BY 1",
            judged=JUDGED,
            least=LEAST,
            share=MOST_FAR,
        ),
        first=scope.sessions[0],
    )
