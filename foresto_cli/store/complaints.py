"""What PostgreSQL refuses, as one of our errors: its own words, and in Korean what to do about it.

Each rule was made from what servers of the versions 15, 16 and 18 say. A server that speaks another language than
English says the same by its code (SQLSTATE); while a connection is being made libpq passes words on only, and then its
words are all that is told.
"""

import errno
import os
import re
from typing import NamedTuple

import psycopg
from sqlalchemy.exc import DBAPIError

from foresto_cli.errors import BadPayload, StoreRefused, StoreUnavailable

LEAST_SERVER_CONNECTIONS = 5
"""Of a pooler in front of the server: locks keep two while a chain runs, the rest is for the work itself."""
BUGS = ("22", "23", "25P02", "42601", "42803", "42804", "42883", "42P02", "42P10")
"""Codes and classes of them that speak of a value or a query of ours, and not of the server."""
TOO_LARGE = "54"
"""Class of what a server has no room for: an index entry, a row, a column too many."""
VALUES = ("22", "23", TOO_LARGE)
"""Classes of what is said of the values that were to be written."""
UNREACHED = "데이터베이스에 연결할 수 없습니다: {words}. {hint}"
OWN_HINT = "내장 서버의 연결이 끊겼습니다. 다시 실행하고, 반복되면 foresto doctor를 실행하세요."
HINT = "서버가 켜져 있는지와 DATABASE_URL을 확인하세요."
LIKELY = re.compile(r"FATAL|ERROR|치명적|오류")


class Rule(NamedTuple):
    """What a refusal is known by, what it becomes, and the advice; ``{name}`` is what the words named."""

    words: re.Pattern[str]
    error: type[StoreUnavailable]
    advice: str


def _rule(words: str, error: type[StoreUnavailable], advice: str) -> Rule:
    return Rule(re.compile(words), error, advice)


