"""``foresto db import``: an export becomes a new database, whole or not at all."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, Engine, text

from foresto_cli.archive import carried_limits, export_folders, last_export, parquet, schema, strict
from foresto_cli.archive import manifest as manifests
from foresto_cli.archive.manifest import Manifest, Part
from foresto_cli.archive.strict import DAY, LEFT_OUT
from foresto_cli.console import Advance
from foresto_cli.errors import BadPayload, UsageError, VerificationFailed
from foresto_cli.store import copying, price_sessions, upkeep
from foresto_cli.store.fragments import count_rows, sql
from foresto_cli.store.migrate import HEAD, OLDEST_EXPORT
from foresto_cli.store.tables import metadata

SEEDED = ("data_source",)
"""Tables that a new database has rows in already; the export's take their place."""
LOOKED = ("alert_delivery", "ops_alert", "notify_channel", "scheduled_job")
"""Tables in which commands that only look leave rows (doctor, status, schedule install); the same holds for these."""
LONGEST_HEADER = 65_536


@dataclass(frozen=True)
class Checked:
    """An export whose every file is what its manifest says.

    Attributes:
        root: descriptor of its folder, which nobody writes to meanwhile.
        manifest: what it holds.
    """

    root: int
    manifest: Manifest


def restore(engine: Engine, folder: Path, *, sandbox: bool, advance: Advance) -> Manifest:
    """Fill an empty database from the export in ``folder``, in one transaction, and return its manifest.

    Raises:
        UsageError: not an export, of an unknown revision or another world, or the database is not empty.
        VerificationFailed: a file is not what the manifest says, or a table holds other rows afterwards.
    """
    with checked(folder, sandbox=sandbox) as export:
        fill(engine, export, advance)
        return export.manifest


@contextmanager
def checked(folder: Path, *, sandbox: bool) -> Iterator[Checked]:
    """Yield the export in ``folder`` after reading all of it.

    Raises:
        UsageError: not an export, or of an unknown revision or another world.
        VerificationFailed: a file is not what the manifest says.
    """
    with export_folders.entered(folder, alone=False) as root:
        found = manifests.found(root, folder)
        _check_origin(found, sandbox=sandbox)
        if found.format == "parquet":
            parquet.require()
        for part in found.parts:
            _check_file(root, part)
        yield Checked(root, found)


def fill(engine: Engine, export: Checked, advance: Advance) -> None:
    """Fill the empty database of ``engine`` in one transaction, then bring PostgreSQL's statistics up to date.

    Raises:
        UsageError: the database is not empty, or has no such columns.
        VerificationFailed: a table holds other rows afterwards than the manifest says.
    """
    found = export.manifest
    with engine.begin() as connection:
        _fill(connection, export.root, found, advance)
    advance(len(found.parts), len(found.parts), "")
    upkeep.tidy(engine, sorted({part.table for part in found.parts}))


def _check_origin(found: Manifest, *, sandbox: bool) -> None:
    if not OLDEST_EXPORT <= found.revision <= HEAD:
        raise UsageError(
            f"이 내보내기는 개정 {found.revision}의 것이고, 읽을 수 있는 개정은 {OLDEST_EXPORT}부터 {HEAD}까지입니다."
            " 더 새로운 foresto가 내보낸 것이면 foresto를 올리고, 더 오래된 것이면 그때의 foresto로 가져온 뒤 올리세요."
        )
    if found.format == strict.SPREADSHEET:
        raise UsageError(
            "스프레드시트용 내보내기는 글자를 바꾸어 쓴 것이라 가져올 수 없습니다. parquet이나 csv로 내보내세요."
        )
    if found.world != ("sandbox" if sandbox else "real"):
        raise UsageError("모의 환경의 내보내기와 실제 자료는 섞을 수 없습니다. --sandbox를 맞추세요.")
    # Of years there may be none; every other table has a part, with no rows at the least.
    single = {name for name in found.columns if DAY not in strict.tables()[name].primary_key.columns}
    missing = sorted(single - {part.table for part in found.parts})
    if missing:
        raise UsageError(f"목록에 {missing[0]}의 파일이 없어 온전한 내보내기가 아닙니다. 다시 내보내세요.")


def _check_file(root: int, part: Part) -> None:
    with export_folders.opened(root, part.path) as stream:
        is_long = part.size in {None, os.fstat(stream.fileno()).st_size}
        if not is_long or export_folders.checksum(stream) != part.sha256:
            raise VerificationFailed(f"{part.path}의 내용이 목록과 다릅니다(sha256). 다시 내보내거나 복사하세요.")


