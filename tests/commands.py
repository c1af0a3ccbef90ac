"""What tests of the command as a process share: several of them cheaply, and what every one of them promises."""

import json
import re
import subprocess
import sys

from support import ROOT, environment_of, start_foresto

HANGUL = re.compile("[가-힣]")
KEYS = {
    "command", "outcome", "exit_code", "run_id", "units", "rows", "tables", "requests", "seconds", "sources", "alerts",
}  # fmt: skip


BATCH = r"""
import contextlib, io, json, os, sys
from pathlib import Path
from foresto_cli import __main__ as entry
from foresto_cli.store import embedded

said = []
sandbox = embedded.running(Path(os.environ["FORESTO_HOME"]) / "data" / "sandbox")
with sandbox if len(sys.argv) > 1 else contextlib.nullcontext():
    for arguments, variables in json.load(sys.stdin):
        before = dict(os.environ)
        os.environ.update(variables)
        out, err = io.StringIO(), io.StringIO()
        sys.argv = ["foresto", *arguments]
        code = None
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                entry.main()
            except SystemExit as leaving:
                code = leaving.code
        os.environ.clear()
        os.environ.update(before)
        said.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(said))
"""


def one_after_another(home, *commands, sandboxed=True):
    """Run several commands in one process, which spares a second each; each is (arguments, variables).

    Where they are ``sandboxed``, the server of the sandbox runs all the while.
    """
    done = subprocess.run(
        [sys.executable, "-c", BATCH, *(["sandboxed"] if sandboxed else [])],
        input=json.dumps(commands), env=environment_of(home),
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return [
        subprocess.CompletedProcess(arguments, code, out, err)
        for (arguments, _), (code, out, err) in zip(commands, json.loads(done.stdout), strict=True)
    ]


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
