"""Alpha Vantage's list of US listings, line by line."""

from types import SimpleNamespace

import pytest

from foresto_cli.errors import BadPayload
from foresto_cli.upstream.alphavantage import LISTING_COLUMNS, AlphaVantage

SPY = "SPY,SPDR S&P 500,NYSE ARCA,ETF,1993-01-29,null,Active"


def listings(*lines, end="\r\n"):
    content = ("\r\n".join([",".join(LISTING_COLUMNS), *lines]) + end).encode()
    answer = SimpleNamespace(content=content, status_code=200)
    session = SimpleNamespace(get=lambda *_, **__: answer)
    return AlphaVantage(SimpleNamespace(session=lambda *_: session), "key").listings()


@pytest.mark.parametrize("name", ["Vanguard Total, Stock Market", "A, B, C Fund, Inc", '"Quoted, Inc"', "Plain"])
def test_a_name_with_commas_stays_one_name_and_the_fund_is_kept(name):
    rows = listings(SPY, f"VTI,{name},NYSE ARCA,ETF,2001-05-31,null,Active")
    assert [(row["symbol"], row["assetType"], row["exchange"]) for row in rows] == [
        ("SPY", "ETF", "NYSE ARCA"), ("VTI", "ETF", "NYSE ARCA"),
    ]  # fmt: skip
    assert rows[1]["name"] == name.strip('"')


@pytest.mark.parametrize(
    "line",
    ["VTI,Total,NYSE ARCA,ETF,2001-05-31,null", "VTI,Total,NYSE ARCA,ETF,2001-05-31,null,Active,more", "VTI"],
)
def test_a_line_that_cannot_be_put_right_is_not_dropped_in_silence(line):
    with pytest.raises(BadPayload):
        listings(SPY, line)


def test_half_a_list_is_none():
    with pytest.raises(BadPayload):
        listings(SPY, end="")
