"""``foresto actions``: what companies decided about their shares."""

from typing import TYPE_CHECKING

from foresto_cli.cli._command import Shown, command, new_group
from foresto_cli.cli._words import Stock

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.output.give import Form

group = new_group()


@command(group, output=True)
def show(app: "App", form: "Form", stock: Stock) -> Shown:
    """한 종목의 증자·감자·합병·분할 공시와 가격 조정 사건을 새것부터 보여 줍니다."""
    from foresto_cli.adjustment import events
    from foresto_cli.views.reading import show_actions
    from foresto_cli.views.reading.reading import given

    found, priced = show_actions.show(app, stock)
    told = given(app.console, found, form)
    events.show(app.console, priced)
    return Shown(told)
