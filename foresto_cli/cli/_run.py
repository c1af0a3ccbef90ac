"""What every command does around its one function: open, print, and leave with the right exit code."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.errors import ForestoError, Interrupted, StoreUnavailable, exit_code_of

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.console import Console

HELP = {"help_option_names": ["-h", "--help"]}

Json = Annotated[bool, typer.Option("--json", help="결과를 JSON 하나로 표준 출력에 씁니다.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="묻지 않고, 무엇을 몇 번 물을지만 보여 줍니다.")]
Wait = Annotated[str, typer.Option("--wait", help="다른 수집이 끝나기를 기다리는 시간(10m, 90s, 1h).", metavar="시간")]
Afresh = Annotated[bool, typer.Option("--again", help="이미 받은 것도 다시 받습니다.")]
Workers = Annotated[int, typer.Option("--workers", help="동시에 묻는 수. 서버별 간격이 먼저입니다.", metavar="N")]

Work = Callable[["App"], dict[str, Any]]


@dataclass(frozen=True)
class Globals:
    """What holds for every command: ``--sandbox``."""

    sandbox: bool


def perform(
    ctx: typer.Context,
    command: str,
    work: Work,
    *,
    as_json: bool,
    shown: bool = True,
    opens: bool = True,
    beside: bool = False,
    embedded: bool = False,
    attended: bool = True,
) -> None:
    """Open the application, do ``work``, print its result and exit with its code.

    Args:
        ctx: carries :class:`Globals`.
        command: name in ``--json``.
        work: does everything and returns the ``--json`` object.
        as_json: print that object, and nothing else on stdout.
        shown: print the closing lines; commands that print for themselves say no.
        opens: open the database, its tables made or migrated first; who changes a stranger's says no.
        beside: make our tables also in a database that has other people's.
        embedded: begin with an empty embedded database although another one was used before.
        attended: notice late jobs and tell incidents around the work; a look that finds nothing tells nothing.
    """
    from foresto_cli.console import Console

    console = Console(as_json=as_json)
    try:
        if opens:
            result = _opened(ctx, console, command, work, beside=beside, embedded=embedded, attended=attended)
        else:
            result = _unopened(ctx, console, work)
    except OSError as error:
        # click ends with 1, without a word, when the work meets a broken pipe: a bug of ours like any other.
        raise RuntimeError(f"{type(error).__name__}: {error.strerror}") from error
    except ForestoError as error:
        console.complain(f"✗ {error}")
        if isinstance(error, StoreUnavailable) and attended:
            _tell_of_outage(ctx, console, error)
        console.result(_refusal(command, error))
        raise typer.Exit(exit_code_of(error)) from None
    if shown:
        from foresto_cli.running.closing import closing_lines

        closing_lines(console, result)
    console.result(result)
    raise typer.Exit(console.exit_code(result["exit_code"]))


def _opened(
    ctx: typer.Context,
    console: "Console",
    command: str,
    work: Work,
    *,
    beside: bool,
    embedded: bool,
    attended: bool,
) -> dict[str, Any]:
    from contextlib import nullcontext

    from foresto_cli import app as application
    from foresto_cli.running import stop
    from foresto_cli.store.engine import explained
    from foresto_cli.telling import watch

    stop.listen()
    globals_: Globals = ctx.obj
    with (
        application.opened(console, sandboxed=globals_.sandbox, beside=beside, embedded=embedded) as app,
        watch.attended(app, command) if attended else nullcontext(),
        explained(),
    ):
        return work(app)


def _unopened(ctx: typer.Context, console: "Console", work: Work) -> dict[str, Any]:
    from foresto_cli import app as application
    from foresto_cli.running import stop

    stop.listen()
    globals_: Globals = ctx.obj
    with application.without_database(console, sandboxed=globals_.sandbox) as app:
        return work(app)


def _tell_of_outage(ctx: typer.Context, console: "Console", error: StoreUnavailable) -> None:
    from foresto_cli import app as application
    from foresto_cli.telling import outage

    globals_: Globals = ctx.obj
    try:
        with application.without_database(console, sandboxed=globals_.sandbox) as app:
            outage.tell(app, error)
    except Interrupted:
        raise
    # A boundary: who cannot be told does not change what the command ends with.
    except Exception:
        logging.getLogger(__name__).exception("the outage could not be told")


def _refusal(command: str, error: ForestoError) -> dict[str, Any]:
    from foresto_cli.running.results import nothing

    # A message says what happened in its first sentence, and then what to do.
    happened, _, hint = str(error).partition(". ")
    told = {"code": type(error).__name__, "message": happened.removesuffix(".") + ".", "hint": hint}
    return {**nothing(command, error.outcome, exit_code_of(error), str(error)), "error": told}
