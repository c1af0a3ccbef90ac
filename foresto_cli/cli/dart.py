"""``foresto dart``: what companies file with the supervisor."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._dates import parse_date, parse_duration
from foresto_cli.cli._run import HELP, Afresh, DryRun, Json, Wait, Workers, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(no_args_is_help=True, context_settings=HELP)


@app.callback()
def group() -> None:
    """Make it a group, however many commands it has."""


@app.command("corp-codes")
def corp_codes(ctx: typer.Context, dry_run: DryRun = False, wait: Wait = "0s", as_json: Json = False) -> None:
    """DART 고유번호를 하루에 한 번 받아 종목과 잇습니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import statements
        from foresto_cli.running import job

        return statements.load_companies(found, job.Options(dry_run=dry_run, wait=parse_duration(wait)))

    perform(ctx, "dart corp-codes", work, as_json=as_json)


@app.command()
def financials(
    ctx: typer.Context,
    year: Annotated[int | None, typer.Option("--year", help="보고서 기간이 끝난 해(2025).", metavar="연도")] = None,
    report: Annotated[
        str | None, typer.Option("--report", help="annual(기본), half, q1, q3.", metavar="보고서")
    ] = None,
    since: Annotated[int | None, typer.Option("--since", help="그 해부터의 모든 보고서.", metavar="연도")] = None,
    ticker: Annotated[str | None, typer.Option("--ticker", help="한 종목만(005930).", metavar="종목코드")] = None,
    full: Annotated[
        bool, typer.Option("--full", help="현금흐름과 지배주주 몫까지, 최근 공시부터 오늘 한도만큼.")
    ] = False,
    workers: Workers = 4,
    again: Afresh = False,
    dry_run: DryRun = False,
    wait: Wait = "0s",
    as_json: Json = False,
) -> None:
    """재무제표를 100개사씩 받습니다. 옵션이 없으면 지금 새로 나올 수 있는 보고서만 묻습니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import statements
        from foresto_cli.running import job

        wanted = statements.wanted_reports(year, report, since, ticker)
        options = job.Options(workers=workers, afresh=again, dry_run=dry_run, wait=parse_duration(wait))
        return statements.load_statements(found, wanted, options, full=full)

    perform(ctx, "dart financials", work, as_json=as_json)


@app.command()
def reparse(ctx: typer.Context, dry_run: DryRun = False, wait: Wait = "0s", as_json: Json = False) -> None:
    """보관한 DART 응답을 묻지 않고 다시 읽어 재무제표를 고칩니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import statements
        from foresto_cli.running import job

        return statements.reparse(found, job.Options(dry_run=dry_run, wait=parse_duration(wait)))

    perform(ctx, "dart reparse", work, as_json=as_json)


@app.command()
def quota(ctx: typer.Context, as_json: Json = False) -> None:
    """DART 에 오늘 몇 번 물었고 몇 번 남았는지, 언제 새로 시작하는지 보여 줍니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import statements

        result = statements.quota(found)
        statements.show_quota(found, result)
        return result

    perform(ctx, "dart quota", work, as_json=as_json, shown=False)


@app.command()
def dividends(
    ctx: typer.Context,
    year: Annotated[
        int | None,
        typer.Option("--year", help="사업연도(2025). 없으면 회사마다 제출 기한이 지난 최근 해.", metavar="연도"),
    ] = None,
    workers: Workers = 4,
    again: Afresh = False,
    dry_run: DryRun = False,
    wait: Wait = "0s",
    as_json: Json = False,
) -> None:
    """사업보고서의 주당 현금배당금을 주식 종류별로 받습니다. 회사마다 한 번 묻습니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import capital as filings
        from foresto_cli.running import job

        options = job.Options(workers=workers, afresh=again, dry_run=dry_run, wait=parse_duration(wait))
        return filings.load_dividends(found, year, options)

    perform(ctx, "dart dividends", work, as_json=as_json)


@app.command("corporate-actions")
def corporate_actions(
    ctx: typer.Context,
    quarter: Annotated[str | None, typer.Option("--quarter", help="공시된 분기(2026Q3).", metavar="분기")] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="공시된 첫날(그 달 전체를 봅니다).", metavar="날짜")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="공시된 마지막 날. 없으면 오늘.", metavar="날짜")] = None,
    workers: Workers = 4,
    again: Afresh = False,
    dry_run: DryRun = False,
    wait: Wait = "0s",
    as_json: Json = False,
) -> None:
    """증자·감자·합병·분할·주식교환 공시를 받아 기준가 사건과 잇습니다. 기본은 지난 분기부터 오늘까지."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import capital as filings
        from foresto_cli.running import job

        first, last = filings.span(quarter, parse_date(start) if start else None, parse_date(end) if end else None)
        options = job.Options(workers=workers, afresh=again, dry_run=dry_run, wait=parse_duration(wait))
        return filings.load_actions(found, first, last, options)

    perform(ctx, "dart corporate-actions", work, as_json=as_json)
