"""수집: the state of collection, as ``foresto dashboard`` writes it to its file."""

from collections.abc import Callable

from foresto_cli.app import App
from foresto_cli.views.page import facts, view
from foresto_cli.views.pages.page import Answer, Asked, Page

PageOfApp = Callable[[App, Asked], Answer]
"""A page's function that needs more than a connection; the application's engine writes nothing."""


def page(app: App, asked: Asked) -> Page:  # noqa: ARG001  # as every page
    """Return the state of collection."""
    return Page("수집", "collecting.html", {"page": view.page(facts.gathered(app))})
