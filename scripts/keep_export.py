"""Keep a small export of today's tables in ``tests/exports``, so that every later version is tested to import it.

Run it once for every new revision of the database, with a sandbox of its own (FORESTO_HOME) that was loaded::

    foresto --sandbox run initial && foresto --sandbox run monthly && foresto --sandbox run quarterly
    python scripts/keep_export.py
"""

import shutil
from pathlib import Path

from sqlalchemy import text

from foresto_cli.archive.export import export
from foresto_cli.archive.strict import LEFT_OUT
from foresto_cli.console import Console
from foresto_cli.opening import opened
from foresto_cli.store.fragments import fragment, sql
from foresto_cli.store.migrate import HEAD
from foresto_cli.store.tables import metadata

MOST = 25
"""Rows of each table: enough to hold every kind of value."""
LARGE = {"dart_answer": 2}
"""Rows of the tables whose rows are long."""
PLACE = Path(__file__).parent.parent / "tests" / "exports"


def main() -> None:
    """Drop all but a few rows of every table of the sandbox's database, and export what is left."""
    with opened(Console(), sandboxed=True) as app:
        with app.engine.begin() as connection:
            for name in metadata.tables.keys() - LEFT_OUT - {"data_source"}:
                most = LARGE.get(name, MOST)
                kept = fragment("SELECT ctid FROM {table} ORDER BY ctid LIMIT {most}", table=name, most=most)
                connection.execute(sql("DELETE FROM {table} WHERE ctid NOT IN ({kept})", table=name, kept=kept))
            connection.execute(text("UPDATE data_collection_log SET host = 'laptop'"))
        folder = PLACE / HEAD
        shutil.rmtree(folder, ignore_errors=True)
        export(app.engine, folder, "csv", advance=lambda *_: None)


if __name__ == "__main__":
    main()
