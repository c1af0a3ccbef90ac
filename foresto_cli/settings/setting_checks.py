"""Can this value be what the setting says it is? Each check cleans one value, or says in Korean what is wrong with it.

The words go on behind the setting's name and its place; no character of a secret is ever part of them.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from foresto_cli import data_sets
from foresto_cli.settings.impossible import (
    BLANKS,
    Wrong,
    can_exist,
    refuse_invisible,
    refuse_letters,
    refuse_mail,
    refuse_placeholder,
    refuse_url,
)
from foresto_cli.settings.model import FSC_ROUTE, LEVELS

Check = Callable[[str], str]

QUOTES = {'"': '"', "'": "'", "“": "”", "”": "”", "„": "“", "‘": "’", "’": "’", "`": "`", "「": "」", "«": "»"}
LARGEST_PORT = 65_535
DATABASE = re.compile(r"(postgres|postgresql)(\+psycopg)?://", re.IGNORECASE)
MOST_REQUESTS = 10_000_000


def key(given: str) -> str:
    """Return a key without blanks and quotation marks around it; what is left is printable ASCII without blanks."""
    value = given.strip(BLANKS)
    while len(value) > 1 and QUOTES.get(value[0]) == value[-1]:
        value = value[1:-1].strip(BLANKS)
    refuse_placeholder(value)
    refuse_letters(value, blanks="")
    return value


def password(given: str) -> str:
    """Return a name or password without blanks around it; it may hold any printable ASCII."""
    value = given.strip(BLANKS)
    refuse_placeholder(value)
    refuse_letters(value, blanks=" ")
    return value


def host(given: str) -> str:
    """Return the name or number of a host that can exist."""
    value = given.strip(BLANKS)
    refuse_placeholder(value)
    refuse_invisible(value)
    if "://" in value or "/" in value or "@" in value:
        raise Wrong("에는 주소가 아니라 서버의 이름만 적으세요(예: smtp.gmail.com)")
    if re.fullmatch(r"[^:]+:\d*", value):
        raise Wrong("에 포트가 붙어 있습니다. 포트는 SMTP_PORT에 적으세요")
    if not can_exist(value):
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
    refuse_url(value)
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
    if not is_file and (number == 0 or not can_exist(name)):
        raise Wrong("의 서버 이름이나 포트는 있을 수 없는 것입니다. 점과 철자를 확인하세요")
    return value


def pings(given: str) -> str:
    """Return one address, or ``job=address`` several times."""
    value = given.strip(BLANKS)
    for entry in value.split():
        name, separator, rest = entry.partition("=")
        address = rest if separator and "/" not in name else entry
        refuse_letters(entry, blanks="")
        refuse_url(address.replace("{job}", "job"))
    return value


def services(given: str) -> str:
    """Return addresses of Apprise, separated by blanks."""
    value = given.strip(BLANKS)
    refuse_placeholder(value)
    for entry in value.split():
        refuse_invisible(entry)
        if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://.", entry):
            raise Wrong("에 주소가 아닌 것이 있습니다. 서비스://… 꼴의 주소를 빈칸으로 이어 적으세요")
    return value


def database(given: str) -> str:
    """Return the address of a PostgreSQL server."""
    value = given.strip(BLANKS)
    refuse_placeholder(value)
    refuse_invisible(value)
    if not DATABASE.match(value):
        raise Wrong("은 postgresql://사용자:비밀번호@호스트:5432/이름 꼴의 PostgreSQL 주소여야 합니다")
    rest = value.partition("://")[2]
    for place in re.split(r"[/?]", rest.rpartition("@")[2] or rest, maxsplit=1)[0].split(","):
        name, separator, number = place.rpartition(":") if re.search(r":[^\]]*$", place) else (place, "", "")
        if separator and number:
            port_of_database(number)
        if name and "%" not in name and not can_exist(name.strip("[]")):
            raise Wrong("의 서버 이름은 있을 수 없는 이름입니다. 점과 철자를 확인하세요")
    return value


def port_of_database(number: str) -> None:
    """Make sure that the port of an address is one."""
    if not re.fullmatch(r"[0-9]{1,5}", number) or not 1 <= int(number) <= LARGEST_PORT:
        raise Wrong(f"의 포트는 1~{LARGEST_PORT}의 정수여야 합니다. 비밀번호의 / : @ 는 %2F %3A %40으로 적으세요")


def sender(given: str) -> str:
    """Return one mail address, with or without a name before it."""
    value = given.strip(BLANKS)
    refuse_invisible(value)
    named = re.fullmatch(r"([^<>]*)<([^<>]*)>", value)
    refuse_mail(named[2].strip() if named else value)
    return value


def recipients(given: str) -> str:
    """Return mail addresses, separated by commas, semicolons or blanks."""
    value = given.strip(BLANKS)
    found = re.split(r"[\s,;]+", value.strip(",; "))
    for address in found:
        refuse_invisible(address)
        refuse_mail(address)
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
