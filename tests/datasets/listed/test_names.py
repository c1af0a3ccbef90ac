"""One resolver for every command: stocks, ETFs and indices by code and by name."""

import pytest
from sqlalchemy import text

from foresto_cli.datasets.listed import names
from foresto_cli.datasets.listed.names import ETF, INDEX, STOCK
from foresto_cli.errors import ConfigError, UsageError


@pytest.fixture
def listed(loaded):
    with loaded.app.engine.begin() as connection:
        yield connection


def put_stock(connection, ticker, name, *, is_listed=True):
    connection.execute(
        text(
            "INSERT INTO fdr_stock_listing SELECT (json_populate_record(l, json_build_object("
            "'ticker', CAST(:ticker AS text), 'name', CAST(:name AS text), 'is_listed', CAST(:listed AS boolean)))).*"
            " FROM fdr_stock_listing l LIMIT 1"
        ),
        {"ticker": ticker, "name": name, "listed": is_listed},
    )


@pytest.mark.parametrize(
    ("given", "code", "kind"),
    [
        ("005930", "005930", STOCK),
        ("가상전자", "005930", STOCK),
        (" 가상 전자 ", "005930", STOCK),
        ("kospi", "KOSPI", INDEX),
        ("코스피200", "KS200", INDEX),
        ("코스닥 150", "KQ150", INDEX),
        ("코리아 밸류업 지수", "VALUE_UP", INDEX),
    ],
)
def test_a_code_or_a_name_is_enough(listed, given, code, kind):
    found = names.security_of(listed, given)
    assert (found.code, found.kind, found.is_listed) == (code, kind, True)


def test_an_etf_is_found_by_code_and_by_name(listed):
    ticker, name = listed.execute(text("SELECT ticker, name FROM etfs WHERE is_active ORDER BY ticker LIMIT 1")).one()
    for given in (ticker, name, name.lower().replace(" ", "")):
        assert names.security_of(listed, given)[:4] == (ticker, name, True, ETF)
    with pytest.raises(UsageError, match="상장 목록에 없습니다"):
        names.security_of(listed, ticker, (STOCK,))


def test_a_part_of_a_name_is_enough_only_to_look_and_only_for_one(listed):
    assert names.security_of(listed, "밸류업", takes_part=True).code == "VALUE_UP"
    with pytest.raises(UsageError, match=r"혹시 이 가운데 있습니까\? VALUE_UP 코리아 밸류업 지수"):
        names.security_of(listed, "밸류업")
    with pytest.raises(UsageError, match=r"KS200 .*외 .*개"):
        names.security_of(listed, "스피 2", takes_part=True)


def test_sectors_of_both_markets_have_one_name_and_are_told_apart_by_code(listed):
    with pytest.raises(UsageError, match=r"KQ_CHEM 화학.*KS_CHEM 화학") as refused:
        names.security_of(listed, "화학")
    assert "코드로 고르세요" in str(refused.value)


def test_who_is_listed_goes_before_who_left(listed):
    put_stock(listed, "900001", "두이름", is_listed=False)
    put_stock(listed, "900002", "두이름")
    assert names.security_of(listed, "두이름").code == "900002"
    put_stock(listed, "900003", "두이름")
    with pytest.raises(UsageError, match="여러"):
        names.security_of(listed, "두이름")
    put_stock(listed, "900004", "떠난회사", is_listed=False)
    assert names.security_of(listed, "떠난회사").is_listed is False


def test_an_old_name_and_a_ticker_that_only_has_prices_are_found(listed):
    listed.execute(text("UPDATE stock_history SET name = '옛이름' WHERE ticker = '005930'"))
    assert names.security_of(listed, "옛이름").code == "005930"
    listed.execute(text("UPDATE stock_price_daily SET ticker = '999990', name = '옛회사' WHERE ticker = '000660'"))
    listed.execute(text("DELETE FROM fdr_stock_listing WHERE ticker = '999990'"))
    assert names.security_of(listed, "999990")[:3] == ("999990", "옛회사", False)


@pytest.mark.parametrize("given", ["", "   ", "없는회사이름", "%", "_", "'; DROP TABLE stocks; --", "ㅋ"])
def test_nobody_is_nobody(listed, given):
    with pytest.raises(UsageError, match="없습니다"):
        names.security_of(listed, given, takes_part=True)


def test_the_main_indices_are_known_without_a_list(listed):
    listed.execute(text("DELETE FROM index_listing"))
    for given in ("코스피", "코스닥", "코스피 200"):
        assert names.security_of(listed, given).kind == INDEX
    listed.execute(text("DELETE FROM index_price_daily WHERE index_code = 'KS200'"))
    with pytest.raises(UsageError, match="없습니다"):
        names.security_of(listed, "KS200")


def test_without_lists_the_commands_that_bring_them_are_named(engine):
    with engine.connect() as connection:
        with pytest.raises(ConfigError, match="foresto listing load, foresto stocks etfs, foresto prices index"):
            names.security_of(connection, "005930")
        with pytest.raises(ConfigError, match="foresto listing load"):
            names.ticker_of(connection, "005930")
