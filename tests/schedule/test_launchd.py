"""launchd as public reports describe it: jobs that drain, refusals that pass, and those that do not."""

import os
import plistlib
import sys
from pathlib import PurePosixPath

import pytest

from foresto_cli.errors import ConfigError
from foresto_cli.schedule import launchd, next_starts, schedule_folders, schedulers
from foresto_cli.schedule.schedule_files import LABEL, Place
from foresto_cli.timetable import ENTRIES

LAUNCHCTL = """#!/bin/sh
# A launchd with a folder of its own: LABEL.drains makes bootout take some looks, LABEL.code refuses with that code.
D="$STATE"; echo "$@" >> "$D/calls"
l="${2##*/}"; [ "$1" = bootstrap ] && l=$(basename "$3" .plist)
case "$1" in
 bootout) [ -f "$D/$l" ] || exit 3; [ -f "$D/$l.drains" ] || rm "$D/$l" ;;
 enable) rm -f "$D/$l.disabled" ;;
 bootstrap)
   if [ -f "$D/$l.drains" ]; then
     n=$(cat "$D/$l.drains"); n=$((n-1)); echo $n > "$D/$l.drains"
     [ $n -gt 0 ] || rm "$D/$l.drains" "$D/$l"
     printf 'Bootstrap failed: %s: busy\\nTry re-running the command as root for richer errors.\\n' ${BUSY:-5} >&2
     exit ${BUSY:-5}
   fi
   [ ! -f "$D/$l.disabled" ] || { echo "Bootstrap failed: 5: Input/output error" >&2; exit 5; }
   if [ -f "$D/$l.code" ]; then
     printf 'Bootstrap failed: %s: first line\\nsecond line\\n' $(cat "$D/$l.code") >&2; exit $(cat "$D/$l.code")
   fi
   cp "$3" "$D/$l" ;;
 print) [ -f "$D/$l" ] || exit 113; printf '\\tstate = not running\\n\\tlast exit code = %s\\n' "${LAST:-0}" ;;
esac
"""


