"""The operator's output: tables and bars on a terminal, plain lines in a pipe, one JSON object with ``--json``.

This is the only module that prints. A stream that cannot be written to, or an error while drawing, never ends the
command. Control characters in names and texts from outside are escaped here, so they cannot control the terminal.
"""

import functools
import getpass
import logging
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO, cast

from foresto_cli import clock, harmless, json_text, tabular, tones, wide
from foresto_cli.errors import Interrupted, Transient
from foresto_cli.streams import Quiet

if TYPE_CHECKING:
    from rich.console import Console as RichConsole
    from rich.progress import Progress
    from rich.text import Text

log = logging.getLogger(__name__)

PLAIN_EVERY_SECONDS = 5.0
RESULT_LOST = Transient.exit_code
"""Exit code of a command that succeeded but could not write its ``--json`` result: try again later."""

ALL_COLUMNS = "모두 보려면 창을 넓히거나 --json."
CODE = "코드"
"""Part of the heading of a column whose digits are codes, not numbers."""
LONGEST_LINE = 20_000
"""Maximum characters of a line."""

Advance = Callable[[int, int, str], None]
"""Called with (units finished, units in all, description of the present unit)."""


SCHEMA = 1
"""Version of the ``--json`` objects (docs/json.md): raised when a key changes its meaning or is removed."""


