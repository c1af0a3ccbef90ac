"""A reading: rows with all their columns for files and ``--json``, and a narrow table of them for a terminal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, TextClause, text

from foresto_cli.console import Console
from foresto_cli.errors import ConfigError
from foresto_cli.output import on_screen, plain
from foresto_cli.output.give import Form, give
from foresto_cli.output.rows import Column, Kind, Rows, from_mappings
from foresto_cli.store.fragments import sql

Row = dict[str, Any]
Amount = Decimal | float | int


class Field(NamedTuple):
    """A column of a reading.

    Attributes:
        name: in files and JSON: as in the database.
        label: with its unit, above the column of an Excel sheet.
        kind: of its values.
        head: what stands above it on a terminal; without one it is not shown there.
        shown: makes a value that is known a text for people.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    head: str = ""
    shown: Callable[[Any], str] = plain.text


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a command has found.

    Attributes:
        title: above the table, with the units that its heads do not name.
        fields: columns.
        rows: values by the names of ``fields``.
        before: lines above the table, for people alone.
        notes: lines below it, whatever form was asked for.
        nothing: instead of a table without rows.
        facts: beside the rows in ``--json``.
        is_card: people see what is known of each row item by item, by the fields' labels.
        called: names of fields on a card, for fields whose label is a long description.
    """

    title: str
    fields: Sequence[Field]
    rows: Sequence[Mapping[str, Any]]
    before: Sequence[str] = ()
    notes: Sequence[str] = ()
    nothing: str = "저장된 것이 없습니다."
    facts: Mapping[str, object] = field(default_factory=dict)
    is_card: bool = False
    called: Mapping[str, str] = field(default_factory=dict)


def given(console: Console, found: Reading, form: Form) -> dict[str, object]:
    """Give a reading out in the form that was asked for; return what ``--json`` has to say beside the rows.

    Raises:
        UsageError: the form cannot be had.
        ConfigError: the file cannot be written.
    """
    columns = [Column(one.name, one.label, one.kind) for one in found.fields]
    if console.as_json or form != Form(everything=form.everything):
        told = give(console, from_mappings(columns, found.rows), form, found.title)
    else:
        _show(console, found, form)
        told = {"columns": [column.name for column in columns], "count": len(found.rows)}
    for note in found.notes:
        console.line(f"· {note}")
    return {**found.facts, **told}


def all_given(console: Console, found: Sequence[Reading], form: Form) -> dict[str, object]:
    """Give several readings of the same columns out: one table each for people, one file of all.

    Raises:
        UsageError: the form cannot be had.
        ConfigError: the file cannot be written.
    """
    if len(found) == 1 or console.as_json or form != Form(everything=form.everything):
        return given(console, together(found), form)
    return {"readings": [given(console, one, form) for one in found]}


def together(found: Sequence[Reading]) -> Reading:
    """Return several readings of the same columns as one: rows behind each other, each note once."""
    if len(found) == 1:
        return found[0]
    return Reading(
        title=" / ".join(one.title for one in found),
        fields=found[0].fields,
        rows=[row for one in found for row in one.rows],
        notes=list(dict.fromkeys(note for one in found for note in one.notes)),
        facts={"readings": [dict(one.facts) for one in found]},
    )


def only_shown(console: Console, found: Reading) -> None:
    """Print a reading that stands beside another one, for people alone."""
    if not console.as_json:
        _show(console, found, Form())


def _show(console: Console, found: Reading, form: Form) -> None:
    if not found.rows:
        console.line(f"{found.title}: {found.nothing}")
        return
    if found.is_card:
        for row in found.rows:
            known = [
                (found.called.get(one.name, one.label), one.shown(row[one.name]))
                for one in found.fields
                if row[one.name] is not None
            ]
            console.table(found.title, ("항목", "값"), known)
        return
    shown = [one for one in found.fields if one.head]
    # Texts made for people stand where numbers do when they are made of numbers.
    columns = tuple(Column(one.name, one.head, one.kind) for one in shown)
    told = _cell if console.is_terminal else _exact
    cells = [tuple(told(one, row[one.name]) for one in shown) for row in found.rows]
    for line in found.before:
        console.line(line)
    on_screen.show(console, found.title, Rows(columns, cells), everything=form.everything, whole=False)


def _cell(one: Field, value: object) -> str | None:
    return None if value is None else one.shown(value)


def _exact(one: Field, value: object) -> object:
    return _cell(one, value) if one.kind is Kind.TEXT else value


def rows(connection: Connection, query: str | TextClause, **values: object) -> list[Row]:
    """Return the rows of a query, decimals without zeros at their end."""
    asked = text(query) if isinstance(query, str) else query
    found = connection.execute(asked, values)
    names = tuple(found.keys())
    return [dict(zip(names, map(_trimmed, row), strict=True)) for row in found]


def require(connection: Connection, table: str, what: str, command: str) -> None:
    """Let pass when ``table`` has a row; an empty one says nothing about anybody.

    Raises:
        ConfigError: it has none; the message names the command that fills it.
    """
    if not connection.scalar(sql("SELECT EXISTS (SELECT 1 FROM {table})", table=table)):
        raise ConfigError(f"{what}: 저장된 것이 없습니다. 먼저 실행하세요: foresto {command}")


def _trimmed(value: object) -> object:
    if type(value) is Decimal:
        return int(value) if value == value.to_integral_value() else value.normalize()
    return value


def whole(value: Amount) -> str:
    """Return a number rounded to a whole one, with thousands."""
    return f"{value:,.0f}"


def price(value: Amount) -> str:
    """Return a price: two decimals where it has any."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def percent(value: Amount) -> str:
    """Return a number with two decimals."""
    return f"{value:,.2f}"


def yes_no(value: object) -> str:
    """Return 예 or 아니오."""
    return "예" if value else "아니오"
