"""Which page stands at which address. A new page is a line here."""

from dataclasses import dataclass

from foresto_cli.live import collecting
from foresto_cli.live.collecting import PageOfApp
from foresto_cli.screens import find_page
from foresto_cli.views.pages import market, scores, search, stock, table, tables
from foresto_cli.views.pages.page import FileOf, PageOf


@dataclass(frozen=True)
class Route:
    """A page and where it stands.

    Attributes:
        path: of its address; ``{ticker}`` is handed to the page as ``asked["ticker"]``.
        label: what the navigation calls it; empty for what does not stand there.
        page: returns it.
    """

    path: str
    label: str
    page: PageOf


@dataclass(frozen=True)
class RouteOfApp:
    """As :class:`Route`, for a page that needs more than a connection."""

    path: str
    label: str
    page: PageOfApp


@dataclass(frozen=True)
class RouteOfFile:
    """A file and where it stands.

    Attributes:
        path: as :class:`Route` has it.
        file: returns it.
    """

    path: str
    file: FileOf


FILES = (RouteOfFile("/data/{table}.csv", table.file), RouteOfFile("/find.csv", find_page.file))
"""Before the pages: an address that ends in ``.csv`` is one of these."""
ROUTES: tuple[Route | RouteOfApp, ...] = (
    RouteOfApp("/", "수집", collecting.page),
    Route("/market", "시장", market.page),
    Route("/scores", "점수", scores.page),
    Route("/stocks/{ticker}", "", stock.page),
    Route("/find", "찾기", find_page.page),
    Route("/data", "데이터", tables.page),
    Route("/data/{table}", "", table.page),
    Route("/search", "", search.page),
)
"""In the order of the navigation."""
