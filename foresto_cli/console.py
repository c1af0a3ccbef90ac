"""What the operator sees: rich on a terminal, plain lines otherwise, one JSON object on stdout with ``--json``.

The only module that prints.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from foresto_cli import clock

PLAIN_EVERY_SECONDS = 5.0

Advance = Callable[[int, int, str], None]
"""Called with (units dealt with, units in all, what is at hand)."""


class Console:
    """The operator's terminal, or the pipe in its place.

    With ``as_json`` stdout is kept for :meth:`result`, and everything else goes to stderr.
    """

    def __init__(self, *, as_json: bool = False) -> None:
        """Decide where lines go."""
        self.as_json = as_json
        self._lines: TextIO = sys.stderr if as_json else sys.stdout

    @property
    def is_terminal(self) -> bool:
        """Say whether a person is watching."""
        return self._lines.isatty()

    def line(self, text: str = "") -> None:
        """Print one line."""
        print(text, file=self._lines, flush=True)

    def strong(self, text: str) -> None:
        """Print one line that stands out."""
        if self.is_terminal:
            self._rich().print(text, style="bold", highlight=False, markup=False)
        else:
            self.line(text)

    def clear(self) -> None:
        """Start on an empty screen; in a pipe, on an empty line."""
        if self.is_terminal:
            self._rich().clear()
        else:
            self.line()

    def complain(self, text: str) -> None:
        """Print one line on stderr."""
        print(text, file=sys.stderr, flush=True)

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Print a table; numbers stand to the right."""
        if not self.is_terminal:
            self.line(f"[{title}]" if title else "")
            for row in rows:
                cells = (f"{name}={_text(value)}" for name, value in zip(columns, row, strict=True))
                self.line("  " + "  ".join(cells))
            return
        from rich.box import SIMPLE_HEAD
        from rich.table import Table

        drawn = Table(title=title or None, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
        for position, name in enumerate(columns):
            numbers = bool(rows) and all(isinstance(row[position], int | float) for row in rows)
            drawn.add_column(name, justify="right" if numbers else "left", overflow="fold")
        for row in rows:
            drawn.add_row(*(_escaped(_text(value)) for value in row))
        self._rich().print(drawn)

    @contextmanager
    def progress(self, label: str) -> Iterator[Advance]:
        """Show how far a job is: a bar on a terminal, a line every five seconds otherwise."""
        if not self.is_terminal:
            yield self._plain_progress(label)
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[unit]}"),
        )
        with Progress(*columns, console=self._rich(), transient=True) as bar:
            task = bar.add_task(label, total=None, unit="")

            def advance(done: int, total: int, unit: str) -> None:
                bar.update(task, completed=done, total=total, unit=unit)

            yield advance

    def result(self, found: dict[str, Any]) -> None:
        """Print the one JSON object, when it was asked for."""
        if self.as_json:
            print(json.dumps(found, ensure_ascii=False, default=str), flush=True)

    def _plain_progress(self, label: str) -> Advance:
        last = clock.monotonic()

        def advance(done: int, total: int, unit: str) -> None:
            nonlocal last
            if (done and done == total) or clock.monotonic() - last >= PLAIN_EVERY_SECONDS:
                last = clock.monotonic()
                self.line(f"{clock.now():%H:%M:%S} {label} {done:,}/{total:,} {unit}")

        return advance

    def _rich(self) -> Any:  # noqa: ANN401  # rich is imported only on a terminal
        from rich.console import Console as RichConsole

        return RichConsole(file=self._lines)


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
