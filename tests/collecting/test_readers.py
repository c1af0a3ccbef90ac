"""How numbers and days from outside are read."""

from datetime import date

import pytest

from foresto_cli.collecting import readers
from foresto_cli.datasets.open_data import pages


@pytest.mark.parametrize("text", ["20261120", "2026/11/20", "2026-11-20", "2026.11.20", " 20261120 "])
def test_a_day_is_read_in_every_spelling(text: str) -> None:
    assert readers.day(text) == date(2026, 11, 20)


@pytest.mark.parametrize("text", ["", " ", "-"])
def test_no_day_is_none(text: str) -> None:
    assert readers.day(text) is None


@pytest.mark.parametrize(
    "text", ["2026213", "20261301", "2026/1120", "2026-W47-5", "20261120093000", "내일", None, 20261120, []]
)
def test_what_is_no_day_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        readers.day(text)


@pytest.mark.parametrize("text", ["-", "2026-13-01"])
def test_open_data_has_its_own_ways_to_say_that_there_is_no_day(text: str) -> None:
    assert pages.date_of({"exprDt": "99991231"}, "exprDt") is None
    with pytest.raises(ValueError, match=r".+"):
        pages.date_of({"exprDt": text}, "exprDt")
