"""Reading the files of settings, each line accounted for: what cannot be read is an error that names file and line."""

import difflib
import io
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv.parser import Binding, parse_stream
from dotenv.variables import parse_variables

from foresto_cli.errors import ConfigError
from foresto_cli.settings import forms
from foresto_cli.settings.contents import contents
from foresto_cli.settings.model import FSC_ALIASES, Settings

OWN_PREFIX = "FORESTO_"
PREFIXES = (OWN_PREFIX, "KRX_", "DART_", "OPENDART_", "FSC_", "FSS_", "SMTP_", "DATABASE_", "ALPHA_VANTAGE")
"""A name that begins so can only be meant for us; in a stranger's file, only with the first."""
ALIKE = 0.8
SHOWABLE = re.compile(r"[A-Z_]{1,40}|[a-z_]{1,40}")
"""A name that is shown; in any other part of a key may have got into it."""
ENVIRONMENT = "환경 변수"


@dataclass(frozen=True)
class Given:
    """A value as it was written, and where, for people."""

    value: str
    place: str


@dataclass(frozen=True)
class Source:
    """One place that has settings.

    Attributes:
        label: what the operator calls it.
        values: by field; empty ones are left out.
        complaints: what is wrong in a file that is not ours alone, one sentence each.
    """

    label: str
    values: Mapping[str, Given]
    complaints: tuple[str, ...] = ()


@dataclass
class _Reading:
    file: Path
    strict: bool
    values: dict[str, Given] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def wrong(self, line: int, what: str) -> None:
        found = f"{self.file} {line}번째 줄{what}"
        if self.strict:
            raise ConfigError(found)
        self.complaints.append(found)


def field_of(name: str) -> str:
    """Return the field that a name means, or ``""``: case does not matter, and one key has two names."""
    lowered = name.lower()
    if lowered in FSC_ALIASES:
        return "fsc_api_key"
    return lowered if lowered in Settings.model_fields else ""


def environment() -> Source:
    """Return what the environment says; a name in capitals counts before the same in small letters."""
    found: dict[str, Given] = {}
    for name, value in sorted(os.environ.items(), key=lambda item: (item[0].lower() in FSC_ALIASES, item[0])):
        known = field_of(name)
        if known and value.strip() and known not in found:
            found[known] = Given(value, ENVIRONMENT)
    return Source(ENVIRONMENT, found)


def unknown_in_environment() -> list[str]:
    """Return the variables that can only be meant for us and that nobody reads."""
    names = (name for name in os.environ if name.startswith("FORESTO_") and not field_of(name))
    return sorted(name for name in names if SHOWABLE.fullmatch(name) and name not in forms.KNOWN)


def dotenv(file: Path, *, ours: bool) -> Source:
    """Read a ``.env``.

    In ours a line that cannot be read, or an unknown name that can only be meant for us, is an error. In a stranger's
    those that could concern us are complaints, and nothing is filled in from the environment: what stands there must
    not lead a secret of ours into an address of theirs.

    Raises:
        ConfigError: the file cannot be read; of ours, a line cannot.
    """
    raw = contents(file, ours=ours)
    text = raw.decode("utf-8-sig", errors="replace")
    reading = _Reading(file, strict=ours)
    if "\ufffd" in text and _is_broken(raw):
        if ours or _mentioned(text):
            raise ConfigError(f"{file} 파일이 UTF-8이 아닙니다. UTF-8로 다시 저장하세요.")
        return Source(f"{file}", {})
    bindings = list(parse_stream(io.StringIO(text)))
    used = set(re.findall(r"\$\{([^}:]+)", text))
    for binding in bindings:
        line = _line_of(binding)
        if binding.error or (binding.key is not None and binding.value is None):
            if ours or _mentioned(binding.original.string):
                named = f"({_first_name(binding.original.string)})" if _mentioned(binding.original.string) else ""
                reading.wrong(line, f"{named}을 읽을 수 없습니다. 따옴표를 닫고 이름=값 꼴로 적거나 그 줄을 지우세요.")
        elif binding.key is not None and binding.value is not None:
            _look_at_name(reading, binding.key, line, is_used=binding.key in used)
            if _swallows(binding.value) and (ours or field_of(binding.key)):
                reading.wrong(line, "에서 연 따옴표가 닫히지 않아 아래 줄까지 한 값이 되었습니다. 따옴표를 닫으세요.")
    _fill_in(reading, bindings)
    return Source(f"{file}", _aliased(reading.values), tuple(reading.complaints))