def _fill(connection: Connection, root: int, found: Manifest, advance: Advance) -> None:
    _check_empty(connection)
    schema.check(connection, found)
    own = carried_limits.read(connection)
    for name in _replaced(found):
        connection.execute(metadata.tables[name].delete())
    for number, part in enumerate(found.parts):
        advance(number, len(found.parts), part.path)
        _load(connection, root, found, part)
    _check_rows(connection, found)
    carried_limits.merge(connection, own)
    price_sessions.recount(connection)
    if last_export.is_whole(found):
        last_export.remember(connection, found)
    _set_sequences(connection)


def _check_empty(connection: Connection) -> None:
    for name in sorted(set(metadata.tables) - {*LEFT_OUT, *SEEDED, *LOOKED, *carried_limits.TABLES}):
        if connection.scalar(sql("SELECT EXISTS (SELECT 1 FROM {table})", table=name)):
            raise UsageError(
                f"데이터베이스가 비어 있지 않습니다({name}). foresto db restore 폴더로 내장 데이터베이스를 새로"
                " 만들거나, DATABASE_URL에 빈 데이터베이스를 적고 다시 실행하세요."
            )


def _replaced(found: Manifest) -> list[str]:
    """Return the tables whose rows make room: those of which the export has some of its own."""
    seeded = [name for name in SEEDED if name in found.columns]
    looked = LOOKED if set(LOOKED) & set(found.columns) else ()
    # What this database knows of them is added again afterwards.
    return [*seeded, *looked, *carried_limits.TABLES]


def _load(connection: Connection, root: int, found: Manifest, part: Part) -> None:
    types = found.columns[part.table]
    with export_folders.opened(root, part.path) as stream:
        is_csv = found.format == "csv"
        blocks = _pieces(stream, types) if is_csv else parquet.blocks(stream, types, part.rows)
        try:
            names = [strict.today(part.table, column) for column in types]
            taken = copying.rows_in(connection, part.table, names, blocks, header=is_csv)
        except BadPayload as error:
            raise VerificationFailed(f"{part.path}, {error}. 아무것도 바꾸지 않았습니다. 다시 내보내세요.") from None
    if taken != part.rows:
        raise VerificationFailed(
            f"{part.path}: {part.rows:,}행이어야 하는데 {taken:,}행입니다. 아무것도 바꾸지 않았습니다."
        )


def _pieces(stream: BinaryIO, types: Mapping[str, str]) -> Iterator[bytes]:
    header = stream.readline(LONGEST_HEADER)
    if header.rstrip(b"\r\n").decode("utf-8", "replace").split(",") != list(types):
        raise BadPayload("1번째 줄의 열 이름이 목록과 다릅니다")
    yield header
    while chunk := stream.read(export_folders.CHUNK):
        yield chunk


def _check_rows(connection: Connection, found: Manifest) -> None:
    wanted: dict[str, int] = {}
    for part in found.parts:
        wanted[part.table] = wanted.get(part.table, 0) + part.rows
    for name in wanted:
        _check_days(connection, name, found.columns[name])
    for name, rows in wanted.items():
        there = count_rows(connection, name)
        if there != rows:
            raise VerificationFailed(f"{name}: {rows:,}행이어야 하는데 {there:,}행입니다. 아무것도 바꾸지 않았습니다.")


def _check_days(connection: Connection, name: str, types: Mapping[str, str]) -> None:
    """PostgreSQL knows days that Python does not: a table that holds one can never be read again."""
    days = [strict.today(name, column) for column, kind in types.items() if kind.startswith(("date", "timestamp"))]
    for column in days:
        query = sql(
            "SELECT EXISTS (SELECT 1 FROM {table} WHERE {column} < :first OR {column} >= :last)",
            table=name,
            column=column,
        )
        if connection.scalar(query, {"first": date.min, "last": date.max}):
            raise VerificationFailed(
                f"{name}의 {column} 열에 달력에 없는 날짜가 있습니다. 아무것도 바꾸지 않았습니다. 다시 내보내세요."
            )


def _set_sequences(connection: Connection) -> None:
    """Let numbers go on after the newest that came in."""
    for table in metadata.tables.values():
        for column in table.primary_key:
            sequence = connection.scalar(
                text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
            )
            if sequence:
                query = sql(
                    "SELECT setval(:sequence, coalesce(max({column}), 0) + 1, false) FROM {table}",
                    column=column.name,
                    table=table.name,
                )
                connection.execute(query, {"sequence": sequence})
