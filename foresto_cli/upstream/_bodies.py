"""What a body is when it is not what was asked for: a block page, a maintenance page, nothing, half of something."""

from http import HTTPStatus
from typing import TYPE_CHECKING

from foresto_cli.errors import BadPayload, Blocked, Transient
from foresto_cli.upstream._readers import json_value

if TYPE_CHECKING:
    import requests

_LOOK_AT = 64
_BLOCK_TITLE = "에러페이지 - 한국거래소"


def refuse_block_page(response: "requests.Response", label: str) -> None:
    """Let pass whatever is not KRX's block page; for places where a web page is the answer.

    Raises:
        Blocked: it is: this address is blocked for a day.
    """
    if response.content.lstrip()[:1] == b"<" and _BLOCK_TITLE in _text_of(response.content):
        raise Blocked(f"{label}: 이 IP가 차단되었습니다(차단 화면). 다시 요청하면 길어지니 24시간 요청하지 않습니다.")


def refuse_html(response: "requests.Response", label: str) -> None:
    """Let pass whatever is not a web page.

    Raises:
        Blocked: the page by which KRX says that this address is blocked for a day.
        Transient: any other page: maintenance, an error of the server in front.
    """
    refuse_block_page(response, label)
    start = response.content[:_LOOK_AT].lstrip()
    # Maintenance notices come as whole pages or as mere fragments; the only markup that is an answer is Naver's XML.
    if not start.startswith(b"<") or start.startswith((b"<?xml", b"<protocol")):
        return
    if response.status_code == HTTPStatus.OK:
        raise Transient(f"{label}: 자료 대신 웹 화면이 왔습니다(점검 중일 수 있습니다).")


def json_object(response: "requests.Response", label: str) -> dict[str, object]:
    """Return the JSON object in ``response``.

    Raises:
        Transient: an empty body.
        BadPayload: as :func:`json_value`, or not an object.
    """
    if not response.content.strip():
        raise Transient(f"{label}: 빈 응답이 왔습니다.")
    found = json_value(response.content, label)
    if not isinstance(found, dict):
        raise BadPayload(f"{label}: 응답 모양이 다릅니다(JSON 객체가 아닙니다).", response.content)
    return found


def give_body(response: "requests.Response", body: bytes) -> None:
    """Let ``response`` have this body; requests has no public way to hand over one that was read piece by piece."""
    response._content = body  # noqa: SLF001


def text_records(found: object, label: str, body: bytes = b"") -> list[dict[str, str]]:
    """Return ``found`` if it is a list of objects whose values are texts, as KRX's services send them.

    Raises:
        BadPayload: it is anything else.
    """
    if isinstance(found, list) and all(
        isinstance(record, dict) and all(isinstance(value, str) for value in record.values()) for record in found
    ):
        return found
    raise BadPayload(f"{label}: 응답의 행이 글자로 된 항목의 목록이 아닙니다.", body)


def _text_of(body: bytes) -> str:
    utf8 = body.decode("utf-8", "replace")
    return utf8 if "\ufffd" not in utf8 else body.decode("cp949", "replace")
