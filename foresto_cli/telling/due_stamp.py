"""What ``foresto run --due`` remembers, so that it need not open the database when nothing can be due.

A file in the state folder says until when. It is believed only between the moment it was written and that one, and only
for the timetable it was written for; without it the database is asked.
"""

import contextlib
import hashlib
import json
from datetime import datetime

from foresto_cli import clock, files
from foresto_cli.errors import ConfigError
from foresto_cli.settings import Paths, private_folder
from foresto_cli.timetable import JOBS

FILE = "due.json"


def is_quiet(folders: Paths) -> bool:
    """Say whether it is known that nothing is due now."""
    try:
        found = json.loads((folders.state / FILE).read_text(encoding="utf-8"))
        written, until = (datetime.fromisoformat(found[name]) for name in ("written", "until"))
        return found["timetable"] == _timetable() and written <= clock.wall() < until
    except (OSError, ValueError, KeyError, TypeError):
        return False


def remember(folders: Paths, until: datetime) -> None:
    """Write down that nothing is due before ``until``; if that fails, the next look costs a little more."""
    content = {"written": f"{clock.wall()}", "until": f"{until.replace(tzinfo=None)}", "timetable": _timetable()}
    with contextlib.suppress(ConfigError):
        files.write(private_folder(folders.state) / FILE, json.dumps(content))


def forget(folders: Paths) -> None:
    """Let the next ``run --due`` look for itself."""
    with contextlib.suppress(OSError):
        (folders.state / FILE).unlink(missing_ok=True)


def _timetable() -> str:
    return hashlib.sha256(repr(JOBS).encode()).hexdigest()[:12]
