"""The documentation site: it is built without a warning, every link in it leads somewhere, and it can be searched.

Which commands, options, names and links stand in its pages is looked at in ``test_documents.py`` and ``test_facts.py``.
"""

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec
from urllib.parse import unquote, urldefrag

import pytest
from pages import PAGES, page
from support import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import site_pages

LOADING = {"script": "src", "link": "href", "img": "src", "iframe": "src"}
"""Elements of which a browser loads something, and where."""
PAIRS = sorted(name for name in PAGES if name.startswith("docs/") and name.replace(".md", ".ko.md") in PAGES)
OF_THE_CODE = {"docs/data.md"}
"""Written by the program in both languages."""
OLDER = {"docs/keys.md", "docs/market-hours.md"}
"""Written before the site: the Korean page says more."""
PARALLEL = [name for name in PAIRS if name not in OF_THE_CODE | OLDER]


class Links(HTMLParser):
    """What a page leads to, what it loads, and the places in it."""

    def __init__(self, text):
        """Read the whole page."""
        super().__init__()
        self.leads, self.loads, self.places = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.places |= {found[name] for name in ("id", "name") if found.get(name)}
        if tag == "a" and found.get("href"):
            self.leads.append(found["href"])
        if tag in LOADING and found.get(LOADING[tag]) and found.get("rel") not in ("canonical", "alternate"):
            self.loads.append(found[LOADING[tag]])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if find_spec("mkdocs") is None:
        pytest.skip("MkDocs is not installed: pip install -c requirements.lock -e '.[docs]'")
    folder = tmp_path_factory.mktemp("site") / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


@pytest.fixture(scope="module")
def read(site):
    return {file: Links(file.read_text(encoding="utf-8")) for file in sorted(site.rglob("*.html"))}


@pytest.mark.long
def test_every_page_is_there_in_both_languages(site):
    for source, name in site_pages.sources().items():
        built = name.replace(".ko.md", ".html").replace(".md", ".html")
        assert (site / built).is_file(), source
        assert (site / "en" / built).is_file(), source


def test_each_language_has_its_own_text(site):
    for source, name in site_pages.sources().items():
        title = re.search(r"^# (.+)$", page(source), re.MULTILINE)[1].replace("`", "")
        korean = name.endswith(".ko.md")
        built = site / ("" if korean else "en") / name.replace(".ko.md", ".html").replace(".md", ".html")
        heading = re.search(r"<h1[^>]*>(.*?)<a ", built.read_text(encoding="utf-8"), re.DOTALL)[1]
        assert re.sub(r"<[^>]+>", "", heading).strip() == title, source


@pytest.mark.long
def test_every_link_and_place_within_the_site_is_there(read):
    wrong, looked_at = [], 0
    for file, links in read.items():
        for target in [*links.leads, *links.loads]:
            if re.match(r"[a-z]+:", target) or file.name == "404.html":
                continue
            path, place = urldefrag(target)
            found = (file.parent / unquote(path)).resolve() if path else file
            looked_at += 1
            there = found.exists() and (not place or found not in read or unquote(place) in read[found].places)
            wrong += [] if there or place == "__skip" else [(file.name, target)]
    assert wrong == []
    assert looked_at > 1_000


def test_nothing_is_loaded_from_another_host(read):
    loaded = {target for links in read.values() for target in links.loads}
    assert len(loaded) > 3
    assert [target for target in loaded if re.match(r"[a-z]+:|//", target) and not target.startswith("data:")] == []


def test_the_site_can_be_searched_in_both_languages(site):
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    found = {entry["location"] for entry in index["docs"]}
    assert {"keys.html#dart", "en/keys.html#dart", "operating.html#업그레이드", "en/operating.html#upgrading"} <= found
    assert len(found) == len(index["docs"])


def test_the_menu_has_every_page_of_docs(site):
    menu = set(re.findall(r"^ +- [^\n]+: ([\w/-]+\.md)$", page("mkdocs.yml"), re.MULTILINE))
    pages = {
        name.replace(".ko.md", ".md") for source, name in site_pages.sources().items() if source.startswith("docs/")
    }
    assert pages - menu == set()


def test_every_name_of_the_menu_is_told_in_english():
    menu = re.findall(r"^ +- ([^:\n]+):", page("mkdocs.yml").partition("\nnav:\n")[2], re.MULTILINE)
    told = set(re.findall(r"^ {12}([^:\n]+): ", page("mkdocs.yml"), re.MULTILINE))
    assert {name for name in menu if re.search("[가-힣]", name)} == told


@pytest.mark.parametrize("english", PARALLEL)
def test_both_languages_have_the_same_headings_and_code(english):
    korean = english.replace(".md", ".ko.md")
    headings = [re.findall(r"^#+ ", re.sub(r"^```.*?^```", "", page(one), flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
                for one in (english, korean)]  # fmt: skip
    assert headings[0] == headings[1]
    blocks = [re.findall(r"^ *```.*?^ *```", page(one), re.DOTALL | re.MULTILINE) for one in (english, korean)]
    ours, theirs = ([re.sub(r" *(#|--) .*", "", block) for block in found] for found in blocks)
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        # A Korean word in a block stands for an English one.
        assert re.fullmatch(r"\S+".join(map(re.escape, re.split("[가-힣]+", other))), one), other


def test_a_page_of_one_language_is_not_taken_for_the_other(tmp_path):
    pages = {"docs/a.md": "a.md", "docs/a.ko.md": "a.ko.md", "docs/b.md": "b.md"}
    assert [site_pages.staged(name, pages) for name in pages.values()] == ["a.en.md", "a.ko.md", "b.md"]
