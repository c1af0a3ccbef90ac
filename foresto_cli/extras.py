"""The command that installs an optional package into foresto's environment, for uv, pipx and pip.

foresto is installed from its own folder. ``pip install 'foresto[duckdb]'`` would look for a package of that name on the
package index, which may be somebody else's, and would often install it into another environment.
"""

import shlex
import sys
from pathlib import Path

PACKAGES = {
    "apprise": ("apprise>=1.9",),
    "duckdb": ("duckdb>=1.2", "pyarrow>=17"),
    "mcp": ("mcp>=2.3,<3",),
    "parquet": ("pyarrow>=17",),
}
"""Extras of ``pyproject.toml`` that a message may ask for, with their packages."""


def command(extra: str) -> str:
    """Return the shell command that installs ``extra`` into the environment of this process."""
    prefix = Path(sys.prefix)
    wanted = [shlex.quote(package) for package in PACKAGES[extra]]
    if (prefix / "uv-receipt.toml").exists():
        return " ".join(("uv pip install --python", shlex.quote(sys.prefix), *wanted))
    if (prefix / "pipx_metadata.json").exists():
        return " ".join(("pipx inject", shlex.quote(prefix.name), *wanted))
    return " ".join((shlex.quote(sys.executable), "-m pip install", *wanted))
