"""Help and mistakes of every command: in Korean, with the way on, laid out by the cells of a terminal."""

import inspect
import re

import pytest
from commands import HANGUL
from pages import EVERY

from foresto_cli import __main__ as entry
from foresto_cli import wide
from foresto_cli.cli import GROUPS
from foresto_cli.cli._command import Globals

ENGLISH = re.compile(
    r"[A-Za-z]+ (?:the|is|to|of|an|for|this|no|such|not|should|must|be)\b"
    r"|\b(?:Usage|Options|Error|Missing|Invalid|Try|COMMAND)\b"
)
"""A sentence of nobody's who writes Korean."""
COMMANDS = re.compile(r"foresto(?: [\w.-]+)*|\"[^\"]*\"")
WORKING = {name: command for name, command in EVERY.items() if name != "help"}
NEEDY = [name for name, command in WORKING.items() if any(item.required for item in command.params)]
NUMBERS = [
    (name, next(opt for opt in item.opts if opt.startswith("--")))
    for name, command in WORKING.items()
    for item in command.params
    if item.param_type_name == "option" and item.type_descriptor.annotation in {int, float, int | None}
]


def said(capsys, *arguments):
    """What a mistake ends with: code 2, nothing on standard output, and these lines."""
    code = entry._run([*arguments], Globals(sandbox=True))
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    return err.splitlines()


def is_korean(text):
    return HANGUL.search(text) is not None and ENGLISH.search(COMMANDS.sub("", text)) is None


def leads_on(lines, name):
    first, usage, way = lines
    assert first.startswith("✗ ")
    assert all(is_korean(line) for line in lines), lines
    assert usage.startswith(f"사용법: foresto {name}")
    assert way == f"도움말: foresto {name} -h"
    return first


@pytest.mark.parametrize("name", WORKING)
def test_an_option_that_is_none_is_told_in_korean(capsys, name):
    options = [opt for item in EVERY[name].params if item.param_type_name == "option" for opt in item.opts]
    option = next((opt for opt in options if opt.startswith("--")), "--sandbox")
    first = leads_on(said(capsys, *name.split(), f"{option}x"), name)
    assert f"{option}x: 그런 옵션은 없습니다." in first
    assert f"{option}" in first.partition("비슷한 옵션")[2]


@pytest.mark.parametrize("name", NEEDY)
def test_what_is_missing_is_told_in_korean(capsys, name):
    first = leads_on(said(capsys, *name.split()), name)
    assert re.match("✗ 필요한 (인수|옵션): ", first)


@pytest.mark.parametrize(("name", "option"), NUMBERS)
def test_a_word_for_a_number_is_told_in_korean(capsys, name, option):
    given = ["1"] * sum(item.required for item in EVERY[name].params if item.param_type_name == "argument")
    required = [item for item in EVERY[name].params if item.param_type_name == "option" and item.required]
    needed = [word for item in required if option not in item.opts for word in (item.opts[0], "1")]
    first = leads_on(said(capsys, *name.split(), *given, *needed, option, "많이"), name)
    assert re.fullmatch(rf"✗ {option} 많이: (정수|숫자)로 적으세요\.", first)


@pytest.mark.parametrize("name", WORKING)
def test_words_too_many_are_told_in_korean(capsys, name):
    items = [item for item in EVERY[name].params if item.param_type_name == "argument"]
    if any(item.nargs != 1 for item in items):
        return
    given = [
        word for item in EVERY[name].params if item.required for word in (item.opts[0], "1")[-1 * (item in items) :]
    ]
    optional = ["1"] * sum(not item.required for item in items)
    first = leads_on(said(capsys, *name.split(), *given, *optional, "하나", "더"), name)
    assert first == "✗ 하나 더: 쓸 곳이 없는 인수입니다. 지우거나, 빈칸이 있는 값이면 따옴표로 묶으세요."


def test_an_option_without_its_value_is_told_in_korean(capsys):
    assert (
        leads_on(said(capsys, "runs", "list", "--limit"), "runs list") == "✗ --limit: 뒤에 값을 적으세요. 예: --limit N"
    )
    assert "값을 받지 않는" in leads_on(said(capsys, "runs", "list", "--json=3"), "runs list")


def test_a_number_out_of_its_bounds_is_told_in_korean(capsys):
    assert leads_on(said(capsys, "runs", "list", "--limit", "0"), "runs list") == "✗ --limit 0: 1 이상으로 적으세요."
    assert "그렇게 큰 수" in leads_on(said(capsys, "runs", "list", "--limit", "9" * 5_000), "runs list")


