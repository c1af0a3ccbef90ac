"""What the refusals of PostgreSQL are known by, what each becomes, and the advice."""

import re
from typing import NamedTuple

from foresto_cli.errors import StoreRefused, StoreUnavailable

BUGS = ("22", "23", "25P02", "42601", "42803", "42804", "42883", "42P02", "42P10")
"""Codes and classes of them that speak of a value or a query of ours, and not of the server."""
TOO_LARGE = "54"
"""Class of what a server has no room for: an index entry, a row, a column too many."""
VALUES = ("22", "23", TOO_LARGE)
"""Classes of what is said of the values that were to be written."""
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
