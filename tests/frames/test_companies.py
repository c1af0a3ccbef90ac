"""``foresto.statements`` and the others about companies: what the tables and views hold, as known on a day."""

import pandas as pd
import pytest
from dart_loads import load

import foresto_cli as foresto
from foresto_cli.errors import UsageError


@pytest.fixture
def reported(asked):
    load(asked, since=2024)
    return asked


@pytest.mark.long
@pytest.mark.usefixtures("no_waiting")
def test_statements_are_those_received_until_the_day(reported):
    years = foresto.statements("005930", "annual")
    assert years.index.name == "period_end"
    assert years.index.is_monotonic_increasing
    assert (years["total_assets"] > 0).all()
    received = reported.scalar("SELECT min(rcept_dt) FROM financial_report WHERE ticker = '005930'")
    assert foresto.statements("005930", "versions", received - pd.Timedelta(days=1)).empty
    assert len(foresto.statements("005930", "versions", received)) >= 1
    preferred = reported.scalar("SELECT ticker FROM stocks WHERE is_active AND right(ticker, 1) = '5' LIMIT 1")
    assert preferred is None or not foresto.statements(preferred, "annual").index.has_duplicates
    with pytest.raises(UsageError, match="quarter"):
        foresto.statements("005930", "monthly")


@pytest.mark.long
@pytest.mark.usefixtures("no_waiting")
def test_valuation_is_by_day_of_one_and_by_ticker_of_all(reported):
    one, everybody = foresto.valuation("005930"), foresto.valuation()
    assert len(one) == len(foresto.prices("005930"))
    assert {"per", "pbr", "psr", "dividend_yield"} <= {*one.columns}
    assert everybody.index.name == "ticker"
    last = one.iloc[-1][["per", "pbr"]].astype(float)
    assert everybody.loc["005930", ["per", "pbr"]].astype(float).equals(last)
    with pytest.raises(UsageError, match="until"):
        foresto.valuation(since="2026")


def test_flows_and_filings_are_empty_until_they_are_loaded(asked):
    assert foresto.flows("005930").index.names == ["trade_date", "investor"]
    assert foresto.filings("005930").index.name == "rcept_no"
    with pytest.raises(UsageError):
        foresto.filings("없는회사이름입니다")
