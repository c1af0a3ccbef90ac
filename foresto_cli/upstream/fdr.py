"""FinanceDataReader: listings and indices from its public mirror of KRX.

The library has no time limits and swallows most failures. It is unmodified, but everything it sends goes through our
session: its ``requests`` by replacing the name in its module, its ``pandas.read_csv(url)`` by a urllib opener. A
failure it swallowed is kept in the session and raised afterwards.
"""

import csv
import io
import re
import threading
import urllib.request
import urllib.response
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from email.message import Message
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from foresto_cli import clock
from foresto_cli.bare import not_run
from foresto_cli.errors import BadPayload, ForestoError, NotYet, Transient
from foresto_cli.upstream import krx_login
from foresto_cli.upstream._bodies import give_body, json_object, refuse_html
from foresto_cli.upstream._known import known
from foresto_cli.upstream._readers import json_value, refuse_ragged, refuse_wide_csv
from foresto_cli.upstream.policy import Policy
from foresto_cli.upstream.transport import Transport

if TYPE_CHECKING:
    import requests
    from pandas import DataFrame

    from foresto_cli.upstream.http import UpstreamSession

SOURCE_ID = "FDR"
LIBRARY, PACKAGE = "finance-datareader", "FinanceDataReader"
LABEL = "FinanceDataReader 미러"
KRX_HOST = krx_login.HOST
MIRROR_HOST = "raw.githubusercontent.com"
MIRROR = f"https://{MIRROR_HOST}/FinanceData/fdr_krx_data_cache/refs/heads/master/data"
NAVER_HOST = "finance.naver.com"
POLICY = Policy(
    name="fdr",
    label=LABEL,
    hosts={MIRROR_HOST: ("fdr",), NAVER_HOST: ("naver",)},
    pace=0.3,
    daily_budget=2_000,
)


def date_policy(krx_daily_budget: int) -> Policy:
    """Return how politely KRX is asked for the newest session's date: as its pages are, out of the same budget."""
    return replace(
        krx_login.policy(krx_daily_budget),
        name=POLICY.name,
        shares=krx_login.NAME,
        hosts={KRX_HOST: (krx_login.NAME, "fdr")},
    )


INDEX_SYMBOLS = {"KOSPI": "KS11", "KOSDAQ": "KQ11", "KS200": "KS200"}

_ENDLESS_EXPONENT = re.compile(rb"""(?:^|[,"'\s])[+-]?[0-9.]+[eE][+-]?[0-9]{4}""", re.MULTILINE)
"""At the start of a field: KR70005E0003 is an ISIN."""

Record = dict[str, object]
_one_at_a_time = threading.Lock()


class NoFile(NotYet):
    """The mirror has no file of that name: it is not written yet, or the mirror has stopped."""


def inspect(response: "requests.Response") -> None:
    """Tell the mirror's failures apart; a CSV file or the date of KRX passes.

    Raises:
        NoFile: the mirror has no such file (yet).
        ForestoError: web pages, nothing, half a file.
    """
    host = urlsplit(response.url).hostname
    # The library asks KRX for the day of the newest list: a block there is KRX's.
    refuse_html(response, "KRX" if host == KRX_HOST else LABEL)
    if response.status_code == HTTPStatus.NOT_FOUND and host == MIRROR_HOST:
        name = urlsplit(response.url).path.rsplit("/data/", 1)[-1]
        raise NoFile(f"미러에 {name} 파일이 아직 없습니다. 나중에 다시 받습니다.")
    if response.status_code != HTTPStatus.OK:
        return
    if host == KRX_HOST:
        json_object(response, LABEL)
        return
    if host == NAVER_HOST:
        if not response.content.strip():
            raise Transient("네이버의 ETF 목록이 비어 왔습니다.")
        # Says EUC-KR; fund names use its superset.
        response.encoding = "cp949"
        # The library would print what is not JSON, and make a table of whatever is.
        refuse_ragged(json_value(response.text.encode(), LABEL), LABEL, response.content)
        return
    if not response.content.strip():
        raise Transient("FinanceDataReader 미러가 빈 파일을 보냈습니다.")
    if not response.content.endswith(b"\n"):
        raise BadPayload("FinanceDataReader 미러의 파일이 중간에서 잘렸습니다.", response.content)
    _refuse_broken_csv(response)


