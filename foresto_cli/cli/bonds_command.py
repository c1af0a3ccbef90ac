"""``foresto bonds``: every bond with its issuer, rate, rating and maturity."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import AFRESH, DRY_RUN, WAIT, Shown, command, new_group
from foresto_cli.cli._dates import date_or_none
from foresto_cli.cli._words import Limit

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.output.give import Form
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
    from foresto_cli.loading import load_open_data

    return load_open_data.load_bonds(app, quality_filter, date_or_none(as_of), options)


@command(group, output=True)
def show(
    app: "App", form: "Form", bond: Annotated[str, typer.Argument(help="ISIN이나 종목명.", metavar="채권")]
) -> Shown:
    """한 채권의 발행인, 이율, 등급, 만기, 잔액을 보여 줍니다."""
    from foresto_cli.views.reading import show_bonds
    from foresto_cli.views.reading.reading import given

    return Shown(given(app.console, show_bonds.show(app, bond), form))


@command(group, output=True)
def find(
    app: "App",
    form: "Form",
    name: Annotated[str, typer.Option("--name", help="종목명의 일부.", metavar="글")] = "",
    issuer: Annotated[str, typer.Option("--issuer", help="발행인 이름의 일부.", metavar="글")] = "",
    kind: Annotated[
        str,
        typer.Option("--type", help="국채, 지방채, 통화안정증권, 특수채, 금융채, 유동화증권, 회사채.", metavar="종류"),
    ] = "",
    min_coupon: Annotated[
        float | None, typer.Option("--min-coupon", help="표면이율이 이만큼 이상.", metavar="%")
    ] = None,
    min_rating: Annotated[
        str, typer.Option("--min-rating", help="등급이 이만큼 이상(AA-). 등급을 모르는 것은 뺍니다.", metavar="등급")
    ] = "",
    after: Annotated[str | None, typer.Option("--matures-after", help="만기가 이 날부터.", metavar="날짜")] = None,
    before: Annotated[str | None, typer.Option("--matures-before", help="만기가 이 날까지.", metavar="날짜")] = None,
    redeemed: Annotated[bool, typer.Option("--redeemed", help="상환되었거나 목록에서 빠진 것도.")] = False,
    limit: Limit = 20,
) -> Shown:
    """조건에 맞는 채권을 만기가 가까운 것부터 보여 줍니다."""
    from foresto_cli.views.reading import show_bonds
    from foresto_cli.views.reading.reading import given

    wish = show_bonds.Wish(
        name=name,
        issuer=issuer,
        kind=kind,
        min_coupon=min_coupon,
        min_rating=min_rating,
        after=date_or_none(after),
        before=date_or_none(before),
        redeemed=redeemed,
        limit=limit,
    )
    return Shown(given(app.console, show_bonds.find(app, wish), form))
