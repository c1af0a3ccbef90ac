"""Yahoo Finance: what a Korean stock is called in English and which sector Yahoo puts it in. No key, no promise.

Asked as yfinance asks (a cookie, the crumb that belongs to it, then quoteSummary), but not through yfinance: behind
our session the library would be those two requests, and it brings what must not happen here: cookies and time zones
kept in the user's cache folder, failures kept in memory and given again, three requests where one will do, and a second
try with other cookies after every refusal. Here cookie and crumb live as long as the process.

Yahoo throttles by client and says so with 429, 999, a line of text, or an answer with nothing in it. The last is not
"there is none": only its own ``Not Found`` is.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from foresto_cli.errors import BadPayload, ForestoError, RateLimited, Transient
from foresto_cli.upstream._bodies import json_object, refuse_html
from foresto_cli.upstream.http import Transport
from foresto_cli.upstream.policy import Policy

SOURCE_ID = "YAHOO"
LABEL = "Yahoo"
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
)
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
MODULES = "quoteType,assetProfile"
SUFFIXES = {"KOSPI": ".KS", "KOSDAQ": ".KQ", "KOSDAQ GLOBAL": ".KQ"}
"""Markets that Yahoo covers."""
THROTTLED = 999
"""A status of Yahoo's own."""
THROTTLED_TEXT = b"Too Many Requests"
NO_STOCKS = ("MUTUALFUND", "NONE", "ETF")
"""What Yahoo takes a symbol for of which it has next to nothing."""
END_OF_LATIN = 0x250
PUNCTUATION = "–—‘’“”"
LONGEST_CRUMB = 64
MISREAD_IN_A_ROW = 3
"""So many answers in a row that were not understood, and the others need not be asked for."""


class UnknownSymbol(ForestoError):
    """Yahoo has nothing under this symbol, and says so."""


class CrumbRefused(ForestoError):
    """Yahoo wants a new cookie and a new crumb."""


@dataclass(frozen=True)
class Profile:
    """What Yahoo says of a stock; a part it does not have is None."""

    english_name: str | None
    sector: str | None


def inspect(response: requests.Response) -> None:
    """Tell this upstream's failures apart; an answer in JSON, and any text, passes.

    Raises:
        RateLimited: throttled, in whichever of its words.
        CrumbRefused: cookie or crumb are not (or no longer) good.
        UnknownSymbol: it does not know the symbol.
        Transient: a web page instead.
    """
    if response.status_code == THROTTLED or THROTTLED_TEXT in response.content[:200]:
        raise RateLimited(f"{LABEL}: 요청이 너무 잦다는 답이 왔습니다. 다음 실행에서 이어집니다.")
    if urlsplit(response.url).hostname == COOKIE_HOST:
        return
    if response.status_code == requests.codes.unauthorized:
        raise CrumbRefused(f"{LABEL}: 쿠키와 크럼이 받아들여지지 않습니다.")
    if response.status_code == requests.codes.not_found and b'"Not Found"' in response.content:
        raise UnknownSymbol(f"{LABEL} 에 이 종목이 없습니다.")
    refuse_html(response, LABEL)


class Yahoo:
    """Yahoo's quote summaries; cookie and crumb are fetched when first needed and once more when they run out."""

    def __init__(self, transport: Transport) -> None:
        """Make the session; nothing is sent yet."""
        self._session = transport.session(POLICY, inspect)
        self._session.headers["User-Agent"] = BROWSER
        self._one_at_a_time = threading.Lock()
        self._crumb = ""
        self._misread = 0
        self.sessions = [self._session]

    def profile(self, ticker: str, market: str) -> Profile:
        """Return what Yahoo says of a stock of ``market`` (a key of :data:`SUFFIXES`); one request.

        Raises:
            UnknownSymbol: Yahoo does not know it.
            ForestoError: we could not find out, as :func:`inspect`.
        """
        symbol = ticker + SUFFIXES[market]
        with self._one_at_a_time:
            try:
                found = self._summary(symbol)
            except BadPayload as error:
                self._misread += 1
                if self._misread >= MISREAD_IN_A_ROW:
                    self._session.refuse(Transient(f"{error} 잇따라 {self._misread}번이라 더 묻지 않습니다."))
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

    def _summary(self, symbol: str) -> Profile:
        try:
            return self._ask(symbol)
        except CrumbRefused:
            self._crumb = ""
            self._session.cookies.clear()
        try:
            return self._ask(symbol)
        except CrumbRefused as error:
            raise Transient(f"{error}") from None

    def _ask(self, symbol: str) -> Profile:
        query = {
            "modules": MODULES,
            "formatted": "false",
            "lang": "en-US",
            "region": "US",
            "crumb": self._ready_crumb(),
        }
        response = self._session.get(f"https://{HOST}/v10/finance/quoteSummary/{symbol}", params=query)
        return _profile(json_object(response, LABEL), symbol, response.content)

    def _ready_crumb(self) -> str:
        if not self._crumb:
            try:
                self._session.get(f"https://{COOKIE_HOST}/")
            except BadPayload:
                # Its page is a 404; the cookie comes with it all the same, and without one there is no crumb.
                self._session.error = None
            text = self._session.get(f"https://{CRUMB_HOST}/v1/test/getcrumb").text.strip()
            if not text or len(text) > LONGEST_CRUMB or text.startswith("{"):
                raise Transient(f"{LABEL}: 크럼 대신 다른 것이 왔습니다.")
            self._crumb = text
        return self._crumb


def _profile(answer: Mapping[str, Any], symbol: str, body: bytes) -> Profile:
    """Read an answer that is about ``symbol``.

    Raises:
        Transient: nothing in it, which is how throttling looks, too.
        BadPayload: it is about something else, or not in the known form.
    """
    try:
        results = answer["quoteSummary"]["result"]
        if not results:
            raise Transient(f"{LABEL}: 내용이 없는 답이 왔습니다.")
        (result,) = results
        kind, profile = result["quoteType"], result.get("assetProfile") or {}
        if kind["symbol"] != symbol:
            raise BadPayload(f"{LABEL}: {symbol} 을(를) 물었는데 {kind['symbol']} 의 답이 왔습니다.", body)
        if kind["quoteType"] in NO_STOCKS:
            raise UnknownSymbol(f"{LABEL} 의 {symbol} 은(는) 주식이 아닙니다.")
        names = [name for name in (kind.get("longName"), kind.get("shortName")) if _text(name)]
        if kind["quoteType"] != "EQUITY" or not names:
            raise BadPayload(f"{LABEL}: {symbol} 의 답에 이름이 없거나 종류가 다릅니다.", body)
        english = (_text(name) for name in names if _is_english(name, symbol))
        return Profile(next(english, None), _text(profile.get("sector")))
    except (LookupError, TypeError, ValueError, AttributeError):
        raise BadPayload(f"{LABEL}: 답의 모양이 다릅니다.", body) from None


def _text(value: object) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _is_english(name: str, symbol: str) -> bool:
    """Say whether a name is in Latin letters; Yahoo has the Korean one, or codes, in its place for some."""
    latin = all(ord(letter) < END_OF_LATIN or letter in PUNCTUATION for letter in name)
    return latin and any(letter.isalpha() for letter in name) and symbol.partition(".")[0] not in name
