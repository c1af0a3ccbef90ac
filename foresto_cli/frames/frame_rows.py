"""Any result as a frame: numbers as float64, days and times as datetime64, truth as boolean, the rest as it is."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Executable

if TYPE_CHECKING:
    from pandas import DataFrame, Series

NUMBERS = {20, 21, 23, 700, 701, 1700}
"""PostgreSQL's numbers of its types: int8, int2, int4, float4, float8, numeric."""
MOMENTS = {1082: "datetime64[s]", 1114: "datetime64[us]"}
"""date and timestamp. Nanoseconds end in 2262; some bonds never do (9999-12-31)."""
TRUTH = 16


def frame_of(
    connection: Connection, statement: Executable, values: Mapping[str, object] | None = None, index: str | None = None
) -> "DataFrame":
    """Return the rows of ``statement`` in their order; ``index`` names the column that becomes the index."""
    result = connection.execute(statement, values or {})
    kinds = [part[1] for part in result.cursor.description or []] if result.cursor is not None else []
    return framed(list(result.keys()), kinds, result.fetchall(), index)


def framed(
    names: list[str], kinds: list[Any], rows: Sequence[Sequence[object]], index: str | None = None
) -> "DataFrame":
    """Return ``rows`` as a frame; ``kinds`` are PostgreSQL's numbers of the columns' types."""
    from pandas import DataFrame

    columns: list[tuple[object, ...]] = list(zip(*rows, strict=True)) or [()] * len(names)
    found = DataFrame(
        {place: _column(values, kind) for place, (values, kind) in enumerate(zip(columns, kinds, strict=True))}
    )
    found.columns = list(names)  # two columns of a query may have one name
    return found if index is None else found.set_index(index)


def _column(values: Sequence[object], kind: int) -> "Series[Any]":
    import numpy as np
    from pandas import Series

    listed: list[Any] = list(values)
    if kind in NUMBERS:
        return Series(listed, dtype="float64")
    if kind in MOMENTS:
        return Series(np.array(listed, dtype=MOMENTS[kind]))
    if kind == TRUTH:
        return Series(listed, dtype="boolean")
    return Series(listed, dtype=object)
