"""What tests of all data sets share: a database in which every data set of the sandbox is stored."""

from foresto_cli.datasets.dart import details
from foresto_cli.datasets.dart.statements import Wanted
from foresto_cli.loading import capital, listed, open_data, products, statements, us_stocks
from foresto_cli.running import job

QUICK = job.Options()


def load_everything(world):
    """Load whatever the market's first load leaves out; what a day's requests do not reach is left."""
    app = world.app
    listed.load_stocks(app, QUICK, enrich=True)
    statements.load_statements(app, Wanted(), QUICK, full=details.ALL)
    statements.reparse(app, QUICK)
    capital.load_dividends(app, None, QUICK)
    capital.load_actions(app, *capital.span(None, None, None), QUICK)
    open_data.load_bonds(app, "all", None, QUICK)
    open_data.load_dividends(app, QUICK)
    products.load_products(app, products.ALL, None, QUICK)
    us_stocks.load(app, "AAPL,MSFT", QUICK)
    us_stocks.prices(app, "AAPL", QUICK)
