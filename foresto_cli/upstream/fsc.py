"""FSC open data (apis.data.go.kr/1160100): listed items with their company numbers.

Data of a session appear after 13:00 of the next business day; a holiday looks the same as "not yet". KOGL type 4:
non-commercial, unchanged, not to be passed on; 10,000 calls a day and service. The gateway in front answers in its own
words, XML or JSON, with any HTTP status, so its errors are told by the body.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import unquote

import requests

from foresto_cli.errors import (
    AuthFailed,
    BadPayload,
    Blocked,
    ForestoError,
    QuotaSpent,
    RateLimited,
    Transient,
)
from foresto_cli.upstream._bodies import json_object, refuse_html
from foresto_cli.upstream.http import Policy, Transport

SOURCE_ID = "FSC"
LABEL = "공공데이터포털(금융위원회)"
HOST = "apis.data.go.kr"
ROOT = f"https://{HOST}/1160100"
LISTED_ITEMS = ("GetKrxListedInfoService_V2/getItemInfo_V2", "service/GetKrxListedInfoService/getItemInfo")
"""The route since 2026 and the one before: keys know the one or the other."""
POLICY = Policy(name="fsc", label=LABEL, hosts={HOST: ("fsc",)}, pace=0.3, daily_budget=10_000)
ROWS = 10_000
"""Rows of a page at most."""
MOST_PAGES = 20
GATEWAY = b"OpenAPI_ServiceResponse"
GOOD, NO_DATA = "00", "03"
UNKNOWN_ROUTE, UNKNOWN_KEY = "12", "30"
"""What a key of the other route gets."""
LEGACY_PREFIX = "A"
"""Before the ticker on the old route."""

_REASON = re.compile(rb"<returnReasonCode>\s*(\w+)\s*</returnReasonCode>")
_ERRORS: dict[str, type[ForestoError]] = {
    **dict.fromkeys(("01", "02", "04", "05"), Transient),
    **dict.fromkeys(("20", "21", "31", "32", "33"), AuthFailed),
    "22": QuotaSpent,
    "23": RateLimited,
    "29": Blocked,
}
_MEANINGS: dict[type[ForestoError], str] = {
    Transient: "서버 오류입니다",
    AuthFailed: "키를 거절했습니다. data.go.kr 에서 활용신청과 기한을, 그리고 FSC_API_KEY 를 확인하세요",
    QuotaSpent: "하루 한도를 다 썼습니다. 내일 다시 실행하세요",
    RateLimited: "요청이 너무 잦다고 합니다. 다음 실행에서 이어집니다",
    Blocked: "이 주소를 막았습니다. 24시간 동안 다시 묻지 않습니다",
}


class _WrongRoute(ForestoError):
    """This route does not know the key, or is gone; the other one may do."""

    def __init__(self, code: str) -> None:
        """Remember the code."""
        super().__init__(f"{LABEL}: 이 경로로는 받을 수 없습니다(코드 {code}).")
        self.code = code


def inspect(response: requests.Response) -> None:
    """Tell this upstream's failures apart, whatever the HTTP status.

    Raises:
        AuthFailed, QuotaSpent, RateLimited, Blocked, Transient, BadPayload: by the code in the body.
    """
    if GATEWAY in response.content:
        _refuse(_gateway_code(response), response)
        return
    refuse_html(response, LABEL)
    if response.status_code != requests.codes.ok:
        return
    header, _ = _envelope(response)
    code = str(header.get("resultCode", GOOD)).zfill(2)
    if code not in {GOOD, NO_DATA}:
        _refuse(code, response)


def _refuse(code: str, response: requests.Response) -> None:
    if code in {UNKNOWN_ROUTE, UNKNOWN_KEY}:
        raise _WrongRoute(code)
    if code == NO_DATA:
        return
    kind = _ERRORS.get(code)
    if kind is None:
        raise BadPayload(f"{LABEL}: 질문이 잘못되었다고 합니다(코드 {code}).", response.content)
    raise kind(f"{LABEL}: {_MEANINGS[kind]}(코드 {code}).")


def _gateway_code(response: requests.Response) -> str:
    found = _REASON.search(response.content)
    if found:
        return found[1].decode().zfill(2)
    try:
        return str(json.loads(response.content)["OpenAPI_ServiceResponse"]["cmmMsgHeader"]["returnReasonCode"]).zfill(2)
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError):
        raise BadPayload(f"{LABEL}: 오류 응답을 읽을 수 없습니다.", response.content) from None


def _envelope(response: requests.Response) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return header and body; some answers lack the wrapper around them."""
    if GATEWAY in response.content:
        # Only "no data" gets here.
        return {}, {"totalCount": 0, "items": ""}
    whole = json_object(response, LABEL)
    inner = whole.get("response", whole)
    if isinstance(inner, dict):
        header, body = inner.get("header"), inner.get("body", {})
        if isinstance(header, dict) and isinstance(body, dict):
            return header, body
    raise BadPayload(f"{LABEL}: 응답에 header 나 body 가 없습니다.", response.content)


