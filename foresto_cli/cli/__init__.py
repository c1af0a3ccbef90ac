"""The command line: one Typer app per group. Commands read options, call one function, print, choose the exit code.

These modules import nothing heavy at the top, so that ``--help`` stays fast.
"""

import typer

from foresto_cli.cli import (
    alerts,
    bonds,
    dart,
    dashboard,
    db,
    demo,
    doctor,
    fss,
    listing,
    prices,
    report,
    run,
    runs,
    sandbox,
    schedule,
    score,
    status,
    stocks,
    us,
    verify,
    watchlist,
)
from foresto_cli.cli._run import HELP

# --sandbox and --version are read by foresto_cli.__main__: see without_own_options.
app = typer.Typer(
    name="foresto",
    help="한국 시장의 모든 자료를 내 PostgreSQL 에: 받고, 검증하고, 점수를 매깁니다.",
    epilog="어느 명령에나 --sandbox 를 붙이면 실제 서버 대신 모의 시장을 쓰고, 따로 둔 데이터베이스에 저장합니다."
    " foresto --version 은 판 번호를 보여 줍니다.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=HELP,
)

app.add_typer(listing.app, name="listing")
app.add_typer(stocks.app, name="stocks")
app.add_typer(prices.app, name="prices")
app.add_typer(dart.app, name="dart")
app.add_typer(bonds.app, name="bonds")
app.add_typer(fss.app, name="fss")
app.add_typer(score.app, name="score")
app.add_typer(verify.app, name="verify")
app.add_typer(run.app, name="run")
app.add_typer(runs.app, name="runs")
app.add_typer(report.app, name="report")
app.add_typer(watchlist.app, name="watchlist")
app.add_typer(alerts.app, name="alerts")
app.add_typer(schedule.app, name="schedule")
app.add_typer(us.app, name="us")
app.add_typer(db.app, name="db")
app.add_typer(sandbox.app, name="sandbox")
app.command("status", context_settings=HELP)(status.status)
app.command("dashboard", context_settings=HELP)(dashboard.dashboard)
app.command("doctor", context_settings=HELP)(doctor.doctor)
app.command("demo", context_settings=HELP)(demo.demo)


def without_own_options() -> typer.Typer:
    """Return the app for ``GROUP --help``: without own options it spares Typer an import that doubles the time."""
    app.info.context_settings = {"help_option_names": []}
    return app
