"""Output that cannot be written: never an end of the work, never an incident, the command's own exit code."""

import errno
import io
import json
import os
import subprocess
import sys

import pytest
from support import ROOT, environment_of

from foresto_cli import console as consoles
from foresto_cli import logs, streams, tabular
from foresto_cli.console import Console
from foresto_cli.errors import Interrupted
from foresto_cli.logs import Redactor

FULL = "/dev/full"
BONDS = "bonds load"
needs_full = pytest.mark.skipif(not os.path.exists(FULL), reason="no /dev/full here")  # noqa: PTH110  # no Path at import


class Unheard(Exception):
    """An exception of a class that nobody named."""


BROKEN = (
    ValueError("I/O operation on closed file"),
    UnicodeEncodeError("ascii", "가", 0, 1, "x"),
    OSError(errno.ENOSPC, "No space left on device"),
    BrokenPipeError(errno.EPIPE, "Broken pipe"),
    RuntimeError("x"),
    AttributeError("x"),
    Unheard("x"),
)


class Refusing(io.StringIO):
    """A stream that raises whatever is done with it."""

    terminal = False
    error = None

    @classmethod
    def by(cls, error, *, terminal=False):
        stream = cls()
        stream.error, stream.terminal = error, terminal
        return stream

    def isatty(self):
        return self.terminal

    def write(self, _):
        raise self.error

    def flush(self):
        raise self.error


def shell(home, line, **variables):
    """Run a line of bash in which ``foresto`` is this program; return what bash says."""
    given = environment_of(home, **variables) | {"FORESTO": f"{sys.executable} -m foresto_cli"}
    return subprocess.run(
        ["/bin/bash", "-c", f'foresto() {{ $FORESTO "$@"; }}; {line}'],
        cwd=ROOT, env=given, capture_output=True, text=True, timeout=120, check=False, errors="replace",
    )  # fmt: skip


@pytest.mark.parametrize("error", BROKEN, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("terminal", [False, True])
def test_nothing_that_is_shown_raises(monkeypatch, error, terminal):
    monkeypatch.setattr(sys, "stdout", Refusing.by(error, terminal=terminal))
    monkeypatch.setattr(sys, "stderr", Refusing.by(error, terminal=terminal))
    for as_json in (False, True):
        console = Console(as_json=as_json)
        console.line("가")
        console.strong("가")
        console.clear()
        console.complain("가")
        console.table("표", ("가", "나"), [(1, "x"), (None, "y")])
        with console.progress("가") as advance:
            advance(1, 2, "x")
            advance(2, 2, "x")
        console.result({"가": 1})
        assert console.exit_code(0) == (consoles.RESULT_LOST if as_json else 0)
        assert console.exit_code(78) == 78


def test_what_cannot_be_drawn_is_written_plainly(monkeypatch):
    screen = io.StringIO()
    screen.isatty = lambda: True
    monkeypatch.setattr(sys, "stdout", screen)

    def fails(*_, **__):
        raise Unheard("x")

    monkeypatch.setattr(tabular, "laid_out", fails)
    console = Console()
    console.strong("하나")
    console.table("표", ("이름",), [("둘",)])
    console.clear()
    written = screen.getvalue()
    assert "하나" in written
    assert "이름\n둘\n" in written


def test_a_request_to_stop_is_heard_while_writing(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Refusing.by(Interrupted(15)))
    with pytest.raises(Interrupted):
        Console().line("가")


def test_json_is_json_in_every_encoding(monkeypatch):
    for encoding in ("utf-8", "ascii", "latin-1", "euc-kr"):
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        monkeypatch.setattr(sys, "stdout", stream)
        found = {"이름": "가✓\ud800", "수": 1}
        Console(as_json=True).result(found)
        assert json.loads(stream.buffer.getvalue().decode(encoding)) == {"schema": 1, **found}


@pytest.mark.parametrize("error", BROKEN, ids=lambda error: type(error).__name__)
def test_a_log_that_cannot_be_written_is_told_once_and_no_more(tmp_path, monkeypatch, error):
    import logging

    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    root.handlers[:] = []
    said = []
    try:
        logs.start(tmp_path, "INFO", Redactor(["hidden-word"]), said.append)
        (handler,) = root.handlers
        monkeypatch.setattr(handler, "stream", Refusing.by(error))
        for _ in range(3):
            logging.getLogger("foresto_cli.x").warning("hidden-word")
        logging.getLogger("foresto_cli.x").warning("%d", "no number")
        handler.close()
    finally:
        root.handlers[:] = kept
        root.setLevel(level)
    assert len(said) == 1
    assert "로그 없이 계속합니다" in said[0]
    assert "hidden-word" not in said[0]


def test_a_log_that_cannot_be_opened_is_told_and_work_goes_on(tmp_path, capsys):
    import logging

    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    root.handlers[:] = []
    said = []
    (tmp_path / "logs").write_text("in the way")
    (tmp_path / "other" / "foresto.log").mkdir(parents=True)
    try:
        for folder in ("logs", "other"):
            logs.start(tmp_path / folder, "INFO", Redactor(), said.append)
            logging.getLogger("foresto_cli.x").warning("secret words that go nowhere")
    finally:
        root.handlers[:] = kept
        root.setLevel(level)
    assert len(said) == 2
    assert all("로그 없이 계속합니다" in one for one in said)
    assert capsys.readouterr().err == ""


def test_a_log_folder_that_goes_away_half_way_stops_nothing(tmp_path):
    import logging
    import shutil

    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    root.handlers[:] = []
    said = []
    try:
        logs.start(tmp_path / "logs", "INFO", Redactor(), said.append)
        shutil.rmtree(tmp_path / "logs")
        for _ in range(5):
            logging.getLogger("foresto_cli.x").warning("." * 1_000_000)
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers[:] = kept
        root.setLevel(level)
    assert len(said) <= 1


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "euc-kr", "cp949", "ascii:strict", "utf-8:strict"])
@pytest.mark.parametrize("words", ["--help", "prices --help", "--version", "nonsense"])
def test_help_in_every_encoding(tmp_path, encoding, words):
    found = shell(tmp_path, f"foresto {words}", PYTHONIOENCODING=encoding)
    assert found.returncode == (2 if words == "nonsense" else 0), found.stderr
    assert "Traceback" not in found.stderr


