"""The columns of an export against those of the database it came from or goes into."""

from sqlalchemy import Connection, Table, text

from foresto_cli.archive import strict
from foresto_cli.archive.manifest import Manifest
from foresto_cli.errors import UsageError
from foresto_cli.store.migrate import HEAD


def columns(connection: Connection, table: Table) -> dict[str, str]:
    """Return foresto's own columns of ``table``, as the database has them, with their types in PostgreSQL's words."""
    query = text(
        "SELECT attname, format_type(atttypid, NULL) AS kind FROM pg_attribute"
        " WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
    )
    rows = connection.execute(query, {"name": table.name})
    return {row.attname: row.kind for row in rows if row.attname in table.columns}


def check(connection: Connection, manifest: Manifest) -> None:
    """Let pass when the export has exactly the columns and types of the database, in whatever order.

    An export of an earlier revision may lack what came later, if the database knows a value for it (NULL or a default).

    Raises:
        UsageError: it has not; the message names table and column.
    """
    known = strict.tables()
    is_earlier = manifest.revision != HEAD
    for name, exported in manifest.columns.items():
        said = {strict.today(name, column): kind for column, kind in exported.items()}
        there = columns(connection, known[name])
        different = [column for column in {**there, **said} if there.get(column) != said.get(column)]
        if is_earlier:
            different = [column for column in different if column in said or not _is_filled(known[name], column)]
        if different:
            raise UsageError(
                f"목록의 columns.{name}.{different[0]}이 데이터베이스의 표와 다릅니다. 새 폴더에 다시 내보내세요."
            )


def _is_filled(table: Table, column: str) -> bool:
    """Say whether a row without ``column`` can be stored."""
    found = table.columns[column]
    return bool(found.nullable) or found.server_default is not None
