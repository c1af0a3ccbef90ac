"""Messages for a command line that cannot be parsed: the mistake, the usage line, and how to get help.

Typer's messages are in English, and its exception classes are not public, so this module goes by the classes' names.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import typer
from typer.core import TyperArgument, TyperOption

from foresto_cli.cli import _help

_ALIKE = 0.5
"""Minimum similarity of a suggested word, as difflib measures it."""
_SAID: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "int_parsing": lambda _: "정수로 적으세요.",
    "int_parsing_size": lambda _: "그렇게 큰 수는 쓸 수 없습니다.",
    "int_from_float": lambda _: "정수로 적으세요.",
    "float_parsing": lambda _: "숫자로 적으세요.",
    "finite_number": lambda _: "끝이 있는 수로 적으세요.",
    "greater_than_equal": lambda bound: f"{bound['ge']:g} 이상으로 적으세요.",
    "less_than_equal": lambda bound: f"{bound['le']:g} 이하로 적으세요.",
}
"""Messages about a wrong value, by pydantic's name for the error."""


def told(error: typer.TyperException) -> list[str]:
    """Return the lines to print: the mistake and what to do about it."""
    context = getattr(error, "ctx", None)
    lines = [f"✗ {_mistake(error, context)}"]
    if context is not None:
        lines += [_help.usage(context), f"도움말: {context.command_path} -h"]
    return lines


def _mistake(error: typer.TyperException, context: typer.Context | None) -> str:
    kinds = [kind.__name__ for kind in type(error).mro()]
    if "NoSuchOption" in kinds:
        name = getattr(error, "option_name", "")
        return f"{name}: 그런 옵션은 없습니다.{_alike('옵션', name, _options(context))}"
    if "BadOptionUsage" in kinds:
        name = getattr(error, "option_name", "")
        takes_none = "does not take" in error.message
        return (
            f"{name}: 값을 받지 않는 옵션입니다."
            if takes_none
            else f"{name}: 뒤에 값을 적으세요.{_value(name, context)}"
        )
    item = getattr(error, "param", None)
    if "MissingParameter" in kinds and item is not None:
        kind = "옵션" if isinstance(item, TyperOption) else "인수"
        found = _help.record(item)
        return f"필요한 {kind}: {found.names}. {found.said}" if found else f"필요한 {kind}: {item.name}."
    if "BadParameter" in kinds:
        return _bad_value(error, item)
    return _other(error.message, context)


def _bad_value(error: typer.TyperException, item: TyperArgument | TyperOption | None) -> str:
    """Return the message about a wrong value; errors of our own code already have one."""
    from pydantic import ValidationError

    if item is None or not isinstance(error.__cause__, ValidationError):
        return error.message
    fault = error.__cause__.errors()[0]
    name = item.opts[0] if isinstance(item, TyperOption) else item.metavar or item.name
    said = _SAID.get(fault["type"], _unknown)(fault.get("ctx", {}))
    return f"{name} {fault.get('input')}: {said}"


def _unknown(_: Mapping[str, Any]) -> str:
    return "알아볼 수 없는 값입니다."


def _other(message: str, context: typer.Context | None) -> str:
    """Return the message about an error that is recognized only by Typer's English sentence."""
    unknown = re.match(r"No such command '(.*?)'", message)
    if unknown:
        known = getattr(context and context.command, "commands", {})
        names = [name for name, command in known.items() if not command.hidden]
        return f"{unknown[1]}: 그런 명령은 없습니다.{_alike('명령', unknown[1], names)}"
    surplus = re.match(r"Got unexpected extra argument\(s\) \((.*)\)", message, re.DOTALL)
    if surplus:
        return f"{surplus[1]}: 쓸 곳이 없는 인수입니다. 지우거나, 빈칸이 있는 값이면 따옴표로 묶으세요."
    return "명령을 이어 적으세요." if message == "Missing command." else f"명령을 읽을 수 없습니다({message})."


def _options(context: typer.Context | None) -> list[str]:
    items = [] if context is None else context.command.params
    found = [
        name for item in items if isinstance(item, TyperOption) and not item.hidden for name in _help.spellings(item)
    ]
    return [*found, "--help", "--sandbox"]


def _value(name: str, context: typer.Context | None) -> str:
    for item in [] if context is None else context.command.params:
        if isinstance(item, TyperOption) and name in item.opts:
            return f" 예: {name} {item.metavar}"
    return ""


def _alike(kind: str, given: str, known: Iterable[str]) -> str:
    found = get_close_matches(given, [*known], cutoff=_ALIKE)
    return f" 비슷한 {kind}: {', '.join(found)}." if found else ""
