"""Draw the README's picture of a terminal: real commands at a pseudo-terminal, in the sandbox, as one SVG.

Run: ``.venv/bin/python scripts/pictures.py`` (a minute). The market is synthetic and the day fixed, so that the same
code draws the same picture.
"""

import html
import io
import os
import pty
import re
import sys
import tempfile
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "pictures" / "terminal.svg"
COLUMNS = 96
CELL = 12.2
"""Width of a cell in rich's drawing."""
TEXT = re.compile(r'textLength="[0-9.]+"([^>]*)>([^<]*)</text>')
SMALL = {"FORESTO_SANDBOX_STOCKS": "60", "FORESTO_SANDBOX_SESSIONS": "160", "FORESTO_SANDBOX_TODAY": "2026-11-20"}
SHOWN = (
    ("score", "rank", "--top", "4"),
    ("screen", "score > 60 and per < 15", "--top", "3"),
    ("sql", "SELECT market, count(*) AS stocks FROM stocks GROUP BY 1 ORDER BY 1"),
)
THEME = TerminalTheme(
    (24, 26, 31),
    (222, 226, 230),
    [(24, 26, 31), (224, 108, 117), (152, 195, 121), (229, 192, 123), (97, 175, 239), (198, 120, 221), (86, 182, 194),
     (222, 226, 230)],
)  # fmt: skip
FONTS = '"D2Coding", "NanumGothicCoding", "Noto Sans Mono CJK KR", Menlo, Consolas, monospace'


def ran(home: Path, *arguments: str) -> str:
    """Return what ``foresto --sandbox`` with these arguments writes to a terminal.

    Raises:
        SystemExit: it failed.
    """
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    given = {
        **kept,
        **SMALL,
        "FORESTO_HOME": str(home),
        "COLUMNS": f"{COLUMNS}",
        "LINES": "60",
        "TERM": "xterm-256color",
    }
    pid, line = pty.fork()
    if pid == 0:
        command = [sys.executable, "-m", "foresto_cli", "--sandbox", *arguments]
        os.execve(sys.executable, command, given)  # noqa: S606  # our own program
    written = io.BytesIO()
    while block := _read(line):
        written.write(block)
    os.close(line)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    text = written.getvalue().decode()
    if code:
        raise SystemExit(f"foresto {' '.join(arguments)}: {code}\n{text}")
    return text.replace("\r\n", "\n")


def _read(line: int) -> bytes:
    try:
        return os.read(line, 65_536)
    except OSError:
        # What a pseudo-terminal says when nobody is at its other end.
        return b""


def typed(arguments: tuple[str, ...]) -> str:
    """Return a command as it is typed."""
    return " ".join(f'"{word}"' if " " in word else word for word in ("foresto", *arguments))


def drawn(screens: list[tuple[str, str]]) -> str:
    """Return the SVG of commands and what each wrote."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for command, text in screens:
        console.print(Text.assemble(("$ ", "green"), (command, "bold")))
        console.print(Text.from_ansi(text.strip("\n")))
        console.print()
    svg = console.export_svg(title="foresto", theme=THEME, unique_id="foresto")
    # A page that shows the picture fetches nothing from anywhere.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: [^;]+;", f"font-family: {FONTS};", svg)
    return TEXT.sub(_wide, svg)


def _wide(found: re.Match[str]) -> str:
    """Give a text the room of its cells: rich counts letters, and a Korean one takes two cells."""
    cells = cell_len(html.unescape(found[2]))
    return f'textLength="{cells * CELL:g}" lengthAdjust="spacingAndGlyphs"{found[1]}>{found[2]}</text>'


def main() -> None:
    """Load the market and draw."""
    with tempfile.TemporaryDirectory(prefix="foresto-pictures-") as made:
        home = Path(made)
        home.chmod(0o711)
        ran(home, "run", "initial")
        screens = [(typed(arguments), ran(home, *arguments)) for arguments in SHOWN]
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(drawn(screens), encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
