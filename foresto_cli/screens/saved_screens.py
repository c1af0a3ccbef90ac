"""Conditions kept by name: which there are, and which of them are watched."""

import re
import unicodedata
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.errors import UsageError
from foresto_cli.screens.conditions import WORDS, conditions
from foresto_cli.screens.screen_fields import FIELDS

LONGEST_NAME = 40
NAME = re.compile(r"\w+( \w+)*+")
"""Letters, digits and single blanks: nothing that a condition compares or counts with."""
OPERATORS = {*WORDS, "in", "is"}
RESERVED = {name.casefold() for field in FIELDS for name in field.names}
SAVED = (
    "SELECT s.name, s.condition, s.is_watched, s.told_date,"
    " date_trunc('second', s.created_at) AS created_at, date_trunc('second', s.updated_at) AS updated_at,"
    " (SELECT count(*) FROM saved_screen_member m WHERE m.name = s.name) AS members FROM saved_screen s"
    " ORDER BY s.name"
)

Row = dict[str, Any]


def called(given: str) -> str:
    """Return ``given`` as names are kept: composed letters, no blanks around, since a Mac types Korean decomposed."""
    return unicodedata.normalize("NFC", given).strip()


def condition_of(connection: Connection, given: str) -> str:
    """Return the condition that is saved as ``given``, else ``given`` itself.

    Raises:
        UsageError: it is neither saved nor a condition, and could be a name.
    """
    name = called(given)
    if not _is_name(name):
        return given
    found = connection.scalar(text("SELECT condition FROM saved_screen WHERE name = :name"), {"name": name})
    if found is not None:
        return f"{found}"
    try:
        conditions(given, FIELDS)
    except UsageError as error:
        raise UsageError(f"{error} 저장한 이름은 foresto screen --list로 보세요.") from None
    return given


def every(connection: Connection) -> list[Row]:
    """Return the saved conditions by name, with how many stocks are remembered of each."""
    return [dict(row) for row in connection.execute(text(SAVED)).mappings()]


def one(connection: Connection, given: str) -> Row:
    """Return what is saved as ``given``.

    Raises:
        UsageError: nothing is.
    """
    name = called(given)
    found = [row for row in every(connection) if row["name"] == name]
    if not found:
        raise UsageError(f"{name}: 저장한 조건이 없습니다. foresto screen --list로 이름을 보세요.")
    return found[0]


def check_name(given: str) -> str:
    """Return the name to keep a condition under.

    Raises:
        UsageError: it could be taken for a condition, or has what names have not.
    """
    name = called(given)
    if not _is_name(name):
        raise UsageError(
            f"{name}: 이름으로 쓸 수 없습니다. 글자, 숫자, 밑줄과 한 칸 띄어쓰기로 {LONGEST_NAME}자까지 적으세요."
        )
    if name.casefold() in RESERVED or OPERATORS.intersection(name.casefold().split()) or _is_condition(name):
        raise UsageError(f"{name}: 조건에 쓰는 말이라 이름으로 쓸 수 없습니다. 다른 이름을 적으세요.")
    return name


def save(connection: Connection, name: str, condition: str) -> Row:
    """Keep ``condition`` as ``name``, and return it; another condition than before is watched from its own beginning.

    Raises:
        UsageError: the name cannot be one, or the condition cannot be understood.
    """
    name = check_name(name)
    conditions(condition, FIELDS)
    values = {"name": name, "condition": condition.strip(), "now": clock.wall()}
    before = connection.scalar(text("SELECT condition FROM saved_screen WHERE name = :name FOR UPDATE"), values)
    connection.execute(
        text(
            "INSERT INTO saved_screen (name, condition, created_at, updated_at) VALUES (:name, :condition, :now, :now)"
            " ON CONFLICT (name) DO UPDATE SET condition = excluded.condition, updated_at = excluded.updated_at,"
            " told_date = CASE WHEN saved_screen.condition = excluded.condition THEN saved_screen.told_date END"
        ),
        values,
    )
    if before != values["condition"]:
        _forget(connection, name)
    return one(connection, name) | {"before": before}


def delete(connection: Connection, given: str) -> Row:
    """Keep what is saved as ``given`` no longer, and return it.

    Raises:
        UsageError: nothing is.
    """
    found = one(connection, given)
    _forget(connection, found["name"])
    connection.execute(text("DELETE FROM saved_screen WHERE name = :name"), {"name": found["name"]})
    return found


def watch(connection: Connection, given: str, *, is_watched: bool) -> Row:
    """Tell from now on, or no longer, which stocks enter and leave; return what is saved as ``given``.

    Raises:
        UsageError: nothing is.
    """
    found = one(connection, given)
    if found["is_watched"] != is_watched:
        _forget(connection, found["name"])
        connection.execute(
            text(
                "UPDATE saved_screen SET is_watched = :is_watched, told_date = NULL, updated_at = :now"
                " WHERE name = :name"
            ),
            {"name": found["name"], "is_watched": is_watched, "now": clock.wall()},
        )
    return one(connection, given) | {"is_new": found["is_watched"] != is_watched}


def _forget(connection: Connection, name: str) -> None:
    connection.execute(text("DELETE FROM saved_screen_member WHERE name = :name"), {"name": name})


def _is_name(name: str) -> bool:
    return len(name) <= LONGEST_NAME and NAME.fullmatch(name) is not None


def _is_condition(name: str) -> bool:
    try:
        conditions(name, FIELDS)
    except UsageError:
        return False
    return True
