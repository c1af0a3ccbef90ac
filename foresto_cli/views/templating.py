"""Templates of pages and letters: files beside this module, filled in by jinja2, everything from outside escaped."""

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from foresto_cli import harmless

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    made = Environment(
        loader=PackageLoader("foresto_cli.views", "templates"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_only_text,
    )
    made.filters["days_whole"] = _days_whole
    return made


def _only_text(value: object) -> object:
    """Return a text from outside without what turns letters round or cannot be shown; what is no text as it is."""
    return harmless.lines(value) if type(value) is str else value


def _days_whole(value: str) -> "Markup":
    """Return a text as HTML in which dates are not broken at their hyphens."""
    from markupsafe import Markup, escape

    return Markup(DAY.sub(r'<span class="day">\g<0></span>', str(escape(harmless.lines(value)))))  # noqa: S704  # escaped


def filled(name: str, /, **values: Any) -> str:
    """Return the template ``name`` filled in; HTML is escaped, plain text (``.txt``) is not."""
    return _environment().get_template(name).render(**values)
