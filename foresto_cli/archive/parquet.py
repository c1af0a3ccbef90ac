"""CSV, as PostgreSQL's COPY speaks it, to Parquet and back, a piece at a time and exactly.

``numeric`` becomes ``decimal`` with as many places as the table has in that column: nothing is rounded, and all files
of a table are of one type. pyarrow is an extra: ``foresto[parquet]``.
"""

import io
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO

from foresto_cli import extras
from foresto_cli.errors import BadPayload, ConfigError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from pyarrow import DataType, RecordBatch
    from pyarrow.parquet import ParquetFile

DIGITS = 38
"""Of a decimal128, which every reader of Parquet knows."""
BLOCK = 8_388_608
LARGEST_GROUP = 16 * BLOCK
"""A row group is made of one block of CSV; none of ours comes near this when it is unpacked."""
BATCH_ROWS = 8_192
_LIMITS = {"thrift_string_size_limit": 16 * 1024 * 1024, "thrift_container_size_limit": 1_000_000}
"""Of a file's own description."""
_PLAIN = {
    "bigint": "int64",
    "integer": "int32",
    "boolean": "bool_",
    "date": "date32",
    "timestamp without time zone": "timestamp",
    "double precision": "float64",
    "bytea": "string",
    "jsonb": "string",
    "text": "string",
    "text[]": "string",
}
"""PostgreSQL's types → pyarrow's."""


def require() -> None:
    """Let pass when pyarrow is there.

    Raises:
        ConfigError: it is not.
    """
    try:
        import_module("pyarrow")
    except ImportError:
        raise ConfigError(
            f"Parquet에는 pyarrow가 필요합니다. --format csv로 내보내거나 설치하세요: {extras.command('parquet')}"
        ) from None


def write(blocks: Iterator[bytes], target: BinaryIO, types: Mapping[str, str], places: Mapping[str, int]) -> int:
    """Write COPY's CSV blocks, header included, to ``target`` and return the number of rows.

    Args:
        blocks: as they come from the server.
        target: file to fill.
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


def blocks(source: BinaryIO, types: Mapping[str, str], rows: int) -> Iterator[bytes]:
    """Yield a Parquet file as CSV that COPY understands, without a header; null and empty text stay apart.

    The file may be anybody's: what it says of itself is compared with what it has to hold before any of it is unpacked,
    and it is unpacked a little at a time.

    Args:
        source: the file.
        types: PostgreSQL type by column, in the order of the file.
        rows: how many it has to hold.

    Raises:
        BadPayload: it is not such a file; the message says why, without naming it.
    """
    import pyarrow as pa
    from pyarrow import csv, parquet

    try:
        texts = [name for name, kind in types.items() if _arrow_type(kind, 0) == pa.string()]
        file = parquet.ParquetFile(source, read_dictionary=texts, **_LIMITS)
        _check_footer(file, types, rows)
        # A short text that is repeated is stored once: what rows take is known only by counting.
        for batch in file.iter_batches(BATCH_ROWS):
            sink = pa.BufferOutputStream()
            csv.write_csv(_plain(batch), sink, csv.WriteOptions(include_header=False, quoting_style="needed"))
            yield sink.getvalue().to_pybytes()
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise BadPayload(f"Parquet로 읽히지 않습니다({type(error).__name__})") from None


def knows(kind: str) -> bool:
    """Say whether a column of this PostgreSQL type can be in an export."""
    return kind in _PLAIN or kind in {"numeric", "character varying", "character"}


def _check_footer(file: "ParquetFile", types: Mapping[str, str], rows: int) -> None:
    import pyarrow as pa

    schema, said = file.schema_arrow, file.metadata
    if schema.names != list(types):
        raise BadPayload("열이 목록과 다릅니다")
    for name, kind in types.items():
        found = schema.field(name).type
        found = found.value_type if pa.types.is_dictionary(found) else found
        is_right = pa.types.is_decimal128(found) if kind == "numeric" else found == _arrow_type(kind, 0)
        if not is_right:
            raise BadPayload(f"{name} 열의 형({found})이 목록({kind})과 다릅니다")
    if said.num_rows != rows:
        raise BadPayload(f"{rows:,}행이어야 하는데 {said.num_rows:,}행이라고 합니다")
    groups = [said.row_group(number) for number in range(said.num_row_groups)]
    if any(not 0 <= group.total_byte_size <= LARGEST_GROUP for group in groups):
        raise BadPayload(f"풀면 한 묶음이 {LARGEST_GROUP:,}바이트보다 큽니다")


def _plain(batch: "RecordBatch") -> "RecordBatch":
    """Return the batch with its texts written out, when they are no more than a batch may take."""
    import pyarrow as pa
    from pyarrow import compute

    total, columns = 0, []
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            total += compute.sum(compute.take(compute.binary_length(column.dictionary), column.indices)).as_py() or 0
            if total > LARGEST_GROUP:
                raise BadPayload(f"풀면 {len(column):,}행이 {LARGEST_GROUP:,}바이트보다 큽니다")
        columns.append(column)
    plain = [column.dictionary_decode() if pa.types.is_dictionary(column.type) else column for column in columns]
    return pa.RecordBatch.from_arrays(plain, names=batch.schema.names)


def _arrow_type(kind: str, places: int) -> "DataType":
    import pyarrow as pa

    if kind == "numeric":
        return pa.decimal128(DIGITS, places)
    if kind.startswith("character"):
        return pa.string()
    made = getattr(pa, _PLAIN[kind])
    return made("us") if kind.startswith("timestamp") else made()


class _Blocks(io.RawIOBase):
    """A file made of blocks that come one by one."""

    def __init__(self, found: Iterator[bytes]) -> None:
        self._found = found
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        while not self._left:
            block = next(self._found, None)
            if block is None:
                return 0
            self._left = block
        target = memoryview(buffer).cast("B")
        size = min(len(target), len(self._left))
        target[:size] = self._left[:size]
        self._left = self._left[size:]
        return size
