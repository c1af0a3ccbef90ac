"""A screen as the operator sees it: the count after each condition, and who is left."""

from collections.abc import Callable

from foresto_cli.app import App
from foresto_cli.console import Console
from foresto_cli.output import rows as output
from foresto_cli.output.rows import Column, Rows
from foresto_cli.screens.conditions import Field, Kind
from foresto_cli.screens.screen_fields import FIELDS
from foresto_cli.screens.screening import Screened, screened
from foresto_cli.views import words

KINDS = {
    Kind.NUMBER: output.Kind.NUMBER,
    Kind.TEXT: output.Kind.TEXT,
    Kind.TRUTH: output.Kind.TRUTH,
    Kind.DAY: output.Kind.DAY,
}


def found(app: App, condition: str, as_of: str, *, top: int | None, sort: str) -> Screened:
    """Return who fulfils ``condition``.

    Raises:
        UsageError, ConfigError: as :func:`foresto_cli.screens.screening.screen`.
    """
    with app.engine.connect() as connection:
        return screened(connection, condition, as_of or None, top=top, sort=sort)


def show_counts(console: Console, found: Screened) -> None:
    """Print how many stocks each condition left over."""
    console.line(f"{found.day} · 시세가 있는 {found.everybody:,}종목")
    for said, count in found.counts:
        console.line(f"  {said} → {count:,}종목")
    if found.unknown:
        unknown = ", ".join(one.label.partition("(")[0] for one in found.fields if one.name in found.unknown)
        console.line(f"· 값이 있는 종목이 하나도 없는 항목: {unknown}. 빠진 키와 자료: foresto doctor, foresto status")


def rows(found: Screened) -> Rows:
    """Return who is left."""
    return Rows(tuple(_column(one) for one in found.fields), found.rows)


def plain(found: Screened) -> dict[str, object]:
    """Return the counts for ``--json``."""
    return {
        "as_of": f"{found.day}",
        "everybody": found.everybody,
        "conditions": [{"condition": said, "left": count} for said, count in found.counts],
        "unknown": list(found.unknown),
    }


def known() -> Rows:
    """Return what conditions can speak of."""
    columns = (Column("name", "이름"), Column("korean", "한국어 이름"), Column("label", "뜻"), Column("kind", "종류"))
    return Rows(columns, [(*one.names, one.label, one.kind.value) for one in FIELDS])


def _column(one: Field) -> Column:
    unit = "점" if one.label.endswith("점수") else one.label.rpartition("(")[2].removesuffix(")")
    return Column(one.name, one.label, KINDS[one.kind], said=None if one.name == "price" else SAID.get(unit))


def _decimals(digits: int) -> Callable[[float], str]:
    return lambda value: f"{value:,.{digits}f}"


SAID: dict[str, Callable[[float], str]] = {"원": words.won, "배": _decimals(2), "%": _decimals(2), "점": _decimals(1)}
"""How a number is said on the terminal, by its unit; a price to the won."""
