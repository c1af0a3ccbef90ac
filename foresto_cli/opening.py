"""Opening what one command works with, and closing all of it: settings, folders, log, stand-ins, database."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from sqlalchemy import create_engine

from foresto_cli import logs, settings
from foresto_cli.app import App
from foresto_cli.console import Console
from foresto_cli.errors import UsageError
from foresto_cli.settings import Settings
from foresto_cli.store import engine as store_engine
from foresto_cli.store import remembered
from foresto_cli.store.limits import NoLimits


@contextmanager
def opened(
    console: Console, *, sandboxed: bool, without: tuple[str, ...] = (), beside: bool = False, embedded: bool = False
) -> Iterator[App]:
    """Yield everything a command needs; afterwards nothing is left running.

    Args:
        console: where to print.
        sandboxed: use the stand-ins and their own database.
        without: settings to be taken away (the demonstration rehearses a missing key).
        beside: make our tables also in a database that has other people's.
        embedded: begin with an empty embedded database although another one was used before.

    Raises:
        ConfigError, StoreUnavailable, UsageError: what has to be put right first.
    """
    with (
        _surroundings(console, sandboxed=sandboxed, without=without) as around,
        with_database(around, sandboxed=sandboxed, beside=beside, embedded=embedded) as found,
    ):
        yield found


@contextmanager
def with_database(around: App, *, sandboxed: bool, beside: bool = False, embedded: bool = False) -> Iterator[App]:
    """Yield the application of :func:`without_database` with its database; ``beside`` and more as in :func:`opened`.

    Raises:
        ConfigError, StoreUnavailable: the database cannot be had, or is another one than before for no good reason.
        UsageError: ``embedded``, and ``DATABASE_URL`` names a server.
    """
    around.settings.demand("database_url")
    given = around.settings.database_url
    url = given.get_secret_value() if given is not None else None
    if embedded and url is not None:
        raise UsageError(
            "DATABASE_URL이 있으면 내장 데이터베이스를 쓰지 않습니다. DATABASE_URL을 지우고 다시 실행하세요."
        )
    if not sandboxed:
        say_whose(around)
        database = remembered.named_by(url)
        before = None if embedded else remembered.recall(around.folders.database_file)
        place, is_foreign = _database_place(around.settings)
        notice = remembered.compared(before, database, around.folders.data, place, is_foreign=is_foreign)
        if notice:
            around.console.complain(notice)
    with store_engine.opened(
        url,
        around.folders.data,
        sandbox=sandboxed,
        patient=settings.started_by() is not None,
        beside=beside,
        named="FORESTO_SANDBOX_DATABASE_URL"
        if sandboxed
        else ", ".join(("DATABASE_URL", *filter(None, [around.settings.origins.places.get("database_url")]))),
        tell=around.console.complain,
        begins=around.console.remark,
    ) as engine:
        if not sandboxed:
            remembered.remember(around.folders.database_file, database)
        yield replace(around, engine=engine, limits=None)


def say_whose(around: App) -> None:
    """Say on stderr when ``DATABASE_URL`` comes from the ``.env`` of the folder one happens to stand in."""
    place, is_foreign = _database_place(around.settings)
    if is_foreign:
        around.console.complain(
            f"! DATABASE_URL은 {place}에 적힌 것입니다. 늘 쓸 것이면 {around.folders.config / '.env'}에 옮겨 적으세요."
        )


def _database_place(found: Settings) -> tuple[str, bool]:
    place = found.origins.places.get("database_url", "")
    working = found.origins.working_file
    return place, working is not None and "database_url" in found.origins.by_source.get(f"{working}", ())


@contextmanager
def without_database(console: Console, *, sandboxed: bool) -> Iterator[App]:
    """Yield what can be had while the database is away: enough to tell somebody.

    Raises:
        ConfigError, UsageError: as :func:`opened`.
    """
    with _surroundings(console, sandboxed=sandboxed, without=()) as around:
        yield around


@contextmanager
def _surroundings(console: Console, *, sandboxed: bool, without: tuple[str, ...]) -> Iterator[App]:
    """Yield the application with an engine that leads nowhere."""
    with ExitStack() as stack:
        folders = settings.paths()
        settings.private_folder(folders.state)
        sandbox = None
        if sandboxed:
            from foresto_cli.sandbox import variables

            folders = folders.in_sandbox()
            sandbox = stack.enter_context(variables.running(settings.private_folder(folders.state)))
            found = settings.load_sandbox()
        else:
            found = settings.load(folders)
        for misspelt in found.origins.misspelt:
            console.complain(f"! {misspelt}")
        found = found.model_copy(update=dict.fromkeys(without))
        redact = logs.Redactor(found.secrets())
        logs.start(folders.logs, found.foresto_log_level, redact, console.complain)
        nowhere = create_engine("postgresql+psycopg://")
        yield App(found, folders, nowhere, console, redact, sandbox, NoLimits())
