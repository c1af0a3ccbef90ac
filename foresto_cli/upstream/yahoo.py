"""Yahoo Finance through yfinance: English names and sectors of Korean stocks, closes of indices abroad; no key.

yfinance knows what Yahoo wants (a cookie, the crumb that belongs to it, which page has what). It is handed a session of
ours that shakes hands as a browser does, since Yahoo answers Python's own handshake with 429; its caches lie in the
state folder, and what it would only log is raised. Two of its parts are used below its front (``YfData``,
``PriceHistory``): its front asks three times for what one request brings, and for a time zone that is known.

Yahoo throttles by client and says so with 429, 999, a line of text, or an answer with nothing in it. The last is not
"there is none": only its own ``Not Found`` is.
"""

import logging
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from foresto_cli import clock
from foresto_cli.errors import BadPayload, Blocked, ForestoError, RateLimited, Transient
from foresto_cli.upstream._bodies import json_object, refuse_html
from foresto_cli.upstream.policy import Policy
from foresto_cli.upstream.transport import Transport
from foresto_cli.upstream.yahoo_profile import LABEL, Profile, UnknownSymbol, profile_of

if TYPE_CHECKING:
    import requests
    from yfinance.data import YfData

log = logging.getLogger(__name__)

SOURCE_ID = "YAHOO"
COOKIE_HOST = "fc.yahoo.com"
CRUMB_HOST = "query1.finance.yahoo.com"
HOST = "query2.finance.yahoo.com"
POLICY = Policy(
    name="yahoo",
    label=LABEL,
    hosts=dict.fromkeys((HOST, CRUMB_HOST, COOKIE_HOST), ("yahoo",)),
    pace=1.0,
    daily_budget=1_000,
    in_flight=1,
    largest=4_000_000,
)
MODULES = "quoteType,assetProfile"
SUFFIXES = {"KOSPI": ".KS", "KOSDAQ": ".KQ", "KOSDAQ GLOBAL": ".KQ"}
"""Markets that Yahoo covers."""
THROTTLED = {HTTPStatus.TOO_MANY_REQUESTS, 999}
"""Statuses; the second is Yahoo's own."""
THROTTLED_TEXT = b"Too Many Requests"
LONGEST_CRUMB = 64
MISREAD_IN_A_ROW = 3
"""So many answers in a row that were not understood, and the others need not be asked for."""
NEW_YORK = "America/New_York"
CLOSES = time(16, 0)
"""Regular trading in New York ends; earlier the day's bar still moves."""
COOKIES = "cookies.db"
MEMORY = (COOKIES, "tkr-tz.db", "isin-tkr.db")
"""Files of yfinance's caches, each with companions whose names begin alike."""

Close = tuple[date, float]
"""Session in New York, closing level."""
Answer = TypeVar("Answer")


class CrumbRefused(ForestoError):
    """Yahoo wants a new cookie and a new crumb."""


