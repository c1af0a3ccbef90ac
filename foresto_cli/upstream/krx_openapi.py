"""KRX OPEN API (data-dbg.krx.co.kr): the official way to history; a session appears on the next business morning.

A key holds for the services that its owner applied for, each approved by itself; one that is not answers 401. So every
service has its own session and its own refusal, and the others go on without it.

Non-commercial use only, source to be named ("한국거래소 통계정보"), no redistribution; 10,000 calls a key and day.
"""

import functools
from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING

from foresto_cli import data_sets
from foresto_cli.declared import ByDay, OpenApi
from foresto_cli.errors import AuthFailed, BadPayload, NotApproved, RateLimited
from foresto_cli.upstream._bodies import json_object, refuse_html, text_records
from foresto_cli.upstream.policy import Policy
from foresto_cli.upstream.transport import Transport

if TYPE_CHECKING:
    import requests

    from foresto_cli.upstream.http import UpstreamSession

SOURCE_ID = "KRX_OPENAPI"
LABEL = "KRX OPEN API"
HOST = "data-dbg.krx.co.kr"
BASE = f"https://{HOST}/svc/apis"
POLICY = Policy(name="krx_openapi", label=LABEL, hosts={HOST: ("krx_openapi",)}, pace=0.3, daily_budget=10_000)
KONEX_SINCE = date(2013, 7, 1)
HISTORY_SINCE = date(2010, 1, 4)
MARKET = "FORESTO_MARKET"
"""Field added to every record of stocks: the market of the service that gave it, whatever its own words for it."""
REFUSED = frozenset({"401", "403"})
KEY_REFUSED = "KRX OPEN API가 키를 거절했습니다. KRX_OPENAPI_KEY와 서비스별 이용 승인을 확인하세요."


TRADES = {
    "KOSPI": OpenApi("sto/stk_bydd_trd", "유가증권 일별매매정보"),
    "KOSDAQ": OpenApi("sto/ksq_bydd_trd", "코스닥 일별매매정보"),
    "KONEX": OpenApi("sto/knx_bydd_trd", "코넥스 일별매매정보"),
}
BASE_INFO = {
    "KOSPI": OpenApi("sto/stk_isu_base_info", "유가증권 종목기본정보"),
    "KOSDAQ": OpenApi("sto/ksq_isu_base_info", "코스닥 종목기본정보"),
    "KONEX": OpenApi("sto/knx_isu_base_info", "코넥스 종목기본정보"),
}
INDICES = {
    "KRX": OpenApi("idx/krx_dd_trd", "KRX 시리즈 일별시세정보"),
    "KOSPI": OpenApi("idx/kospi_dd_trd", "KOSPI 시리즈 일별시세정보"),
    "KOSDAQ": OpenApi("idx/kosdaq_dd_trd", "KOSDAQ 시리즈 일별시세정보"),
}
ETFS = OpenApi("etp/etf_bydd_trd", "ETF 일별매매정보")
ALL = (*TRADES.values(), *BASE_INFO.values(), *INDICES.values(), ETFS)

Records = list[dict[str, str]]


def used_services() -> tuple[OpenApi, ...]:
    """Return every service that is used: those above, and those of the described data sets."""
    return tuple(dict.fromkeys((*ALL, *(found.service for found in data_sets.of_kind(ByDay)))))


def markets_on(day: date) -> frozenset[str]:
    """Return the markets that there were on ``day``."""
    return frozenset(TRADES) if day >= KONEX_SINCE else frozenset(TRADES) - {"KONEX"}


def _refusal(service: OpenApi) -> str:
    return (
        f"KRX OPEN API의 '{service.title}'({service.path}) 서비스는 이용 승인이 없습니다(401)."
        " openapi.krx.co.kr에서 신청하면 다음 실행부터 받습니다."
    )


def inspect(response: "requests.Response", service: OpenApi) -> None:
    """Tell this upstream's failures apart; it may answer 200 with ``respCode`` in the body.

    Raises:
        NotApproved: this service is refused (or the key is: only the other services can tell).
        RateLimited, Transient, BadPayload: by status, body and ``respCode``.
    """
    refuse_html(response, LABEL)
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        raise NotApproved(_refusal(service))
    if response.status_code != HTTPStatus.OK:
        return
    body = json_object(response, LABEL)
    code = str(body.get("respCode", ""))
    if code in REFUSED:
        raise NotApproved(_refusal(service))
    if code == "429":
        raise RateLimited("KRX OPEN API가 요청이 너무 잦다고 합니다. 자정(KST)이 지나면 이어집니다.")
    if not isinstance(body.get("OutBlock_1"), list):
        raise BadPayload("KRX OPEN API 응답에 OutBlock_1이 없습니다.", response.content)


