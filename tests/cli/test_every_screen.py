"""What every reading command shows at 60, 80 and 120 columns and in a pipe: nothing folded, all in Korean."""

import re

import pytest
import warm
from commands import one_after_another
from pages import EVERY
from support import environment_of

from foresto_cli import wide
from foresto_cli.store import embedded

pytestmark = pytest.mark.long

WIDE, WIDTHS = 240, (60, 80, 120)
AT_TERMINALS = """
import contextlib, json, os, sys
from foresto_cli import __main__ as entry, streams
is_terminal = json.loads(os.environ["FORESTO_TEST_WIDTHS"])
for width in is_terminal:
    streams.Quiet.isatty = lambda self, width=width: bool(width)
    os.environ["COLUMNS"] = str(width or 80)
    print(f"\\f{width}", flush=True)
    with contextlib.suppress(SystemExit):
        entry.main()
    sys.stdout.flush()
"""
"""The command at terminals of several widths, one after the other, and in a pipe (width 0)."""
NOT_READING = {
    "dashboard", "db adopt", "db backup", "db down", "db dump", "db export", "db import", "db restore", "db shell",
    "db up", "db upgrade", "db upgrade-cluster", "db url", "demo", "help", "init", "mcp", "report market-email",
    "sandbox serve", "schedule install", "schedule uninstall", "alerts ack", "alerts test", "watchlist add",
    "watchlist remove",
    "watchlist notify", "doctor", "completion", "db grant-reader",
}  # fmt: skip
"""Commands that change something, wait for somebody, or show the machine they run on."""
GIVEN = {
    "종목": "005930", "종목코드": "005930", "지수": "KOSPI", "번호": "1", "종류": "savings", "채권": "KR", "글": "",
    "코드": "", "ETF": "069500", "명령": "", "조건|이름": "per < 100",
    "SQL": "SELECT ticker, name, sector, listing_date FROM stocks",
}  # fmt: skip
"""What stands for an argument, by the word for it; a command with another word is told here."""
EXACT = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\b\d[0-9A-Z]{5}\b")
COMMANDS = re.compile(r"foresto(?: [a-z][a-z-]*| --[a-z-]+| [0-9][\w-]*)+", re.ASCII)
STATES = re.compile(
    r"\b(?:done|partial|nothing_to_do|skipped|warning|critical|info|failed|interrupted|no_data|provisional|unreadable|"
    r"superseded|busy|True|False|None)\b"
)
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def reading():
    """Yield every command that only reads, with what it is given."""
    for name, command in EVERY.items():
        options = {option for item in command.params for option in item.opts}
        if name in NOT_READING or options & {"--dry-run", "--wait"}:
            continue
        arguments = [item for item in command.params if item.param_type_name == "argument"]
        yield (
            name,
            [GIVEN[item.metavar.strip("[]")] for item in arguments if GIVEN[item.metavar.strip("[]")] or item.required],
        )


READING = dict(reading())


@pytest.fixture(scope="module")
def shown(private_tmp):
    """What every reading command shows, by width; 0 is a pipe."""
    home = private_tmp / "screens"
    prepared = [
        ("run", "initial"), ("fss", "savings"), ("bonds", "load"), ("filings", "load"), ("watchlist", "add", "005930"),
        ("screen", "per < 100", "--save", "싼 것"), ("dart", "corporate-actions"),
    ]  # fmt: skip
    found = {}
    with embedded.running(home / "data" / "sandbox"):
        one_after_another(home, *((("--sandbox", *command), {}) for command in prepared), sandboxed=False)
        around = environment_of(home, FORESTO_TEST_WIDTHS=f"{[WIDE, *WIDTHS, 0]}", FORCE_COLOR="")
        for name, given in READING.items():
            arguments = ["--sandbox", *name.split(), *given]
            _, out, err = warm.run(AT_TERMINALS, arguments, env=around, cwd="/", timeout=120)
            screens = dict(part.split("\n", 1) for part in out.split("\f")[1:])
            found[name] = {int(width): STYLE.sub("", text) for width, text in screens.items()} | {"err": err}
    return found


@pytest.mark.parametrize("name", READING)
def test_it_shows_something(shown, name):
    assert shown[name]["err"].count("✗") <= len(WIDTHS) + 2
    assert "Traceback" not in shown[name]["err"]
    assert shown[name][WIDE].strip() or "✗" in shown[name]["err"], shown[name]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", READING)
def test_no_line_passes_the_edge(shown, name, width):
    for line in shown[name][width].splitlines():
        assert wide.cells(line) <= width or " " not in line.strip() or line.strip().startswith("foresto"), line


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", READING)
def test_no_number_day_code_or_command_is_folded(shown, name, width):
    for pattern in (EXACT, COMMANDS):
        whole = set(pattern.findall(shown[name][WIDE]))
        assert {found for found in pattern.findall(shown[name][width]) if found not in whole} == set()


@pytest.mark.parametrize("name", [name for name in READING if not name.startswith("sql")])
def test_no_state_is_in_english_and_no_moment_finer_than_a_second(shown, name):
    assert STATES.findall(shown[name][WIDE]) == []
    assert re.findall(r"\d\d:\d\d:\d\d\.\d", shown[name][WIDE]) == []


@pytest.mark.parametrize("name", READING)
def test_a_pipe_gets_fields_with_tabs_between_them(shown, name):
    fields = 0
    for line in shown[name][0].splitlines():
        if "\t" in line:
            fields = fields or line.count("\t")
            assert line.count("\t") == fields, line
        else:
            fields = 0
    if "───" in shown[name][WIDE] and "열  " not in shown[name][WIDE]:
        assert "\t" in shown[name][0]
