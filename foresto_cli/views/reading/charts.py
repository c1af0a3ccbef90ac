"""``foresto prices show --chart``: the adjusted prices of one security as a picture."""

from dataclasses import replace
from pathlib import Path

from foresto_cli.app import App
from foresto_cli.datasets.listed.names import INDEX
from foresto_cli.errors import UsageError
from foresto_cli.views.reading import chart, prices

A_YEAR = {prices.DAILY: 250, prices.WEEKLY: 52, prices.MONTHLY: 12}
"""Rows drawn, unless days or a number are asked for."""


def draw(app: App, wish: prices.Wish, file: str) -> dict[str, object]:
    """Draw what is wished for, adjusted, and return what was drawn where.

    Raises:
        UsageError: several securities, no picture's name, nobody by that name, or too few days.
        ConfigError: nothing is stored, or the file cannot be written.
    """
    target = Path(file).absolute()
    chart.form_of(target)
    if len(wish.given) > 1:
        raise UsageError("차트는 한 번에 한 종목만 그립니다.")
    is_open = wish.limit is None and wish.start is None and wish.end is None
    wanted = replace(wish, adjusted=True, limit=A_YEAR[wish.period] if is_open else wish.limit)
    (found,) = prices.show(app, wanted)
    unit = "포인트" if found.facts["kind"] == INDEX else "원"
    title = f"{found.facts['code']} {found.facts['name']}"
    drawn = chart.write(target, title, unit, found.rows, app.folders.state / "matplotlib")
    app.console.line(f"✓ {target}: {title} {drawn.days:,}개")
    if not drawn.speaks_korean:
        app.console.line("· 이 컴퓨터에 한글 글꼴이 없어 한글을 뺐습니다. .svg로 그리면 보는 쪽의 글꼴로 나옵니다.")
    return {"code": found.facts["code"], "name": found.facts["name"], "file": f"{target}", "count": drawn.days}
