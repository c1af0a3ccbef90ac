"""What a fault does to an answer: other pages, and rows with something wrong in them."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from foresto_cli.sandbox import poison
from foresto_cli.sandbox.wire import HTML, JSON, TEXT, Answer, as_json

Rows = list[dict[str, object]]
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
NEEDED = (
    "TDD_CLSPRC",
    "CLSPRC_IDX",
    "max_work_dt",
    "short_code",
    "Close",
    "Code",
    "Symbol",
    "nowVal",
    "LIST_SHRS",
    "ISU_CD",
    "clpr",
    "isinCd",
    "quoteType",
    "thstrm_amount",
    "thstrm",
    "rcept_no",
    "corp_code",
    "intr_rate",
    "lend_rate_min",
    "crdt_grad_avg",
)
"""Fields whose loss must be noticed; the first one a row has is taken. Other rows lose their second field."""


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
    elif kind in ROW_DAMAGE or kind in ONE_ROW:
        change = ROW_DAMAGE[kind] if kind in ROW_DAMAGE else lambda rows: _one_row(rows, detail, ONE_ROW[kind])
        text = answer.body.lstrip()
        if text[:1] in (b"{", b"["):
            changed = _json(answer.body, change)
        elif text.startswith(b"<?xml"):
            changed = _xml(answer.body, kind) if kind in ROW_DAMAGE else answer.body
        elif answer.content_type == TEXT and answer.status == OK:
            changed = _csv(answer.body, change)
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


def needed(row: dict[str, object]) -> str:
    """Return the name of the field whose loss is tried out on ``row``."""
    return next((name for name in NEEDED if name in row), list(row)[min(1, len(row) - 1)])


def _all_dash(rows: Rows) -> Rows:
    """Blank all values as on a holiday: "-" for each, but in the FDR listing only for Close (the rest is empty)."""
    flat = {"FLUC_TP_CD": "3", "ChangeCode": "3"}
    blank = "" if "Close" in rows[0] else "-"

    def blanked(name: str, value: object) -> object:
        if name in flat or name == "Close":
            return flat.get(name, "-")
        kept = name in ("LIST_SHRS", "Stocks") or _is_code(name) or not _is_number(value)
        return value if kept else blank

    return [{name: blanked(name, value) for name, value in row.items()} for row in rows]


def _zero(rows: Rows) -> Rows:
    return [
        {name: _like(value, 0) if _is_number(value) and not _is_code(name) else value for name, value in row.items()}
        for row in rows
    ]


def _missing(rows: Rows) -> Rows:
    gone = needed(rows[0])
    return [{name: value for name, value in row.items() if name != gone} for row in rows]


def _renamed(rows: Rows) -> Rows:
    other = needed(rows[0])
    return [{f"{name}_NEW" if name == other else name: value for name, value in row.items()} for row in rows]


def _text_number(rows: Rows) -> Rows:
    return [{**rows[0], needed(rows[0]): "N/A"}, *rows[1:]]


def _duplicate(rows: Rows) -> Rows:
    return [rows[0], *rows]


ROW_DAMAGE: dict[str, Callable[[Rows], Rows]] = {
    "empty_list": lambda _: [],
    "all_dash": _all_dash,
    "zero": _zero,
    "missing_field": _missing,
    "renamed_field": _renamed,
    "text_number": _text_number,
    "duplicate": _duplicate,
}


ONE_ROW: dict[str, Callable[[Rows], Rows]] = {"missing_row": lambda _: [], "dash_row": _all_dash}
"""What becomes of the one row."""
CODES = ("ISU_SRT_CD", "ISU_CD", "Code", "srtnCd", "itemcode", "short_code", "Symbol")
VOLUMES = ("ACC_TRDVOL", "Volume", "trqu", "quant")


def _one_row(rows: Rows, code: str, change: Callable[[Rows], Rows]) -> Rows:
    """Return ``rows`` with one of them changed: that of the stock ``code``, or one in the middle that traded."""
    if code:
        chosen = [row for row, found in enumerate(rows) if code in {found.get(name) for name in CODES}]
    else:
        chosen = [row for row, found in enumerate(rows) if not {found.get(name) for name in VOLUMES} & {"0", "-", 0}]
        chosen = chosen[len(chosen) // 2 :][:1]
    return [new for row, found in enumerate(rows) for new in (change([found]) if row in chosen else [found])]


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return bool(re.fullmatch(r"-?[\d,]+(\.\d+)?", value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_code(name: str) -> bool:
    """Return whether a field holds digits that are no quantity: codes and days."""
    dart = ("corp_code", "stock_code", "rcept_no", "reprt_code", "bsns_year", "ord", "induty_code", "acc_mt")
    return name in ("", "Code", "Symbol", "itemcode", "short_code", "BAS_DD", *dart) or name.endswith(
        ("_CD", "_DD", "_dt", "_ID")
    )


def _like(value: object, number: int) -> object:
    return str(number) if isinstance(value, str) else number


def _json(body: bytes, change: Callable[[Rows], Rows]) -> bytes:
    """Return the JSON ``body`` with its first list of objects changed; numbers keep their type."""
    value = json.loads(body)

    def walk(node: object) -> object:
        if isinstance(node, list) and node and all(isinstance(item, dict) for item in node):
            return change(node)
        if isinstance(node, dict):
            return {name: walk(member) for name, member in node.items()}
        return node

    return json.dumps(walk(value), ensure_ascii=False, separators=(",", ":")).encode()


def _csv(body: bytes, change: Callable[[Rows], Rows]) -> bytes:
    reader = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
    names = list(reader.fieldnames or ())
    rows: Rows = list(reader)
    changed = change(rows) if rows else rows
    out = io.StringIO()
    writer = csv.DictWriter(out, list(changed[0]) if changed else names, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(changed)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _xml(body: bytes, kind: str) -> bytes:
    """Damage Naver's ``<item data="day|open|high|low|close|volume" />`` lines, leaving the rest as it is."""
    item = re.compile(rb'<item data="([^"]*)" />')
    if kind == "empty_list":
        return item.sub(b"", body)
    if kind == "duplicate":
        return item.sub(lambda match: match[0] * 2, body, count=1)

    def changed(match: re.Match[bytes]) -> bytes:
        day, opened, high, low, _, volume = match[1].split(b"|")
        values = {
            "zero": [day, b"0", b"0", b"0", b"0", b"0"],
            "all_dash": [day, b"-", b"-", b"-", b"-", b"-"],
            "missing_field": [day, opened, high, low, volume],
            "renamed_field": [day, opened, high, low, volume],
            "text_number": [day, opened, high, low, b"N/A", volume],
        }[kind]
        return b'<item data="' + b"|".join(values) + b'" />'

    return item.sub(changed, body, count=1 if kind == "text_number" else 0)
