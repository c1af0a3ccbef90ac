"""The result of a page's function: a page (title, template and values), a redirect, or a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from foresto_cli.output.rows import Rows


@dataclass(frozen=True)
class Page:
    """A page to show.

    Attributes:
        title: in Korean, for the window and the history of the browser.
        template: its file in ``views/templates/pages``.
        values: variables of the template, in addition to those of ``layout.html``.
        status: of the HTTP response.
    """

    title: str
    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Moved:
    """A redirect to ``path`` on this server, which begins with ``/``."""

    path: str


@dataclass(frozen=True)
class File:
    """Rows to download as CSV.

    Attributes:
        name: of the file, without its extension.
        rows: read while the connection stays open.
    """

    name: str
    rows: Rows


Answer = Page | Moved
Asked = Mapping[str, str]
"""Parameters of the path (``ticker``) and of the query string, as the browser sent them."""
PageOf = Callable[[Connection, Asked, date], Answer]
"""A page's function; it takes a connection, the parameters, and today's date (KST).

It may raise UsageError (the parameters are wrong: shown with status 400) and ConfigError (nothing is loaded yet: shown
with the command to run).
"""

FileOf = Callable[[Connection, Asked, date], File]
"""As :data:`PageOf`, for a file."""


def refused(said: str, status: int = 400) -> Page:
    """Return a page that says why nothing can be shown."""
    return Page("보여 줄 수 없습니다", "refused.html", {"said": said}, status)
