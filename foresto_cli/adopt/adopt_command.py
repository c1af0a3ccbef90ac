"""The take-over as a command: whose database it is, nobody beside us, what will come of it, what came of it."""

from foresto_cli import opening
from foresto_cli.adopt import telling
from foresto_cli.adopt.take_over import adopt
from foresto_cli.app import App
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.running import lock
from foresto_cli.store import upkeep
from foresto_cli.store.engine import as_it_is
from foresto_cli.store.tables import metadata


def take_over(app: App, *, dry_run: bool, while_connected: bool) -> dict[str, object]:
    """Take the database of ``DATABASE_URL`` over, print what becomes of it, and return the ``--json`` object.

    Raises:
        ConfigError: no database is named.
        UsageError: in the sandbox.
        ForestoError: see :func:`foresto_cli.adopt.take_over.adopt`.
    """
    if app.sandbox is not None:
        raise UsageError("모의 환경(--sandbox)은 옛 데이터베이스를 넘겨받지 않습니다. --sandbox 없이 실행하세요.")
    app.settings.demand("database_url")
    opening.say_whose(app)
    if app.settings.database_url is None:
        raise ConfigError("넘겨받을 데이터베이스를 DATABASE_URL로 알려 주세요(postgresql://…).")
    url = app.settings.database_url.get_secret_value()
    with lock.held(app.folders.lock_file, 0), as_it_is(url) as engine:
        telling.plan(app.console, engine)
        with app.console.progress("넘겨받기") as advance:
            report = adopt(engine, dry_run=dry_run, while_connected=while_connected, advance=advance)
        if not dry_run:
            upkeep.tidy(engine, sorted(metadata.tables))
        telling.outcome(app.console, report, dry_run=dry_run)
    return {"command": "db adopt", "outcome": "done", "exit_code": 0, "dry_run": dry_run, **report.as_json()}
