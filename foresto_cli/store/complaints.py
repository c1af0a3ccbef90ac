"""What PostgreSQL refuses, as one of our errors: its own words, and in Korean what to do about it.

Each rule was made from what servers of the versions 15, 16 and 18 say. A server that speaks another language than
English says the same by its code (SQLSTATE); while a connection is being made libpq passes words on only, and then its
words are all that is told.
"""

import errno
import os
import re

import psycopg
from sqlalchemy.exc import DBAPIError

from foresto_cli.errors import BadPayload, StoreRefused, StoreUnavailable
from foresto_cli.store.complaint_rules import BUGS, CODES, CONNECTING, LIKELY, LIMITS, REFUSED, TOO_LARGE, VALUES, Rule

LEAST_SERVER_CONNECTIONS = 5
"""Of a pooler in front of the server: locks keep two while a chain runs, the rest is for the work itself."""
UNREACHED = "데이터베이스에 연결할 수 없습니다: {words}. {hint}"
OWN_HINT = "내장 서버의 연결이 끊겼습니다. 다시 실행하고, 반복되면 foresto doctor를 실행하세요."
HINT = "서버가 켜져 있는지와 DATABASE_URL을 확인하세요."


def code_of(error: DBAPIError | psycopg.Error) -> str:
    """Return PostgreSQL's code (SQLSTATE) of a driver's error; empty when it came from libpq or the driver itself."""
    return getattr(_cause(error), "sqlstate", None) or ""


def is_a_bug(error: DBAPIError | psycopg.Error) -> bool:
    """Tell whether the error speaks of a value or a query of ours, not of the server or what is in it."""
    code = code_of(error)
    if not code:
        return isinstance(_cause(error), psycopg.ProgrammingError | psycopg.DataError | psycopg.NotSupportedError)
    return code.startswith(BUGS)


def is_about_values(error: DBAPIError | psycopg.Error) -> bool:
    """Tell whether the error speaks of the values that were to be written: the next ones may be taken."""
    code = code_of(error)
    return code.startswith(VALUES) if code else isinstance(_cause(error), psycopg.DataError)


def is_too_large(error: DBAPIError | psycopg.Error) -> bool:
    """Tell whether something was larger than the server can keep, which its drivers report like a broken connection."""
    return code_of(error).startswith(TOO_LARGE)


def refused_values(error: DBAPIError | psycopg.Error) -> BadPayload:
    """Return what an error that is about values means to an operator."""
    return BadPayload(f"데이터베이스가 값을 받지 않았습니다: {words_of(_cause(error))[:300]}.")


def is_about_our_tables(error: DBAPIError | psycopg.Error) -> bool:
    """Tell whether a table is not what it should be, which may be somebody's doing or a bug of ours."""
    return code_of(error).startswith(("42", "0A", "P0", "XX")) and code_of(error) != "42501"


def explanation(error: DBAPIError | psycopg.Error, *, own: bool | None = None) -> StoreUnavailable:
    """Return what ``error`` means to an operator, without the URL and its password.

    Args:
        error: what SQLAlchemy or the driver raised.
        own: whether it came from the embedded server, when that is known.
    """
    cause = _cause(error)
    code, words = code_of(error), words_of(cause)
    # On a full disk a connection may be refused as well, and then only the words say so.
    if code == "53100" or os.strerror(errno.ENOSPC) in str(cause):
        return StoreUnavailable("데이터베이스의 디스크에 남은 공간이 없습니다. 공간을 비운 뒤 다시 실행하세요.")
    if "query_wait_timeout" in str(cause):
        return StoreUnavailable(
            "pgbouncer에 남은 서버 연결이 없습니다(query_wait_timeout)."
            f" default_pool_size를 {LEAST_SERVER_CONNECTIONS} 이상으로 늘리고, 누가 연결을 쥐고 있는지 확인하세요."
        )
    return _by_code(code, words) if code else _unreached(str(cause), words, own=own)


def _by_code(code: str, words: str) -> StoreUnavailable:
    if code == "57014":
        return _cancelled(words)
    if code in LIMITS:
        setting, what = LIMITS[code]
        return StoreUnavailable(f"{what}: {words}. {_lifted(setting)}")
    if code == "42501":
        return _by_words(REFUSED, words, words) or StoreRefused(words)
    for start, kind, advice in CODES:
        if code.startswith(start):
            return kind(f"데이터베이스가 거절했습니다: {words}. {advice}")
    return StoreUnavailable(f"데이터베이스가 거절했습니다: {words}({code}). 서버의 로그를 확인하세요.")


def words_of(cause: BaseException) -> str:
    """Return the one line of ``cause`` that says why."""
    primary = cause.diag.message_primary if isinstance(cause, psycopg.Error) else None
    if primary:
        return primary.strip().splitlines()[0].rstrip(".")
    lines = [line.strip() for line in str(cause).strip().splitlines() if line.strip()]
    # One line per address that was tried; the one where a server answered says the most.
    tried = [line for line in lines if LIKELY.search(line)] or [line for line in lines if "failed: " in line] or lines
    return (tried[0] if tried else type(cause).__name__).lstrip("- ").rstrip(".")


def _cause(error: DBAPIError | psycopg.Error) -> BaseException:
    return (error.orig or error) if isinstance(error, DBAPIError) else error


def _unreached(text: str, words: str, *, own: bool | None) -> StoreUnavailable:
    found = None if own else _by_words(CONNECTING, text, words)
    return found or StoreUnavailable(UNREACHED.format(words=words, hint=OWN_HINT if own else HINT))


def _by_words(rules: tuple[Rule, ...], text: str, words: str) -> StoreUnavailable | None:
    for rule in rules:
        found = rule.words.search(text)
        if found:
            advice = rule.advice.format_map({name: _quoted(value or "") for name, value in found.groupdict().items()})
            return rule.error(f"데이터베이스가 거절했습니다: {words}. {advice}")
    return None


def _quoted(name: str) -> str:
    plain = name.strip('"')
    return plain if re.fullmatch(r"[a-z_][a-z0-9_]*", plain) else f'"{plain}"'


def _cancelled(words: str) -> StoreUnavailable:
    if "statement timeout" in words:
        return StoreUnavailable(f"서버가 오래 걸린 문장을 멈췄습니다: {words}. {_lifted('statement_timeout')}")
    if "lock timeout" in words:
        return StoreUnavailable(f"다른 프로그램이 표를 쓰고 있습니다: {words}. {_lifted('lock_timeout')}")
    return StoreUnavailable(f"서버에서 누가 문장을 멈췄습니다: {words}. 관리자에게 확인한 뒤 다시 실행하세요.")


def _lifted(setting: str) -> str:
    return f"다시 실행하고, 반복되면 서버에서 ALTER ROLE 계정 SET {setting} = 0을 실행하세요."
