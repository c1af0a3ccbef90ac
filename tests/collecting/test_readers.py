"""How numbers and days from outside are read."""

from datetime import date

import pytest

from foresto_cli.collecting import readers


@pytest.mark.parametrize("text", ["20261120", "2026/11/20", "2026-11-20", "2026.11.20", " 20261120 "])
def test_a_day_is_read_in_every_spelling(text: str) -> None:
    assert readers.day(text) == date(2026, 11, 20)


@pytest.mark.parametrize("text", ["", " ", "-", None])
def test_no_day_is_none(text: str | None) -> None:
    assert readers.day(text) is None


@pytest.mark.parametrize("text", ["2026213", "20261301", "2026/1120", "2026-W47-5", "20261120093000", "내일"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        readers.day(text)
