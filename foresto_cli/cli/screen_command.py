"""``foresto screen``: which stocks fulfil conditions, typed or saved under a name."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import Shown, command

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.output.give import Form


BEST_FIRST = "-score"


@command(output=True, attended=False)
def screen(
    app: "App",
    form: "Form",
    condition: Annotated[
        str,
        typer.Argument(
            help='조건이나 저장한 이름. 예: "per < 10 and score > 70 and not designated"', metavar="조건|이름"
        ),
    ] = "",
    as_of: Annotated[
        str, typer.Option("--as-of", help="지난 어느 날. 없으면 가장 새로운 거래일.", metavar="날짜")
    ] = "",
    top: Annotated[int | None, typer.Option("--limit", "--top", help="위에서부터 몇 종목.", min=1, metavar="N")] = None,
    sort: Annotated[
        str, typer.Option("--sort", help="정렬할 이름. 앞에 -를 붙이면 큰 것부터.", metavar="이름")
    ] = BEST_FIRST,
    fields: Annotated[bool, typer.Option("--fields", help="조건에 쓸 수 있는 이름을 보여 줍니다.")] = False,
    save: Annotated[str | None, typer.Option("--save", help="조건을 이 이름으로 저장합니다.", metavar="이름")] = None,
    list_saved: Annotated[bool, typer.Option("--list", help="저장한 조건을 보여 줍니다.")] = False,
    delete: Annotated[bool, typer.Option("--delete", help="저장한 조건을 지웁니다.")] = False,
    watch: Annotated[
        bool | None,
        typer.Option(
            "--watch/--no-watch",
            help="저장한 조건에 들어오거나 나간 종목을 관심 종목 알림(08:00)에서 알립니다. --no-watch는 그만둡니다.",
        ),
    ] = None,
) -> Shown:
    """조건에 맞는 종목을 찾습니다. 조건마다 남은 종목 수를 보여 주고, 지난 어느 날을 기준으로도 찾을 수 있습니다."""
    from foresto_cli.output.give import give
    from foresto_cli.screens import saved_view, screen_view

    asked = {"--save": save is not None, "--list": list_saved, "--fields": fields, "--delete": delete}
    asked |= {"--watch": watch is True, "--no-watch": watch is False}
    others = {"--as-of": bool(as_of), "--limit": top is not None, "--sort": sort != BEST_FIRST}
    files = {"--csv": form.csv, "--xlsx": form.xlsx, "--parquet": form.parquet}
    others |= {option: given is not None for option, given in files.items()}
    saved_view.check_asked(condition, save, _given(asked), _given(others))
    if fields:
        return Shown(give(app.console, screen_view.known(), form, title="조건에 쓸 수 있는 이름"))
    if list_saved:
        return Shown(give(app.console, saved_view.listed(app), form, title="저장한 조건"))
    if delete:
        return Shown(saved_view.delete(app, condition))
    if watch is not None and save is None:
        return Shown(saved_view.watch(app, condition, is_watched=watch))
    found = screen_view.found(app, condition, as_of, top=top, sort=sort)
    kept = {} if save is None else saved_view.save(app, save, condition)
    if save is not None and watch is not None:
        kept |= saved_view.watch(app, save, is_watched=watch)
    screen_view.show_counts(app.console, found)
    given = give(app.console, screen_view.rows(found), form, title=f"{found.day}")
    return Shown(screen_view.plain(found) | kept | given)


def _given(options: dict[str, bool]) -> list[str]:
    return [option for option, is_given in options.items() if is_given]
