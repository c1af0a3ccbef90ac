"""The reference of all commands, made of their own help: ``docs/commands.md`` is its output.

After a change of a command: ``from foresto_cli.cli import _reference; _reference.write()`` in the project's folder.
"""

from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperGroup

from foresto_cli.cli import _help, app

FILE = Path("docs") / "commands.md"
HEAD = """# 명령

명령마다 `--help`가 말하는 것을 모은 것입니다. 프로그램이 만듭니다(`foresto_cli/cli/_reference.py`). 설정과 종료 코드는
[안내서](guide.ko.md)에 있습니다. 어느 명령에나 `--sandbox`를 붙이면 실제 서버 대신 모의 시장을 쓰고, 따로 둔
데이터베이스에 저장합니다. `foresto help 명령`은 `foresto 명령 --help`와 같고, `foresto --version`(`-V`)은 버전을 보여
줍니다."""
COLUMNS = "| 인수와 옵션 | 뜻 | 기본값, 범위 |\n|---|---|---|"


def write(root: Path = Path()) -> None:
    """Write the page below ``root``."""
    (root / FILE).write_text(render(), encoding="utf-8")


def render() -> str:
    """Return the page: every command with every argument and option."""
    root = typer.main.get_group(app())
    return "\n\n".join([HEAD, *_sections(root, "foresto")]) + "\n"


def _sections(group: TyperGroup, path: str) -> Iterator[str]:
    for name, command in group.commands.items():
        whole = f"{path} {name}"
        is_group = isinstance(command, TyperGroup)
        yield f"## {whole}" if is_group or group.name == "foresto" else f"### {whole}"
        yield f"{command.help}"
        records = _help.records(typer.Context(command))
        if records:
            yield "\n".join([COLUMNS, *(_row(record) for _, record in records)])
        if isinstance(command, TyperGroup):
            yield from _sections(command, whole)


def _row(record: _help.Record) -> str:
    """Return a line of the table."""
    cells = (f"`{record.names}`", record.said, ", ".join(map(_note, record.notes)))
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _note(note: str) -> str:
    word, _, default = note.partition(" ")
    return f"{word} `{default}`" if word == "기본" else note
