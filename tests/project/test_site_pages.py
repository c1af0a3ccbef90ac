"""Pages that say what the code says: messages, exit codes, sources with their terms, measured numbers."""

import ast
import re

import pytest
from pages import EXIT_CODES, page
from support import ROOT

from foresto_cli.store.complaint_rules import CONNECTING
from foresto_cli.store.sources import SOURCES

HANGUL = re.compile("[가-힣]")
TROUBLE = ("docs/troubleshooting.md", "docs/troubleshooting.ko.md")
PLACE = re.compile(r"\{[a-z]*\}|…")
UNKNOWN = {"docs/data-licence.md": "not known", "docs/data-licence.ko.md": "알려진 것 없음"}
IN_ENGLISH = {"개인, 비상업": "personal, non-commercial"}


def said(node):
    """Yield every text of a module, ``…`` for what is put into it."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield PLACE.sub("…", node.value)
    for child in ast.iter_child_nodes(node):
        yield from said(child)


@pytest.fixture(scope="module")
def messages():
    files = [file for file in (ROOT / "foresto_cli").rglob("*.py") if "migrations" not in file.parts]
    return [text for file in files for text in said(ast.parse(file.read_text("utf-8"))) if HANGUL.search(text)]


def rows(name):
    """Return the cells of every row of the page's tables, without their heads."""
    found = [line.strip("| ").split(" | ") for line in page(name).splitlines() if line.startswith("| ")]
    return [cells for cells in found if cells[0] not in {"message", "메시지", "code", "코드", "source_id"}]


@pytest.mark.long
@pytest.mark.parametrize("name", TROUBLE)
def test_every_message_of_troubleshooting_is_one_of_the_code(messages, name):
    quoted = [cells[0] for cells in rows(name)]
    assert len(quoted) == len(set(quoted)) > 40
    assert [one for one in quoted if not any(one in text for text in messages)] == []


def test_both_pages_of_troubleshooting_have_the_same_messages_and_code():
    english, korean = (
        [(cells[0], re.findall("`([^`]+)`", " ".join(cells[1:]))) for cells in rows(name)] for name in TROUBLE
    )
    english = [(message, [code.replace("name:password@address:port", "이름:비밀번호@주소:포트") for code in codes])
               for message, codes in english]  # fmt: skip
    assert [(message, sorted(codes)) for message, codes in english] == [
        (message, sorted(codes)) for message, codes in korean
    ]


def test_a_message_that_is_not_in_the_code_is_found(messages):
    assert not any("그런 메시지는 어디에도 없습니다." in text for text in messages)


def test_what_a_database_refuses_most_often_is_there():
    told = page(TROUBLE[1])
    advice = [PLACE.sub("…", rule.advice).partition(":")[0] for rule in CONNECTING]
    assert sum(f"| {one}" in told for one in advice) >= 6


@pytest.mark.parametrize("name", ["docs/exit-codes.md", "docs/exit-codes.ko.md"])
def test_the_page_of_exit_codes_has_every_one(name):
    assert {int(code) for cells in rows(name) for code in cells[0].split(", ")} == EXIT_CODES


@pytest.mark.parametrize("name", UNKNOWN)
def test_the_page_of_terms_has_every_source(name):
    told = {cells[0].strip("`"): cells for cells in rows(name)}
    assert told.keys() == {source["source_id"] for source in SOURCES}
    for source in SOURCES:
        terms = source["license_type"]
        korean = name.endswith(".ko.md")
        assert told[source["source_id"]][2] == (
            UNKNOWN[name] if terms is None else terms if korean else IN_ENGLISH.get(terms, terms)
        )


@pytest.mark.parametrize("name", ["docs/comparison.md", "docs/comparison.ko.md"])
def test_measured_numbers_are_those_of_the_benchmarks(name):
    measured = page("benchmarks/README.md").partition("## peers.py")[2].partition("\n## ")[0]
    numbers = re.compile(r"\d[\d,.]*")
    theirs = {number for row in re.findall(r"^\| .+", measured, re.MULTILINE) for number in numbers.findall(row)}
    rows_here = [cells for cells in rows(name) if len(cells) == 6 and cells[1][0].isdigit()]
    assert len(rows_here) == 4
    assert {number for cells in rows_here for number in cells[1:]} - theirs == set()
