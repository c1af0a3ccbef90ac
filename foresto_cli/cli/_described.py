"""The commands of a data set that one file describes: ``foresto NAME load`` and ``foresto NAME show``."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._dates import parse_date, parse_duration
from foresto_cli.cli._run import HELP, DryRun, Json, Wait, Workers, perform

if TYPE_CHECKING:
    from foresto_cli.app import App


def group(name: str, label: str) -> typer.Typer:
    """Return the commands of the data set ``name``."""
    app = typer.Typer(no_args_is_help=True, context_settings=HELP)

    @app.command(help=f"{label}: 빠진 거래일을 모두 받아 저장합니다.")
    def load(
        ctx: typer.Context,
        since: Annotated[
            str | None, typer.Option(help="이 거래일부터(기본: 최근 30거래일 안의 빠진 날).", metavar="날짜")
        ] = None,
        until: Annotated[
            str | None, typer.Option(help="이 거래일까지(기본: 공개된 마지막 날).", metavar="날짜")
        ] = None,
        again: Annotated[bool, typer.Option("--again", help="저장된 거래일도 다시 받습니다.")] = False,
        workers: Workers = 4,
        dry_run: DryRun = False,
        wait: Wait = "0s",
        as_json: Json = False,
    ) -> None:
        def work(found: "App") -> dict[str, Any]:
            from foresto_cli import data_sets as datasets
            from foresto_cli.loading import described
            from foresto_cli.running import job

            options = job.Options(workers=workers, wait=parse_duration(wait), dry_run=dry_run, again=again)
            first, last = (parse_date(day) if day else None for day in (since, until))
            return described.load(found, datasets.named(name), first, last, options)

        perform(ctx, f"{name} load", work, as_json=as_json)

    @app.command(help=f"{label}: 저장된 것을 새 거래일부터 보여 줍니다.")
    def show(
        ctx: typer.Context,
        code: Annotated[str | None, typer.Argument(help="종목코드. 없으면 전부.", metavar="코드")] = None,
        start: Annotated[str | None, typer.Option("--from", help="이 거래일부터.", metavar="날짜")] = None,
        end: Annotated[str | None, typer.Option("--to", help="이 거래일까지.", metavar="날짜")] = None,
        limit: Annotated[int, typer.Option(min=1, help="많아야 이만큼.", metavar="N")] = 20,
        as_json: Json = False,
    ) -> None:
        def work(found: "App") -> dict[str, Any]:
            from foresto_cli import data_sets as datasets
            from foresto_cli.loading import described

            one = datasets.named(name)
            first, last = (parse_date(day) if day else None for day in (start, end))
            result = described.show(found, one, code, first, last, limit)
            described.print_shown(found.console, one, result)
            return result

        perform(ctx, f"{name} show", work, as_json=as_json, shown=False)

    return app
