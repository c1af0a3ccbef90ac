"""Pages as HTML: read as the live dashboard reads them, printed with what stands around them."""

from dataclasses import dataclass
from datetime import date

import html5lib
import pytest
from sqlalchemy import text

from foresto_cli.live.answers import Site
from foresto_cli.views.templating import filled

SITE = Site((("/market", "시장"), ("/scores", "점수")), "/market", "word", is_sandbox=True, version="0.1.0")
TODAY = date(2026, 11, 20)
"""The sandbox's market ends here."""
SVG = "{http://www.w3.org/2000/svg}svg"
INJECTED = "'; DROP TABLE stocks; --"


@dataclass
class Shown:
    """A page, its HTML, and the HTML's elements."""

    page: object
    html: str

    @property
    def document(self):
        return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(self.html)

    def texts(self, tag, **attributes):
        """The words of every such element."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [
            " ".join("".join(one.itertext()).split())
            for one in self.document.iter(tag)
            if all(one.get(name) == value for name, value in wanted.items())
        ]


def shown(engine, page_of, asked=None, today=TODAY):
    """A page of what is stored, and nothing is written by reading it."""
    with engine.connect().execution_options(postgresql_readonly=True) as connection:
        page = page_of(connection, asked or {}, today)
    found = Shown(page, filled(f"pages/{page.template}", title=page.title, site=SITE, **page.values))
    for element in found.document.iter():
        assert "style" not in element.attrib
        assert element.tag != "style"
        if element.tag == SVG:
            assert element.get("aria-hidden") == "true" or element.get("aria-label")
    return found


def rows(engine, query, **given):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), given)]


def change(engine, query, **given):
    with engine.begin() as connection:
        connection.execute(text(query), given)


@pytest.fixture
def stored(loaded):
    """The engine of the sandbox's market after its first load."""
    return loaded.app.engine
