"""What tests of the command as a process share: several of them cheaply, and what every one of them promises."""

import contextlib
import re
import subprocess

from support import run_foresto, start_foresto

from foresto_cli.store import embedded

HANGUL = re.compile("[가-힣]")
KEYS = {
    "command", "outcome", "exit_code", "run_id", "units", "rows", "tables", "requests", "seconds", "sources", "alerts",
}  # fmt: skip


def one_after_another(home, *commands, sandboxed=True):
    """Run several commands; each is (arguments, variables).

    Where they are ``sandboxed``, the server of the sandbox runs all the while, which spares starting it for each.
    """
    with embedded.running(home / "data" / "sandbox") if sandboxed else contextlib.nullcontext():
        return [run_foresto(home, *arguments, **variables) for arguments, variables in commands]


def all_at_once(home, *commands):
    """Run several commands at the same time; each is (arguments, variables)."""
    started = [start_foresto(home, *arguments, **variables) for arguments, variables in commands]
    ended = [process.communicate(timeout=120) for process in started]
    return [
        subprocess.CompletedProcess(process.args, process.returncode, out, err)
        for process, (out, err) in zip(started, ended, strict=True)
    ]


def says_one_sentence(finished, code, word):
    """Whether a refusal is one clear line on stderr and nothing on stdout."""
    assert finished.returncode == code, finished.stderr
    assert finished.stdout == ""
    [line] = finished.stderr.splitlines()
    assert line.startswith("✗ ")
    assert HANGUL.search(line)
    assert word in line
