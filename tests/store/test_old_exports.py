"""An export of every revision of the tables is kept here and becomes a database of today's."""

import shutil
from pathlib import Path

import pytest

from foresto_cli.archive import strict
from foresto_cli.archive.restore import restore
from foresto_cli.errors import UsageError
from foresto_cli.store import copying, migrate
from foresto_cli.store.tables import metadata

EXPORTS = Path(__file__).parents[1] / "exports"
FIRST = {"0017", "0026"}
"""Kept before there was one of every revision."""


def quiet(*_):
    """No progress."""


def test_an_export_of_every_revision_is_kept():
    """See ``scripts/keep_export.py``, which makes the next one. What is kept here stays for ever."""
    since = {file.name.partition("_")[0] for file in (migrate.FOLDER / "versions").glob("0*.py")}
    assert {place.name for place in EXPORTS.iterdir()} == FIRST | {revision for revision in since if revision > "0026"}
    assert min(FIRST) == migrate.OLDEST_EXPORT


@pytest.mark.parametrize("place", sorted(EXPORTS.iterdir()), ids=lambda place: place.name)
def test_an_export_of_any_revision_becomes_a_database_of_this_one(place, engine):
    """Whatever the export has is there afterwards, word for word; what came later is empty or its default."""
    read = restore(engine, place, sandbox=True, advance=quiet)
    assert read.revision == place.name
    with engine.connect() as connection:
        assert migrate.revision(connection) == migrate.HEAD
        for part in read.parts:
            names = [strict.today(part.table, column) for column in read.columns[part.table]]
            header, kept = (place / part.path).read_bytes().split(b"\n", 1)
            assert header.decode().split(",") == list(read.columns[part.table])
            key = [column.name for column in metadata.tables[part.table].primary_key]
            with copying.rows_out(connection, part.table, names, "TRUE", key) as blocks:
                assert b"".join(blocks) == ",".join(names).encode() + b"\n" + kept, part.table


def test_an_export_of_an_unknown_revision_is_refused(engine, tmp_path):
    kept = next(EXPORTS.iterdir())
    place = shutil.copytree(kept, tmp_path / "other")
    manifest = place / "manifest.json"
    manifest.write_text(manifest.read_text().replace(f'"revision": "{kept.name}"', '"revision": "9999"'))
    with pytest.raises(UsageError, match="9999") as caught:
        restore(engine, place, sandbox=True, advance=quiet)
    assert migrate.HEAD in str(caught.value)
