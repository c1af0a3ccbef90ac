"""What a fault does to an answer: other pages, and rows with something wrong in them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from foresto_cli.sandbox import damaged_rows, poison
from foresto_cli.sandbox.wire import HTML, JSON, TEXT, Answer, as_json

_TOTAL = re.compile(rb'("totalCount":"?|<totalCount>)(\d+)')

MAINTENANCE = """<div class="content">
  <p>
    <span>서비스 제공 불가능</span>
    일시적 접근 불안정으로 인하여 서비스가 원활하지 않습니다.<br>
    이와 관련해서 문의사항이 있으시면 시스템 담당자에게 연락해 주시기 바랍니다.
  </p>
</div>
"""
BLOCKED = """<!DOCTYPE html>
<html lang="ko"><head><meta charset="utf-8"><title>에러페이지 - 한국거래소</title></head>
<body><div class="error"><p>비정상적인 대량 조회가 감지되어 해당 IP의 접속이 1일간 제한됩니다.</p>
<p>대량의 데이터는 KRX OPEN API(openapi.krx.co.kr)를 이용하시기 바랍니다.</p></div></body></html>
"""
OK = 200
ERROR_PAGE = "/sandbox-error-page.html"
"""Where the redirect leads; no fault applies there."""
HUGE_BYTES = 84_000_000
CHUNK = 1_000_000


def page(status: int, text: str) -> Answer:
    """Return an HTML page."""
    return Answer(text.encode(), status, HTML)


def gateway(code: str, *, plain_json: bool = False) -> Answer:
    """Return what the gateway of data.go.kr says before any service is asked: XML with HTTP 200, or JSON with 403."""
    if plain_json:
        header = {"errMsg": "SERVICE ERROR", "returnAuthMsg": f"CODE_{code}", "returnReasonCode": code}
        return as_json({"OpenAPI_ServiceResponse": {"cmmMsgHeader": header}}, status=403)
    text = (
        "<OpenAPI_ServiceResponse>\n\t<cmmMsgHeader>\n\t\t<errMsg>SERVICE ERROR</errMsg>\n"
        f"\t\t<returnAuthMsg>CODE_{code}</returnAuthMsg>\n\t\t<returnReasonCode>{code}</returnReasonCode>\n"
        "\t</cmmMsgHeader>\n</OpenAPI_ServiceResponse>"
    )
    return Answer(text.encode(), content_type="text/xml;charset=UTF-8")


def finlife(code: str) -> Answer:
    """Return how finlife refuses: HTTP 200, the code, and empty lists."""
    counts = {"total_count": 0, "max_page_no": 0, "now_page_no": 0, "err_cd": code, "err_msg": f"오류 {code}"}
    return as_json({"result": {"prdt_div": "", **counts, "baseList": [], "optionList": []}})


def _unauthorized() -> Answer:
    """Return how the OPEN API refuses an unknown key, and a service that was not applied for."""
    return as_json({"respMsg": "Unauthorized API Call", "respCode": "401"}, status=401)


def replacement(kind: str) -> Answer | None:
    """Return the answer that takes the place of the right one, or None if ``kind`` works on the right one."""
    if kind in ("500", "502", "503", "404", "403"):
        return page(int(kind), f"<html><head><title>{kind}</title></head><body><h1>{kind}</h1></body></html>")
    if kind.startswith("gateway"):
        code = kind.removeprefix("gateway")
        return gateway(code.removesuffix("json"), plain_json=code.endswith("json"))
    if kind.startswith("fss"):
        return finlife(kind.removeprefix("fss"))
    made: dict[str, Callable[[], Answer]] = {
        "429": lambda: replace(
            page(429, "<html><body><h1>Too Many Requests</h1></body></html>"), headers=(("Retry-After", "60"),)
        ),
        "html": lambda: page(200, MAINTENANCE),
        "block": lambda: page(200, BLOCKED),
        "block403": lambda: page(403, BLOCKED),
        "redirect": lambda: replace(page(302, ""), headers=(("Location", ERROR_PAGE),)),
        "empty": lambda: Answer(b"", 200, HTML),
        "logout": lambda: Answer(b"LOGOUT", 400, HTML),
        **dict.fromkeys(("unauthorized", "unapproved"), _unauthorized),
        "huge": lambda: Answer(chunks=_huge(), content_type=JSON),
    }
    return made[kind]() if kind in made else None


def spoil(kind: str, answer: Answer, detail: str = "") -> Answer:
    """Return ``answer`` with the damage of ``kind``; unchanged if the kind does not concern its content.

    ``detail`` names the stock that the damage is about, where it is about one.
    """
    if kind in poison.KINDS + poison.COSTLY:
        return poison.spoil(kind, answer)
    if kind == "content_type":
        return replace(answer, content_type="application/octet-stream")
    changed = answer.body
    if kind == "truncated":
        changed = answer.body[: len(answer.body) // 2]
    elif kind == "grown":
        changed = _TOTAL.sub(lambda match: match[1] + b"%d" % (int(match[2]) + 1), answer.body, count=1)
    elif kind == "encoding":
        changed = _recoded(answer.body)
    elif kind in damaged_rows.ROW_DAMAGE or kind in damaged_rows.ONE_ROW:
        change = (
            damaged_rows.ROW_DAMAGE[kind]
            if kind in damaged_rows.ROW_DAMAGE
            else lambda rows: damaged_rows.one_row(rows, detail, damaged_rows.ONE_ROW[kind])
        )
        text = answer.body.lstrip()
        if text[:1] in (b"{", b"["):
            changed = damaged_rows.in_json(answer.body, change)
        elif text.startswith(b"<?xml"):
            changed = damaged_rows.in_xml(answer.body, kind) if kind in damaged_rows.ROW_DAMAGE else answer.body
        elif answer.content_type == TEXT and answer.status == OK:
            changed = damaged_rows.in_csv(answer.body, change)
    return replace(answer, body=changed)


def _huge() -> Iterator[bytes]:
    """Yield a JSON object of more than 80 MB whose list never ends well."""
    yield b'{"OutBlock_1":['
    row = b'{"ISU_SRT_CD":"000000","TDD_CLSPRC":"1"},'
    for _ in range(HUGE_BYTES // CHUNK):
        yield row * (CHUNK // len(row) + 1)
    yield b"{}]}"


def _recoded(body: bytes) -> bytes:
    """Return the text in the other character set: EUC-KR instead of UTF-8 and the other way round."""
    try:
        return body.decode("utf-8").encode("euc-kr", "replace")
    except UnicodeDecodeError:
        return body.decode("euc-kr", "replace").encode()
