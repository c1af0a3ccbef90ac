"""The one gate to the tables: every column of every table, every value that is not what it holds; and the net below."""

import zlib
from datetime import date, datetime
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import OperationalError

from foresto_cli.datasets.prices import price_rows
from foresto_cli.errors import BadPayload, StoreUnavailable
from foresto_cli.loading import load_listed as roster
from foresto_cli.loading import load_prices
from foresto_cli.running import job
from foresto_cli.sandbox import poison
from foresto_cli.store import values
from foresto_cli.store.engine import explained
from foresto_cli.store.tables import metadata
from foresto_cli.store.upsert import upsert

QUICK = job.Options(workers=1)

COLUMNS = [column for table in metadata.sorted_tables for column in table.columns]
TEXTS = [column for column in COLUMNS if isinstance(column.type, String)]
WHOLE = [column for column in COLUMNS if isinstance(column.type, Integer)]
NUMBERS = [column for column in COLUMNS if isinstance(column.type, Numeric | Float)]
DAYS = [column for column in COLUMNS if isinstance(column.type, Date | DateTime)]

NEVER_TEXT = {
    "nul": "A\0B",
    "surrogate": "A\ud800B",
    "escape": "\x1b[2J",
    "c1": "\x9b31m",
    "rtl": "A\u202eB",
    "isolate": "A\u2066B",
    "tags": "A\U000e0041",
    "separator": "A\u2028B",
    "one MB": "가" * 1_000_000,
    "number": 5,
    "bytes": b"A",
}
FINE_TEXT = ["[/red]", "=1+1", "가", "<b>", "🙂", ""]
NEVER_NUMBER = {
    "10^40": 10**40,
    "5,000 digits": 10**5_000,
    "infinite": float("inf"),
    "-infinite": Decimal("-Infinity"),
    "NaN": float("nan"),
    "decimal NaN": Decimal("NaN"),
    "signalling NaN": Decimal("sNaN"),
    "1e400": Decimal("1e400"),
    "1e-100000": Decimal("1e-100000"),
    "text": "∞",
    "flag": True,
}
NEVER_WHOLE = NEVER_NUMBER | {"2^63": 2**63, "-2^63-1": -(2**63) - 1, "part": Decimal("1.5"), "float": 1.0}
NEVER_DAY = {"1899": date(1899, 12, 31), "1": datetime(1, 1, 1), "text": "2026-11-20", "number": 20261120}


def name_of(column):
    return f"{column.table.name}.{column.name}"


def reason(column, value):
    return values.unfit(column.table, [{column.name: value}]).get(0)


@pytest.mark.parametrize("kind", NEVER_TEXT)
def test_no_column_takes_what_is_no_text(kind):
    let_in = [name_of(column) for column in TEXTS if reason(column, NEVER_TEXT[kind]) is None]
    assert let_in == []


def test_every_column_takes_text_of_its_length_and_nothing_longer():
    for column in TEXTS:
        longest = column.type.length or values.LONGEST_INDEXED
        assert reason(column, "가" * longest) is None, name_of(column)
        if column.type.length:
            assert "너무 깁니다" in reason(column, "가" * (longest + 1)), name_of(column)
        for fine in FINE_TEXT:
            assert reason(column, fine[:longest]) is None, name_of(column)


def test_lines_may_break_in_prose_alone():
    prose = [name_of(column) for column in TEXTS if reason(column, "A\nB\tC") is None]
    assert "deposit_products.spcl_cnd" in prose
    assert all(isinstance(column.type, Text) for column in TEXTS if name_of(column) in prose)
    assert "stock_price_daily.name" not in prose


@pytest.mark.parametrize("kind", NEVER_WHOLE)
def test_no_column_of_whole_numbers_takes_what_is_none(kind):
    assert [name_of(column) for column in WHOLE if reason(column, NEVER_WHOLE[kind]) is None] == []


@pytest.mark.parametrize("kind", NEVER_NUMBER)
def test_no_column_of_numbers_takes_what_is_none(kind):
    assert [name_of(column) for column in NUMBERS if reason(column, NEVER_NUMBER[kind]) is None] == []


@pytest.mark.parametrize("kind", NEVER_DAY)
def test_no_column_of_days_takes_what_is_none(kind):
    assert [name_of(column) for column in DAYS if reason(column, NEVER_DAY[kind]) is None] == []


def test_what_has_to_be_there_is_missed_by_name():
    for column in TEXTS + WHOLE + NUMBERS + DAYS:
        found = reason(column, None)
        assert (found is None) == bool(column.nullable), name_of(column)


