"""The one writer: exact counts, nothing touched that does not differ, every value as it was given."""

import threading
from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    create_engine,
    text,
)

from foresto_cli.store.upsert import Counts, upsert

SAMPLE = Table(
    "upsert_sample",
    MetaData(),
    Column("ticker", String(6), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("note", Text),
    Column("price", Numeric),
    Column("volume", BigInteger),
    Column("halted", Boolean),
    Column("untouched", Text, server_default="as it was"),
    Column("batch_id", BigInteger, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
)
DAY = date(2026, 11, 20)
FIRST, SECOND = datetime(2026, 11, 20, 16), datetime(2026, 11, 20, 19)


def row(ticker="005930", **values):
    plain = {"ticker": ticker, "day": DAY, "note": "n", "price": Decimal(70_000), "volume": 1, "halted": False}
    return {**plain, **values}


def provenance(batch, moment):
    return {"batch_id": batch, "created_at": moment, "updated_at": moment}


@pytest.fixture
def table(shared_engine):
    SAMPLE.metadata.drop_all(shared_engine)
    SAMPLE.metadata.create_all(shared_engine)
    return shared_engine


@pytest.fixture
def write(table):
    def written(rows, batch=1, moment=FIRST, **more):
        with table.begin() as connection:
            return upsert(connection, SAMPLE, rows, provenance(batch, moment), **more)

    return written


@pytest.fixture
def stored(table):
    def read(columns="*"):
        with table.connect() as connection:
            found = connection.execute(text(f"SELECT {columns} FROM upsert_sample ORDER BY ticker, day"))
            return [dict(each) for each in found.mappings()]

    return read


def test_counts_are_exact(write):
    tickers = [f"{number:06}" for number in range(100)]
    assert write([row(ticker) for ticker in tickers[:80]]) == Counts(80, 0, 0)
    mixed = [row(ticker, volume=2 if number < 30 else 1) for number, ticker in enumerate(tickers)]
    assert write(mixed) == Counts(20, 30, 50)
    assert write(mixed) == Counts(0, 0, 100)


def test_counts_add_up():
    assert Counts(1, 2, 3) + Counts(10, 20, 30) == Counts(11, 22, 33)
    both = Counts(1, 2, 3) + Counts(10, 20, 30).of(SAMPLE) + Counts(1, 0, 0).of(SAMPLE)
    assert (both.added, both.changed, both.unchanged) == (12, 22, 33)
    assert both.by_table("own") == {"own": Counts(1, 2, 3), "upsert_sample": Counts(11, 20, 30)}


def test_writing_the_same_again_touches_nothing(write, stored):
    rows = [row("005930"), row("000660", note=None, price=Decimal("1.50"))]
    write(rows)
    before = stored("*, xmin::text AS version, ctid::text AS place")
    assert write(rows, 2, SECOND) == Counts(0, 0, 2)
    assert stored("*, xmin::text AS version, ctid::text AS place") == before


def test_only_a_changed_row_gets_a_new_batch_and_time_and_keeps_when_it_was_made(write, stored):
    write([row("000660"), row("005930")])
    assert write([row("000660"), row("005930", price=Decimal(71_000))], 2, SECOND) == Counts(0, 1, 1)
    same, changed = stored()
    assert (same["batch_id"], same["created_at"], same["updated_at"]) == (1, FIRST, FIRST)
    assert (changed["batch_id"], changed["created_at"], changed["updated_at"]) == (2, FIRST, SECOND)
    assert changed["price"] == Decimal(71_000)


def test_a_number_written_differently_is_the_same_number(write):
    write([row(price=Decimal("10.50"))])
    assert write([row(price=Decimal("10.5"))]) == Counts(0, 0, 1)
    assert write([row(price=Decimal("10.51"))]) == Counts(0, 1, 0)


def test_null_to_value_and_back_are_changes(write, stored):
    write([row(note=None, volume=None)])
    assert write([row(note="", volume=None)]) == Counts(0, 1, 0)
    assert stored()[0]["note"] == ""
    assert write([row(note=None, volume=None)]) == Counts(0, 1, 0)
    assert stored()[0]["note"] is None


@pytest.mark.parametrize(
    "value",
    [
        "tab\there",
        "line\nbreak\r\n",
        "back\\slash \\N \\. \\t",
        "'single' \"double\" $$dollar$$",
        "삼성전자㈜ 😀 똠방각하",
        "\\.",
        "\\N",
        " leading and trailing ",
        "",
        "%s %(name)s {braces} ;--",
        None,
    ],
)
def test_every_text_survives(write, stored, value):
    write([row(note=value)])
    assert stored()[0]["note"] == value
    assert write([row(note=value)]) == Counts(0, 0, 1)


@pytest.mark.parametrize("price", ["0.1", "12345678901234567890.123456789012345", "-3", "70000.00", "1E+3"])
def test_decimals_are_exact(write, stored, price):
    write([row(price=Decimal(price))])
    assert stored()[0]["price"] == Decimal(price)


@pytest.mark.parametrize("volume", [2**31, 2**53 + 1, 2**63 - 1, 0, -1])
def test_large_whole_numbers_are_exact(write, stored, volume):
    write([row(volume=volume)])
    assert stored()[0]["volume"] == volume


def test_columns_that_are_not_named_keep_their_values(write, stored, table):
    write([row()])
    with table.begin() as connection:
        connection.execute(text("UPDATE upsert_sample SET untouched = 'by hand', halted = true"))
    without_halted = {name: value for name, value in row(volume=9).items() if name != "halted"}
    assert write([without_halted]) == Counts(0, 1, 0)
    assert (stored()[0]["untouched"], stored()[0]["halted"], stored()[0]["volume"]) == ("by hand", True, 9)


def test_the_order_of_a_mapping_means_nothing(write, stored):
    backwards = dict(reversed(row("000660", note="backwards").items()))
    assert write([row("005930", note="forwards"), backwards]) == Counts(2, 0, 0)
    assert [each["note"] for each in stored()] == ["backwards", "forwards"]


def test_the_same_key_twice_is_refused_and_nothing_is_written(write, stored):
    with pytest.raises(ValueError, match="upsert_sample"):
        write([row("000660"), row("005930"), row("005930", volume=2)])
    assert stored() == []


def test_the_same_ticker_on_two_days_is_two_rows(write):
    assert write([row(), row(day=date(2026, 11, 19))]) == Counts(2, 0, 0)


def test_only_over_protects_rows_and_counts_them_unchanged(write, stored):
    write([row("000660", note="ours"), row("005930", note="theirs")])
    fresh = [row(ticker, note="theirs", volume=9) for ticker in ("000660", "005930", "035420")]
    assert write(fresh, only_over="old.note = 'theirs'") == Counts(1, 1, 1)
    assert [(each["note"], each["volume"]) for each in stored()] == [("ours", 1), ("theirs", 9), ("theirs", 9)]


def test_a_rollback_leaves_nothing(table, stored):
    with table.connect() as connection:
        assert upsert(connection, SAMPLE, [row()], provenance(1, FIRST)) == Counts(1, 0, 0)
        connection.rollback()
    assert stored() == []


def test_a_row_the_table_refuses_takes_the_whole_write_with_it(write, stored):
    with pytest.raises(Exception, match="character varying"):
        write([row("005930"), row("TOOLONG")])
    assert stored() == []


def test_no_rows_is_no_work(write, stored, table):
    assert write([]) == Counts(0, 0, 0)
    assert stored() == []


def test_several_writes_in_one_transaction(table, stored):
    with table.begin() as connection:
        assert upsert(connection, SAMPLE, [row("000660")], provenance(1, FIRST)) == Counts(1, 0, 0)
        assert upsert(connection, SAMPLE, [row("000660", volume=2), row("005930")], provenance(2, SECOND)) == Counts(
            1, 1, 0
        )
    assert [each["volume"] for each in stored()] == [2, 1]


def test_a_reused_connection_carries_nothing_over(table, stored):
    other = create_engine(table.url, pool_size=1, max_overflow=0)
    for number in range(3):
        with other.begin() as connection:
            assert upsert(connection, SAMPLE, [row(f"00000{number}")], provenance(1, FIRST)) == Counts(1, 0, 0)
        with other.connect() as connection:
            assert connection.scalar(text("SELECT to_regclass('foresto_stage')")) is None
    other.dispose()
    assert len(stored()) == 3


def test_two_writers_of_the_same_rows_add_each_row_once(table, stored):
    rows = [row(f"{number:06}") for number in range(200)]
    found, together = [], threading.Barrier(2)

    def work(batch):
        with table.begin() as connection:
            together.wait(10)
            found.append(upsert(connection, SAMPLE, rows, provenance(batch, FIRST)))

    threads = [threading.Thread(target=work, args=(batch,)) for batch in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(counts.added for counts in found) == [0, 200]
    assert sum(counts.changed for counts in found) == 0
    assert len(stored()) == 200
