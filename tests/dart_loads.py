"""What tests of statements share: loading them as the command does, and what DART was asked."""

from foresto_cli.datasets.dart import details
from foresto_cli.loading import load_statements
from foresto_cli.running import job

QUICK = job.Options()
HOST = "opendart.fss.or.kr"


def load(world, year=None, report=None, *, since=None, ticker=None, full=False, workers=4):
    wanted = load_statements.wanted_reports(year, report, since, ticker)
    return load_statements.load_statements(
        world.app, wanted, job.Options(workers=workers), full=details.ALL if full else None
    )


def asked(world, part=""):
    return [request for request in world.sandbox.requests if request.host == HOST and part in request.path]
