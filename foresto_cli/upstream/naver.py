"""Naver chart (fchart.stock.naver.com): daily bars of one ticker, no key.

Prices are adjusted as of today and truncated to a won, volumes are not; at most 3,000 bars; nothing of delisted stocks.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from foresto_cli import clock
from foresto_cli.errors import BadPayload, Transient
from foresto_cli.upstream._bodies import refuse_html
from foresto_cli.upstream.policy import Policy
from foresto_cli.upstream.transport import Transport

if TYPE_CHECKING:
    import requests

SOURCE_ID = "NAVER"
LABEL = "네이버 차트"
HOST = "fchart.stock.naver.com"
POLICY = Policy(name="naver", label=LABEL, hosts={HOST: ("naver",)}, pace=0.5, daily_budget=10_000)
MOST_BARS = 3_000
INDEX_SYMBOLS = {"KOSPI": "KOSPI", "KOSDAQ": "KOSDAQ", "KS200": "KPI200"}
_ITEM = re.compile(r'<item\s+data="([^"]*)"\s*/>')

Bar = tuple[date, int, int, int, int, int]
"""Day, open, high, low, close (won, adjusted), volume (shares, not adjusted)."""


class IndexBar(NamedTuple):
    """One session of an index; ``thousands`` is the volume in thousands of shares."""

    day: date
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    thousands: int


def inspect(response: "requests.Response") -> None:
    """Let a complete chart pass.

    Raises:
        Transient: a web page or nothing instead.
        BadPayload: not the chart's XML, or cut off.
    """
    refuse_html(response, LABEL)
    if response.status_code != HTTPStatus.OK:
        return
    body = response.content.strip()
    if not body:
        raise Transient("네이버 차트가 빈 응답을 보냈습니다.")
    if b"<protocol" not in body or not body.endswith(b"</protocol>"):
        raise BadPayload("네이버 차트의 응답을 읽을 수 없습니다(XML이 아니거나 잘렸습니다).", response.content)


class Naver:
    """The chart service; needs no key."""

    def __init__(self, transport: Transport) -> None:
        """Make the session; nothing is sent yet."""
        self._session = transport.session(POLICY, inspect)
        self.sessions = [self._session]

    def index_bars(self, code: str, count: int) -> list[IndexBar]:
        """Return the newest ``count`` levels of index ``code`` (KOSPI, KOSDAQ, KS200), oldest first.

        Raises:
            ForestoError: as :func:`inspect`.
            BadPayload: a bar is not six fields.
        """
        body = self._chart(INDEX_SYMBOLS[code], count)
        return [_index_bar(item, body) for item in _items(body)]

    def bars(self, ticker: str, count: int) -> list[Bar]:
        """Return the newest ``count`` bars of ``ticker`` (at most 3,000), oldest first; none for an unknown ticker.

        Raises:
            ForestoError: as :func:`inspect`.
            BadPayload: a bar is not six fields.
        """
        body = self._chart(ticker, count)
        return [_bar(item, body) for item in _items(body)]

    def _chart(self, symbol: str, count: int) -> bytes:
        query = {"symbol": symbol, "timeframe": "day", "count": str(min(count, MOST_BARS)), "requestType": "0"}
        return self._session.get(f"https://{HOST}/sise.nhn", params=query).content


def _items(body: bytes) -> list[str]:
    # The body says EUC-KR; company names use its superset.
    return _ITEM.findall(body.decode("cp949", "replace"))


def _index_bar(item: str, body: bytes) -> IndexBar:
    fields = item.split("|")
    try:
        day = clock.day_of(fields[0])
        opened, high, low, close = map(Decimal, fields[1:5])
        (thousands,) = map(int, fields[5:])
    except (ValueError, InvalidOperation):
        raise BadPayload("네이버 지수 차트의 막대 하나를 읽을 수 없습니다.", body) from None
    if not all(level.is_finite() for level in (opened, high, low, close)):
        raise BadPayload("네이버 지수 차트에 숫자가 아닌 값이 있습니다.", body)
    return IndexBar(day, opened, high, low, close, thousands)


def _bar(item: str, body: bytes) -> Bar:
    fields = item.split("|")
    try:
        day = clock.day_of(fields[0])
        opened, high, low, close, volume = map(int, fields[1:])
    except ValueError:
        raise BadPayload("네이버 차트의 막대 하나를 읽을 수 없습니다.", body) from None
    return day, opened, high, low, close, volume
