"""Tables of the data sets that one file describes: made when the file is new, without a migration."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from foresto_cli import data_sets
from foresto_cli.errors import StoreRefused


def lack(connection: Connection) -> bool:
    """Say whether a data set was described after this database was made; our tables are there."""
    return not set(data_sets.labels()) <= _noted(connection)


def add(connection: Connection) -> None:
    """Make the tables of the data sets that were described after this database was made: they need no migration.

    Raises:
        StoreRefused: another program has a table of that name.
    """
    noted = _noted(connection)
    for one in data_sets.every():
        if one.name in noted:
            continue
        if connection.scalar(text("SELECT to_regclass(:name)"), {"name": one.table.name}) is not None:
            raise StoreRefused(
                f"표 {one.table.name}이 이미 있는데 foresto가 만든 것이 아닙니다."
                " 그 표의 이름을 바꾸고 다시 실행하세요."
            )
        one.table.create(connection)
    note(connection, noted | set(data_sets.labels()))


def _noted(connection: Connection) -> set[str]:
    found = connection.scalar(text("SELECT value FROM foresto_meta WHERE key = 'datasets'"))
    return set(found.split(",")) if found else set()


def note(connection: Connection, names: Iterable[str]) -> None:
    """Write down which described data sets have their tables."""
    connection.execute(
        text(
            "INSERT INTO foresto_meta (key, value) VALUES ('datasets', :names)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        ),
        {"names": ",".join(sorted(names))},
    )
