"""KRX data marketplace (data.krx.co.kr) through pykrx, logged in by us.

pykrx logs in over the network while it is imported, prints, has no time limits and logs in again at every call once a
login failed. So it is imported without credentials and with its output caught, the login is done here, once, and pykrx
is handed a session of ours. KRX forbids automated bulk reading: the daily budget keeps this path small. It is the
host's: pages, logins and the date that :mod:`foresto_cli.upstream.fdr` asks for count together and share one pace.
"""

import threading
from datetime import date
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from foresto_cli.declared import PART, Page
from foresto_cli.errors import AuthFailed, BadPayload, ForestoError, NotYet
from foresto_cli.upstream import pykrx_pages
from foresto_cli.upstream._bodies import json_object, refuse_html, text_records
from foresto_cli.upstream._readers import refuse_ragged
from foresto_cli.upstream.krx_login import LABEL, inspect_login, log_in, login_policy, policy
from foresto_cli.upstream.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests
    from pandas import DataFrame

SOURCE_ID = "KRX"


class LoggedOut(ForestoError):
    """KRX answered LOGOUT: the login is missing or has run out."""


class SessionTaken(NotYet):
    """KRX allows one session a member, and another login has ended ours twice; the next run goes on."""


def inspect(response: "requests.Response") -> None:
    """Tell KRX's ways of failing apart; a JSON object passes.

    Raises:
        LoggedOut, Blocked, Transient, BadPayload: see the reference of the error it is.
    """
    refuse_html(response, LABEL)
    if response.status_code == HTTPStatus.BAD_REQUEST and b"LOGOUT" in response.content[:200]:
        raise LoggedOut("KRX 로그인이 풀렸습니다.")
    if response.status_code == HTTPStatus.OK:
        # pykrx makes a table of it.
        refuse_ragged(json_object(response, LABEL), LABEL, response.content)


