"""The sandbox's certificate authority: days, not years; its key on no disk; nothing of it afterwards."""

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from cryptography import x509

from foresto_cli.sandbox import Options, authority, running

HELD = """
import sys, time
from pathlib import Path
from foresto_cli.sandbox import authority
with authority.made(Path(sys.argv[1])) as (certificate, _):
    print(certificate, flush=True)
    time.sleep(60)
"""


def test_it_is_valid_for_days(tmp_path):
    with authority.made(tmp_path) as (certificate, _):
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    left = found.not_valid_after_utc - datetime.now(UTC)
    assert timedelta(days=1) < left <= timedelta(days=authority.DAYS_VALID)
    assert found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_its_key_is_in_no_file_and_nothing_stays(tmp_path, browser):
    with running(Options(now=datetime.now(UTC), stocks=60, sessions=2), tmp_path) as sandbox:
        assert browser(sandbox).get("https://hc-ping.com/x", timeout=10).status_code
        kept = [file for file in tmp_path.rglob("*") if file.is_file()]
        assert sandbox.certificate in kept
        assert not any(b"PRIVATE KEY" in file.read_bytes() for file in kept)
        assert sandbox.certificate.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob("ca*")) == []


def test_two_in_one_folder_do_not_meet_and_the_next_clears_up_after_a_killed_one(tmp_path):
    for name in authority.EARLIER:
        (tmp_path / name).write_text("of an earlier version")
    with subprocess.Popen([sys.executable, "-c", HELD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as other:
        theirs = tmp_path / other.stdout.readline().strip()
        assert [file.name for file in tmp_path.iterdir()] == [theirs.name]
        with authority.made(tmp_path) as (ours, _):
            assert ours != theirs
            assert theirs.exists()
        assert theirs.exists()
        other.send_signal(signal.SIGKILL)
    assert theirs.exists()
    with authority.made(tmp_path) as (ours, _):
        assert [file.name for file in tmp_path.iterdir()] == [ours.name]
    assert list(tmp_path.iterdir()) == []
