"""``foresto sql``: any question to the own data."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import Shown, command
from foresto_cli.cli._dates import parse_duration

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.output.give import Form


@command(output=True, name="sql")
def sql(
    app: "App",
    form: "Form",
    statement: Annotated[
        str | None, typer.Argument(help="SQL 문장 하나. -는 표준 입력에서 읽습니다.", metavar="SQL")
    ] = None,
    file: Annotated[str | None, typer.Option("-f", "--file", help="SQL이 적힌 파일.", metavar="파일")] = None,
    timeout: Annotated[
        str | None,
        typer.Option(
            "--timeout", help="서버가 멈추기까지의 시간(10m, 90s, 1h). 0은 제한 없음(기본: 60초).", metavar="시간"
        ),
    ] = None,
    tables: Annotated[bool, typer.Option("--tables", help="표와 뷰의 이름, 대략의 행 수, 뜻을 보여 줍니다.")] = False,
    columns: Annotated[
        str | None, typer.Option("--columns", help="그 표나 뷰의 열마다 형과 뜻을 보여 줍니다.", metavar="표")
    ] = None,
) -> Shown:
    """저장된 모든 데이터에 SQL로 조회합니다. 읽기만 하고, 시간 제한이 있습니다."""
    from foresto_cli.views import sql_questions

    form.check(as_json=app.console.as_json)
    asked = sql_questions.chosen(statement, file, tables=tables, columns=columns)
    seconds = parse_duration(timeout).total_seconds() if timeout else sql_questions.USUAL_SECONDS
    return Shown(sql_questions.answer(app, asked, form, seconds))
