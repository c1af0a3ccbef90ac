"""What Yahoo says of stocks: English names and its sectors."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SOURCE: dict[str, str | None] = {
    "source_id": "YAHOO",
    "source_name": "Yahoo Finance",
    "source_type": "PUBLIC",
    "base_url": "https://query2.finance.yahoo.com",
    "license_type": None,
    "description": "종목의 영문 이름과 업종. 공식 API 가 아니며, 되는 만큼만 묻습니다.",
}


def upgrade() -> None:
    """Apply."""
    op.add_column("stocks", sa.Column("english_name", sa.String(length=200), nullable=True))
    op.add_column("stocks", sa.Column("yahoo_sector", sa.String(length=50), nullable=True))
    op.add_column("stocks", sa.Column("enriched_at", sa.DateTime(), nullable=True))
    sources = sa.table("data_source", *(sa.column(name, sa.String()) for name in SOURCE))
    op.bulk_insert(sources, [SOURCE])
