"""Filings of watched companies that were not told yet: each receipt number once, what moves a price first."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli import clock, harmless
from foresto_cli.datasets.dart import filing_types
from foresto_cli.views import stored_filings
from foresto_cli.views.stored_filings import Row

SHOWN = 20
"""Filings of one message; the others are counted."""
OLDEST = timedelta(days=31)
"""Older filings are history that was read back, and no news."""
# A preferred share's company files under the common share's ticker.
NEWS = text(
    "SELECT f.rcept_no, f.rcept_dt, f.ticker, coalesce(s.name, f.corp_name, f.ticker) AS name, f.filing_type,"
    " f.report_nm, f.flr_nm, f.rm, f.created_at FROM dart_filing f LEFT JOIN stocks s USING (ticker)"
    " WHERE f.rcept_dt >= :oldest AND EXISTS (SELECT 1 FROM watchlist w"
    "  WHERE f.ticker IN (w.ticker, left(w.ticker, 5) || '0') AND f.created_at >= w.created_at"
    "  AND f.rcept_dt >= w.created_at::date)"
    " AND NOT EXISTS (SELECT 1 FROM watchlist_told_filing t WHERE t.rcept_no = f.rcept_no)"
    " ORDER BY f.filing_type = ANY(:told) DESC NULLS LAST, f.rcept_dt DESC, f.rcept_no DESC"
)
TOLD = text(
    "INSERT INTO watchlist_told_filing (rcept_no, told_at) SELECT n, :now FROM unnest(CAST(:numbers AS text[])) AS n"
    " ON CONFLICT (rcept_no) DO NOTHING"
)


def read(connection: Connection) -> list[dict[str, Any]]:
    """Return what was filed since the stocks are watched and was not told, marked types first, the newest first."""
    rows = connection.execute(NEWS, {"oldest": clock.today() - OLDEST, "told": list(filing_types.TOLD)})
    found = [stored_filings.plain(dict(row)) for row in rows.mappings()]
    return [
        {**row, "received": f"{row['received']}", "first_seen": f"{row['first_seen']:%Y-%m-%d %H:%M:%S}"}
        for row in found
    ]


def remember(connection: Connection, told: Sequence[Row]) -> None:
    """Note what was told, the filings that were only counted among them."""
    connection.execute(TOLD, {"numbers": [row["receipt_number"] for row in told], "now": clock.wall()})


def paragraph(found: Sequence[Row]) -> str:
    """Return the filings as a paragraph of a message."""
    lines = [line for row in found[:SHOWN] for line in (stored_filings.line(row), f"  {row['url']}")]
    if len(found) > SHOWN:
        since = min(row["received"] for row in found)
        lines.append(f"외 {len(found) - SHOWN:,}건: foresto filings list --from {since}")
    return "\n".join(["[공시]", *lines])


def title(found: Sequence[Row]) -> str:
    """Return what the title of a message says of the filings."""
    first = found[0]
    more = f" 외 {len(found) - 1:,}건" if len(found) > 1 else ""
    return harmless.line(f"{first['name']} {first['type'] or '공시'}{more}")
