"""Write requirements.hashes: the versions of requirements.lock with the SHA-256 of every wheel that may be installed.

Run: ``.venv/bin/python scripts/hashes.py``

pip is asked, once for each platform and Python that foresto runs on, what it would install; where the index offers the
metadata apart, nothing is downloaded for that. The file serves those who want every byte checked (CONTRIBUTING.md):
constraints with hashes would make pip demand one for foresto itself, which, installed from its folder, has none.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK, HASHES = ROOT / "requirements.lock", ROOT / "requirements.hashes"
PLATFORMS = {
    "Linux x86_64": ["manylinux_2_17_x86_64", "manylinux_2_28_x86_64", "manylinux2014_x86_64"],
    "Linux aarch64": ["manylinux_2_17_aarch64", "manylinux_2_28_aarch64", "manylinux2014_aarch64"],
    "macOS arm64": ["macosx_14_0_arm64"],
    "macOS x86_64": ["macosx_14_0_x86_64"],
}
PYTHONS = ("3.11.9", "3.12.9", "3.13.9")
HEADER = """\
# requirements.lock with the SHA-256 of every file; made by: python scripts/hashes.py
# Use: pip install --require-hashes -r requirements.hashes && pip install --no-deps --no-build-isolation -e .
"""


def pinned() -> dict[str, str]:
    """Return version by package, as requirements.lock has them."""
    lines = [line.split("#")[0].strip() for line in LOCK.read_text("utf-8").splitlines()]
    return dict(line.split("==") for line in lines if line)


def main() -> None:
    """Ask pip for every platform and write the file."""
    versions, found, missing = pinned(), {}, []
    for platform, tags in PLATFORMS.items():
        for python in PYTHONS:
            here, left_out = _offered(versions, tags, python)
            for name, hashes in here.items():
                found.setdefault(name, set()).update(hashes)
            missing += [f"# No wheel of {name} for {platform}, Python {python[:4]}" for name in left_out]
            print(f"{platform}, Python {python[:4]}: {len(here)} of {len(versions)}")
    blocks = [_block(name, version, found.get(_plain(name), set())) for name, version in versions.items()]
    HASHES.write_text("\n".join([HEADER.strip(), *missing, *blocks]) + "\n", "utf-8")


def _block(name: str, version: str, hashes: set[str]) -> str:
    if not hashes:
        raise SystemExit(f"{name}=={version}: no wheel at all")
    return " \\\n".join([f"{name}=={version}", *(f"    --hash=sha256:{value}" for value in sorted(hashes))])


def _offered(versions: dict[str, str], tags: list[str], python: str) -> tuple[dict[str, list[str]], list[str]]:
    """Return the hashes by package that pip would install there, and the packages that have no wheel for it."""
    wanted, left_out = dict(versions), []
    with tempfile.TemporaryDirectory() as folder:
        while True:
            done = subprocess.run(
                list(_command(Path(folder), wanted, tags, python)), capture_output=True, text=True, check=False
            )
            if done.returncode == 0:
                said = json.loads((Path(folder) / "report.json").read_text("utf-8"))
                return dict(map(_hashes, said["install"])), left_out
            refused = re.search(r"No matching distribution found for ([\w.-]+)==", done.stderr)
            if refused is None:
                raise SystemExit(f"pip could not be asked: {done.stderr.strip().splitlines()[-1:]}")
            left_out.append(refused[1])
            wanted = {name: version for name, version in wanted.items() if _plain(name) != _plain(refused[1])}


def _command(folder: Path, wanted: dict[str, str], tags: list[str], python: str) -> Iterator[str]:
    (folder / "wanted.txt").write_text("".join(f"{name}=={version}\n" for name, version in wanted.items()), "utf-8")
    yield from (sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps")
    yield from ("--only-binary=:all:", "--implementation", "cp", "--python-version", python)
    yield from (word for tag in tags for word in ("--platform", tag))
    yield from ("--target", f"{folder}/target", "--report", f"{folder}/report.json", "-r", f"{folder}/wanted.txt")


def _hashes(installed: dict[str, dict[str, dict[str, dict[str, str]]]]) -> tuple[str, list[str]]:
    return _plain(str(installed["metadata"]["name"])), [installed["download_info"]["archive_info"]["hashes"]["sha256"]]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
