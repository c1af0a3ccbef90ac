"""``foresto db import``: an export becomes a new database, whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from foresto_cli.console import Advance
from foresto_cli.errors import UsageError, VerificationFailed
from foresto_cli.ops.archive import manifest as manifests
from foresto_cli.ops.archive import parquet
from foresto_cli.ops.archive.export import LEFT_OUT
from foresto_cli.ops.archive.manifest import CHUNK, Manifest, Part
from foresto_cli.store import copying
from foresto_cli.store.migrate import HEAD
from foresto_cli.store.tables import metadata

SEEDED = ("data_source",)
"""Tables that a new database has rows in already; the export's take their place."""
LOOKED = ("alert_delivery", "ops_alert", "notify_channel", "scheduled_job")
"""Tables in which commands that only look leave rows (doctor, status, schedule install); the same holds for these."""


def restore(engine: Engine, folder: Path, *, sandbox: bool, advance: Advance) -> Manifest:
    """Fill an empty database from the export in ``folder``, in one transaction, and return its manifest.

    Raises:
        UsageError: not an export, of another revision or world, or the database is not empty.
        VerificationFailed: a file is not what the manifest says, or a table holds other rows afterwards.
    """
    found = manifests.read(folder)
    if found.revision != HEAD:
        raise UsageError(
            f"이 내보내기는 개정 {found.revision} 의 것이고 이 판은 {HEAD} 입니다. 같은 판으로 다시 내보내세요."
        )
    if found.world != ("sandbox" if sandbox else "real"):
        raise UsageError("모의 환경의 내보내기와 실제 자료는 섞을 수 없습니다. --sandbox 를 맞추세요.")
    for part in found.parts:
        _check_file(folder, part)
    if found.format == "parquet":
        parquet.require()
    with engine.begin() as connection:
        _check_empty(connection)
        for name in (*SEEDED, *LOOKED):
            connection.execute(text(f"DELETE FROM {name}"))  # noqa: S608  # our own names
        for number, part in enumerate(found.parts):
            advance(number, len(found.parts), part.path)
            _load(connection, folder, found, part)
        _check_counts(connection, found)
        _set_sequences(connection)
    advance(len(found.parts), len(found.parts), "")
    return found


def _check_file(folder: Path, part: Part) -> None:
    file = folder / part.path
    if part.table not in metadata.tables or not file.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"목록에 이 판이 모르는 것이 있습니다: {part.path}.")
    if not file.is_file():
        raise VerificationFailed(f"{part.path} 파일이 없습니다. 다시 내보내거나 복사하세요.")
    if manifests.checksum(file) != part.sha256:
        raise VerificationFailed(f"{part.path} 의 내용이 목록과 다릅니다(sha256). 다시 내보내거나 복사하세요.")


def _check_empty(connection: Connection) -> None:
    for name in sorted(set(metadata.tables) - {*LEFT_OUT, *SEEDED, *LOOKED}):
        if connection.scalar(text(f"SELECT EXISTS (SELECT FROM {name})")):  # noqa: S608  # our own names
            raise UsageError(f"데이터베이스가 비어 있지 않습니다({name}). 새 데이터베이스(DATABASE_URL)에 가져오세요.")


def _load(connection: Connection, folder: Path, found: Manifest, part: Part) -> None:
    file, is_csv = folder / part.path, found.format == "csv"
    blocks = _pieces(file) if is_csv else parquet.blocks(file)
    copying.rows_in(connection, part.table, found.columns[part.table], blocks, header=is_csv)


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _check_counts(connection: Connection, found: Manifest) -> None:
    wanted: dict[str, int] = {}
    for part in found.parts:
        wanted[part.table] = wanted.get(part.table, 0) + part.rows
    for name, rows in wanted.items():
        there = connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()  # noqa: S608  # our own names
        if there != rows:
            raise VerificationFailed(f"{name}: {rows:,}행이어야 하는데 {there:,}행입니다. 아무것도 바꾸지 않았습니다.")


def _set_sequences(connection: Connection) -> None:
    """Let numbers go on after the newest that came in."""
    for table in metadata.tables.values():
        for column in table.primary_key:
            sequence = connection.scalar(
                text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
            )
            if sequence:
                query = f"SELECT setval(:sequence, coalesce(max({column.name}), 0) + 1, false) FROM {table.name}"  # noqa: S608  # our own names
                connection.execute(text(query), {"sequence": sequence})
