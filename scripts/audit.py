"""Ask pip-audit whether a version of requirements.hashes is known to be vulnerable.

Run: ``python -m venv /tmp/audit && /tmp/audit/bin/pip install pip-audit && /tmp/audit/bin/python scripts/audit.py``

Ends with 1 when it is, and with 0 when nothing is known or when nobody could be asked; the last line says which.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

HASHES = Path(__file__).resolve().parents[1] / "requirements.hashes"
PATIENCE_SECONDS = 120


def main() -> int:
    """Ask and say what came of it."""
    if find_spec("pip_audit") is None:
        print("audit: not asked: pip-audit is not installed.")
        return 0
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "-r", f"{HASHES}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        print(f"audit: could not ask: no answer within {PATIENCE_SECONDS} s.")
        return 0
    if done.returncode == 0:
        print("audit: nothing is known against these versions.")
        return 0
    if "known vulnerabilit" in done.stdout + done.stderr:
        print(done.stdout)
        print("audit: vulnerable versions: renew them in requirements.lock.")
        return 1
    reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    print(f"audit: could not ask: {reason[:300]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
