"""The rows of a ``--json`` object: each is an object with the columns' names as keys; numbers keep all digits."""

import json
import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from foresto_cli.output import plain
from foresto_cli.output.rows import Rows, blocks

_BLOCK_ROWS = 1_000


def pieces(rows: Rows) -> Iterator[tuple[int, str]]:
    """Yield rows separated by commas, in pieces, each with its number of rows."""
    keys = [f"{json.dumps(column.name, ensure_ascii=False)}: " for column in rows.columns]
    for block in blocks(rows.rows, _BLOCK_ROWS):
        written = (
            "{" + ", ".join([key + value(one) for key, one in zip(keys, row, strict=True)]) + "}" for row in block
        )
        yield len(block), ",\n".join(written)


def value(given: object) -> str:
    """Return one value as JSON; NaN and infinite numbers are null."""
    return _WRITTEN.get(type(given), _text)(given)


def _text(given: object) -> str:
    return json.dumps(plain.text(given), ensure_ascii=False)


_WRITTEN: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "null",
    bool: plain.text,
    int: str,
    Decimal: lambda value: f"{value:f}" if value.is_finite() else "null",
    float: lambda value: repr(value) if math.isfinite(value) else "null",
    dict: plain.nested,
    list: plain.nested,
}
"""How values are written that are not strings in JSON, by type."""