class Yahoo:
    """Yahoo's quote summaries and daily charts; cookie and crumb are fetched when first needed."""

    def __init__(self, transport: Transport, folder: Path) -> None:
        """Make the session; nothing is sent yet.

        Args:
            transport: makes sessions.
            folder: where yfinance may keep its caches; made when it is first needed.
        """
        from foresto_cli.upstream._browser import BrowserAdapter

        self._session = transport.session(POLICY, self._inspect)
        self._session.mount("https://", BrowserAdapter(POLICY, transport.patience))
        self._folder = folder
        self._one_at_a_time = threading.Lock()
        self._data: Any = None
        self._answered = False
        self._body = b""
        self._misread = 0
        self.sessions = [self._session]

    def profile(self, ticker: str, market: str) -> Profile:
        """Return what Yahoo says of a stock of ``market`` (a key of :data:`SUFFIXES`); one request.

        Raises:
            UnknownSymbol: Yahoo does not know it.
            ForestoError: we could not find out; ``Blocked`` when Yahoo refuses this client.
        """
        symbol = ticker + SUFFIXES[market]
        query = {
            "modules": MODULES,
            "corsDomain": "finance.yahoo.com",
            "formatted": "false",
            "symbol": symbol,
            "lang": "en-US",
            "region": "US",
        }
        url = f"https://{HOST}/v10/finance/quoteSummary/{symbol}"
        return self._ask(lambda: profile_of(self._with_crumb().get_raw_json(url, params=query), symbol, self._body))

    def closes(self, symbol: str) -> list[Close]:
        """Return the closes of the last ended sessions (at most five) of an American index, oldest first; one request.

        Raises:
            ForestoError: as :meth:`profile`; ``BadPayload`` when the answer is not such a chart.
        """
        try:
            found = self._ask(lambda: self._charted(symbol))
        except UnknownSymbol:
            raise BadPayload(f"{LABEL}에 {symbol}의 차트가 없습니다.", self._body) from None
        now, zone = clock.now(), ZoneInfo(NEW_YORK)
        return [(day, close) for day, close in found if datetime.combine(day, CLOSES, zone) <= now]

    def _charted(self, symbol: str) -> list[Close]:
        import yfinance.scrapers.history as yf

        history = yf.PriceHistory(self._without_crumb(), symbol, NEW_YORK, session=self._session)
        frame = history.history(period="5d", interval="1d", auto_adjust=False, actions=False)
        if history.get_history_metadata().get("symbol") != symbol:
            raise BadPayload(f"{LABEL}: {symbol} 대신 다른 것이 왔습니다.", self._body)
        found = {stamp.date(): float(close) for stamp, close in frame["Close"].dropna().items()}
        if not found or not all(math.isfinite(close) and close > 0 for close in found.values()):
            raise BadPayload(f"{LABEL}: {symbol}의 종가가 없거나 있을 수 없는 값입니다.", self._body)
        return sorted(found.items())

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        with self._one_at_a_time:
            try:
                found = self._asked_again(question)
            except BadPayload as error:
                self._misread += 1
                if self._misread >= MISREAD_IN_A_ROW:
                    said = f"{error} 잇따라 {self._misread}번이라 더 요청하지 않습니다."
                    self._session.refuse(Transient(said))
                raise
            except UnknownSymbol:
                self._misread = 0
                raise
            except ForestoError as error:
                # Nobody waits for Yahoo: whoever is asked next would meet the same.
                self._session.refuse(error)
                raise
        self._misread = 0
        return found

    def _asked_again(self, question: Callable[[], Answer]) -> Answer:
        """Ask; and once more without what yfinance remembers, when Yahoo refused that or it could not be read."""
        before = self._session.sent
        try:
            with self._told():
                return question()
        except CrumbRefused:
            self._forget()
        except BadPayload:
            if self._session.sent > before:
                raise
            self._forget()
        try:
            with self._told():
                return question()
        except CrumbRefused as error:
            raise Transient(f"{error}") from None

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Raise what became of a question, whatever yfinance made of it, as one of our errors."""
        self._session.error, self._body = None, b""
        try:
            yield
        except ForestoError:
            raise
        # Its own complaints are of any class, as are those of the libraries it is made of.
        except Exception as error:
            if self._session.error is None:
                log.info("yfinance: %s", type(error).__name__, exc_info=True)
                said = f"{LABEL}: 응답을 읽을 수 없습니다({type(error).__name__})."
                raise BadPayload(said, self._body) from None
        if self._session.error is not None:
            raise self._session.error

    def _with_crumb(self) -> "YfData":
        if self._data is None:
            import yfinance
            from yfinance import cache
            from yfinance.data import YfData

            yfinance.config.debug.hide_exceptions = False
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            yfinance.set_tz_cache_location(str(self._folder))
            # Ours alone; SQLite gives its companions the same rights.
            (self._folder / COOKIES).touch(mode=0o600)
            cache._CookieCacheManager._Cookie_cache = None  # noqa: SLF001  # it would keep the folder before
            # yfinance keeps one memory per class: this one is of this client alone.
            self._data = type("Summaries", (YfData,), {})(self._session)
        return self._data

    def _without_crumb(self) -> "YfData":
        """Return what asks for charts, which need neither cookie nor crumb, one request each."""
        import yfinance
        from yfinance.data import YfData

        yfinance.config.debug.hide_exceptions = False
        return type("Charts", (YfData,), {"_get_cookie_and_crumb": lambda *_: (None, "basic")})(self._session)

    def _forget(self) -> None:
        """Begin without cookie, crumb and caches: one of them is not (or no longer) good."""
        self._session.cookies.clear()
        self._data = None
        for name in MEMORY:
            for file in self._folder.glob(f"{name}*"):
                file.unlink(missing_ok=True)

    def _inspect(self, response: "requests.Response") -> None:
        """Tell Yahoo's failures apart; an answer in JSON, and a crumb, passes.

        Raises:
            Blocked: it refuses this client: throttled before it answered anything.
            RateLimited: throttled later, in whichever of its words.
            CrumbRefused: cookie or crumb are not (or no longer) good.
            UnknownSymbol: it does not know the symbol.
            Transient: a web page instead, or nothing.
            BadPayload: not JSON.
        """
        self._body = response.content
        parts = urlsplit(response.url)
        if response.status_code in THROTTLED or THROTTLED_TEXT in response.content[:200]:
            raise self._throttled(response.status_code)
        if parts.hostname == COOKIE_HOST:
            if response.status_code == HTTPStatus.NOT_FOUND:
                # Its page is a 404 by nature; the cookie comes with it all the same.
                response.status_code = HTTPStatus.OK
            return
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            raise CrumbRefused(f"{LABEL}: 쿠키와 크럼이 받아들여지지 않습니다.")
        if response.status_code == HTTPStatus.NOT_FOUND and b'"Not Found"' in response.content:
            self._answered = True
            raise UnknownSymbol(f"{LABEL}에 이 종목이 없습니다.")
        refuse_html(response, LABEL)
        if response.status_code != HTTPStatus.OK:
            return
        if parts.hostname == CRUMB_HOST:
            crumb = response.text.strip()
            if not crumb or len(crumb) > LONGEST_CRUMB or crumb.startswith("{"):
                raise Transient(f"{LABEL}: 크럼 대신 다른 것이 왔습니다.")
        else:
            json_object(response, LABEL)
            self._answered = True

    def _throttled(self, status: int) -> ForestoError:
        if self._answered:
            return RateLimited(f"{LABEL}: 요청이 너무 잦다는 답이 왔습니다. 자정(KST)이 지나면 이어집니다.")
        return Blocked(
            f"야후가 이 클라이언트를 거절합니다({status}). 요청이 잦아서가 아니며 24시간 동안 다시 요청하지 않습니다."
            " 그 뒤에도 그러면 curl_cffi와 yfinance를 새 버전으로 올리세요."
        )
