"""What docs/python.md shows runs as it stands, in both languages, and so does the notebook."""

import json
import re

import pytest
from support import ROOT

from foresto_cli.score import batch

# pandas draws with an attribute that the newest matplotlib advises against.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
PAGES = ("docs/python.md", "docs/python.ko.md")
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"


@pytest.fixture
def scored(asked, tmp_path, monkeypatch):
    batch.score_batch(asked.app, batch.Options(force=True))
    monkeypatch.chdir(tmp_path)
    return asked


def _run(blocks):
    found = {}
    for block in blocks:
        exec(compile(block, "page", "exec"), found)  # noqa: S102  # our own page
    return found


def _code(page):
    return re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_the_page_runs(scored, tmp_path, page):
    found = _run(_code(page))
    assert len(found["samsung"]) > 5
    assert found["closes"].shape[1] > 50
    assert len(found["then"]) > 50
    assert (tmp_path / "samsung.svg").stat().st_size > 1_000


def test_both_pages_show_the_same_code():
    english, korean = ([re.sub(r"#.*", "", block) for block in _code(page)] for page in PAGES)
    assert english == korean


def test_the_notebook_runs(scored):
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    # The test's own database is open already: the sandbox's, as the first cell wants it.
    found = _run(code)
    assert not found["prices"].empty
    assert all(cell.get("outputs", []) == [] for cell in cells if cell["cell_type"] == "code")
