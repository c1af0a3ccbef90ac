"""``foresto us``: US stocks, ETFs and prices from Alpha Vantage; not on the timetable."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import DRY_RUN, WAIT, command, new_group

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.running.job import Options
    from foresto_cli.running.results import Result

group = new_group()

Tickers = Annotated[str, typer.Option("--tickers", help="쉼표로 나눈 기호(AAPL,SPY). 없으면 대표 28종목.")]


@command(group, DRY_RUN, WAIT)
def load(app: "App", options: "Options", tickers: Tickers = "") -> "Result":
    """기업 개요와 재무제표, ETF 목록을 하루 한도만큼 받고, 다음 날 이어 받습니다."""
    from foresto_cli.loading import us_stocks

    return us_stocks.load(app, tickers, replace(options, workers=1))


@command(group, DRY_RUN, WAIT)
def prices(app: "App", options: "Options", tickers: Tickers = "") -> "Result":
    """종목마다 최근 100거래일의 시세를 하루 한도만큼 받고, 다음 날 이어 받습니다."""
    from foresto_cli.loading import us_stocks

    return us_stocks.prices(app, tickers, replace(options, workers=1))
