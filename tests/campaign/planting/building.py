"""One healthy sandbox database in which every data set is stored, as schedulers would have made it in three weeks."""

from datetime import datetime, timedelta

from support import EVENING

from foresto_cli import clock, data_sets
from foresto_cli.chains import chain
from foresto_cli.chains.steps import CHAINS
from foresto_cli.datasets.dart import details
from foresto_cli.datasets.dart.statements import Wanted
from foresto_cli.loading import load_capital, load_described, load_listed, load_statements, load_us_stocks
from foresto_cli.running import job
from foresto_cli.verify import verification
from foresto_cli.views import watchlist

QUICK = job.Options(workers=4)
BEGIN = EVENING - timedelta(days=7)
US = "AAPL,MSFT,KO"


def fill(opened) -> None:
    """Load everything in front of the sandbox that ``opened`` opens at any moment."""
    _begin(opened)
    _saturday(opened, BEGIN + timedelta(hours=14))
    moment = BEGIN + timedelta(days=3)
    while moment <= EVENING:
        _run(opened, moment.replace(hour=8, minute=15), "morning")
        _run(opened, moment, "weekday_final")
        moment += timedelta(days=1)
    _end(opened)


def _begin(opened) -> None:
    with opened(BEGIN) as world:
        app = world.app
        _whole(world, "initial")
        load_listed.load_stocks(app, QUICK, enrich=True)
        load_statements.load_statements(app, Wanted(), QUICK, full=details.ALL)
        load_statements.reparse(app, QUICK)
        load_us_stocks.load(app, "", QUICK)
    with opened(BEGIN) as world:
        world.execute("DELETE FROM upstream_usage")
        load_us_stocks.load(world.app, US, QUICK)
        load_us_stocks.prices(world.app, US, QUICK)
        watchlist.add(world.app, ["005930"])


def _saturday(opened, moment: datetime) -> None:
    with opened(moment) as world:
        for name in ("weekly", "quarterly", "monthly"):
            world.execute("DELETE FROM upstream_usage")
            _whole(world, name)


def _run(opened, moment: datetime, name: str) -> None:
    with opened(moment) as world:
        _whole(world, name)


def _end(opened) -> None:
    """Verify once more, so that the sizes of what is there now are recorded."""
    with opened(EVENING) as world:
        world.execute("DELETE FROM upstream_usage")
        for one in data_sets.every():
            load_described.load(world.app, one, None, None, QUICK)
        load_capital.load_actions(world.app, *load_capital.span(None, None, None), QUICK)
        verification.verify_weekly(world.app)
        verification.verify_monthly(world.app)


def _whole(world, name: str) -> None:
    app = world.app
    result = chain.run(app, name, CHAINS[name] if name == "initial" else chain.steps.of(app, name), QUICK)
    if result.exit_code not in {0, 3, 65}:
        steps = [(step.command, step.exit_code, step.reasons) for step in result.steps]
        raise AssertionError(f"{name} at {clock.now()}: {steps}")
