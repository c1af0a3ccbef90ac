"""What is stored of a data set that one file describes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from foresto_cli import data_sets
from foresto_cli.app import App
from foresto_cli.declared import Daily, Declared, key_of
from foresto_cli.views.reading.reading import Field, Reading, require
from foresto_cli.views.reading.show_columns import fields_of


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which rows somebody wants to see.

    Attributes:
        code: of the first key: a ticker, a product, a number; None: all.
        start: first trade date, where there are any; None: the oldest.
        end: last trade date; None: the newest.
        most: rows.
    """

    code: str | None = None
    start: date | None = None
    end: date | None = None
    most: int = 20


def show(app: App, name: str, wish: Wish) -> Reading:
    """Return rows of the data set ``name``, the newest trade dates first, all columns but who wrote them.

    Raises:
        ConfigError: nothing of it is stored; the message names the command that loads it.
    """
    one = data_sets.named(name)
    fields = [_headed(field) for field in fields_of(one.table)]
    with app.engine.connect() as connection:
        require(connection, one.table.name, one.label, one.load_command.removeprefix("foresto "))
        found = [
            dict(row) for row in connection.execute(_query(one, [field.name for field in fields], wish)).mappings()
        ]
    return Reading(title=one.label, fields=fields, rows=found, nothing="그런 것이 저장되어 있지 않습니다.")


def _query(one: Declared, names: list[str], wish: Wish) -> Select[Any]:
    columns = one.table.columns
    keys = [columns[name] for name in key_of(one.table)]
    query = select(*(columns[name] for name in names))
    if isinstance(one, Daily):
        query = query.order_by(columns.trade_date.desc())
    if wish.code is not None:
        query = query.where(keys[0] == wish.code)
    if wish.start is not None:
        query = query.where(columns.trade_date >= wish.start)
    if wish.end is not None:
        query = query.where(columns.trade_date <= wish.end)
    return query.order_by(*keys).limit(wish.most)


def _headed(field: Field) -> Field:
    """Return the column with what its description begins with above it: "종가, 원/g" → "종가"."""
    return field._replace(head=field.label.partition(",")[0])
