"""The rows of a ``--json`` object: one object each, by the columns' names; numbers with all their digits."""

import json
import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from foresto_cli.output import plain
from foresto_cli.output.rows import Rows, blocks

_BLOCK_ROWS = 1_000


def pieces(rows: Rows) -> Iterator[tuple[int, str]]:
    """Yield rows with commas between them, each piece with the number of its rows."""
    keys = [f"{json.dumps(column.name, ensure_ascii=False)}: " for column in rows.columns]
    for block in blocks(rows.rows, _BLOCK_ROWS):
        written = (
            "{" + ", ".join([key + value(one) for key, one in zip(keys, row, strict=True)]) + "}" for row in block
        )
        yield len(block), ",\n".join(written)


def value(given: object) -> str:
    """Return one value as JSON; what is no number in JSON (NaN, infinite) is null."""
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
"""Of what is no text in JSON."""
