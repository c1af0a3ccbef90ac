"""Writes ``.env`` in the settings folder: replaces the lines of the given settings and leaves all other lines."""

import io
import re
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import parse_stream

from foresto_cli import files
from foresto_cli.errors import ConfigError
from foresto_cli.settings.setting_files import field_of

PLAIN = re.compile(r"[A-Za-z0-9_./:@%+=?&,~-]+")
"""Values that need no quotation marks, neither here nor in a shell."""


def write(file: Path, values: Mapping[str, str]) -> None:
    """Put ``values`` into ``file``, readable by its owner only; the file is replaced in one step.

    Args:
        file: created when it is missing.
        values: by the name of the setting.

    Raises:
        ConfigError: the file cannot be read or written, is a link, or a value cannot be written to such a file.
    """
    try:
        text = file.read_text(encoding="utf-8-sig") if file.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} 파일을 읽을 수 없습니다({type(error).__name__}). 파일을 확인하세요.") from None
    files.write(file, with_values(text, values))


def with_values(text: str, values: Mapping[str, str]) -> str:
    """Return the text of a ``.env`` with these settings replaced or added; every other line is unchanged.

    Raises:
        ConfigError: a value cannot be written to such a file.
    """
    lines = {name.lower(): f"{name.upper()}={_quoted(name, value)}\n" for name, value in values.items()}
    pieces, written = [], set()
    for binding in parse_stream(io.StringIO(text)):
        original, name = binding.original.string, field_of(binding.key or "")
        if name in lines and not binding.error:
            before = original[: len(original) - len(original.lstrip())]
            pieces.append(before + lines[name])
            written.add(name)
        else:
            pieces.append(original)
    found = "".join(pieces)
    if found and not found.endswith("\n"):
        found += "\n"
    return found + "".join(line for name, line in lines.items() if name not in written)


def _quoted(name: str, value: str) -> str:
    if "${" in value or "\n" in value or "\r" in value:
        raise ConfigError(
            f"{name.upper()}의 값은 .env에 적을 수 없습니다(줄바꿈이나 ${{가 있습니다). 환경 변수로 주세요."
        )
    if PLAIN.fullmatch(value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
