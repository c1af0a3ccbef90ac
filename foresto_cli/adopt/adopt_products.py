"""Financial products of the FSS, from numbers of rows to the disclosure's own keys.

The predecessor never closed what left the disclosure and did not keep the group by which foresto notices that. So a
product comes over closed on the day of the adoption; the next ``foresto fss all`` opens each that is still offered.
"""

from collections.abc import Mapping

from foresto_cli.adopt.moves import Move
from foresto_cli.datasets.fss.kinds import KINDS, Kind
from foresto_cli.datasets.fss.product_columns import CREDIT_KEY
from foresto_cli.store.fragments import fragment
from foresto_cli.upstream import finlife

PARENT: Mapping[str, str] = {
    "deposit_rate_options": "deposit_product_id",
    "savings_rate_options": "savings_product_id",
    "annuity_savings_options": "annuity_product_id",
    "mortgage_loan_options": "mortgage_product_id",
    "rent_house_loan_options": "rent_loan_product_id",
    "credit_loan_options": "credit_loan_product_id",
}
"""Which column of an old option holds the number of its product."""


def moves() -> list[Move]:
    """Return the moves of the six kinds, products before their options."""
    return [move for kind in KINDS for move in (_products(kind), _options(kind))]


def _products(kind: Kind) -> Move:
    columns = {
        "top_fin_grp_no": "''",
        "is_active": "false",
        "closed_on": "CAST(:now AS date)",
        "source_id": f"'{finlife.SOURCE_ID}'",
    }
    if "sale_strt_day" in kind.products.columns:
        columns["sale_strt_day"] = (
            "CASE WHEN o.sale_strt_day ~ '^(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])$'"
            " THEN to_date(o.sale_strt_day, 'YYYYMMDD') END"
        )
    if CREDIT_KEY in kind.product_key:
        columns[CREDIT_KEY] = f"coalesce(o.{CREDIT_KEY}, '')"
    return Move(kind.products.name, kind.products, "o.id DESC", columns)


def _options(kind: Kind) -> Move:
    name, parent = kind.options.name, kind.products.name
    keys = kind.product_key
    inherited = [
        fragment("coalesce(p.{key}, '') AS {key}" if key == CREDIT_KEY else "p.{key}", key=key) for key in keys
    ]
    codes = [column.name for column in kind.options.primary_key if column.name not in (*keys, "save_trm")]
    there = " AND ".join(f"n.{key} = o.{key}" for key in keys)
    return Move(
        name,
        kind.options,
        "o.id DESC",
        {code: f"coalesce(o.{code}, '')" for code in codes},
        {"상품을 넘기지 못함": f"EXISTS (SELECT FROM {parent} n WHERE {there})"},
        source=fragment(
            "SELECT s.*, {inherited} FROM {{self}} s LEFT JOIN {{{parent}}} p ON p.id = s.{number}",
            inherited=inherited,
            parent=parent,
            number=PARENT[name],
        ),
        joined=frozenset(keys),
    )