def _refuse_broken_csv(response: "requests.Response") -> None:
    if b"\0" in response.content:
        # pandas would end a name there and say nothing; this letter it leaves alone, and no column takes it either.
        give_body(response, response.content.replace(b"\0", b"\x1a"))
    refuse_wide_csv(response.content, LABEL)
    # The process would die, not fail: pandas' parser (2.3) overruns its memory on such an exponent.
    if _ENDLESS_EXPONENT.search(response.content):
        raise BadPayload("FinanceDataReader 미러의 파일에 숫자가 아닌 값이 있습니다.", response.content)
    try:
        text = response.content.decode("utf-8")
    except UnicodeDecodeError:
        raise BadPayload("FinanceDataReader 미러의 파일이 UTF-8이 아닙니다.", response.content) from None
    try:
        widths = {len(fields) for fields in csv.reader(io.StringIO(text)) if fields}
    except csv.Error:
        raise BadPayload("FinanceDataReader 미러의 파일을 읽을 수 없습니다.", response.content) from None
    # pandas shifts the columns when the first row has a field too many, and fills a row that has one too few.
    if len(widths) > 1:
        raise BadPayload("FinanceDataReader 미러의 파일에 칸 수가 다른 행이 있습니다.", response.content)


class Fdr:
    """The mirror; needs no key."""

    def __init__(self, transport: Transport, krx_daily_budget: int) -> None:
        """Make the sessions; nothing is sent yet."""
        self._session = transport.session(POLICY, inspect)
        self._dates = transport.session(date_policy(krx_daily_budget), inspect)
        self._client = _Client(self._dates)
        self.sessions = [self._session, self._dates]

    def listing(self) -> tuple[date, list[Record]]:
        """Return (the day the file is named after, every listed stock with its prices) (``StockListing("KRX")``).

        Columns: Code ISU_CD Name Market Dept Close ChangeCode Changes ChagesRatio Open High Low Volume Amount Marcap
        Stocks MarketId; won, shares, percent. The file of a day may still hold the day before: see the price loader.

        Raises:
            ForestoError: as :func:`inspect`; ``BadPayload`` when the file does not parse.
        """
        rows = self._stock_listing("KRX")
        return self._client.work_date, rows

    def descriptions(self) -> list[Record]:
        """Return industry, listing date, representative … of every listed stock (``StockListing("KRX-DESC")``).

        Raises:
            ForestoError: as :meth:`listing`.
        """
        return self._stock_listing("KRX-DESC")

    def delistings(self) -> list[Record]:
        """Return every security that left the exchange since 1960 (``StockListing("KRX-DELISTING")``).

        Raises:
            ForestoError: as :meth:`listing`.
        """
        return self._stock_listing("KRX-DELISTING")

    def index_days(self, code: str, start: date, end: date) -> list[Record]:
        """Return the sessions of index ``code`` (KOSPI, KOSDAQ, KS200), oldest first: one request a calendar year.

        Columns: Date Close Comp Change(ratio) Open High Low Volume Amount MarCap.

        Raises:
            ForestoError: as :meth:`listing`.
        """
        with self._lent() as library:
            frame = library.DataReader(INDEX_SYMBOLS[code], f"{start}", f"{end}")
        frame = frame.rename_axis("Date").reset_index()
        return self._records(frame, "Close")

    def etfs(self) -> list[Record]:
        """Return the ETFs of Naver's list, as of now (``StockListing("ETF/KR")``).

        Columns: Symbol Category(1-7) Name Price NAV Volume … in won; MarCap in 100 million won.

        Raises:
            ForestoError: as :meth:`listing`.
        """
        with known(LIBRARY), not_run(PACKAGE):
            from FinanceDataReader.naver import listing

            own = listing.requests
        with self._lent() as library:
            listing.requests = self._session
            try:
                frame = library.StockListing("ETF/KR")
            finally:
                listing.requests = own
        return self._records(frame, "Symbol")

    def listing_file(self, day: date) -> list[Record]:
        """Return the mirror's listing file named after ``day``, whichever day it holds.

        Raises:
            ForestoError: as :meth:`listing`.
        """
        import pandas as pd

        url = f"{MIRROR}/listing/krx/{day}.csv"
        with self._lent():
            frame = pd.read_csv(url, index_col=0, dtype={"Code": str})
        return self._records(frame, "Code")

    def _stock_listing(self, market: str) -> list[Record]:
        with self._lent() as library:
            frame = library.StockListing(market)
        return self._records(frame, "Symbol" if market == "KRX-DELISTING" else "Code")

    def _records(self, frame: "DataFrame", needed: str) -> list[Record]:
        if needed not in frame.columns:
            raise BadPayload(f"{LABEL}: 파일에 {needed} 열이 없습니다.")
        rows: list[Record] = frame.astype(object).where(frame.notna(), None).to_dict("records")  # type: ignore[call-overload]  # the stubs lack None
        return rows

    @contextmanager
    def _lent(self) -> Iterator[Any]:
        """Yield the library, which sends through our session; afterwards raise what it swallowed.

        Raises:
            BadPayload: it is not the one we know. Left alone it would open a session of its own.
        """
        with known(LIBRARY), not_run(PACKAGE):
            from FinanceDataReader import data
            from FinanceDataReader.krx import listing

            own = listing.requests
            for needed in ("StockListing", "DataReader"):
                getattr(data, needed)
        with _one_at_a_time:
            self._session.error = self._dates.error = None
            listing.requests = self._client
            urllib.request.install_opener(urllib.request.build_opener(_Opener(self._session)))
            try:
                yield data
            # The library's own complaints hide the cause, which the session knows.
            except Exception as error:  # as above
                if self._swallowed is None:
                    raise BadPayload(f"{LABEL}: 자료를 읽을 수 없습니다({type(error).__name__}).") from error
            finally:
                listing.requests = own
                urllib.request.install_opener(urllib.request.build_opener())
            if self._swallowed is not None:
                raise self._swallowed

    @property
    def _swallowed(self) -> ForestoError | None:
        """Return what went wrong in here and the library kept to itself."""
        return self._dates.error or self._session.error


