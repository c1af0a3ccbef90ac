"""Financial products as the FSS discloses them (금융상품한눈에): six kinds with their options, and how rates changed.

A product is a company's code for it (and, of credit loans, the kind of loan): the code alone is shared by several
companies. Products that left the disclosure stay, closed with the day on which that was noticed. Columns bear the
wire's names where it has no better one; rates are percent a year, null where the company states none.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
)

from foresto_cli.store.tables._metadata import metadata

CREDIT_KEY = "crdt_prdt_type"
"""Part of a credit loan's key: one code may stand for several kinds of loan."""


def _key(*, credit: bool) -> list[Column[Any]]:
    found: list[Column[Any]] = [
        Column("fin_co_no", String(7), primary_key=True),
        Column("fin_prdt_cd", String(100), primary_key=True),
    ]
    return [*found, Column(CREDIT_KEY, String(20), primary_key=True)] if credit else found


def _provenance() -> list[Column[Any]]:
    return [
        Column("batch_id", BigInteger, nullable=False),
        Column("created_at", DateTime, nullable=False),
        Column("last_updated", DateTime, nullable=False),
    ]


def _products(name: str, company: str, columns: list[Column[Any]], comment: str, *, credit: bool = False) -> Table:
    return Table(
        name,
        metadata,
        *_key(credit=credit),
        Column("top_fin_grp_no", String(6), nullable=False),
        Column("name", Text, nullable=False),
        Column(company, Text, nullable=False),
        Column("dcls_month", String(6), nullable=False),
        Column("join_way", Text),
        *columns,
        Column("dcls_strt_day", Date),
        Column("dcls_end_day", Date),
        Column("fin_co_subm_day", DateTime),
        Column("is_active", Boolean, nullable=False),
        Column("closed_on", Date),
        Column("source_id", String(20), nullable=False),
        *_provenance(),
        CheckConstraint("is_active = (closed_on IS NULL)", name=f"chk_{name}_closed"),
        Index(f"ix_{name}_name", "name"),
        comment=comment,
    )


def _options(name: str, columns: list[Column[Any]], comment: str, *, credit: bool = False) -> Table:
    return Table(name, metadata, *_key(credit=credit), *columns, *_provenance(), comment=comment)


def _code(name: str) -> list[Column[Any]]:
    """Return a code that is part of the key (empty where the company states none) and its Korean word."""
    return [Column(name, String(20), primary_key=True), Column(f"{name}_nm", Text)]


def _saving_terms() -> list[Column[Any]]:
    return [
        Column("interest_rate", Numeric),
        Column("mtrt_int", Text),
        Column("spcl_cnd", Text),
        Column("join_deny", String(20)),
        Column("join_member", Text),
        Column("etc_note", Text),
        Column("max_limit", Numeric),
    ]


def _saving_rates() -> list[Column[Any]]:
    return [Column("intr_rate", Numeric), Column("intr_rate2", Numeric)]


def _loan_terms() -> list[Column[Any]]:
    return [Column(name, Text) for name in ("loan_inci_expn", "erly_rpay_fee", "dly_rate", "loan_lmt")]


def _loan_rates() -> list[Column[Any]]:
    return [Column(name, Numeric) for name in ("lend_rate_min", "lend_rate_max", "lend_rate_avg")]


def _months() -> Column[int]:
    return Column("save_trm", Integer, primary_key=True, autoincrement=False)


deposit_products = _products(
    "deposit_products",
    "bank",
    _saving_terms(),
    "Deposits (정기예금); interest_rate is that of twelve months, simple, or of the option nearest to it",
)
deposit_rate_options = _options(
    "deposit_rate_options",
    [_months(), *_code("intr_rate_type"), *_saving_rates()],
    "Rates of deposits by months (0: not stated) and S simple, M compound; intr_rate2 with all preferences",
)

