"""``@command``: a function of the opened application becomes a command of the command line."""

import gc
import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Annotated, Any, Union

import typer

from foresto_cli.cli import _help, _output
from foresto_cli.cli._dates import parse_duration
from foresto_cli.errors import ForestoError, Interrupted, StoreUnavailable, exit_code_of

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.console import Console
    from foresto_cli.running.job import Options
    from foresto_cli.running.results import Result

HELP = {"help_option_names": ["-h", "--help"]}

Workers = Annotated[int, typer.Option("--workers", help="동시에 요청하는 수. 서버별 간격이 먼저입니다.", metavar="N")]
Json = Annotated[bool, typer.Option("--json", help="결과를 JSON 하나로 표준 출력에 씁니다.")]


def _asked(name: str, default: object, annotation: object) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


# What becomes a field of job.Options, by its name there.
WORKERS = _asked("workers", 4, Workers)
AFRESH = _asked("afresh", False, Annotated[bool, typer.Option("--again", help="이미 받은 것도 다시 받습니다.")])
DRY_RUN = _asked(
    "dry_run",
    False,
    Annotated[bool, typer.Option("--dry-run", help="요청하지 않고, 무엇을 몇 번 요청할지만 보여 줍니다.")],
)
WAIT = _asked(
    "wait",
    "0s",
    Annotated[str, typer.Option("--wait", help="다른 수집이 끝나기를 기다리는 시간(10m, 90s, 1h).", metavar="시간")],
)

CONTEXT = _asked("ctx", Parameter.empty, typer.Context)
JSON = _asked("as_json", False, Json)


@dataclass(frozen=True)
class Shown:
    """What a command has shown and is no result of work.

    Attributes:
        found: as ``--json``; ``command`` and ``exit_code`` are put before it.
        exit_code: what the process ends with.
    """

    found: Mapping[str, object]
    exit_code: int = 0


Ended = Union["Result", Shown]
"""What a command comes to: a result of work, or what it has shown."""


@dataclass(frozen=True)
class Globals:
    """What holds for every command: ``--sandbox``."""

    sandbox: bool


def new_group() -> typer.Typer:
    """Return a group without commands."""
    return typer.Typer(cls=_help.Group, no_args_is_help=True, context_settings=HELP)


def command(
    group: typer.Typer | None = None,
    *asked: Parameter,
    name: str | None = None,
    said: str | None = None,
    called: str | None = None,
    opens: bool = True,
    attended: bool = True,
    closes: bool = True,
    output: bool = False,
) -> Callable[[Callable[..., Ended]], Callable[..., None]]:
    """Make a command of a function that takes the application, then its own options.

    The command has the function's options, then ``asked``, then ``--json``. What was asked is given to the function
    as ``job.Options``, second. Afterwards the result is printed, and the process ends with its exit code.

    Args:
        group: where the command belongs; without one it is only made.
        asked: options of everything that loads: WORKERS, AFRESH, DRY_RUN, WAIT.
        name: of the command; the function's own without.
        said: its help; the function's docstring without.
        called: what errors and ``--json`` call it, if not as it is typed.
        opens: open the database, its tables made or migrated first.
        attended: notice late jobs and tell incidents around the work; a look that finds nothing tells nothing.
        closes: print the closing lines of what has ``--dry-run``; otherwise the command says for itself what it did.
        output: rows come of it: adds ``--csv``, ``--xlsx``, ``--parquet`` and more, given to the function as a ``Form``
            after the application (and ``job.Options``), to be handed on to ``output.give.give``.
    """

    def decorate(work: Callable[..., Ended]) -> Callable[..., None]:
        own = [one.replace(kind=Parameter.KEYWORD_ONLY) for one in signature(work).parameters.values()]
        handed = 1 + bool(asked) + output
        parameters = [CONTEXT, *own[handed:], *asked, *(_output.OPTIONS if output else ()), JSON]

        def run(ctx: typer.Context, *, as_json: bool, **given: Any) -> None:  # whatever options it has
            keeps_stdout = output and _output.keeps_stdout(given)

            def bound(app: "App") -> Ended:
                fields = {one.name: given.pop(one.name) for one in asked}
                forms = [_output.form_of(given)] if output else []
                return work(app, *([_options(**fields)] if asked else []), *forms, **given)

            from foresto_cli.console import Console

            word = called or ctx.command_path.partition(" ")[2]
            is_closed = closes and DRY_RUN in asked
            console = Console(as_json=as_json, keeps_stdout=keeps_stdout)
            _perform(ctx.obj, console, word, bound, opens=opens, attended=attended, closes=is_closed)

        run.__signature__ = Signature(parameters)  # type: ignore[attr-defined]  # what Typer makes options of
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        run.__doc__, run.__name__ = work.__doc__, work.__name__
        if group is not None:
            group.command(name, cls=_help.Command, help=said)(run)
        return run

    return decorate


