"""KRX OPEN API (data-dbg.krx.co.kr): the official way to history; a session appears on the next business morning.

Non-commercial use only, source to be named ("한국거래소 통계정보"), no redistribution; 10,000 calls a key and day.
"""

from datetime import date

import requests

from foresto_cli.errors import AuthFailed, BadPayload, RateLimited
from foresto_cli.upstream._bodies import json_object, refuse_html, text_records
from foresto_cli.upstream.http import Transport
from foresto_cli.upstream.policy import Policy

SOURCE_ID = "KRX_OPENAPI"
LABEL = "KRX OPEN API"
HOST = "data-dbg.krx.co.kr"
BASE = f"https://{HOST}/svc/apis"
POLICY = Policy(name="krx_openapi", label=LABEL, hosts={HOST: ("krx_openapi",)}, pace=0.3, daily_budget=10_000)
SERVICES = {"KOSPI": "sto/stk_bydd_trd", "KOSDAQ": "sto/ksq_bydd_trd", "KONEX": "sto/knx_bydd_trd"}
KONEX_SINCE = date(2013, 7, 1)
HISTORY_SINCE = date(2010, 1, 4)


def inspect(response: requests.Response) -> None:
    """Tell this upstream's failures apart; it may answer 200 with ``respCode`` in the body.

    Raises:
        AuthFailed, RateLimited, Transient, BadPayload: by status, body and ``respCode``.
    """
    refuse_html(response, LABEL)
    if response.status_code != requests.codes.ok:
        return
    body = json_object(response, LABEL)
    code = str(body.get("respCode", ""))
    if code in {"401", "403"}:
        raise AuthFailed("KRX OPEN API 가 키를 거절했습니다. KRX_OPENAPI_KEY 와 서비스별 이용 승인을 확인하세요.")
    if code == "429":
        raise RateLimited("KRX OPEN API 가 요청이 너무 잦다고 합니다. 다음 실행에서 이어집니다.")
    if not isinstance(body.get("OutBlock_1"), list):
        raise BadPayload("KRX OPEN API 응답에 OutBlock_1 이 없습니다.", response.content)


class KrxOpenApi:
    """The OPEN API with one key."""

    def __init__(self, transport: Transport, key: str) -> None:
        """Keep the key in the session's headers, where no URL shows it."""
        self._session = transport.session(POLICY, inspect)
        self._session.headers["AUTH_KEY"] = key
        self.sessions = [self._session]

    def market_day(self, day: date) -> list[dict[str, str]]:
        """Return every stock of ``day``: one request a market, 15 text fields a row, plain numbers.

        An empty list means a holiday or a session that is not published yet; the answer does not say which.

        Raises:
            ForestoError: as :func:`inspect`.
            BadPayload: some markets have rows and others none.
        """
        markets = {name: self._rows(service, day) for name, service in SERVICES.items()}
        if day < KONEX_SINCE:
            del markets["KONEX"]
        empty = [name for name, rows in markets.items() if not rows]
        if empty and len(empty) < len(markets):
            raise BadPayload(f"KRX OPEN API 의 {day} 응답에 {', '.join(empty)} 시장이 비어 있습니다.")
        return [row for rows in markets.values() for row in rows]

    def _rows(self, service: str, day: date) -> list[dict[str, str]]:
        response = self._session.get(f"{BASE}/{service}", params={"basDd": f"{day:%Y%m%d}"})
        rows = text_records(json_object(response, LABEL)["OutBlock_1"], LABEL, response.content)
        wrong = {row.get("BAS_DD") for row in rows} - {f"{day:%Y%m%d}"}
        if wrong:
            raise BadPayload(f"KRX OPEN API 에 {day} 를 물었는데 다른 날짜의 자료가 왔습니다.", response.content)
        return rows