OLD = {
    "prices load": {"--from": "--start", "--to": "--end"},
    "prices repair": {"--from": "--since"},
    "stocks etfs": {"--from": "--since", "--to": "--until"},
    "filings list": {"--from": "--since", "--to": "--until"},
    "dart financials": {"--from": "--since"},
    "gold load": {"--from": "--since", "--to": "--until"},
    "score show": {"--on": "--date"},
    "score rank": {"--limit": "--top"},
    "score history": {"--limit": "--days"},
    "screen": {"--limit": "--top"},
    "fss best": {"--limit": "--top"},
    "runs list": {"--from": "--since"},
    "listing delisted": {"--from": "--since"},
}


@pytest.mark.parametrize("name", OLD)
def test_old_spellings_are_taken_and_not_shown(capsys, name):
    page = helped(capsys, *name.split(), "-h")
    options = {item.name: item.opts for item in EVERY[name].params if item.param_type_name == "option"}
    for new, old in OLD[name].items():
        assert f"  {new} " in page
        assert old not in page
        assert [new, old] in options.values()


def test_days_are_called_alike_in_every_command():
    other = {"--start", "--end", "--since", "--until", "--date", "--top"}
    named = {(name, opts[0]) for name, command in EVERY.items() for item in command.params if (opts := item.opts)}
    assert {(name, option) for name, option in named if option in other} == {("db export", "--since")}


def test_an_unknown_command_is_told_in_korean_with_those_like_it(capsys):
    first, usage, way = said(capsys, "statsu")
    assert first.startswith("✗ statsu: 그런 명령은 없습니다. 비슷한 명령: status")
    assert (usage, way) == ("사용법: foresto 명령 …", "도움말: foresto -h")
    assert said(capsys, "runs", "lst")[0] == "✗ lst: 그런 명령은 없습니다. 비슷한 명령: list."
    assert said(capsys, "엉뚱한말")[0] == "✗ 엉뚱한말: 그런 명령은 없습니다."


# --- help -----------------------------------------------------------------------------------------------------------


def helped(capsys, *arguments):
    assert entry._run([*arguments], Globals(sandbox=False)) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", ["", *GROUPS, *EVERY])
def test_help_is_korean_and_fits(capsys, monkeypatch, name, width):
    monkeypatch.setenv("COLUMNS", f"{width}")
    page = helped(capsys, *name.split(), "-h")
    assert page.startswith("사용법: foresto")
    assert "--sandbox" in page
    assert "-h, --help" in page
    assert "<" not in COMMANDS.sub("", page), "Typer's word for a type"
    assert ENGLISH.search(COMMANDS.sub("", " ".join(page.split()))) is None
    for line in page.splitlines():
        assert wide.cells(line) <= width or line.strip().startswith("foresto screen"), line
    for item in EVERY[name].params if name in EVERY else ():
        if not getattr(item, "hidden", False):
            assert (item.opts[0] if item.param_type_name == "option" else item.metavar) in page


def test_help_can_be_asked_for_in_every_way(capsys, monkeypatch):
    pages = []
    for arguments in (["help", "runs", "list"], ["runs", "list", "-h"], ["runs", "list", "--help"]):
        monkeypatch.setattr("sys.argv", ["foresto", *arguments])
        with pytest.raises(SystemExit) as ended:
            entry.main()
        assert ended.value.code == 0
        pages.append(capsys.readouterr().out)
    assert pages[0] == pages[1] == pages[2] != ""


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version_is_told(capsys, monkeypatch, option):
    monkeypatch.setattr("sys.argv", ["foresto", option])
    with pytest.raises(SystemExit):
        entry.main()
    assert re.fullmatch(r"foresto \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_a_group_without_a_command_shows_its_help_and_is_a_mistake(capsys):
    lines = said(capsys, "runs")
    assert lines[0] == "사용법: foresto runs 명령 …"
    assert [line for line in lines if "prune" in line] != []


# --- cells ----------------------------------------------------------------------------------------------------------


def test_korean_takes_two_cells_and_what_is_drawn_over_a_letter_none():
    assert [wide.cells(text) for text in ("abc", "가나", "가a", "각", "é", "…·→✓")] == [3, 4, 3, 2, 1, 4]


def test_a_text_is_cut_where_it_no_longer_fits():
    assert wide.cut("가상전자", 8) == "가상전자"
    assert wide.cut("가상전자우", 8) == "가상전…"
    assert all(wide.cells(wide.cut("가나다 abc 라", width)) <= width for width in range(1, 14))


def test_lines_are_broken_between_words_and_never_in_a_command():
    text = '! 빠진 거래일이 있습니다. foresto prices repair --from 2026-11-01 --json로 다시 받으세요. "끝"입니다.'
    for width in range(20, 90):
        lines = wide.wrap(text, width)
        assert " ".join(" ".join(lines).split()) == text
        assert sum("foresto prices repair --from 2026-11-01 --json" in line for line in lines) == 1
        assert all(wide.cells(line) <= width or line.strip().startswith("foresto") for line in lines)
        assert all(line.startswith("  ") for line in lines[1:])


def test_the_layout_of_help_needs_no_library():
    assert "import rich" not in inspect.getsource(wide)
