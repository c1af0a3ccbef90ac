"""What a manifest may say. It lies in a folder that others write to: everything in it is doubted, nothing is guessed.

The columns are compared with the tables of this version by name only; that they are those of the database is for who
opens it (:func:`foresto_cli.archive.schema.check`), so that an export of another revision can be let in there.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table

from foresto_cli.archive import parquet
from foresto_cli.errors import UsageError
from foresto_cli.store.tables import metadata

LAYOUT = 1
"""Raised when files of an older export could not be read any more."""
SPREADSHEET = "spreadsheet"
"""CSV in which no text is a formula: for people to open, and not to be read back."""
FORMATS = ("parquet", "csv", SPREADSHEET)
EXTENSIONS = {SPREADSHEET: "csv"}
WORLDS = ("real", "sandbox")
LEFT_OUT = frozenset({"foresto_meta", "price_sessions"})
"""Never in an export: which world a database belongs to, and what is counted anew from what came in."""
DAY = "trade_date"
"""Tables with this column in their key hold years of days, and are partitioned by year."""
RENAMED = {"last_updated": "updated_at"}
"""Columns of earlier revisions → what they are called since."""
LARGEST_MANIFEST = 8 * 1024 * 1024
MOST_PARTS = 20_000
MOST_ROWS = 10**11
LARGEST_PART = 2**40
YEARS = range(1900, 2200)
LONGEST_SHOWN = 60

TOP = ("revision", "world", "format", "exported_at", "columns", "places", "parts", "layout")
PART = ("path", "table", "year", "rows", "first_day", "last_day", "state", "sha256", "size")
OPTIONAL = frozenset({"size", "layout", "places"})
"""Not said by the exports of earlier versions."""


class _Wrong(ValueError):
    """A place in the manifest and what is wrong with it."""


def today(table: str, column: str) -> str:
    """Return what a column of an export is called in the table of this version."""
    return column if column in tables()[table].columns else RENAMED.get(column, column)


def checked(content: bytes, where: str) -> dict[str, Any]:
    """Return what the manifest ``where`` with this ``content`` says, every field of it known to be possible.

    Raises:
        UsageError: anything is missing, unknown, twice, of the wrong type, or out of bounds; the message names it.
    """
    try:
        found = _json(content)
        _manifest(found)
    except _Wrong as error:
        raise UsageError(
            f"{where}에 이 판의 foresto가 모르는 것이 있습니다: {error}. 새 폴더에 내보내거나 그것을 고치세요."
        ) from None
    return found


def tables() -> dict[str, Table]:
    """Return the tables that an export may hold, by name."""
    return {name: table for name, table in metadata.tables.items() if name not in LEFT_OUT}


def path_of(table: str, year: int | None, number: int, file_format: str) -> str:
    """Return where a part lies below the folder: the only form that there is."""
    return f"{table}/{'' if year is None else f'year={year}/'}part-{number}.{EXTENSIONS.get(file_format, file_format)}"


def _json(content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST_MANIFEST:
        raise _Wrong(f"{LARGEST_MANIFEST:,}바이트보다 큽니다")
    try:
        found = json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise _Wrong(f"{error.lineno}번째 줄이 JSON이 아닙니다") from None
    except UnicodeDecodeError:
        raise _Wrong("UTF-8이 아닙니다") from None
    except RecursionError:
        raise _Wrong("너무 깊이 겹쳐 있습니다") from None
    except _Wrong:
        raise
    except ValueError:
        raise _Wrong("너무 긴 수가 있습니다") from None  # Python reads no number of thousands of digits
    _need(isinstance(found, dict), "목록", found)
    result: dict[str, Any] = found
    return result


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Wrong(f"{_shown(next(name for name in names if names.count(name) > 1))}이 두 번 있습니다")
    return found


def _no_number(name: str) -> None:
    raise _Wrong(f"{name}은 수가 아닙니다")


def _manifest(found: dict[str, Any]) -> None:
    if "layout" in found and found["layout"] != LAYOUT and _is_count(found["layout"], 10**6):
        raise _Wrong(f"형식 {found['layout']}은 이 판의 foresto가 읽지 못합니다")
    _fields(found, TOP, "")
    _need(_is_count(found.get("layout", LAYOUT), 10**6), "layout", found.get("layout"))
    _need(_is_text(found["revision"], r"[0-9A-Za-z_.-]{1,32}"), "revision", found["revision"])
    _need(_is_one_of(found["world"], WORLDS), "world", found["world"])
    _need(_is_one_of(found["format"], FORMATS), "format", found["format"])
    _need(_is_moment(found["exported_at"]), "exported_at", found["exported_at"])
    _columns(found["columns"])
    _places(found.get("places", {}), found["columns"])
    parts = found["parts"]
    _need(isinstance(parts, list) and len(parts) <= MOST_PARTS, "parts", f"{type(parts).__name__}")
    seen: set[str] = set()
    for number, part in enumerate(parts):
        _part(part, f"parts[{number}]", found)
        if part["path"] in seen:
            raise _Wrong(f"parts[{number}]의 {part['path']}이 두 번 있습니다")
        seen.add(part["path"])


def _columns(columns: object) -> None:
    _need(isinstance(columns, dict), "columns", columns)
    known = tables()
    for table, types in _mapping(columns).items():
        _need(table in known, "columns의 표", table)
        _need(isinstance(types, dict) and types != {}, f"columns.{table}", types)
        for name, kind in _mapping(types).items():
            _need(today(table, name) in known[table].columns, f"columns.{table}의 열", name)
            _need(isinstance(kind, str) and parquet.knows(kind), f"columns.{table}.{name}", kind)


def _places(places: object, columns: Mapping[str, Any]) -> None:
    _need(isinstance(places, dict), "places", places)
    for table, digits in _mapping(places).items():
        _need(table in columns and isinstance(digits, dict), "places의 표", table)
        for name, most in _mapping(digits).items():
            is_right = columns[table].get(name) == "numeric" and _is_count(most, parquet.DIGITS)
            _need(is_right, f"places.{table}.{name}", most)


def _part(part: object, where: str, found: Mapping[str, Any]) -> None:
    _need(isinstance(part, dict), where, part)
    given = _mapping(part)
    _fields(given, PART, f"{where}의 ")
    table, year = given["table"], given["year"]
    _need(isinstance(table, str) and table in found["columns"], f"{where}.table", table)
    columns = tables()[table]
    if DAY in columns.primary_key.columns:
        _need(_is_count(year, YEARS.stop) and year in YEARS, f"{where}.year", year)
    else:
        _need(year is None, f"{where}.year", year)
    _path(given["path"], table, year, found["format"], where)
    tests: dict[str, Callable[[object], bool]] = {
        "rows": lambda value: _is_count(value, MOST_ROWS),
        "size": lambda value: value is None or _is_count(value, LARGEST_PART),
        "state": lambda value: _is_text(value, r"-?[0-9]{1,60}"),
        "sha256": lambda value: _is_text(value, r"[0-9a-f]{64}"),
        "first_day": _is_day,
        "last_day": _is_day,
    }
    for name, test in tests.items():
        _need(test(given.get(name)), f"{where}.{name}", given.get(name))
    first, last = given["first_day"], given["last_day"]
    _need((first is None) == (last is None) and (first or "") <= (last or ""), f"{where}.last_day", last)
    in_year = year is None or first is None or {first[:4], last[:4]} == {f"{year}"}
    _need(in_year, f"{where}.first_day", first)


def _path(path: object, table: str, year: int | None, file_format: str, where: str) -> None:
    number = re.search(r"/part-(0|[1-9][0-9]{0,3})\.[a-z]+\Z", path) if isinstance(path, str) else None
    is_right = number is not None and path == path_of(table, year, int(number[1]), file_format)
    _need(is_right, f"{where}.path", path)


def _fields(found: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    strange = [name for name in found if name not in known]
    if strange:
        raise _Wrong(f"{where}{_shown(strange[0])}은 모르는 항목입니다")
    missing = [name for name in known if name not in found and name not in OPTIONAL]
    if missing:
        raise _Wrong(f"{where}{missing[0]} 항목이 없습니다")


def _need(condition: bool, where: str, value: object) -> None:  # noqa: FBT001  # reads as a sentence
    if not condition:
        raise _Wrong(f"{where}의 값이 맞지 않습니다({_shown(value)})")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_count(value: object, most: int) -> bool:
    return type(value) is int and 0 <= value <= most


def _is_one_of(value: object, known: tuple[str, ...]) -> bool:
    return isinstance(value, str) and value in known


def _is_text(value: object, form: str) -> bool:
    return isinstance(value, str) and re.fullmatch(form, value) is not None


def _is_day(value: object) -> bool:
    if value is None:
        return True
    if not isinstance(value, str) or not _is_text(value, r"[0-9]{4}-[0-9]{2}-[0-9]{2}"):
        return False
    try:
        return date.fromisoformat(value).year in YEARS
    except ValueError:
        return False


def _is_moment(value: object) -> bool:
    if not isinstance(value, str) or not _is_text(value, r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}"):
        return False
    try:
        return datetime.fromisoformat(value).year in YEARS
    except ValueError:
        return False


def _shown(value: object) -> str:
    """Return ``value`` as plain ASCII, short: a manifest gets no word on the operator's screen."""
    try:
        text = json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        text = type(value).__name__
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
