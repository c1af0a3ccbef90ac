"""Shapes lie where their numbers say, labels name round numbers, and too little is no chart."""

from datetime import date, timedelta

import pytest

from foresto_cli.views.pages import plots, svg
from foresto_cli.views.pages.plots import HEIGHT, Happened, Point

FIRST = date(2026, 1, 5)


def points(*closes):
    return [Point(FIRST + timedelta(days=at), close) for at, close in enumerate(closes)]


@pytest.mark.parametrize("low", [0.01, 0.99, 1, 7, 333.3, 59_999, 1e6, 123_456_789.5])
@pytest.mark.parametrize("span", [0, 1e-6, 0.003, 0.5, 1, 9.99, 1_000, 777_777, 1e9])
def test_a_scale_holds_both_ends_at_a_few_even_lines(low, span):
    bottom, step, count = svg.scale_of(low, low + span)
    assert bottom <= low * (1 + 1e-9)
    assert bottom + step * count >= (low + span) * (1 - 1e-9)
    assert 1 <= count <= 2 * svg.TICKS


def test_a_line_goes_up_where_prices_go_up_and_says_its_ends():
    found = plots.plot(points(100, 110, 105), what="종가", unit="원")
    heights = [float(pair.split(",")[1]) for pair in found.path.removeprefix("M").split()]
    assert heights[1] < heights[2] < heights[0]
    assert found.direction == "up"
    assert "(+5.00%), 최고 110원(2026-01-06), 최저 100원(2026-01-05)" in found.said
    assert (found.grid[0], found.grid[-1]) == (0, HEIGHT)
    assert len(found.grid) == len(found.scale)
    assert found.hints[0].hint == "2026-01-05 100원"


def test_candles_have_bodies_from_open_to_close():
    days = [Point(FIRST, 110, 100, 120, 90), Point(FIRST + timedelta(days=1), 95, 105, 106, 94)]
    found = plots.plot(days, what="시세", unit="원", candles=True)
    assert not found.path
    assert [box.kind for box in found.candles] == ["up", "down"]
    assert [box.height for box in found.candles] == pytest.approx([HEIGHT / 3, HEIGHT / 3])
    assert [wick.bottom - wick.top for wick in found.wicks] == pytest.approx([HEIGHT, 0.4 * HEIGHT])


def test_what_happened_stands_at_its_session_or_the_next_one():
    days = [Point(FIRST, 1), Point(FIRST + timedelta(days=3), 2), Point(FIRST + timedelta(days=4), 3)]
    before, between, after = (Happened(FIRST + timedelta(days=at), "price", f"{at}") for at in (-1, 2, 9))
    found = plots.plot(days, [before, between, after], what="종가", unit="원")
    assert [(mark.hint, mark.x) for mark in found.marks] == [("2", 500.0)]


def test_bars_stand_on_zero_and_a_missing_one_leaves_its_place():
    found = svg.bars([("1월", 2.0, "둘"), ("2월", None, "없음"), ("3월", -1.0, "음")], "달마다")
    assert [box.kind for box in found.boxes] == ["up", "down"]
    assert found.boxes[0].height == pytest.approx(80)
    assert found.boxes[0].y == 0
    assert found.boxes[1].y == found.zero == pytest.approx(80)
    assert found.boxes[1].x - found.boxes[0].x == pytest.approx(2 * svg.WIDTH / 3, abs=0.2)
    assert found.labels == ["1월", "2월", "3월"]


def test_many_bars_name_the_first_and_the_last():
    found = svg.bars([(f"{at}", 1.0, "") for at in range(40)], "많음")
    assert (list(found.labels), found.is_each) == (["0", "39"], False)


def test_too_little_is_no_chart():
    assert plots.plot(points(100), what="종가", unit="원") is None
    assert svg.spark([1.0], "지수") is None
    assert svg.bars([("1월", None, "")], "없음") is None


def test_a_line_that_does_not_move_is_flat_and_has_a_scale():
    assert plots.plot(points(100, 100), what="종가", unit="원").direction == "flat"
    assert svg.spark([5.0, 5.0], "지수").direction == "flat"
