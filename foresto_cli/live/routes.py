"""The address of every page. A new page is one line here."""

from dataclasses import dataclass

from foresto_cli.live import collecting
from foresto_cli.live.collecting import PageOfApp
from foresto_cli.screens import find_page
from foresto_cli.views.pages import market_page, scores_page, search, stock_page, table, tables_page
from foresto_cli.views.pages.page import FileOf, PageOf


@dataclass(frozen=True)
class Route:
    """A page and its address.

    Attributes:
        path: of the address; ``{ticker}`` is handed to the page as ``asked["ticker"]``.
        label: its name in the navigation; empty for a page that is not listed there.
        page: the function that returns the page.
    """

    path: str
    label: str
    page: PageOf


@dataclass(frozen=True)
class RouteOfApp:
    """As :class:`Route`, for a page that needs the application."""

    path: str
    label: str
    page: PageOfApp


@dataclass(frozen=True)
class RouteOfFile:
    """A file and its address.

    Attributes:
        path: as in :class:`Route`.
        file: the function that returns the file.
    """

    path: str
    file: FileOf


FILES = (RouteOfFile("/data/{table}.csv", table.file), RouteOfFile("/find.csv", find_page.file))
"""These are matched before :data:`ROUTES`, because ``/data/{table}`` would match ``/data/NAME.csv`` too."""
ROUTES: tuple[Route | RouteOfApp, ...] = (
    RouteOfApp("/", "수집", collecting.page),
    Route("/market", "시장", market_page.page),
    Route("/scores", "점수", scores_page.page),
    Route("/stocks/{ticker}", "", stock_page.page),
    Route("/find", "찾기", find_page.page),
    Route("/data", "데이터", tables_page.page),
    Route("/data/{table}", "", table.page),
    Route("/search", "", search.page),
)
"""In the order of the navigation."""
