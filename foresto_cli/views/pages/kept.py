"""Pages of the watched and the best scored stocks as private files beside the dashboard's; older ones are deleted."""

import re
from datetime import date

from sqlalchemy import Connection, text

import foresto_cli
from foresto_cli import clock, files
from foresto_cli.app import App
from foresto_cli.datasets.listed.names import ETF, KNOWN, STOCK, Security
from foresto_cli.settings import private_folder
from foresto_cli.views.pages import stock_page
from foresto_cli.views.pages.stock_chart import Span
from foresto_cli.views.templating import filled
from foresto_cli.views.top_scores import Wanted, best

FOLDER = "stocks"
OURS = re.compile(r"[0-9A-Z]{6}\.html")
TOP = 10
WATCHED = text("SELECT ticker FROM watchlist ORDER BY created_at, ticker")


def write(app: App) -> list[Security]:
    """Write the pages, delete those of other stocks, and return the securities that have a page.

    Raises:
        ConfigError: a file cannot be written.
    """
    folder = private_folder(app.folders.state) / FOLDER
    with app.engine.connect() as connection:
        found = wanted(connection)
        if not found and not folder.is_dir():
            return []
        private_folder(folder)
        for one in found:
            files.write(folder / f"{one.code}.html", written(app, connection, one, clock.today()))
    kept = {f"{one.code}.html" for one in found}
    for file in folder.iterdir():
        if OURS.fullmatch(file.name) and file.name not in kept:
            file.unlink(missing_ok=True)
    return found


def wanted(connection: Connection) -> list[Security]:
    """Return the securities that get a page: watched stocks and ETFs first, then the best scores."""
    top = best(connection, Wanted(top=TOP))
    codes = [*connection.scalars(WATCHED), *(f"{row['ticker']}" for row in (top.rows if top else ()))]
    everyone = [Security(*row) for kind in (STOCK, ETF) for row in connection.execute(KNOWN[kind])]
    known = {one.code: one for one in everyone}
    return [known[code] for code in dict.fromkeys(codes) if code in known]


def written(app: App, connection: Connection, one: Security, today: date) -> str:
    """Return the page of a security as one HTML file that loads nothing from any server."""
    page = stock_page.of(connection, one, Span(), today, alone=True)
    return filled(
        f"pages/{page.template}",
        title=page.title,
        is_sandbox=app.sandbox is not None,
        version=foresto_cli.__version__,
        stamp=f"{clock.now():%Y-%m-%d %H:%M:%S}",
        **page.values,
    )