def test_reasons_are_short_and_harmless():
    for column in COLUMNS:
        for value in (*NEVER_TEXT.values(), *NEVER_NUMBER.values(), *NEVER_DAY.values()):
            said = reason(column, value) or ""
            assert len(said) < 200
            assert said.isprintable()


NOW = datetime(1900, 1, 1)
SMALLEST = (
    (BigInteger, -(2**63)), (Integer, -(2**31)), (Numeric | Float, Decimal("-0." + "1" * 70)), (DateTime, NOW),
    (Date, NOW.date()), (String, ""), (LargeBinary, b""), (ARRAY, []), (Boolean, False),
)  # fmt: skip
GREATEST = (
    (BigInteger, 2**63 - 1), (Integer, 2**31 - 1), (Numeric | Float, 10**30 - 1),
    (DateTime, datetime(9999, 12, 31, 23, 59, 59)),
    (Date, date(9999, 12, 31)), (String, "🙂"), (LargeBinary, zlib.compress(b"x")), (ARRAY, []), (Boolean, True),
)  # fmt: skip


def extreme(column, *, great, indexed):
    """The greatest or the smallest value that the gate lets into ``column``."""
    found = next(value for kind, value in (GREATEST if great else SMALLEST) if isinstance(column.type, kind))
    if not isinstance(found, str):
        return found
    return found * (column.type.length or (values.LONGEST_INDEXED if column.name in indexed else 10_000))


@pytest.mark.parametrize("great", [True, False])
def test_what_the_gate_lets_in_the_database_takes(engine, great):
    for table in metadata.sorted_tables:
        columns = [column for column in table.columns if not isinstance(column.type, JSONB)]
        indexed = {column.name for index in table.indexes for column in index.columns}
        row = {column.name: extreme(column, great=great, indexed=indexed) for column in columns}
        assert values.unfit(table, [row]) == {}, table.name
        copy = Table("gate_copy", type(metadata)(), *[column._copy() for column in columns], prefixes=["TEMPORARY"])
        with engine.connect() as connection:
            connection.execute(text(f"CREATE TEMPORARY TABLE gate_copy (LIKE {table.name} INCLUDING INDEXES)"))
            for column in table.columns:
                if column not in columns:
                    connection.execute(text(f"ALTER TABLE gate_copy DROP COLUMN {column.name}"))
            assert upsert(connection, copy, [row], {}).added == 1, table.name


def test_a_look_at_whole_columns_finds_the_same_as_a_look_at_each_value():
    table = metadata.tables["stock_price_daily"]
    good = {"ticker": "005930", "trade_date": date(2026, 11, 20), "name": "가", "close_price": Decimal("1.5"),
            "volume": 1, "is_halted": False}  # fmt: skip
    bad = {1: {"name": "A\0"}, 3: {"volume": 2**63}, 4: {"close_price": Decimal("NaN")}, 6: {"ticker": None},
           8: {"trade_date": "x"}, 9: {"is_halted": 0}}  # fmt: skip
    rows = [good | bad.get(number, {}) for number in range(12)]
    assert set(values.unfit(table, rows)) == set(bad)
    assert values.unfit(table, [good] * 12) == {}
    assert values.unfit(table, []) == {}


def test_a_writer_that_nobody_checked_meets_the_gate_too(engine):
    table = metadata.tables["stocks"]
    row = {"ticker": "005930", "name": "가\x1b", "market": "KOSPI", "sector": "기타", "is_active": True}
    with engine.begin() as connection, pytest.raises(BadPayload, match=r"stocks.*name"):
        upsert(connection, table, [row], {"created_at": datetime(2026, 1, 1), "updated_at": datetime(2026, 1, 1)})


# --- the net below: what the gate did not see, the database refuses, and only the unit fails --------------------------

SLIPPED = {
    "nul": {"name": "A\0B"},
    "surrogate": {"name": "A\ud800B"},
    "long": {"name": "가" * 101},
    "big": {"volume": 2**63},
    "day": {"trade_date": "no day"},
    "null": {"source_id": None},
    "rule": {"close_price": -1},
    "twice": {"ticker": "000660"},
}


