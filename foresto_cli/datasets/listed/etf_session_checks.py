"""Checks of the history of ETFs: no session is missing, and the returns are those of the stored prices."""

from sqlalchemy import text

from foresto_cli.collecting.checks import CRITICAL, WARNING, Rows, Scope, check
from foresto_cli.collecting.derived import UNIT
from foresto_cli.datasets.listed import etf_returns
from foresto_cli.datasets.listed.asking_again import fund_sessions_again
from foresto_cli.datasets.listed.etf_checks import PRICES_AGAIN
from foresto_cli.datasets.listed.etf_days import LEAST_SHARE


@check(
    "etf.sessions",
    "빠진 ETF 거래일",
    CRITICAL,
    "etf_price_daily",
    "주식 시세가 있는 거래일마다 ETF 시세가 있고, ETF 수가 앞뒤 거래일과 비슷하다",
    PRICES_AGAIN,
    units=fund_sessions_again,
)
def missing_sessions(scope: Scope) -> Rows:
    """Find sessions of stocks without any ETF, or with fewer than four fifths of those of both sessions beside it.

    Only between the oldest and the newest session of ETFs that is stored: before it nobody wanted any, and whether
    the newest ought to be there already is told by ``data.late``.
    """
    return scope.rows(
        text(
            "WITH counted AS (SELECT day, (SELECT count(*) FROM etf_price_daily WHERE trade_date = day) AS found"
            " FROM unnest(CAST(:sessions AS date[])) AS day"
            " WHERE day BETWEEN (SELECT min(trade_date) FROM etf_price_daily)"
            " AND (SELECT max(trade_date) FROM etf_price_daily WHERE trade_date <= :last)"
            " AND day IN (SELECT trade_date FROM price_sessions WHERE official_count > 0)),"
            " beside AS (SELECT *, lag(found) OVER (ORDER BY day) AS before, lead(found) OVER (ORDER BY day) AS after"
            " FROM counted)"
            " SELECT day AS trade_date, found AS ETF, before AS 전날, after AS 다음날 FROM beside"
            " WHERE found = 0 OR found < :share * least(before, after) ORDER BY day"
        ),
        sessions=list(scope.sessions),
        last=scope.last,
        share=LEAST_SHARE,
    )


@check(
    "etf.returns",
    "ETF 수익률",
    WARNING,
    "etfs",
    "저장된 수익률이 저장된 시세에서 나온 것과 같다",
    PRICES_AGAIN,
    units=lambda *_: {etf_returns.NAME: [UNIT]},
)
def wrong_returns(scope: Scope) -> Rows:
    """Find funds whose returns are not those of their stored prices."""
    one_year, ytd = etf_returns.wanted(scope.connection, scope.calendar, scope.now.date())
    stored = scope.rows(text("SELECT ticker, name, one_year_return, ytd_return FROM etfs ORDER BY ticker"))
    return [
        {**row, "시세로는": f"{one_year.get(row['ticker'])}, {ytd.get(row['ticker'])}"}
        for row in stored
        if (row["one_year_return"], row["ytd_return"]) != (one_year.get(row["ticker"]), ytd.get(row["ticker"]))
    ]
