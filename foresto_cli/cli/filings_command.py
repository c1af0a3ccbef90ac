"""``foresto filings``: what listed companies file with DART."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import AFRESH, DRY_RUN, WAIT, WORKERS, Shown, command, new_group
from foresto_cli.cli._dates import date_or_none

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.output.give import Form
    from foresto_cli.running.job import Options
    from foresto_cli.running.results import Result

group = new_group()


@command(group, WORKERS, AFRESH, DRY_RUN, WAIT)
def load(
    app: "App",
    options: "Options",
    since: Annotated[
        str | None,
        typer.Option(
            "--from", "--since", help="그 날까지 거슬러 받습니다. 없으면 마지막으로 읽은 날부터.", metavar="날짜"
        ),
    ] = None,
) -> "Result":
    """상장회사의 모든 공시 목록을 하루씩 받습니다. 끝나기 전에 읽은 날은 다시 읽습니다."""
    from foresto_cli.loading import load_filings

    return load_filings.load_filings(app, date_or_none(since), options)


@command(group, name="list", output=True)
def list_filings(
    app: "App",
    form: "Form",
    name: Annotated[str | None, typer.Argument(help="종목코드나 이름.", metavar="[종목]")] = None,
    ticker: Annotated[str | None, typer.Option("--ticker", help="종목코드나 이름(005930).", metavar="종목")] = None,
    kind: Annotated[
        str | None, typer.Option("--type", help="유상증자, CB, 합병, 횡령, 잠정실적, 공급계약 등.", metavar="유형")
    ] = None,
    since: Annotated[str | None, typer.Option("--from", "--since", help="그 날 접수된 것부터.", metavar="날짜")] = None,
    until: Annotated[str | None, typer.Option("--to", "--until", help="그 날 접수된 것까지.", metavar="날짜")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="최근 것부터 몇 건까지.", metavar="N")] = 30,
) -> Shown:
    """저장된 공시를 최근 것부터 보여 줍니다: 접수일, 회사, 유형, 보고서, DART 주소."""
    from foresto_cli.errors import UsageError
    from foresto_cli.views import stored_filings

    if name is not None and ticker is not None:
        raise UsageError("종목은 한 번만 적으세요(005930 또는 --ticker 005930).")
    wanted = stored_filings.Wanted(name or ticker, kind, date_or_none(since), date_or_none(until), limit)
    return Shown(stored_filings.show(app.console, stored_filings.found(app, wanted), form))
