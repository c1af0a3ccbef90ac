"""What companies decide about their shares, by filing."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    Index,
    Numeric,
    String,
    Table,
    Text,
)

from foresto_cli.store.tables._metadata import metadata

corporate_actions = Table(
    "corporate_actions",
    metadata,
    Column("rcept_no", String(14), primary_key=True),
    Column("corp_code", String(8), nullable=False),
    Column("ticker", String(6), nullable=False),
    Column("action_type", String(20), nullable=False),
    Column("report_name", String(300)),
    Column("rcept_dt", Date, nullable=False),
    Column("remark", String(20)),
    Column("is_correction", Boolean, nullable=False),
    Column("is_withdrawn", Boolean, nullable=False, server_default="false"),
    # The newest version of the same decision; null in that version itself. Written by foresto_cli.loaders.action_links.
    Column("corrected_by", String(14)),
    # From the decision's fields (주요사항보고서); null where the filing does not say it for certain.
    Column("ratio", Numeric),
    Column("exchange_ratio", Numeric),
    Column("record_date", Date),
    Column("effective_date", Date),
    Column("shares_before", BigInteger),
    Column("shares_after", BigInteger),
    Column("new_shares", BigInteger),
    Column("method", Text),
    Column("terms", Text),
    # The restated price that carries it out, if both are known.
    Column("price_event_date", Date),
    Column("price_event", String(24)),
    Column("price_factor", Float(53)),
    Column("source_id", String(20), nullable=False),
    Column("batch_id", BigInteger, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
    CheckConstraint("ratio > 0", name="chk_corporate_actions_ratio"),
    Index("idx_corporate_actions_ticker", "ticker", "rcept_dt"),
    Index("idx_corporate_actions_date", "rcept_dt"),
    comment="Decisions about shares by filing (접수번호): ratio is shares after / before; known from rcept_dt on",
)
