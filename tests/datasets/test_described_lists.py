"""Lists that one file describes: rows that were lost are found, asked for again, and the hint says how."""

from datetime import date

import pytest
from sqlalchemy import Boolean, Column, MetaData, String, Table, text
from support import EVENING

from foresto_cli.calendar import Calendar
from foresto_cli.collecting.checks import Scope
from foresto_cli.collecting.described_lists import DeclaredGroups, DeclaredList
from foresto_cli.collecting.loader import Unit
from foresto_cli.declared import GROUP, Disclosure, OpenData, PerGroup, WholeList
from foresto_cli.store.ledger import Entry
from foresto_cli.verify import described_checks

ONE_DATABASE = True
TABLE = Table(
    "things",
    MetaData(),
    Column("code", String, primary_key=True, info={"wire": "code"}),
    Column(GROUP, String, primary_key=True),
    Column("is_active", Boolean),
)
LIST = WholeList(name="things", label="것", english="things", table=TABLE, service=OpenData("것", ("a/b",)))
GROUPS = PerGroup(name="things", label="것", english="things", table=TABLE, service=Disclosure("things", "T"))


def entry(rows):
    return Entry("done", "FSC", rows, EVENING.replace(tzinfo=None))


def test_a_list_with_fewer_rows_than_were_stored_is_asked_for_again():
    unit = Unit("2026-11-19", "것 2026-11-19")
    loaders = {rows: DeclaredList(None, Calendar(), EVENING, rows, LIST) for rows in (2, 3)}
    assert {rows: loader.is_settled(unit, entry(3)) for rows, loader in loaders.items()} == {2: False, 3: True}


def test_a_group_with_fewer_rows_than_were_stored_is_asked_for_again():
    unit = Unit("020000", "것 은행")
    loaders = {rows: DeclaredGroups(None, ["020000"], date(2026, 11, 20), {"020000": rows}, GROUPS) for rows in (2, 3)}
    assert {rows: loader.is_settled(unit, entry(3)) for rows, loader in loaders.items()} == {2: False, 3: True}


@pytest.mark.parametrize(("one", "units"), [(LIST, ("2026-11-18", "2026-11-19")), (GROUPS, ("020000", "030200"))])
def test_lost_rows_are_found_and_the_hint_loads_the_list(engine, one, units):
    (check,) = described_checks.checks([one])
    with engine.begin() as connection:
        TABLE.create(connection)
        rows = [{"code": f"{number}", GROUP: units[-1], "is_active": number < 3} for number in range(4)]
        connection.execute(TABLE.insert(), rows)
        scope = Scope(connection, Calendar(), EVENING, [date(2026, 11, 20)], date(2026, 11, 20))
        note = text(
            "INSERT INTO unit_ledger (dataset, unit, status, row_count, attempts, run_id, asked_at)"
            " VALUES ('things', :unit, 'done', :rows, 1, 1, :at)"
        )
        connection.execute(note, [{"unit": unit, "rows": 3, "at": EVENING.replace(tzinfo=None)} for unit in units[-1:]])
        assert check.find(scope) == []
        connection.execute(text("DELETE FROM things WHERE code = '1'"))
        assert check.find(scope) == [{"목록": units[-1], "행": 2, "있어야_할_행": 3}]
        assert check.repair == "foresto things load"
        connection.rollback()
