"""``verify monthly`` says how old the last export of the whole is; who never exported hears nothing."""

from datetime import date, timedelta

import pytest
from support import EVENING

from foresto_cli import clock
from foresto_cli.archive import last_export
from foresto_cli.archive.export import export
from foresto_cli.archive.restore import restore
from foresto_cli.verify import verification


def quiet(*_):
    """No progress."""


def told(engine, days):
    clock.pretend(EVENING + timedelta(days=days))
    with engine.connect() as connection:
        return last_export.notes(connection)


@pytest.fixture(autouse=True)
def _evening():
    clock.pretend(EVENING)


def test_who_never_exported_hears_nothing(engine):
    assert told(engine, 0) == []


def test_the_age_is_told_and_after_a_month_what_to_do(engine, tmp_path):
    export(engine, tmp_path / "out", "csv", advance=quiet)
    assert told(engine, 3) == ["마지막 내보내기(백업): 2026-11-20, 3일 전."]
    assert "foresto db backup" not in told(engine, 35)[0]
    assert told(engine, 36) == [
        "마지막 내보내기(백업): 2026-11-20, 36일 전. 한 달이 지났으니 다시 백업하세요: foresto db backup 폴더"
    ]
    clock.pretend(EVENING + timedelta(days=40))
    export(engine, tmp_path / "out", "csv", advance=quiet)
    assert "40일" not in told(engine, 40)[0]


def test_what_is_no_backup_is_not_one(engine, tmp_path):
    export(engine, tmp_path / "some", "csv", tables=["stocks"], advance=quiet)
    export(engine, tmp_path / "sheet", "spreadsheet", advance=quiet)
    export(engine, tmp_path / "new", "csv", since=date(2026, 1, 1), advance=quiet)
    assert told(engine, 0) == []
    export(engine, tmp_path / "all", "csv", advance=quiet)
    clock.pretend(EVENING + timedelta(days=10))
    export(engine, tmp_path / "all", "csv", since=date(2026, 1, 1), advance=quiet)
    assert told(engine, 12)[0].endswith("2일 전.")


def test_a_database_that_is_made_of_an_export_knows_it(engine, tmp_path):
    export(engine, tmp_path / "out", "csv", advance=quiet)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM foresto_meta WHERE key = 'exported_at'")
    assert told(engine, 0) == []
    restore(engine, tmp_path / "out", sandbox=True, advance=quiet)
    assert told(engine, 1)[0].endswith("1일 전.")


@pytest.mark.long
def test_verify_monthly_says_it_and_the_others_do_not(loaded, tmp_path):
    export(loaded.app.engine, tmp_path / "out", "csv", advance=quiet)
    assert "마지막 내보내기(백업): 2026-11-20, 0일 전." in verification.verify_monthly(loaded.app).notes
    assert not any("내보내기" in note for note in verification.verify_weekly(loaded.app).notes)
