"""OpenDART (opendart.fss.or.kr/api): what companies file, by status codes in the body, with one key a person.

Every failure comes as HTTP 200 with a ``status``; the zip endpoints put it into XML. 20,000 requests a day and key,
1,000 a minute (one collecting command at a time, 5 a second, stays far below); a burst gets the address cut off for a
day, which looks like a broken line. 01:00 to 02:00 KST is left alone. Values come as text, exactly as filed.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from foresto_cli import clock
from foresto_cli.errors import AuthFailed, BadPayload, ForestoError, NotYet, RateLimited, Transient
from foresto_cli.upstream._bodies import json_object, refuse_html
from foresto_cli.upstream._corp_codes import LABEL, companies_of
from foresto_cli.upstream._readers import json_value, xml_root
from foresto_cli.upstream._unpack import only_file
from foresto_cli.upstream.policy import Policy
from foresto_cli.upstream.transport import Transport

if TYPE_CHECKING:
    import requests

SOURCE_ID = "DART"
HOST = "opendart.fss.or.kr"
BASE = f"https://{HOST}/api"
DAILY_BUDGET = 20_000
POLICY = Policy(
    name="dart",
    label=LABEL,
    hosts={HOST: ("dart",)},
    pace=0.2,
    daily_budget=DAILY_BUDGET,
    cut_off_means=(
        "다른 사이트는 되는데 DART만 이러면 DART가 이 IP를 24시간 차단한 것입니다(요청이 너무 잦으면 답 대신 연결을"
        " 끊습니다). 하루 뒤 다시 실행하세요."
    ),
)
LEFT_ALONE = (time(1, 0), time(2, 0))
"""From and until when DART is not asked."""
MOST_COMPANIES = 100
"""Companies of one question to ``fnlttMultiAcnt``; one more is status 021."""
LIST_WINDOW = timedelta(days=88)
"""A search without a company spans at most three calendar months."""
LIST_ROWS = 100
LIST_READINGS = 3
"""So often the pages of a window are read while filings go on arriving between them."""
MOST_LIST_PAGES = 3_000
"""Of one window; all filings of a busy quarter are some 700."""
LARGEST_MEMBER = 64_000_000
"""Bytes of an unpacked file; the list of companies has 28 MB."""

GOOD = "000"
NOTHING = ("013", "014")
"""No data, no file: right answers."""

_ERRORS: dict[str, type[ForestoError]] = {
    **dict.fromkeys(("010", "011", "012", "901"), AuthFailed),
    "020": RateLimited,
    **dict.fromkeys(("800", "900"), Transient),
}
_MEANINGS = {
    "010": "등록되지 않은 키라고 합니다. DART_API_KEY를 확인하세요(opendart.fss.or.kr에서 무료 발급)",
    "011": "키가 정지되었다고 합니다. opendart.fss.or.kr에서 키의 상태를 확인하세요",
    "012": "이 주소에서는 쓸 수 없는 키라고 합니다. opendart.fss.or.kr에서 허용 IP를 확인하세요",
    "901": "키 주인의 개인정보 보유기간이 끝났다고 합니다. opendart.fss.or.kr에서 키를 새로 받으세요",
    "020": "요청 한도를 넘었다고 합니다. 한도가 풀리면(자정 KST) 이어집니다",
    "800": "시스템 점검 중이라고 합니다. 나중에 다시 실행하세요",
    "900": "알 수 없는 오류라고 합니다. 나중에 다시 실행하세요",
    "021": "한 번에 요청할 수 있는 회사 수를 넘었다고 합니다",
    "100": "질문의 값이 잘못되었다고 합니다",
    "101": "잘못된 접근이라고 합니다",
}

Record = dict[str, object]


def inspect(response: "requests.Response") -> None:
    """Tell this upstream's failures apart by the ``status`` in the body, JSON or XML; "no data" passes.

    Raises:
        AuthFailed, RateLimited, Transient, BadPayload: by the status, or a body that has none.
    """
    if response.content.startswith(b"PK"):
        return
    refuse_html(response, LABEL)
    if response.status_code != HTTPStatus.OK:
        return
    status = status_of(response)
    if status == GOOD or status in NOTHING:
        return
    kind = _ERRORS.get(status, BadPayload)
    message = f"{LABEL}: {_MEANINGS.get(status, '모르는 상태로 답했습니다')}(상태 {status})."
    raise BadPayload(message, response.content) if kind is BadPayload else kind(message)


def status_of(response: "requests.Response") -> str:
    """Return the ``status`` of a JSON or XML answer.

    Raises:
        Transient: an empty body.
        BadPayload: neither, or without one.
    """
    if response.content.lstrip().startswith(b"<?xml"):
        found: object = xml_root(response.content, LABEL).findtext("status")
    else:
        found = json_object(response, LABEL).get("status")
    if not isinstance(found, str) or not found:
        raise BadPayload(f"{LABEL}: 응답에 status가 없습니다.", response.content)
    return found


def read(body: bytes) -> Record:
    """Return a JSON answer that was kept.

    Raises:
        BadPayload: it is not one.
    """
    found = json_value(body, LABEL)
    if not isinstance(found, dict):
        raise BadPayload(f"{LABEL}: 응답 모양이 다릅니다(JSON 객체가 아닙니다).", body)
    return found


def rows_of(answer: Record) -> list[Record]:
    """Return the ``list`` of an answer; none where DART says that there are no data (013).

    Raises:
        BadPayload: a good answer without rows, or rows that are no objects.
    """
    if answer.get("status") in NOTHING:
        return []
    rows = answer.get("list")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise BadPayload(f"{LABEL}: 응답의 list를 읽을 수 없습니다.")
    return rows


class Dart:
    """OpenDART with one key."""

    def __init__(self, transport: Transport, key: str, daily_budget: int = DAILY_BUDGET) -> None:
        """Keep the key apart: it goes into each question's query and into nothing that is said or stored."""
        self._session = transport.session(replace(POLICY, daily_budget=daily_budget), inspect)
        self._key = key
        self.sessions = [self._session]

    def body(self, endpoint: str, **parameters: str) -> bytes:
        """Return the answer of ``endpoint`` (``"fnlttMultiAcnt"``) as it came, "no data" (013) included.

        Raises:
            ForestoError: as :func:`inspect`; ``NotYet`` between 01:00 and 02:00.
        """
        return self._ask(f"{endpoint}.json", parameters).content

    def rows(self, endpoint: str, **parameters: str) -> list[Record]:
        """Return the rows of ``endpoint``; an empty list is DART's own word that there are none.

        Raises:
            ForestoError: as :meth:`body` and :func:`rows_of`.
        """
        return rows_of(read(self.body(endpoint, **parameters)))

    def filings(self, start: date, end: date, **search: str) -> list[Record]:
        """Return every filing of a span, oldest first, corrections included (``list.json``).

        Args:
            start: first day of receipt.
            end: last day of receipt.
            search: further conditions by DART's names (``pblntf_ty="A"``, ``corp_cls="Y"``, ``corp_code=…``).

        Raises:
            ForestoError: as :meth:`body`; ``BadPayload`` when pages lack rows that the first one counted.
        """
        return [row for window in _windows(start, end) for row in self._window(*window, search)]

    def companies(self) -> list[dict[str, str]]:
        """Return ``corp_code, corp_name, stock_code, modify_date`` of who has or had a ticker (``corpCode.xml``).

        The companies without one, 96 of 100, are left out. Who was delisted keeps the ticker. One request, 3.5 MB.

        Raises:
            ForestoError: as :func:`inspect`; ``BadPayload`` for a broken file.
        """
        return companies_of(_member(self._ask("corpCode.xml", {})))

    def _window(self, start: date, end: date, search: dict[str, str]) -> list[Record]:
        """Return the filings of one window, each once, though filings that arrive meanwhile shift the pages.

        Who arrives on a page that was read already is missed by that reading: then the newest count is larger than
        what was found, and the pages are read once more.
        """
        found: dict[str, Record] = {}
        total = 0
        for _ in range(LIST_READINGS):
            total = self._read_pages(start, end, search, found)
            if len(found) >= total:
                return [found[number] for number in sorted(found)]
        raise BadPayload(f"{LABEL}: 공시 {total:,}건 가운데 {len(found):,}건만 왔습니다.")

    def _read_pages(self, start: date, end: date, search: dict[str, str], found: dict[str, Record]) -> int:
        """Add every page to ``found`` and return how many filings the last one counted."""
        parameters = {
            "bgn_de": f"{start:%Y%m%d}",
            "end_de": f"{end:%Y%m%d}",
            "last_reprt_at": "N",
            # Newest first, the default, would shift every page while filings arrive.
            "sort": "date",
            "sort_mth": "asc",
            "page_count": f"{LIST_ROWS}",
            **search,
        }
        page, pages, total = 1, 1, 0
        while page <= pages:
            answer = read(self.body("list", **parameters, page_no=f"{page}"))
            rows = rows_of(answer)
            if not rows:
                # Pages that were counted a moment ago are gone: what is missing shows in the count before.
                break
            total, pages = _count(answer, "total_count"), _count(answer, "total_page")
            if pages > MOST_LIST_PAGES:
                raise BadPayload(
                    f"{LABEL}: 공시 목록이 {pages:,}쪽이라고 합니다. {MOST_LIST_PAGES:,}쪽까지만 믿습니다."
                )
            if not all(isinstance(row.get("rcept_no"), str) for row in rows):
                raise BadPayload(f"{LABEL}: 공시 목록에 접수번호가 없습니다.")
            found |= {f"{row['rcept_no']}": row for row in rows}
            page += 1
        return total

    def _ask(self, path: str, parameters: dict[str, str]) -> "requests.Response":
        start, end = LEFT_ALONE
        if start <= clock.now().time() < end:
            raise NotYet(f"{LABEL}: {start:%H:%M}~{end:%H:%M}에는 요청하지 않습니다. {end:%H:%M} 뒤에 다시 실행하세요.")
        return self._session.get(f"{BASE}/{path}", params={"crtfc_key": self._key, **parameters})


def _member(response: "requests.Response") -> bytes:
    """Return the only file of a zip; its dates are impossible and not looked at."""
    if not response.content.startswith(b"PK"):
        raise BadPayload(f"{LABEL}: 압축 파일 대신 다른 것이 왔습니다.", response.content)
    return only_file(response.content, LARGEST_MEMBER, LABEL)


def _windows(start: date, end: date) -> Iterator[tuple[date, date]]:
    while start <= end:
        last = min(start + LIST_WINDOW, end)
        yield start, last
        start = last + timedelta(days=1)


def _count(answer: Record, name: str) -> int:
    try:
        return int(f"{answer[name]}")
    except (KeyError, ValueError):
        raise BadPayload(f"{LABEL}: 공시 목록에 {name}이(가) 없습니다.") from None
