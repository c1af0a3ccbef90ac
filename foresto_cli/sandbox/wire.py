"""What travels between a client and the sandbox: requests, answers, and how an answer becomes bytes."""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from urllib.parse import parse_qsl

LEAST_TO_COMPRESS = 512
"""Bytes; shorter bodies grow."""
JSON = "application/json;charset=UTF-8"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
MARK = "X-Foresto-Sandbox"
"""Whatever the sandbox says bears this; no client of the real world takes it for an answer (upstream/worlds.py)."""


@dataclass(frozen=True)
class Request:
    """One HTTP request as a host module sees it; header names are in lower case, the host has no port."""

    scheme: str
    method: str
    host: str
    path: str
    query_text: str
    headers: Mapping[str, str]
    body: bytes
    fault: str | None = None
    """Kind of the fault this request has met, for the few kinds that only the host itself can act out."""
    fault_detail: str = ""
    """What the fault is told beside its kind: a day, an hour, a stock."""

    @cached_property
    def query(self) -> dict[str, str]:
        """Return the decoded query parameters."""
        return dict(parse_qsl(self.query_text, keep_blank_values=True))

    @cached_property
    def form(self) -> dict[str, str]:
        """Return the decoded form fields, or the top-level members of a JSON object."""
        kind = self.headers.get("content-type", "")
        text = self.body.decode("utf-8", "replace")
        if "json" in kind:
            try:
                members = json.loads(text)
            except ValueError:
                return {}
            return {str(name): str(value) for name, value in members.items()} if isinstance(members, dict) else {}
        return dict(parse_qsl(text, keep_blank_values=True)) if "form-urlencoded" in kind else {}

    @cached_property
    def fields(self) -> dict[str, str]:
        """Return query parameters and form fields together."""
        return {**self.query, **self.form}

    @cached_property
    def cookies(self) -> dict[str, str]:
        """Return the cookies sent along."""
        pairs = (part.strip().partition("=") for part in self.headers.get("cookie", "").split(";"))
        return {name: value for name, _, value in pairs if name}


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; ``chunks`` instead of ``body`` streams a body of unknown length."""

    body: bytes = b""
    status: int = 200
    content_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    compress: bool = True
    chunks: Iterator[bytes] | None = field(default=None, compare=False)


def as_json(value: object, *, status: int = 200, content_type: str = JSON, indent: int | None = None) -> Answer:
    """Return ``value`` as a JSON answer, Korean text unescaped, without blanks unless ``indent`` is given."""
    separators = (",", ":") if indent is None else None
    text = json.dumps(value, ensure_ascii=False, separators=separators, indent=indent)
    return Answer(text.encode(), status, content_type)


def plain(text: str, status: int) -> Answer:
    """Return ``text`` as a plain-text answer."""
    return Answer(text.encode(), status, TEXT)


def as_csv(
    columns: tuple[str, ...], rows: Iterator[tuple[object, ...]] | list[tuple[object, ...]], *, numbered: bool
) -> Answer:
    """Return a CSV with BOM and Unix line ends, as in the FDR cache; ``numbered`` adds the nameless first column."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("", *columns) if numbered else columns)
    writer.writerows([(number, *row) for number, row in enumerate(rows)] if numbered else rows)
    return Answer(b"\xef\xbb\xbf" + out.getvalue().encode(), content_type=TEXT)


def head(answer: Answer, length: int | None, mark: str, *, zipped: bool) -> bytes:
    """Return status line and headers for a body of ``length`` bytes (None: until the connection closes)."""
    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {answer.status} {phrase}", f"Content-Type: {answer.content_type}", f"{MARK}: {mark}"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    if zipped:
        lines.append("Content-Encoding: gzip")
    lines.append("Connection: close" if length is None else f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def body(answer: Answer, accepted: str) -> tuple[bytes, bool]:
    """Return the body as it goes over the wire, and whether it is compressed (if the client accepts that)."""
    if answer.compress and "gzip" in accepted and len(answer.body) > LEAST_TO_COMPRESS:
        return gzip.compress(answer.body, 1, mtime=0), True
    return answer.body, False
