"""The six kinds of financial products: what each is called, where it is asked for, which columns hold it.

Columns bear the names of the wire, those in :data:`WIRE` aside, so a table says what is read into it.
"""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import Column, Table

from foresto_cli.collecting.data_set import DataSet, all_asked
from foresto_cli.datasets.fss import product_tables as tables
from foresto_cli.upstream.finlife import GROUPS

WIRE = {"name": "fin_prdt_nm", "bank": "kor_co_nm", "company": "kor_co_nm"}
"""Column → the wire's name, where they differ."""
OWN = frozenset(
    ("top_fin_grp_no", "interest_rate", "is_active", "closed_on", "source_id", "batch_id", "created_at", "updated_at")
)
"""Columns that no answer has."""
BANKS, SAVINGS_BANKS, INSURERS, INVESTMENT = "020000", "030300", "050000", "060000"


@dataclass(frozen=True)
class Kind:
    """One kind of product.

    Attributes:
        name: the command's word.
        label: what the operator calls it.
        operation: the service that has it.
        division: how its answers name themselves (``prdt_div``).
        products: table of the products.
        options: table of their options.
        product_rates: columns of ``products`` whose changes are kept.
        option_rates: columns of ``options`` whose changes are kept.
        never_empty: groups that always sell it; an empty answer about them is none.
        shown: the option by which a product is represented, by column and wanted value; the nearest is taken.
    """

    name: str
    label: str
    operation: str
    division: str
    products: Table
    options: Table
    product_rates: tuple[str, ...]
    option_rates: tuple[str, ...]
    never_empty: tuple[str, ...]
    shown: tuple[tuple[str, str], ...] = ()

    @property
    def dataset(self) -> str:
        """Return its name in the ledger."""
        return f"fss.{self.name}"

    @property
    def data_set(self) -> DataSet:
        """Return the data set: as old as the oldest of its groups, and not there before all of them are."""
        return DataSet(
            name=self.dataset,
            label=self.label,
            table=self.products.name,
            command=f"fss {self.name}",
            clients=("finlife",),
            batch=self.name.upper().replace("-", "_"),
            jobs=("monthly",),
            newest=all_asked(self.dataset, len(GROUPS)),
        )

    @property
    def product_key(self) -> tuple[str, ...]:
        """Return the columns that tell its products apart."""
        return tuple(column.name for column in self.products.primary_key)

    @property
    def option_key(self) -> tuple[str, ...]:
        """Return the columns that tell the options of one product apart."""
        return tuple(column.name for column in self.options.primary_key if column.name not in self.product_key)


@cache
def wired(table: Table) -> list[tuple[Column[object], str]]:
    """Return the columns of ``table`` that an answer has, each with the wire's name."""
    return [(column, WIRE.get(column.name, column.name)) for column in table.columns if column.name not in OWN]


SAVING_RATES = ("intr_rate", "intr_rate2")
LOAN_RATES = ("lend_rate_min", "lend_rate_max", "lend_rate_avg")
GRADES = ("1", "4", "5", "6", "10", "11", "12", "13", "avg")

KINDS = (
    Kind(
        "deposits",
        "정기예금",
        "depositProductsSearch",
        "D",
        tables.deposit_products,
        tables.deposit_rate_options,
        (),
        SAVING_RATES,
        (BANKS, SAVINGS_BANKS),
        (("intr_rate_type", "S"),),
    ),
    Kind(
        "savings",
        "적금",
        "savingProductsSearch",
        "S",
        tables.savings_products,
        tables.savings_rate_options,
        (),
        SAVING_RATES,
        (BANKS, SAVINGS_BANKS),
        (("intr_rate_type", "S"), ("rsrv_type", "S")),
    ),
    Kind(
        "annuity",
        "연금저축",
        "annuitySavingProductsSearch",
        "P",
        tables.annuity_savings_products,
        tables.annuity_savings_options,
        ("avg_prft_rate", "dcls_rate", "btrm_prft_rate_1", "btrm_prft_rate_2", "btrm_prft_rate_3"),
        (),
        (INSURERS, INVESTMENT),
    ),
    Kind(
        "mortgage",
        "주택담보대출",
        "mortgageLoanProductsSearch",
        "M",
        tables.mortgage_loan_products,
        tables.mortgage_loan_options,
        (),
        LOAN_RATES,
        (BANKS,),
    ),
    Kind(
        "rent-house",
        "전세자금대출",
        "rentHouseLoanProductsSearch",
        "R",
        tables.rent_house_loan_products,
        tables.rent_house_loan_options,
        (),
        LOAN_RATES,
        (BANKS,),
    ),
    Kind(
        "credit",
        "개인신용대출",
        "creditLoanProductsSearch",
        "C",
        tables.credit_loan_products,
        tables.credit_loan_options,
        (),
        tuple(f"crdt_grad_{grade}" for grade in GRADES),
        (BANKS,),
    ),
)
"""In the order in which they are asked for."""
DATASETS = tuple(kind.data_set for kind in KINDS)
BY_NAME = {kind.name: kind for kind in KINDS}
