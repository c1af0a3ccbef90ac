"""Which company a stock belongs to: by ticker and never by name; preferred shares go with their common share."""

from sqlalchemy import Connection

from foresto_cli.store.fragments import Fragment, sql

# A ticker that was used twice belongs to the company whose entry changed last.
WANTED = Fragment(
    "WITH own AS (SELECT DISTINCT ON (ticker) ticker, corp_code FROM dart_company"
    " ORDER BY ticker, modify_date DESC NULLS LAST, corp_code DESC),"
    " wanted AS (SELECT s.ticker, coalesce(own.corp_code, issuer.corp_code) AS corp_code FROM stocks s"
    " LEFT JOIN own ON own.ticker = s.ticker LEFT JOIN own issuer ON issuer.ticker = left(s.ticker, 5) || '0')"
)
"""The common table ``wanted``: each stock's company."""
MATCH = sql(
    "{wanted} UPDATE stocks s SET corp_code = w.corp_code FROM wanted w"
    " WHERE w.ticker = s.ticker AND w.corp_code IS NOT NULL AND s.corp_code IS DISTINCT FROM w.corp_code",
    wanted=WANTED,
)


def match(connection: Connection) -> int:
    """Give every stock its company's number and return how many had none or another one."""
    return connection.execute(MATCH).rowcount
