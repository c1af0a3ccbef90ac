"""What OpenDART says besides data: status codes as JSON, and as XML where a zip was asked for."""

from collections.abc import Mapping, Sequence

from foresto_cli.sandbox.wire import Answer, as_json

MESSAGES = {
    "000": "정상",
    "010": "등록되지 않은 인증키입니다.",
    "011": "사용할 수 없는 키입니다.",
    "012": "접근할 수 없는 IP입니다.",
    "013": "조회된 데이타가 없습니다.",
    "014": "파일이 존재하지 않습니다.",
    "020": "사용한도를 초과하였습니다.",
    "021": "조회 가능한 회사 개수가 초과하였습니다.(최대 100건)",
    "100": "필드의 부적절한 값입니다.",
    "101": "부적절한 접근입니다.",
    "800": "시스템 점검으로 인한 서비스가 중지 중입니다.",
    "900": "정의되지 않은 오류가 발생하였습니다.",
    "901": "사용자 계정의 개인정보 보유기간이 만료되어 사용할 수 없는 키입니다.",
}
WINDOW = "corp_code가 없는 경우 검색기간은 3개월만 가능합니다."
XML = "application/xml;charset=UTF-8"


def refusal(status: str, message: str | None = None, *, as_xml: bool = False) -> Answer:
    """Return an answer without data, with HTTP 200 as always."""
    text = message or MESSAGES[status]
    if as_xml:
        body = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            f"<result><status>{status}</status><message>{text}</message></result>"
        )
        return Answer(body.encode(), content_type=XML)
    return as_json({"status": status, "message": text})


def listing(rows: Sequence[Mapping[str, object]], **top: int) -> Answer:
    """Return ``rows`` under list, with the counters ``top`` before it; status 013 if there are none."""
    if not rows:
        return refusal("013")
    return as_json({"status": "000", "message": MESSAGES["000"], **top, "list": rows})
