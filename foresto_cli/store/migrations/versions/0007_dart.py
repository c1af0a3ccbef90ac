"""DART: companies, filings, kept answers, statements under the operator's names, ratios of stocks."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SOURCES = [
    {
        "source_id": "DART",
        "source_name": "금융감독원 전자공시시스템 OpenDART",
        "source_type": "PUBLIC",
        "base_url": "https://opendart.fss.or.kr",
        "license_type": "OPEN",
        "description": "재무제표, 배당, 주요사항. 하루 20,000회. 공익이나 남의 권리를 해치지 않으면 이용에 제한 없음.",
    },
]

# One row per stock and period: consolidated before separate, the newest version. Ratios in percent, of the amounts
# since the start of the fiscal year; null where the denominator is not positive. Owners' shares where both are known.
FINANCIAL_STATEMENT = """
CREATE VIEW financial_statement AS
SELECT DISTINCT ON (ticker, fiscal_year, fiscal_quarter)
  ticker, fiscal_year, fiscal_quarter,
  CASE fiscal_quarter WHEN 4 THEN 'ANNUAL' ELSE 'Q' || fiscal_quarter END AS report_type,
  fs_div, period_end, currency, is_financial,
  revenue, operating_income, net_income, owners_net_income,
  total_assets, total_liabilities, total_equity, owners_equity,
  current_assets, current_liabilities, retained_earnings,
  operating_cash_flow, investing_cash_flow, financing_cash_flow, eps,
  round(100 * CASE
    WHEN owners_net_income IS NOT NULL AND owners_equity IS NOT NULL
    THEN owners_net_income / CASE WHEN owners_equity > 0 THEN owners_equity END
    ELSE net_income / CASE WHEN total_equity > 0 THEN total_equity END
  END, 4) AS roe,
  round(100 * net_income / CASE WHEN total_assets > 0 THEN total_assets END, 4) AS roa,
  round(100 * total_liabilities / CASE WHEN total_equity > 0 THEN total_equity END, 4) AS debt_ratio,
  round(100 * operating_income / CASE WHEN revenue > 0 THEN revenue END, 4) AS operating_margin,
  round(100 * net_income / CASE WHEN revenue > 0 THEN revenue END, 4) AS net_margin,
  corp_code, rcept_no AS dart_rcept_no, rcept_dt, rcept_dt AS as_of_date,
  source_id, batch_id, created_at, updated_at
FROM financial_report
ORDER BY ticker, fiscal_year, fiscal_quarter, (fs_div = 'CFS') DESC, rcept_no DESC
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "dart_company",
        sa.Column("corp_code", sa.String(length=8), nullable=False),
        sa.Column("ticker", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("modify_date", sa.Date(), nullable=True),
        sa.Column("hundred", sa.Integer(), nullable=True),
        sa.Column("grouped_at", sa.DateTime(), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("corp_code"),
        comment="Companies that have or had a ticker, by DART's own number (고유번호)",
    )
    op.create_index("idx_dart_company_ticker", "dart_company", ["ticker"], unique=False)
    op.create_table(
        "dart_filing",
        sa.Column("rcept_no", sa.String(length=14), nullable=False),
        sa.Column("corp_code", sa.String(length=8), nullable=False),
        sa.Column("ticker", sa.String(length=6), nullable=True),
        sa.Column("report_nm", sa.String(length=300), nullable=False),
        sa.Column("rcept_dt", sa.Date(), nullable=False),
        sa.Column("rm", sa.String(length=20), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("rcept_no"),
        comment="Periodic reports (정기공시) as filed, corrections included",
    )
    op.create_index("idx_dart_filing_date", "dart_filing", ["rcept_dt"], unique=False)
    op.create_table(
        "dart_answer",
        sa.Column("endpoint", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("bsns_year", sa.Integer(), nullable=False),
        sa.Column("reprt_code", sa.String(length=5), nullable=False),
        sa.Column("fs_div", sa.String(length=3), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("endpoint", "subject", "bsns_year", "reprt_code", "fs_div", "sha256"),
        comment="DART's answers as they came (zlib), each different one once: what foresto dart reparse reads",
    )
    op.add_column("financial_report", sa.Column("has_details", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("stocks", sa.Column("corp_code", sa.String(length=8), nullable=True))
    op.add_column("stocks", sa.Column("pe_ratio", sa.Numeric(), nullable=True))
    op.add_column("stocks", sa.Column("pb_ratio", sa.Numeric(), nullable=True))
    op.add_column("stocks", sa.Column("roe", sa.Numeric(), nullable=True))
    op.execute(FINANCIAL_STATEMENT)
    sources = sa.table(
        "data_source",
        *(
            sa.column(name, sa.String())
            for name in ("source_id", "source_name", "source_type", "base_url", "license_type", "description")
        ),
    )
    op.bulk_insert(sources, SOURCES)
