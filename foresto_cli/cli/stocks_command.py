"""``foresto stocks``: the stocks as they are now."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import AFRESH, DRY_RUN, WAIT, WORKERS, Shown, command, new_group
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
    enrich: Annotated[
        bool,
        typer.Option(
            "--enrich", help="Yahoo에 영문 이름과 업종도 요청합니다(새 종목과 90일 지난 종목, 한 번에 200개)."
        ),
    ] = False,
) -> "Result":
    """상장 목록과 저장된 시세로 stocks와 stock_history를 최신으로 만듭니다."""
    from foresto_cli.loading import load_listed

    return load_listed.load_stocks(app, options, enrich=enrich)


@command(group)
def show(
    app: "App",
    stock: Annotated[
        str, typer.Argument(help="주식이나 ETF의 종목코드나 이름(005930, 가상전자, 069500).", metavar="종목")
    ],
) -> Shown:
    """한 종목의 기본 정보, 이력, 최근 시세, 기준가 사건을, ETF는 기초지수, 보수, NAV, 괴리율을 보여 줍니다."""
    from foresto_cli.views import stock_card

    found = stock_card.card(app, stock)
    stock_card.show(app.console, found)
    return Shown(found)


@command(group, WORKERS, DRY_RUN, WAIT)
def etfs(
    app: "App",
    options: "Options",
    since: Annotated[
        str | None,
        typer.Option("--from", "--since", help="이 거래일부터(기본: 저장된 가장 오래된 거래일).", metavar="날짜"),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", "--until", help="이 거래일까지(기본: 마지막 거래일).", metavar="날짜")
    ] = None,
    again: Annotated[
        bool,
        typer.Option("--again", help="이미 받은 목록과 마지막 거래일(--from이 있으면 그날부터)도 다시 받습니다."),
    ] = False,
) -> "Result":
    """ETF 목록과 빠진 거래일의 ETF 시세를 새것부터 모두 받습니다."""
    from foresto_cli.loading import load_funds

    return load_funds.load_etfs(app, replace(options, again=again), date_or_none(since), date_or_none(until))


@command(group, AFRESH, DRY_RUN, WAIT)
def dividends(app: "App", options: "Options") -> "Result":
    """배당 전체(1985년부터)를 받아 dividend_history에 저장하고 stocks의 배당수익률을 고칩니다."""
    from foresto_cli.loading import load_open_data

    return load_open_data.load_dividends(app, options)
