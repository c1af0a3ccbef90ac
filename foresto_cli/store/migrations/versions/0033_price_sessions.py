"""How many rows of stock prices each session has."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    table = op.create_table(
        "price_sessions",
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("official_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("trade_date"),
    )
    # Read, then written: prices may lie on other servers, some of which refuse an INSERT that reads them.
    counted = op.get_bind().execute(
        sa.text(
            "SELECT trade_date, count(*) AS row_count, count(*) FILTER (WHERE quality_flag <> 'ADJUSTED') AS"
            " official_count FROM stock_price_daily GROUP BY 1 ORDER BY 1"
        )
    )
    op.bulk_insert(table, [dict(row) for row in counted.mappings()])
