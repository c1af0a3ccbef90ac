"""데이터/표: the description of a table or view, its newest rows, rows per day, and all rows as a file."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from foresto_cli.output import plain
from foresto_cli.output.rows import Kind
from foresto_cli.store import complaints, dictionary
from foresto_cli.views.page.page_daily import DAYS, daily
from foresto_cli.views.pages import stored_rows
from foresto_cli.views.pages.page import Asked, File, Page
from foresto_cli.views.pages.stored_rows import Stored

LONGEST_TEXT = 120
"""Maximum number of characters shown of a value."""
SECONDS = 5
"""Time limit for the first rows of a view."""
CANCELED = "57014"
"""SQLSTATE of a statement that reached its time limit."""
NUMBERS = frozenset((Kind.WHOLE, Kind.NUMBER))


def page(connection: Connection, asked: Asked, today: date) -> Page:
    """Return the page of the table ``asked["table"]``.

    Raises:
        UsageError: there is none of this name.
    """
    of = stored_rows.stored(connection, asked["table"])
    counted = stored_rows.a_day(connection, of, today - timedelta(days=DAYS))
    found, trouble = _newest(connection, of)
    kinds = of.kinds
    names = [column[0] for column in of.columns]
    comments = {name: (comment or "").partition(". ")[0] for name, _, _, comment in of.columns}
    return Page(
        of.name,
        "table.html",
        {
            "table": of,
            "facts": _facts(of),
            "picture": daily("행", counted, today, lambda number: f"{number:,.0f}행"),
            "names": names,
            "comments": comments,
            "numbers": {name for name, kind in kinds.items() if kind in NUMBERS},
            "rows": [[_cell(value, name) for name, value in zip(names, row, strict=True)] for row in found],
            "trouble": trouble,
        },
    )


def file(connection: Connection, asked: Asked, _: date) -> File:
    """Return all rows of the table ``asked["table"]``.

    Raises:
        UsageError: there is none of this name.
    """
    of = stored_rows.stored(connection, asked["table"])
    return File(of.name, stored_rows.everything(connection, of))


def _newest(connection: Connection, of: Stored) -> tuple[list[tuple[object, ...]], str]:
    try:
        with connection.begin_nested():
            stored_rows.bounded(connection, SECONDS)
            return stored_rows.newest(connection, of), ""
    except OperationalError as error:
        if complaints.code_of(error) != CANCELED:
            raise
        return [], f"행을 모으는 데 {SECONDS}초가 넘게 걸려 보이지 않습니다. foresto sql로 보세요."


def _facts(of: Stored) -> list[tuple[str, str]]:
    table = dictionary.described().get(of.name)
    if table is None:
        return []
    told = (
        ("기본 키", ", ".join(of.key)),
        ("채우는 명령", _commands(table.info["fills"])),
        ("읽는 명령", _commands(table.info["reads"])),
    )
    return [(label, text) for label, text in told if text]


def _commands(given: tuple[str, ...]) -> str:
    return "자료를 받거나 검증하는 모든 명령" if given == ("*",) else ", ".join(given)


def _cell(value: object, name: str) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "예" if value else "아니오"
    if isinstance(value, int | Decimal) and not name.endswith(("id", "year", "quarter")):
        return f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    written = plain.text(value)
    return written if len(written) <= LONGEST_TEXT else f"{written[:LONGEST_TEXT]}…"
