"""``foresto bonds``: every bond with its issuer, rate, rating and maturity."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import AFRESH, DRY_RUN, WAIT, command, new_group
from foresto_cli.cli._dates import date_or_none

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.running.job import Options
    from foresto_cli.running.results import Result

group = new_group()


@command(group, AFRESH, DRY_RUN, WAIT)
def load(
    app: "App",
    options: "Options",
    as_of: Annotated[str | None, typer.Option(help="기준일(기본: 공개된 마지막 영업일).", metavar="날짜")] = None,
    quality_filter: Annotated[
        str,
        typer.Option(
            help="새로 받을 채권: all(전부), 등급을 알고 그것이 BBB- 이상(investment_grade), A- 이상(high_quality).",
            metavar="등급",
        ),
    ] = "all",
) -> "Result":
    """채권 기본정보(약 19,000종목)를 모두 받아 bonds에 저장합니다."""
    from foresto_cli.loading import open_data

    return open_data.load_bonds(app, quality_filter, date_or_none(as_of), options)
