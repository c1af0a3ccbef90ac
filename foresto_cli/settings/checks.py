"""Can this value be what the setting says it is? Each check cleans one value, or says in Korean what is wrong with it.

The words go on behind the setting's name and its place; no character of a secret is ever part of them.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from foresto_cli import data_sets
from foresto_cli.settings.model import FSC_ROUTE, LEVELS

Check = Callable[[str], str]

BLANKS = " \t\r\n\u00a0\u200b\u200c\u200d\u2060\ufeff\u3000"
"""What copying leaves at the ends of a value, visible or not."""
QUOTES = {'"': '"', "'": "'", "“": "”", "”": "”", "„": "“", "‘": "’", "’": "’", "`": "`", "「": "」", "«": "»"}
PLACEHOLDER = re.compile(r"[.…·*•xX_?-]*[.…·*•?][.…·*•xX_?-]*|<.*>|(?i:x{3,}|your[-_ ].*|change[-_ ]?me)")
LARGEST_PORT = 65_535
LONGEST_LABEL, LONGEST_HOST = 63, 253
LOOPBACK = ("127.0.0.1", "localhost")
LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
DATABASE = re.compile(r"(postgres|postgresql)(\+psycopg)?://", re.IGNORECASE)
MOST_REQUESTS = 10_000_000


class Wrong(ValueError):
    """A value that cannot be used; the message continues a sentence that begins with the setting's name."""


def key(given: str) -> str:
    """Return a key without blanks and quotation marks around it; what is left is printable ASCII without blanks."""
    value = given.strip(BLANKS)
    while len(value) > 1 and QUOTES.get(value[0]) == value[-1]:
        value = value[1:-1].strip(BLANKS)
    _refuse_placeholder(value)
    _refuse_letters(value, blanks="")
    return value


def password(given: str) -> str:
    """Return a name or password without blanks around it; it may hold any printable ASCII."""
    value = given.strip(BLANKS)
    _refuse_placeholder(value)
    _refuse_letters(value, blanks=" ")
    return value


def host(given: str) -> str:
    """Return the name or number of a host that can exist."""
    value = given.strip(BLANKS)
    _refuse_placeholder(value)
    _refuse_invisible(value)
    if "://" in value or "/" in value or "@" in value:
        raise Wrong("에는 주소가 아니라 서버의 이름만 적으세요(예: smtp.gmail.com)")
    if re.fullmatch(r"[^:]+:\d*", value):
        raise Wrong("에 포트가 붙어 있습니다. 포트는 SMTP_PORT에 적으세요")
    if not _can_exist(value):
        raise Wrong("의 서버 이름은 있을 수 없는 이름입니다. 점과 철자를 확인하세요")
    return value


def port(given: str) -> str:
    """Return the number of a port."""
    value = given.strip(BLANKS)
    if not re.fullmatch(r"[0-9]{1,5}", value) or not 1 <= int(value) <= LARGEST_PORT:
        raise Wrong(f"는 1~{LARGEST_PORT}의 정수여야 합니다")
    return value


def count(given: str) -> str:
    """Return a number of requests."""
    value = given.strip(BLANKS)
    if not re.fullmatch(r"[0-9]{1,8}", value) or not 1 <= int(value) <= MOST_REQUESTS:
        raise Wrong(f"는 1~{MOST_REQUESTS:,}의 정수여야 합니다")
    return value


def level(given: str) -> str:
    """Return the level of the log."""
    value = given.strip(BLANKS).upper()
    if value not in LEVELS:
        raise Wrong(f"는 {', '.join(LEVELS)} 가운데 하나여야 합니다")
    return value


def routes(given: str) -> str:
    """Return the operator's own routes of FSC's open data."""
    value = given.strip(BLANKS)
    if not re.fullmatch(rf"{FSC_ROUTE}(,{FSC_ROUTE})*", value):
        raise Wrong("에는 서비스=경로를 쉼표로 이어 적으세요(예: bonds=서비스_V3/오퍼레이션_V3)")
    return value


