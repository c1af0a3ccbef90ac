"""The command at a terminal, as a person has it: a pseudo-terminal, its lines read and answered."""

import contextlib
import os
import pty
import re
import select
import signal
import sys
import time
from dataclasses import dataclass

from support import ROOT, environment_of

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass
class Terminal:
    """A command under way; ``text`` is what it has written so far, without what moves the cursor or colours."""

    pid: int
    line: int
    text: str = ""
    code: int | None = None

    def read_until(self, expected, seconds=60):
        """Read until ``expected`` is there, beyond what was there before; return what came."""
        begin, until = len(self.text), time.monotonic() + seconds
        while expected not in self.text[begin:]:
            assert time.monotonic() < until, f"no {expected!r} in {self.text!r}"
            assert self._read(), f"ended without {expected!r}: {self.text!r}"
        return self.text[begin:]

    def type(self, text):
        os.write(self.line, f"{text}\n".encode())

    def interrupt(self):
        os.write(self.line, b"\x03")

    def end(self, seconds=120):
        """Read to the end; return the exit code."""
        until = time.monotonic() + seconds
        while self._read():
            assert time.monotonic() < until, f"does not end: {self.text!r}"
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code

    def _read(self):
        ready, _, _ = select.select([self.line], [], [], 0.2)
        if not ready:
            return True
        try:
            block = os.read(self.line, 65_536)
        except OSError:  # what a pseudo-terminal says when nobody is at its other end
            return False
        self.text += CONTROL.sub("", block.decode(errors="replace"))
        return bool(block)


@contextlib.contextmanager
def at_terminal(home, *arguments, **variables):
    """Start ``foresto`` at a terminal of 80 columns."""
    given = {**environment_of(home, **variables), "COLUMNS": "80", "LINES": "40", "TERM": "xterm"}
    pid, line = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execve(sys.executable, [sys.executable, "-m", "foresto_cli", *arguments], given)  # noqa: S606
    started = Terminal(pid, line)
    try:
        yield started
    finally:
        if started.code is None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        os.close(line)
