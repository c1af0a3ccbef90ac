"""Taking secrets out of text, in time that grows with the text and no faster, whatever the text is."""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote

HIDDEN = "•••"
SHORTEST_SECRET = 4
SHORTEST_CODE = 8
"""A piece of base64 that is shorter turns up by chance."""
_NAMED = re.compile(
    r"(?i)\b(auth_key|auth|crtfc_key|servicekey|apikey|api_key|pw|passwd|password|jsessionid|token)"
    r"(['\"]?\s*[=:]\s*['\"]?)[^\s&;,'\"]+"
)
_UP_TO_AN_AT = re.compile(r"[^@\s]++@?")
"""Takes every letter once, with or without an ``@`` at the end: looking for one from each place would be quadratic."""
_LOGIN = re.compile(r"(:(?://|\\/\\/)[^:/\\]*:).+", re.DOTALL)


class Redactor:
    """Takes secrets out of text: those it was told, and whatever stands behind a name that holds one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Remember ``secrets`` in every form in which they may turn up (:func:`forms`)."""
        self._known: list[str] = []
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Remember more secrets, before anybody uses them."""
        every = {form for secret in secrets if len(secret) >= SHORTEST_SECRET for form in forms(secret)}
        self._known = sorted({*self._known, *every}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return ``text`` without secrets."""
        for secret in self._known:
            text = text.replace(secret, HIDDEN)
        return _UP_TO_AN_AT.sub(_without_password, _NAMED.sub(rf"\1\2{HIDDEN}", text))


def _without_password(found: re.Match[str]) -> str:
    piece = found[0]
    return _LOGIN.sub(rf"\1{HIDDEN}@", piece) if piece.endswith("@") else piece


def forms(secret: str) -> set[str]:
    """Return a secret in every form in which programs pass it on.

    As it is and URL-encoded once and twice (keys of data.go.kr are handed out encoded), in JSON and Python strings, in
    HTML, and in base64 wherever it begins in what was encoded.
    """
    plain = {secret, unquote(secret)}
    encoded = {form for one in plain for form in _url_encoded(one)}
    twice = {form for one in encoded for form in _url_encoded(one)}
    quoted = {form for one in plain for form in _quoted(one)}
    coded = {form for one in plain | encoded for form in _base64(one)}
    every = {*plain, *encoded, *twice, *quoted, *coded, *(quote(code, safe="") for code in coded)}
    return {form for form in every if len(form) >= SHORTEST_SECRET}


def _url_encoded(text: str) -> Iterator[str]:
    raw = text.encode("utf-8", "surrogateescape")
    for form in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
        yield form
        yield re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), form)


def _quoted(text: str) -> Iterator[str]:
    for whole in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        yield whole[1:-1]
        yield whole[1:-1].replace("/", "\\/")
        yield json.dumps(whole)[3:-3]
    yield repr(text)[1:-1]
    yield text.encode("unicode_escape").decode()
    yield ascii(text.encode("utf-8", "surrogateescape"))[2:-1]
    yield html.escape(text)


def _base64(text: str) -> Iterator[str]:
    """Yield the letters that ``text`` alone decides, for each of the three places at which it may begin."""
    raw = text.encode("utf-8", "surrogateescape")
    for before in range(3):
        code = base64.b64encode(bytes(before) + raw).decode()
        first = -(-before * 8 // 6)
        last = (before + len(raw)) * 8 // 6
        certain = code[first:last]
        if len(certain) >= SHORTEST_CODE:
            yield certain
            yield certain.replace("+", "-").replace("/", "_")
