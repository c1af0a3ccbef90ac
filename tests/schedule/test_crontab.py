"""The operator's crontab: only what is ours is changed, and only when all of it can be read."""

import os
import random
import subprocess
import time
from pathlib import PurePosixPath

import pytest

from foresto_cli.errors import ConfigError
from foresto_cli.schedule import crontab, schedule_files, schedulers
from foresto_cli.schedule.schedule_files import CRON_BEGIN, CRON_END, EXAMPLE, Place

FUZZ = int(os.environ.get("FORESTO_FUZZ", "240"))
OURS = schedule_files.crontab(EXAMPLE)
NEW = Place(program=PurePosixPath("/new/foresto"), logs=PurePosixPath("/new/logs"), folder=PurePosixPath("/new"))
TOOL = """#!/bin/sh
# A crontab with a spool of its own, and with what goes wrong in REFUSES (-l), WRITES (a filter for -).
case "$1" in
  -l) [ -z "$REFUSES" ] || { echo "$REFUSES" >&2; exit ${REFUSES_WITH:-1}; }
      [ -f "$SPOOL" ] || { echo "no crontab for you" >&2; exit 1; }; cat "$SPOOL" ;;
  -) if [ -n "$WRITES" ]; then sh -c "$WRITES" > "$SPOOL.new"; mv "$SPOOL.new" "$SPOOL"; else cat > "$SPOOL"; fi ;;
  -r) rm -f "$SPOOL" ;;
esac
"""


