"""What is installed: pinned, hashed, under known licences; and asking for weaknesses never stands in the way."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import pytest
from support import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import licences

BLOCK = re.compile(r"^(\S+)==(\S+)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE)


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def pinned():
    return licences.pinned()


def test_every_version_is_pinned_once(pinned):
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    names = [plain(line.partition("==")[0]) for line in lines if line and not line.startswith("#")]
    assert len(names) == len(set(names)) == len(pinned)
    assert len(names) > 80


def test_hashes_are_of_the_same_versions(pinned):
    text = (ROOT / "requirements.hashes").read_text("utf-8")
    found = {name: version for name, version, _ in BLOCK.findall(text)}
    assert found == pinned
    rest = BLOCK.sub("", text)
    assert [line for line in rest.splitlines() if line and not line.startswith("#")] == []
    assert "://" not in text


@pytest.mark.long
def test_pip_takes_the_hashes_as_they_are(tmp_path):
    """Nothing is downloaded: pip reads the file, and is stopped before the first package by an empty index."""
    command = ["install", "--dry-run", "--no-index", "--ignore-installed", "--find-links", tmp_path, "--require-hashes"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--isolated", *command, "-r", ROOT / "requirements.hashes"],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert "No matching distribution found" in done.stderr, done.stderr
    assert "Hashes are required" not in done.stderr
    assert "Invalid requirement" not in done.stderr


def test_licences_are_listed_as_they_are_installed(pinned):
    text = (ROOT / "docs" / "licences.md").read_text("utf-8")
    assert text.startswith(licences.HEADER)
    listed = dict(zip(pinned, text.removeprefix(licences.HEADER).splitlines(), strict=True))
    checked = 0
    for name, version in pinned.items():
        assert listed[name].startswith(f"| {name} | {version} | ")
        try:
            assert listed[name] == licences.row(name, version)
        except PackageNotFoundError:
            continue  # not everything is installed for tests alone, nor everywhere in these versions
        checked += 1
    assert checked > 20


def _audit(tmp_path, module):
    (tmp_path / "pip_audit.py").write_text(module)
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "audit.py"],
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


WEAK = "print('Name | Version | ID'); import sys; print('Found 1 known vulnerability', file=sys.stderr); sys.exit(1)"
OFFLINE = "import sys; print('ConnectionError: no route', file=sys.stderr); sys.exit(1)"


@pytest.mark.parametrize(
    ("module", "code", "said"),
    [("", 0, "nothing is known"), (WEAK, 1, "vulnerable versions"), (OFFLINE, 0, "could not ask: ConnectionError")],
)
def test_an_audit_says_what_came_of_it(tmp_path, module, code, said):
    done = _audit(tmp_path, module)
    assert (done.returncode, said in done.stdout) == (code, True), done.stdout + done.stderr


def test_without_pip_audit_nobody_is_asked():
    done = subprocess.run(
        [sys.executable, "-S", ROOT / "scripts" / "audit.py"], capture_output=True, text=True, check=False, timeout=100
    )
    assert (done.returncode, "not asked" in done.stdout) == (0, True)