def described(given: str) -> str:
    """Return names of data sets that are loaded only when they are switched on."""
    names = [name.strip(BLANKS) for name in given.split(",")]
    if not set(names) <= set(data_sets.switchable()):
        raise Wrong(f"에는 자료 이름을 쉼표로 이어 적으세요({', '.join(data_sets.switchable())})")
    return ",".join(names)


def extras(given: str) -> str:
    """Return words that switch on more pages of data.krx.co.kr."""
    words = [word.strip(BLANKS) for word in given.split(",")]
    known = (*data_sets.extras(), data_sets.ALL)
    if not set(words) <= set(known):
        raise Wrong(f"에는 이름을 쉼표로 이어 적으세요({', '.join(known)})")
    return ",".join(words)


def webhook(given: str) -> str:
    """Return one address that can be posted to."""
    value = key(given)
    _refuse_url(value)
    return value


def folder(given: str) -> str:
    """Return the address of a folder of files, without a slash at its end."""
    value = key(given).rstrip("/")
    try:
        parts = urlsplit(value)
        name, number = parts.hostname or "", parts.port
    except ValueError:
        raise Wrong("의 주소를 알아볼 수 없습니다. 포트와 [ ]를 확인하세요") from None
    is_file = parts.scheme == "file" and not name and len(parts.path) > 1
    if not is_file and parts.scheme not in {"http", "https"}:
        raise Wrong("는 https://, http://나 file:///로 시작하는 주소여야 합니다")
    if not is_file and (number == 0 or not _can_exist(name)):
        raise Wrong("의 서버 이름이나 포트는 있을 수 없는 것입니다. 점과 철자를 확인하세요")
    return value


def pings(given: str) -> str:
    """Return one address, or ``job=address`` several times."""
    value = given.strip(BLANKS)
    for entry in value.split():
        name, separator, rest = entry.partition("=")
        address = rest if separator and "/" not in name else entry
        _refuse_letters(entry, blanks="")
        _refuse_url(address.replace("{job}", "job"))
    return value


def services(given: str) -> str:
    """Return addresses of Apprise, separated by blanks."""
    value = given.strip(BLANKS)
    _refuse_placeholder(value)
    for entry in value.split():
        _refuse_invisible(entry)
        if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://.", entry):
            raise Wrong("에 주소가 아닌 것이 있습니다. 서비스://… 꼴의 주소를 빈칸으로 이어 적으세요")
    return value


def database(given: str) -> str:
    """Return the address of a PostgreSQL server."""
    value = given.strip(BLANKS)
    _refuse_placeholder(value)
    _refuse_invisible(value)
    if not DATABASE.match(value):
        raise Wrong("은 postgresql://사용자:비밀번호@호스트:5432/이름 꼴의 PostgreSQL 주소여야 합니다")
    rest = value.partition("://")[2]
    for place in re.split(r"[/?]", rest.rpartition("@")[2] or rest, maxsplit=1)[0].split(","):
        name, separator, number = place.rpartition(":") if re.search(r":[^\]]*$", place) else (place, "", "")
        if separator and number:
            port_of_database(number)
        if name and "%" not in name and not _can_exist(name.strip("[]")):
            raise Wrong("의 서버 이름은 있을 수 없는 이름입니다. 점과 철자를 확인하세요")
    return value


def port_of_database(number: str) -> None:
    """Make sure that the port of an address is one."""
    if not re.fullmatch(r"[0-9]{1,5}", number) or not 1 <= int(number) <= LARGEST_PORT:
        raise Wrong(f"의 포트는 1~{LARGEST_PORT}의 정수여야 합니다. 비밀번호의 / : @ 는 %2F %3A %40으로 적으세요")


def sender(given: str) -> str:
    """Return one mail address, with or without a name before it."""
    value = given.strip(BLANKS)
    _refuse_invisible(value)
    named = re.fullmatch(r"([^<>]*)<([^<>]*)>", value)
    _refuse_mail(named[2].strip() if named else value)
    return value


