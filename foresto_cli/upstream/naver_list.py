"""Naver's ranking of stocks by market value (m.stock.naver.com): who is listed, without a key; as of now.

``/api/stocks/marketValue/KOSPI?page=1&pageSize=100`` answers ``{"totalCount": n, "stocks": [...]}``; each of these has
``stockEndType`` (stock, etf, etn), ``itemCode``, ``stockName``, and prices as texts. So say four independent public
collectors (in Python twice, Java and C++); it was not asked live by us. KONEX is not among the rankings.
"""

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from foresto_cli.errors import BadPayload
from foresto_cli.upstream._bodies import json_object, refuse_html
from foresto_cli.upstream.policy import Policy
from foresto_cli.upstream.transport import Transport

if TYPE_CHECKING:
    import requests

SOURCE_ID = "NAVER"
LABEL = "네이버 종목 목록"
HOST = "m.stock.naver.com"
POLICY = Policy(name="naver", label=LABEL, hosts={HOST: ("naver",)}, pace=0.5, daily_budget=10_000)
MARKET = "FORESTO_MARKET"
"""Field added to every record: the market whose ranking it stands in."""
MARKETS = ("KOSPI", "KOSDAQ")
PAGE = 100
MOST_PAGES = 60
ABOUT_REQUESTS = 45
READINGS = 3
"""The ranking moves while it is read: a stock that changes pages comes twice and another not at all. Then it is read
again, and what all readings have together counts."""
LEAST_SHARE = 0.98
"""Fewer than this share of what is announced is half a list."""

KIND = re.compile(r"[a-z]+")

Record = dict[str, object]


def inspect(response: "requests.Response") -> None:
    """Let a page of the ranking pass.

    Raises:
        Transient, BadPayload: a web page, nothing, or not the known shape.
    """
    refuse_html(response, LABEL)
    if response.status_code != HTTPStatus.OK:
        return
    found = json_object(response, LABEL)
    stocks, total = found.get("stocks"), found.get("totalCount")
    if not isinstance(stocks, list) or not isinstance(total, int) or not all(map(_is_record, stocks)):
        raise BadPayload(f"{LABEL}: 응답 모양이 다릅니다.", response.content)


class NaverList:
    """The ranking; needs no key."""

    def __init__(self, transport: Transport) -> None:
        """Make the session; nothing is sent yet."""
        self._session = transport.session(POLICY, inspect)
        self.sessions = [self._session]

    def stocks(self) -> list[Record]:
        """Return every stock of KOSPI and KOSDAQ, each once, with :data:`MARKET`; funds and notes are left out.

        Raises:
            ForestoError: as :func:`inspect`.
            BadPayload: the pages do not come to what they announce.
        """
        return [record for market in MARKETS for record in self._ranking(market)]

    def _ranking(self, market: str) -> list[Record]:
        found: dict[str, Record] = {}
        for _ in range(READINGS):
            total, records = self._pages(market)
            codes = [f"{record['itemCode']}" for record in records]
            overlaps = len(set(codes)) < len(codes)
            found |= {code: {**record, MARKET: market} for code, record in zip(codes, records, strict=True)}
            if not overlaps or len(found) >= total:
                break
        if not found or len(found) < (total if overlaps else LEAST_SHARE * total):
            raise BadPayload(f"{LABEL}: {market} {total:,}종목 가운데 {len(found):,}종목만 왔습니다.")
        return [record for record in found.values() if record["stockEndType"] == "stock"]

    def _pages(self, market: str) -> tuple[int, list[Record]]:
        """Return how many there are, and the records of all pages as they came."""
        records: list[Record] = []
        total = 0
        for page in range(1, MOST_PAGES + 1):
            url = f"https://{HOST}/api/stocks/marketValue/{market}"
            body: Any = json_object(self._session.get(url, params={"page": f"{page}", "pageSize": f"{PAGE}"}), LABEL)
            total = body["totalCount"]
            records += body["stocks"]
            if not body["stocks"] or page * PAGE >= total:
                break
        return total, records


def _is_record(record: object) -> bool:
    """Say whether it names a stock or fund and its kind; what is no word must not pass for the kind of a fund."""
    return (
        isinstance(record, dict)
        and all(isinstance(record.get(name), str) and record[name] for name in ("itemCode", "stockName"))
        and KIND.fullmatch(f"{record.get('stockEndType')}") is not None
    )
