"""Ways in which an answer can be wrong: bytes lost, repeated, changed; fields gone, renamed, of another kind; bombs."""

import gzip
import json
import random
import zlib
from copy import deepcopy

NUMBERS = (
    "",
    "-",
    "N/A",
    "NaN",
    "Infinity",
    "-1",
    "0",
    "1e400",
    "9" * 40,
    "12.34.56",
    "１２３",
    "0x10",
    "\u2212" + "5",
)
TEXTS = (
    "",
    " ",
    "\x00",
    "null",
    "<script>alert(1)</script>",
    "가" * 5_000,
    "\ud7ff\u202e",
    "' OR 1=1 --",
    "2026-13-45",
)
SCALARS = (None, True, False, 0, -1, 3.5, 10**30, "", "N/A", [], {}, [[]], {"item": None})
DEEP = 3_000
BOMB = 70_000_000
"""Unpacked size of a compressed bomb: more than any upstream may send."""


def mutate(body: bytes, chance: random.Random) -> tuple[bytes, dict[str, str]]:
    """Return a damaged copy of ``body`` and the headers that go with it."""
    kind = chance.choice(KINDS)
    return kind(body, chance)


def bomb(body: bytes, chance: random.Random) -> tuple[bytes, dict[str, str]]:
    """Return a small body that unpacks to more than is allowed."""
    packed = gzip.compress(body[:1000] + b" " * BOMB, 1)
    if chance.random() < 0.5:
        return packed, {"Content-Encoding": "gzip"}
    return zlib.compress(b"[" * BOMB, 1), {"Content-Encoding": "deflate"}


def _cut(body, chance):
    return body[: chance.randrange(len(body) + 1)], {}


def _hole(body, chance):
    start = chance.randrange(len(body) + 1)
    return body[:start] + body[start + chance.randrange(1, 400) :], {}


def _repeat(body, chance):
    start = chance.randrange(len(body) + 1)
    end = start + chance.randrange(1, 2_000)
    return body[:end] + body[start:end] + body[end:], {}


def _noise(body, chance):
    found = bytearray(body)
    for _ in range(chance.randrange(1, 30)):
        if found:
            found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found), {}


def _recoded(body, chance):
    text = body.decode("utf-8", "replace")
    return text.encode(chance.choice(("cp949", "utf-16", "utf-8-sig", "latin-1")), "replace"), {}


def _nothing(_body, chance):
    return chance.choice((b"", b" ", b"null", b"[]", b"{}", b'""', b"<html></html>", b"PK\x03\x04", b"\xff\xfe")), {}


def _deep(_body, chance):
    opening, closing = chance.choice(((b"[", b"]"), (b'{"a":', b"}"), (b"<a>", b"</a>")))
    return opening * DEEP + b"1" + closing * DEEP, {}


def _not_packed(body, _chance):
    return body, {"Content-Encoding": "gzip"}


def _structured(body, chance):
    try:
        found = json.loads(body)
    except (UnicodeDecodeError, json.JSONDecodeError):
        return _noise(body, chance)
    for _ in range(chance.randrange(1, 4)):
        found = _changed(found, chance)
    return json.dumps(found, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass"), {}


def _changed(found, chance):
    """Change one node somewhere below ``found``."""
    if not isinstance(found, dict | list) or not found or chance.random() < 0.02:
        return _other(found, chance)
    key = chance.choice(list(found) if isinstance(found, dict) else range(len(found)))
    dice = chance.random()
    if isinstance(found[key], dict | list) and found[key] and dice < 0.85:
        found[key] = _changed(found[key], chance)
    elif dice < 0.25:
        del found[key]
    elif dice < 0.4 and isinstance(found, dict):
        found[f"{key}_V2"] = found.pop(key)
    elif dice < 0.5 and isinstance(found, list):
        found.append(found[key])
    elif dice < 0.6 and isinstance(found, list):
        chance.shuffle(found)
    else:
        found[key] = _other(found[key], chance)
    return found


def _other(value, chance):
    if isinstance(value, str) and chance.random() < 0.7:
        return chance.choice(NUMBERS if value[:1].isdigit() or value[:1] == "-" else TEXTS)
    # A copy: what is put in may be changed in turn.
    return deepcopy(chance.choice(SCALARS))


KINDS = (_structured,) * 8 + (_cut, _hole, _repeat, _noise, _noise, _recoded, _nothing, _deep, _not_packed)