@needs_full
@pytest.mark.parametrize("words", ["--help", "--version", "sandbox faults"])
@pytest.mark.parametrize("place", ["> /dev/full", ">&-", "2>&-", ">&- 2>&- <&-", "> /dev/full 2>&1", "| true"])
def test_no_place_changes_the_exit_code_and_nothing_is_said_at_the_end(tmp_path, words, place):
    found = shell(tmp_path, f"foresto {words} {place}; exit ${{PIPESTATUS[0]}}")
    assert found.returncode == 0
    assert found.stderr == ""


@pytest.mark.long
@needs_full
def test_chains_and_lists_without_a_place_to_write(home):
    found = shell(
        home,
        "foresto --sandbox status | head -1; echo status ${PIPESTATUS[0]};"
        " foresto --sandbox run monthly > /dev/full; echo chain $?;"
        " foresto --sandbox run close >&- 2>&-; echo closed $?;"
        " foresto --sandbox status --json > /dev/full; echo json $?;"
        " foresto --sandbox status --json | true; echo unread ${PIPESTATUS[0]};"
        " PYTHONIOENCODING=ascii foresto --sandbox alerts list; foresto --sandbox runs list --steps",
    )
    lines = found.stdout.splitlines()
    # Without any prices each verification finds what is missing, wherever a chain writes.
    assert {"status 0", "chain 65", "closed 65", "unread 0"} <= set(lines), found.stdout + found.stderr
    assert f"json {consoles.RESULT_LOST}" in lines
    assert "--json" in found.stderr
    assert "Traceback" not in found.stderr
    assert "BrokenPipe" not in found.stderr + found.stdout
    assert "오류" not in found.stdout
    assert BONDS in found.stdout


@pytest.mark.long
def test_a_screen_that_is_drawn_again_and_again_ends_with_its_reader(home):
    found = shell(home, "timeout 60 $FORESTO --sandbox status --watch --every 0.5 | head -1; exit ${PIPESTATUS[0]}")
    assert found.returncode == 0, found.stderr


def test_a_stream_that_refuses_is_remembered_and_one_that_is_full_is_tried_again(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    raw = streams._Forgiving(writing, "w", closefd=True)
    stream = io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", write_through=True)
    stream.write("가")
    stream.flush()
    assert streams.failure(stream).errno == errno.EPIPE
    assert streams.failure(io.StringIO()) is None
    stream.close()


def test_a_terminal_that_another_program_made_non_blocking_gets_everything():
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    program = "import sys; from foresto_cli import streams; streams.prepare(); sys.stdout.write('x' * 1_000_000)"
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as read:
        assert len(read.read()) == 1_000_000
    assert process.wait(timeout=30) == 0
