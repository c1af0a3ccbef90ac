"""찾기: builds a screen in the browser; shows how many stocks each condition leaves and the stocks, also as a file.

The server stores nothing: the address contains the whole screen, so it can be kept as a bookmark.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from sqlalchemy import Connection

from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.output import plain
from foresto_cli.screens import saved_screens, screen_view
from foresto_cli.screens.conditions import LONGEST, Field, Kind
from foresto_cli.screens.screen_fields import FIELDS
from foresto_cli.screens.screening import Screened, screened
from foresto_cli.views import words
from foresto_cli.views.pages.page import Answer, Asked, File, Moved, Page

SHOWN = 100
"""Maximum number of stocks on the page; the file has all."""
USUAL_ORDER = "-score"
COMPARED = {
    "<=": "이하",
    ">=": "이상",
    "<": "미만",
    ">": "초과",
    "=": "같음",
    "!=": "다름",
    "in": "포함(글자)",
    "is": "그렇다(참·거짓)",
    "not": "아니다(참·거짓)",
}
"""The comparisons of the builder, and their names."""
EXAMPLES = (
    ("저평가 우량", "per < 12 and pbr < 1.5 and score >= 60 and not designated"),
    ("큰 배당", "dividend_yield >= 4 and market_cap > 3000억"),
    ("오른 큰 회사", "return_3m > 20 and market_cap > 1조"),
)
BY_NAME = {one.name: one for one in FIELDS}
LARGE = 100_000_000
"""Amounts of at least so many won are written in 억."""


def page(connection: Connection, asked: Asked, today: date) -> Answer:
    """Return the page with the screen of the address; an error in the screen is shown above the form."""
    condition = asked.get("condition", "").strip()
    order = asked.get("sort") or USUAL_ORDER
    if asked.get("field"):
        try:
            return Moved(_address(_with(condition, asked), asked.get("as_of", ""), order))
        except UsageError as error:
            return _page(connection, asked, None, f"{error}")
    if not condition:
        return _page(connection, asked, None, "")
    try:
        return _page(connection, asked, _screened(connection, asked, today, SHOWN), "")
    except (UsageError, ConfigError) as error:
        return _page(connection, asked, None, f"{error}")


def file(connection: Connection, asked: Asked, today: date) -> File:
    """Return all stocks that meet the conditions.

    Raises:
        UsageError: the condition, the order or the day cannot be understood.
        ConfigError: no price of that day or before is stored.
    """
    found = _screened(connection, asked, today, None)
    return File(f"foresto-screen-{found.day}", screen_view.rows(found))


def _screened(connection: Connection, asked: Asked, today: date, top: int | None) -> Screened:
    as_of = asked.get("as_of", "").strip()
    if as_of and as_of > f"{today}":
        raise UsageError(f"{as_of}: 아직 오지 않은 날입니다.")
    return screened(
        connection, asked.get("condition", ""), as_of or None, top=top, sort=asked.get("sort") or USUAL_ORDER
    )


def _page(connection: Connection, asked: Asked, found: Screened | None, trouble: str) -> Page:
    condition, as_of = asked.get("condition", "").strip(), asked.get("as_of", "").strip()
    order = asked.get("sort") or USUAL_ORDER
    return Page(
        "찾기",
        "find.html",
        {
            "condition": condition[: 2 * LONGEST],
            "as_of": as_of[:10],
            "order": order,
            "fields": FIELDS,
            "compared": COMPARED,
            "given": {name: asked.get(name, "")[:100] for name in ("field", "compare", "value")},
            "examples": [(label, said, _address(said, "", USUAL_ORDER)) for label, said in EXAMPLES],
            "saved": [
                {**row, "address": _address(row["name"], as_of, order)} for row in saved_screens.every(connection)
            ],
            "longest": LONGEST,
            "trouble": trouble,
            "found": None if found is None else _found(found, condition, as_of, order),
            "file": f"/find.csv?{urlencode({'condition': condition, 'as_of': as_of, 'sort': order})}",
        },
        400 if trouble else 200,
    )


def _found(found: Screened, condition: str, as_of: str, order: str) -> dict[str, object]:
    said = [one for one, _ in found.counts]
    return {
        "day": words.day(found.day),
        "everybody": found.everybody,
        "counts": [
            {
                "said": one,
                "left": left,
                "share": round(100 * left / found.everybody, 1) if found.everybody else 0,
                "without": _address(" and ".join(said[:place] + said[place + 1 :]), as_of, order),
            }
            for place, (one, left) in enumerate(found.counts)
        ],
        "left": found.counts[-1][1],
        "columns": [
            {
                "label": one.label,
                "is_number": one.kind is Kind.NUMBER,
                "address": _address(condition, as_of, one.name if order == f"-{one.name}" else f"-{one.name}"),
                "way": {one.name: "ascending", f"-{one.name}": "descending"}.get(order, "none"),
            }
            for one in found.fields
        ],
        "rows": [[_cell(one, value) for one, value in zip(found.fields, row, strict=True)] for row in found.rows],
    }


def _address(condition: str, as_of: str, order: str) -> str:
    asked = {"condition": condition, "as_of": as_of, "sort": "" if order == USUAL_ORDER else order}
    written = urlencode({name: value for name, value in asked.items() if value})
    return f"/find?{written}" if written else "/find"


def _with(condition: str, asked: Mapping[str, str]) -> str:
    """Return ``condition`` with the condition that was chosen in the form added to it.

    Raises:
        UsageError: the chosen field, comparison and value do not fit together.
    """
    field, compare, value = (asked.get(name, "").strip() for name in ("field", "compare", "value"))
    one = BY_NAME.get(field)
    if one is None or compare not in COMPARED:
        raise UsageError(f"{field} {compare}: 그런 조건은 만들 수 없습니다. 목록에서 고르세요.")
    added = _compared(one, compare, value)
    return f"{condition} and {added}" if condition else added


def _compared(one: Field, compare: str, value: str) -> str:
    if one.kind is Kind.TRUTH or compare in {"is", "not"}:
        if one.kind is not Kind.TRUTH:
            raise UsageError(f"{one.label}: 참·거짓이 아닙니다. 이상, 이하 같은 비교를 고르세요.")
        return f"not {one.name}" if compare in {"not", "!="} else one.name
    if not value:
        raise UsageError(f"{one.label}: 비교할 값을 적으세요.")
    if one.kind is Kind.NUMBER:
        if compare == "in":
            raise UsageError(f"{one.label}: 포함은 글자에만 쓸 수 있습니다.")
        return f"{one.name} {compare} {value.replace(',', '')}"
    quoted = '"' + value.replace('"', "") + '"'
    return f"{quoted} in {one.name}" if compare == "in" else f"{one.name} {compare} {quoted}"


def _cell(one: Field, value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "예" if value else "아니오"
    if isinstance(value, int | Decimal):
        number = Decimal(value)
        if one.label.endswith("(원)") and abs(number) >= LARGE:
            return words.won(float(number))
        return f"{number:,.0f}" if number == number.to_integral_value() else f"{number:,.2f}"
    return plain.text(value)
