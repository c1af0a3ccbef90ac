"""Every table and column says what it is: in the code, in the database and on the pages made of it."""

import re

import pytest
import typer
from alembic import command
from alembic.config import Config
from conftest import own_database
from sqlalchemy import create_engine, text
from support import ROOT

from foresto_cli.cli import app
from foresto_cli.store import comments, described, dictionary, migrate
from foresto_cli.store.addresses import psycopg_url
from foresto_cli.store.tables import metadata
from foresto_cli.store.tables.view_columns import VIEWS
from foresto_cli.store.views import VIEWS as QUERIES

DESCRIBED = dictionary.described()
LONGEST = 140
VALUES = r"\([^)]*\)|관리종목|투자주의환기종목|12월|미정|소속부|기타|철|주권|외국주권"
"""Korean that an English text quotes."""
PARTICLE = re.compile(r"[0-9A-Za-z)`\"] (?:은|는|이|가|을|를|에|의|로|으로|와|과|만|도)(?=[ .,)]|$)")
"""A particle apart from its word."""


def catalogue(engine):
    """Return the comments of a database: (table, column or None) → comment."""
    with engine.connect() as connection:
        names = sorted(DESCRIBED)
        return {
            (table, column): said
            for table, _, column, said in connection.execute(comments.FOUND, {"names": names})
            if (table, column) in comments.wanted()
        }


def group_names(node, path=()):
    """Yield every command by its words."""
    for name, child in getattr(node, "commands", {}).items():
        yield " ".join((*path, name))
        yield from group_names(child, (*path, name))


COMMANDS = frozenset(group_names(typer.main.get_command(app())))


@pytest.mark.parametrize("name", sorted(DESCRIBED))
def test_every_table_says_what_one_row_is_in_both_languages(name):
    table = DESCRIBED[name]
    assert table.comment, f'{name}: **table_said("한 행은 …", "One row …", fills="…", reads="…")'
    assert table.comment.startswith("한 행은 ")
    assert table.info["en"].startswith("One row ")
    assert not table.comment.endswith(".")
    known = COMMANDS | {"*"}
    assert [one for one in (*table.info["fills"], *table.info["reads"]) if one not in known] == []


def problems(column):
    """Return what is wrong with the description of a column."""
    korean, english = column.comment or "", column.info.get("en", "")
    both = (korean, english)
    says_null = ["NULL" in said for said in both]
    wrong = {
        'no description: **said("무엇인지, 단위. NULL인 때", "the same in English")': not all(both),
        "not one line without a full stop": any(said != " ".join(said.split()).rstrip(".") for said in both),
        "too long": max(map(len, both)) > LONGEST,
        "no Korean": not re.search(r"[가-힣]", korean) and korean != english,
        "Korean in English": re.search(r"[가-힣]", re.sub(VALUES, "", english)),
        "a particle apart from its word": PARTICLE.search(korean),
        "does not say when it is NULL": column.nullable and not all(says_null) and column.table.metadata is metadata,
        "is never NULL": not column.nullable and any(says_null),
    }
    return [reason for reason, applies in wrong.items() if applies]


@pytest.mark.parametrize("name", sorted(DESCRIBED))
def test_every_column_says_what_it_is_in_both_languages(name):
    found = {column.name: problems(column) for column in DESCRIBED[name].columns}
    assert {column: wrong for column, wrong in found.items() if wrong} == {}


@pytest.mark.long
def test_the_database_says_what_the_code_says(engine):
    found = catalogue(engine)
    wanted = comments.wanted()
    assert found.keys() == wanted.keys()
    assert {place: (found[place], said) for place, said in wanted.items() if found[place] != said} == {}


def test_the_views_of_the_dictionary_are_those_of_the_database(engine):
    assert VIEWS.tables.keys() == QUERIES.keys()
    with engine.connect() as connection:
        for view in VIEWS.tables.values():
            rows = connection.execute(
                text(
                    "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
                    " WHERE attrelid = to_regclass(:name) AND attnum > 0 ORDER BY attnum"
                ),
                {"name": view.name},
            ).all()
            assert [row.attname for row in rows] == [column.name for column in view.columns]
            spelt = [kind.replace("character varying", "varchar") for _, kind in rows]
            assert spelt == [column.type.compile(dictionary.DIALECT).lower() for column in view.columns]


def test_a_comment_that_was_changed_or_lost_is_put_right_and_nothing_else_is_written(engine):
    with engine.begin() as connection:
        assert comments.write(connection) == 0
        connection.execute(text("COMMENT ON COLUMN bonds.name IS NULL"))
        connection.execute(text("COMMENT ON TABLE stocks IS '100% wrong'"))
        connection.execute(text("COMMENT ON COLUMN financial_statement.roe IS 'it''s old'"))
        connection.execute(text("CREATE TABLE somebody_elses (name text)"))
        connection.execute(text("COMMENT ON COLUMN somebody_elses.name IS 'left alone'"))
        assert comments.write(connection) == 3
        assert comments.write(connection) == 0
        theirs = connection.scalar(text("SELECT col_description('somebody_elses'::regclass, 1)"))
        assert theirs == "left alone"
    assert catalogue(engine) == comments.wanted()


@pytest.mark.long
def test_a_database_that_is_upgraded_says_it_too(server):
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    with own_database(server) as url:
        engine = create_engine(psycopg_url(url))
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0001")
            command.upgrade(config, "head")
            described.add(connection)
        assert catalogue(engine) == comments.wanted()
        engine.dispose()


def test_every_table_has_its_place_on_the_pages():
    placed = [name for *_, names in dictionary.GROUPS for name in names]
    assert sorted(placed) == sorted(DESCRIBED)


@pytest.mark.parametrize("language", [dictionary.KOREAN, dictionary.ENGLISH], ids=["korean", "english"])
def test_the_pages_are_what_the_code_renders(language):
    again = "python -c 'from foresto_cli.store import dictionary as d; d.write()'"
    there = (ROOT / language.file).read_text(encoding="utf-8")
    assert there == dictionary.render(language), f"{language.file} is old; write it with: {again}"
    headings = re.findall(r"^### (\w+)", there, re.MULTILINE)
    assert sorted(headings) == sorted(DESCRIBED)


def test_both_pages_have_the_same_lines():
    korean, english = (dictionary.render(page).splitlines() for page in (dictionary.KOREAN, dictionary.ENGLISH))
    shape = [re.sub(r"[^|#`-].*", "", line) for line in korean]
    assert shape == [re.sub(r"[^|#`-].*", "", line) for line in english]
