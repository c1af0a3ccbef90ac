"""Where foresto keeps things, and who started this process."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from foresto_cli.errors import ConfigError

PRIVATE_FOLDER = 0o700
PASSABLE_FOLDER = 0o711
PRIVATE_FILE = 0o600
CONTROL = re.compile(r"[\x00-\x1f\x7f]")

SCHEDULER = "FORESTO_SCHEDULER"
"""Set by the files of ``foresto schedule install``."""


ALLOW_SANDBOX = "FORESTO_ALLOW_SANDBOX"


def started_by() -> str | None:
    """Return the scheduler that started this process, or None for a person."""
    return os.environ.get(SCHEDULER) or None


def allows_sandbox() -> bool:
    """Say whether answers of the sandbox are believed without ``--sandbox``: for those who develop foresto.

    Only the environment says so: no file of settings that lies about turns synthetic prices into real ones.
    """
    return os.environ.get(ALLOW_SANDBOX) == "1"


@dataclass(frozen=True)
class Paths:
    """Where foresto keeps things: ``config`` (settings), ``data`` (database), ``state`` (logs, locks, payloads)."""

    config: Path
    data: Path
    state: Path

    @property
    def logs(self) -> Path:
        """Folder of the rotating log file."""
        return self.state / "logs"

    @property
    def payloads(self) -> Path:
        """Folder of answers that were not understood (redacted, at most 1 MB each)."""
        return self.state / "payloads"

    @property
    def lock_file(self) -> Path:
        """The lock that keeps two collecting commands apart."""
        return self.state / "collect.lock"

    @property
    def chain_lock_file(self) -> Path:
        """The lock that keeps two chains apart."""
        return self.state / "chain.lock"

    @property
    def database_file(self) -> Path:
        """Which database was used last (never its password)."""
        return self.state / "database.json"

    @property
    def outage_file(self) -> Path:
        """What is remembered of a database that cannot be reached, while it cannot."""
        return self.state / "outage.json"

    def in_sandbox(self) -> "Paths":
        """Return the same folders for the sandbox, which shares nothing with the real ones."""
        return Paths(config=self.config, data=self.data / "sandbox", state=self.state / "sandbox")


def paths() -> Paths:
    """Return the folders of this user, or those below ``FORESTO_HOME`` when it is set."""
    home = os.environ.get("FORESTO_HOME")
    if home:
        base = Path(home).expanduser().absolute()
        return Paths(base / "config", base / "data", base / "state")
    import platformdirs

    return Paths(
        platformdirs.user_config_path("foresto"),
        platformdirs.user_data_path("foresto"),
        platformdirs.user_state_path("foresto"),
    )


def private_folder(folder: Path) -> Path:
    """Make ``folder`` readable by the operator only and return it.

    Raises:
        ConfigError: it cannot be made or written to, or its name has a line break or another control character.
    """
    name = f"{folder}"
    if CONTROL.search(name):
        # PostgreSQL keeps its folder as one line of a file; with two it was never found again, and ran on for ever.
        raise ConfigError(f"폴더 이름에 줄바꿈 같은 제어 문자가 있습니다({name!r}). FORESTO_HOME을 바꾸세요.")
    try:
        # mkdir's own mode holds for the last folder only. Made by root, a parent lets the database's account pass.
        passable = PASSABLE_FOLDER if os.geteuid() == 0 else PRIVATE_FOLDER
        for missing in reversed([place for place in folder.parents if not place.exists()]):
            missing.mkdir(mode=passable, exist_ok=True)
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        writable = os.access(folder, os.W_OK | os.X_OK) and folder.is_dir()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(
            f"폴더 {folder}를 만들 수 없습니다({reason}). 권한을 고치거나 FORESTO_HOME을 바꾸세요."
        ) from error
    if not writable:
        raise ConfigError(f"폴더 {folder}에 쓸 수 없습니다. 권한을 고치거나 FORESTO_HOME을 바꾸세요.")
    return folder
