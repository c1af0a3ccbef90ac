"""Errors named by what the reader does next.

Every error that foresto raises on purpose is one of these. The message is one Korean sentence for the operator that
says what happened and what to do; it never holds a key, a password or a full URL. Each class knows its exit code and
the outcome word used in ``--json``.
"""

from datetime import date
from typing import ClassVar

from foresto_cli import harmless


class ForestoError(Exception):
    """Base of all deliberate errors; a plain one is a bug of ours (exit 70)."""

    exit_code: ClassVar[int] = 70
    outcome: ClassVar[str] = "failed"

    def __init__(self, message: str = "") -> None:
        """Take the message as one line in which what it quotes from outside is harmless, wherever it is told."""
        super().__init__(harmless.line(message))


class Transient(ForestoError):
    """The upstream failed in a way that usually passes: 5xx, timeout, maintenance. Retried after 30, 60, 120 s."""

    exit_code = 75


class NetworkDown(Transient):
    """No connection at all: refused, reset, name not found. Retried three times, 10 s apart."""


class RateLimited(ForestoError):
    """Too fast (HTTP 429 and the like). Retried twice, 60 s apart; then the upstream is left alone for this run."""

    exit_code = 75
    outcome = "quota"


class QuotaSpent(RateLimited):
    """The upstream says that the day's requests are used up. Retried as its base, then remembered until midnight."""


class BudgetSpent(QuotaSpent):
    """Known without asking: our own count is used up, or the upstream said so today. Never retried."""


class GivenUp(Transient):
    """Not asked: the upstream failed several times in a row, and is left alone for this run. Never retried.

    Attributes:
        after: the last of the failures.
    """

    def __init__(self, message: str, after: ForestoError | None = None) -> None:
        """Remember the failure beside the message."""
        super().__init__(message)
        self.after = after


class Blocked(ForestoError):
    """The upstream refuses this address. Never retried: a retry renews the block. A 24 h breaker is remembered."""

    exit_code = 75
    outcome = "blocked"


class AuthFailed(ForestoError):
    """The key or password was refused. Never retried: the operator has to change it."""

    exit_code = 78


class Untrusted(ForestoError):
    """Who answers is not who we mean to ask, or the way there cannot be used: certificate, proxy, another world.

    Never retried: the operator has to change the surroundings.
    """

    exit_code = 78


class NotApproved(AuthFailed):
    """One service of a key is refused while the key's others answer: it is left out and named; the others go on."""


class NotYet(ForestoError):
    """The answer exists only later (market still open, not published). The unit stays pending; nothing is wrong."""

    exit_code = 75


class Dead(NotYet):
    """The source has stood still for many sessions. It is passed over, told once, and tried again once a day.

    Attributes:
        source_id: which source.
        newest: the newest session that it has, as far as that is known.
    """

    def __init__(self, message: str, source_id: str, newest: date | None) -> None:
        """Remember who it is beside the message."""
        super().__init__(message)
        self.source_id = source_id
        self.newest = newest


class BadPayload(ForestoError):
    """We did not understand the answer. It is kept in the state folder; the unit is marked failed; the run goes on.

    Attributes:
        payload: the body as received, for the state folder; never shown.
    """

    exit_code = 65

    def __init__(self, message: str, payload: bytes = b"") -> None:
        """Remember the payload beside the message."""
        super().__init__(message)
        self.payload = payload


UPSTREAM_ERRORS = (Transient, RateLimited, Blocked, AuthFailed, Untrusted, NotYet, BadPayload)
"""What an upstream can do to us; another source of the same data may still answer."""


class VerificationFailed(ForestoError):
    """What is stored is not what it should be."""

    exit_code = 65


class UsageError(ForestoError):
    """The command line asks for something impossible."""

    exit_code = 2


class ConfigError(ForestoError):
    """A setting or key is missing or wrong."""

    exit_code = 78


class ListingMissing(ConfigError):
    """Nobody knows yet who is listed: the listing has to be loaded first."""


class Busy(ForestoError):
    """Another foresto is collecting."""

    exit_code = 75
    outcome = "busy"


class StoreUnavailable(ForestoError):
    """The database cannot be reached or does not accept us."""

    exit_code = 69


class StoreRefused(StoreUnavailable):
    """The database answers and refuses us until somebody changes a setting, a right or what is in it."""

    exit_code = 78


class Interrupted(ForestoError):
    """SIGINT (130), SIGTERM (143) or SIGHUP (129): the unit at hand was rolled back, everything before it is kept."""

    outcome = "interrupted"

    def __init__(self, signal_number: int) -> None:
        """Remember which signal it was."""
        super().__init__(
            "중단 요청을 받아 진행 중이던 단위를 되돌리고 멈췄습니다. 같은 명령을 다시 실행하면 이어집니다."
        )
        self.code = 128 + signal_number


def exit_code_of(error: ForestoError) -> int:
    """Return the process exit code for ``error`` (docs/guide.md, Exit codes)."""
    return error.code if isinstance(error, Interrupted) else error.exit_code