@pytest.fixture
def spool(tmp_path, monkeypatch):
    """The file that is this machine's crontab."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "crontab").write_text(TOOL, encoding="utf-8")
    (tools / "crontab").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FORESTO_HOME", f"{tmp_path / 'home'}")
    monkeypatch.setenv("SPOOL", f"{tmp_path / 'spool'}")
    return tmp_path / "spool"


REFUSALS = [
    ("crontab: can't open '/var/spool/cron/crontabs/me': Input/output error", "1"),
    ("You (me) are not allowed to use this program (crontab)", "1"),
    ("crontab: can't open 'root': No such file or directory", "1"),
    ("no crontab for you", "2"),
    ("no crontab for you\ncrontab: the spool is damaged", "1"),
    ("", "1"),
]


@pytest.mark.parametrize(("said", "code"), REFUSALS)
@pytest.mark.parametrize("action", ["install", "uninstall", "installed"])
def test_a_table_that_cannot_be_read_is_no_empty_one(spool, monkeypatch, said, code, action):
    before = b"0 3 * * * /opt/mine/backup.sh\n"
    spool.write_bytes(before)
    monkeypatch.setenv("REFUSES", said or " ")
    monkeypatch.setenv("REFUSES_WITH", code)
    cron = schedulers.choose("cron")
    work = {"install": lambda: cron.install(NEW), "uninstall": cron.uninstall, "installed": cron.installed}[action]
    with pytest.raises(ConfigError, match="읽지 못해") as caught:
        work()
    assert said.partition("\n")[0] in str(caught.value)
    assert spool.read_bytes() == before


@pytest.mark.parametrize("writes", ["head -c 40", "cat; echo '1 1 * * * extra'", "sed s/foresto/FORESTO/", "true"])
def test_what_is_read_back_must_be_what_was_written(spool, monkeypatch, writes):
    before = b"0 3 * * * /opt/mine/backup.sh\n"
    spool.write_bytes(before)
    monkeypatch.setenv("WRITES", writes)
    with pytest.raises(ConfigError, match=r"다시 읽은 것이 (달라|다르고)") as caught:
        schedulers.choose("cron").install(NEW)
    kept = spool.parent / "home" / "state" / "crontab.before"
    assert f"{kept}" in str(caught.value)
    assert kept.read_bytes() == before


def test_the_old_table_is_put_back(spool, monkeypatch):
    before = b"0 3 * * * /opt/mine/backup.sh\n"
    spool.write_bytes(before)
    # Only what has our block is damaged on its way in.
    monkeypatch.setenv("WRITES", "sed '/foresto/d'")
    with pytest.raises(ConfigError, match="되돌렸습니다"):
        schedulers.choose("cron").install(NEW)
    assert spool.read_bytes() == before


DAMAGED = {
    "no end": OURS.replace(CRON_END, ""),
    "no begin": OURS.replace(CRON_BEGIN, ""),
    "two blocks": OURS + OURS,
    "end before begin": f"{CRON_END}\n1 2 * * * x\n{CRON_BEGIN}\n",
    "glued to a command": f"15 4 * * 0 certs.sh{OURS}",
    "marks gone": OURS.replace(CRON_END, "").replace(CRON_BEGIN, ""),
    "begin twice": OURS.replace(CRON_BEGIN, f"{CRON_BEGIN}\n{CRON_BEGIN}"),
}
EDITED = {
    "an hour": (OURS.replace("30 16 * * 1,2,3,4,5 cd", "45 16 * * 1,2,3,4,5 cd"), "45 16"),
    "a line of one's own": (OURS.replace(CRON_END, f"0 5 * * * /me/backup\n{CRON_END}"), "/me/backup"),
    "a comment": (OURS.replace(CRON_END, f"# do not touch\n{CRON_END}"), "do not touch"),
    "a line less": (OURS.replace("# 월간: 매달 1일 13:00 KST\n", ""), "검사값"),
    "a job switched off": (OURS.replace("0 13 1 * * cd", "#0 13 1 * * cd"), "#0 13 1"),
    "unsigned, a line of one's own": (
        schedule_files.crontab(EXAMPLE, signed=False).replace(CRON_END, f"0 5 * * * /me/b\n{CRON_END}"),
        "/me/b",
    ),
}


@pytest.mark.parametrize("action", ["install", "uninstall"])
@pytest.mark.parametrize("table", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_block_is_left_and_shown(spool, table, action):
    text = f"MAILTO=me\n{table}0 3 * * * backup\n"
    spool.write_text(text, encoding="utf-8")
    cron = schedulers.choose("cron")
    with pytest.raises(ConfigError, match=r"손상.*번째 줄.*crontab -e"):
        cron.install(NEW) if action == "install" else cron.uninstall()
    assert spool.read_text(encoding="utf-8") == text
    with pytest.raises(ConfigError, match="손상"):
        cron.installed()


@pytest.mark.parametrize("action", ["install", "uninstall"])
@pytest.mark.parametrize(("table", "shown"), EDITED.values(), ids=EDITED)
def test_an_edited_block_is_left_and_shown_and_the_advice_works(spool, table, shown, action):
    spool.write_text(f"0 3 * * * backup\n{table}", encoding="utf-8")
    cron = schedulers.choose("cron")
    with pytest.raises(ConfigError, match="직접 고친 줄") as caught:
        cron.install(NEW) if action == "install" else cron.uninstall()
    assert shown in str(caught.value)
    assert spool.read_text(encoding="utf-8") == f"0 3 * * * backup\n{table}"
    assert any("직접 고친 줄" in trouble.text for trouble in cron.troubles(EXAMPLE))
    # As advised: both marks and what is between them is deleted.
    spool.write_text("0 3 * * * backup\n", encoding="utf-8")
    cron.install(EXAMPLE)
    assert cron.troubles(EXAMPLE) == []


def test_an_unsigned_block_of_ours_is_replaced(spool):
    spool.write_text(schedule_files.crontab(EXAMPLE, signed=False), encoding="utf-8")
    schedulers.choose("cron").install(NEW)
    assert "/ABSOLUTE" not in spool.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "foreign",
    [
        "# 백업\n0 3 * * * backup\n".encode("euc-kr"),
        b"# caf\xe9\n0 3 * * * backup\r\n",
        b"0 3 * * * no newline",
        b"\x00\xff\xfe\n\n\n",
        b"# \x85 \x0b \x0c \xe2\x80\xa8 no line ends here\n",
        b"",
    ],
)
def test_foreign_bytes_stay_what_they_are(spool, foreign):
    spool.write_bytes(foreign)
    cron = schedulers.choose("cron")
    ended = foreign if not foreign or foreign.endswith(b"\n") else foreign + b"\n"
    for place in (EXAMPLE, NEW, NEW):
        cron.install(place)
        assert spool.read_bytes().startswith(ended + CRON_BEGIN.encode() + b"\n")
    cron.uninstall()
    assert spool.read_bytes() == ended


ABOVE = """SHELL=/bin/false
CRON_TZ = America/New_York
HOME=/nowhere
FORESTO_HOME=/elsewhere
PYTHONPATH=/evil
MAILTO=me
0 3 * * * backup
"""


def test_variables_above_the_block_do_not_change_it_and_hold_behind_it(spool):
    spool.write_text(ABOVE, encoding="utf-8")
    cron = schedulers.choose("cron")
    place = Place(
        program=NEW.program, logs=NEW.logs, folder=NEW.folder, home="/opt/mine", variables={"FORESTO_HOME": "/mine"}
    )
    cron.install(place)
    table = spool.read_text(encoding="utf-8")
    first_job = table[: table.index(" cd ")]
    in_force = crontab.variables(first_job)
    assert in_force["SHELL"] == 'SHELL="/bin/sh"'
    assert in_force["CRON_TZ"] == 'CRON_TZ="Asia/Seoul"'
    assert in_force["HOME"] == 'HOME="/opt/mine"'
    assert in_force["FORESTO_HOME"] == 'FORESTO_HOME="/mine"'
    assert in_force["PYTHONPATH"] == 'PYTHONPATH=""'
    assert crontab.variables(table) == crontab.variables(ABOVE), "what follows is as it was"
    assert cron.troubles(place) == []
    cron.install(place)
    assert spool.read_text(encoding="utf-8") == table
    # A variable that comes later is seen.
    spool.write_text("TZ=UTC\n" + table, encoding="utf-8")
    assert ["환경 변수" in trouble.text for trouble in cron.troubles(place)] == [True]
    cron.install(place)
    assert cron.troubles(place) == []
    cron.uninstall()
    assert spool.read_text(encoding="utf-8") == "TZ=UTC\n" + ABOVE


def test_a_command_that_does_not_end_or_cannot_run_is_a_sentence(spool, monkeypatch):
    monkeypatch.setattr("foresto_cli.schedule.os_commands.PATIENCE_SECONDS", 0.2)
    tool = spool.parent / "tools" / "crontab"
    tool.write_text("#!/bin/sh\nexec sleep 5\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="끝나지 않습니다"):
        schedulers.choose("cron").install(NEW)
    tool.write_text("#!/no/such/shell\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="실행할 수 없습니다"):
        schedulers.choose("cron").install(NEW)


def test_a_line_that_cron_would_cut_off_is_not_written(spool):
    long = PurePosixPath("/" + "가" * 300)
    with pytest.raises(ConfigError, match="너무 길어"):
        schedulers.choose("cron").install(Place(program=long, logs=long, folder=long))
    assert not spool.exists()


PIECES = [
    b"0 3 * * * /opt/mine/backup.sh\n",
    b"# \xb9\xe9\xbe\xf7\n",
    b"SHELL=/bin/bash\n",
    b"CRON_TZ=Europe/Berlin\n",
    b"\n",
    b"\r\n",
    b"@daily x%y\n",
    b"no newline",
    b"\xff\x00\x85\x0b\n",
    CRON_BEGIN.encode() + b"\n",
    CRON_END.encode() + b"\n",
    b" " + CRON_BEGIN.encode() + b"\t\n",
    OURS.encode(),
    OURS.encode()[:-1],
    OURS.replace("\n", "\r\n").encode(),
    schedule_files.crontab(NEW, {"SHELL": "SHELL=/bin/zsh"}).encode(),
    b"5 5 * * * echo " + CRON_END.encode() + b"\n",
]


def made(chance):
    table = b"".join(chance.choice(PIECES) for _ in range(chance.randrange(6)))
    if table and chance.random() < 0.4:
        at = chance.randrange(len(table))
        damage = chance.choice([b"", b"\n", b"#", bytes([chance.randrange(256)]), table[:7]])
        table = table[:at] + damage + table[at + chance.randrange(3) :]
    return table


def without_ours(table):
    """The lines that are not between two marks."""
    lines, inside = [], False
    for line in table.split(b"\n"):
        mark = line.strip().decode(errors="replace")
        inside = inside or mark == CRON_BEGIN
        if not inside:
            lines.append(line)
        inside = inside and mark != CRON_END
    return [line for line in lines if line or lines[-1:] != [line]]


@pytest.mark.long
def test_no_table_whatever_loses_a_foreign_line(spool):
    chance = random.Random(20261128)
    done = refused = 0
    began = time.monotonic()
    for number in range(FUZZ):
        before = made(chance)
        spool.write_bytes(before)
        cron = schedulers.choose("cron")
        action = chance.choice([lambda cron=cron: cron.install(NEW), cron.uninstall])
        try:
            action()
        except ConfigError:
            refused += 1
            assert spool.read_bytes() == before, number
            continue
        done += 1
        after = spool.read_bytes()
        old, new = without_ours(before), without_ours(after)
        assert [line for line in new if line] == [line for line in old if line], (number, before)
        assert after.count(CRON_BEGIN.encode()) == after.count(CRON_END.encode()) <= 1
        if time.monotonic() - began > 20 and FUZZ <= 240:
            break
    assert done > FUZZ // 20
    assert refused > FUZZ // 20


@pytest.mark.long
def test_every_refusal_of_the_command_is_78_on_stderr(spool, home):
    from support import run_foresto

    spool.write_bytes(b"0 3 * * * /opt/mine/backup.sh\n")
    for words in (("install",), ("uninstall",), ("status",)):
        told = run_foresto(
            home, "schedule", *words, "--scheduler", "cron", REFUSES="crontab: spool: Input/output error"
        )
        assert told.returncode == 78, told.stderr
        assert "Input/output error" in told.stderr
    assert spool.read_bytes() == b"0 3 * * * /opt/mine/backup.sh\n"
    assert subprocess.run(["crontab", "-l"], capture_output=True, check=True).stdout == spool.read_bytes()
