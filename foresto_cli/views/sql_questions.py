"""Questions in SQL and what they come to: where a statement stands, the kinds of its columns, the tables there are."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from foresto_cli.errors import UsageError
from foresto_cli.output.give import Form, give
from foresto_cli.output.rows import Column, Kind, Rows
from foresto_cli.store import catalogue, questions

if TYPE_CHECKING:
    from foresto_cli.app import App

STDIN = "-"
USUAL_SECONDS = 60
"""Time limit of the server, without ``--timeout``."""
KINDS = {
    **dict.fromkeys((20, 21, 23, 26), Kind.WHOLE),
    **dict.fromkeys((700, 701, 1700), Kind.NUMBER),
    1082: Kind.DAY,
    **dict.fromkeys((1114, 1184), Kind.MOMENT),
    16: Kind.TRUTH,
}
"""By PostgreSQL's number of a type (pg_type.oid); all others are texts."""
TABLES = (
    Column("name", "이름"),
    Column("kind", "종류"),
    Column("rows", "행(대략)", Kind.WHOLE),
    Column("comment", "뜻"),
)
COLUMNS = (
    Column("name", "열"),
    Column("type", "형"),
    Column("nullable", "NULL", Kind.TRUTH),
    Column("comment", "뜻"),
)


@dataclass(frozen=True)
class Question:
    """What is asked: a statement, the columns of ``table``, or, without either, which tables there are."""

    statement: str = ""
    table: str = ""


def chosen(statement: str | None, file: str | None, *, tables: bool, columns: str | None) -> Question:
    """Return the one question among what was given.

    Raises:
        UsageError: none, more than one, or a statement that cannot be read.
    """
    given = [one for one in (statement, file, columns) if one is not None]
    if len(given) + tables != 1:
        raise UsageError('SQL 문장, -f 파일, --tables, --columns 표 가운데 하나를 적으세요: foresto sql "SELECT …"')
    if tables:
        return Question()
    if columns is not None:
        return Question(table=columns)
    written = _read(file) if file is not None else sys.stdin.buffer.read() if statement == STDIN else statement or ""
    text = _text(written)
    if not text.strip(" \t\r\n;"):
        raise UsageError("SQL 문장이 비어 있습니다.")
    return Question(statement=text)


def answer(app: "App", question: Question, form: Form, seconds: float = USUAL_SECONDS) -> dict[str, object]:
    """Give out what ``question`` comes to; return what ``--json`` says beside the rows.

    Args:
        app: the application.
        question: what is asked.
        form: where the rows go.
        seconds: time limit of the server; 0 is none.

    Raises:
        UsageError: the statement is refused, wrong or too slow, or there is no such table.
        ConfigError: the file cannot be written.
    """
    if not question.statement:
        with app.engine.connect() as connection:
            if question.table:
                found = Rows(COLUMNS, catalogue.columns(connection, question.table))
                return give(app.console, found, form, question.table)
            return give(app.console, Rows(TABLES, catalogue.relations(connection)), form, "표와 뷰")
    with questions.asked(app.engine, question.statement, seconds=seconds, own=not app.is_shared) as answered:
        names = _distinct([name for name, _ in answered.columns])
        columns = tuple(
            Column(name, name, KINDS.get(kind, Kind.TEXT), grouped=False)
            for name, (_, kind) in zip(names, answered.columns, strict=True)
        )
        return give(app.console, Rows(columns, answered.rows), form)


def _read(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file} 파일을 읽을 수 없습니다({error.strerror}).") from None


def _text(written: str | bytes) -> str:
    try:
        text = written if isinstance(written, str) else written.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("SQL이 UTF-8이 아닙니다. UTF-8로 저장한 뒤 다시 실행하세요.") from None
    if "\x00" in text:
        raise UsageError("SQL에 NUL 글자가 있습니다. UTF-8로 저장한 뒤 다시 실행하세요.")
    return text


def _distinct(names: list[str]) -> list[str]:
    """Return ``names`` with a number behind each that was there before."""
    made: list[str] = []
    for name in names:
        number, one = 1, name
        while one in made or (one != name and one in names):
            number += 1
            one = f"{name}_{number}"
        made.append(one)
    return made