class _Client:
    """Stands in for the ``requests`` module: asks for KRX's last trade date once, however often the library does."""

    def __init__(self, session: "UpstreamSession") -> None:
        self._session = session
        self._date_answer: requests.Response | None = None
        self.work_date = date.min

    def get(self, url: str, headers: dict[str, str] | None = None, **_: object) -> "requests.Response":
        if self._date_answer is None:
            answer = self._session.get(url, headers=headers)
            try:
                self.work_date = _work_date(answer)
            except BadPayload as error:
                # The library swallows what is raised in here.
                self._session.error = error
                raise
            self._date_answer = answer
        return self._date_answer


def _work_date(response: "requests.Response") -> date:
    try:
        found: Any = json_object(response, LABEL)
        return clock.day_of(found["result"]["output"][0]["max_work_dt"])
    except (LookupError, TypeError, ValueError):
        raise BadPayload("KRX가 알려 주는 최근 거래일을 읽을 수 없습니다.", response.content) from None


class _Opener(urllib.request.BaseHandler):
    """Sends what urllib was asked for through our session."""

    handler_order = 100

    def __init__(self, session: "UpstreamSession") -> None:
        self._session = session

    def http_open(self, request: urllib.request.Request) -> urllib.response.addinfourl:
        response = self._session.get(request.full_url)
        answer = urllib.response.addinfourl(io.BytesIO(response.content), Message(), request.full_url, code=200)
        # urllib's error processor reads it from every HTTP answer.
        answer.msg = response.reason  # type: ignore[attr-defined]  # undeclared in the type stubs
        return answer

    https_open = http_open
