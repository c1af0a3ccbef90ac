"""``foresto dashboard``: the whole state as one page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import Shown, command

if TYPE_CHECKING:
    from foresto_cli.app import App


@command()
def dashboard(
    app: "App",
    out: Annotated[
        Path | None, typer.Option("--out", help="쓸 파일. 없으면 상태 폴더의 dashboard.html.", metavar="파일")
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="쓴 뒤 브라우저로 엽니다.")] = False,
) -> Shown:
    """Write the page."""
    from foresto_cli.views import page

    written = page.write(app, out, show=show)
    app.console.line(f"✓ {written['file']}")
    if not show:
        app.console.line("  브라우저로 열려면: foresto dashboard --open")
    elif not written["opened"]:
        app.console.complain("! 열 브라우저를 찾지 못했습니다. 위 파일을 직접 여세요.")
    return Shown(written)
