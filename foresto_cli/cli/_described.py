"""The commands of a data set that one file describes: ``foresto NAME load`` and ``foresto NAME show``."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli import data_sets
from foresto_cli.cli._command import DRY_RUN, WAIT, WORKERS, Shown, command, new_group
from foresto_cli.cli._dates import date_or_none

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.output.give import Form
    from foresto_cli.running.job import Options
    from foresto_cli.running.results import Result


SINCE = {"ByDay": "최근 30거래일 안의 빠진 날", "KrxPage": "최신 거래일과 바로 앞의 빠진 날"}
"""What is loaded without ``--since``, by kind."""


def described(said: data_sets.Said) -> typer.Typer:
    """Return the commands of a data set."""
    if said.kind in SINCE:
        return _by_day(said.name, said.label, SINCE[said.kind])
    return _list(said.name, said.label)


def _list(name: str, label: str) -> typer.Typer:
    group = new_group()

    @command(group, WORKERS, DRY_RUN, WAIT, said=f"{label}: 지금의 목록을 받아 저장합니다.")
    def load(app: "App", options: "Options") -> "Result":
        from foresto_cli.loading import load_described as loading

        return loading.load_in_chain(app, data_sets.named(name), options)

    @command(group, output=True, said=f"{label}: 저장된 것을 보여 줍니다.")
    def show(
        app: "App",
        form: "Form",
        code: Annotated[str | None, typer.Argument(help="코드. 없으면 전부.", metavar="코드")] = None,
        limit: Annotated[int, typer.Option(min=1, help="많아야 이만큼.", metavar="N")] = 20,
    ) -> Shown:
        from foresto_cli.views.reading.reading import given
        from foresto_cli.views.reading.show_described import Wish
        from foresto_cli.views.reading.show_described import show as found

        return Shown(given(app.console, found(app, name, Wish(code=code, most=limit)), form))

    return group


def _by_day(name: str, label: str, usual: str) -> typer.Typer:
    group = new_group()

    @command(group, WORKERS, DRY_RUN, WAIT, said=f"{label}: 빠진 거래일을 모두 받아 저장합니다.")
    def load(
        app: "App",
        options: "Options",
        since: Annotated[
            str | None, typer.Option("--from", "--since", help=f"이 거래일부터(기본: {usual}).", metavar="날짜")
        ] = None,
        until: Annotated[
            str | None, typer.Option("--to", "--until", help="이 거래일까지(기본: 공개된 마지막 날).", metavar="날짜")
        ] = None,
        again: Annotated[bool, typer.Option("--again", help="저장된 거래일도 다시 받습니다.")] = False,
    ) -> "Result":
        from foresto_cli.loading import load_described as loading

        first, last = date_or_none(since), date_or_none(until)
        return loading.load(app, data_sets.by_day(name), first, last, replace(options, again=again))

    @command(group, output=True, said=f"{label}: 저장된 것을 새 거래일부터 보여 줍니다.")
    def show(
        app: "App",
        form: "Form",
        code: Annotated[str | None, typer.Argument(help="종목코드. 없으면 전부.", metavar="코드")] = None,
        start: Annotated[str | None, typer.Option("--from", help="이 거래일부터.", metavar="날짜")] = None,
        end: Annotated[str | None, typer.Option("--to", help="이 거래일까지.", metavar="날짜")] = None,
        limit: Annotated[int, typer.Option(min=1, help="많아야 이만큼.", metavar="N")] = 20,
    ) -> Shown:
        from foresto_cli.views.reading.reading import given
        from foresto_cli.views.reading.show_described import Wish
        from foresto_cli.views.reading.show_described import show as found

        wish = Wish(code=code, start=date_or_none(start), end=date_or_none(end), most=limit)
        return Shown(given(app.console, found(app, name, wish), form))

    return group
