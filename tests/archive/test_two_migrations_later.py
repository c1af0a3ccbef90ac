"""A backup of today is read by a foresto whose tables have changed twice since."""

import shutil

import psycopg
import pytest
from support import ROOT, start_foresto

from foresto_cli.archive import manifest
from foresto_cli.store import embedded
from foresto_cli.store.migrate import HEAD

TODAY = ROOT / "tests" / "exports" / HEAD
MIGRATION = '''"""{said}"""

from alembic import op

revision, down_revision, branch_labels, depends_on = "{revision}", "{before}", None, None


def upgrade() -> None:
    """Upgrade."""
    op.execute("{statement}")
'''
FIRST = "ALTER TABLE stocks ADD nickname varchar(40), ALTER sector TYPE varchar(200)"
SECOND = "ALTER TABLE bonds ADD weight integer NOT NULL DEFAULT 7; CREATE TABLE omens (omen text PRIMARY KEY)"
TABLES = """
from sqlalchemy import Column, Integer, String, Table, Text
metadata.tables["stocks"].append_column(Column("nickname", String(40), comment="later"))
metadata.tables["bonds"].append_column(
    Column("weight", Integer, nullable=False, server_default="7", comment="later")
)
Table("omens", metadata, Column("omen", Text, primary_key=True, comment="later"), comment="later")
"""


@pytest.fixture
def later(tmp_path):
    """The folder of a foresto two migrations after this one."""
    package = shutil.copytree(
        ROOT / "foresto_cli", tmp_path / "later" / "foresto_cli", ignore=shutil.ignore_patterns("__pycache__")
    )
    versions = package / "store" / "migrations" / "versions"
    for said, revision, before, statement in (("First.", "8001", HEAD, FIRST), ("Second.", "8002", "8001", SECOND)):
        text = MIGRATION.format(said=said, revision=revision, before=before, statement=statement)
        (versions / f"{revision}_later.py").write_text(text)
    migrate = package / "store" / "migrate.py"
    migrate.write_text(migrate.read_text().replace(f'HEAD = "{HEAD}"', 'HEAD = "8002"'))
    with (package / "store" / "tables" / "__init__.py").open("a") as catalogue:
        catalogue.write(TABLES)
    return package.parent


def run(home, later, *arguments):
    process = start_foresto(home, "--sandbox", "db", *arguments, cwd=later)
    out, err = process.communicate()
    assert process.returncode == 0, err
    return out


def facts(home):
    with embedded.running(home / "data" / "sandbox") as url, psycopg.connect(url) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
            " WHERE table_schema = 'public' ORDER BY 1, 2"
        ).fetchall()
        rows = [connection.execute("SELECT count(*), count(nickname) FROM stocks").fetchone()]
        rows += connection.execute("SELECT weight, count(*) FROM bonds GROUP BY 1").fetchall()
        rows += connection.execute("SELECT version_num FROM foresto_version").fetchall()
    return columns, rows


@pytest.mark.slow
def test_an_export_of_today_is_restored_two_migrations_later(home, later):
    """A database restored from it is like one that was there all the time and was upgraded."""
    run(home, ROOT, "restore", str(TODAY))
    run(home, later, "upgrade")
    upgraded = facts(home)
    run(home, later, "restore", str(TODAY))
    assert facts(home) == upgraded
    rows = {part.table: part.rows for part in manifest.read(TODAY).parts}
    assert upgraded[1] == [(rows["stocks"], 0), (7, rows["bonds"]), ("8002",)]
