"""The random words that let a browser in; made anew by every start, and kept nowhere."""

import secrets
from dataclasses import dataclass, field


def _word() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Secrets:
    """Three words that nobody can guess.

    Attributes:
        token: in the address that is printed; whoever has it gets the cookie.
        cookie: what the browser shows afterwards.
        form: in every form, so that another site cannot send one.
    """

    token: str = field(default_factory=_word, repr=False)
    cookie: str = field(default_factory=_word, repr=False)
    form: str = field(default_factory=_word, repr=False)


def is_same(given: str, word: str) -> bool:
    """Compare without telling by the time how much of ``given`` is right."""
    return secrets.compare_digest(given.encode("utf-8", "replace"), word.encode())
