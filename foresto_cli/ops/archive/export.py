"""``foresto db export``: one consistent snapshot of the tables in files that any tool reads."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, text

from foresto_cli import clock
from foresto_cli.console import Advance
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.ops.archive import manifest as manifests
from foresto_cli.ops.archive import parquet
from foresto_cli.ops.archive.manifest import Manifest, Part
from foresto_cli.settings import PRIVATE_FILE, private_folder
from foresto_cli.store import copying, migrate
from foresto_cli.store.tables import metadata

FORMATS = ("parquet", "csv")
LEFT_OUT = frozenset({"foresto_meta", "upstream_usage", "upstream_block"})
"""Of this one database only: its world, its budgets, its breakers."""
DAY = "trade_date"
"""Tables with this column in their key hold years of days, and are partitioned by year."""


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

    What an earlier export into the same folder wrote and the database still says the same is left as it is.

    Args:
        engine: database.
        folder: made if it is missing, 0700.
        file_format: ``parquet`` or ``csv``.
        tables: names.
        since: leave out the years before this day.
        advance: told of each file.

    Raises:
        UsageError: unknown table or format, or the folder holds something else.
        ConfigError: pyarrow is missing, or the folder cannot be written.
    """
    wanted = _wanted(tables, file_format)
    earlier = _earlier(folder, file_format)
    # One snapshot for all tables, whatever is being loaded meanwhile.
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        head = Manifest(
            revision=migrate.revision(connection) or "",
            world=connection.execute(text("SELECT value FROM foresto_meta WHERE key = 'world'")).scalar_one(),
            format=file_format,
            exported_at=f"{clock.wall():%Y-%m-%dT%H:%M:%S}",
            columns={table.name: _columns(connection, table) for table in wanted},
        )
        known = {part.path: part for part in earlier.parts} if earlier else {}
        if earlier and (earlier.revision, earlier.world) != (head.revision, head.world):
            raise UsageError(f"{folder} 에는 다른 개정이나 다른 세계의 내보내기가 있습니다. 빈 폴더를 적으세요.")
        pieces = [piece for table in wanted for piece in _pieces(connection, table, since)]
        parts = []
        for number, (table, year) in enumerate(pieces):
            advance(number, len(pieces), table.name)
            parts.append(_part(connection, folder, head, (table, year), known))
        advance(len(pieces), len(pieces), "")
    names = {table.name for table in wanted}
    kept = [part for part in known.values() if part.table not in names or _is_before(part, since)]
    columns = {**(earlier.columns if earlier else {}), **head.columns}
    found = replace(head, columns=columns, parts=sorted([*kept, *parts], key=lambda part: part.path))
    for path in known.keys() - {part.path for part in found.parts}:
        (folder / path).unlink(missing_ok=True)
    manifests.write(folder, found)
    return found


def _wanted(names: Sequence[str], file_format: str) -> list[Table]:
    if file_format not in FORMATS:
        raise UsageError(f"--format 은 {' 또는 '.join(FORMATS)} 입니다.")
    if file_format == "parquet":
        parquet.require()
    possible = {name: table for name, table in metadata.tables.items() if name not in LEFT_OUT}
    unknown = sorted(set(names) - set(possible))
    if unknown:
        raise UsageError(f"내보낼 수 없는 표입니다: {', '.join(unknown)}. foresto db size 가 표의 이름을 보여 줍니다.")
    return [table for name, table in sorted(possible.items()) if not names or name in names]


def _earlier(folder: Path, file_format: str) -> Manifest | None:
    try:
        private_folder(folder)
        strangers = any(folder.iterdir()) and not (folder / manifests.NAME).exists()
    except OSError as error:
        raise ConfigError(f"{folder} 에 쓸 수 없습니다({error.strerror}). 다른 폴더를 적으세요.") from None
    if strangers:
        raise UsageError(f"{folder} 에 다른 파일이 있습니다. 빈 폴더나 전에 내보낸 폴더를 적으세요.")
    if not (folder / manifests.NAME).exists():
        return None
    found = manifests.read(folder)
    if found.format != file_format:
        raise UsageError(f"{folder} 에는 {found.format} 내보내기가 있습니다. 다른 폴더를 적거나 --format 을 맞추세요.")
    return found


def _columns(connection: Connection, table: Table) -> dict[str, str]:
    query = text(
        "SELECT attname, format_type(atttypid, NULL) AS kind FROM pg_attribute"
        " WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
    )
    return {row.attname: row.kind for row in connection.execute(query, {"name": table.name})}


def _pieces(connection: Connection, table: Table, since: date | None) -> Iterator[tuple[Table, int | None]]:
    if DAY not in table.primary_key.columns:
        yield table, None
        return
    years = connection.scalars(text(f"SELECT DISTINCT extract(year FROM {DAY})::int FROM {table.name} ORDER BY 1"))  # noqa: S608  # our own names
    for year in years.all():
        if since is None or year >= since.year:
            yield table, year


def _is_before(part: Part, since: date | None) -> bool:
    return since is not None and part.year is not None and part.year < since.year


def _part(
    connection: Connection,
    folder: Path,
    head: Manifest,
    piece: tuple[Table, int | None],
    known: dict[str, Part],
) -> Part:
    table, year = piece
    place = Path(table.name) if year is None else Path(table.name) / f"year={year}"
    path = f"{place / 'part-0'}.{head.format}"
    where = "TRUE" if year is None else f"{DAY} >= '{year}-01-01' AND {DAY} < '{year + 1}-01-01'"
    days = f"min({DAY}), max({DAY})" if DAY in table.columns else "NULL, NULL"
    rows, first, last, state = connection.execute(
        text(f"SELECT count(*), {days}, {_fingerprint(table)} FROM {table.name} row WHERE {where}")  # noqa: S608  # our own names
    ).one()
    before = known.get(path)
    if before and (before.rows, before.state) == (rows, state) and (folder / path).exists():
        return before
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    _copy(connection, table, where, head, partial)
    partial.chmod(PRIVATE_FILE)
    partial.replace(target)
    return Part(path, table.name, year, rows, _iso(first), _iso(last), state, manifests.checksum(target))


def _fingerprint(table: Table) -> str:
    """Return SQL for what changes whenever any row of the group does, in whatever order they lie."""
    return f"coalesce(sum(hashtextextended(row::{table.name}::text, 0)::numeric), 0)::text"


def _copy(connection: Connection, table: Table, where: str, head: Manifest, target: Path) -> None:
    types = head.columns[table.name]
    key = [column.name for column in table.primary_key] or list(types)
    places = _places(connection, table, types, where)
    with copying.rows_out(connection, table.name, types, where, key) as blocks:
        if head.format == "parquet":
            parquet.write(blocks, target, types, places)
        else:
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE), "wb") as stream:
                stream.writelines(blocks)


def _places(connection: Connection, table: Table, types: dict[str, str], where: str) -> dict[str, int]:
    numbers = [name for name, kind in types.items() if kind == "numeric"]
    if not numbers:
        return {}
    scales = ", ".join(f"coalesce(max(scale({name})), 0)" for name in numbers)
    found = connection.execute(text(f"SELECT {scales} FROM {table.name} WHERE {where}")).one()  # noqa: S608  # our own names
    return dict(zip(numbers, found, strict=True))


def _iso(day: Any) -> str | None:  # noqa: ANN401  # a date or nothing
    return None if day is None else f"{day}"
