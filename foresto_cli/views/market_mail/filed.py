"""The marked filings of the day in the market mail: of watched companies first, then by market value."""

from datetime import date

from sqlalchemy import Connection, text

from foresto_cli.datasets.dart import filing_types, filings
from foresto_cli.views.market_mail.mail_facts import Section
from foresto_cli.views.stored_filings import VIEWER

SHOWN = 8
NO_KEY = "DART_API_KEY가 없어 공시를 싣지 않습니다(opendart.fss.or.kr에서 무료 발급)."
FOUND = text(
    "SELECT f.rcept_no, f.ticker, coalesce(s.name, f.corp_name, f.ticker) AS name, f.filing_type, f.report_nm"
    " FROM dart_filing f LEFT JOIN stocks s USING (ticker)"
    " WHERE f.rcept_dt BETWEEN :session AND :today AND f.filing_type = ANY(:told)"
    " ORDER BY EXISTS (SELECT 1 FROM watchlist w WHERE f.ticker IN (w.ticker, left(w.ticker, 5) || '0')) DESC,"
    " s.market_cap DESC NULLS LAST, f.rcept_no DESC"
)
READ = text(
    "SELECT EXISTS (SELECT 1 FROM unit_ledger"
    " WHERE dataset = :dataset AND unit = :day AND status IN ('done', 'no_data'))"
)


def section(connection: Connection, session: date, today: date, *, has_key: bool) -> Section:
    """Return the marked filings that were received from ``session`` to ``today``, as far as they have been read."""
    told = {"session": session, "today": today, "told": list(filing_types.TOLD)}
    rows = [
        {
            "ticker": row.ticker,
            "name": row.name,
            "title": f"[{filing_types.label_of(row.filing_type)}] {' '.join(row.report_nm.split())}",
            "url": f"{VIEWER}{row.rcept_no}",
        }
        for row in connection.execute(FOUND, told)
    ]
    is_read = connection.scalar(READ, {"dataset": filings.DATASET.name, "day": f"{session}"})
    missing = []
    if len(rows) > SHOWN:
        missing.append(f"외 {len(rows) - SHOWN:,}건: foresto filings list --from {session}")
    if not is_read:
        missing.append(f"{session} 공시 목록을 읽지 않았습니다. foresto filings load" if has_key else NO_KEY)
    elif not rows:
        missing.append("표시할 유형의 공시가 없습니다.")
    return Section(rows[:SHOWN], " ".join(missing))