def _options(wait: str = "0s", **others: Any) -> "Options":
    from foresto_cli.running.job import Options

    return Options(wait=parse_duration(wait), **others)


def _perform(
    common: Globals,
    console: "Console",
    word: str,
    work: Callable[["App"], Ended],
    *,
    opens: bool,
    attended: bool,
    closes: bool,
) -> None:
    """Open the application, do ``work``, print its result and exit with its code."""
    try:
        result = _done(common, console, word, work, opens=opens, attended=attended)
    except OSError as error:
        # click ends with 1, without a word, when the work meets a broken pipe: a bug of ours like any other.
        raise RuntimeError(f"{type(error).__name__}: {error.strerror}") from error
    except ForestoError as error:
        console.complain(f"✗ {error}")
        if isinstance(error, StoreUnavailable) and attended:
            _tell_of_outage(common, console, error)
        console.result(_refusal(word, error))
        raise typer.Exit(exit_code_of(error)) from None
    if isinstance(result, Shown):
        console.result({"command": word, "exit_code": result.exit_code, **result.found})
    else:
        if closes:
            from foresto_cli.running.closing import closing_lines

            closing_lines(console, result)
        console.result(result.as_json())
    raise typer.Exit(console.exit_code(result.exit_code))


def _done(
    common: Globals, console: "Console", word: str, work: Callable[["App"], Ended], *, opens: bool, attended: bool
) -> Ended:
    from foresto_cli import opening
    from foresto_cli.running import runs, stop
    from foresto_cli.store.engine import explained
    from foresto_cli.telling import watch
    from foresto_cli.views import typed_words

    stop.listen()
    if not opens:
        with opening.without_database(console, sandboxed=common.sandbox) as app:
            return work(app)
    with (
        opening.opened(console, sandboxed=common.sandbox) as app,
        watch.attended(app, word) if attended and not app.is_reader else nullcontext(),
        explained(),
    ):
        if not app.is_reader:
            runs.close_abandoned(app.engine, is_shared=app.is_shared)
        # What is there by now stays to the end: it need not be looked through for garbage.
        gc.freeze()
        done = work(app)
        typed_words.keep(app)
        return done


def _tell_of_outage(common: Globals, console: "Console", error: StoreUnavailable) -> None:
    from foresto_cli import opening
    from foresto_cli.telling import outage

    try:
        with opening.without_database(console, sandboxed=common.sandbox) as app:
            outage.tell(app, error)
    except Interrupted:
        raise
    # A boundary: who cannot be told does not change what the command ends with.
    except Exception:
        logging.getLogger(__name__).exception("the outage could not be told")


def _refusal(word: str, error: ForestoError) -> dict[str, object]:
    from foresto_cli.running.results import Result

    # A message says what happened in its first sentence, and then what to do.
    happened, _, hint = str(error).partition(". ")
    told = {"code": type(error).__name__, "message": happened.removesuffix(".") + ".", "hint": hint}
    return Result(word, error.outcome, exit_code_of(error), reasons=[str(error)]).as_json() | {"error": told}
