"""How every upstream is asked: time limits, pace, daily budget, breaker, retries, and no secret in any message.

An :class:`UpstreamSession` is a ``requests.Session``, so that unmodified client libraries can be handed one. Whatever
goes wrong leaves it as one of our errors; an answer that leaves it is complete, of our world, and was not refused. Of
the environment it takes the proxies and the certificates, and no login: not from ``.netrc``, not out of a URL.
"""

import logging
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from tenacity import RetryCallState

from foresto_cli.errors import (
    AuthFailed,
    BadPayload,
    Blocked,
    BudgetSpent,
    ForestoError,
    GivenUp,
    RateLimited,
    Transient,
    Untrusted,
)
from foresto_cli.upstream import worlds
from foresto_cli.upstream._bodies import give_body
from foresto_cli.upstream._deadline import deadline
from foresto_cli.upstream._failures import as_ours, check_status
from foresto_cli.upstream._retries import attempts, retrying
from foresto_cli.upstream._unpack import ENCODINGS, body_of
from foresto_cli.upstream.policy import Policy, Wait
from foresto_cli.upstream.transport import LOOPBACK, Inspector, Line, Transport

log = logging.getLogger(__name__)

CHUNK = 65_536
SUCCESS = range(200, 300)
GIVE_UP_AFTER = 3
"""So many requests in a row that failed in spite of their retries, and the upstream is left alone for this run."""


