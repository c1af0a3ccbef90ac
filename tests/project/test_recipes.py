"""Every recipe of docs/recipes.md runs as it stands on the sandbox's market, and finds something."""

import re

import pytest
from dart_loads import load
from pages import page

from foresto_cli.score import batch

# pandas draws with an attribute that the newest matplotlib advises against.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Glyph:UserWarning"),
]
NAMES = ("docs/recipes.md", "docs/recipes.ko.md")

TOO_SHORT = {"How the scores are spread"}
"""Every stock has a row there, and after these few sessions no score."""


def recipes(name):
    """Return the first block of a page, and heading → code."""
    text = page(name)
    code = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
    first, *rest = re.split(r"^## ", text, flags=re.MULTILINE)
    return code.findall(first)[0], {one.partition("\n")[0]: "".join(code.findall(one)) for one in rest}


@pytest.mark.long
@pytest.mark.usefixtures("no_waiting")
def test_every_recipe_runs_and_finds_something(asked, tmp_path, monkeypatch):
    load(asked, since=2024)
    batch.score_batch(asked.app, batch.Options(force=True))
    # These few sessions have no event of their own.
    asked.execute("UPDATE stock_price_daily SET adj_event = 'SPLIT', adj_factor = 0.2 WHERE ticker = '005930'")
    monkeypatch.chdir(tmp_path)
    first, found = recipes(NAMES[0])
    assert 10 <= len(found) <= 20
    for heading, code in found.items():
        names = {}
        exec(compile(first + code, heading, "exec"), names)  # noqa: S102  # our own page
        rows = names["table"] if heading in TOO_SHORT else names["table"].dropna(how="all")
        assert not rows.empty, heading
        drawn = re.search(r'savefig\("(.+)"\)', code)
        assert drawn is None or (tmp_path / drawn[1]).stat().st_size > 1_000, heading


def test_both_pages_have_the_same_recipes():
    english, korean = ([re.sub(r" *#.*", "", code) for code in recipes(name)[1].values()] for name in NAMES)
    assert english == korean
