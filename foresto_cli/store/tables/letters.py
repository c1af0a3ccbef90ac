"""What people are told: the stocks they watch and the market mail of each session."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Integer,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from foresto_cli.store.tables._metadata import metadata

watchlist = Table(
    "watchlist",
    metadata,
    Column("ticker", String(6), primary_key=True),
    Column("last_notified_score", Numeric),
    Column("last_notified_grade", String(1)),
    Column("last_notified_at", DateTime),
    Column("created_at", DateTime, nullable=False),
    comment="Stocks whose score is watched, and the score and grade that were told last (null: none seen yet)",
)

market_email_log = Table(
    "market_email_log",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("sent_date", Date, nullable=False),
    Column("session_date", Date, nullable=False),
    Column("total_subscribers", Integer, nullable=False, server_default="0"),
    Column("success_count", Integer, nullable=False, server_default="0"),
    Column("fail_count", Integer, nullable=False, server_default="0"),
    Column("status", String(20), nullable=False),
    # Address → sending, sent or failed: whoever was begun with is not written to again, whatever became of it.
    Column("deliveries", JSONB, nullable=False, server_default="{}"),
    Column("started_at", DateTime, nullable=False),
    Column("completed_at", DateTime),
    Column("error_message", Text),
    Column("created_at", DateTime, nullable=False),
    UniqueConstraint("sent_date", name="uq_market_email_log_date"),
    UniqueConstraint("session_date", name="uq_market_email_log_session"),
    CheckConstraint("status IN ('sending', 'completed', 'failed')", name="chk_market_email_log_status"),
    comment="The market mail: at most one a day and one a session",
)
