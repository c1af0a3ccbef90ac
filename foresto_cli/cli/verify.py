"""``foresto verify``: is what is stored what it should be."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._dates import parse_duration
from foresto_cli.cli._run import HELP, Json, Wait, perform

if TYPE_CHECKING:
    from foresto_cli.app import App

app = typer.Typer(no_args_is_help=True, context_settings=HELP)


Repair = Annotated[bool, typer.Option("--repair", help="빠졌거나 틀린 시세를 다시 받은 뒤 한 번 더 검증합니다.")]


@app.command()
def daily(ctx: typer.Context, repair: Repair = False, wait: Wait = "0s", as_json: Json = False) -> None:
    """마지막 거래일이 온전한지, 최근 30거래일이 앞뒤가 맞는지 살핍니다. 심각한 것이 있으면 65로 끝납니다."""
    _verify(ctx, "daily", repair=repair, wait=wait, as_json=as_json)


@app.command()
def weekly(ctx: typer.Context, repair: Repair = False, wait: Wait = "0s", as_json: Json = False) -> None:
    """최근 1년을 같은 검사로 살피고, 종목과 ETF 의 명단도 살핍니다."""
    _verify(ctx, "weekly", repair=repair, wait=wait, as_json=as_json)


@app.command()
def monthly(ctx: typer.Context, repair: Repair = False, wait: Wait = "0s", as_json: Json = False) -> None:
    """저장된 역사 전체와 명단, 금융상품을 살핍니다."""
    _verify(ctx, "monthly", repair=repair, wait=wait, as_json=as_json)


def _verify(ctx: typer.Context, cadence: str, *, repair: bool, wait: str, as_json: bool) -> None:
    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.running import job
        from foresto_cli.verify import verification

        by_cadence = {
            "daily": verification.verify_daily,
            "weekly": verification.verify_weekly,
            "monthly": verification.verify_monthly,
        }
        verify = by_cadence[cadence]
        options = job.Options(wait=parse_duration(wait))
        result = verification.with_repair(found, verify, options) if repair else verify(found)
        verification.show(found.console, result)
        return result

    perform(ctx, f"verify {cadence}", work, as_json=as_json, shown=False)