class Console:
    """Prints to the operator's terminal or to a pipe.

    With ``as_json`` stdout is reserved for :meth:`result`, with ``keeps_stdout`` for :meth:`file`; all other output
    goes to stderr.
    """

    def __init__(self, *, as_json: bool = False, keeps_stdout: bool = False) -> None:
        """Choose the stream of the lines."""
        self.as_json = as_json
        self._errors = Quiet(sys.stderr)
        self._lines = self._errors if as_json or keeps_stdout else Quiet(sys.stdout)
        self._result_is_lost = False
        self._begun: Quiet | None = None
        self._bar_now: Progress | None = None

    @property
    def is_terminal(self) -> bool:
        """Return whether lines go to a terminal."""
        return self._lines.isatty()

    @property
    def is_cut_off(self) -> bool:
        """Return whether the reader of the pipe has ended (``| head -1``), so that printing again is useless."""
        return self._lines.is_gone

    def line(self, text: str = "") -> None:
        """Print ``text`` as one line, also when it contains line breaks; a terminal wraps it between words."""
        self._say(self._lines, text)

    def strong(self, text: str) -> None:
        """Print one line in bold."""
        self._say(self._lines, text, tones.BOLD)

    def clear(self) -> None:
        """Clear the screen; in a pipe, print an empty line."""
        self._lines.write("\x1b[H\x1b[2J" if self.is_terminal else "\n")

    def complain(self, text: str) -> None:
        """Print ``text`` as one line on stderr, also when it contains line breaks."""
        self._say(self._errors, text)

    def remark(self, text: str) -> None:
        """Print one line on stderr if it is a terminal, and nothing otherwise."""
        if not self._errors.isatty():
            return
        bar = self._bar_now
        if bar is None or not _safely(lambda: bar.console.print(_only_text(text), highlight=False)):
            self.complain(text)

    def waits(self, text: str) -> None:
        """Show what the command is waiting for: in the progress bar, or as a remark when there is no bar."""
        bar = self._bar_now
        if bar is None:
            self.remark(text)
            return
        for task in bar.tasks:
            _safely(functools.partial(bar.update, task.id, refresh=True, unit=harmless.line(text)))

    @property
    def can_ask(self) -> bool:
        """Return whether standard input is a terminal."""
        return sys.stdin is not None and sys.stdin.isatty()

    def ask(self, question: str, *, hidden: bool = False) -> str | None:
        """Return the line that is typed, without its end; None when the input has ended.

        Args:
            question: the prompt.
            hidden: do not show what is typed, as for passwords.
        """
        shown = f"{harmless.line(question, LONGEST_LINE)} "
        try:
            return getpass.getpass(shown) if hidden else input(shown)
        except EOFError:
            self.line()
            return None

    @property
    def width(self) -> int:
        """Return the width of the terminal in cells."""
        return self._lines.width

    def _say(self, stream: Quiet, text: str, tone: str | None = None) -> None:
        said = harmless.line(text, LONGEST_LINE)
        is_terminal = stream.isatty()
        lines = wide.wrap(said, stream.width) if is_terminal else [said]
        if tones.are_wanted(is_terminal=is_terminal):
            first, *rest = lines
            lines = [tones.line(first) if tone is None else tones.painted(first, tone), *rest]
        print("\n".join(lines), file=cast("TextIO", stream), flush=True)

    def table(
        self,
        title: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[object]],
        *,
        right: Container[int] | None = None,
        spare: Sequence[int] = (),
    ) -> None:
        """Print a table; in a pipe, print the headings and the rows as lines of fields separated by tabs.

        Args:
            title: printed above the table.
            columns: headings.
            rows: cells.
            right: indexes of the columns aligned to the right; when None, the columns of numbers.
            spare: indexes of the columns to leave out first when there is no room.
        """
        places = tabular.Places(right or (), spare)
        is_drawn = self.is_terminal and _safely(
            lambda: self._draw(title, columns, rows, places, finds_numbers=right is None)
        )
        if not is_drawn:
            self._fields(title, columns, rows)

    def _draw(
        self,
        title: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[object]],
        places: tabular.Places,
        *,
        finds_numbers: bool,
    ) -> None:
        cells = [[harmless.line(_text(value), LONGEST_LINE) for value in row] for row in rows]
        heads = [harmless.line(head) for head in columns]
        if finds_numbers:
            numbers = [
                place
                for place, head in enumerate(heads)
                if CODE not in head and tabular.are_numbers([row[place] for row in cells])
            ]
            places = places._replace(right=numbers)
        is_coloured = tones.are_wanted(is_terminal=True)
        tone = _toned if is_coloured else _plain
        drawn = tabular.laid_out(heads, cells, self.width, places, tone)
        head, *body = drawn.lines
        above = [*(wide.wrap(harmless.line(title), self.width) if title else []), head]
        lines = [*(tones.painted(one, tones.BOLD) if is_coloured else one for one in above), *body]
        if drawn.left_out:
            lines += wide.wrap(f"· 좁아서 뺀 열: {', '.join(drawn.left_out)}. {ALL_COLUMNS}", self.width)
        print("\n".join([*lines, ""]), file=cast("TextIO", self._lines), flush=True)

    def _fields(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        lines = [f"# {harmless.line(title)}"] if title else []
        lines.append("\t".join(harmless.line(head) for head in columns))
        lines += ["\t".join(harmless.line(_field(value), LONGEST_LINE) for value in row) for row in rows]
        print("\n".join(lines), file=cast("TextIO", self._lines), flush=True)

    @contextmanager
    def progress(self, label: str) -> Iterator[Advance]:
        """Show the progress of a job: a bar on a terminal, otherwise a line every five seconds."""
        bar = self._bar() if self.is_terminal else None
        if bar is None:
            yield self._plain_progress(label)
            return
        tasks: list[Any] = []
        _safely(lambda: (bar.start(), tasks.append(bar.add_task(harmless.line(label), total=None, unit=""))))  # type: ignore[func-returns-value]

        def advance(done: int, total: int, unit: str) -> None:
            _safely(lambda: bar.update(tasks[0], completed=done, total=total, unit=harmless.line(unit)))

        self._bar_now = bar
        try:
            yield advance
        finally:
            self._bar_now = None
            _safely(bar.stop)

    def result(self, found: Mapping[str, object]) -> None:
        """Print the JSON object if ``--json`` was given; print a warning on stderr when it cannot be written."""
        if not self.as_json:
            return
        stream = self._begun or Quiet(sys.stdout)
        versioned = {"schema": SCHEMA, **found}
        if self._begun is not None:
            # Of a refusal: what was written before it was known stands there.
            versioned.pop("rows", None)
        written = json_text.written(versioned)
        if not stream.knows(written):
            written = json_text.written(versioned, ascii_only=True)
        if self._begun is not None:
            written = f"\n], {written[1:]}"
        print(written, file=cast("TextIO", stream), flush=True)
        self._look_after(stream, "--json 결과를")

    def rows(self, pieces: Iterable[tuple[int, str]]) -> int:
        """Print the beginning of the JSON object with its ``rows``; return their number. :meth:`result` completes it.

        Args:
            pieces: of JSON, to be separated by commas, each with its number of rows.
        """
        stream = self._begun = Quiet(sys.stdout)
        stream.write('{"rows": [\n')
        count = 0
        for number, piece in pieces:
            written = json_text.harmless(piece)
            stream.write(",\n" if count else "")
            stream.write(written if stream.knows(written) else json_text.in_ascii(written))
            count += number
            if stream.is_gone:
                break
        return count

    def file(self, pieces: Iterable[tuple[int, str]]) -> int:
        """Write a file to stdout in UTF-8, whatever the terminal's encoding; return its number of rows.

        Args:
            pieces: of the file, each with its number of rows.
        """
        stream, count = Quiet(sys.stdout), 0
        for number, piece in pieces:
            stream.write_bytes(piece.encode())
            count += number
            if stream.is_gone:
                break
        stream.flush()
        self._look_after(stream, "파일을")
        return count

    def _look_after(self, stream: Quiet, what: str) -> None:
        """Print a warning on stderr when ``what`` could not be written to stdout."""
        if stream.failure is not None and not stream.is_gone:
            self._result_is_lost = True
            self.complain(f"✗ {what} 표준 출력에 쓸 수 없습니다({stream.failure}). 공간을 비운 뒤 다시 실행하세요.")

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

    def _bar(self) -> "Progress":
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[unit]}", markup=False),
        )
        return Progress(*columns, console=self._rich(), transient=True)

    def _rich(self) -> "RichConsole":
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


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "예" if value else "아니오"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def _field(value: object) -> str:
    """Return a value for a program: whole numbers without thousands separators, None as an empty text."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)


def _plain(_head: str, _cell: str, text: str) -> str:
    return text


def _toned(head: str, cell: str, text: str) -> str:
    return tones.painted(text, tones.of_cell(head, cell))


def _only_text(text: str) -> "Text":
    """Return ``text`` as something in which rich sees no markup, no emoji code and no command."""
    from rich.text import Text

    return Text(harmless.line(text, LONGEST_LINE))