@pytest.mark.parametrize("slip", SLIPPED)
def test_what_slipped_through_fails_its_unit_and_no_other(open_world, monkeypatch, slip):
    with open_world(without=("krx_openapi_key", "fsc_api_key")) as world:
        days = world.sandbox.market.sessions[-6:-3]
        monkeypatch.setattr(values, "unfit", lambda *_: {})
        usual = price_rows._row

        def slipping(record, fields, market, source_id, day):
            row = usual(record, fields, market, source_id, day)
            return row | SLIPPED[slip] if day == days[1] and row["ticker"] == "005930" else row

        monkeypatch.setattr(price_rows, "_row", slipping)
        monkeypatch.setattr("foresto_cli.datasets.prices.days.refuse_half", lambda *_: None)
        monkeypatch.setattr("foresto_cli.datasets.prices.days.impossible", lambda _: None)
        result = load_prices.load_prices_between(world.app, days[0], days[-1], None, QUICK)
        assert (result.exit_code, result.outcome) == (3, "partial"), result.reasons
        stored = {row[0] for row in world.rows("SELECT DISTINCT trade_date FROM stock_price_daily")}
        assert stored == {days[0], days[2]}
        assert world.rows("SELECT unit FROM unit_ledger WHERE status = 'failed'") == [(f"{days[1]}",)]
        assert list(world.app.folders.payloads.iterdir()), "what came is kept"


def test_a_value_that_is_too_large_for_an_index_is_no_outage():
    too_large = psycopg.errors.ProgramLimitExceeded("index row requires 34360 bytes, maximum size is 8191")
    for error in (too_large, OperationalError("x", {}, too_large)):
        with pytest.raises(BadPayload, match="index row"), explained():
            raise error
    with pytest.raises(StoreUnavailable), explained():
        raise psycopg.OperationalError("connection refused")


@pytest.mark.long
def test_an_answer_no_loader_has_a_word_for_fails_its_unit(open_world, monkeypatch):
    for error in (OverflowError("x"), RecursionError(), IndexError("x"), ZeroDivisionError()):

        def parse(*_, error=error):
            raise error

        with open_world() as world:
            world.execute("DELETE FROM unit_ledger")
            monkeypatch.setattr("foresto_cli.datasets.listed.listing.current_rows", parse)
            result = roster.load_listing(world.app, QUICK)
            assert result.exit_code == 3
            assert type(error).__name__ in result.reasons[0]


# --- from the wire ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["nul", "surrogate", "escape", "huge_number"])
def test_one_value_from_the_wire_costs_one_row(open_world, kind):
    with open_world(without=("krx_openapi_key", "fsc_api_key"), patience=1) as world:
        days = world.sandbox.market.sessions[-6:-3]
        world.sandbox.faults.add(f"{kind}@data.krx.co.kr/{days[1]:%Y%m%d}")
        result = load_prices.load_prices_between(world.app, days[0], days[-1], None, QUICK)
        assert (result.exit_code, result.units.done) == (0, 3)
        (left_out,) = result.rejected
        assert left_out.isprintable()
        assert ("volume" if kind == "huge_number" else "name") in left_out
        counts = dict(world.rows("SELECT trade_date, count(*) FROM stock_price_daily GROUP BY 1"))
        assert counts[days[1]] == counts[days[0]] - 1 == counts[days[2]] - 1
        assert world.scalar("SELECT reason FROM unit_ledger WHERE unit = :day", day=f"{days[1]}").isprintable()


@pytest.mark.parametrize("spoilt", ["1e400", "NaN", "∞", "-Infinity", "9223372036854775808", "1e999999999"])
def test_a_number_beyond_every_column_costs_one_row(open_world, monkeypatch, spoilt):
    monkeypatch.setattr(poison, "HUGE_NUMBER", spoilt)
    with open_world(
        without=("krx_openapi_key", "fsc_api_key"), faults="huge_number@data.krx.co.kr/MDCSTAT01501"
    ) as world:
        day = world.sandbox.market.sessions[-4]
        result = load_prices.load_prices_between(world.app, day, day, None, QUICK)
        assert (result.exit_code, len(result.rejected)) == (0, 1)


def test_nobody_leaves_a_list_because_a_row_was_left_out(open_world):
    with open_world(patience=1) as world:
        roster.load_listing(world.app, QUICK)
        listed = world.rows("SELECT ticker FROM fdr_stock_listing WHERE is_listed ORDER BY 1")
        world.execute("DELETE FROM unit_ledger")
        world.sandbox.faults.add("escape@raw.githubusercontent.com/listing/krx")
        result = roster.load_listing(world.app, QUICK)
        assert len(result.rejected) >= 1
        assert world.rows("SELECT ticker FROM fdr_stock_listing WHERE is_listed ORDER BY 1") == listed
