"""Alpha Vantage (www.alphavantage.co): US stocks, one request a second and 25 a day with a free key.

Every refusal comes with HTTP 200 and is told by the top-level key and its words; the words about the daily limit repeat
the key, so no message of ours quotes them.
"""

import csv
import io
import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from foresto_cli.errors import AuthFailed, BadPayload, QuotaSpent, RateLimited
from foresto_cli.upstream._bodies import json_object, refuse_html
from foresto_cli.upstream._readers import refuse_wide_csv
from foresto_cli.upstream.policy import Policy
from foresto_cli.upstream.transport import Transport

if TYPE_CHECKING:
    import requests

SOURCE_ID = "ALPHAVANTAGE"
LABEL = "Alpha Vantage"
HOST = "www.alphavantage.co"
DAILY = 25
POLICY = Policy(
    name="alphavantage", label=LABEL, hosts={HOST: ("alphavantage",)}, pace=1.2, daily_budget=DAILY, in_flight=1
)
LISTING_COLUMNS = ["symbol", "name", "exchange", "assetType", "ipoDate", "delistingDate", "status"]
ASSETS, STATES = ("Stock", "ETF"), ("Active", "Delisted")

Record = dict[str, object]


def inspect(response: "requests.Response") -> None:
    """Tell the kinds of answer apart.

    Raises:
        RateLimited: faster than one request a second.
        QuotaSpent: the day's 25 are used up.
        AuthFailed: the key is wrong, or the question is one for paying customers.
        BadPayload: the question was not understood, or neither JSON nor the CSV of listings.
    """
    refuse_html(response, LABEL)
    if response.status_code != HTTPStatus.OK or not response.content.lstrip().startswith(b"{"):
        return
    body = json_object(response, LABEL)
    said = " ".join(str(body.get(name, "")) for name in ("Information", "Note", "Error Message")).lower()
    # The words about speed name the daily limit too, so they are looked for first.
    if "sparingly" in said or "per second" in said or "per minute" in said:
        raise RateLimited(f"{LABEL}: 요청이 너무 잦다고 합니다. 자정(KST)이 지나면 이어집니다.")
    if "premium" in said and "per day" not in said:
        raise AuthFailed(f"{LABEL}: 유료 요금제에만 있는 자료입니다. 무료 키로는 받을 수 없습니다.")
    if "per day" in said or "rate limit" in said:
        raise QuotaSpent(f"{LABEL}: 하루 {DAILY}번을 다 썼습니다. 내일 다시 실행하면 이어집니다.")
    if "apikey" in said or "api key" in said:
        raise AuthFailed(f"{LABEL}가 키를 거절했습니다. ALPHA_VANTAGE_API_KEY를 확인하세요.")
    if said.strip():
        raise BadPayload(f"{LABEL}가 질문을 이해하지 못했습니다. 종목 기호를 확인하세요.")


class AlphaVantage:
    """The service with one key."""

    def __init__(self, transport: Transport, key: str) -> None:
        """Keep the key; nothing is sent yet."""
        self._session = transport.session(POLICY, inspect)
        self._key = key
        self.sessions = [self._session]

    def listings(self) -> list[dict[str, str]]:
        """Return every active US stock and ETF (LISTING_STATUS): :data:`LISTING_COLUMNS`, ``null`` for nothing.

        Raises:
            ForestoError: as :func:`inspect`.
            BadPayload: a line with a field too few, or with surplus ones that are not the name's.
        """
        response = self._get(function="LISTING_STATUS")
        refuse_wide_csv(response.content, LABEL)
        try:
            head, *lines = list(csv.reader(io.StringIO(response.content.decode("utf-8")), strict=True)) or [[]]
        except (UnicodeDecodeError, csv.Error):
            raise BadPayload(f"{LABEL}: 상장 목록을 읽을 수 없습니다.", response.content) from None
        rows = [_listing(fields) for fields in lines if fields]
        if head != LISTING_COLUMNS or not response.content.endswith(b"\n") or not all(rows):
            raise BadPayload(f"{LABEL}: 상장 목록의 모양이 다르거나 잘렸습니다.", response.content)
        return rows

    def overview(self, symbol: str) -> Record:
        """Return a company's key figures (OVERVIEW) as texts; nothing for a symbol that is no company.

        Raises:
            ForestoError: as :func:`inspect`.
        """
        return json_object(self._get(function="OVERVIEW", symbol=symbol), LABEL)

    def reports(self, function: str, symbol: str) -> Record:
        """Return ``annualReports`` and ``quarterlyReports`` of INCOME_STATEMENT, BALANCE_SHEET or CASH_FLOW.

        Raises:
            ForestoError: as :func:`inspect`.
        """
        return json_object(self._get(function=function, symbol=symbol), LABEL)

    def daily(self, symbol: str) -> Record:
        """Return ``Time Series (Daily)``: the last 100 sessions, not adjusted (TIME_SERIES_DAILY, compact).

        Raises:
            ForestoError: as :func:`inspect`.
            BadPayload: there is no series.
        """
        response = self._get(function="TIME_SERIES_DAILY", symbol=symbol, outputsize="compact")
        series = json_object(response, LABEL).get("Time Series (Daily)")
        if not isinstance(series, dict):
            raise BadPayload(f"{LABEL}: 일별 시세가 응답에 없습니다.", json.dumps(series).encode())
        return series

    def _get(self, **parameters: str) -> "requests.Response":
        return self._session.get(f"https://{HOST}/query", params={**parameters, "apikey": self._key})


def _listing(fields: list[str]) -> dict[str, str]:
    """Return a line of the listings, a name with unquoted commas put together again; nothing for what is no line.

    Only the name is free text: where there are too many fields, the ones after the name must be what they should be.
    """
    surplus = len(fields) - len(LISTING_COLUMNS)
    if surplus < 0:
        return {}
    symbol, *name = fields[: 2 + surplus]
    row = dict(zip(LISTING_COLUMNS, [symbol, ",".join(name), *fields[2 + surplus :]], strict=True))
    return {} if surplus and (row["assetType"] not in ASSETS or row["status"] not in STATES) else row
