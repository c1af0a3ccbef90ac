"""Price adjustment: the day's event and factor, adjusted closes, sessions still to be looked at, overrides."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NOW = "(now() AT TIME ZONE 'Asia/Seoul')"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "adjustment_override",
        sa.Column("ticker", sa.String(length=6), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("factor", sa.Float(precision=53), nullable=False),
        sa.Column("event", sa.String(length=24), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(), server_default=sa.text(NOW), nullable=False),
        sa.CheckConstraint("factor > 0", name="chk_adjustment_override_factor"),
        sa.PrimaryKeyConstraint("ticker", "trade_date"),
        comment="What the operator knows better than the rules about one ticker and day;"
        " wins from the next settlement on",
    )
    op.create_table(
        "adjustment_pending",
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("trade_date"),
        comment="Sessions whose prices were written and whose adjustment events have not been looked for since",
    )
    table = "stock_price_daily"
    op.add_column(table, sa.Column("adj_factor", sa.Float(precision=53), server_default="1", nullable=False))
    op.add_column(table, sa.Column("adj_event", sa.String(length=24), nullable=True))
    op.add_column(table, sa.Column("adj_review", sa.Boolean(), server_default="false", nullable=False))
    op.add_column(table, sa.Column("adj_evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column(table, sa.Column("adj_close_price", sa.Numeric(), nullable=True))
    op.create_check_constraint(
        "chk_stock_price_adj_factor", table, "adj_factor > 0 AND (adj_factor = 1 OR adj_event IS NOT NULL)"
    )
    op.create_index(
        "idx_stock_price_event",
        table,
        ["ticker", "trade_date"],
        unique=False,
        postgresql_where="adj_event IS NOT NULL",
    )
    # Nothing is rewritten here: the next settlement looks at every stored session and fills adj_close_price.
    op.execute(
        "INSERT INTO adjustment_pending (trade_date, noted_at)"
        " SELECT DISTINCT trade_date, now() AT TIME ZONE 'Asia/Seoul' FROM stock_price_daily"
    )