LATER, SETTING = StoreUnavailable, StoreRefused
CONNECTING = (
    _rule(
        r"password authentication failed|password 인증을 실패",
        SETTING,
        "비밀번호가 맞지 않습니다: DATABASE_URL의 비밀번호(없으면 PGPASSWORD나 ~/.pgpass)를 고치세요.",
    ),
    _rule(
        r"no password supplied",
        SETTING,
        "비밀번호가 없습니다: DATABASE_URL에 postgresql://사용자:비밀번호@호스트/이름 꼴로 적으세요.",
    ),
    _rule(
        r'role "(?P<name>[^"]*)" does not exist',
        SETTING,
        "서버에 그 계정이 없습니다: CREATE ROLE {name} LOGIN PASSWORD '…'로 만들거나 DATABASE_URL을 고치세요.",
    ),
    _rule(
        r'role "(?P<name>[^"]*)" is not permitted to log in',
        SETTING,
        "접속할 수 없는 계정입니다: 서버에서 ALTER ROLE {name} LOGIN을 실행하세요.",
    ),
    _rule(
        r'database "(?P<name>[^"]*)" does not exist',
        SETTING,
        "서버에 그 데이터베이스가 없습니다: CREATE DATABASE {name}(으)로 만들거나 DATABASE_URL을 고치세요.",
    ),
    _rule(
        r'permission denied for database "(?P<name>[^"]*)"',
        SETTING,
        "접속할 권한이 없습니다: 서버에서 GRANT CONNECT ON DATABASE {name} TO 계정을 실행하세요.",
    ),
    _rule(
        r"pg_hba\.conf",
        SETTING,
        "서버가 이 컴퓨터를 받지 않습니다: pg_hba.conf에 허용하는 줄을 더하고 SELECT pg_reload_conf()를 하세요.",
    ),
    _rule(
        r"(?:[Pp]eer|[Ii]dent|GSSAPI|LDAP|PAM|RADIUS|SCRAM|[Cc]ertificate|OAuth)\S* authentication failed",
        SETTING,
        "서버가 이 계정을 확인하지 못했습니다: DATABASE_URL의 사용자와 서버의 pg_hba.conf(인증 방식)를 확인하세요.",
    ),
    _rule(
        r"too many (?:clients|connections)|remaining connection slots",
        LATER,
        "연결이 모자랍니다: 다른 프로그램의 연결을 줄이거나 max_connections(CONNECTION LIMIT)"
        "를 늘린 뒤 다시 실행하세요.",
    ),
    _rule(
        r"the database system is|not (?:yet|currently) accepting connections",
        LATER,
        "서버가 아직 준비되지 않았습니다. 잠시 뒤 다시 실행하세요.",
    ),
    _rule(
        # Of several hosts one is away and another only reads: a fail-over that is not over yet.
        r"(?s)\A(?=.*(?:Connection refused|timeout expired|No route to host|the database system is)).*"
        r"(?:session is read-only|server is in hot standby)",
        LATER,
        "지금 쓸 수 있는 서버가 없습니다. 주 서버가 돌아오거나 대기 서버가 주 서버가 된 뒤 다시 실행하세요.",
    ),
    _rule(
        r"session is (?:not )?read-only|server is (?:not )?in hot standby",
        SETTING,
        "target_session_attrs에 맞는 서버가 아닙니다: DATABASE_URL의 호스트나 PGTARGETSESSIONATTRS를 고치세요.",
    ),
    _rule(
        r"configuration parameter|invalid value for parameter|invalid command-line argument|startup parameter",
        SETTING,
        "서버가 모르는 설정입니다: DATABASE_URL의 options나 PGOPTIONS를 고치세요.",
    ),
    _rule(
        r"definition of service|service file|syntax error in service",
        SETTING,
        "DATABASE_URL이 말하는 서비스(service)를 찾지 못했습니다: ~/.pg_service.conf나 PGSERVICEFILE을 확인하세요.",
    ),
    _rule(
        r"does not support SSL|SSL (?:was )?required|sslmode|certificate|private key|channel binding|GSSAPI"
        r"|authentication method requirement|require_?(?:peer|auth)",
        SETTING,
        "암호화나 인증 방식이 서버와 맞지 않습니다:"
        " DATABASE_URL의 sslmode 등이나 PGSSLMODE 같은 환경 변수를 확인하세요.",
    ),
    _rule(
        r"invalid (?:\S+ )?value|invalid port|invalid integer|invalid connection option",
        SETTING,
        "접속 설정의 값이 맞지 않습니다: DATABASE_URL의 매개변수와 PG… 환경 변수를 고치세요(docs/bigger.md).",
    ),
    _rule(
        r"could not translate host name|Name or service not known|[Nn]ame resolution|nodename nor servname",
        LATER,
        "호스트 이름을 찾지 못했습니다: DATABASE_URL의 호스트와 네트워크를 확인하세요.",
    ),
)
"""While a connection is being made: by words."""
REFUSED = (
    _rule(
        r"permission denied for schema (?P<name>\S+)",
        SETTING,
        "이 계정은 스키마 {name}을(를) 쓸 수 없습니다: GRANT USAGE, CREATE ON SCHEMA {name} TO 계정을 실행하세요.",
    ),
    _rule(
        r"must be owner of (?P<kind>\w+(?: \w+)?) (?P<name>\S+)",
        SETTING,
        "{name}의 주인이 다른 계정입니다: 표의 주인으로 접속하거나 서버에서 ALTER TABLE … OWNER TO 계정을 실행하세요.",
    ),
    _rule(
        r"permission denied for sequence (?P<name>\S+)",
        SETTING,
        "이 계정은 {name}을(를) 쓸 수 없습니다: GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO 계정을 실행하세요.",
    ),
    _rule(
        r"permission denied for (?:table|view|relation|materialized view) (?P<name>\S+)",
        SETTING,
        "이 계정은 표 {name}을(를) 쓸 수 없습니다: 서버에서"
        " GRANT ALL ON ALL TABLES IN SCHEMA public TO 계정을 실행하거나"
        " 표의 주인으로 접속하세요.",
    ),
    _rule(
        r'create temporary tables in database "(?P<name>[^"]*)"',
        SETTING,
        "이 계정은 임시 표를 만들 수 없습니다: 서버에서 GRANT TEMPORARY ON DATABASE {name} TO 계정을 실행하세요.",
    ),
    _rule(r"", SETTING, "이 계정에 권한이 없습니다: 서버의 관리자에게 권한을 요청하거나 표의 주인으로 접속하세요."),
)
"""Of the code 42501: by what is refused."""
LIMITS = {
    "55P03": ("lock_timeout", "다른 프로그램이 표를 쓰고 있어 기다리다 멈췄습니다"),
    "25P03": ("idle_in_transaction_session_timeout", "서버가 쉬던 트랜잭션을 끊었습니다"),
    "25P04": ("transaction_timeout", "서버가 오래 걸린 트랜잭션을 끊었습니다"),
    "57P05": ("idle_session_timeout", "서버가 쉬던 연결을 끊었습니다"),
}
CODES = (
    ("42501", SETTING, ""),
    ("3F000", SETTING, "표를 만들 스키마가 없습니다: ALTER ROLE 계정 SET search_path = public을 실행하세요."),
    (
        "25006",
        SETTING,
        "읽기만 할 수 있는 연결이라 보여 주기만 합니다: 쓸 수 있는 서버와 계정을 DATABASE_URL로 지정하세요.",
    ),
    ("25P03", LATER, ""),
    ("25P04", LATER, ""),
    ("55P03", LATER, ""),
    ("57P05", LATER, ""),
    ("28", SETTING, "DATABASE_URL의 사용자와 비밀번호를 확인하세요."),
    ("3D", SETTING, "DATABASE_URL의 데이터베이스 이름을 확인하세요."),
    ("40", LATER, "다른 작업과 부딪혀 서버가 되돌렸습니다. 다시 실행하세요."),
    ("53200", LATER, "서버의 메모리가 모자랍니다. 서버의 메모리를 확인한 뒤 다시 실행하세요."),
    ("53300", LATER, "연결이 모자랍니다: 다른 프로그램의 연결을 줄이거나 max_connections를 늘린 뒤 다시 실행하세요."),
    ("53", LATER, "서버의 자원이 모자랍니다. 서버의 제한을 확인한 뒤 다시 실행하세요."),
    ("57P", LATER, "서버가 멈추는 중이거나 다시 시작하고 있습니다. 잠시 뒤 다시 실행하세요."),
    ("58", LATER, "서버의 디스크나 파일을 쓰지 못했습니다. 서버의 로그를 확인하세요."),
    (
        "XX",
        LATER,
        "서버의 자료가 손상되었을 수 있습니다. 서버의 로그를 확인하고, 백업(db backup, db dump)을 보관하세요.",
    ),
    (
        "42P01",
        LATER,
        "foresto의 표가 바뀌었거나 없습니다: 백업에서 되살리거나 foresto db backup으로 남은 것을 먼저 보관하세요.",
    ),
    ("42703", LATER, "foresto의 표가 바뀌었거나 없습니다: 열의 이름을 되돌리거나 백업에서 되살리세요."),
    ("42", LATER, "데이터베이스에 foresto와 부딪히는 것이 있습니다: 서버에서 손으로 바꾼 것을 확인하세요."),
    (
        "0A",
        LATER,
        "서버가 이 일을 하지 않습니다. 그동안 표가 바뀌었으면 다시 실행하고, 풀러나 포크면 PostgreSQL을 쓰세요.",
    ),
    ("P0", LATER, "서버의 트리거나 함수가 거절했습니다: 이 데이터베이스에 손으로 더한 것을 확인하세요."),
)
"""By code, the first that fits; LATER is 69, SETTING 78."""


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
