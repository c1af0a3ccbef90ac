"""The watchlist in the market mail: prices of its stocks and ETFs in the session, and the changes of their scores."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, text

from foresto_cli.datasets.listed import designations
from foresto_cli.views.market_mail.mail_facts import Section
from foresto_cli.views.top_scores import change, totals

SHOWN = 20
NONE = "관심 종목이 없습니다. 추가하면 맨 먼저 싣습니다: foresto watchlist add 종목"
MORE = "종목 페이지: foresto dashboard --open · 한 종목: foresto stocks show 종목"
FOUND = text(
    "SELECT w.ticker, coalesce(s.name, l.name, e.name, w.ticker) AS name, coalesce(p.close_price,"
    " f.close_price) AS close,"
    " coalesce(p.change_rate, round((p.adj_close_price / nullif(b.adj_close_price, 0) - 1) * 100, 2), f.change_rate)"
    " AS rate, coalesce(p.is_halted, false) AS is_halted, s.compass_score AS score, s.compass_grade AS grade"
    " FROM watchlist w LEFT JOIN stocks s USING (ticker) LEFT JOIN fdr_stock_listing l USING (ticker)"
    " LEFT JOIN etfs e USING (ticker)"
    " LEFT JOIN stock_price_daily p ON p.ticker = w.ticker AND p.trade_date = :session"
    " LEFT JOIN stock_price_daily b ON p.quality_flag = 'ADJUSTED' AND b.ticker = w.ticker AND b.trade_date = :before"
    " LEFT JOIN etf_price_daily f ON f.ticker = w.ticker AND f.trade_date = :session"
    " ORDER BY w.created_at, w.ticker"
)


def section(connection: Connection, session: date, before: date, score_days: Sequence[date]) -> Section:
    """Return the watched stocks and ETFs in the order in which they were added.

    Args:
        connection: the database.
        session: the session that the mail is about.
        before: the session before it.
        score_days: the newest scored day and the one before it; fewer when there are not two.
    """
    found = [dict(row) for row in connection.execute(FOUND, {"session": session, "before": before}).mappings()]
    if not found:
        return Section([], NONE)
    shown = found[:SHOWN]
    tickers = [row["ticker"] for row in shown]
    earlier = totals(connection, score_days[1], tickers) if len(score_days) > 1 else {}
    marked = designations.as_of(connection, session, tickers)
    for row in shown:
        row["moved"] = change(row["score"], earlier.get(row["ticker"]))
        row["designation"] = marked.get(row["ticker"])
    more = [f"외 {len(found) - SHOWN:,}종목: foresto watchlist list"] if len(found) > SHOWN else []
    return Section(shown, " · ".join([*more, MORE]))
