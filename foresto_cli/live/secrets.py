"""The random secrets that let a browser in; each start makes new ones, and they are stored nowhere."""

import secrets
from dataclasses import dataclass, field


def _word() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Secrets:
    """Three secrets.

    Attributes:
        token: part of the printed address; a browser that opens the address gets the cookie.
        cookie: the value of the cookie, which every request has to send.
        form: a hidden field of every form, so that another site cannot send one.
    """

    token: str = field(default_factory=_word, repr=False)
    cookie: str = field(default_factory=_word, repr=False)
    form: str = field(default_factory=_word, repr=False)


def is_same(given: str, word: str) -> bool:
    """Compare in constant time, so that the time does not reveal how much of ``given`` is right."""
    return secrets.compare_digest(given.encode("utf-8", "replace"), word.encode())
