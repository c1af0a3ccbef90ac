"""The data sets whose age is watched: what jobs of the timetable load."""

from foresto_cli import data_sets
from foresto_cli.app import App
from foresto_cli.collecting import registry
from foresto_cli.collecting.data_set import DAILY, DataSet, priced

SCORE = DataSet(
    name="score",
    label="Compass Score",
    table="compass_score_history",
    command="score batch",
    jobs=(*DAILY, "weekly"),
    newest="SELECT max(score_date) FROM compass_score_history",
    reached=priced,
)
"""Made here of what is stored; the ledger does not have it."""


def watched(app: App) -> tuple[DataSet, ...]:
    """Return the data sets that jobs load: of those that one file describes, the ones that are switched on."""
    switched_on = data_sets.wanted(app.settings.datasets, app.settings.krx_extras)
    left_out = {one.name for one in data_sets.every()} - {one.name for one in switched_on}
    loaded = [one for one in registry.every().values() if one.jobs and one.name not in left_out]
    return (*loaded, SCORE)
