"""``foresto bonds``: every bond with its issuer, rate, rating and maturity."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._dates import parse_date, parse_duration
from foresto_cli.cli._run import HELP, Afresh, DryRun, Json, Wait, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(no_args_is_help=True, context_settings=HELP)


@app.callback()
def group() -> None:
    """Make it a group, however many commands it has."""


@app.command()
def load(
    ctx: typer.Context,
    as_of: Annotated[str | None, typer.Option(help="기준일(기본: 공개된 마지막 영업일).", metavar="날짜")] = None,
    quality_filter: Annotated[
        str,
        typer.Option(
            help="새로 받을 채권: all(전부), 등급을 알고 그것이 BBB- 이상(investment_grade), A- 이상(high_quality).",
            metavar="등급",
        ),
    ] = "all",
    again: Afresh = False,
    dry_run: DryRun = False,
    wait: Wait = "0s",
    as_json: Json = False,
) -> None:
    """채권 기본정보(약 19,000종목)를 모두 받아 bonds 에 저장합니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import open_data as securities
        from foresto_cli.running import job

        day = parse_date(as_of) if as_of else None
        options = job.Options(afresh=again, dry_run=dry_run, wait=parse_duration(wait))
        return securities.load_bonds(found, quality_filter, day, options)

    perform(ctx, "bonds load", work, as_json=as_json)
