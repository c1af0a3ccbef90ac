"""The dashboard: one HTML file that shows the whole state, for the operator's eyes only."""

import os
import webbrowser
from pathlib import Path
from typing import Any

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.errors import ConfigError, ForestoError
from foresto_cli.ops.page import facts, view
from foresto_cli.ops.templating import filled
from foresto_cli.settings import PRIVATE_FILE, private_folder

FILE = "dashboard.html"


def render(app: App) -> str:
    """Return the page as it is now; it asks nothing of any other file or server."""
    return filled("dashboard.html", page=view.page(facts.gathered(app)))


def write(app: App, out: Path | None = None, *, show: bool = False) -> dict[str, Any]:
    """Write the page and return the ``--json`` object of ``foresto dashboard``.

    Args:
        app: what to show.
        out: where to; ``dashboard.html`` in the state folder when None.
        show: open it in the operator's browser.

    Raises:
        ConfigError: the file cannot be written.
    """
    started = clock.monotonic()
    file = out.absolute() if out else private_folder(app.folders.state) / FILE
    replace(file, render(app))
    opened = show and webbrowser.open(file.as_uri())
    return {
        "command": "dashboard",
        "outcome": "done",
        "exit_code": 0,
        "file": f"{file}",
        "bytes": file.stat().st_size,
        "opened": opened,
        "seconds": round(clock.monotonic() - started, 3),
    }


def refresh(app: App) -> None:
    """Write the page after a chain; one that cannot be written is complained about and fails nothing."""
    try:
        write(app)
    except ForestoError as error:
        app.console.complain(f"! 현황판을 쓰지 못했습니다: {error}")


def replace(file: Path, content: str) -> None:
    """Put ``content`` in the place of ``file`` in one move, readable by its owner only.

    Raises:
        ConfigError: the folder is not there or cannot be written to.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as written:
            written.write(content)
        draft.replace(file)
    except OSError as error:
        draft.unlink(missing_ok=True)
        reason = error.strerror or type(error).__name__
        raise ConfigError(f"{file} 에 쓸 수 없습니다({reason}). 있는 폴더의 파일 이름을 주세요.") from error
