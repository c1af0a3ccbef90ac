"""``foresto prices show --chart``: the adjusted prices of one security as a picture, in a file or on the terminal."""

from dataclasses import replace
from pathlib import Path

from foresto_cli.app import App
from foresto_cli.datasets.listed.names import INDEX
from foresto_cli.errors import UsageError
from foresto_cli.views.reading import chart, show_prices, spark
from foresto_cli.views.reading.reading import Reading

A_YEAR = {show_prices.DAILY: 250, show_prices.WEEKLY: 52, show_prices.MONTHLY: 12}
"""Rows drawn, unless days or a number are asked for."""
TERMINAL = "-"
WIDEST = 120
"""Maximum width of a chart on the terminal, in characters."""


def draw(app: App, wish: show_prices.Wish, file: str) -> dict[str, object]:
    """Draw what is wished for, adjusted, and return what was drawn where.

    Raises:
        UsageError: several securities, an unknown one, a file that is neither a picture nor ``-``, or too few days.
        ConfigError: nothing is stored, or the file cannot be written.
    """
    target = Path(file).absolute()
    if file != TERMINAL:
        chart.form_of(target)
    if len(wish.given) > 1:
        raise UsageError("차트는 한 번에 한 종목만 그립니다.")
    is_open = wish.limit is None and wish.start is None and wish.end is None
    wanted = replace(wish, adjusted=True, limit=A_YEAR[wish.period] if is_open else wish.limit)
    (found,) = show_prices.show(app, wanted)
    unit = "포인트" if found.facts["kind"] == INDEX else "원"
    title = f"{found.facts['code']} {found.facts['name']}"
    if file == TERMINAL:
        return _on_the_terminal(app, title, unit, found)
    drawn = chart.write(target, title, unit, found.rows, app.folders.state / "matplotlib")
    app.console.line(f"✓ {target}: {title} {drawn.days:,}개")
    if not drawn.speaks_korean:
        app.console.line("· 이 컴퓨터에 한글 글꼴이 없어 한글을 뺐습니다. .svg로 그리면 보는 쪽의 글꼴로 나옵니다.")
    return {"code": found.facts["code"], "name": found.facts["name"], "file": f"{target}", "count": drawn.days}


def _on_the_terminal(app: App, title: str, unit: str, found: Reading) -> dict[str, object]:
    closes = [(row["trade_date"], float(row["close_price"])) for row in found.rows if row["close_price"] is not None]
    if len(closes) < chart.NEEDED:
        raise UsageError(chart.TOO_FEW)
    app.console.line(f"{title} {'종가' if found.facts['kind'] == INDEX else '수정 종가'}({unit})")
    for line in spark.picture(closes, width=min(app.console.width, WIDEST)):
        app.console.line(line)
    return {"code": found.facts["code"], "name": found.facts["name"], "file": None, "count": len(closes)}
