"""The dashboard: one HTML file that shows the whole state, for the operator's eyes only."""

import webbrowser
from collections.abc import Sequence
from pathlib import Path

from foresto_cli import clock, files
from foresto_cli.app import App
from foresto_cli.datasets.listed.names import Security
from foresto_cli.errors import ForestoError
from foresto_cli.settings import keys_out_of_sight, private_folder
from foresto_cli.views.page import page_facts, view
from foresto_cli.views.pages import kept
from foresto_cli.views.templating import filled

FILE = "dashboard.html"


def render(app: App, stocks: Sequence[Security] = ()) -> str:
    """Return the page as it is now, with links to the pages of ``stocks``; it loads nothing from any server."""
    return filled("dashboard.html", page=view.page(page_facts.gathered(app)), stocks=stocks)


def write(app: App, out: Path | None = None, *, show: bool = False) -> dict[str, object]:
    """Write the page and return the ``--json`` object of ``foresto dashboard``.

    Without ``out`` the pages of stocks are written too, into a folder beside the file
    (:mod:`foresto_cli.views.pages.kept`).

    Args:
        app: what to show.
        out: the file; ``dashboard.html`` in the state folder when None.
        show: open it in the operator's browser.

    Raises:
        ConfigError: the file cannot be written.
    """
    started = clock.monotonic()
    file = out.absolute() if out else private_folder(app.folders.state) / FILE
    stocks = [] if out else kept.write(app)
    files.write(file, render(app, stocks))
    with keys_out_of_sight():
        opened = show and webbrowser.open(file.as_uri())
    return {
        "command": "dashboard",
        "outcome": "done",
        "exit_code": 0,
        "file": f"{file}",
        "bytes": file.stat().st_size,
        "stocks": [one.code for one in stocks],
        "opened": opened,
        "seconds": round(clock.monotonic() - started, 3),
    }


def refresh(app: App) -> None:
    """Write the page after a chain; a failure is printed as a warning and does not fail the chain."""
    try:
        write(app)
    except ForestoError as error:
        app.console.complain(f"! 현황판을 쓰지 못했습니다: {error}")
