"""The entry point: from ``sys.argv`` to an exit code."""

import os
import sys
import threading

from foresto_cli import __version__
from foresto_cli.cli import app
from foresto_cli.cli._run import HELP, Globals

BUG = 70
INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit with its code (README, "Exit codes")."""
    arguments, sandbox = _without_sandbox(sys.argv[1:])
    if arguments == ["--version"]:
        from foresto_cli.console import Console

        Console().line(f"foresto {__version__}")
        sys.exit(0)
    code = _run(arguments, Globals(sandbox=sandbox))
    sys.stdout.flush()
    sys.stderr.flush()
    if any(thread.name.startswith("ask") for thread in threading.enumerate()):
        # A question to a silent upstream is still under way; everything is closed, so do not wait for its time limit.
        os._exit(code)
    sys.exit(code)


def _run(arguments: list[str], common: Globals) -> int:
    try:
        nested_help = len(arguments) > 1 and arguments[-1] in HELP["help_option_names"]
        word = next((argument for argument in arguments if not argument.startswith("-")), "")
        app(word, has_own_options=not nested_help)(arguments, prog_name="foresto", obj=common)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else BUG
    except KeyboardInterrupt:
        return INTERRUPTED
    # The outermost handler: whatever arrives here is a bug of ours, and has to leave a trace and an exit code.
    except Exception:
        import logging

        from foresto_cli.console import Console

        logging.getLogger("foresto_cli").exception("bug")
        kind = sys.exc_info()[0]
        name = kind.__name__ if kind else "?"
        Console().complain(
            f"✗ foresto 의 오류입니다({name}). 자세한 내용은 로그에 있습니다: foresto doctor 가 위치를 알려 줍니다."
        )
        return BUG
    return 0


def _without_sandbox(arguments: list[str]) -> tuple[list[str], bool]:
    """Take ``--sandbox`` out, wherever it stands before ``--``: it means the same for every command."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    rest = [argument for argument in arguments[:end] if argument != "--sandbox"]
    return [*rest, *arguments[end:]], len(rest) < end


if __name__ == "__main__":
    main()
