"""How data.go.kr answers: a gateway in front, a service behind it, JSON or XML, whatever the HTTP status.

The gateway's errors are told by the code in the body. A 401 or 403 without any code is the gateway not knowing the key
for this route (code 30 has been seen with 403, and never a block, which has code 29), a 400 or 404 a route that is gone
(code 12 with 400): neither says that this address is blocked, so neither opens a breaker.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from foresto_cli.errors import AuthFailed, BadPayload, Blocked, ForestoError, QuotaSpent, RateLimited, Transient
from foresto_cli.upstream._bodies import json_object, refuse_html
from foresto_cli.upstream._readers import xml_root

if TYPE_CHECKING:
    import requests

LABEL = "공공데이터포털(금융위원회)"
GOOD, NO_DATA = "00", "03"
UNKNOWN_ROUTE, UNKNOWN_KEY = "12", "30"
"""What a key of the other route gets."""
KEY_STATUSES = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
ROUTE_STATUSES = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)

_REASON = re.compile(rb"returnReasonCode\"?\s*[>:]\s*\"?(\w+)")
_GATEWAY = b"OpenAPI_ServiceResponse"
_MEANINGS: dict[str, tuple[type[ForestoError], str]] = {
    **dict.fromkeys(("01", "02", "04", "05"), (Transient, "제공 기관의 서버 오류입니다.")),
    "20": (
        AuthFailed,
        "'{title}' 서비스를 쓸 권한이 없습니다. data.go.kr에서 이 서비스를 활용신청하고, 승인된 뒤 다시 실행하세요.",
    ),
    "21": (AuthFailed, "키가 일시 중지되었습니다. data.go.kr 마이페이지에서 키의 상태를 확인하세요."),
    "22": (QuotaSpent, "하루 한도를 다 썼습니다. 자정(KST)이 지난 뒤 다시 실행하면 이어집니다."),
    "23": (RateLimited, "요청이 너무 잦다고 합니다. 자정(KST)이 지난 뒤 다시 실행하면 이어집니다."),
    "29": (Blocked, "이 IP를 차단했습니다. 24시간 동안 다시 요청하지 않습니다."),
    UNKNOWN_KEY: (
        AuthFailed,
        (
            "등록되지 않은 키라고 합니다. FSC_API_KEY가 data.go.kr 마이페이지의 인증키(인코딩·디코딩 모두 됨)와"
            " 같은지, '{title}' 서비스를 활용신청했는지 확인하세요."
        ),
    ),
    "31": (AuthFailed, "키의 활용기간이 끝났습니다. data.go.kr 마이페이지에서 기간을 연장하세요."),
    "32": (AuthFailed, "등록되지 않은 주소(IP)라고 합니다. data.go.kr에 등록한 주소를 확인하세요."),
    "99": (Transient, "제공 기관의 알 수 없는 오류입니다. 나중에 다시 실행하세요."),
    "33": (AuthFailed, "서명되지 않은 요청이라고 합니다. FSC_API_KEY를 확인하세요."),
}


class WrongRoute(ForestoError):
    """This route does not know the key, or is gone; another one may do.

    Attributes:
        code: the gateway's code, or what the HTTP status stands for.
    """

    def __init__(self, code: str, said: str) -> None:
        """Remember the code; ``said`` is how it came."""
        super().__init__(f"{LABEL}: 이 경로로는 받을 수 없습니다({said}).")
        self.code = code


@dataclass(frozen=True)
class Page:
    """One page: how many rows there are in all, and its own."""

    total: int
    rows: list[dict[str, str]]


def inspector(title: str) -> "Callable[[requests.Response], None]":
    """Return what tells the failures of the service called ``title`` apart, whatever the HTTP status.

    It raises AuthFailed, QuotaSpent, RateLimited, Blocked, Transient, BadPayload or :class:`WrongRoute`.
    """

    def inspect(response: "requests.Response") -> None:
        if _GATEWAY in response.content:
            _judge(_gateway_code(response), title, response)
            return
        if not _is_xml(response):
            refuse_html(response, LABEL)
        status = response.status_code
        if status in KEY_STATUSES:
            raise WrongRoute(UNKNOWN_KEY, f"HTTP {status}")
        if status in ROUTE_STATUSES:
            raise WrongRoute(UNKNOWN_ROUTE, f"HTTP {status}")
        if status == HTTPStatus.OK:
            _judge(_code_of(_envelope(response)[0]), title, response)

    return inspect


def refusal(code: str, title: str) -> ForestoError:
    """Return the error that a code of the gateway or of the service means, with what to do about it."""
    known = _MEANINGS.get(code)
    if known is None:
        return BadPayload(f"{LABEL}: 질문이 잘못되었다고 합니다(코드 {code}).")
    kind, advice = known
    return kind(f"{LABEL}: {advice.format(title=title)}(코드 {code})")


def page_of(response: "requests.Response") -> Page:
    """Return the page in an answer that passed its inspector; ``items`` may be text, an object or a list.

    Raises:
        BadPayload: no totalCount, or rows that are none.
    """
    header, body = _envelope(response)
    if _code_of(header) == NO_DATA:
        return Page(0, [])
    items = body.get("items") or []
    found = items.get("item") or [] if isinstance(items, dict) else items
    rows = [found] if isinstance(found, dict) else found
    try:
        total = int(body["totalCount"])
    except (KeyError, TypeError, ValueError, OverflowError):
        raise BadPayload(f"{LABEL}: 응답에 totalCount가 없습니다.", response.content) from None
    if not isinstance(rows, list):
        raise BadPayload(f"{LABEL}: 응답의 items를 읽을 수 없습니다.", response.content)
    return Page(total, [_texts(row, response) for row in rows])


def _texts(row: object, response: "requests.Response") -> dict[str, str]:
    """Return a row with all its values as texts: the services write numbers as texts too, but need not for ever.

    Raises:
        BadPayload: it is no row of plain values.
    """
    if not isinstance(row, dict) or any(isinstance(value, dict | list) for value in row.values()):
        raise BadPayload(f"{LABEL}: 응답의 행을 읽을 수 없습니다.", response.content)
    return {
        name: value if isinstance(value, str) else "" if value is None else f"{value}" for name, value in row.items()
    }


def _judge(code: str, title: str, response: "requests.Response") -> None:
    if code in {GOOD, NO_DATA}:
        return
    if code in {UNKNOWN_ROUTE, UNKNOWN_KEY}:
        raise WrongRoute(code, f"코드 {code}")
    error = refusal(code, title)
    if isinstance(error, BadPayload):
        error.payload = response.content
    raise error


def _gateway_code(response: "requests.Response") -> str:
    found = _REASON.search(response.content)
    if found is None:
        raise BadPayload(f"{LABEL}: 오류 응답을 읽을 수 없습니다.", response.content)
    return found[1].decode().zfill(2)


def _code_of(header: Mapping[str, Any]) -> str:
    return str(header.get("resultCode", GOOD)).zfill(2)


def _envelope(response: "requests.Response") -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return header and body; some answers lack the wrapper around them."""
    if _GATEWAY in response.content:
        # Of the gateway's own answers only "no data" gets here.
        return {"resultCode": NO_DATA}, {}
    whole = _from_xml(response) if _is_xml(response) else json_object(response, LABEL)
    inner = whole.get("response", whole)
    if isinstance(inner, dict):
        header, body = inner.get("header"), inner.get("body", {})
        if isinstance(header, dict) and isinstance(body, dict):
            return header, body
    raise BadPayload(f"{LABEL}: 응답에 header나 body가 없습니다.", response.content)


def _is_xml(response: "requests.Response") -> bool:
    return response.content.lstrip().startswith((b"<?xml", b"<response"))


def _from_xml(response: "requests.Response") -> Mapping[str, object]:
    """Return an XML answer in the shape of the JSON ones.

    Raises:
        BadPayload: as :func:`xml_root`.
    """
    root = xml_root(response.content, LABEL)
    parts: dict[str, dict[str, object]] = {part.tag: {field.tag: field.text or "" for field in part} for part in root}
    if "body" in parts:
        items = [{field.tag: field.text or "" for field in item} for item in root.iterfind("body/items/item")]
        parts["body"]["items"] = items
    return parts
