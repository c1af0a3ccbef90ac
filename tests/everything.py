"""What tests of all data sets share: a database in which every data set of the sandbox is stored."""

from foresto_cli.datasets.dart.statements import Wanted
from foresto_cli.loading import capital as filings
from foresto_cli.loading import listed as roster
from foresto_cli.loading import open_data as securities
from foresto_cli.loading import products, statements
from foresto_cli.loading import us_stocks as us
from foresto_cli.running import job

QUICK = job.Options()


def load_everything(world):
    """Load whatever the market's first load leaves out; what a day's requests do not reach is left."""
    app = world.app
    roster.load_stocks(app, QUICK, enrich=True)
    statements.load_statements(app, Wanted(), QUICK, full=True)
    statements.reparse(app, QUICK)
    filings.load_dividends(app, None, QUICK)
    filings.load_actions(app, *filings.span(None, None, None), QUICK)
    securities.load_bonds(app, "all", None, QUICK)
    securities.load_dividends(app, QUICK)
    products.load_products(app, products.ALL, None, QUICK)
    us.load(app, "AAPL,MSFT", QUICK)
    us.prices(app, "AAPL", QUICK)
