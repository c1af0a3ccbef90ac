"""What no value of a setting can be: a placeholder, letters that nobody typed, an address that cannot exist."""

import ipaddress
import re
import unicodedata
from urllib.parse import urlsplit

BLANKS = " \t\r\n\u00a0\u200b\u200c\u200d\u2060\ufeff\u3000"
"""What copying leaves at the ends of a value, visible or not."""
PLACEHOLDER = re.compile(r"[.…·*•xX_?-]*[.…·*•?][.…·*•xX_?-]*|<.*>|(?i:x{3,}|your[-_ ].*|change[-_ ]?me)")
LONGEST_LABEL, LONGEST_HOST = 63, 253
LOOPBACK = ("127.0.0.1", "localhost")
LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")


class Wrong(ValueError):
    """A value that cannot be used; the message continues a sentence that begins with the setting's name."""


def refuse_placeholder(value: str) -> None:
    """Refuse what a manual has in the place of a value."""
    if PLACEHOLDER.fullmatch(value):
        raise Wrong("에 설명서의 자리 표시가 그대로 있습니다. 발급받은 값으로 바꾸거나 그 줄을 지우세요")


def refuse_letters(value: str, *, blanks: str) -> None:
    """Refuse everything but printable ASCII and ``blanks``."""
    refuse_invisible(value)
    if any(not "!" <= letter <= "~" and letter not in blanks for letter in value):
        raise Wrong("에 쓸 수 없는 글자(영문, 숫자, 기호가 아닌 글자나 빈칸)가 있습니다. 다시 복사해 넣으세요")


def refuse_invisible(value: str) -> None:
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


def refuse_url(value: str) -> None:
    """Refuse what is no https address; on this machine http will do."""
    try:
        parts = urlsplit(value)
        name, number = parts.hostname or "", parts.port
    except ValueError:
        raise Wrong("의 주소를 알아볼 수 없습니다. 포트와 [ ]를 확인하세요") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and name in LOOPBACK):
        raise Wrong("는 https://로 시작하는 주소여야 합니다")
    if number == 0 or not can_exist(name):
        raise Wrong("의 서버 이름이나 포트는 있을 수 없는 것입니다. 점과 철자를 확인하세요")


def refuse_mail(address: str) -> None:
    """Refuse what is no mail address."""
    local, separator, domain = address.rpartition("@")
    if not separator or not LOCAL_PART.fullmatch(local) or not domain.isascii() or not can_exist(domain):
        raise Wrong("에 메일 주소가 아닌 것이 있습니다. 영문으로 이름@도메인 꼴로 적으세요")


def can_exist(name: str) -> bool:
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
