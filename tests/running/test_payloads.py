"""Answers that were not understood are kept: few, small, private, and through nobody's link."""

import stat

import pytest

from foresto_cli import clock
from foresto_cli.console import Console
from foresto_cli.errors import BadPayload
from foresto_cli.running import payloads
from foresto_cli.settings import SANDBOX_KEYS


@pytest.fixture
def kept(open_world):
    """Keep an answer, and give the files that are there then."""
    with open_world() as world:

        def keep(name, body):
            world.app.console = Console(as_json=True)
            payloads.keep_payload(world.app, name, BadPayload("x", body))
            return sorted(world.app.folders.payloads.iterdir())

        keep.folder = world.app.folders.payloads
        keep.app = world.app
        yield keep


def test_a_payload_is_private_redacted_and_bounded(kept):
    (file,) = kept("../../x/y" + "z" * 500, SANDBOX_KEYS["dart_api_key"].encode() + b"\xff" * 2_000_000)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.parent == kept.folder
    assert file.stat().st_size <= payloads.LARGEST_PAYLOAD
    assert SANDBOX_KEYS["dart_api_key"] not in file.read_text(encoding="utf-8", errors="replace")


def test_a_payload_is_cut_at_a_whole_letter(kept):
    (file,) = kept("x", b"." + "가".encode() * payloads.LARGEST_PAYLOAD)
    assert len(file.read_text(encoding="utf-8").encode()) > payloads.LARGEST_PAYLOAD - len("가".encode())


def test_the_newest_are_kept_and_no_more(kept, monkeypatch):
    monkeypatch.setattr(payloads, "MOST_FILES", 5)
    for number in range(8):
        files = kept(f"unit-{number}", b"x")
    assert [file.name.rpartition("-")[2] for file in files] == [f"{number}.txt" for number in range(3, 8)]
    monkeypatch.setattr(payloads, "MOST_BYTES", 2_500)
    for number in range(8, 11):
        files = kept(f"unit-{number:02}", b"x" * 1_000)
    assert sum(file.stat().st_size for file in files) <= 2_500


def test_no_link_is_written_through(kept, tmp_path, capsys, monkeypatch):
    target = tmp_path / "target"
    target.write_text("mine")
    (first,) = kept("x", b"x")
    first.unlink()
    first.symlink_to(target)
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment.replace(second=int(first.name[13:15])))
    kept("x", b"new")
    assert target.read_text() == "mine"
    assert "남기지 못했습니다" in capsys.readouterr().err


def test_a_secret_at_the_end_is_not_cut_in_half_and_kept(kept):
    secret = SANDBOX_KEYS["dart_api_key"].encode()
    (file,) = kept("x", b"x" * (payloads.LARGEST_PAYLOAD - 20) + secret)
    assert secret[:10] not in file.read_bytes()


def test_a_folder_that_is_in_the_way_is_complained_about(kept, capsys):
    kept.folder.parent.mkdir(parents=True, exist_ok=True)
    kept.folder.write_text("in the way")
    kept.app.console = Console(as_json=True)
    payloads.keep_payload(kept.app, "x", BadPayload("x", b"x"))
    assert "남기지 못했습니다" in capsys.readouterr().err
