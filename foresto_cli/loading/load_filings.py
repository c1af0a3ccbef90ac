"""Which loaders the commands about filings run."""

from datetime import date

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.collecting.derived import Derived
from foresto_cli.collecting.loader import Loader
from foresto_cli.datasets.dart import filing_marks
from foresto_cli.errors import UsageError
from foresto_cli.loading import load_statements
from foresto_cli.running import job
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result


def load_filings(app: App, since: date | None, options: Options) -> Result:
    """Bring the filings up to date: every day that was not read after it was over, and today so far.

    Args:
        app: what a command works with.
        since: read back to this day.
        options: how to run.

    Raises:
        ConfigError: there is no key.
        UsageError: a day that is to come, or before DART has anything.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    load_statements.client_of(app)
    oldest = date(load_statements.OLDEST_YEAR, 1, 1)
    if since is not None and not oldest <= since <= clock.today():
        raise UsageError(f"--from {since}: {oldest}부터 오늘까지의 날짜를 적으세요.")

    def make() -> list[Loader]:
        return [load_statements.filings_of(app, since), marks()]

    return job.run_or_preview(app, "filings load", "공시", make, options)


def marks() -> Derived:
    """Return what marks the filings of other versions anew."""
    return Derived(filing_marks.DATASET, filing_marks.write)
