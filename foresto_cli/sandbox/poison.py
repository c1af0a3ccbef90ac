"""Answers that are well-formed and hold one value that is none: what an attacker, or a broken export, would send.

One field of the first record is changed: a name, or a number. Two kinds are whole answers that cost whoever reads them
much more than they cost whoever sends them.
"""

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from foresto_cli.sandbox.wire import Answer

TEXTS = {
    "nul": "AB\0CD",
    "surrogate": "AB\ud800CD",
    "escape": "가나\x1b]0;PWNED\x07\x1b[2J\x1b[31mHACK\x1b[0m\x1b]52;c;ZWNobyBQV05FRA==\x07\u202e[/red]",
    "long_name": "가" * 1_000_000,
}
HUGE_NUMBER = "9" * 40
KINDS = (*TEXTS, "huge_number")
COSTLY = ("zip_bomb", "redos")

NAMES = (
    "ISU_NM", "ISU_ABBRV", "itemname", "Name", "name", "itmsNm", "isinCdNm", "corp_name", "report_nm", "fin_prdt_nm",
    "longName", "stock_knd", "cvbdknd", "Description", "stockName",
)  # fmt: skip
"""Fields with a name in them, the first one that a record has is taken; else its first words."""
NUMBERS = (
    "ACC_TRDVOL", "quant", "Volume", "trqu", "Stocks", "LIST_SHRS", "thstrm_amount", "thstrm", "intr_rate",
    "lend_rate_min", "crdt_grad_avg", "bondIssuAmt", "stckGenrDvdnAmt", "MarketCapitalization", "5. volume",
)  # fmt: skip
_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?")
_CODE = re.compile(r"[0-9A-Z_.:/-]*")
_ITEM = re.compile(rb'(<item data="\d+\|)([^|"]*)')
_COMPANY = re.compile(rb"(<corp_name>)[^<]*(</corp_name>(?:(?!</?list>).)*<stock_code>[0-9A-Z]{6})", re.DOTALL)
BOMB_BYTES = 300_000_000
"""Unpacked; packed it has some hundred thousand."""
REDOS_TIMES = 250_000

Record = dict[str, object]


def spoil(kind: str, answer: Answer) -> Answer:
    """Return ``answer`` with one value that is none, or what ``kind`` puts in its place."""
    if kind == "redos":
        return replace(answer, body=b'{"status":"000","rows":["' + b"://:" * REDOS_TIMES + b'"]}')
    if kind == "zip_bomb":
        if answer.body.startswith(b"PK"):
            return replace(answer, body=_archive("CORPCODE.xml", b" " * BOMB_BYTES))
        packed = replace(answer, body=_bomb(), compress=False)
        return replace(packed, headers=(*answer.headers, ("Content-Encoding", "gzip")))
    return replace(answer, body=_poisoned(kind, answer.body))


def _poisoned(kind: str, body: bytes) -> bytes:
    start = body.lstrip()[:1]
    if start in (b"{", b"["):
        return _json(kind, body)
    if body.startswith(b"PK"):
        return _zip(kind, body)
    value = HUGE_NUMBER if kind == "huge_number" else TEXTS[kind]
    if start == b"<":
        return _ITEM.sub(lambda item: item[1] + value.encode("utf-8", "surrogatepass"), body, count=1)
    return _csv(kind, body)


def _change(kind: str, record: Record) -> bool:
    """Put the value that is none into ``record``; return whether it has a place for it."""
    if kind == "huge_number":
        name = _field(record, NUMBERS, lambda value: bool(_NUMBER.fullmatch(value)))
        if name is not None:
            record[name] = HUGE_NUMBER if isinstance(record[name], str) else int(HUGE_NUMBER)
    else:
        name = _field(record, NAMES, lambda value: not _CODE.fullmatch(value))
        if name is not None:
            record[name] = TEXTS[kind]
    return name is not None


def _field(record: Record, wanted: tuple[str, ...], fits: Callable[[str], bool]) -> str | None:
    plain = {name: f"{value}" for name, value in record.items() if isinstance(value, str | int | float)}
    first = next((name for name in wanted if name in plain), None)
    codes = ("_CD", "_DD", "_dt", "Dt", "_de", "_no", "_code", "year", "ord", "_ID")
    others = (name for name, value in plain.items() if fits(value) and name and not name.endswith(codes))
    return first or next(others, None)


def _json(kind: str, body: bytes) -> bytes:
    try:
        text, encoding = body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = body.decode("cp949", "replace"), "cp949"
    value = json.loads(text)
    rows = _first_list(value)
    if rows:
        any(
            _change(kind, node) for node in (rows[0], *(inner for inner in rows[0].values() if isinstance(inner, dict)))
        )
    else:
        any(_change(kind, node) for node in _objects(value))
    # Half a character has no bytes, but JSON has a way to write it.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(encoding, "backslashreplace")


def _first_list(node: object) -> list[Record]:
    if isinstance(node, list) and node and all(isinstance(item, dict) for item in node):
        return node
    inner = node.values() if isinstance(node, dict) else ()
    return next((found for member in inner if (found := _first_list(member))), [])


def _objects(node: object) -> list[Record]:
    if not isinstance(node, dict):
        return []
    return [node, *(found for member in node.values() for found in _objects(member))]


def _csv(kind: str, body: bytes) -> bytes:
    if b"," not in body.partition(b"\n")[0]:
        return body
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    if len(rows) > 1:
        record: Record = dict(zip(rows[0], rows[1], strict=False))
        _change(kind, record)
        rows[1] = [f"{value}" for value in record.values()]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    mark = b"\xef\xbb\xbf" if body.startswith(b"\xef\xbb\xbf") else b""
    return mark + out.getvalue().encode("utf-8", "surrogatepass")


def _zip(kind: str, body: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        (inside,) = archive.infolist()
        content = archive.read(inside)
    value = (HUGE_NUMBER if kind == "huge_number" else TEXTS[kind]).encode("utf-8", "surrogatepass")
    return _archive(inside.filename, _COMPANY.sub(lambda found: found[1] + value + found[2], content, count=1))


def _archive(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * BOMB_BYTES, 6, mtime=0)
