"""``foresto retry``: asks again for exactly the failed units of the ledger, of whatever data set."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import text

from foresto_cli.app import App
from foresto_cli.collecting import registry
from foresto_cli.collecting.loader import Loader
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.loading import retry_loaders
from foresto_cli.loading.unsettled import wanted
from foresto_cli.running import job
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result


def retry(app: App, data: str | None, options: Options) -> Result:
    """Ask again for what failed; what newer data have superseded is closed instead.

    Args:
        app: what the command works with.
        data: only this data set, or all of a group (``dart``); None: all.
        options: how to run; ``again`` asks also for what could not be read twice.

    Raises:
        UsageError: there is no such data set.
        ConfigError: nothing can be asked for without a key that is missing.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    if data is not None and not any(_is_of(name, data) for name in registry.every()):
        groups = dict.fromkeys(name.partition(".")[0] for name in retry_loaders.MAKERS)
        raise UsageError(f"--data {data}: {', '.join(groups)} 가운데 하나나 그 아래 이름(dart.statements)을 적으세요.")
    lacking: list[str] = []

    def make() -> list[Loader]:
        with app.engine.connect() as connection:
            units = wanted(connection, again=options.again)
        chosen = {name: keys for name, keys in units.items() if data is None or _is_of(name, data)}
        return _loaders(app, chosen, lacking)

    result = job.run_or_preview(app, "retry", "실패한 단위 다시 요청", make, options)
    result.notes += lacking
    return result


def units_again(app: App, data: str | None, units: Sequence[str], options: Options) -> Result:
    """Ask again for ``units`` of one data set, whatever the ledger says of them.

    Args:
        app: what the command works with.
        data: the data set, by its name in the ledger (``prices.day``).
        units: its units, by their names in the ledger.
        options: how to run.

    Raises:
        UsageError: there is no such data set.
        ConfigError: it takes a key that is not there.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    if data is None or data not in retry_loaders.MAKERS:
        said = "--unit는 --data와 함께 적으세요." if data is None else f"--data {data}: 이런 자료가 없습니다."
        raise UsageError(f"{said} 자료: {', '.join(retry_loaders.MAKERS)}")

    def make() -> list[Loader]:
        loaders = retry_loaders.loaders_for(app, data, units)
        if not any(loader.units() for loader in loaders):
            raise UsageError(f"--data {data}에 {', '.join(units)} 단위가 없습니다.{_example(app, data)}")
        return list(loaders)

    return job.run_or_preview(app, "retry", "다시 요청", make, replace(options, afresh=True))


def _example(app: App, data: str) -> str:
    """Return a sentence with the name of a unit of ``data``; none where the ledger has no unit of it."""
    with app.engine.connect() as connection:
        unit = connection.scalar(
            text("SELECT unit FROM unit_ledger WHERE dataset = :data ORDER BY unit DESC LIMIT 1"),
            {"data": data},
        )
    return f" 이 자료의 단위는 {unit}처럼 적습니다." if unit else ""


def _is_of(name: str, data: str) -> bool:
    return name == data or name.startswith(f"{data}.")


def _loaders(app: App, units: Mapping[str, Sequence[str]], lacking: list[str]) -> list[Loader]:
    loaders: list[Loader] = []
    for name, keys in units.items():
        try:
            loaders += retry_loaders.loaders_for(app, name, keys)
        except ConfigError as error:
            lacking.append(f"{name} {len(keys):,}건은 요청하지 않았습니다. {error}")
    if lacking and not loaders:
        raise ConfigError(" ".join(lacking))
    return loaders
