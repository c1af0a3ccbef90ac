"""All the exchange's indices have a code of ours; a source that stands still is remembered."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "index_listing",
        sa.Column(
            "index_code", sa.String(20), primary_key=True, comment="지수 코드(foresto의 것). KOSPI, KOSDAQ, KS200 …"
        ),
        sa.Column("index_class", sa.String(10), nullable=False, comment="계열: KRX, KOSPI, KOSDAQ"),
        sa.Column("name", sa.String(100), nullable=False, comment="거래소가 부르는 지수 이름"),
        sa.Column("as_of_date", sa.Date, nullable=False, comment="이 이름으로 나온 마지막 거래일"),
        sa.Column("source_id", sa.String(20), nullable=False, comment="출처"),
        sa.Column("batch_id", sa.BigInteger, nullable=False, comment="적재 묶음"),
        sa.Column("created_at", sa.DateTime, nullable=False, comment="처음 저장한 시각(KST)"),
        sa.Column("updated_at", sa.DateTime, nullable=False, comment="마지막으로 바뀐 시각(KST)"),
        comment="The exchange's indices: our code for each class and name",
    )
    op.create_table_comment(
        "index_price_daily",
        "Indices by session, in index points; change_rate in percent; index_listing has their names",
    )
    op.create_table(
        "dead_source",
        sa.Column("source_id", sa.String(20), primary_key=True, comment="출처"),
        sa.Column("newest_session", sa.Date, comment="그 출처의 마지막 거래일. 모르면 NULL"),
        sa.Column("since", sa.DateTime, nullable=False, comment="멈춘 것을 처음 안 시각(KST)"),
        sa.Column(
            "asked_at", sa.DateTime, nullable=False, comment="마지막으로 요청한 시각(KST). 하루에 한 번 다시 요청한다"
        ),
        sa.Column("reason", sa.Text, nullable=False, comment="무엇을 보고 멈췄다고 했는지"),
        comment="Sources that stand still: passed over, and tried again once a day",
    )
