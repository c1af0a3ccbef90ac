"""``foresto dashboard``: the whole state as one page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foresto_cli.cli._run import Json, perform

if TYPE_CHECKING:
    from foresto_cli.app import App


def dashboard(
    ctx: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", help="쓸 파일. 없으면 상태 폴더의 dashboard.html.", metavar="파일")
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="쓴 뒤 브라우저로 엽니다.")] = False,
    as_json: Json = False,
) -> None:
    """Write the page."""

    def work(found: "App") -> dict[str, Any]:
        from foresto_cli.views import page

        result = page.write(found, out, show=show)
        found.console.line(f"✓ {result['file']}")
        if not show:
            found.console.line("  브라우저로 열려면: foresto dashboard --open")
        elif not result["opened"]:
            found.console.complain("! 열 브라우저를 찾지 못했습니다. 위 파일을 직접 여세요.")
        return result

    perform(ctx, "dashboard", work, as_json=as_json, shown=False)
