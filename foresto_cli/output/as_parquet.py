"""Parquet files: numbers as float64, whole numbers as int64, days as date32, texts (also tickers) as strings.

pyarrow is an extra (170 MB): ``foresto[parquet]``.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO

from foresto_cli import extras
from foresto_cli.errors import ConfigError
from foresto_cli.output import plain
from foresto_cli.output.rows import Kind, Rows, blocks

if TYPE_CHECKING:
    from pyarrow import Array, DataType

_GROUP_ROWS = 100_000


def require() -> None:
    """Check that pyarrow is installed.

    Raises:
        ConfigError: it is not.
    """
    try:
        import_module("pyarrow")
    except ImportError:
        raise ConfigError(
            f"Parquet에는 pyarrow가 필요합니다. --csv로 쓰거나 설치하세요: {extras.command('parquet')}"
        ) from None


def write(rows: Rows, target: BinaryIO) -> int:
    """Write ``rows`` to ``target``, one group of rows at a time; return the number of rows."""
    import pyarrow as pa
    from pyarrow import parquet

    schema = pa.schema([(column.name, _type(column.kind)) for column in rows.columns])
    count = 0
    with parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        for block in blocks(rows.rows, _GROUP_ROWS):
            columns = [
                _array(column.kind, values)
                for column, values in zip(rows.columns, zip(*block, strict=True), strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            count += len(block)
    return count


def _type(kind: Kind) -> "DataType":
    import pyarrow as pa

    return {
        Kind.TEXT: pa.string(),
        Kind.WHOLE: pa.int64(),
        Kind.NUMBER: pa.float64(),
        Kind.DAY: pa.date32(),
        Kind.MOMENT: pa.timestamp("us"),
        Kind.TRUTH: pa.bool_(),
    }[kind]


_MADE: dict[Kind, Callable[[Any], object]] = {Kind.TEXT: plain.text, Kind.NUMBER: float, Kind.MOMENT: plain.korean}
"""Conversions for kinds whose values may have several Python types."""


def _array(kind: Kind, values: Sequence[object]) -> "Array":
    import pyarrow as pa

    made = _MADE.get(kind)
    return pa.array(
        values if made is None else [None if value is None else made(value) for value in values], type=_type(kind)
    )
