"""What a server says of somebody's statement, as one sentence in Korean with the place, its own words behind."""

import re

import psycopg

from foresto_cli.errors import UsageError
from foresto_cli.store import complaints

_OF_THE_SERVER = ("08", "28", "53", "57P", "58", "XX", "40")
"""Classes of codes that speak of the server, not of what it was asked."""
_SAID = (
    ("25006", "읽기 전용이라 쓸 수 없습니다"),
    ("42501", "이 명령에는 권한이 없습니다(읽기만 합니다)"),
    ("42P01", "그런 표나 뷰가 없습니다(foresto sql --tables가 보여 줍니다)"),
    ("42703", "그런 열이 없습니다(foresto sql --columns 표가 보여 줍니다)"),
    ("42702", "어느 표의 열인지 분명하지 않습니다"),
    ("42883", "그런 함수나 연산자가 없습니다(형을 확인하세요)"),
    ("42803", "GROUP BY에 없는 열입니다"),
    ("42804", "형이 서로 맞지 않습니다"),
    ("42601", "문법에 맞지 않습니다"),
    ("22012", "0으로 나누었습니다"),
    ("22P02", "값을 그 형으로 읽을 수 없습니다"),
    ("22007", "날짜나 시각으로 읽을 수 없습니다"),
    ("22008", "없는 날짜나 시각입니다"),
    ("22003", "수가 너무 큽니다"),
    ("54", "서버가 다룰 수 있는 것보다 큽니다"),
    ("0A", "서버가 하지 않는 일입니다"),
)
"""By code, the first that fits."""
_SEVERAL = "multiple commands"
_NEAR = 30
"""Letters that are quoted from where the server points to."""


def is_of_the_statement(error: psycopg.Error) -> bool:
    """Tell whether the error speaks of what was asked: whoever asked has to change it."""
    code = error.sqlstate or ""
    if not code:
        # What the driver cannot read (a day after the year 9999) or does not do (COPY).
        return isinstance(error, psycopg.DataError | psycopg.ProgrammingError | psycopg.NotSupportedError)
    return not code.startswith(_OF_THE_SERVER)


def explained(error: psycopg.Error, statement: str, seconds: float) -> UsageError:
    """Return what the server says of ``statement``: where, what, in its own words.

    Args:
        error: what came.
        statement: as it was sent.
        seconds: the time limit it had.
    """
    code, words = error.sqlstate or "", complaints.words_of(error)
    if code == "57014":
        return UsageError(
            f"SQL이 {seconds:g}초 안에 끝나지 않아 멈췄습니다. 범위를 줄이거나 --timeout 10m처럼 늘리세요."
        )
    if code == "42601" and _SEVERAL in words:
        return UsageError("SQL 문장은 한 번에 하나만 씁니다. 나누어 실행하세요.")
    if not code and not isinstance(error, psycopg.DataError):
        return without_rows()
    if not code:
        return UsageError(f"SQL의 결과를 읽을 수 없습니다: {words}. 그 열을 ::text로 바꾸어 보세요.")
    said = next((said for start, said in _SAID if code.startswith(start)), "서버가 받지 않았습니다")
    hint = f" {error.diag.message_hint}" if error.diag.message_hint else ""
    return UsageError(f"SQL{_place(error, statement)}: {said}. {words}.{hint}")


def without_rows() -> UsageError:
    """Return what is said of a statement that gives no rows."""
    return UsageError("SQL이 행을 돌려주지 않습니다. SELECT, WITH, VALUES, TABLE, SHOW, EXPLAIN을 쓰세요.")


def _place(error: psycopg.Error, statement: str) -> str:
    position = error.diag.statement_position
    if position is None or not position.isdecimal():
        return ""
    before, behind = statement[: int(position) - 1], statement[int(position) - 1 :]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    near = re.split(r"\n", behind[:_NEAR])[0]
    return f" {line}번째 줄 {column}번째 글자" + (f"({near} …)" if near else "(끝)")