@pytest.fixture
def mac(tmp_path, monkeypatch):
    """A Mac's LaunchAgents: the folder with launchd's state."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "state").mkdir()
    (tmp_path / "tools" / "launchctl").write_text(LAUNCHCTL, encoding="utf-8")
    (tmp_path / "tools" / "launchctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'tools'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", f"{tmp_path / 'home'}")
    monkeypatch.setenv("FORESTO_HOME", f"{tmp_path / 'home' / 'foresto'}")
    monkeypatch.setenv("STATE", f"{tmp_path / 'state'}")
    monkeypatch.setattr(launchd, "STEP_SECONDS", 0.01)
    monkeypatch.setattr(launchd, "GLANCE_SECONDS", 0.05)
    monkeypatch.setattr(launchd, "SETTLE_SECONDS", 3)
    return tmp_path / "state"


@pytest.fixture
def place(tmp_path):
    folder = PurePosixPath(tmp_path)
    return Place(program=PurePosixPath(sys.executable), logs=folder / "logs", folder=folder)


def loaded(mac):
    return {file.name.removeprefix(f"{LABEL}.") for file in mac.iterdir() if file.name.count(".") == 2}


EVERY = {job.name for job in ENTRIES}


@pytest.mark.parametrize("busy", ["5", "37"])
def test_a_job_that_still_ends_is_waited_for(mac, place, monkeypatch, busy):
    monkeypatch.setenv("BUSY", busy)
    agents = schedulers.choose("launchd")
    agents.install(place)
    (mac / f"{LABEL}.weekday.drains").write_text("4", encoding="utf-8")
    (mac / f"{LABEL}.weekly.drains").write_text("2", encoding="utf-8")
    agents.install(place)
    assert loaded(mac) == EVERY
    assert next_starts.troubles(agents, place) == []


def test_what_was_switched_off_is_enabled_before(mac, place):
    (mac / f"{LABEL}.weekly.disabled").touch()
    schedulers.choose("launchd").install(place)
    assert loaded(mac) == EVERY


@pytest.mark.long
@pytest.mark.parametrize(("code", "meaning"), [("5", "로그인 항목"), ("37", "진행 중"), ("125", "화면"), ("78", "78")])
def test_one_refusal_keeps_no_other_job_out_and_is_explained(mac, place, code, meaning):
    (mac / f"{LABEL}.weekly.code").write_text(code, encoding="utf-8")
    agents = schedulers.choose("launchd")
    with pytest.raises(ConfigError) as caught:
        agents.install(place)
    said = str(caught.value)
    assert loaded(mac) - {"weekly.code"} == EVERY - {"weekly"}
    assert "주간" in said
    assert "월간" not in said
    assert meaning in said
    assert "first line / second line" in said, "all that Apple said"
    assert "sudo 없이" in said
    assert any("launchd에 들어 있지 않습니다" in trouble.text for trouble in next_starts.troubles(agents, place))
    # As advised: mended, and once more.
    (mac / f"{LABEL}.weekly.code").unlink()
    agents.install(place)
    assert next_starts.troubles(agents, place) == []


def test_a_plist_of_our_name_that_is_not_ours_is_left(mac, place, tmp_path):
    agents = schedulers.choose("launchd")
    folder = tmp_path / "home" / "Library" / "LaunchAgents"
    folder.mkdir(parents=True)
    for content in (b"mine", plistlib.dumps({"Label": "com.foresto.weekly", "ProgramArguments": ["/me"]})):
        (folder / "com.foresto.weekly.plist").write_bytes(content)
        (folder / "com.other.plist").write_bytes(b"other")
        with pytest.raises(ConfigError, match=r"com\.foresto\.weekly\.plist"):
            agents.install(place)
        agents.uninstall()
        assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
            "com.foresto.weekly.plist": content,
            "com.other.plist": b"other",
        }
    (folder / "com.foresto.weekly.plist").unlink()
    agents.install(place)
    agents.uninstall()
    assert [file.name for file in folder.iterdir()] == ["com.other.plist"]


def test_a_link_is_not_written_through(mac, place, tmp_path):
    folder = tmp_path / "home" / "Library" / "LaunchAgents"
    folder.mkdir(parents=True)
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    (folder / "com.foresto.weekly.plist").symlink_to(tmp_path / "mine")
    with pytest.raises(ConfigError, match="쓰지 않은"):
        schedulers.choose("launchd").install(place)
    assert (tmp_path / "mine").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(("code", "bad"), [("0", 0), ("75", 0), ("3", 0), ("78: EX_CONFIG", 1), ("126", 1), ("1", 1)])
def test_the_last_exit_code_is_judged(mac, place, monkeypatch, code, bad):
    agents = schedulers.choose("launchd")
    agents.install(place)
    monkeypatch.setenv("LAST", code)
    found = [trouble for trouble in next_starts.troubles(agents, place) if "종료 코드" in trouble.text]
    assert len(found) == bad * len(ENTRIES)


def test_without_launchctl_it_is_said(mac, place, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigError, match="launchctl 명령이 없습니다"):
        schedulers.choose("launchd").install(place)


@pytest.mark.parametrize(
    "folder",
    [
        "Documents/x",
        "Desktop",
        "Downloads/a/b",
        "Library/Mobile Documents/com~apple~CloudDocs/f",
        "documents/x",
        "link",
    ],
)
@pytest.mark.parametrize("what", ["program", "folder", "FORESTO_HOME"])
def test_private_folders_are_told_through_links_too(tmp_path, monkeypatch, folder, what):
    home = tmp_path / "home"
    (home / "Documents").mkdir(parents=True)
    (home / "link").symlink_to(home / "Documents")
    monkeypatch.setenv("HOME", f"{home}")
    monkeypatch.setenv("FORESTO_HOME", f"{home / 'fine'}")
    good, bad = PurePosixPath(home / "fine"), PurePosixPath(home / folder)
    parts = {"program": good / "foresto", "folder": good, "FORESTO_HOME": good} | {what: bad}
    place = Place(
        program=parts["program"],
        logs=good,
        folder=parts["folder"],
        variables={"FORESTO_HOME": f"{parts['FORESTO_HOME']}"},
    )
    told = list(schedule_folders.private(place))
    assert len(told) == 1
    assert f"{bad}" in told[0][0]
    assert "전체 디스크 접근 권한" in told[0][1]
    monkeypatch.setenv("FORESTO_HOME", f"{bad}")
    assert any("상태 폴더" in said for said, _ in schedule_folders.private(place))


def test_no_folder_beside_them_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", f"{tmp_path}")
    monkeypatch.setenv("FORESTO_HOME", f"{tmp_path}/foresto")
    for name in ("foresto", "Documents2", "DocumentsX/Documents", "Library/LaunchAgents"):
        folder = PurePosixPath(tmp_path / name)
        assert list(schedule_folders.private(Place(program=folder / "f", logs=folder, folder=folder))) == []
