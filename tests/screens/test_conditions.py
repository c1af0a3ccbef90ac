"""Conditions: what people write is understood, and nothing else reaches the database."""

import pytest
from sqlalchemy import text

from foresto_cli.errors import UsageError
from foresto_cli.screens.conditions import Field, Kind, conditions
from foresto_cli.store.fragments import Fragment, sql

FIELDS = (
    Field("per", "PER(배)", Kind.NUMBER, Fragment("t.per")),
    Field("score", "점수", Kind.NUMBER, Fragment("t.score")),
    Field("market", "시장", Kind.TEXT, Fragment("t.market")),
    Field("market_cap", "시가총액(원)", Kind.NUMBER, Fragment("t.market_cap")),
    Field("designated", "지정", Kind.TRUTH, Fragment("t.designated")),
    Field("listing_date", "상장일", Kind.DAY, Fragment("t.listing_date")),
)
ROW = (
    "(SELECT CAST({per} AS numeric) AS per, CAST(71.5 AS numeric) AS score, CAST('KOSPI' AS text) AS market,"
    " CAST(1500000000000 AS numeric) AS market_cap, false AS designated, DATE '2020-02-29' AS listing_date) t"
)


def _holds(engine, given, per="8"):
    found = conditions(given, FIELDS)
    everything = {name: value for one in found for name, value in one.parameters.items()}
    query = sql(
        "SELECT {all} FROM {row}",
        all=Fragment(" AND ".join(one.sql for one in found)),
        row=Fragment(ROW.format(per=per)),
    )
    with engine.connect() as connection:
        return connection.scalar(query, everything)


@pytest.mark.parametrize(
    "given",
    [
        "per < 10 and score > 70 and not designated",
        "5<PER<=8 AND 시장='KOSPI' and 시가총액 >= 1.5조",
        "market in ['KOSDAQ', 'KOSPI'] and 'KOS' in market and market not in ('KONEX',)",
        "listing_date >= '2020-02-29' and listing_date < '2020-03-01'",
        "score / per > 8.9 and score - per * 2 = 55.5 and -per < 0 and per <> 9%",
        "(designated or per = 8) 그리고 아닌 지정",
        "시가총액 > 14999억",
        "score ≥ 71.5 and score ≤ 71.5 and market ≠ 'X'",
    ],
)
def test_what_people_write_is_understood(shared_engine, given):
    assert _holds(shared_engine, given) is True


@pytest.mark.parametrize("given", ["per < 10", "not (per < 10)", "per = per", "per in [1, 2]", "score / 0 > 1"])
def test_what_is_unknown_fulfils_nothing(shared_engine, given):
    assert _holds(shared_engine, given, per="NULL") is not True


def test_quotes_keep_their_text():
    found = conditions("market = 'A = 1조 AND b' and per < 1조", FIELDS)
    assert list(found[0].parameters.values()) == ["A = 1조 AND b"]
    assert [one.said for one in found] == ["market = 'A = 1조 AND b'", "per < 1조"]


@pytest.mark.parametrize(
    "given",
    [
        "",
        "per",
        "per <",
        "3",
        "per < 'a'",
        "market > 5",
        "not per",
        "designated > 1",
        "per < 10; DROP TABLE stocks",
        "__import__('os').system('true')",
        "per.real > 1",
        "per ** 9 < 3",
        "per if per else 1",
        "[one for one in per]",
        "lambda: per",
        "per is 3",
        "per in market",
        "listing_date > 'yesterday'",
        "f'{per}' = '1'",
        "per := 3",
        "(" * 300 + "per" + ")" * 300 + " > 1",
        "per > 1 and " * 150 + "per > 1",
        "per > " + "9" * 2_000,
        "scor > 3",
        "per\0 > 1",
        "'",
        '"; --',
        "% s",
        "조건",
        "\u202e > 1",
        "per > 1\n; SELECT 1",
    ],
)
def test_what_is_no_condition_is_refused_with_a_word_of_help(given):
    with pytest.raises(UsageError) as refused:
        conditions(given, FIELDS)
    assert len(str(refused.value)) > 10


def test_a_name_nearly_right_is_helped(shared_engine):
    with pytest.raises(UsageError, match="혹시 score"):
        conditions("scor > 3", FIELDS)
    with shared_engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
