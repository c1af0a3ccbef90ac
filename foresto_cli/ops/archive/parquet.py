"""CSV, as PostgreSQL's COPY speaks it, to Parquet and back, a piece at a time and exactly.

``numeric`` becomes ``decimal`` with as many places as the rows have, so nothing is rounded. pyarrow is an extra:
``pip install 'foresto[parquet]'``.
"""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from foresto_cli.errors import ConfigError

DIGITS = 38
"""Of a decimal128, which every reader of Parquet knows."""
BLOCK = 8_388_608


def require() -> None:
    """Let pass when pyarrow is there.

    Raises:
        ConfigError: it is not.
    """
    try:
        import pyarrow as pa  # noqa: F401  # only whether it is there
    except ImportError:
        raise ConfigError(
            "Parquet 에는 pyarrow 가 필요합니다. pip install 'foresto[parquet]' 로 설치하거나"
            " --format csv 로 내보내세요."
        ) from None


def write(blocks: Iterator[bytes], target: Path, types: Mapping[str, str], places: Mapping[str, int]) -> int:
    """Write COPY's CSV blocks, header included, to ``target`` and return the number of rows.

    Args:
        blocks: as they come from the server.
        target: file to make.
        types: PostgreSQL type by column.
        places: decimal places of the ``numeric`` columns.
    """
    import pyarrow as pa
    from pyarrow import csv, parquet

    schema = pa.schema([(name, _arrow_type(kind, places.get(name, 0))) for name, kind in types.items()])
    options = csv.ConvertOptions(
        column_types=schema,
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
        true_values=["t"],
        false_values=["f"],
        timestamp_parsers=[csv.ISO8601],
    )
    rows = 0
    source = pa.PythonFile(io.BufferedReader(_Blocks(blocks), BLOCK), mode="r")
    with (
        csv.open_csv(
            source,
            read_options=csv.ReadOptions(block_size=BLOCK),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=options,
        ) as reader,
        parquet.ParquetWriter(target, schema, compression="zstd") as writer,
    ):
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def blocks(source: Path) -> Iterator[bytes]:
    """Yield a Parquet file as CSV that COPY understands, without a header; null and empty text stay apart."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    for batch in parquet.ParquetFile(source).iter_batches():
        sink = pa.BufferOutputStream()
        csv.write_csv(batch, sink, csv.WriteOptions(include_header=False, quoting_style="needed"))
        yield sink.getvalue().to_pybytes()


def _arrow_type(kind: str, places: int) -> Any:  # noqa: ANN401  # pyarrow ships no type information
    import pyarrow as pa

    if kind == "numeric":
        return pa.decimal128(DIGITS, places)
    if kind.startswith("character"):
        return pa.string()
    return {
        "bigint": pa.int64(),
        "integer": pa.int32(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp without time zone": pa.timestamp("us"),
        "double precision": pa.float64(),
        "bytea": pa.string(),
        "jsonb": pa.string(),
        "text": pa.string(),
        "text[]": pa.string(),
    }[kind]


class _Blocks(io.RawIOBase):
    """A file made of blocks that come one by one."""

    def __init__(self, found: Iterator[bytes]) -> None:
        self._found = found
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  # any writable buffer
        while not self._left:
            block = next(self._found, None)
            if block is None:
                return 0
            self._left = block
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size
