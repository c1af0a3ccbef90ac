"""``foresto us``: US stocks, ETFs and prices from Alpha Vantage; not on the timetable."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._dates import parse_duration
from foresto_cli.cli._run import HELP, DryRun, Json, Wait, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(
    no_args_is_help=True,
    context_settings=HELP,
)

Tickers = Annotated[str, typer.Option("--tickers", help="쉼표로 나눈 기호(AAPL,SPY). 없으면 대표 28종목.")]


@app.command()
def load(
    ctx: typer.Context, tickers: Tickers = "", dry_run: DryRun = False, wait: Wait = "0s", as_json: Json = False
) -> None:
    """기업 개요와 재무제표, ETF 목록을 하루 한도만큼 받고, 다음 날 이어 받습니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import us_stocks as us
        from foresto_cli.running import job

        return us.load(found, tickers, job.Options(workers=1, dry_run=dry_run, wait=parse_duration(wait)))

    perform(ctx, "us load", work, as_json=as_json)


@app.command()
def prices(
    ctx: typer.Context, tickers: Tickers = "", dry_run: DryRun = False, wait: Wait = "0s", as_json: Json = False
) -> None:
    """종목마다 최근 100거래일의 시세를 하루 한도만큼 받고, 다음 날 이어 받습니다."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.loading import us_stocks as us
        from foresto_cli.running import job

        return us.prices(found, tickers, job.Options(workers=1, dry_run=dry_run, wait=parse_duration(wait)))

    perform(ctx, "us prices", work, as_json=as_json)
