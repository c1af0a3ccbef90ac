"""Rows with something wrong in them: blanked, zero, without a field, twice, in the formats that upstreams answer in."""

import csv
import io
import json
import re
from collections.abc import Callable

Rows = list[dict[str, object]]
NEEDED = (
    "TDD_CLSPRC",
    "CLSPRC_IDX",
    "max_work_dt",
    "short_code",
    "Close",
    "Code",
    "Symbol",
    "nowVal",
    "LIST_SHRS",
    "ISU_CD",
    "clpr",
    "isinCd",
    "quoteType",
    "thstrm_amount",
    "thstrm",
    "rcept_no",
    "corp_code",
    "intr_rate",
    "lend_rate_min",
    "crdt_grad_avg",
)
"""Fields whose loss must be noticed; the first one a row has is taken. Other rows lose their second field."""


def needed(row: dict[str, object]) -> str:
    """Return the name of the field whose loss is tried out on ``row``."""
    return next((name for name in NEEDED if name in row), list(row)[min(1, len(row) - 1)])


def _all_dash(rows: Rows) -> Rows:
    """Blank all values as on a holiday: "-" for each, but in the FDR listing only for Close (the rest is empty)."""
    flat = {"FLUC_TP_CD": "3", "ChangeCode": "3"}
    blank = "" if "Close" in rows[0] else "-"

    def blanked(name: str, value: object) -> object:
        if name in flat or name == "Close":
            return flat.get(name, "-")
        kept = name in ("LIST_SHRS", "Stocks") or _is_code(name) or not _is_number(value)
        return value if kept else blank

    return [{name: blanked(name, value) for name, value in row.items()} for row in rows]


def _zero(rows: Rows) -> Rows:
    return [
        {name: _like(value, 0) if _is_number(value) and not _is_code(name) else value for name, value in row.items()}
        for row in rows
    ]


def _missing(rows: Rows) -> Rows:
    gone = needed(rows[0])
    return [{name: value for name, value in row.items() if name != gone} for row in rows]


def _renamed(rows: Rows) -> Rows:
    other = needed(rows[0])
    return [{f"{name}_NEW" if name == other else name: value for name, value in row.items()} for row in rows]


def _text_number(rows: Rows) -> Rows:
    return [{**rows[0], needed(rows[0]): "N/A"}, *rows[1:]]


def _duplicate(rows: Rows) -> Rows:
    return [rows[0], *rows]


ROW_DAMAGE: dict[str, Callable[[Rows], Rows]] = {
    "empty_list": lambda _: [],
    "all_dash": _all_dash,
    "zero": _zero,
    "missing_field": _missing,
    "renamed_field": _renamed,
    "text_number": _text_number,
    "duplicate": _duplicate,
}
ONE_ROW: dict[str, Callable[[Rows], Rows]] = {"missing_row": lambda _: [], "dash_row": _all_dash}
"""What becomes of the one row."""
CODES = ("ISU_SRT_CD", "ISU_CD", "Code", "srtnCd", "itemcode", "short_code", "Symbol")
VOLUMES = ("ACC_TRDVOL", "Volume", "trqu", "quant")


def one_row(rows: Rows, code: str, change: Callable[[Rows], Rows]) -> Rows:
    """Return ``rows`` with one of them changed: that of the stock ``code``, or one in the middle that traded."""
    if code:
        chosen = [row for row, found in enumerate(rows) if code in {found.get(name) for name in CODES}]
    else:
        chosen = [row for row, found in enumerate(rows) if not {found.get(name) for name in VOLUMES} & {"0", "-", 0}]
        chosen = chosen[len(chosen) // 2 :][:1]
    return [new for row, found in enumerate(rows) for new in (change([found]) if row in chosen else [found])]


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return bool(re.fullmatch(r"-?[\d,]+(\.\d+)?", value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_code(name: str) -> bool:
    """Return whether a field holds digits that are no quantity: codes and days."""
    dart = ("corp_code", "stock_code", "rcept_no", "reprt_code", "bsns_year", "ord", "induty_code", "acc_mt")
    return name in ("", "Code", "Symbol", "itemcode", "short_code", "BAS_DD", *dart) or name.endswith(
        ("_CD", "_DD", "_dt", "_ID")
    )


def _like(value: object, number: int) -> object:
    return str(number) if isinstance(value, str) else number


def in_json(body: bytes, change: Callable[[Rows], Rows]) -> bytes:
    """Return the JSON ``body`` with its first list of objects changed; numbers keep their type."""
    value = json.loads(body)

    def walk(node: object) -> object:
        if isinstance(node, list) and node and all(isinstance(item, dict) for item in node):
            return change(node)
        if isinstance(node, dict):
            return {name: walk(member) for name, member in node.items()}
        return node

    return json.dumps(walk(value), ensure_ascii=False, separators=(",", ":")).encode()


def in_csv(body: bytes, change: Callable[[Rows], Rows]) -> bytes:
    """Return the CSV ``body`` with its rows changed."""
    reader = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
    names = list(reader.fieldnames or ())
    rows: Rows = list(reader)
    changed = change(rows) if rows else rows
    out = io.StringIO()
    writer = csv.DictWriter(out, list(changed[0]) if changed else names, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(changed)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def in_xml(body: bytes, kind: str) -> bytes:
    """Damage Naver's ``<item data="day|open|high|low|close|volume" />`` lines, leaving the rest as it is."""
    item = re.compile(rb'<item data="([^"]*)" />')
    if kind == "empty_list":
        return item.sub(b"", body)
    if kind == "duplicate":
        return item.sub(lambda match: match[0] * 2, body, count=1)

    def changed(match: re.Match[bytes]) -> bytes:
        day, opened, high, low, _, volume = match[1].split(b"|")
        values = {
            "zero": [day, b"0", b"0", b"0", b"0", b"0"],
            "all_dash": [day, b"-", b"-", b"-", b"-", b"-"],
            "missing_field": [day, opened, high, low, volume],
            "renamed_field": [day, opened, high, low, volume],
            "text_number": [day, opened, high, low, b"N/A", volume],
        }[kind]
        return b'<item data="' + b"|".join(values) + b'" />'

    return item.sub(changed, body, count=1 if kind == "text_number" else 0)
