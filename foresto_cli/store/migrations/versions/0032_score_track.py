"""What grades given in the past came to."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "compass_score_track",
        sa.Column("score_date", sa.Date(), nullable=False),
        sa.Column("horizon", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("grade", sa.String(length=1), nullable=False),
        sa.Column("formula_version", sa.String(length=12), nullable=False),
        sa.Column("entry_date", sa.Date(), nullable=False),
        sa.Column("exit_date", sa.Date(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("bought", sa.Integer(), nullable=False),
        sa.Column("untradable", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Integer(), nullable=False),
        sa.Column("mean_return", sa.Numeric(), nullable=True),
        sa.Column("median_return", sa.Numeric(), nullable=True),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("rank_ic", sa.Numeric(), nullable=True),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("grade IN ('S', 'A', 'B', 'C', 'D', 'F', '*')", name="chk_compass_track_grade"),
        sa.PrimaryKeyConstraint("score_date", "horizon", "grade"),
    )
