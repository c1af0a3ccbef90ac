"""``foresto us``: US stocks, ETFs and prices from Alpha Vantage; not on the timetable."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import DRY_RUN, WAIT, Shown, command, new_group

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.output.give import Form
    from foresto_cli.running.job import Options
    from foresto_cli.running.results import Result

group = new_group()

Tickers = Annotated[str, typer.Option("--tickers", help="쉼표로 나눈 기호(AAPL,SPY). 없으면 대표 28종목.")]


@command(group, DRY_RUN, WAIT)
def load(app: "App", options: "Options", tickers: Tickers = "") -> "Result":
    """기업 개요와 재무제표, ETF 목록을 하루 한도만큼 받고, 다음 날 이어 받습니다."""
    from foresto_cli.loading import load_us_stocks

    return load_us_stocks.load(app, tickers, replace(options, workers=1))


@command(group, DRY_RUN, WAIT)
def prices(app: "App", options: "Options", tickers: Tickers = "") -> "Result":
    """종목마다 최근 100거래일의 시세를 하루 한도만큼 받고, 다음 날 이어 받습니다."""
    from foresto_cli.loading import load_us_stocks

    return load_us_stocks.prices(app, tickers, replace(options, workers=1))


@command(group, output=True)
def show(
    app: "App",
    form: "Form",
    symbol: Annotated[str, typer.Argument(help="기호나 이름(AAPL).", metavar="종목")],
    days: Annotated[bool, typer.Option("--prices", help="개요 대신 일별 시세.")] = False,
    statements: Annotated[bool, typer.Option("--statements", help="개요 대신 재무제표.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="시세나 재무제표를 최근 이만큼만.", metavar="N")] = 20,
) -> Shown:
    """저장된 미국 종목의 개요, 시세, 재무제표를 보여 줍니다."""
    from foresto_cli.errors import UsageError
    from foresto_cli.views.reading import show_us
    from foresto_cli.views.reading.reading import given

    if days and statements:
        raise UsageError("--prices와 --statements 가운데 하나만 적으세요.")
    part = show_us.PRICES if days else show_us.STATEMENTS if statements else show_us.CARD
    return Shown(given(app.console, show_us.show(app, symbol, part, limit), form))
