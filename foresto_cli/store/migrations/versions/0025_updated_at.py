"""When a row last changed is called updated_at everywhere; comments of all tables and columns come with the upgrade."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLES = (
    "stocks",
    "deposit_products",
    "deposit_rate_options",
    "savings_products",
    "savings_rate_options",
    "annuity_savings_products",
    "annuity_savings_options",
    "mortgage_loan_products",
    "mortgage_loan_options",
    "rent_house_loan_products",
    "rent_house_loan_options",
    "credit_loan_products",
    "credit_loan_options",
    "alpha_vantage_stocks",
    "alpha_vantage_etfs",
    "alpha_vantage_financials",
    "alpha_vantage_timeseries",
)


def upgrade() -> None:
    """Apply."""
    for table in TABLES:
        op.alter_column(table, "last_updated", new_column_name="updated_at")
    # Since PostgreSQL 18 NOT NULL has a name, made of the column's.
    named = op.get_bind().scalars(
        sa.text(
            "SELECT conrelid::regclass::text FROM pg_constraint WHERE conname LIKE '%\\_last\\_updated\\_not\\_null'"
        )
    )
    for table in set(named) & set(TABLES):
        op.execute(
            f"ALTER TABLE {table} RENAME CONSTRAINT {table}_last_updated_not_null TO {table}_updated_at_not_null"
        )
