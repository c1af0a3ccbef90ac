"""raw.githubusercontent.com: the CSV files of FinanceData/fdr_krx_data_cache that FinanceDataReader reads."""

import re
from datetime import date, datetime, time
from pathlib import Path

from foresto_cli.clock import KST
from foresto_cli.sandbox.wire import Answer, Request, plain
from foresto_cli.sandbox.world import World

HOSTS = ("raw.githubusercontent.com",)
PATH = re.compile(r"/FinanceData/fdr_krx_data_cache/refs/heads/master/data/(?P<folder>[\w/]+)/(?P<name>[\d-]+)\.csv")


def answer(request: Request, world: World) -> Answer:
    """Return the file as the robot last wrote it, or GitHub's 404 for one that does not exist."""
    from foresto_cli.sandbox.fdr import fdr_listing, lists, robot

    match = PATH.fullmatch(request.path)
    if not match:
        return missing()
    folder, name, market = match["folder"], match["name"], world.market
    until = _until(request, world)
    if folder.startswith("index/year_"):
        kind = folder.removeprefix("index/year_")
        return lists.index_year(market, kind, name, robot.newest_of_all(until)) or missing()
    day = _day(name)
    written = robot.newest_run(day, until) if day and day >= market.sessions[0] else None
    if day is None or written is None:
        return missing()
    files = {
        "listing/krx": lambda: fdr_listing.listing(
            market, fdr_listing.view(market, day, written, stale=request.fault == "stale")
        ),
        "listing/desc": lambda: lists.description(market, day),
        "listing/delisting": lambda: lists.delisting(market, day),
    }
    return files[folder]() if folder in files else missing()


def _until(request: Request, world: World) -> datetime:
    """Return up to when the robot ran: now, or earlier when it has stopped."""
    stopped = [world.options.mirror_stopped] if world.options.mirror_stopped else []
    if request.fault == "frozen_mirror":
        stopped.append(stop(request.fault_detail))
    return min([world.now, *(moment.astimezone(KST) for moment in stopped)])


def stop(text: str) -> datetime:
    """Return when a mirror stopped that stands still since ``2026-11-06`` (its end) or ``2026-11-20T15:03`` (KST).

    Raises:
        ValueError: it is neither.
    """
    if len(text) <= len("2026-11-06"):
        return datetime.combine(date.fromisoformat(text), time.max, KST)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=KST)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None


def recorded(request: Request, _: World, folder: Path) -> Answer:
    """Return the recorded file."""
    from foresto_cli.sandbox import recorded as recordings

    match = PATH.fullmatch(request.path)
    return (recordings.recorded_fdr.file(folder, match["folder"], match["name"]) if match else None) or missing()


def missing() -> Answer:
    """Return GitHub's answer for a file that does not exist."""
    return plain("404: Not Found", 404)
