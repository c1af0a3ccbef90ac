"""What a page of the live dashboard is: a title, a template, and what the template names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from foresto_cli.output.rows import Rows


@dataclass(frozen=True)
class Page:
    """A page to be shown.

    Attributes:
        title: in Korean, for the window and the history of the browser.
        template: the file in ``views/templates/pages`` that it is printed by.
        values: what the template names, beside what ``layout.html`` is given.
        status: of the HTTP answer.
    """

    title: str
    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Moved:
    """What was asked for stands at ``path`` of this server, which begins with ``/``."""

    path: str


@dataclass(frozen=True)
class File:
    """Rows that are given out as CSV.

    Attributes:
        name: of the file, without its ending.
        rows: read while the connection stays open.
    """

    name: str
    rows: Rows


Answer = Page | Moved
Asked = Mapping[str, str]
"""What the address says: its variable parts (``ticker``) and its ``?name=value``, as the browser sent them."""
PageOf = Callable[[Connection, Asked, date], Answer]
"""A page's function: of a connection, what was asked for, and today (KST).

It may raise UsageError (what was asked for cannot be understood: shown with 400) and ConfigError (nothing is loaded
yet: shown with what to run).
"""

FileOf = Callable[[Connection, Asked, date], File]
"""As :data:`PageOf`, for a file."""


def refused(said: str, status: int = 400) -> Page:
    """Return the page that says why nothing is shown."""
    return Page("보여 줄 수 없습니다", "refused.html", {"said": said}, status)
