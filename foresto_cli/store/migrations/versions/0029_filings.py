"""Every filing of companies with a share, by day: who filed, of which type; and which were told of watched stocks."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TABLE = "dart_filing"


def upgrade() -> None:
    """Apply."""
    op.add_column(TABLE, sa.Column("corp_cls", sa.String(1)))
    op.add_column(TABLE, sa.Column("corp_name", sa.String(300)))
    op.add_column(TABLE, sa.Column("flr_nm", sa.String(300)))
    op.add_column(TABLE, sa.Column("filing_type", sa.String(20)))
    op.create_index("idx_dart_filing_ticker", TABLE, ["ticker", "rcept_dt"], unique=False)
    op.create_index("idx_dart_filing_type", TABLE, ["filing_type", "rcept_dt"], unique=False)
    op.create_table(
        "watchlist_told_filing",
        sa.Column("rcept_no", sa.String(14), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("rcept_no"),
    )
    # Only periodic reports were read before; statements go on asking for them by their type.
    op.execute(
        "UPDATE dart_filing SET filing_type = 'periodic'"
        r" WHERE report_nm ~ '^(\s*\[[^\]]*\])*\s*(사업|반기|분기)보고서\s*(\([0-9]{4}\.[0-9]{2}\))?\s*$'"
    )
    # The list was one unit, read up to the day it was asked for; that day is read again, now with everything.
    op.execute(
        "DELETE FROM unit_ledger WHERE dataset = 'dart.filings'"
        " AND (unit <> 'all' OR status NOT IN ('done', 'no_data'))"
    )
    op.execute(
        "UPDATE unit_ledger SET row_count = 0, unit = to_char(asked_at - interval '1 day'"
        " * greatest(extract(isodow FROM asked_at)::int - 5, 0), 'YYYY-MM-DD') WHERE dataset = 'dart.filings'"
    )
