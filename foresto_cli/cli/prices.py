"""``foresto prices``: daily prices and indices."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._dates import parse_date, parse_duration
from foresto_cli.cli._run import HELP, DryRun, Json, Wait, Workers, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(no_args_is_help=True, context_settings=HELP)

DefaultDays = Annotated[int, typer.Option(help="며칠 전까지 거슬러 올라가 채울지(달력 날수).", metavar="일")]


@app.command()
def incremental(
    ctx: typer.Context,
    default_days: DefaultDays = 1825,
    workers: Workers = 4,
    refresh_days: Annotated[
        int,
        typer.Option(help="미러에서 받은 시세를 거래소 자료로 바꿔 넣을 최근 거래일 수.", metavar="일"),
    ] = 2,
    dry_run: DryRun = False,
    wait: Wait = "0s",
    as_json: Json = False,
) -> None:
    """빠진 거래일의 전 종목 시세를 최근 것부터 모두 받습니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import prices as loads
        from foresto_cli.running import job

        options = job.Options(workers=workers, dry_run=dry_run, wait=parse_duration(wait))
        return loads.load_prices_incremental(found, default_days, refresh_days, options)

    perform(ctx, "prices incremental", work, as_json=as_json)


@app.command()
def load(
    ctx: typer.Context,
    start: Annotated[str, typer.Option(help="첫날(2026-02-13 또는 20260213).", metavar="날짜")],
    end: Annotated[str, typer.Option(help="마지막 날.", metavar="날짜")],
    ticker: Annotated[str | None, typer.Option(help="한 종목만(여섯 자리 종목코드).", metavar="종목코드")] = None,
    again: Annotated[bool, typer.Option("--again", help="이미 받은 거래일도 다시 받습니다.")] = False,
    workers: Workers = 4,
    dry_run: DryRun = False,
    wait: Wait = "0s",
    as_json: Json = False,
) -> None:
    """기간을 정해 시세를 받습니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import prices as loads
        from foresto_cli.running import job

        options = job.Options(workers=workers, dry_run=dry_run, wait=parse_duration(wait), again=again)
        return loads.load_prices_between(found, parse_date(start), parse_date(end), ticker, options)

    perform(ctx, "prices load", work, as_json=as_json)


@app.command()
def index(
    ctx: typer.Context,
    default_days: DefaultDays = 1825,
    code: Annotated[
        str | None, typer.Option(help="이 지수와 같은 계열의 지난 지수를 모두 받습니다(--list의 코드).", metavar="코드")
    ] = None,
    all_indices: Annotated[bool, typer.Option("--all", help="모든 지수의 지난 자료를 받습니다.")] = False,
    since: Annotated[str | None, typer.Option(help="--code, --all의 첫날(기본: 2010-01-04).", metavar="날짜")] = None,
    again: Annotated[bool, typer.Option("--again", help="이미 받은 지수도 다시 받습니다.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="지수 코드와 이름을 보여 줍니다.")] = False,
    workers: Workers = 4,
    dry_run: DryRun = False,
    wait: Wait = "0s",
    as_json: Json = False,
) -> None:
    """코스피, 코스닥, 코스피 200 지수를 받고, KRX OPEN API 키가 있으면 새 거래일의 모든 지수도 받습니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import indices
        from foresto_cli.running import job

        if listed:
            result = indices.listed(found)
            indices.show_listed(found.console, result)
            return result
        options = job.Options(workers=workers, dry_run=dry_run, wait=parse_duration(wait), again=again)
        if code is not None or all_indices:
            first = parse_date(since) if since else None
            return indices.load_index_history(found, None if all_indices else code, first, options)
        return indices.load_index(found, default_days, options)

    perform(ctx, "prices index", work, as_json=as_json, shown=not listed)


Since = Annotated[str | None, typer.Option(help="이 날부터(기본: 저장된 가장 오래된 거래일).", metavar="날짜")]


@app.command()
def gaps(
    ctx: typer.Context,
    since: Since = None,
    ticker: Annotated[str | None, typer.Option(help="한 종목만.", metavar="종목코드")] = None,
    as_json: Json = False,
) -> None:
    """거래일마다, 종목마다 무엇이 왜 빠졌는지 달력으로 보여 줍니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.datasets.prices import gaps as search
        from foresto_cli.datasets.prices import spans as price_spans

        start = _since(found, since)
        if ticker:
            price_spans.check_known(found, ticker)
        days = search.by_ticker(found, ticker, start) if ticker else search.by_session(found, start)
        search.show(found.console, days, ticker)
        return search.as_result(days, ticker)

    perform(ctx, "prices gaps", work, as_json=as_json, shown=False)


@app.command()
def events(
    ctx: typer.Context,
    ticker: Annotated[str | None, typer.Option(help="한 종목만.", metavar="종목코드")] = None,
    since: Annotated[str | None, typer.Option(help="이 날부터.", metavar="날짜")] = None,
    review: Annotated[bool, typer.Option("--review", help="사람이 확인해야 할 것만.")] = False,
    as_json: Json = False,
) -> None:
    """기준가를 바꾼 사건(분할, 병합, 권리락 …)을 새것부터 보여 줍니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.adjustment import events as stored
        from foresto_cli.datasets.prices import spans as price_spans

        if ticker:
            price_spans.check_known(found, ticker)
        with found.engine.connect() as connection:
            rows = stored.events(connection, ticker, parse_date(since) if since else None, review_only=review)
        stored.show(found.console, rows)
        return {"command": "prices events", "exit_code": 0, "events": [row._asdict() for row in rows]}

    perform(ctx, "prices events", work, as_json=as_json, shown=False)


@app.command()
def repair(
    ctx: typer.Context,
    since: Since = None,
    on: Annotated[
        str | None, typer.Option("--on", help="이 거래일들은 온전해 보여도 다시 받습니다. 쉼표로 여럿.", metavar="날짜")
    ] = None,
    workers: Workers = 4,
    dry_run: DryRun = False,
    wait: Wait = "0s",
    as_json: Json = False,
) -> None:
    """빠졌거나 온전하지 않은 거래일만 다시 묻습니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import prices as loads
        from foresto_cli.running import job

        options = job.Options(workers=workers, dry_run=dry_run, wait=parse_duration(wait))
        days = [parse_date(day) for day in on.split(",")] if on else []
        return loads.repair_prices(found, min(days) if days and not since else _since(found, since), options, days)

    perform(ctx, "prices repair", work, as_json=as_json)


def _since(found: "App", since: str | None) -> date:
    from foresto_cli.cli._dates import parse_date
    from foresto_cli.datasets.prices import spans as price_spans

    return price_spans.searched_since(found, parse_date(since) if since else None)
