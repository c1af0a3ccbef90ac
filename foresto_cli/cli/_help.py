"""The ``--help`` page of every command, in Korean: usage, arguments and options, aligned by terminal cells.

Typer's own pages are in English and count a Korean letter as one cell. Every command and group uses the classes here;
``docs/commands.md`` is generated from :func:`record` too.
"""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from foresto_cli import wide
from foresto_cli.errors import UsageError

NARROWEST, WIDEST = 40, 100
"""Limits in cells for the width of a page, whatever the width of the terminal."""
_MOST_NAMES = 28
"""Maximum cells of the left column; a longer name gets a line of its own."""
SANDBOX = ("--sandbox", "실제 서버 대신 모의 시장을 쓰고, 따로 둔 데이터베이스에 저장합니다.")
_VERSION = ("-V, --version", "버전을 보여 줍니다.")
HELP_SAID = "이 도움말을 보여 줍니다."


class Record(NamedTuple):
    """An argument or option as help shows it.

    Attributes:
        names: its spellings and the placeholder of its value.
        said: its help text.
        notes: whether it is required, its default, its range.
    """

    names: str
    said: str
    notes: tuple[str, ...]


def record(item: TyperArgument | TyperOption) -> Record | None:
    """Return what help shows of ``item``; None when it is hidden."""
    if item.hidden:
        return None
    notes = []
    if item.required:
        notes.append("필수")
    if item.show_default and (default := _default(item)):
        notes.append(f"기본 {default}")
    if bounds := _range(item.min, item.max):
        notes.append(bounds)
    return Record(_names(item), item.help or "", tuple(notes))


def _names(item: TyperArgument | TyperOption) -> str:
    word = item.metavar or item.name
    if isinstance(item, TyperArgument):
        return f"{word}…" if item.nargs != 1 else word
    names = ", ".join(sorted(spellings(item), key=lambda name: len(name) - len(name.lstrip("-"))))
    if item.is_flag:
        return " / ".join([names, *item.secondary_opts])
    return f"{names} {word}"


def spellings(item: TyperOption) -> list[str]:
    """Return the names of an option that help shows: short ones and the first long one; other long ones are old."""
    long = [name for name in item.opts if name.startswith("--")]
    return [name for name in item.opts if name not in long[1:]]


def _default(item: TyperArgument | TyperOption) -> str:
    default: Any = item.default
    if default is None or default is False or default in ("", [], ()):
        return ""
    if default is True:
        return item.opts[0]
    return f"{default:g}" if isinstance(default, float) else f"{default}"


def _range(least: float | None, most: float | None) -> str:
    if least is not None and most is not None:
        return f"{least:g}–{most:g}"
    if least is not None:
        return f"{least:g} 이상"
    return "" if most is None else f"{most:g} 이하"


def records(context: typer.Context) -> list[tuple[TyperArgument | TyperOption, Record]]:
    """Return the arguments and options of a command that help shows, without the common options."""
    items = (item for item in context.command.params if isinstance(item, TyperArgument | TyperOption))
    return [(item, found) for item in items if (found := record(item)) is not None]


def usage(context: typer.Context) -> str:
    """Return the usage line of a command."""
    words, is_optional = [f"{context.command_path}"], False
    for item, found in records(context):
        if isinstance(item, TyperArgument) or item.required:
            words.append(found.names if item.required else f"[{found.names}]")
        else:
            is_optional = True
    if is_optional:
        words.append("[옵션]")
    if isinstance(context.command, TyperGroup):
        words.append("명령 …")
    return f"사용법: {' '.join(words)}"


def page(context: typer.Context) -> str:
    """Return the help page of a command or group."""
    return "\n".join(_lines(context, _width()))


def _width() -> int:
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns) - 1)


def _lines(context: typer.Context, width: int) -> Iterator[str]:
    command, is_root = context.command, context.parent is None
    yield from _hanging("", usage(context), width, len("사용법: ") + 3)
    if command.help:
        yield ""
        yield from (f"  {line}" for line in wide.wrap(" ".join(command.help.split()), width - 2))
    told = records(context)
    arguments = [_told(found) for item, found in told if isinstance(item, TyperArgument)]
    options = [_told(found) for item, found in told if isinstance(item, TyperOption)]
    yield from _section("인수", arguments, width)
    yield from _section("옵션", options, width)
    yield from _section("공통 옵션", [SANDBOX, *([_VERSION] if is_root else []), ("-h, --help", HELP_SAID)], width)
    if isinstance(command, TyperGroup):
        rows = [(name, one.help or "") for name, one in command.commands.items() if not one.hidden]
        yield from _section("명령", rows, width, in_one_line=is_root)
        yield ""
        yield f"명령 하나의 도움말: {context.command_path} 명령 -h"


def _told(found: Record) -> tuple[str, str]:
    notes = (f"[{note}]".replace(" ", wide.TIE) for note in found.notes)
    return found.names, " ".join([found.said, *notes])


def _section(title: str, rows: list[tuple[str, str]], width: int, *, in_one_line: bool = False) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield f"{title}:"
    indent = min(max(wide.cells(name) for name, _ in rows), _MOST_NAMES, width // 2 - 4) + 4
    for name, said in rows:
        if in_one_line:
            yield f"  {wide.left(name, indent - 2)}{wide.cut(_first_sentence(said), width - indent)}"
        else:
            yield from _hanging(f"  {name}", said, width, indent)


def _first_sentence(said: str) -> str:
    return said.partition(". ")[0].partition(": foresto")[0]


def _hanging(name: str, said: str, width: int, indent: int) -> Iterable[str]:
    """Return ``name`` with ``said`` to its right, wrapped; every line after the first is indented by ``indent``."""
    if not name:
        first, *rest = wide.wrap(said, width)
        # The lines after the first are narrower by the indent, so they are wrapped again.
        again = wide.wrap(" ".join(line.strip() for line in rest), width - indent) if rest else []
        return [first, *(" " * indent + line for line in again)]
    lines = wide.wrap(" ".join(said.split()), width - indent) if said else [""]
    is_long = wide.cells(name) > indent - 2
    head = [name] if is_long else [(wide.left(name, indent) + lines[0]).rstrip()]
    return [*head, *(" " * indent + line for line in (lines if is_long else lines[1:]))]


class Command(TyperCommand):
    """A command whose help is in Korean."""

    def get_help(self, ctx: typer.Context) -> str:  # type: ignore[override]  # click has its own Context
        """Return the page."""
        return page(ctx)

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # as above
        """Parse the arguments; an error carries this command's context."""
        with _placed(ctx):
            return super().parse_args(ctx, args)


class Group(TyperGroup):
    """A group whose help is in Korean."""

    def get_help(self, ctx: typer.Context) -> str:  # type: ignore[override]  # as above
        """Return the page."""
        return page(ctx)

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # as above
        """Parse the arguments; without any, print the page and exit."""
        if not args and self.no_args_is_help and not ctx.resilient_parsing:
            typer.echo(page(ctx), err=True)
            raise typer.Exit(UsageError.exit_code)
        with _placed(ctx):
            return super().parse_args(ctx, args)


@contextmanager
def _placed(context: typer.Context) -> Iterator[None]:
    try:
        yield
    except typer.TyperException as error:
        if getattr(error, "ctx", None) is None:
            vars(error)["ctx"] = context
        raise
