"""How every upstream is asked: time limits, pace, daily budget, breaker, retries, and no secret in any message.

An :class:`UpstreamSession` is a ``requests.Session``, so that unmodified client libraries can be handed one. Whatever
goes wrong leaves it as one of our errors; an answer that leaves it is complete and was not refused.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception

from foresto_cli import clock
from foresto_cli.errors import (
    AuthFailed,
    BadPayload,
    Blocked,
    ForestoError,
    NetworkDown,
    QuotaSpent,
    RateLimited,
    Transient,
)
from foresto_cli.upstream._deadline import DeadlineAdapter, deadline

log = logging.getLogger(__name__)

CHUNK = 65_536
SUCCESS = range(200, 300)
GIVE_UP_AFTER = 3
"""So many requests in a row that failed in spite of their retries, and the upstream is left alone for this run."""

WAITS: dict[type[ForestoError], tuple[float, ...]] = {
    NetworkDown: (10, 10, 10),
    Transient: (30, 60, 120),
    RateLimited: (60, 60),
}
"""Seconds to wait before each further try (docs/design.md, Errors); kinds that are not here are never retried."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How politely one upstream is asked.

    Attributes:
        name: key of budgets, of ``requests`` in ``--json`` and of messages.
        label: what Korean messages call it.
        hosts: host → breakers that must be closed to ask it; the first is opened when it blocks us. Other hosts are
            never asked, so no cookie or key leaks.
        pace: least seconds between the starts of two requests.
        in_flight: requests under way at the same time.
        daily_budget: requests a KST day.
        connect_timeout: seconds to a connection.
        read_timeout: seconds between two pieces of an answer.
        total_timeout: seconds for a whole answer, however steadily it drips.
        largest: bytes of an answer, unpacked.
        retried: whether a failure is tried again within this run (:data:`WAITS`); messages wait for the next.
        any_success: whether every 2xx is an answer, not 200 alone.
    """

    name: str
    label: str
    hosts: Mapping[str, tuple[str, ...]]
    pace: float
    daily_budget: int
    in_flight: int = 4
    connect_timeout: float = 10
    read_timeout: float = 30
    total_timeout: float = 90
    largest: int = 64_000_000
    retried: bool = True
    any_success: bool = False


class Limits(Protocol):
    """What is remembered between processes: budgets and breakers."""

    def check(self, breaker: str) -> None:
        """Raise :class:`Blocked` while ``breaker`` is open."""

    def spend(self, upstream: str, daily_budget: int) -> None:
        """Count one request, or raise :class:`QuotaSpent`."""

    def block(self, breaker: str, reason: str) -> None:
        """Open ``breaker`` for 24 hours."""


Inspector = Callable[[requests.Response], None]
"""Raises one of our errors when the answer of this upstream is a failure in disguise; returns when it is an answer."""


@dataclass(frozen=True)
class Transport:
    """Makes sessions that share the memory of budgets and breakers.

    Attributes:
        limits: the shared memory.
        haste: factor on paces and waits; 1 for real upstreams, near 0 for the sandbox, where nobody is hurried.
        patience: factor on time limits; 1 for real upstreams, less for the sandbox, which is on this machine.
    """

    limits: Limits
    haste: float = 1.0
    patience: float = 1.0

    def session(self, policy: Policy, inspect: Inspector | None = None) -> "UpstreamSession":
        """Return a new session for one upstream."""
        return UpstreamSession(policy, self, inspect or (lambda _: None))


class UpstreamSession(requests.Session):
    """A ``requests.Session`` that keeps to its policy.

    Attributes:
        sent: requests sent so far, retries included.
        error: the last error raised, for client libraries that swallow exceptions.
        breaker: the breaker of the host asked last; incidents are named after it.
    """

    def __init__(self, policy: Policy, transport: Transport, inspect: Inspector) -> None:
        """Use :meth:`Transport.session`."""
        super().__init__()
        self.mount("https://", DeadlineAdapter())
        self.mount("http://", DeadlineAdapter())
        self.policy = policy
        self.sent = 0
        self.error: ForestoError | None = None
        self.breaker = next(iter(policy.hosts.values()))[0]
        self._transport = transport
        self._inspect = inspect
        self._places = threading.Semaphore(policy.in_flight)
        self._turn = threading.Lock()
        self._next_start = 0.0
        self._refused: ForestoError | None = None
        self._failures = 0

    def request(self, method: str | bytes, url: str | bytes, **options: Any) -> requests.Response:  # type: ignore[override]  # noqa: ANN401  # requests' own options
        """Ask, wait and ask again as :data:`WAITS` says, and return a complete answer.

        Raises:
            ForestoError: whatever became of it instead; also kept in :attr:`error`.
        """
        if self._refused is not None:
            self.error = self._refused
            raise self._refused
        retrying = Retrying(
            retry=retry_if_exception(lambda error: self.policy.retried and _is_retried(error)),
            stop=_is_enough,
            wait=lambda state: _pause(state) * self._transport.haste,
            sleep=_sleep,
            before_sleep=self._note_retry,
            reraise=True,
        )
        try:
            response = retrying(self._once, str(method), str(url), options)
        except ForestoError as error:
            self._remember(error)
            raise
        self._failures = 0
        return response

    @property
    def refused(self) -> ForestoError | None:
        """Return why this upstream is not asked any more in this run, if so."""
        return self._refused

    def refuse(self, error: ForestoError) -> None:
        """Ask no more in this run: every further request raises ``error``."""
        self._refused = error

    def _once(self, method: str, url: str, options: dict[str, Any]) -> requests.Response:
        host = urlsplit(url).hostname or ""
        if host not in self.policy.hosts:
            raise ForestoError(f"{self.policy.label}: 허용되지 않은 호스트({host})로 요청하려 했습니다.")
        breakers = self.policy.hosts[host]
        limits = self._transport.limits
        with self._places:
            self._wait_for_turn()
            # While this request waited for its turn, another one may have been blocked or refused.
            if self._refused is not None:
                raise self._refused
            self.breaker = breakers[0]
            for breaker in breakers:
                limits.check(breaker)
            limits.spend(self.policy.name, self.policy.daily_budget)
            self.sent += 1
            try:
                response = self._send(method, url, options)
                self._inspect(response)
                if not (self.policy.any_success and response.status_code in SUCCESS):
                    check_status(response, self.policy.label)
            except (Blocked, AuthFailed) as error:
                if isinstance(error, Blocked):
                    limits.block(breakers[0], str(error))
                self.refuse(error)
                raise
        return response

    def _send(self, method: str, url: str, options: dict[str, Any]) -> requests.Response:
        label, patience = self.policy.label, self._transport.patience
        # Redirects are answers to be judged, not followed: keys and cookies stay with the host they are for.
        ours = {
            "timeout": (self.policy.connect_timeout * patience, self.policy.read_timeout * patience),
            "stream": True,
            "allow_redirects": False,
        }
        with deadline(self.policy.total_timeout * patience) as limit:
            try:
                response = super().request(method, url, **(options | ours))
                with response:
                    # requests has no public way to hand over a body that was read piece by piece.
                    response._content = self._body(response)  # noqa: SLF001
            except requests.RequestException as error:
                raise _as_ours(error, label, late=limit.passed) from None
        if limit.passed:
            raise Transient(f"{label}: 응답이 제한 시간이 지나도 끝나지 않습니다.")
        return response

    def _body(self, response: requests.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(CHUNK):
            body += chunk
            if len(body) > self.policy.largest:
                raise BadPayload(f"{self.policy.label}: 응답이 {self.policy.largest // 1_000_000} MB 를 넘습니다.")
        return bytes(body)

    def _wait_for_turn(self) -> None:
        with self._turn:
            pause = self._next_start - clock.monotonic()
            self._next_start = max(self._next_start, clock.monotonic()) + self.policy.pace * self._transport.haste
        if pause > 0:
            clock.sleep(pause)

    def _note_retry(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        log.warning("%s: %s (try %d)", self.policy.name, error, state.attempt_number)

    def _remember(self, error: ForestoError) -> None:
        self.error = error
        if isinstance(error, Transient):
            self._failures += 1
            if self._failures >= GIVE_UP_AFTER:
                self._refused = Transient(f"{error} 잇따라 {self._failures}번 실패해 이번 실행에서는 더 묻지 않습니다.")
        if isinstance(error, Blocked | RateLimited | AuthFailed):
            self.refuse(error)


def _as_ours(error: requests.RequestException, label: str, *, late: bool) -> ForestoError:
    if late:
        return Transient(f"{label}: 응답이 제한 시간이 지나도 끝나지 않습니다.")
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return Transient(f"{label}: 제한 시간 안에 답이 없습니다.")
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return BadPayload(f"{label}: 압축된 응답을 풀 수 없습니다.")
    if isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
        return NetworkDown(f"{label}: 연결이 끊겼거나 연결할 수 없습니다. 네트워크를 확인하세요.")
    return BadPayload(f"{label}: 응답이 HTTP 규칙에 맞지 않습니다({type(error).__name__}).")


def check_status(response: requests.Response, label: str) -> None:
    """Turn an HTTP status that is not success into the error it means.

    Raises:
        RateLimited, Transient, AuthFailed, Blocked, BadPayload: by status.
    """
    status = response.status_code
    if status == requests.codes.too_many_requests:
        raise RateLimited(f"{label}: 요청이 너무 잦다는 답이 왔습니다(429). 다음 실행에서 이어집니다.")
    if status >= requests.codes.internal_server_error:
        raise Transient(f"{label}: 서버 오류입니다({status}).")
    if status == requests.codes.unauthorized:
        raise AuthFailed(f"{label}: 인증을 거절당했습니다(401). 키가 맞는지, 그 서비스가 승인됐는지 확인하세요.")
    if status == requests.codes.forbidden:
        raise Blocked(f"{label}: 접근이 막혔습니다(403). 24시간 동안 다시 묻지 않습니다.")
    if status != requests.codes.ok:
        raise BadPayload(f"{label}: 뜻밖의 상태 {status} 로 답했습니다.", response.content)


def _sleep(seconds: float) -> None:
    # Looked up at each call, so that a test that replaces the clock's sleep is heard.
    clock.sleep(seconds)


def _rule(error: BaseException | None) -> tuple[float, ...]:
    if isinstance(error, QuotaSpent):
        return ()
    return next((waits for kind, waits in WAITS.items() if isinstance(error, kind)), ())


def _is_retried(error: BaseException) -> bool:
    return bool(_rule(error))


def _is_enough(state: RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    return state.attempt_number > len(_rule(error))


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    waits = _rule(error)
    return waits[min(state.attempt_number, len(waits)) - 1]


def requests_by_upstream(sessions: Iterable[UpstreamSession]) -> dict[str, int]:
    """Return how many requests were sent, by upstream, for the closing line."""
    sent: dict[str, int] = {}
    for session in sessions:
        sent[session.policy.name] = sent.get(session.policy.name, 0) + session.sent
    return sent
