"""Jobs of the timetable that are no chains: watched over like chains, and the page is drawn anew after them."""

from collections.abc import Callable
from typing import TypeVar

from foresto_cli.app import App
from foresto_cli.running.results import Result
from foresto_cli.screens import watched_screens
from foresto_cli.telling import dead_man
from foresto_cli.views import market_mail, page

JOBS: dict[str, Callable[[App], Result]] = {
    "market_email": market_mail.send,
    "watchlist_alerts": watched_screens.notify_moves,
}


Ended = TypeVar("Ended", bound=Result)


def run(app: App, name: str) -> Result:
    """Do the job ``name`` as :func:`watched` does.

    Raises:
        ForestoError: whatever the job raises.
    """
    return watched(app, name, JOBS[name])


def watched(app: App, name: str, work: Callable[[App], Ended]) -> Ended:
    """Do the ``work`` of the job ``name``, with a ping at its start and its end.

    Raises:
        ForestoError: whatever the job raises; the ping has told of the failure.
    """
    with dead_man.switch(app, name) as outcome:
        result = work(app)
        outcome.is_good = result.exit_code == 0
        outcome.body = f"{result.command}: {result.outcome} ({result.exit_code})"
    page.refresh(app)
    return result
