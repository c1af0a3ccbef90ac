"""Settings and folders: what the operator can set, where it is read, and where foresto keeps things."""

from foresto_cli.folders import (
    ALLOW_SANDBOX,
    PASSABLE_FOLDER,
    PRIVATE_FILE,
    PRIVATE_FOLDER,
    SCHEDULER,
    Paths,
    allows_sandbox,
    paths,
    private_folder,
    started_by,
)
from foresto_cli.settings.children import environment_of_a_child, keys_out_of_sight
from foresto_cli.settings.model import FSC_ALIASES, Settings
from foresto_cli.settings.sandboxed import SANDBOX_KEYS, load_sandbox
from foresto_cli.settings.setting_sources import MAIL, load, working_file

__all__ = [
    "ALLOW_SANDBOX",
    "FSC_ALIASES",
    "MAIL",
    "PASSABLE_FOLDER",
    "PRIVATE_FILE",
    "PRIVATE_FOLDER",
    "SANDBOX_KEYS",
    "SCHEDULER",
    "Paths",
    "Settings",
    "allows_sandbox",
    "environment_of_a_child",
    "keys_out_of_sight",
    "load",
    "load_sandbox",
    "paths",
    "private_folder",
    "started_by",
    "working_file",
]
