"""The standard streams of the process: what cannot be written there is lost, and never ends what is being done.

A reader that went away (``| head -1``), a full disk behind a log, a stream that was closed (``>&-``), a terminal that
knows no Korean: none of them is an error of the work. :func:`prepare` is called once, before anything is written.
"""

import errno
import io
import os
import select
import sys
from typing import TextIO

STDIN, STDOUT, STDERR = 0, 1, 2
GONE = (errno.EPIPE, errno.EBADF, errno.ECONNRESET, errno.ENXIO)
"""Nobody reads any more, and nobody will."""


class _Forgiving(io.FileIO):
    """A descriptor that takes everything; the first write that failed is remembered."""

    failure: OSError | None = None

    def write(self, data: object) -> int:
        """Write ``data``, or lose it; return its size either way."""
        size = len(memoryview(data).cast("B"))  # type: ignore[arg-type]  # whatever the buffer above hands down
        if self.failure is not None and self.failure.errno in GONE:
            return size
        try:
            written = super().write(data)  # type: ignore[arg-type]  # as above
            while written is None:
                # Another program that shares the terminal made it non-blocking.
                select.select((), (self.fileno(),), ())
                written = super().write(data)  # type: ignore[arg-type]  # as above
        except OSError as error:
            self.failure = self.failure or error
            return size
        return written


def prepare() -> None:
    """Make both output streams harmless: no failed write and no character ends the process.

    A descriptor that was closed is opened on nothing first, or the next file that is opened would get its number and
    with it every line that a library prints.
    """
    closed = [number for number in (STDIN, STDOUT, STDERR) if not _is_open(number)]
    for _ in closed:
        os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # noqa: FBT003  # the lowest free number: this one
    if sys.stdout is sys.__stdout__:
        sys.stdout = _harmless(sys.stdout, STDOUT, "replace", was_closed=STDOUT in closed)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _harmless(sys.stderr, STDERR, "backslashreplace", was_closed=STDERR in closed)


def failure(stream: object) -> OSError | None:
    """Return why something written to ``stream`` was lost, or None."""
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    return raw.failure if isinstance(raw, _Forgiving) else None


def is_at_a_terminal() -> bool:
    """Say whether a person sits before this process: one of its standard streams is a terminal."""
    return any(os.isatty(number) for number in (STDIN, STDOUT, STDERR))


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _harmless(stream: TextIO | None, number: int, errors: str, *, was_closed: bool) -> TextIO:
    raw = _Forgiving(number, "w", closefd=False)
    if was_closed:
        raw.failure = OSError(errno.EBADF, os.strerror(errno.EBADF))
    kept = getattr(stream, "errors", None)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=getattr(stream, "encoding", None) or "utf-8",
        errors=kept if kept == "surrogateescape" else errors,
        line_buffering=number == STDERR or raw.isatty(),
        write_through=bool(getattr(stream, "write_through", False)),
    )