class Krx:
    """A KRX membership: logs in when first asked, at most once more when a login that worked runs out.

    Attributes:
        sessions: the one that logs in, the one that asks.
    """

    def __init__(self, transport: Transport, login_id: str, password: str, daily_budget: int) -> None:
        """Keep the credentials; nothing is sent yet."""
        self.sessions = [
            transport.session(login_policy(daily_budget), inspect_login),
            transport.session(policy(daily_budget), self._inspect),
        ]
        self._login_id = login_id
        self._password = password
        self._lock = threading.Lock()
        self._login = 0
        self._answered = False
        self._failure: ForestoError | None = None
        self._notes: list[str] = []

    def take_notes(self) -> list[str]:
        """Return what the operator should know of the logins since the last call."""
        notes, self._notes = self._notes, []
        return notes

    def market_day(self, day: date) -> list[dict[str, str]]:
        """Return every stock of ``day``, all markets (MDCSTAT01501, 전종목 시세): 17 text fields a row.

        One request. On a day without trading every price is ``-``. Numbers carry thousands separators,
        ``CMPPREVDD_PRC`` is signed.

        Raises:
            ForestoError: as :func:`inspect`; ``AuthFailed`` when the login is refused, ``SessionTaken`` when another
                one ended ours twice.
        """
        return self._ask(lambda: pykrx_pages.pages().전종목시세().fetch(trdDd=f"{day:%Y%m%d}", mktId="ALL"))

    def index_days(self, code: str, start: date, end: date) -> list[dict[str, str]]:
        """Return the sessions of index ``code`` (``1001`` KOSPI) of a span, newest first (MDCSTAT00301).

        Raises:
            ForestoError: as :meth:`market_day`.
        """
        return self._ask(
            lambda: (
                pykrx_pages.pages()
                .개별지수시세()
                .fetch(ticker=code[1:], group_id=code[0], fromdate=f"{start:%Y%m%d}", todate=f"{end:%Y%m%d}")
            )
        )

    def etf_day(self, day: date) -> list[dict[str, str]]:
        """Return every ETF of ``day`` (MDCSTAT04301): 22 text fields a row; every price ``-`` without trading.

        Raises:
            ForestoError: as :meth:`market_day`.
        """
        return self._ask(lambda: pykrx_pages.funds().전종목시세_ETF().fetch(f"{day:%Y%m%d}"))

    def stock_list(self) -> list[dict[str, str]]:
        """Return the stocks listed now, all markets (MDCSTAT01901, 전종목 기본정보): 12 text fields a row.

        Raises:
            ForestoError: as :meth:`market_day`.
        """
        return self._ask(lambda: pykrx_pages.pages().전종목기본정보().fetch(mktId="ALL"))

    def etf_list(self) -> list[dict[str, str]]:
        """Return the ETFs listed now (MDCSTAT04601): index, classes, manager and total fee in percent.

        Raises:
            ForestoError: as :meth:`market_day`.
        """
        return self._ask(lambda: pykrx_pages.funds().ETF_전종목기본종목().fetch())

    def page(self, page: Page, day: date) -> list[dict[str, str]]:
        """Return the rows of ``page`` for ``day``; one request for each of its parts, which each row names.

        Raises:
            ForestoError: as :meth:`market_day`.
        """
        when = dict.fromkeys(page.days, f"{day:%Y%m%d}")
        found = []
        for part, fields in page.parts.items():
            form = {**page.form, **fields, **when}
            found += [{**row, PART: part} for row in self._ask(partial(pykrx_pages.rows, page, form))]
        return found

    def _inspect(self, response: "requests.Response") -> None:
        inspect(response)
        # Noted here, before the next request starts, so that an expired login is told from one that never worked.
        self._answered = self._answered or response.status_code == HTTPStatus.OK

    def _ask(self, call: "Callable[[], DataFrame]") -> list[dict[str, str]]:
        login = self._logged_in()
        try:
            frame = self._fetch(call)
        except LoggedOut:
            if not self._answered:
                raise self._give_up() from None
            self._log_in_again(login)
            try:
                frame = self._fetch(call)
            except LoggedOut:
                raise self._give_up() from None
        return text_records(frame.to_dict("records"), LABEL)

    def _fetch(self, call: "Callable[[], DataFrame]") -> "DataFrame":
        try:
            return call()
        except ForestoError:
            raise
        # Of whatever class: pykrx looks at no field before it uses it, and pandas is no less surprised.
        except Exception as error:  # noqa: BLE001  # as above
            said = error if isinstance(error, KeyError) else type(error).__name__
            raise BadPayload(f"KRX 응답에 있어야 할 항목이 없습니다({said}). 화면이 바뀌었을 수 있습니다.") from None

    def _give_up(self) -> ForestoError:
        self._failure = (
            SessionTaken(
                "KRX 세션이 두 번 끊겼습니다. 같은 ID로 다른 곳(브라우저나 다른 프로그램)에서 로그인한 것으로 보입니다."
                " KRX에 새로 로그인하지 말고 그대로 두세요. 남은 것은 다음 실행에서 이어집니다."
            )
            if self._answered
            else AuthFailed("로그인했는데도 KRX가 로그아웃 상태라고 합니다. KRX에 직접 로그인해 계정을 확인하세요.")
        )
        self.sessions[0].refuse(self._failure)
        return self._failure

    def _logged_in(self) -> int:
        with self._lock:
            if self._failure is not None:
                raise self._failure
            if self._login == 0:
                self._log_in()
            return self._login

    def _log_in_again(self, expired: int) -> None:
        with self._lock:
            if self._failure is not None:
                raise self._failure
            if self._login == expired:
                if self._login > 1:
                    raise self._give_up()
                self._log_in()

    def _log_in(self) -> None:
        pages, data = self.sessions
        try:
            # Before anything is sent: a login that pykrx cannot be handed is of no use.
            hand_over = pykrx_pages.hand_over()
            pages.cookies.clear()
            if log_in(pages, self._login_id, self._password):
                self._notes.append(
                    "KRX는 ID마다 로그인 하나만 허용하여, 같은 ID로 다른 곳(브라우저나 다른 프로그램)에서 한 로그인을"
                    " 끊고 로그인했습니다."
                )
            hand_over(data, pages)
        except ForestoError as error:
            self._failure = error
            pages.refuse(error)
            raise
        self._login += 1
