"""``foresto dashboard``: the whole state as one page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import Shown, command
from foresto_cli.errors import UsageError

if TYPE_CHECKING:
    from foresto_cli.app import App


@command()
def dashboard(
    app: "App",
    out: Annotated[
        Path | None, typer.Option("--out", help="쓸 파일. 없으면 상태 폴더의 dashboard.html.", metavar="파일")
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="브라우저로 엽니다.")] = False,
    serve: Annotated[
        bool, typer.Option("--serve", help="파일 대신, 이 컴퓨터에서만 열리는 주소로 실시간 현황판을 보여 줍니다.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", help="--serve가 쓸 포트. 없으면 8321, 쓰이고 있으면 빈 것.", min=1, max=65535, metavar="N"
        ),
    ] = None,
) -> Shown:
    """Write the page, or serve it live."""
    if serve:
        return _serve(app, out, port, show=show)
    if port is not None:
        raise UsageError("--port는 --serve와 함께 씁니다.")
    from foresto_cli.views import page

    written = page.write(app, out, show=show)
    app.console.line(f"✓ {written['file']}")
    stocks = written["stocks"]
    if isinstance(stocks, list) and stocks:
        app.console.line(f"  종목 페이지 {len(stocks)}개가 그 옆의 stocks 폴더에 있습니다.")
    if not show:
        app.console.line("  브라우저로 열려면: foresto dashboard --open")
    elif not written["opened"]:
        app.console.complain("! 열 브라우저를 찾지 못했습니다. 위 파일을 직접 여세요.")
    return Shown(written)


def _serve(app: "App", out: Path | None, port: int | None, *, show: bool) -> Shown:
    if out is not None:
        raise UsageError("--out과 --serve는 함께 쓸 수 없습니다. 파일로 쓰려면 --serve 없이 실행하세요.")
    from foresto_cli.live import live_server

    return Shown(live_server.serve(app, port, show=show))
