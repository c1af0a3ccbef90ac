"""The standard streams of the process: what cannot be written there is lost, and never ends what is being done.

A reader that went away (``| head -1``), a full disk behind a log, a stream that was closed (``>&-``), a terminal that
knows no Korean: none of them is an error of the work. :func:`prepare` is called once, before anything is written.
"""

import errno
import io
import logging
import os
import select
import shutil
import sys
from collections.abc import Callable
from typing import TextIO

from foresto_cli.errors import Interrupted

log = logging.getLogger(__name__)

STDIN, STDOUT, STDERR = 0, 1, 2
GONE = (errno.EPIPE, errno.EBADF, errno.ECONNRESET, errno.ENXIO)
"""Error numbers of a stream whose reader has gone for good."""
USUAL_WIDTH = 80
"""Cells of a line where the width of the terminal is unknown."""


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


class Quiet:
    """A text stream whose methods never raise; a failed write is remembered."""

    def __init__(self, stream: TextIO | None) -> None:
        """Wrap ``stream``; None stands for a stream that does not exist."""
        self._stream = stream
        self._failure: str | None = None

    def write(self, text: str) -> int:
        """Write ``text``, or lose it; return its length either way."""
        self._try(lambda stream: stream.write(text))
        return len(text)

    def write_bytes(self, block: bytes) -> None:
        """Write ``block`` without encoding, or lose it."""
        self._try(lambda stream: stream.buffer.write(block))

    def flush(self) -> None:
        """Write what is buffered, or lose it."""
        self._try(lambda stream: stream.flush())

    def isatty(self) -> bool:
        """Return whether the stream is a terminal."""
        return bool(self._try(lambda stream: stream.isatty()))

    def fileno(self) -> int:
        """Return the descriptor; -1 when there is none."""
        number = self._try(lambda stream: stream.fileno())
        return number if isinstance(number, int) else -1

    @property
    def width(self) -> int:
        """Return the width in cells: ``COLUMNS`` if it is set, else the terminal's width, else 80."""
        told = shutil.get_terminal_size((0, 0)).columns if os.environ.get("COLUMNS") else 0
        if told:
            return told
        try:
            return os.get_terminal_size(self.fileno()).columns or USUAL_WIDTH
        except OSError:
            return USUAL_WIDTH

    @property
    def encoding(self) -> str:
        """Return the encoding; UTF-8 when the stream names none."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    @property
    def failure(self) -> str | None:
        """Return why a write failed; None when none did."""
        lost = failure(self._stream)
        return self._failure if lost is None else (lost.strerror or type(lost).__name__)

    @property
    def is_gone(self) -> bool:
        """Return whether the reader has gone."""
        lost = failure(self._stream)
        return self._stream is None or (lost is not None and lost.errno in GONE)

    def knows(self, text: str) -> bool:
        """Return whether the encoding has every character of ``text``."""
        try:
            text.encode(self.encoding)
        except (UnicodeError, LookupError):
            return False
        return True

    def _try(self, use: Callable[[TextIO], object]) -> object:
        if self._stream is None:
            return None
        try:
            return use(self._stream)
        except Interrupted:
            raise
        # A boundary: a line that cannot be written, for whatever reason, must not end the work that it is about.
        except Exception as error:
            if self._failure is None:
                self._failure = type(error).__name__
                log.info("not shown", exc_info=True)
            return None
