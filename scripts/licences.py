"""Write docs/licences.md: under which licence each package of requirements.lock is, from what is installed.

Run: ``.venv/bin/python scripts/licences.py``.
"""

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
LONGEST = 60
HEADER = """\
# Licences

foresto is under the MIT licence ([LICENSE](../LICENSE)). These are the packages it was tested with
(`requirements.lock`), as their own metadata say; made by `python scripts/licences.py`.

| package | version | licence |
|---|---|---|
"""


def pinned() -> dict[str, str]:
    """Return version by package, as requirements.lock has them."""
    lines = [line.split("#")[0].strip() for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines()]
    return dict(line.split("==") for line in lines if line)


def row(name: str, version: str) -> str:
    """Return the line of a package.

    Raises:
        PackageNotFoundError: it is not installed in this version.
    """
    found = metadata(name)
    if found["Version"] != version:
        raise PackageNotFoundError(name)
    named = [value.rpartition(" :: ")[2] for value in found.get_all("Classifier", []) if value.startswith("License")]
    said = found.get("License-Expression") or (found.get("License") or "").strip()
    if not said or "\n" in said or len(said) > LONGEST:
        said = ", ".join(sorted(set(named) - {"OSI Approved"})) or "not stated"
    return f"| {name} | {version} | {re.sub(r'[|]', '/', said)} |"


def main() -> None:
    """Write the page; every package has to be installed (``pip install -c requirements.lock -e '.[dev]'``)."""
    rows = [row(name, version) for name, version in pinned().items()]
    PAGE.write_text(HEADER + "\n".join(rows) + "\n", "utf-8")


if __name__ == "__main__":
    main()
