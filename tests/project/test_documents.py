"""The pages for people: every command, option, setting, exit code and chain is told, and what is shown can be typed."""

import os
import re
import shlex
import subprocess

import pytest
from pages import COMMAND, EVERY, EXIT_CODES, GUIDES, PAGES, READMES, page, prose
from support import ROOT

from foresto_cli import data_sets
from foresto_cli.chains.steps import CHAINS
from foresto_cli.cli import _guide, _reference
from foresto_cli.collecting import registry
from foresto_cli.sandbox import fault_kinds, hosts
from foresto_cli.settings import FSC_ALIASES, Settings
from foresto_cli.timetable import JOBS

SETTINGS = {"docs/guide.md": "Settings", "docs/guide.ko.md": "설정"}
HEADING = {"docs/guide.md": "Exit codes", "docs/guide.ko.md": "종료 코드"}
PATTERNS = {"…", "COMMAND", "명령", "CHAIN", "GROUP"}
"""Words that stand for others."""
TRANSLATED = (GUIDES, ("docs/operating.md", "docs/operating.ko.md"))
IN_KOREAN = {"FOLDER": "폴더", "FILE": "파일", "ADDRESS": "주소", "COMMAND": "명령", "job=URL": "작업=주소"}
MONTHS = {"Feb": "2", "May": "5", "Aug": "8", "Nov": "11"}


def section(name, heading):
    found = page(name).partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert found, f"{name} has no {heading}"
    return found


def rows(name):
    return [line for line in prose(name).splitlines() if line.startswith("| ")]


def code_in(text):
    """Return what stands in code, words that stand for others in Korean."""
    found = re.findall(r"`([^`\n]+)`", text)
    return sorted(
        {re.sub(r"\b(?:[A-Z]+|job=URL)\b", lambda word: IN_KOREAN.get(word[0], word[0]), one) for one in found}
    )


def numbers_in(text):
    """Return the numbers of a text outside code; an English month is one too."""
    plain = re.sub(r"`[^`\n]+`", "", text)
    plain = re.sub(rf"\b({'|'.join(MONTHS)})\b", lambda month: MONTHS[month[0]], plain)
    return sorted(re.findall(r"\d[\d,.:]*\d|\d", plain))


# --- the guide, in both languages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GUIDES)
def test_the_guide_names_every_command(name):
    assert len(EVERY) >= 60
    # The commands of described data sets are alike: gold's stand for all; docs/commands.md has each.
    alike = {f"{one} {verb}" for one in data_sets.labels() for verb in ("load", "show")} - {"gold load", "gold show"}
    assert [command for command in EVERY if command not in alike and f"`foresto {command}" not in page(name)] == []


@pytest.mark.parametrize("name", GUIDES)
def test_the_guide_says_what_the_data_sets_say(name):
    assert _guide.rendered(name, page(name)) == page(name), "write it anew: see foresto_cli/cli/_guide.py"


def test_every_data_set_has_an_english_name_and_no_other_has():
    assert set(_guide.ENGLISH) == set(registry.every()) - set(data_sets.labels())


@pytest.mark.parametrize("name", GUIDES)
def test_the_guide_names_every_exit_code(name):
    table = section(name, HEADING[name])
    told = {int(code) for row in re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE) for code in row.split(",")}
    assert told == EXIT_CODES


@pytest.mark.parametrize("name", GUIDES)
def test_the_guide_names_every_setting_and_no_other(name):
    source = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "foresto_cli").rglob("*.py"))
    used = {field.upper() for field in Settings.model_fields} | set(re.findall(r"FORESTO_SANDBOX_[A-Z_]+\b", source))
    used |= {"FORESTO_HOME", "FORESTO_ALLOW_SANDBOX", *(alias.upper() for alias in FSC_ALIASES)}
    assert len(used) >= 25
    assert set(re.findall(r"\b[A-Z][A-Z0-9]*_[A-Z_]+\b", section(name, SETTINGS[name]))) == used


@pytest.mark.parametrize("name", GUIDES)
def test_the_guide_tells_the_steps_of_every_chain(name):
    told = {chain: " → ".join(f"`{step.name}`" for step in steps) for chain, steps in CHAINS.items()}
    assert told.pop("weekday_final") == told["weekday"], "the guide calls it the same once more"
    assert f"| `close` | {told.pop('close')}: " in page(name)
    for chain, steps in told.items():
        assert f"| `{chain}` | {steps} |" in page(name)


@pytest.mark.parametrize("name", GUIDES)
def test_the_guide_tells_when_every_chain_starts(name):
    for job in JOBS:
        if job.command[0] == "run":
            assert re.search(rf"^\| .*{job.at:%H:%M} \| `{job.name}` \|", page(name), re.MULTILINE), job.name


@pytest.mark.parametrize("name", READMES)
def test_the_readme_is_read_in_three_minutes(name):
    assert len(page(name).split()) <= 900


@pytest.mark.parametrize("both", [READMES, GUIDES])
def test_both_languages_tell_the_same(both):
    korean, english = (re.findall(r"^## |^\| |^```", page(name), re.MULTILINE) for name in reversed(both))
    assert korean == english, "one of them has a section, a line of a table or a block more"


