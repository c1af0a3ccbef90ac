"""Large results as arrays of numbers: the server packs the rows of a ticker into one string of fixed-width records.

A price table of a few million rows becomes a few hundred megabytes of Python objects, or some tens of numbers; and a
message for a ticker is a thousand times fewer messages than one for a row.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, LiteralString

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from foresto_cli.store import copying
from foresto_cli.store.fragments import Fragment, fragment, joined

Kind = Literal["won", "whole", "number"]
Arrays = dict[str, NDArray[Any]]

_PACKED: dict[Kind, LiteralString] = {
    "won": "int8send(CAST({name} AS bigint))",
    "whole": "int8send({name})",
    "number": "float8send(coalesce(CAST({name} AS double precision), 'NaN'))",
}
_WIRE = {"won": ">i8", "whole": ">i8", "number": ">f8"}
DAYS = "days"


def by_ticker(
    connection: Connection,
    relation: Fragment,
    columns: Mapping[str, Kind],
    where: Fragment,
    *,
    key: str = "ticker",
    **values: object,
) -> Iterator[tuple[str, Arrays]]:
    """Yield each ticker of ``relation`` with its rows for which ``where`` holds, by ``trade_date``, oldest first.

    Args:
        connection: database.
        relation: a table or view with ``key`` and ``trade_date``.
        columns: names and kinds; all become float64. A ``won`` is a numeric of whole won, which the server makes an
            integer in half the time; a ``whole`` a bigint; a ``number`` any number. Only a ``number`` may be NULL: NaN.
        where: condition; ``{name}`` stands for one of ``values``.
        key: the column of the ticker, or of an index's code.
        values: what is put into ``where``.

    Yields:
        The ticker, and one array a column; :data:`DAYS` are days since 1970 (int32).
    """
    record = np.dtype([(DAYS, ">i4"), *((name, _WIRE[kind]) for name, kind in columns.items())])
    query = fragment(
        "COPY (SELECT {key}, string_agg(int4send(trade_date - DATE '1970-01-01') || {packed}, ''::bytea)"
        " FROM {relation} WHERE {where} GROUP BY {key}) TO STDOUT (FORMAT BINARY)",
        packed=joined(" || ", (fragment(_PACKED[kind], name=name) for name, kind in columns.items())),
        relation=relation,
        where=where,
        key=key,
    )
    for ticker, rows in copying.values_out(connection, query, ["text", "bytea"], **values):
        found = np.frombuffer(rows, dtype=record)
        if (np.diff(found[DAYS]) < 0).any():
            found = found[np.argsort(found[DAYS], kind="stable")]
        yield ticker, {DAYS: found[DAYS].astype(np.int32)} | {name: found[name].astype(float) for name in columns}
