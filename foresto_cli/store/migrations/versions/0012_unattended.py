"""Running unattended: who was told of what, how the channels do, which jobs are expected, steps of chains."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "alert_delivery",
        sa.Column("alert_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("first_told_at", sa.DateTime(), nullable=False),
        sa.Column("last_told_at", sa.DateTime(), nullable=False),
        sa.Column("told_level", sa.String(length=10), nullable=False),
        sa.Column("resolution_told_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("alert_id", "channel"),
        comment="Which channel was told of which incident when",
    )
    op.create_table(
        "notify_channel",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("succeeded_at", sa.DateTime(), nullable=True),
        sa.Column("failed_at", sa.DateTime(), nullable=True),
        sa.Column("failing_since", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("channel"),
        comment="How the channels of alerts are doing",
    )
    op.create_table(
        "scheduled_job",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("scheduler", sa.String(length=20), nullable=False),
        sa.Column("host", sa.String(length=100), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("job"),
        comment="Jobs that a scheduler starts: since then each start of the timetable is expected",
    )
    op.add_column("data_collection_log", sa.Column("chain_id", sa.BigInteger(), nullable=True))
    op.add_column("data_collection_log", sa.Column("started_by", sa.String(length=20), nullable=True))
    op.create_table_comment(
        "data_collection_log",
        "One row per command that loads, verifies or scores, and per chain; status is the outcome word, or running."
        " chain_id: the chain it was a step of; started_by: the scheduler",
    )
    op.add_column("ops_alert", sa.Column("acknowledged_at", sa.DateTime(), nullable=True))
    op.create_table_comment("ops_alert", "Incidents: open until the cause is gone; acknowledged ones are not repeated")
