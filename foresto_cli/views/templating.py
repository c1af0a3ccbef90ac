"""Templates of pages and letters: files beside this module, filled in by jinja2, everything from outside escaped."""

from functools import cache
from typing import TYPE_CHECKING, Any

from foresto_cli import harmless

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=PackageLoader("foresto_cli.views", "templates"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_only_text,
    )


def _only_text(value: object) -> object:
    """Return a text from outside without what turns letters round or cannot be shown; what is no text as it is."""
    return harmless.lines(value) if type(value) is str else value


def filled(name: str, /, **values: Any) -> str:
    """Return the template ``name`` filled in; HTML is escaped, plain text (``.txt``) is not."""
    return _environment().get_template(name).render(**values)
