"""An answer refused twice in the same words is settled; what newer data superseded is closed."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("unit_ledger", sa.Column("refusal", sa.Text))
    op.add_column("unit_ledger", sa.Column("refused_at", sa.DateTime))
    op.add_column("unit_ledger", sa.Column("refused_version", sa.String(20)))
    op.drop_constraint("chk_unit_ledger_status", "unit_ledger", type_="check")
    op.create_check_constraint(
        "chk_unit_ledger_status",
        "unit_ledger",
        "status IN ('done', 'provisional', 'no_data', 'failed', 'unreadable', 'superseded')",
    )