def _page(response: requests.Response) -> tuple[int, list[dict[str, Any]]]:
    """Return (rows there are in all, rows of this page); ``items`` may be text, an object or a list."""
    header, body = _envelope(response)
    if str(header.get("resultCode", GOOD)).zfill(2) == NO_DATA:
        return 0, []
    items = body.get("items") or []
    found = items.get("item") or [] if isinstance(items, dict) else items
    rows = [found] if isinstance(found, dict) else found
    try:
        total = int(body["totalCount"])
    except (KeyError, TypeError, ValueError):
        raise BadPayload(f"{LABEL}: 응답에 totalCount 가 없습니다.", response.content) from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadPayload(f"{LABEL}: 응답의 items 를 읽을 수 없습니다.", response.content)
    return total, rows


class Fsc:
    """The open data with one key, encoded or not as the portal shows it."""

    def __init__(self, transport: Transport, key: str) -> None:
        """Keep the key decoded: it is encoded once when it is sent."""
        self._session = transport.session(POLICY, inspect)
        self._key = unquote(key) if "%" in key else key
        self._routes = list(LISTED_ITEMS)
        self.sessions = [self._session]

    def listed_items(self, day: date) -> list[dict[str, Any]]:
        """Return ``isinCd, srtnCd, mrktCtg, itmsNm, crno`` … of every stock listed on ``day``, preferred ones missing.

        ``srtnCd`` is the plain ticker, whichever route answered. An empty list means a holiday or a session that is
        not published yet; the answer does not say which.

        Raises:
            ForestoError: as :func:`inspect`.
            BadPayload: rows of another day, or fewer than there are.
            Transient: the number of rows changed while we read them.
        """
        total, rows = self._ask(day, 1)
        pages = 1
        while len(rows) < total and pages < MOST_PAGES:
            pages += 1
            more = self._ask(day, pages)[1]
            if not more:
                break
            rows += more
        if pages > 1 and self._ask(day, 1)[0] != total:
            raise Transient(f"{LABEL}: 읽는 사이에 행 수가 바뀌었습니다.")
        if len(rows) != total:
            raise BadPayload(f"{LABEL}: {total:,}행 가운데 {len(rows):,}행만 왔습니다.", json.dumps(rows).encode())
        if {row.get("basDt") for row in rows} - {f"{day:%Y%m%d}"}:
            raise BadPayload(f"{LABEL}: {day} 를 물었는데 다른 날짜의 자료가 왔습니다.", json.dumps(rows).encode())
        return [{**row, "srtnCd": str(row.get("srtnCd", "")).removeprefix(LEGACY_PREFIX)} for row in rows]

    def _ask(self, day: date, page: int) -> tuple[int, list[dict[str, Any]]]:
        """Ask the first route that takes our key; one that does not is left out for the rest of the run."""
        codes = []
        while self._routes:
            try:
                return self._ask_at(self._routes[0], day, page)
            except _WrongRoute as refusal:
                codes.append(refusal.code)
                if len(self._routes) == 1:
                    break
                del self._routes[0]
        if UNKNOWN_KEY not in codes:
            raise BadPayload(f"{LABEL}: 상장종목 서비스의 경로가 바뀌었습니다(코드 {codes[-1]}).")
        error = AuthFailed(f"{LABEL}: {_MEANINGS[AuthFailed]}(코드 {UNKNOWN_KEY}).")
        self._session.refuse(error)
        raise error

    def _ask_at(self, route: str, day: date, page: int) -> tuple[int, list[dict[str, Any]]]:
        parameters = {
            "serviceKey": self._key,
            "resultType": "json",
            "numOfRows": f"{ROWS}",
            "pageNo": f"{page}",
            "basDt": f"{day:%Y%m%d}",
        }
        return _page(self._session.get(f"{ROOT}/{route}", params=parameters))
