"""수집: the state of collection, as ``foresto dashboard`` writes it to its file, with what can be done about alerts."""

from collections.abc import Callable
from dataclasses import replace

from foresto_cli.app import App
from foresto_cli.views.page import facts, view
from foresto_cli.views.pages.page import Answer, Asked, Page

PageOfApp = Callable[[App, Asked, str], Answer]
"""A page's function that needs more than a connection; the application's engine writes nothing.

The last argument is the word that forms have to send.
"""


def page(app: App, asked: Asked, form: str) -> Page:  # noqa: ARG001  # as every page
    """Return the state of collection."""
    found = facts.gathered(app)
    found = replace(found, happening=replace(found.happening, form=form))
    return Page("수집", "collecting.html", {"page": view.page(found)})