def toml(file: Path) -> Source:
    """Read ``config.toml``, which holds our settings and nothing else.

    Raises:
        ConfigError: the file cannot be read, has an unknown name, or a value that is neither text nor a number.
    """
    try:
        text = contents(file, ours=True).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{file} 파일이 UTF-8이 아닙니다. UTF-8로 다시 저장하세요.") from None
    try:
        content = tomllib.loads(text)
    # Not only TOMLDecodeError: a number of 5,000 digits and a list in a list in a list … have errors of their own.
    except (ValueError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        line = found[1] if found else f"{max(1, len(text.rstrip().splitlines()))}"
        advice = '따옴표를 닫고 이름 = "값" 꼴로 고치거나 그 줄을 지우세요.'
        raise ConfigError(f"{file} {line}번째 줄을 읽을 수 없습니다. {advice}") from None
    unknown = [name for name in content if not field_of(name)]
    if unknown:
        known = ", ".join(sorted(Settings.model_fields))
        shown = ", ".join(name if SHOWABLE.fullmatch(name) else "?" for name in unknown)
        place = f"{file} {_line_in_toml(text, unknown[0])}번째 줄"
        raise ConfigError(f"{place}: 모르는 설정이 있습니다: {shown}. 쓸 수 있는 이름: {known}")
    values = {}
    for name, value in content.items():
        place = f"{file} {_line_in_toml(text, name)}번째 줄"
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ConfigError(f"{name.upper()}({place})의 값은 따옴표로 묶은 글이나 정수여야 합니다.")
        if f"{value}".strip():
            values[name.lower()] = Given(f"{value}", place)
    return Source(f"{file}", _aliased(values))


def _line_in_toml(text: str, name: str) -> int:
    found = re.search(rf"(?m)^[ \t\[\"']*{re.escape(name)}[ \t\]\"'.]*(?:=|$)", text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _is_broken(raw: bytes) -> bool:
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return True
    return False


def _aliased(values: Mapping[str, Given]) -> dict[str, Given]:
    """Return ``values`` by field; the usual name counts before the other one."""
    found: dict[str, Given] = {}
    for name, given in sorted(values.items(), key=lambda item: item[0] in FSC_ALIASES):
        found.setdefault(field_of(name), given)
    return found


def _line_of(binding: Binding) -> int:
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def _names() -> Iterator[str]:
    yield from (name.upper() for name in (*Settings.model_fields, *FSC_ALIASES))


def _mentioned(text: str) -> bool:
    """Say whether one of our names is in it."""
    return any(re.search(rf"(?i)(?<![A-Za-z0-9_]){name}(?![A-Za-z0-9_])", text) for name in _names())


def _first_name(text: str) -> str:
    """Return which of our names stands first in it."""
    return min((name for name in _names() if name in text.upper()), key=text.upper().index)


def _swallows(value: str) -> bool:
    """Say whether a value of several lines holds a line that sets something of ours."""
    later = value.splitlines()[1:]
    return any(
        field_of(match[1]) for match in (re.match(r"\s*(?:export\s+)?(\w+)\s*=", line) for line in later) if match
    )


def _look_at_name(reading: _Reading, name: str, line: int, *, is_used: bool) -> None:
    if field_of(name) or is_used:
        return
    upper = name.upper()
    if upper in forms.KNOWN:
        reading.wrong(line, f": {upper} 설정은 환경 변수로만 쓸 수 있습니다. 그 줄을 지우세요.")
        return
    known = list(_names())
    near = difflib.get_close_matches(re.sub(r"[^A-Z0-9_]", "", upper), known, n=1, cutoff=ALIKE)
    inside = [one for one in known if one in upper] if reading.strict else []
    is_meant = near or upper.startswith(OWN_PREFIX) or (reading.strict and (inside or upper.startswith(PREFIXES)))
    if not is_meant:
        return
    shown = f" {name}" if SHOWABLE.fullmatch(name) else ""
    meant = f" {(near or inside)[0]}을(를) 쓰려던 것이면 고치고, 아니면" if near or inside else ""
    reading.wrong(line, f": 모르는 설정{shown}입니다.{meant} 그 줄을 지우세요.")


def _fill_in(reading: _Reading, bindings: list[Binding]) -> None:
    """Put ``${NAME}`` in as python-dotenv does; a name that has no value is an error and not the empty text."""
    own: dict[str, str | None] = {}
    for binding in bindings:
        if binding.key is None or binding.value is None or binding.error:
            continue
        line, known = _line_of(binding), field_of(binding.key)
        around: dict[str, str | None] = {**(os.environ if reading.strict else {}), **own}
        atoms = list(parse_variables(binding.value))
        absent = [
            atom for atom in atoms if getattr(atom, "default", "") is None and getattr(atom, "name", "") not in around
        ]
        if known and absent:
            reading.wrong(line, f": {binding.key.upper()} 안의 ${{…}}에 값이 없습니다. 그 변수를 이 파일에 적으세요.")
            continue
        value = "".join(atom.resolve(around) for atom in atoms)
        own[binding.key] = value
        if known and value.strip():
            reading.values[binding.key.lower()] = Given(value, f"{reading.file} {line}번째 줄")
        elif known:
            reading.values.pop(binding.key.lower(), None)
