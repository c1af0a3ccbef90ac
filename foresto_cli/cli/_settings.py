"""The page of settings, made of what reads them: ``docs/settings.md`` is its output.

After a change of a setting: ``from foresto_cli.cli import _settings; _settings.write()`` in the project's folder.
"""

from collections.abc import Iterable
from pathlib import Path

from foresto_cli.settings import Settings, forms, sandboxed, setting_sources

FILE = Path("docs") / "settings.md"
HEAD = """# 설정의 꼴과 범위

무엇을 위한 설정인지는 [안내서](guide.ko.md#설정)에 있습니다.
프로그램이 만든 쪽입니다(`foresto_cli/cli/_settings.py`).

## 어디에나 적을 수 있는 것

환경 변수, 설정 폴더의 `.env`와 `config.toml`, 지금 폴더의 `.env` 순으로, 이름마다 먼저 나온 곳의 값을 씁니다.
`.env`가 둘이면 설정 폴더의 것이 먼저입니다. 설정 폴더가 어디인지는 `foresto doctor`가 보여 줍니다.
함께 한곳에서만 읽는 것: {together}.
`*`가 붙은 것은 설정 폴더에 설정이 있으면 지금 폴더의 `.env`로 정하지 않습니다. 예약된 작업은 설정 폴더만 읽습니다.
`--sandbox`는 파일을 읽지 않습니다.

| 이름 | 꼴과 범위 | 기본값 | `--sandbox`에서 |
|---|---|---|---|
"""
ALONE = """
## 환경 변수로만 쓰는 것

파일에 적으면 78로 끝나며 그 줄을 알려 줍니다.

| 이름 | 꼴과 범위 | 기본값 |
|---|---|---|
"""
OTHERS = """
## 다른 프로그램의 것으로, foresto도 따르는 것

| 이름 | 꼴과 뜻 | 기본값 |
|---|---|---|
"""


def write(root: Path = Path()) -> None:
    """Write the page below ``root``."""
    (root / FILE).write_text(render(), encoding="utf-8")


def render() -> str:
    """Return the page."""
    together = "; ".join(", ".join(f"`{name.upper()}`" for name in group) for group in setting_sources.TOGETHER)
    tables = (_fields(), _lines(forms.OURS), _lines(forms.OF_OTHERS))
    heads = (HEAD.replace("{together}", together), ALONE, OTHERS)
    return "".join(part for head, lines in zip(heads, tables, strict=True) for part in (head, *lines))


def _fields() -> Iterable[str]:
    for name in Settings.model_fields:
        form = forms.of_field(name)
        starred = f"{_names(form)}{'*' if name in setting_sources.OWN else ''}"
        yield f"| {starred} | {form.form} | {form.default} | {sandboxed.taken(name)} |\n"


def _lines(found: Iterable[forms.Form]) -> Iterable[str]:
    return (f"| {_names(form)} | {form.form} | {form.default} |\n" for form in found)


def _names(form: forms.Form) -> str:
    return ", ".join(f"`{name}`" for name in form.name.split(", "))
