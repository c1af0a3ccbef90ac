"""The reference of all commands, made of their own help: ``docs/commands.md`` is its output.

After a change of a command: ``from foresto_cli.cli import _reference; _reference.write()`` in the project's folder.
"""

from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperGroup

from foresto_cli.cli import app

FILE = Path("docs") / "commands.md"
HEAD = """# 명령

명령마다 `--help`가 말하는 것을 모은 것입니다. 프로그램이 만듭니다(`foresto_cli/cli/_reference.py`). 설정과 종료 코드는
[README](../README.ko.md)에 있습니다."""
COLUMNS = "| 인수와 옵션 | 뜻 | 기본값, 범위 |\n|---|---|---|"


def write(root: Path = Path()) -> None:
    """Write the page below ``root``."""
    (root / FILE).write_text(render(), encoding="utf-8")


def render() -> str:
    """Return the page: every command with every argument and option."""
    root = typer.main.get_group(app())
    return "\n\n".join([HEAD, f"{root.epilog}", *_sections(root, "foresto")]) + "\n"


def _sections(group: TyperGroup, path: str) -> Iterator[str]:
    for name, command in group.commands.items():
        whole = f"{path} {name}"
        is_group = isinstance(command, TyperGroup)
        yield f"## {whole}" if is_group or group.name == "foresto" else f"### {whole}"
        yield f"{command.help}"
        context = typer.Context(command)
        records = [record for item in command.params if (record := item.get_help_record(context)) is not None]
        if records:
            yield "\n".join([COLUMNS, *(_row(*record) for record in records)])
        if isinstance(command, TyperGroup):
            yield from _sections(command, whole)


def _row(name: str, said: str) -> str:
    """Return a line of the table; what Typer puts in brackets behind the help is a column of its own."""
    meaning, _, brackets = said.partition("  [")
    notes = [note.removeprefix("default: ") for note in brackets.removesuffix("]").split("; ") if note]
    default = ", ".join("필수" if note == "required" else f"`{note}`" for note in notes)
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in (f"`{name}`", meaning, default)) + " |"
