"""raw.githubusercontent.com: the CSV files of FinanceData/fdr_krx_data_cache that FinanceDataReader reads."""

import re
from datetime import date
from pathlib import Path

from foresto_cli.sandbox.wire import Answer, Request, plain
from foresto_cli.sandbox.world import World

HOSTS = ("raw.githubusercontent.com",)
PATH = re.compile(r"/FinanceData/fdr_krx_data_cache/refs/heads/master/data/(?P<folder>[\w/]+)/(?P<name>[\d-]+)\.csv")


def answer(request: Request, world: World) -> Answer:
    """Return the file, or GitHub's 404 for one that does not exist."""
    from foresto_cli.sandbox.fdr import listing, lists

    match = PATH.fullmatch(request.path)
    if not match:
        return missing()
    folder, name, market = match["folder"], match["name"], world.market
    if folder.startswith("index/year_"):
        return lists.index_year(market, folder.removeprefix("index/year_"), name) or missing()
    day = _day(name)
    if day is None or not market.sessions[0] <= day <= market.now.date():
        return missing()
    files = {
        "listing/krx": lambda: listing.listing(market, listing.view(market, day, stale=request.fault == "stale")),
        "listing/desc": lambda: lists.description(market, day),
        "listing/delisting": lambda: lists.delisting(market, day),
    }
    return files[folder]() if folder in files else missing()


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None


def recorded(request: Request, _: World, folder: Path) -> Answer:
    """Return the recorded file."""
    from foresto_cli.sandbox import recorded as recordings

    match = PATH.fullmatch(request.path)
    return (recordings.fdr.file(folder, match["folder"], match["name"]) if match else None) or missing()


def missing() -> Answer:
    """Return GitHub's answer for a file that does not exist."""
    return plain("404: Not Found", 404)
