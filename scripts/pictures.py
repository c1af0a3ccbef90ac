"""Draw the README's pictures: commands at a terminal as one SVG, dashboard and mail as a browser shows them.

Run: ``.venv/bin/python scripts/pictures.py`` (two minutes). The market is synthetic and the day fixed, so that the same
code draws the same pictures. The pages need Chromium with its driver and a Korean font (Debian: ``chromium
chromium-driver fonts-nanum``); without them the terminal alone is drawn.
"""

import html
import io
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "pictures" / "terminal.svg"
PAGES = (("market", "/market", 880), ("stock", "/stocks/005930", 880))
"""Picture, page of the live dashboard, and height; each picture is 1,200 pixels wide."""
WIDTH = 1_200
COLUMNS = 96
CELL = 12.2
"""Width of a terminal cell in rich's SVG."""
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


PROGRAM = (sys.executable, "-m", "foresto_cli", "--sandbox")


def surroundings(home: Path) -> dict[str, str]:
    """Return the environment variables of a command."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**kept, **SMALL, "FORESTO_HOME": str(home)}


def ran(home: Path, *arguments: str) -> str:
    """Return what ``foresto --sandbox`` with these arguments writes to a terminal.

    Raises:
        SystemExit: it failed.
    """
    given = surroundings(home) | {"COLUMNS": f"{COLUMNS}", "LINES": "60", "TERM": "xterm-256color"}
    pid, line = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [*PROGRAM, *arguments], given)  # noqa: S606  # our own program
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
    """Return the line that is typed to run a command."""
    return " ".join(f'"{word}"' if " " in word else word for word in ("foresto", *arguments))


def drawn(screens: list[tuple[str, str]]) -> str:
    """Return the SVG of several commands with their output."""
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
    """Set the width of a text by its cells: rich counts a Korean letter as one cell, but it takes two."""
    cells = cell_len(html.unescape(found[2]))
    return f'textLength="{cells * CELL:g}" lengthAdjust="spacingAndGlyphs"{found[1]}>{found[2]}</text>'


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """Yield the address of a live dashboard."""
    command = [*PROGRAM, "dashboard", "--serve"]
    with subprocess.Popen(command, env=surroundings(home), stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.readline() if process.stdout else ""
        try:
            yield said.split()[-1]
        finally:
            process.terminate()


def photographed(home: Path) -> list[Path]:
    """Take pictures of the pages of the dashboard and of the mail; return the files."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in (
        "--headless=new",
        "--hide-scrollbars",
        "--disable-dev-shm-usage",
        *(("--no-sandbox",) if os.getuid() == 0 else ()),
    ):
        options.add_argument(argument)
    mail = home / "mail.html"
    ran(home, "report", "market-email", "--preview", str(mail))
    pictures = []
    browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        with serving(home) as address:
            browser.get(address)
            origin = address.partition("/?")[0]
            for name, url, height in (
                *((name, f"{origin}{path}", height) for name, path, height in PAGES),
                ("mail", mail.as_uri(), 1_000),
            ):
                browser.set_window_size(WIDTH if name != "mail" else 720, height)
                browser.get(url)
                pictures.append(PICTURE.with_name(f"{name}.png"))
                browser.save_screenshot(str(pictures[-1]))
    finally:
        browser.quit()
    return pictures


def main() -> None:
    """Load the market and draw."""
    with tempfile.TemporaryDirectory(prefix="foresto-pictures-") as made:
        home = Path(made)
        home.chmod(0o711)
        ran(home, "run", "initial")
        screens = [(typed(arguments), ran(home, *arguments)) for arguments in SHOWN]
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_text(drawn(screens), encoding="utf-8")
        pictures = [PICTURE]
        if shutil.which("chromium") and shutil.which("chromedriver"):
            pictures += photographed(home)
        else:
            print("no chromium: the pages are not drawn", file=sys.stderr)
    for picture in pictures:
        print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
