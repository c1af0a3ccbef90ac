"""The search box: finds a stock or ETF by code or name; opens its page, or lists several."""

from datetime import date
from urllib.parse import quote

from sqlalchemy import Connection

from foresto_cli.datasets.listed import names
from foresto_cli.datasets.listed.names import ETF, STOCK
from foresto_cli.errors import UsageError
from foresto_cli.views.pages.page import Answer, Asked, Moved, Page

SHOWN = 30
LONGEST = 100


def page(connection: Connection, asked: Asked, _: date) -> Answer:
    """Return a redirect to the page of the stock that ``?q=`` names, or a list of stocks with similar names.

    Raises:
        ConfigError: no stocks and no ETFs are stored yet.
    """
    given = asked.get("q", "").strip()[:LONGEST]
    if not given:
        return Page("찾기", "search.html", {"given": "", "found": [], "more": 0})
    try:
        one = names.security_of(connection, given, (STOCK, ETF), takes_part=True)
    except UsageError:
        found = names.alike(connection, given)
    else:
        return Moved(f"/stocks/{quote(one.code, safe='')}")
    return Page(
        f"{given} 찾기",
        "search.html",
        {
            "given": given,
            "found": [
                {"code": one.code, "name": one.name, "kind": names.KINDS[one.kind], "is_listed": one.is_listed}
                for one in found[:SHOWN]
            ],
            "more": max(0, len(found) - SHOWN),
        },
    )
