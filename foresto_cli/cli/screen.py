"""``foresto screen``: which stocks fulfil conditions."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import Shown, command

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.output.give import Form


@command(output=True, attended=False)
def screen(
    app: "App",
    form: "Form",
    condition: Annotated[
        str, typer.Argument(help='조건. 예: "per < 10 and score > 70 and not designated"', metavar="조건")
    ] = "",
    as_of: Annotated[
        str, typer.Option("--as-of", help="지난 어느 날. 없으면 가장 새로운 거래일.", metavar="날짜")
    ] = "",
    top: Annotated[int | None, typer.Option("--top", help="위에서부터 몇 종목.", min=1, metavar="N")] = None,
    sort: Annotated[
        str, typer.Option("--sort", help="정렬할 이름. 앞에 -를 붙이면 큰 것부터.", metavar="이름")
    ] = "-score",
    fields: Annotated[bool, typer.Option("--fields", help="조건에 쓸 수 있는 이름을 보여 줍니다.")] = False,
) -> Shown:
    """조건에 맞는 종목을 찾습니다. 조건마다 남은 종목 수를 보여 주고, 지난 어느 날에 대해서도 물을 수 있습니다."""
    from foresto_cli.output.give import give
    from foresto_cli.reading import screen_view

    if fields:
        return Shown(give(app.console, screen_view.known(), form, title="조건에 쓸 수 있는 이름"))
    found = screen_view.found(app, condition, as_of, top=top, sort=sort)
    screen_view.show_counts(app.console, found)
    given = give(app.console, screen_view.rows(found), form, title=f"{found.day}")
    return Shown(screen_view.plain(found) | given)
