"""``foresto.statements`` and the others about companies: what the tables and views hold, as known on a day."""

import pandas as pd
import pytest

import foresto_cli as foresto
from foresto_cli.errors import UsageError
from foresto_cli.loading import statements
from foresto_cli.loading.statements import Wanted
from foresto_cli.running import job


@pytest.fixture
def reported(asked):
    statements.load_companies(asked.app, job.Options())
    statements.load_statements(asked.app, Wanted(year=2025, ticker="005930"), job.Options())
    return asked


@pytest.mark.usefixtures("no_waiting")
def test_statements_are_those_received_until_the_day(reported):
    years = foresto.statements("005930", "annual")
    assert years.index.name == "period_end"
    assert years.index.is_monotonic_increasing
    assert (years["total_assets"] > 0).all()
    received = reported.scalar("SELECT min(rcept_dt) FROM financial_report WHERE ticker = '005930'")
    assert foresto.statements("005930", "versions", received - pd.Timedelta(days=1)).empty
    assert len(foresto.statements("005930", "versions", received)) >= 1
    assert foresto.statements("005935", "annual").equals(years) or "005935" not in foresto.listing().index
    with pytest.raises(UsageError, match="quarter"):
        foresto.statements("005930", "monthly")


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
