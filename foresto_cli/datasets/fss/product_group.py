"""Writing one group's products of one kind: what is new, what changed, what vanished, and how rates moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, and_, delete, select, tuple_, update

from foresto_cli.datasets.fss.kinds import Kind
from foresto_cli.datasets.fss.product_columns import CREDIT_KEY
from foresto_cli.datasets.fss.product_rows import Key
from foresto_cli.datasets.fss.product_tables import product_rate_history
from foresto_cli.store.upsert import Counts, Row, upsert

Rates = dict[Key, dict[Key, dict[str, Decimal | None]]]
"""Product key → option key (empty: the product itself) → rate name → percent."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A complete answer about one group's products of one kind.

    Attributes:
        kind: whose tables it is for.
        group: the financial group.
        rows: products with options that are believed, as :func:`.product_rows.products` makes them.
        listed: keys of every product in the answer, believed or not; None when one cannot be read.
        at: KST wall time of the question.
    """

    kind: Kind
    group: str
    rows: Sequence[Row]
    listed: frozenset[Key] | None
    at: datetime


def write(connection: Connection, seen: Seen, provenance: Row) -> Counts:
    """Bring the tables to what was ``seen``, in the caller's transaction, and return what that changed.

    Options that a product no longer has are deleted; products of the group that are not listed any more are closed with
    the day, and keep their options; one that is listed again is open again. Every change of a rate of a product that
    was known before is kept.
    """
    kind, rows = seen.kind, seen.rows
    before = _stored(connection, kind, {row["product"]["fin_co_no"] for row in rows})
    products = [row["product"] for row in rows]
    options = [option for row in rows for option in row["options"]]
    after = _rates(kind, products, options)
    dropped = [
        (*product, *option)
        for product, current in after.items()
        for option in before.get(product, {}).keys() - current.keys()
    ]
    counts = upsert(connection, kind.products, products, provenance)
    counts += upsert(connection, kind.options, options, provenance).of(kind.options)
    counts += _drop(connection, kind, dropped) + _close(connection, seen, provenance)
    changes = [{**change, "changed_at": seen.at} for change in differences(kind, before, after)]
    upsert(connection, product_rate_history, changes, {"batch_id": provenance["batch_id"]})
    return counts


def differences(kind: Kind, before: Rates, after: Rates) -> list[dict[str, object]]:
    """Return every rate of a product known before that is another now, with its old and new value.

    An option that came or went changes from or to null.
    """
    found = []
    for product in before.keys() & after.keys():
        named = {CREDIT_KEY: "", **dict(zip(kind.product_key, product, strict=True))}
        for option in before[product].keys() | after[product].keys():
            old, new = before[product].get(option, {}), after[product].get(option, {})
            found += [
                {
                    "kind": kind.name,
                    **named,
                    "option_codes": "/".join(map(str, option)),
                    "rate_name": rate,
                    "old_rate": old.get(rate),
                    "new_rate": new.get(rate),
                }
                for rate in old.keys() | new.keys()
                if old.get(rate) != new.get(rate)
            ]
    return found


def _stored(connection: Connection, kind: Kind, companies: set[str]) -> Rates:
    """Return the rates of what is stored of these companies."""
    tables = (kind.products, kind.options)
    products, options = (
        [dict(row) for row in connection.execute(select(table).where(table.c.fin_co_no.in_(companies))).mappings()]
        for table in tables
    )
    return _rates(kind, products, options)


def _rates(kind: Kind, products: Iterable[Mapping[str, Any]], options: Iterable[Mapping[str, Any]]) -> Rates:
    found: Rates = {
        tuple(product[name] for name in kind.product_key): {(): {name: product[name] for name in kind.product_rates}}
        for product in products
    }
    for option in options:
        product = tuple(option[name] for name in kind.product_key)
        codes = tuple(option[name] for name in kind.option_key)
        found.setdefault(product, {})[codes] = {name: option[name] for name in kind.option_rates}
    return found


def _drop(connection: Connection, kind: Kind, keys: Sequence[Key]) -> Counts:
    if not keys:
        return Counts()
    gone = connection.execute(delete(kind.options).where(tuple_(*kind.options.primary_key).in_(keys)))
    return Counts(changed=gone.rowcount)


def _close(connection: Connection, seen: Seen, provenance: Row) -> Counts:
    if seen.listed is None:
        return Counts()
    table = seen.kind.products
    key = [table.c[name] for name in seen.kind.product_key]
    is_open = and_(table.c.top_fin_grp_no == seen.group, table.c.is_active)
    vanished = {tuple(row) for row in connection.execute(select(*key).where(is_open))} - seen.listed
    if not vanished:
        return Counts()
    connection.execute(
        update(table)
        .where(is_open, tuple_(*key).in_(vanished))
        .values(
            is_active=False,
            closed_on=seen.at.date(),
            batch_id=provenance["batch_id"],
            updated_at=provenance["updated_at"],
        )
    )
    return Counts(changed=len(vanished))
