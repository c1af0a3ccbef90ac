"""Whatever the pages name is there: commands, options, exit codes, tables, columns, files, settings, hosts.

What no code can confirm stands in ``unchecked.toml`` with the reason.
"""

import re

import pytest
from pages import COMMAND, EVERY, EXIT_CODES, GUIDES, PAGES, page, prose, spans, unchecked
from support import ROOT

from foresto_cli.datasets.fss.kinds import KINDS
from foresto_cli.sandbox import hosts
from foresto_cli.settings import forms
from foresto_cli.store.dictionary import described

OPERATING = ("docs/operating.md", "docs/operating.ko.md")
CODE = re.compile(r"exit codes? (\d+)|종료 코드 (\d+)|\bend(?:s|ed)? with (\d+)\b|\b(\d+)(?:으)?로 끝")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
OPTIONS = {
    option
    for command in (COMMAND, COMMAND.commands["run"], *EVERY.values())
    for parameter in command.params
    for option in (*parameter.opts, *parameter.secondary_opts)
} | {"--help", "--sandbox", "--version"}
GROUPS = {name: child.commands for name, child in COMMAND.commands.items() if hasattr(child, "commands")}
FOLDERS = (".", "foresto_cli", "tests", "docs", "benchmarks")
FILE = re.compile(r"[\w./-]+/[\w.-]+|[\w-]+\.(?:py|md|sh|toml|txt|json|log|ini|example)")
NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[a-z_]+(?:\.[A-Za-z_]+)+(?:\(\))?")
TABLES = {name: set(table.columns.keys()) for name, table in described().items()}
NOT_A_TABLE = {"stocks.crno", "stocks.yahoo", "stocks.history", "stocks.ratios", "stocks.dividend_yield"}
"""Data sets that are called like a column."""


def every_word():
    """Return every word of the code and its tests."""
    files = [ROOT / "pyproject.toml"]
    for folder in ("foresto_cli", "tests", "scripts", "benchmarks"):
        files += [*(ROOT / folder).rglob("*.py"), *(ROOT / folder).rglob("*.sh")]
    return {word for file in files for word in re.findall(r"\w+", file.read_text(encoding="utf-8"))}


WORDS = every_word()


def told(pattern, name):
    return {"".join(found) if isinstance(found, tuple) else found for found in pattern.findall(page(name))}


def files_of(name):
    return {span for span in spans(name) if FILE.fullmatch(span)}


def is_there(name):
    parents = [ROOT / folder for folder in FOLDERS]
    # Pages name modules of one room without the room.
    return any((one / name).exists() for one in parents) or any((ROOT / "foresto_cli").rglob(name))


def is_known(name):
    table, _, column = name.rstrip("()").partition(".")
    if column and table in TABLES and name not in NOT_A_TABLE:
        return column in TABLES[table]
    return name.rstrip("()").rsplit(".", 1)[-1] in WORDS


@pytest.mark.parametrize("name", PAGES)
def test_every_command_that_is_named_without_its_program_is_one(name):
    verbs = [span.split()[:2] for span in spans(name) if re.fullmatch(r"[a-z]+ [a-z-]+.*", span)]
    assert [words for words in verbs if words[0] in GROUPS and words[1] not in GROUPS[words[0]]] == [
        words for words in verbs if words == ["verify", "--repair"]
    ]


@pytest.mark.parametrize("name", PAGES)
def test_every_option_is_one(name):
    assert told(OPTION, name) - OPTIONS - unchecked("options").keys() == set()


@pytest.mark.parametrize("name", PAGES)
def test_every_exit_code_is_one(name):
    assert {int(code) for code in told(CODE, name)} - EXIT_CODES == set()


@pytest.mark.parametrize("name", PAGES)
def test_every_file_is_there(name):
    assert {file for file in files_of(name) if not is_there(file)} - unchecked("files").keys() == set()


@pytest.mark.parametrize("name", PAGES)
def test_every_table_column_setting_and_name_of_the_code_is_one(name):
    named = {span for span in spans(name) if NAME.fullmatch(span) and span not in files_of(name)}
    assert {one for one in named if not is_known(one)} - unchecked("names").keys() == set()


@pytest.mark.parametrize("name", [*GUIDES, *OPERATING])
def test_what_stands_in_a_table_of_tables_is_a_table(name):
    heads = r"^\| (?:table|표) \| .*\n\|.*\n((?:\|.*\n)+)"
    rows = "".join(re.findall(heads, prose(name), re.MULTILINE)).splitlines()
    first = {one for row in rows for one in re.findall(r"`([^`]+)`", row.split(" | ")[0])}
    assert len(first) >= 15
    assert {one for one in first if "_" in one or one in TABLES} - TABLES.keys() - {"is_active", "closed_on"} == set()


@pytest.mark.parametrize(("guide", "operating"), list(zip(GUIDES, OPERATING, strict=True)))
def test_every_table_is_named_to_the_operator(guide, operating):
    assert TABLES.keys() - set(re.findall(r"\w+", page(guide) + page(operating))) == set()


@pytest.mark.parametrize("name", OPERATING)
def test_the_tables_of_every_kind_of_product_stand_together(name):
    for kind in KINDS:
        assert f"| `{kind.products.name}`, `{kind.options.name}` |" in page(name)


@pytest.mark.parametrize("name", OPERATING)
def test_every_host_that_is_asked_is_named_and_no_other(name):
    named = set(re.findall(r"`([a-z0-9-]+(?:\.[a-z0-9-]+)+)`", page(name)))
    assert {one for one in named if re.search(r"\.(?:com|co|kr)$", one)} == set(hosts.modules())


def test_every_variable_of_the_tests_is_told_to_who_develops():
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py")]
    read = {name for text in sources for name in re.findall(r'environ[^"\n]*"(FORESTO_[A-Z_]+)"', text)}
    ours = {name for form in forms.OURS for name in form.name.split(", ")}
    assert read - ours - set(re.findall(r"FORESTO_[A-Z_]+", page("CONTRIBUTING.md"))) == set()


@pytest.mark.parametrize("kind", ["options", "files", "names"])
def test_what_is_listed_as_unchecked_still_stands_somewhere(kind):
    everything = "".join(map(page, PAGES))
    assert [one for one in unchecked(kind) if one not in everything] == []
    assert all(unchecked(kind).values()), "each with its reason"


def test_nothing_that_the_code_knows_is_listed_as_unchecked():
    known = [*(one for one in unchecked("options") if one in OPTIONS), *filter(is_there, unchecked("files"))]
    assert known == []
    assert [one for one in unchecked("names") if is_known(one)] == []