def recipients(given: str) -> str:
    """Return mail addresses, separated by commas, semicolons or blanks."""
    value = given.strip(BLANKS)
    found = re.split(r"[\s,;]+", value.strip(",; "))
    for address in found:
        _refuse_invisible(address)
        _refuse_mail(address)
    return value


OF: Mapping[str, Check] = {
    "database_url": database,
    "krx_id": password,
    "krx_pw": password,
    "krx_openapi_key": key,
    "dart_api_key": key,
    "fsc_api_key": key,
    "alpha_vantage_api_key": key,
    "fss_api_key": key,
    "slack_webhook_url": webhook,
    "smtp_host": host,
    "smtp_port": port,
    "smtp_user": password,
    "smtp_password": password,
    "smtp_from": sender,
    "alert_email": recipients,
    "foresto_market_email_to": recipients,
    "foresto_pages_url": folder,
    "foresto_apprise_urls": services,
    "foresto_ping_url": pings,
    "foresto_krx_daily_budget": count,
    "foresto_dart_daily_budget": count,
    "foresto_fsc_routes": routes,
    "foresto_datasets": described,
    "foresto_krx_extras": extras,
    "foresto_log_level": level,
}
"""The check of every field."""


def _refuse_placeholder(value: str) -> None:
    if PLACEHOLDER.fullmatch(value):
        raise Wrong("에 설명서의 자리 표시가 그대로 있습니다. 발급받은 값으로 바꾸거나 그 줄을 지우세요")


def _refuse_letters(value: str, *, blanks: str) -> None:
    _refuse_invisible(value)
    if any(not "!" <= letter <= "~" and letter not in blanks for letter in value):
        raise Wrong("에 쓸 수 없는 글자(영문, 숫자, 기호가 아닌 글자나 빈칸)가 있습니다. 다시 복사해 넣으세요")


def _refuse_invisible(value: str) -> None:
    """Refuse what nobody typed: control, format, odd blank characters, quotation marks of word processors."""
    for letter in value:
        category = unicodedata.category(letter)
        if category in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} or (category == "Zs" and letter != " "):
            name = f"보이지 않는 글자 U+{ord(letter):04X}"
        elif letter in "“”„‘’«»「」…":
            name = f"{letter} U+{ord(letter):04X}"
        else:
            continue
        raise Wrong(f"에 쓸 수 없는 글자({name})가 있습니다. 그 글자를 지우거나 다시 복사해 넣으세요")


def _refuse_url(value: str) -> None:
    try:
        parts = urlsplit(value)
        name, number = parts.hostname or "", parts.port
    except ValueError:
        raise Wrong("의 주소를 알아볼 수 없습니다. 포트와 [ ]를 확인하세요") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and name in LOOPBACK):
        raise Wrong("는 https://로 시작하는 주소여야 합니다")
    if number == 0 or not _can_exist(name):
        raise Wrong("의 서버 이름이나 포트는 있을 수 없는 것입니다. 점과 철자를 확인하세요")


def _refuse_mail(address: str) -> None:
    local, separator, domain = address.rpartition("@")
    if not separator or not LOCAL_PART.fullmatch(local) or not domain.isascii() or not _can_exist(domain):
        raise Wrong("에 메일 주소가 아닌 것이 있습니다. 영문으로 이름@도메인 꼴로 적으세요")


def _can_exist(name: str) -> bool:
    """Say whether a host can have this name; numbers are addresses."""
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        pass
    else:
        return True
    try:
        ascii_name = name.removesuffix(".").encode("idna").decode("ascii")
    except UnicodeError:
        return False
    labels = ascii_name.split(".")
    fits = all(re.fullmatch(r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?", label) for label in labels)
    short = all(len(label) <= LONGEST_LABEL for label in labels) and len(ascii_name) <= LONGEST_HOST
    return fits and short and not labels[-1].isdigit()
