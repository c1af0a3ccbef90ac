"""An upstream that called the day's requests used up is remembered until KST midnight."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "upstream_usage",
        sa.Column(
            "spent_at", sa.DateTime, comment="출처가 그날 한도를 다 썼다고 답한 시각(KST). 자정까지 더 요청하지 않는다"
        ),
    )
    op.add_column("upstream_usage", sa.Column("spent_reason", sa.Text, comment="그때 출처가 한 말"))
