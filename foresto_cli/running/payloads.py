"""Answers that were not understood, put aside for the operator: few, small, and for nobody else."""

import contextlib
import re
from pathlib import Path

from foresto_cli import clock, files
from foresto_cli.app import App
from foresto_cli.errors import BadPayload, ConfigError
from foresto_cli.settings import private_folder

LARGEST_PAYLOAD = 1_000_000
BEYOND = 4_096
"""So much more is looked at, so that no secret is cut in half and then not known."""
MOST_FILES = 200
MOST_BYTES = 50_000_000
"""Of everything that is kept; the oldest go first."""
LONGEST_NAME = 80


def keep_payload(app: App, name: str, error: BadPayload) -> None:
    """Put an answer that was not understood into the state folder: redacted, at most 1 MB, for the operator only.

    Where there is no room for it, that is complained about: the unit has failed either way, and the others go on.
    """
    if not error.payload:
        return
    plain = re.sub(r"[^\w.-]", "_", name)[:LONGEST_NAME]
    file = app.folders.payloads / f"{clock.now():%Y%m%d-%H%M%S}-{plain}.txt"
    body = app.redact(error.payload[: LARGEST_PAYLOAD + BEYOND].decode("utf-8", "replace"))
    try:
        folder = private_folder(file.parent)
        # Cut at a whole letter: the file is read as text.
        files.write(file, body.encode("utf-8", "replace")[:LARGEST_PAYLOAD].decode("utf-8", "ignore").encode())
        _prune(folder)
    except OSError as refusal:
        reason = refusal.strerror or type(refusal).__name__
        app.console.complain(f"! 이해하지 못한 응답을 {file}에 남기지 못했습니다({reason}).")
    except ConfigError as refusal:
        app.console.complain(f"! 이해하지 못한 응답을 남기지 못했습니다. {refusal}")


def _prune(folder: Path) -> None:
    """Keep the newest: their names begin with the moment."""
    kept = size = 0
    for file in sorted(folder.glob("*.txt"), key=lambda file: file.name, reverse=True):
        # Another foresto may prune at the same moment.
        with contextlib.suppress(FileNotFoundError):
            kept, size = kept + 1, size + file.lstat().st_size
            if kept > MOST_FILES or size > MOST_BYTES:
                file.unlink()