class KrxOpenApi:
    """The OPEN API with one key."""

    def __init__(self, transport: Transport, key: str) -> None:
        """Keep the key in the sessions' headers, where no URL shows it."""
        self._services: dict[str, UpstreamSession] = {}
        for service in used_services():
            session = transport.session(POLICY, functools.partial(inspect, service=service))
            session.headers["AUTH_KEY"] = key
            self._services[service.path] = session
        self._answered: set[str] = set()

    @property
    def sessions(self) -> "list[UpstreamSession]":
        """Return the sessions of all services."""
        return list(self._services.values())

    def sessions_of(self, services: Mapping[str, OpenApi]) -> "list[UpstreamSession]":
        """Return the sessions of some services."""
        return [self._services[service.path] for service in services.values()]

    def session_of(self, service: OpenApi) -> "UpstreamSession":
        """Return the session of one service."""
        return self._services[service.path]

    def has_answered(self, service: OpenApi) -> bool:
        """Say whether ``service`` has answered in this process: it is approved."""
        return service.path in self._answered

    def is_refused(self, service: OpenApi) -> bool:
        """Say whether ``service`` has been refused in this process."""
        return isinstance(self._services[service.path].refused, AuthFailed)

    def market_day(self, day: date) -> Records:
        """Return every stock of ``day``: one request a market, 15 text fields a row and :data:`MARKET`, plain numbers.

        Markets whose service is not approved are left out; KONEX is not asked for before it began. An empty list means
        a holiday or a session that is not published yet; the answer does not say which.

        Raises:
            ForestoError: as :func:`inspect`; ``AuthFailed`` when every service is refused.
            BadPayload: some approved markets have rows and others none.
        """
        return self._by_market(TRADES, day, dated=True)

    def base_info(self, day: date) -> Records:
        """Return every stock listed on ``day``: 12 text fields a row and :data:`MARKET`; ``LIST_DD`` as ``20030611``.

        Raises:
            ForestoError: as :meth:`market_day`.
        """
        return self._by_market(BASE_INFO, day, dated=False)

    def etf_day(self, day: date) -> Records:
        """Return every ETF of ``day``: 19 text fields a row.

        Raises:
            ForestoError: as :func:`inspect`.
        """
        return self._rows(ETFS, day, dated=True)

    def rows(self, service: OpenApi, day: date) -> Records:
        """Return every record that ``service`` has of ``day``, all fields as text.

        Raises:
            ForestoError: as :func:`inspect`.
        """
        return self._rows(service, day, dated=True)

    def probe(self, service: OpenApi, day: date) -> int:
        """Return how many rows ``service`` has of ``day``.

        Raises:
            ForestoError: as :func:`inspect`.
        """
        return len(self._rows(service, day, dated=False))

    def _by_market(self, services: Mapping[str, OpenApi], day: date, *, dated: bool) -> Records:
        markets: dict[str, Records] = {}
        for name in [name for name in services if name in markets_on(day)]:
            try:
                markets[name] = self._rows(services[name], day, dated=dated)
            except NotApproved:
                continue
        if not markets:
            raise self._key_refused(services)
        empty = [name for name, rows in markets.items() if not rows]
        if empty and len(empty) < len(markets):
            raise BadPayload(f"KRX OPEN API의 {day} 응답에 {', '.join(empty)} 시장이 비어 있습니다.")
        return [{**row, MARKET: name} for name, rows in markets.items() for row in rows]

    def _key_refused(self, services: Mapping[str, OpenApi]) -> AuthFailed:
        """Return the error of a group that is refused as a whole: the key's fault unless another service answered."""
        titles = ", ".join(service.title for service in services.values())
        unapproved = (
            f"KRX OPEN API의 {titles} 서비스에 모두 이용 승인이 없습니다(401). openapi.krx.co.kr에서 신청하세요."
        )
        error = AuthFailed(unapproved if self._answered else KEY_REFUSED)
        for session in self.sessions_of(services):
            session.refuse(error)
        return error

    def _rows(self, service: OpenApi, day: date, *, dated: bool) -> Records:
        session = self._services[service.path]
        try:
            response = session.get(f"{BASE}/{service.path}", params={"basDd": f"{day:%Y%m%d}"})
        except RateLimited as error:
            # The limit is the key's, not the service's.
            for other in self.sessions:
                other.refuse(error)
            raise
        self._answered.add(service.path)
        rows = text_records(json_object(response, LABEL)["OutBlock_1"], LABEL, response.content)
        wrong = {row.get("BAS_DD") for row in rows} - {f"{day:%Y%m%d}"}
        if dated and wrong:
            raise BadPayload(f"KRX OPEN API에 {day}을 요청했는데 다른 날짜의 자료가 왔습니다.", response.content)
        return rows