class UpstreamSession(requests.Session):
    """A ``requests.Session`` that keeps to its policy.

    Attributes:
        sent: requests sent so far, retries included.
        answered: how many of them were answered, with whatever.
        error: the last error raised, for client libraries that swallow exceptions.
        breaker: the breaker of the host asked last; incidents are named after it.
    """

    def __init__(self, policy: Policy, transport: Transport, inspect: Inspector, line: Line) -> None:
        """Use :meth:`Transport.session`."""
        super().__init__()
        for scheme in ("https://", "http://"):
            self.mount(scheme, line.adapter)
        # With none of its own, requests looks into ~/.netrc and the URL for one.
        self.auth = _no_login
        self.policy = policy
        self.sent = 0
        self.answered = 0
        self.error: ForestoError | None = None
        self.breaker = next(iter(policy.hosts.values()))[0]
        self._transport = transport
        self._inspect = inspect
        self._line = line
        self._refused: ForestoError | None = None
        self._failures = 0

    def request(self, method: str | bytes, url: str | bytes, **options: Any) -> requests.Response:  # type: ignore[override]
        """Ask, wait and ask again as :data:`foresto_cli.upstream._retries.WAITS` says, and return a complete answer.

        Raises:
            ForestoError: whatever became of it instead; also kept in :attr:`error`.
        """
        if self._refused is not None:
            self.error = self._refused
            raise self._refused
        again = retrying(retried=self.policy.retried, haste=self._transport.haste, note=self._note_retry)
        try:
            response = again(self._once, str(method), str(url), options)
        except ForestoError as error:
            self._remember(error)
            raise
        self._failures = 0
        return response

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002  # requests' signature
        """Return none, ever: a redirect is an answer to be judged, so that keys and cookies stay with their host.

        requests prepares the next request even of those that it is told not to follow, and reads the body for it.
        """
        return None

    @property
    def refused(self) -> ForestoError | None:
        """Return why this upstream is not asked any more in this run, if so."""
        return self._refused

    def refuse(self, error: ForestoError) -> None:
        """Ask no more in this run: every further request raises ``error``."""
        self._refused = error

    def _once(self, method: str, url: str, options: dict[str, Any]) -> requests.Response:
        url = _secured(url)
        host = urlsplit(url).hostname or ""
        if host not in self.policy.hosts:
            raise ForestoError(f"{self.policy.label}: 허용되지 않은 호스트({host})로 요청하려 했습니다.")
        breakers = self.policy.hosts[host]
        limits = self._transport.limits
        self.breaker = breakers[0]
        for breaker in breakers:
            limits.check(breaker)
        with self._line.places:
            self._line.wait(self.policy.pace * self._transport.haste)
            # While this request waited for its turn, another one may have been blocked or refused.
            if self._refused is not None:
                raise self._refused
            for breaker in breakers:
                limits.check(breaker)
            limits.spend(self.policy.counter, self.policy.daily_budget)
            self.sent += 1
            try:
                response = self._send(method, url, options)
                self._judge(response)
            except (Blocked, AuthFailed, Untrusted) as error:
                if isinstance(error, Blocked):
                    limits.block(breakers[0], str(error))
                self.refuse(error)
                raise
        return response

    def _judge(self, response: requests.Response) -> None:
        label = self.policy.label
        try:
            self._inspect(response)
        except ForestoError:
            raise
        # A body that an inspector stumbles over in a way nobody foresaw is one that was not understood.
        except Exception as error:  # noqa: BLE001  # as above
            log.warning("%s: unforeseen %s while reading the answer", self.policy.name, type(error).__name__)
            raise BadPayload(f"{label}: 응답을 읽을 수 없습니다({type(error).__name__}).", response.content) from None
        if not (self.policy.any_success and response.status_code in SUCCESS):
            check_status(response, label, retried=self.policy.retried)

    def _send(self, method: str, url: str, options: dict[str, Any]) -> requests.Response:
        label, patience = self.policy.label, self._transport.patience
        ours = {
            "timeout": (self.policy.connect_timeout * patience, self.policy.read_timeout * patience),
            "stream": True,
            "allow_redirects": False,
            "headers": {**(options.get("headers") or {}), "Accept-Encoding": ENCODINGS},
        }
        refusal: ForestoError | None = None
        with deadline(self.policy.total_timeout * patience) as limit:
            try:
                response = super().request(method, url, **(options | ours))
                with response:
                    worlds.check(self._transport.world, label, is_marked=worlds.MARK in response.headers)
                    give_body(response, self._body(response))
            except ForestoError as error:
                refusal = error
            # Of whatever class: libraries let through those of others, of the standard library, and their own bugs.
            except Exception as error:  # noqa: BLE001  # as above
                log.info("%s: %s while asking", self.policy.name, type(error).__name__)
                refusal = as_ours(error, label, url, late=limit.passed, cut_off_means=self.policy.cut_off_means)
        if limit.passed:
            raise Transient(f"{label}: 응답이 제한 시간이 지나도 끝나지 않습니다.")
        if refusal is not None:
            raise refusal
        self.answered += 1
        return response

    def _body(self, response: requests.Response) -> bytes:
        # Not iter_content(): that unpacks a whole piece before anybody can count.
        pieces = response.raw.stream(CHUNK, decode_content=False)
        encoding = response.headers.get("Content-Encoding", "")
        return body_of(pieces, encoding, self.policy.largest, self.policy.label)

    def _note_retry(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        log.warning("%s: %s (try %d)", self.policy.name, error, state.attempt_number)
        if self._transport.waits is not None and isinstance(error, ForestoError) and state.next_action is not None:
            self._transport.waits(
                Wait(
                    self.policy.label, error, state.attempt_number + 1, attempts(error), float(state.next_action.sleep)
                )
            )

    def _remember(self, error: ForestoError) -> None:
        self.error = error
        # Questions that were under way when the upstream was given up, or that it had been given up for, add nothing.
        if self._refused is not None:
            return
        if isinstance(error, Transient):
            self._failures += 1
            if self._failures >= GIVE_UP_AFTER:
                said = f"{error} 잇따라 {self._failures}번 실패해 이번 실행에서는 더 요청하지 않습니다."
                self.refuse(GivenUp(said, error))
        if isinstance(error, RateLimited) and not isinstance(error, BudgetSpent) and self.policy.retried:
            self._transport.limits.exhaust(self.policy.counter, str(error))
        if isinstance(error, Blocked | RateLimited | AuthFailed | Untrusted):
            self.refuse(error)


def _no_login(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave a request as it is: what it needs of keys, its client has put in."""
    return request


def _secured(url: str) -> str:
    """Return ``url`` with TLS: FinanceDataReader asks KRX without, and nobody on the way is to see or change it."""
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return urlunsplit(parts._replace(scheme="https"))
    return url
