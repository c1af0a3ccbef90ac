"""FSS finlife (금융상품한눈에, finlife.fss.or.kr): financial products with their options, by kind and financial group.

Only the disclosure of the moment is to be had. An answer is read page by page and believed as a whole: a page that is
missing, of another question, or of another count than the first spoils all. The daily number of requests that a key has
is not published; the budget here is our own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from foresto_cli.errors import AuthFailed, BadPayload, ForestoError, QuotaSpent, Transient
from foresto_cli.upstream._bodies import json_object, refuse_html
from foresto_cli.upstream.policy import Policy
from foresto_cli.upstream.transport import Transport

if TYPE_CHECKING:
    import requests

SOURCE_ID = "FSS"
LABEL = "금융상품한눈에(금융감독원)"
HOST = "finlife.fss.or.kr"
ROOT = f"https://{HOST}/finlifeapi"
POLICY = Policy(name="finlife", label=LABEL, hosts={HOST: ("finlife",)}, pace=0.3, daily_budget=2_000)
GROUPS = {
    "020000": "은행",
    "030200": "여신전문",
    "030300": "저축은행",
    "050000": "보험",
    "060000": "금융투자",
}
"""Financial groups (권역) by ``topFinGrpNo``."""
GOOD = "000"
MOST_PAGES = 300

_MEANINGS: dict[str, tuple[type[ForestoError], str]] = {
    "010": (AuthFailed, "등록되지 않은 인증키라고 합니다. FSS_API_KEY를 확인하세요"),
    "011": (AuthFailed, "중지된 인증키라고 합니다. finlife.fss.or.kr에서 키의 상태를 확인하세요"),
    "012": (AuthFailed, "삭제된 인증키라고 합니다. finlife.fss.or.kr에서 새로 발급받아 FSS_API_KEY를 바꾸세요"),
    "013": (AuthFailed, "예제용 인증키라고 합니다. finlife.fss.or.kr에서 발급받은 키를 FSS_API_KEY에 적으세요"),
    "020": (QuotaSpent, "하루 검색 횟수를 다 썼습니다. 내일 다시 실행하세요"),
    "021": (AuthFailed, "허용된 IP가 아니라고 합니다. finlife.fss.or.kr에 이 컴퓨터의 IP를 등록하세요"),
    "100": (BadPayload, "질문에 값이 빠졌다고 합니다"),
    "101": (BadPayload, "질문의 값이 틀렸다고 합니다"),
    "900": (Transient, "정의되지 않은 오류입니다"),
}

Record = dict[str, object]


@dataclass(frozen=True)
class Products:
    """A whole answer, all pages together.

    Attributes:
        base: products (``baseList``).
        options: their options (``optionList``), named by company and product code.
    """

    base: list[Record]
    options: list[Record]


@dataclass(frozen=True)
class _Page:
    number: int
    pages: int
    total: int
    base: list[Record]
    options: list[Record]


def inspect(response: "requests.Response") -> None:
    """Tell this upstream's failures apart by the code in the body, whatever the HTTP status.

    Raises:
        AuthFailed, QuotaSpent, Transient, BadPayload: by ``err_cd``.
    """
    refuse_html(response, LABEL)
    if response.status_code != HTTPStatus.OK and not _has_code(response):
        return
    code = str(_result(response).get("err_cd", ""))
    if code == GOOD:
        return
    kind, meaning = _MEANINGS.get(code, (BadPayload, "모르는 오류입니다"))
    message = f"{LABEL}: {meaning}(코드 {code or '없음'})."
    raise BadPayload(message, response.content) if kind is BadPayload else kind(message)


def _has_code(response: "requests.Response") -> bool:
    try:
        return "err_cd" in _result(response)
    except (BadPayload, Transient):
        return False


def _result(response: "requests.Response") -> Mapping[str, Any]:
    found = json_object(response, LABEL).get("result")
    if not isinstance(found, dict):
        raise BadPayload(f"{LABEL}: 응답에 result가 없습니다.", response.content)
    return found


def _page(response: "requests.Response", division: str) -> _Page:
    found = _result(response)
    if found.get("prdt_div") != division:
        raise BadPayload(f"{LABEL}: 다른 종류의 상품이 왔습니다({found.get('prdt_div')}).", response.content)
    base, options = found.get("baseList"), found.get("optionList")
    if not isinstance(base, list) or not isinstance(options, list):
        raise BadPayload(f"{LABEL}: 응답에 baseList나 optionList가 없습니다.", response.content)
    if not all(isinstance(record, dict) for record in [*base, *options]):
        raise BadPayload(f"{LABEL}: 응답의 목록을 읽을 수 없습니다.", response.content)
    try:
        # Text in the answers of earlier years, numbers in those of today.
        number, pages, total = (int(found[name]) for name in ("now_page_no", "max_page_no", "total_count"))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise BadPayload(f"{LABEL}: 응답에 쪽 번호나 상품 수가 없습니다.", response.content) from None
    return _Page(number, pages, total, base, options)


class Finlife:
    """The disclosure with one key."""

    def __init__(self, transport: Transport, key: str) -> None:
        """Make the session; nothing is sent yet."""
        self._session = transport.session(POLICY, inspect)
        self._key = key
        self.sessions = [self._session]

    def products(self, operation: str, division: str, group: str) -> Products:
        """Return every product of ``operation`` (``depositProductsSearch`` …) in ``group``, with every option.

        No product at all is an answer too: many groups do not sell every kind.

        Args:
            operation: name of the service.
            division: letter by which its answers name themselves (``prdt_div``).
            group: one of :data:`GROUPS`.

        Raises:
            ForestoError: as :func:`inspect`.
            Transient: the number of products or pages changed while we read them.
            BadPayload: a page of something else, too many pages, or not as many products as announced.
        """
        first = self._ask(operation, division, group, 1)
        if first.pages > MOST_PAGES:
            raise BadPayload(f"{LABEL}: {first.pages:,}쪽이라고 합니다. {MOST_PAGES}쪽까지만 믿습니다.")
        base, options = list(first.base), list(first.options)
        for number in range(2, first.pages + 1):
            page = self._ask(operation, division, group, number)
            if (page.pages, page.total) != (first.pages, first.total):
                raise Transient(f"{LABEL}: 읽는 사이에 상품 수가 바뀌었습니다.")
            base += page.base
            options += page.options
        if len(base) != first.total:
            raise BadPayload(
                f"{LABEL}: 상품 {first.total:,}개 가운데 {len(base):,}개가 왔습니다.",
                json.dumps(base, ensure_ascii=False).encode(),
            )
        return Products(base, options)

    def _ask(self, operation: str, division: str, group: str, number: int) -> _Page:
        parameters = {"auth": self._key, "topFinGrpNo": group, "pageNo": f"{number}"}
        response = self._session.get(f"{ROOT}/{operation}.json", params=parameters)
        page = _page(response, division)
        # An empty group may call its only page 0.
        if page.number != number and (page.number, page.total) != (0, 0):
            raise BadPayload(f"{LABEL}: {number}쪽을 요청했는데 {page.number}쪽이 왔습니다.", response.content)
        return page
