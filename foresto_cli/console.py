"""What the operator sees: rich on a terminal, plain lines otherwise, one JSON object on stdout with ``--json``.

The only module that prints. What cannot be shown is not shown: no stream, and nothing that draws, ends the work.
"""

import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO, cast

from foresto_cli import clock, streams
from foresto_cli.errors import Interrupted, Transient

log = logging.getLogger(__name__)

PLAIN_EVERY_SECONDS = 5.0
RESULT_LOST = Transient.exit_code
"""What a command that did its part ends with when its ``--json`` result could not be written: try it again later."""

Advance = Callable[[int, int, str], None]
"""Called with (units dealt with, units in all, what is at hand)."""


class Console:
    """The operator's terminal, or the pipe in its place.

    With ``as_json`` stdout is kept for :meth:`result`, and everything else goes to stderr.
    """

    def __init__(self, *, as_json: bool = False) -> None:
        """Decide where lines go."""
        self.as_json = as_json
        self._errors = _Stream(sys.stderr)
        self._lines = self._errors if as_json else _Stream(sys.stdout)
        self._result_is_lost = False

    @property
    def is_terminal(self) -> bool:
        """Say whether a person is watching."""
        return self._lines.isatty()

    @property
    def is_cut_off(self) -> bool:
        """Say whether nobody reads the lines any more (``| head -1``): then there is no use in drawing them again."""
        return self._lines.is_gone

    def line(self, text: str = "") -> None:
        """Print one line."""
        print(text, file=cast("TextIO", self._lines), flush=True)

    def strong(self, text: str) -> None:
        """Print one line that stands out."""
        if not self.is_terminal or not _safely(
            lambda: self._rich().print(text, style="bold", highlight=False, markup=False)
        ):
            self.line(text)

    def clear(self) -> None:
        """Start on an empty screen; in a pipe, on an empty line."""
        if not self.is_terminal or not _safely(lambda: self._rich().clear()):
            self.line()

    def complain(self, text: str) -> None:
        """Print one line on stderr."""
        print(text, file=cast("TextIO", self._errors), flush=True)

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Print a table; numbers stand to the right."""
        if self.is_terminal and _safely(lambda: self._rich().print(self._table(title, columns, rows))):
            return
        self.line(f"[{title}]" if title else "")
        for row in rows:
            cells = (f"{name}={_text(value)}" for name, value in zip(columns, row, strict=True))
            self.line("  " + "  ".join(cells))

    def _table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Any:  # noqa: ANN401  # rich's
        from rich.box import SIMPLE_HEAD
        from rich.table import Table

        drawn = Table(title=title or None, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
        for position, name in enumerate(columns):
            numbers = bool(rows) and all(isinstance(row[position], int | float) for row in rows)
            drawn.add_column(name, justify="right" if numbers else "left", overflow="fold")
        for row in rows:
            drawn.add_row(*(_escaped(_text(value)) for value in row))
        return drawn

    @contextmanager
    def progress(self, label: str) -> Iterator[Advance]:
        """Show how far a job is: a bar on a terminal, a line every five seconds otherwise."""
        bar = self._bar() if self.is_terminal else None
        if bar is None:
            yield self._plain_progress(label)
            return
        tasks: list[Any] = []
        _safely(lambda: (bar.start(), tasks.append(bar.add_task(label, total=None, unit=""))))  # type: ignore[func-returns-value]

        def advance(done: int, total: int, unit: str) -> None:
            _safely(lambda: bar.update(tasks[0], completed=done, total=total, unit=unit))

        try:
            yield advance
        finally:
            _safely(bar.stop)

    def result(self, found: dict[str, Any]) -> None:
        """Print the one JSON object, when it was asked for; say on stderr when it could not be written."""
        if not self.as_json:
            return
        stream = _Stream(sys.stdout)
        written = json.dumps(found, ensure_ascii=False, default=str)
        if not stream.knows(written):
            written = json.dumps(found, default=str)
        print(written, file=cast("TextIO", stream), flush=True)
        if stream.failure is not None and not stream.is_gone:
            self._result_is_lost = True
            self.complain(
                f"✗ --json 결과를 표준 출력에 쓸 수 없습니다({stream.failure}). 공간을 비운 뒤 다시 실행하세요."
            )

    def exit_code(self, own: int) -> int:
        """Return what the process ends with, given the code of the work: who asked for JSON learns that it is lost."""
        return RESULT_LOST if self._result_is_lost and own == 0 else own

    def _plain_progress(self, label: str) -> Advance:
        last = clock.monotonic()

        def advance(done: int, total: int, unit: str) -> None:
            nonlocal last
            if (done and done == total) or clock.monotonic() - last >= PLAIN_EVERY_SECONDS:
                last = clock.monotonic()
                self.line(f"{clock.now():%H:%M:%S} {label} {done:,}/{total:,} {unit}")

        return advance

    def _bar(self) -> Any:  # noqa: ANN401  # as below
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[unit]}"),
        )
        return Progress(*columns, console=self._rich(), transient=True)

    def _rich(self) -> Any:  # noqa: ANN401  # rich is imported only on a terminal
        from rich.console import Console as RichConsole

        return RichConsole(file=cast("TextIO", self._lines))


def _safely(draw: Callable[[], object]) -> bool:
    """Let rich draw; return whether it did."""
    try:
        draw()
    except Interrupted:
        raise
    # A boundary: a picture that cannot be drawn is written as plain lines, and never ends the work.
    except Exception:
        log.info("not drawn", exc_info=True)
        return False
    return True


class _Stream:
    """A text stream on which nothing raises."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._failure: str | None = None

    def write(self, text: str) -> int:
        self._try(lambda stream: stream.write(text))
        return len(text)

    def flush(self) -> None:
        self._try(lambda stream: stream.flush())

    def isatty(self) -> bool:
        return bool(self._try(lambda stream: stream.isatty()))

    def fileno(self) -> int:
        number = self._try(lambda stream: stream.fileno())
        return number if isinstance(number, int) else -1

    @property
    def encoding(self) -> str:
        return getattr(self._stream, "encoding", None) or "utf-8"

    @property
    def failure(self) -> str | None:
        """Say why something was lost."""
        lost = streams.failure(self._stream)
        return self._failure if lost is None else (lost.strerror or type(lost).__name__)

    @property
    def is_gone(self) -> bool:
        """Say whether nobody reads any more."""
        lost = streams.failure(self._stream)
        return self._stream is None or (lost is not None and lost.errno in streams.GONE)

    def knows(self, text: str) -> bool:
        """Say whether every character of ``text`` can be written."""
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
        # A boundary: a line that cannot be written, for whatever reason, never ends what it tells of.
        except Exception as error:
            if self._failure is None:
                self._failure = type(error).__name__
                log.info("not shown", exc_info=True)
            return None


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "예" if value else "아니오"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
