"""The entry point: from ``sys.argv`` to an exit code."""

import gc
import os
import sys
import threading

from typer import Abort, TyperException

from foresto_cli import __version__, streams
from foresto_cli.cli import app
from foresto_cli.cli._command import HELP, Globals
from foresto_cli.errors import ForestoError, UsageError, exit_code_of

OBJECTS_BETWEEN_SEARCHES = 150_000
"""Python looks for unused objects that refer to each other after so many new ones, not after 700: what a command
imports stays to its end."""
BUG = ForestoError.exit_code
INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit with its code (docs/guide.md, "Exit codes")."""
    gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)
    streams.prepare()
    arguments, sandbox = _without_sandbox(sys.argv[1:])
    if arguments[:1] == ["--complete"]:
        sys.exit(_complete(*sys.argv[2:]))
    if arguments[:1] in (["--version"], ["-V"]):
        from foresto_cli.console import Console

        Console().line(f"foresto {__version__}")
        sys.exit(0)
    if arguments[:1] == ["help"] and arguments[-1] not in HELP["help_option_names"]:
        arguments = [*arguments[1:], "--help"]
    code = _run(arguments, Globals(sandbox=sandbox)) if _is_text(arguments) else UsageError.exit_code
    sys.stdout.flush()
    sys.stderr.flush()
    if any(thread.name.startswith("ask") for thread in threading.enumerate()):
        # A question to a silent upstream is still under way; everything is closed, so do not wait for its time limit.
        os._exit(code)
    # Python would look through every object several times before it ends; the process takes them all with it anyway.
    gc.freeze()
    sys.exit(code)


def _run(arguments: list[str], common: Globals) -> int:
    try:
        nested_help = len(arguments) > 1 and arguments[-1] in HELP["help_option_names"]
        word = next((argument for argument in arguments if not argument.startswith("-")), "")
        line = app(word, has_own_options=not nested_help)
        code = line(arguments, prog_name="foresto", obj=common, standalone_mode=False)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else BUG
    except (KeyboardInterrupt, Abort):
        return INTERRUPTED
    except TyperException as error:
        from foresto_cli.cli import _mistakes

        for told in _mistakes.told(error):
            _complain(told)
        return UsageError.exit_code
    except ForestoError as error:
        _complain(f"✗ {error}")
        return exit_code_of(error)
    # The outermost handler: whatever arrives here is a bug of ours, and has to leave a trace and an exit code.
    except Exception as error:
        import logging

        if logging.getLogger().handlers:
            logging.getLogger("foresto_cli").exception("bug")
        else:
            _show_trace()
        _complain(
            f"✗ foresto의 오류입니다({type(error).__name__})."
            " 자세한 내용은 로그에 있습니다: foresto doctor가 위치를 알려 줍니다."
        )
        return BUG
    return code if isinstance(code, int) else 0


def _complete(shell: str = "", *words: str) -> int:
    """Print what a shell offers for the last of ``words``."""
    import typer

    from foresto_cli.cli import _completion
    from foresto_cli.folders import paths

    found = _completion.answer(shell, words, lambda word: typer.main.get_group(app(word)), lambda: paths().state)
    if found:
        typer.echo(found)
    return 0


def _is_text(arguments: list[str]) -> bool:
    """Complain about an argument in another encoding: Python makes halves of characters of it, which nobody takes."""
    for place, argument in enumerate(arguments, start=1):
        if any("\ud800" <= letter <= "\udfff" for letter in argument):
            _complain(f"✗ {place}번째 인수 {argument}을(를) 읽을 수 없습니다. UTF-8로 적으세요.")
            return False
    return True


def _complain(text: str) -> None:
    from foresto_cli.console import Console

    Console().complain(text)


def _show_trace() -> None:
    """Show where a bug is that came before there was a log; Python's own handler of last resort would show secrets."""
    import traceback

    from foresto_cli.logs import Redactor

    for line in Redactor()(traceback.format_exc()).splitlines():
        _complain(line)


def _without_sandbox(arguments: list[str]) -> tuple[list[str], bool]:
    """Take ``--sandbox`` out, wherever it stands before ``--``: it means the same for every command."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    rest = [argument for argument in arguments[:end] if argument != "--sandbox"]
    return [*rest, *arguments[end:]], len(rest) < end


if __name__ == "__main__":
    main()
