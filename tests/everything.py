"""What tests of all data sets share: a database in which every data set of the sandbox is stored."""

from foresto_cli.datasets.dart import details
from foresto_cli.datasets.dart.statements import Wanted
from foresto_cli.loading import (
    load_capital,
    load_listed,
    load_open_data,
    load_products,
    load_statements,
    load_us_stocks,
)
from foresto_cli.running import job

QUICK = job.Options()


def load_everything(world):
    """Load whatever the market's first load leaves out; what a day's requests do not reach is left."""
    app = world.app
    load_listed.load_stocks(app, QUICK, enrich=True)
    load_statements.load_statements(app, Wanted(), QUICK, full=details.ALL)
    load_statements.reparse(app, QUICK)
    load_capital.load_dividends(app, None, QUICK)
    load_capital.load_actions(app, *load_capital.span(None, None, None), QUICK)
    load_open_data.load_bonds(app, "all", None, QUICK)
    load_open_data.load_dividends(app, QUICK)
    load_products.load_products(app, load_products.ALL, None, QUICK)
    load_us_stocks.load(app, "AAPL,MSFT", QUICK)
    load_us_stocks.prices(app, "AAPL", QUICK)
