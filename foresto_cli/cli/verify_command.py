"""``foresto verify``: is what is stored what it should be."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import WAIT, command, new_group

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.running.job import Options
    from foresto_cli.running.results import Result

group = new_group()

Repair = Annotated[
    bool,
    typer.Option("--repair", help="틀렸거나 빠진 것을 다시 받고, 거기서 나온 것을 다시 계산한 뒤 또 검증합니다."),
]


@command(group, WAIT)
def daily(app: "App", options: "Options", repair: Repair = False) -> "Result":
    """마지막 거래일이 온전한지, 최근 30거래일이 앞뒤가 맞는지 살핍니다. 심각한 것이 있으면 65로 끝납니다."""
    return _verified(app, "daily", options, repair=repair)


@command(group, WAIT)
def weekly(app: "App", options: "Options", repair: Repair = False) -> "Result":
    """최근 250거래일, 명단과 공시, DART의 응답, 표의 크기를 살피고 13종목 가운데 1종목을 네이버와 견줍니다."""
    return _verified(app, "weekly", options, repair=repair)


@command(group, WAIT)
def monthly(app: "App", options: "Options", repair: Repair = False) -> "Result":
    """저장된 전부를 주간처럼 살피고, 채권과 금융상품의 수, 마지막 내보내기도 살핍니다."""
    return _verified(app, "monthly", options, repair=repair)


def _verified(app: "App", cadence: str, options: "Options", *, repair: bool) -> "Result":
    from foresto_cli.verify import verification

    by_cadence = {
        "daily": verification.verify_daily,
        "weekly": verification.verify_weekly,
        "monthly": verification.verify_monthly,
    }
    verify = by_cadence[cadence]
    result = verification.with_repair(app, verify, options) if repair else verify(app)
    verification.show(app.console, result)
    return result
