"""Build wheel and sdist, install each where nothing of this folder is in reach, and use them from another folder.

Run: ``.venv/bin/python scripts/built.py``, with hatchling and everything foresto needs installed (``.[dev]``). The
packages that foresto needs are borrowed from this environment; nothing is downloaded.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from email import message_from_bytes
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NEEDED = ("py.typed", "cli/init_command.py", "store/migrations/env.py", "views/templates/dashboard.html")
"""Files of the package that are not modules, or are found only by their name."""
SMALL = {"FORESTO_SANDBOX_STOCKS": "60", "FORESTO_SANDBOX_SESSIONS": "12", "FORESTO_SANDBOX_TODAY": "2026-11-20"}
COMMANDS = (
    ("--version",),
    ("--sandbox", "init", "--yes"),
    ("--sandbox", "listing", "load"),
    ("--sandbox", "prices", "incremental"),
    ("--sandbox", "stocks", "load"),
    ("--sandbox", "score", "batch"),
    ("--sandbox", "status"),
    ("--sandbox", "dashboard", "--out", "page.html"),
    ("--sandbox", "sql", "SELECT count(*) FROM stock_price_daily", "--csv", "-"),
    ("--sandbox", "schedule", "install", "--scheduler", "cron", "--dry-run"),
    ("--sandbox", "db", "backup", "backup"),
)
"""One file of each kind: templates, files beside migrations, the embedded server, writers of files."""


def built(source: Path, target: Path, kind: str) -> Path:
    """Build ``kind`` (wheel or sdist) of ``source`` into ``target``; return the file."""
    run([sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)], source, dict(os.environ))
    (file,) = target.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return file


def run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """Run ``command`` and return what it printed.

    Raises:
        SystemExit: it failed; what it said is shown.
    """
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(f"{' '.join(command)}: {ended.returncode}\n{ended.stdout}{ended.stderr}")
    return ended.stdout


def look_at(wheel: Path) -> set[str]:
    """Check the files and the metadata of the wheel; return the names of its files.

    Raises:
        SystemExit: something is missing.
    """
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        said = message_from_bytes(archive.read(metadata))
    missing = [name for name in NEEDED if f"foresto_cli/{name}" not in names]
    lacking = [name for name in ("Summary", "License-Expression", "License-File", "Requires-Python") if not said[name]]
    strange = sorted(name for name in names if not name.startswith(("foresto_cli/", "foresto-")))
    if missing or lacking or strange or "Typing :: Typed" not in said.get_all("Classifier", []):
        raise SystemExit(f"{wheel.name}: missing {missing}, metadata without {lacking}, besides {strange}")
    return names


def used(wheel: Path, folder: Path) -> None:
    """Install ``wheel`` into a new environment and run its commands from ``folder``."""
    place = folder / "venv"
    venv.create(place, with_pip=False, symlinks=True)
    libraries = place / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    ours = [entry for entry in sys.path if entry.endswith("site-packages")]
    (libraries / "borrowed.pth").write_text("\n".join(ours) + "\n", encoding="utf-8")
    python = str(place / "bin" / "python")
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index"]
    run([*install, str(wheel)], folder, dict(os.environ))
    where = run([python, "-c", "import foresto_cli; print(foresto_cli.__file__)"], folder, {"PATH": os.environ["PATH"]})
    if not where.startswith(str(libraries)):
        raise SystemExit(f"not the installed one: {where}")
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    environment = {**kept, **SMALL, "FORESTO_HOME": str(folder / "home"), "HOME": str(folder)}
    for command in COMMANDS:
        run([str(place / "bin" / "foresto"), *command], folder, environment)
        print(f"  foresto {' '.join(command)}")


def main() -> None:
    """Build the sdist and the wheel, compare their files, and run the wheel that was built from the sdist."""
    with tempfile.TemporaryDirectory(prefix="foresto-built-") as made:
        folder = Path(made)
        direct = built(ROOT, folder / "direct", "wheel")
        source = built(ROOT, folder / "source", "sdist")
        with tarfile.open(source) as archive:
            archive.extractall(folder / "unpacked", filter="data")
        (unpacked,) = (folder / "unpacked").iterdir()
        again = built(unpacked, folder / "again", "wheel")
        if look_at(direct) != look_at(again):
            raise SystemExit("the wheel of the sdist has other files than the wheel of this folder")
        print(f"{direct.name} {direct.stat().st_size // 1024:,} KB, {source.name} {source.stat().st_size // 1024:,} KB")
        elsewhere = folder / "elsewhere"
        elsewhere.mkdir()
        elsewhere.chmod(0o711)
        folder.chmod(0o711)
        used(again, elsewhere)


if __name__ == "__main__":
    main()
