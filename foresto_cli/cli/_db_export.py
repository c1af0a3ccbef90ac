"""``foresto db export|backup``: what is stored, in files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import Shown, command
from foresto_cli.cli._dates import date_or_none

if TYPE_CHECKING:
    from foresto_cli.app import App


def add(group: typer.Typer) -> None:
    """Add the commands to ``group``."""
    command(group)(export)
    command(group)(backup)


def export(
    app: "App",
    folder: Annotated[
        Path | None, typer.Argument(help="쓸 폴더. 전에 내보낸 폴더면 그 파일을 바꿉니다.", metavar="폴더")
    ] = None,
    table: Annotated[
        str, typer.Option("--table", "--tables", help="쉼표로 나눈 표와 뷰 이름. 없으면 모두.", metavar="표")
    ] = "",
    first: Annotated[str | None, typer.Option("--from", help="이 거래일부터.", metavar="날짜")] = None,
    last: Annotated[str | None, typer.Option("--to", help="이 거래일까지.", metavar="날짜")] = None,
    ticker: Annotated[str, typer.Option("--ticker", help="쉼표로 나눈 종목코드.", metavar="종목")] = "",
    duckdb: Annotated[
        Path | None, typer.Option("--duckdb", help="DuckDB 파일 하나로도. 폴더 없이도 됩니다.", metavar="파일")
    ] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="숫자를 float64가 아니라 소수 그대로: db backup과 같은 것을 씁니다.")
    ] = False,
    file_format: Annotated[str, typer.Option("--format", help="parquet 또는 csv.")] = "parquet",
    since: Annotated[str, typer.Option("--since", help="이 날짜의 해보다 앞선 시세는 그대로 둡니다.")] = "",
    for_spreadsheets: Annotated[
        bool,
        typer.Option(
            "--spreadsheet-safe",
            help="스프레드시트용 CSV로 씁니다: 수식으로 읽힐 글자(= + - @) 앞에 '를 붙입니다. 가져올 수는 없습니다.",
        ),
    ] = False,
) -> Shown:
    """표와 뷰를 분석용 Parquet(숫자는 float64, 시세는 해마다 한 폴더)이나 DuckDB 파일로 내보냅니다."""
    from foresto_cli.archive import command as archive
    from foresto_cli.archive.analysis import Wanted

    wanted = Wanted(
        names=_split(table),
        first=date_or_none(first),
        last=date_or_none(last),
        tickers=[one.upper() for one in _split(ticker)],
        since=date_or_none(since),
    )
    chosen = archive.FOR_SPREADSHEETS if for_spreadsheets else file_format
    return Shown(archive.export(app, folder, wanted, chosen, duckdb=duckdb, exact=exact))


def backup(
    app: "App",
    folder: Annotated[Path, typer.Argument(help="쓸 폴더. 전에 백업한 폴더면 바뀐 것만 다시 씁니다.", metavar="폴더")],
    file_format: Annotated[str, typer.Option("--format", help="parquet 또는 csv.")] = "parquet",
) -> Shown:
    """모든 표를 그대로(소수까지) 목록과 함께 씁니다. db restore와 db import가 이것으로 되돌립니다."""
    from foresto_cli.archive import command as archive

    return Shown(archive.backup(app, folder, file_format))


def _split(given: str) -> list[str]:
    return [one.strip() for one in given.split(",") if one.strip()]
