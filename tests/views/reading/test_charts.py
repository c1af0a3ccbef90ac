"""``foresto prices show --chart``: the picture in a file or on the terminal is of the stored prices."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from foresto_cli.console import Console
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.views.reading import chart, show_charts, show_prices, spark
from foresto_cli.views.reading.show_prices import Wish


@pytest.mark.long
@pytest.mark.parametrize(("name", "begins"), [("a.svg", b"<?xml"), ("a.PNG", b"\x89PNG")])
def test_a_chart_is_a_picture_and_the_same_twice(everything, tmp_path, name, begins):
    wish = Wish(given=["005930"], limit=30)
    told = show_charts.draw(everything.app, wish, str(tmp_path / name))
    first = (tmp_path / name).read_bytes()
    assert first.startswith(begins)
    assert told["count"] == len(show_prices.show(everything.app, Wish(given=("005930",), limit=30))[0].rows)
    show_charts.draw(everything.app, wish, str(tmp_path / name))
    assert (tmp_path / name).read_bytes() == first


def test_a_chart_names_the_stock_and_its_events(everything, an_event, tmp_path):
    ticker, _ = an_event
    show_charts.draw(everything.app, Wish(given=[ticker], start=date(2026, 1, 1)), str(tmp_path / "e.svg"))
    drawn = (tmp_path / "e.svg").read_text(encoding="utf-8")
    assert ticker in drawn
    assert "거래량" in drawn
    assert "stroke-dasharray" in drawn
    assert "<script" not in drawn


def test_a_chart_on_the_terminal_has_the_extremes_and_fits(everything, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "60")
    world = replace(everything.app, console=Console())
    told = show_charts.draw(world, Wish(given=["005930"]), "-")
    lines = capsys.readouterr().out.splitlines()
    closes = everything.rows("SELECT adj_close_price FROM stock_price_daily WHERE ticker = '005930'")
    assert told["count"] == len(closes)
    assert all(len(line) <= 60 for line in lines)
    for extreme in (min(closes)[0], max(closes)[0]):
        assert any(line.startswith(f"{extreme:,}") for line in lines), "the axis ends where the prices do"
    assert sum("█" in line for line in lines) > 5


@pytest.mark.parametrize("width", [20, 60, 120])
@pytest.mark.parametrize("values", [[5.0, 5.0], [1.0, 2.0], [*range(1, 500)], [3.0, 1.0] * 40])
def test_any_prices_are_a_picture_of_the_width(values, width):
    days = [(date(2026, 1, 1) + timedelta(number), float(value)) for number, value in enumerate(values)]
    drawn = spark.picture(days, width=width)
    assert len(drawn) == 16
    assert max(map(len, drawn[:-1])) <= width
    columns = [line.split("┤")[1] for line in drawn[:-2]]
    assert all(
        any(len(line) > place and line[place] != " " for line in columns) for place in range(min(len(values), 5))
    )


def test_a_chart_that_cannot_be_is_refused_before_anything_is_written(everything, tmp_path):
    for given, name, said in (
        (["005930"], "a.pdf", "svg"),
        (["005930", "KOSPI"], "a.svg", "한 종목"),
        (["없는이름"], "a.svg", "없습니다"),
    ):
        with pytest.raises(UsageError, match=said):
            show_charts.draw(everything.app, Wish(given=given), str(tmp_path / name))
    with pytest.raises(UsageError, match="둘보다 적습니다"):
        show_charts.draw(everything.app, Wish(given=["005930"], limit=1), str(tmp_path / "a.svg"))
    with pytest.raises(ConfigError, match="쓸 수 없습니다"):
        show_charts.draw(everything.app, Wish(given=["005930"]), str(tmp_path / "no" / "a.svg"))
    assert list(tmp_path.iterdir()) == []


def test_a_font_that_was_installed_after_the_first_chart_is_found(monkeypatch):
    from matplotlib import font_manager

    if chart._korean_font() is None:
        pytest.skip("no font with Korean letters is installed (Debian: apt-get install fonts-nanum)")
    earlier = [font for font in font_manager.fontManager.ttflist if font.name not in chart.KOREAN]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", earlier)
    assert chart._korean_font() is not None
