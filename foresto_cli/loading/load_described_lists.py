"""Loading the lists that one file describes: read whole from FSC's open data, or by group from the FSS's disclosure."""

from collections.abc import Sequence

from sqlalchemy import func, select

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.collecting.described_lists import DeclaredGroups, DeclaredList
from foresto_cli.collecting.loader import Loader
from foresto_cli.declared import GROUP, PerGroup, WholeList
from foresto_cli.loading import load_open_data, load_products
from foresto_cli.running import job
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result


def load(app: App, described: WholeList | PerGroup, options: Options) -> Result:
    """Bring the list up to date.

    Raises:
        ConfigError: there is no key.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    _client(app, described)

    def make() -> Sequence[Loader]:
        return [loader(app, described)]

    return job.run_or_preview(app, f"{described.name} load", described.label, make, options)


def loader(app: App, described: WholeList | PerGroup) -> Loader:
    """Return what loads the list, with the facts of the moment.

    Raises:
        ConfigError: there is no key.
    """
    table = described.table
    listed = select(func.count()).where(table.c.is_active)
    with app.engine.connect() as connection:
        if isinstance(described, WholeList):
            client, so_far = load_open_data.client_of(app, described.name), connection.scalar(listed) or 0
            return DeclaredList(client, app.calendar, clock.now(), so_far, described)
        by_group = listed.add_columns(table.c[GROUP]).group_by(table.c[GROUP])
        rows = {group: count for count, group in connection.execute(by_group)}
    return DeclaredGroups(load_products.client_of(app), described.service.groups, clock.today(), rows, described)


def _client(app: App, described: WholeList | PerGroup) -> object:
    return (
        load_open_data.client_of(app, described.name)
        if isinstance(described, WholeList)
        else load_products.client_of(app)
    )