@pytest.mark.parametrize(("english", "korean"), TRANSLATED)
def test_every_row_has_the_same_code_and_numbers_in_both_languages(english, korean):
    assert len(rows(english)) == len(rows(korean)) > 20
    for ours, theirs in zip(rows(english), rows(korean), strict=True):
        assert (code_in(ours), numbers_in(ours)) == (code_in(theirs), numbers_in(theirs)), f"{ours}\n{theirs}"


@pytest.mark.parametrize(("english", "korean"), TRANSLATED[1:])
def test_every_section_has_the_same_code_and_numbers_in_both_languages(english, korean):
    ours, theirs = (re.split(r"^## ", prose(name), flags=re.MULTILINE)[1:] for name in (english, korean))
    for one, other in zip(ours, theirs, strict=True):
        assert code_in(one) == code_in(other)
        assert numbers_in(one) == numbers_in(other), other.splitlines()[0]


def test_ci_runs_exactly_the_test_command_of_the_readme():
    script = page(".ci/run")
    extraction = next(line for line in script.splitlines() if line.startswith("command="))
    done = subprocess.run(
        ["bash", "-c", f'{extraction}\nprintf "%s" "$command"'],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    block = page("README.md").partition("<!-- test-command -->\n```sh\n")[2].partition("\n```\n<!-- end -->")[0]
    assert done.stdout == block
    assert "pytest" in block
    assert '\nbash -euo pipefail -c "$command"\n' in script
    assert '\n.venv/bin/python -m pytest -q -n 3 -m "long and not slow"\n' in script, "what that command leaves out"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


# --- the reference of commands --------------------------------------------------------------------------------------


def test_the_reference_is_what_the_code_renders():
    again = "python -c 'from foresto_cli.cli import _reference as r; r.write()'"
    assert page("docs/commands.md") == _reference.render(), f"docs/commands.md is old; write it with: {again}"


def test_the_reference_names_every_command_with_every_option():
    told = dict(re.findall(r"^###? foresto (.+)\n((?:(?!##).*\n)*)", page("docs/commands.md"), re.MULTILINE))
    assert EVERY.keys() <= told.keys()
    for name, command in EVERY.items():
        assert " ".join(command.help.split()) in " ".join(told[name].split())
        options = [parameter.opts[0] for parameter in command.params if parameter.param_type_name == "option"]
        assert [option for option in options if f"| `{option}" not in told[name]] == []


def test_the_page_of_faults_names_every_kind_and_every_host():
    told = page("docs/faults.md")
    assert [name for name in [*fault_kinds.KINDS, *hosts.modules()] if f"`{name}`" not in told] == []


# --- what is shown --------------------------------------------------------------------------------------------------


def shown(text):
    """Yield the arguments of every foresto command that a page shows, as a shell would read them."""
    blocks = re.findall(r"^ *```(?:sh|console)\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    rest = re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    for line in [*lines, *re.findall(r"`([^`]+)`", rest)]:
        code = re.sub(r"(^|\s)#.*", "", line)
        for piece in re.split(r"&&|;", code):
            called = re.fullmatch(r"\s*(?:\$ )?(?:\w+=\S* +)*(?:\.venv/bin/)?foresto( .*)?", piece)
            if called:
                yield [word for word in shlex.split(called[1] or "") if word != "--sandbox"]


@pytest.mark.parametrize("name", PAGES)
def test_every_shown_command_exists_and_parses(name):
    for arguments in shown(page(name)):
        if PATTERNS & set(arguments) or arguments == ["--version"] or arguments[-1:] in (["--help"], ["-h"]):
            continue
        command, words = COMMAND, arguments[arguments[:1] == ["help"] :]
        while words and hasattr(command, "commands"):
            if command.invoke_without_command and words[0].startswith("--"):
                break  # a group that is a command of its own, with options
            assert words[0] in command.commands, f"foresto {' '.join(arguments)}"
            command, words = command.commands[words[0]], words[1:]
        if words and arguments[0] != "help":
            command.make_context("foresto", words)


def test_commands_that_are_shown_are_found():
    block = "```sh\nA=1 foresto --sandbox prices \\\n  index; foresto status   # twice\n```\n"
    text = f"{block}`foresto runs show 12`, `foresto`"
    assert list(shown(text)) == [["prices", "index"], ["status"], ["runs", "show", "12"], []]
    assert sum(len(list(shown(page(name)))) for name in GUIDES) > 100


def test_every_shown_query_runs(engine):
    blocks = [
        block for name in PAGES for block in re.findall(r"^```sql\n(.*?)^```", page(name), re.DOTALL | re.MULTILINE)
    ]
    assert len(blocks) >= 4
    with engine.connect() as connection:
        for block in blocks:
            connection.exec_driver_sql(block)


def anchors(text):
    """Return what the headings of a page are called in links."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name):
    for target in re.findall(r"\]\(([^)\s]+)", page(name)):
        file, _, place = target.partition("#")
        if not target.startswith("https://"):
            found = (ROOT / name).parent / file if file else ROOT / name
            assert found.exists(), target
            assert not place or place in anchors(found.read_text(encoding="utf-8")), target
