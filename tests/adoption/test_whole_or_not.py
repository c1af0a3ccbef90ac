"""Taking over is whole or not at all: faults anywhere, whoever is refused, and odd databases."""

import json

import psycopg
import pytest
from adoption.taking import content, scalar, take_over
from conftest import own_database
from sqlalchemy import event, text
from support import result_of, run_foresto

from foresto_cli.errors import Busy, StoreUnavailable, UsageError, VerificationFailed
from foresto_cli.store.engine import as_it_is, connected

pytestmark = pytest.mark.slow

# Whole or not at all.


def test_a_dry_run_reports_the_same_and_changes_nothing(old):
    before = content(old)
    seen = take_over(old, dry_run=True)
    assert content(old) == before
    done = take_over(old)
    assert [vars(one) for one in seen.moved] == [vars(one) for one in done.moved]


FAULTS = (
    "ALTER TABLE stock_price_daily RENAME",
    "CREATE TABLE foresto_meta",
    "CREATE VIEW financial_statement",
    "INSERT INTO data_collection_log",
    "INSERT INTO stock_price_daily",
    "INSERT INTO credit_loan_options",
    "INSERT INTO alpha_vantage_timeseries",
    "UPDATE data_collection_log",
)


def test_a_failure_anywhere_changes_nothing(old):
    before = content(old)
    for statement in FAULTS:
        struck = []

        def strike(_connection, _cursor, sql, *_, statement=statement, struck=struck):
            if statement in sql.replace("\n", " "):
                struck.append(sql)
                raise VerificationFailed("the lights went out")

        event.listen(old, "before_cursor_execute", strike)
        with pytest.raises(VerificationFailed, match="the lights went out"):
            take_over(old)
        event.remove(old, "before_cursor_execute", strike)
        assert struck, statement
        assert content(old) == before, statement


def test_a_lost_connection_changes_nothing(old, server):
    before = content(old)

    def cut(number, _total, _table):
        if number == 5:
            with psycopg.connect(server, autocommit=True) as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [old.url.database]
                )

    with pytest.raises(VerificationFailed):
        take_over(old, advance=cut)
    assert content(old) == before


def test_a_value_that_is_not_understood_changes_nothing(old):
    with old.begin() as connection:
        connection.execute(text("ALTER TABLE bonds ALTER COLUMN interest_rate TYPE text"))
        connection.execute(text("UPDATE alpha_vantage_stocks SET name = 'x'"))
        connection.execute(text("ALTER TABLE etfs ALTER COLUMN current_price TYPE text"))
        connection.execute(text("UPDATE etfs SET current_price = 'much'"))
    before = content(old)
    with pytest.raises(VerificationFailed, match="아무것도 바꾸지"):
        take_over(old)
    assert content(old) == before


# Who is refused.


def test_a_foresto_database_a_stranger_s_and_an_empty_one_are_refused(old, engine, server):
    take_over(old)
    with pytest.raises(UsageError, match="이미 foresto"):
        take_over(old)
    with pytest.raises(UsageError, match="모의 환경"):
        take_over(engine)
    with own_database(server, "template0") as url, as_it_is(url) as stranger:
        with pytest.raises(UsageError, match="빈 데이터베이스"):
            take_over(stranger)
        with stranger.begin() as connection:
            connection.execute(text("CREATE TABLE stocks (id int)"))
        with pytest.raises(UsageError, match="옛 시스템의 데이터베이스가 아닙니다"):
            take_over(stranger)


def test_a_predecessor_that_runs_is_refused_unless_told(old, old_url):
    with psycopg.connect(old_url, application_name="uvicorn"):
        with pytest.raises(Busy, match="uvicorn"):
            take_over(old)
        assert take_over(old, while_connected=True).run_id


def test_other_commands_name_the_way_and_change_nothing(old, old_url):
    before = content(old)
    with pytest.raises(StoreUnavailable, match="db adopt"), connected(old_url, sandbox=False):
        pass
    assert content(old) == before


# What live databases look like beside the declarations.


def test_columns_that_nobody_made_and_another_shape_are_no_obstacle(old):
    with old.begin() as connection:
        connection.execute(text("DROP VIEW my_movers"))
        connection.execute(text("ALTER TABLE fdr_stock_listing DROP COLUMN marcap, DROP COLUMN crno"))
        connection.execute(text("ALTER TABLE stock_price_daily DROP CONSTRAINT chk_stock_price_close_positive"))
        connection.execute(text("UPDATE stock_price_daily SET close_price = 0 WHERE ticker = '035720'"))
        connection.execute(text("ALTER TABLE data_collection_log ALTER COLUMN detail TYPE jsonb"))
        connection.execute(text("ALTER TABLE stocks ALTER COLUMN created_at TYPE timestamptz"))
        connection.execute(text("DROP TABLE dividend_history"))
        connection.execute(
            text("CREATE TABLE dividend_history (ticker text, fiscal_year int, dividend_per_share numeric)")
        )
        connection.execute(text("INSERT INTO dividend_history VALUES ('005930', 2020, 1416)"))
        connection.execute(text("DROP TABLE market_email_log"))
    report = take_over(old)
    found = {one.old: one for one in report.moved}
    assert found["dividend_history"].stayed == {"표의 모양이 다름": 1}
    assert found["stock_price_daily"].stayed["종가가 0 이하"] == 2
    assert scalar(old, "SELECT market_cap FROM stocks WHERE ticker = '005930'") is None
    assert "market_email_log" not in found


def test_the_command_previews_and_takes_over(home, old_url):
    seen = run_foresto(home, "db", "adopt", "--dry-run", "--json", DATABASE_URL=old_url)
    assert (seen.returncode, result_of(seen)["dry_run"]) == (0, True)
    done = run_foresto(home, "db", "adopt", DATABASE_URL=old_url)
    assert done.returncode == 0, done.stderr
    assert "✓ 넘겨받았습니다" in done.stdout
    again = run_foresto(home, "db", "adopt", "--json", DATABASE_URL=old_url)
    assert (again.returncode, json.loads(again.stdout)["exit_code"]) == (2, 2)
    refused = run_foresto(home, "--sandbox", "db", "adopt")
    assert refused.returncode == 2
    assert run_foresto(home, "db", "adopt").returncode == 78