savings_products = _products(
    "savings_products",
    "bank",
    _saving_terms(),
    "Instalment savings (적금); interest_rate as of deposits, of fixed instalments first",
)
savings_rate_options = _options(
    "savings_rate_options",
    [_months(), *_code("intr_rate_type"), *_code("rsrv_type"), *_saving_rates()],
    "Rates of instalment savings by months, S simple or M compound, and S fixed or F free instalments",
)

annuity_savings_products = _products(
    "annuity_savings_products",
    "company",
    [
        Column("pnsn_kind", String(20)),
        Column("pnsn_kind_nm", Text),
        Column("prdt_type", String(20)),
        Column("prdt_type_nm", Text),
        Column("avg_prft_rate", Numeric),
        Column("dcls_rate", Numeric),
        Column("guar_rate", Text),
        Column("btrm_prft_rate_1", Numeric),
        Column("btrm_prft_rate_2", Numeric),
        Column("btrm_prft_rate_3", Numeric),
        Column("sale_strt_day", Date),
        Column("mntn_cnt", Numeric),
        Column("sale_co", Text),
        Column("etc", Text),
    ],
    "Annuity savings (연금저축); returns in percent, guar_rate (최저보증이율) in the company's words",
)
annuity_savings_options = _options(
    "annuity_savings_options",
    [
        *_code("pnsn_recp_trm"),
        *_code("pnsn_entr_age"),
        *_code("mon_paym_atm"),
        *_code("paym_prd"),
        *_code("pnsn_strt_age"),
        Column("pnsn_recp_amt", Numeric),
    ],
    "Monthly pension in won (pnsn_recp_amt) by term, ages at entry and start, payment and its years",
)

mortgage_loan_products = _products("mortgage_loan_products", "bank", _loan_terms(), "Mortgage loans (주택담보대출)")
mortgage_loan_options = _options(
    "mortgage_loan_options",
    [*_code("mrtg_type"), *_code("rpay_type"), *_code("lend_rate_type"), *_loan_rates()],
    "Rates of mortgage loans: collateral A flat, E other; repaid S at end, D in parts; F fixed, C floating",
)

rent_house_loan_products = _products(
    "rent_house_loan_products", "bank", _loan_terms(), "Loans for rent deposits (전세자금대출)"
)
rent_house_loan_options = _options(
    "rent_house_loan_options",
    [*_code("rpay_type"), *_code("lend_rate_type"), *_loan_rates()],
    "Rates of loans for rent deposits by repayment (S at maturity, D instalments) and F fixed, C floating",
)

credit_loan_products = _products(
    "credit_loan_products",
    "bank",
    [Column("crdt_prdt_type_nm", Text), Column("cb_name", Text)],
    "Credit loans (개인신용대출); one row per kind of loan",
    credit=True,
)
credit_loan_options = _options(
    "credit_loan_options",
    [
        *_code("crdt_lend_rate_type"),
        *(Column(f"crdt_grad_{grade}", Numeric) for grade in ("1", "4", "5", "6", "10", "11", "12", "13", "avg")),
    ],
    "Rates of credit loans: A lending, B base, C margin, D adjustment; by score, 1 over 900 … 13 up to 300",
    credit=True,
)

product_rate_history = Table(
    "product_rate_history",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("fin_co_no", String(7), primary_key=True),
    Column("fin_prdt_cd", String(100), primary_key=True),
    # As in the tables above: the kind of loan of a credit loan, else empty; the option's codes, else empty.
    Column(CREDIT_KEY, String(20), primary_key=True),
    Column("option_codes", String(120), primary_key=True),
    Column("rate_name", String(20), primary_key=True),
    Column("changed_at", DateTime, primary_key=True),
    Column("old_rate", Numeric),
    Column("new_rate", Numeric),
    Column("batch_id", BigInteger, nullable=False),
    Index("idx_product_rate_history_when", "changed_at"),
    comment="Changes of rates of known products, when we saw them; null: not stated or not offered",
)
