"""The options of every command that gives rows out; ``@command(group, output=True)`` adds them in one word."""

from collections.abc import Mapping
from inspect import Parameter
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from foresto_cli.output.give import Form


def _asked(name: str, default: object, annotation: object) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


CSV = _asked(
    "csv",
    None,
    Annotated[str | None, typer.Option("--csv", help="CSV(UTF-8) 파일로. -는 표준 출력.", metavar="파일")],
)
XLSX = _asked(
    "xlsx", None, Annotated[str | None, typer.Option("--xlsx", help="엑셀 파일로. 종목코드는 글자로.", metavar="파일")]
)
PARQUET = _asked(
    "parquet", None, Annotated[str | None, typer.Option("--parquet", help="Parquet 파일로.", metavar="파일")]
)
SPREADSHEET_SAFE = _asked(
    "spreadsheet_safe",
    False,
    Annotated[
        bool,
        typer.Option(
            "--spreadsheet-safe",
            help="--csv를 스프레드시트용으로: BOM을 쓰고, 수식으로 읽힐 글자(= + - @) 앞에 '를 붙입니다.",
        ),
    ],
)
EVERYTHING = _asked(
    "everything", False, Annotated[bool, typer.Option("--all", help="터미널에 1,000행을 넘어도 모두 보여 줍니다.")]
)
OPTIONS = (CSV, XLSX, PARQUET, SPREADSHEET_SAFE, EVERYTHING)


def form_of(given: dict[str, Any]) -> "Form":
    """Take the options out of ``given`` and return what they ask for."""
    from foresto_cli.output.give import Form

    return Form(**{one.name: given.pop(one.name) for one in OPTIONS})


def keeps_stdout(given: Mapping[str, object]) -> bool:
    """Say whether standard output is for a file."""
    return given.get(CSV.name) == "-"
