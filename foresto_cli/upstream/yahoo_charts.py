"""Yahoo Finance charts (query2.finance.yahoo.com): daily closes of an index abroad, no key.

One request a symbol, as yfinance asks, without the cookie that only its quote pages want. Throttling comes as 429 or as
a line of text; an unknown symbol as 404 with a JSON body.
"""

import math
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import requests

from foresto_cli import clock
from foresto_cli.errors import BadPayload, RateLimited
from foresto_cli.upstream._bodies import json_object, refuse_html
from foresto_cli.upstream.http import Transport
from foresto_cli.upstream.policy import Policy

LABEL = "Yahoo 차트"
HOST = "query2.finance.yahoo.com"
POLICY = Policy(name="yahoo", label=LABEL, hosts={HOST: ("yahoo",)}, pace=1.0, daily_budget=1_000)
THROTTLED = b"Too Many Requests"
NEW_YORK = ZoneInfo("America/New_York")
CLOSES = time(16, 0)
"""Regular trading in New York ends; earlier the day's bar still moves."""

Close = tuple[date, float]
"""Session in New York, closing level."""


def inspect(response: requests.Response) -> None:
    """Let a chart pass.

    Raises:
        RateLimited: throttled.
        Transient: a web page instead.
    """
    if response.content[:200].startswith(THROTTLED):
        raise RateLimited(f"{LABEL}: 요청이 너무 잦다는 답이 왔습니다. 다음 실행에서 이어집니다.")
    refuse_html(response, LABEL)


class YahooCharts:
    """Daily charts; needs no key."""

    def __init__(self, transport: Transport) -> None:
        """Make the session; nothing is sent yet."""
        self._session = transport.session(POLICY, inspect)
        # Yahoo refuses the name that requests gives itself.
        self._session.headers["User-Agent"] = "Mozilla/5.0"
        self.sessions = [self._session]

    def closes(self, symbol: str) -> list[Close]:
        """Return the closes of the last ended sessions (at most five) of an American index, oldest first.

        Raises:
            ForestoError: as :func:`inspect`; ``BadPayload`` when the answer is not such a chart.
        """
        response = self._session.get(
            f"https://{HOST}/v8/finance/chart/{symbol}", params={"range": "5d", "interval": "1d"}
        )
        answer = json_object(response, LABEL)
        try:
            (chart,) = answer["chart"]["result"]
            if chart["meta"]["symbol"] != symbol:
                raise BadPayload(f"{LABEL}: {symbol} 대신 다른 것이 왔습니다.", response.content)
            bars = zip(chart["timestamp"], chart["indicators"]["quote"][0]["close"], strict=True)
            found = {datetime.fromtimestamp(stamp, NEW_YORK).date(): float(close) for stamp, close in bars if close}
        except (LookupError, TypeError, ValueError, OverflowError, OSError):
            raise BadPayload(f"{LABEL}: {symbol} 의 응답을 읽을 수 없습니다.", response.content) from None
        if not all(math.isfinite(close) and close > 0 for close in found.values()):
            raise BadPayload(f"{LABEL}: {symbol} 의 종가에 있을 수 없는 값이 있습니다.", response.content)
        now = clock.now()
        return sorted((day, close) for day, close in found.items() if datetime.combine(day, CLOSES, NEW_YORK) <= now)
