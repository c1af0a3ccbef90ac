"""``foresto db backup``: one consistent snapshot of the tables in files that any tool reads."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, Engine, String, Table, text

from foresto_cli import clock
from foresto_cli.archive import export_folders, last_export, parquet, schema, strict
from foresto_cli.archive import manifest as manifests
from foresto_cli.archive.manifest import Manifest, Part
from foresto_cli.archive.strict import DAY, FORMATS
from foresto_cli.console import Advance
from foresto_cli.errors import ConfigError, UsageError, VerificationFailed
from foresto_cli.settings import private_folder
from foresto_cli.store import copying, migrate
from foresto_cli.store.engine import is_reader
from foresto_cli.store.fragments import Fragment, fragment, sql

BOM = b"\xef\xbb\xbf"
QUARTER = fragment("date_trunc('quarter', {day})", day=DAY)
"""First in the order of years of days: a reader of one day or one stock skips most row groups by their statistics."""


def export(  # noqa: PLR0913  # what, where, how
    engine: Engine,
    folder: Path,
    file_format: str,
    *,
    tables: Sequence[str] = (),
    since: date | None = None,
    advance: Advance,
) -> Manifest:
    """Write ``tables`` (all when none are named) below ``folder`` and return the manifest.

    Files of an earlier export into the same folder are kept when their rows have not changed. The time of a complete
    export is stored in the database, unless the connection can only read.

    Args:
        engine: database.
        folder: created with mode 0700 when it is missing; a symbolic link to a folder is followed.
        file_format: ``parquet``, ``csv`` or ``spreadsheet`` (CSV in which no text is a formula).
        tables: names.
        since: leave out the years before this day.
        advance: called for each file.

    Raises:
        UsageError: a table or format is unknown, or the folder has other files or an invalid manifest.
        VerificationFailed: a file of the earlier export that this one would keep is missing or damaged.
        ConfigError: pyarrow is missing, or the folder cannot be written.
        Busy: another foresto exports into the folder.
    """
    wanted = _wanted(tables, file_format)
    try:
        private_folder(folder)
    except ConfigError as error:
        raise ConfigError(f"{error} 다른 폴더를 적어도 됩니다.") from None
    with export_folders.entered(folder, alone=True) as root:
        earlier = _earlier(root, folder, file_format)
        # One snapshot for all tables, although other commands may be loading.
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            connection.execute(text("SET TRANSACTION READ ONLY"))
            made = _written(connection, root, _head(connection, file_format, wanted), earlier, since, advance)
    if last_export.is_whole(made) and (since is None or earlier) and not is_reader(engine):
        with engine.begin() as connection:
            last_export.remember(connection, made)
    return made


def _head(connection: Connection, file_format: str, wanted: Sequence[Table]) -> Manifest:
    columns = {table.name: schema.columns(connection, table) for table in wanted}
    # Over all years, because readers of several files take the types from the first one.
    places = {name: _places(connection, name, types) for name, types in columns.items()}
    return Manifest(
        revision=migrate.revision(connection) or "",
        world=connection.execute(text("SELECT value FROM foresto_meta WHERE key = 'world'")).scalar_one(),
        format=file_format,
        exported_at=f"{clock.wall():%Y-%m-%dT%H:%M:%S}",
        columns=columns,
        places=places if file_format == "parquet" else {},
    )


def _written(  # noqa: PLR0913, PLR0917  # what, where, how
    connection: Connection,
    root: int,
    head: Manifest,
    earlier: Manifest | None,
    since: date | None,
    advance: Advance,
) -> Manifest:
    """Write the parts that differ from ``earlier``; all checks are made before the first file is changed."""
    if earlier and (earlier.revision, earlier.world) != (head.revision, head.world):
        raise UsageError("그 폴더에는 다른 개정이나 다른 세계의 내보내기가 있습니다. 빈 폴더를 적으세요.")
    if earlier:
        schema.check(connection, earlier)
    known = {part.path: part for part in earlier.parts} if earlier else {}
    same = {name for name in head.columns if not earlier or earlier.places.get(name) == head.places.get(name)}
    # When a table has more decimal places than before, its earlier years are rewritten too.
    before = {name: since if name in same else None for name in head.columns}
    kept = [part for part in known.values() if part.table not in before or _is_before(part, before[part.table])]
    pieces = [piece for name in head.columns for piece in _pieces(connection, strict.tables()[name], before[name])]
    _check_places(root, known, kept, [_path(table, year, head) for table, year in pieces])
    parts = []
    for number, (table, year) in enumerate(pieces):
        advance(number, len(pieces), table.name)
        parts.append(_part(connection, root, head, (table, year), known if table.name in same else {}))
    advance(len(pieces), len(pieces), "")
    columns = {**(earlier.columns if earlier else {}), **head.columns}
    places = {**(earlier.places if earlier else {}), **head.places}
    found = replace(head, columns=columns, places=places, parts=sorted([*kept, *parts], key=lambda part: part.path))
    manifests.put(root, found)
    for path in known.keys() - {part.path for part in found.parts}:
        # A file that differs from the manifest may be somebody else's.
        if manifests.is_whole(root, known[path]):
            export_folders.remove(root, path)
    return found


def _check_places(root: int, known: Mapping[str, Part], kept: Sequence[Part], wanted: Sequence[str]) -> None:
    for path in {*known, *wanted}:
        export_folders.check_plain(root, path)
    for part in kept:
        if not manifests.is_whole(root, part):
            raise VerificationFailed(
                f"이번에 쓰지 않을 {part.path}이 없거나 목록과 다릅니다. --tables와 --since 없이 다시 내보내세요."
            )


def _wanted(names: Sequence[str], file_format: str) -> list[Table]:
    if file_format not in FORMATS:
        raise UsageError("--format은 parquet 또는 csv입니다.")
    if file_format == "parquet":
        parquet.require()
    possible = strict.tables()
    unknown = sorted(set(names) - set(possible))
    if unknown:
        raise UsageError(f"내보낼 수 없는 표입니다: {', '.join(unknown)}. foresto db size가 표의 이름을 보여 줍니다.")
    return [table for name, table in sorted(possible.items()) if not names or name in names]


def _earlier(root: int, folder: Path, file_format: str) -> Manifest | None:
    there = export_folders.names(root)
    if not there:
        return None
    if manifests.NAME not in there:
        raise UsageError(f"{folder}에 다른 파일이 있습니다. 빈 폴더나 전에 내보낸 폴더를 적으세요.")
    found = manifests.found(root, folder)
    if found.format != file_format:
        raise UsageError(f"{folder}에는 {found.format} 내보내기가 있습니다. 다른 폴더를 적거나 --format을 맞추세요.")
    return found


def _pieces(connection: Connection, table: Table, since: date | None) -> Iterator[tuple[Table, int | None]]:
    if DAY not in table.primary_key.columns:
        yield table, None
        return
    years = connection.scalars(
        sql("SELECT DISTINCT extract(year FROM {day})::int FROM {table} ORDER BY 1", day=DAY, table=table.name)
    )
    for year in years.all():
        if since is None or year >= since.year:
            yield table, year


def _is_before(part: Part, since: date | None) -> bool:
    return since is not None and part.year is not None and part.year < since.year


def _path(table: Table, year: int | None, head: Manifest) -> str:
    return strict.path_of(table.name, year, 0, head.format)


def _part(
    connection: Connection,
    root: int,
    head: Manifest,
    piece: tuple[Table, int | None],
    known: Mapping[str, Part],
) -> Part:
    table, year = piece
    path = _path(table, year, head)
    where = _where(year)
    days = fragment("min({day}), max({day})", day=DAY) if DAY in table.columns else Fragment("NULL, NULL")
    rows, first, last, state = connection.execute(
        sql(
            "SELECT count(*), {days}, {state} FROM {table} row WHERE {where}",
            days=days,
            state=_fingerprint(table),
            table=table.name,
            where=where,
        )
    ).one()
    before = known.get(path)
    if before and (before.rows, before.state) == (rows, state) and manifests.is_whole(root, before):
        return before
    with export_folders.made(root, path) as stream:
        _copy(connection, table, where, head, stream)
    with export_folders.opened(root, path) as stream:
        size, digest = os.fstat(stream.fileno()).st_size, export_folders.checksum(stream)
    return Part(path, table.name, year, rows, _iso(first), _iso(last), state, digest, size)


def _where(year: int | None) -> Fragment:
    """Return the condition for the rows of ``year``; for all rows when None."""
    if year is None:
        return Fragment("TRUE")
    return fragment("{day} >= '{year}-01-01' AND {day} < '{next}-01-01'", day=DAY, year=year, next=year + 1)


def _fingerprint(table: Table) -> Fragment:
    """Return SQL for a checksum of the rows that does not depend on their order."""
    return fragment("coalesce(sum(hashtextextended(row::{table}::text, 0)::numeric), 0)::text", table=table.name)


def _copy(connection: Connection, table: Table, where: Fragment, head: Manifest, target: BinaryIO) -> None:
    types = head.columns[table.name]
    key: list[str] = [column.name for column in table.primary_key] or list(types)
    if head.format == "parquet" and DAY in table.primary_key.columns:
        key = [QUARTER, *key]
    places = head.places.get(table.name, {})
    quoted = _texts(table) if head.format == strict.SPREADSHEET else frozenset()
    with copying.rows_out(connection, table.name, types, where, key, quoted=quoted) as blocks:
        if head.format == "parquet":
            parquet.write(blocks, target, types, places)
        else:
            # Without a byte order mark, spreadsheets read Korean in another character set.
            target.write(BOM if quoted else b"")
            target.writelines(blocks)


def _texts(table: Table) -> frozenset[str]:
    return frozenset(column.name for column in table.columns if isinstance(column.type, String))


def _places(connection: Connection, table: str, types: Mapping[str, str]) -> dict[str, int]:
    numbers = [name for name, kind in types.items() if kind == "numeric"]
    if not numbers:
        return {}
    scales = [fragment("coalesce(max(scale({name})), 0)", name=name) for name in numbers]
    found = connection.execute(sql("SELECT {scales} FROM {table}", scales=scales, table=table)).one()
    return dict(zip(numbers, found, strict=True))


def _iso(day: object) -> str | None:
    return None if day is None else f"{day}"
