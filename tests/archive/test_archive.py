"""The database as files and back: exact, incremental, never half."""

import csv
import io
import json
import subprocess
from datetime import date

import psycopg
import pytest
from conftest import opener, own_database
from sqlalchemy import Numeric
from support import result_of, run_foresto

from foresto_cli import clock
from foresto_cli.archive import manifest, parquet
from foresto_cli.archive.dump import dump
from foresto_cli.archive.export import export
from foresto_cli.archive.restore import restore
from foresto_cli.errors import ConfigError, UsageError, VerificationFailed
from foresto_cli.loading import load_listed, load_prices
from foresto_cli.running.job import Options
from foresto_cli.store.binaries import MAJOR, binaries
from foresto_cli.store.engine import connected
from foresto_cli.store.tables import metadata

FORMATS = ("parquet", "csv")
PRICES = ["stock_price_daily"]
MAY = date(2026, 5, 1)
MARKET = {"sessions": 240, "patience": 1}


def quiet(*_):
    """No progress."""


def content(engine):
    """A fingerprint of every table that an export holds; 1.50 and 1.5 are one number."""
    found = {}
    with engine.connect() as connection:
        for name, table in metadata.tables.items():
            if name == "foresto_meta":
                continue
            values = ", ".join(_exact(column) for column in table.columns)
            rows = f"(SELECT {values} FROM {name}) row"
            query = f"SELECT count(*), md5(string_agg(row::text, '|' ORDER BY row::text)) FROM {rows}"
            found[name] = connection.exec_driver_sql(query).one()
    return found


def _exact(column):
    exact = isinstance(column.type, Numeric) and column.type.asdecimal
    return f"trim_scale({column.name})" if exact else column.name


@pytest.fixture(scope="module")
def market_template(server, template, private_tmp):
    """The name of a database with a market in it, two calendar years of sessions included, to copy."""
    with own_database(server, template, name="template_archive") as url:
        with connected(url, sandbox=True) as engine, opener(engine, private_tmp / "archive")(**MARKET) as world:
            days = world.sandbox.market.sessions
            load_listed.load_stocks(world.app, Options())
            for start, end in ((days[0], days[1]), (days[-3], days[-1])):
                load_prices.load_prices_between(world.app, start, end, None, Options())
            world.execute("UPDATE stock_price_daily SET name = '' WHERE ticker = '005930'")
            world.execute("UPDATE stock_price_daily SET name = E'줄\\n\"바꿈\", 따옴표' WHERE ticker = '000660'")
        clock.pretend(None)
        yield "template_archive"


@pytest.fixture
def loaded(server, market_template, tmp_path):
    with (
        own_database(server, market_template) as url,
        connected(url, sandbox=True) as engine,
        opener(engine, tmp_path)(**MARKET) as world,
    ):
        yield world


@pytest.fixture
def empty(engine):
    return engine


@pytest.mark.long
@pytest.mark.parametrize("file_format", FORMATS)
def test_a_round_trip_is_exact(loaded, empty, tmp_path, file_format):
    export(loaded.app.engine, tmp_path / "out", file_format, advance=quiet)
    restore(empty, tmp_path / "out", sandbox=True, advance=quiet)
    assert content(empty) == content(loaded.app.engine)
    with empty.begin() as connection:
        newest = connection.exec_driver_sql("SELECT max(batch_id) FROM data_load_batch").scalar()
        assert connection.exec_driver_sql("SELECT nextval('data_load_batch_batch_id_seq')").scalar() == newest + 1


def test_other_tools_read_the_partitions(loaded, tmp_path):
    import duckdb
    import pandas as pd

    export(loaded.app.engine, tmp_path / "out", "parquet", advance=quiet)
    place = tmp_path / "out" / "stock_price_daily"
    query = f"SELECT year, count(*), sum(close_price) FROM '{place}/*/*.parquet' GROUP BY year ORDER BY year"
    wanted = loaded.rows(
        "SELECT extract(year FROM trade_date)::int, count(*), sum(close_price) FROM stock_price_daily"
        " GROUP BY 1 ORDER BY 1"
    )
    assert len(wanted) == 2
    with duckdb.connect() as own:
        found = own.execute(query).fetchall()
    assert [(int(year), rows, total) for year, rows, total in found] == wanted
    assert len(pd.read_parquet(place)) == sum(row[1] for row in wanted)


def test_all_years_of_a_column_have_one_type_whatever_each_holds(loaded, tmp_path):
    """DuckDB reads the later files by the type of the first one, and would round 1234.5678 to 1235 without a word."""
    import duckdb
    from pyarrow import dataset

    out = tmp_path / "out"
    export(loaded.app.engine, out, "parquet", tables=PRICES, advance=quiet)
    exact = "UPDATE stock_price_daily SET close_price = 1234.5678 WHERE ticker = '005930' AND trade_date = '2026-11-20'"
    loaded.execute(exact)
    # The earlier year is left alone by --since, unless its type would no longer fit.
    export(loaded.app.engine, out, "parquet", tables=PRICES, since=MAY, advance=quiet)
    place = out / "stock_price_daily"
    files = sorted(place.glob("*/*.parquet"))
    assert len(files) == 2
    assert len({f"{dataset.dataset(file).schema.field('close_price').type}" for file in files}) == 1
    query = f"SELECT max(close_price) FROM '{place}/*/*.parquet' WHERE ticker = '005930' AND trade_date = '2026-11-20'"
    with duckdb.connect() as own:
        assert f"{own.execute(query).fetchone()[0]}" == "1234.5678"
    assert dataset.dataset(place).to_table().num_rows == loaded.scalar("SELECT count(*) FROM stock_price_daily")
    assert set(manifest.read(out).places["stock_price_daily"]) >= {"close_price", "adj_close_price"}


def test_the_next_export_writes_only_what_changed(loaded, tmp_path):
    out = tmp_path / "out"
    first = export(loaded.app.engine, out, "parquet", advance=quiet)
    written = {part.path: (out / part.path).stat().st_mtime_ns for part in first.parts}
    loaded.execute(
        "UPDATE stock_price_daily SET volume = volume + 1 WHERE ticker = '005930' AND trade_date = '2026-11-20'"
    )
    second = export(loaded.app.engine, out, "parquet", advance=quiet)
    changed = {part.path for part in second.parts if (out / part.path).stat().st_mtime_ns != written.get(part.path)}
    assert changed == {"stock_price_daily/year=2026/part-0.parquet"}
    assert all(manifest.checksum(out / part.path) == part.sha256 for part in manifest.read(out).parts)


def test_since_leaves_earlier_years_as_they_are(loaded, tmp_path):
    out = tmp_path / "out"
    later = export(loaded.app.engine, out, "csv", tables=PRICES, since=MAY, advance=quiet)
    assert [part.path for part in later.parts] == ["stock_price_daily/year=2026/part-0.csv"]
    both = export(loaded.app.engine, out, "csv", tables=PRICES, advance=quiet)
    assert [part.year for part in both.parts] == [2025, 2026]
    kept = export(loaded.app.engine, out, "csv", tables=PRICES, since=MAY, advance=quiet)
    assert [part.year for part in kept.parts] == [2025, 2026]


def test_the_manifest_tells_rows_days_and_types(loaded, tmp_path):
    export(loaded.app.engine, tmp_path / "out", "csv", tables=PRICES, advance=quiet)
    found = json.loads((tmp_path / "out" / "manifest.json").read_text())
    part = found["parts"][-1]
    assert (part["first_day"], part["last_day"]) == ("2026-11-18", "2026-11-20")
    assert part["rows"] == loaded.scalar("SELECT count(*) FROM stock_price_daily WHERE trade_date >= '2026-01-01'")
    assert found["columns"]["stock_price_daily"]["close_price"] == "numeric"
    assert (tmp_path / "out" / part["path"]).stat().st_mode & 0o777 == 0o600


def test_an_altered_file_is_refused_and_nothing_is_written(loaded, empty, tmp_path):
    out = tmp_path / "out"
    found = export(loaded.app.engine, out, "csv", advance=quiet)
    before = content(empty)
    file = out / next(part.path for part in found.parts if part.table == "stocks")
    file.write_text(file.read_text().replace("KOSPI", "KOSDAQ", 1))
    with pytest.raises(VerificationFailed, match="sha256"):
        restore(empty, out, sandbox=True, advance=quiet)
    assert content(empty) == before


def test_a_failure_in_the_middle_leaves_the_database_empty(loaded, empty, tmp_path):
    out = tmp_path / "out"
    found = export(loaded.app.engine, out, "csv", advance=quiet)
    before = content(empty)
    last = found.parts[-1]
    broken = [*found.parts[:-1], type(last)(**{**vars(last), "rows": last.rows + 1})]
    manifest.write(out, type(found)(**{**vars(found), "parts": broken}))
    with pytest.raises(VerificationFailed, match="행이어야"):
        restore(empty, out, sandbox=True, advance=quiet)
    assert content(empty) == before


def test_a_database_with_rows_and_the_other_world_are_refused(loaded, empty, tmp_path):
    out = tmp_path / "out"
    export(loaded.app.engine, out, "csv", advance=quiet)
    with pytest.raises(UsageError, match="비어 있지"):
        restore(loaded.app.engine, out, sandbox=True, advance=quiet)
    with pytest.raises(UsageError, match="섞을 수"):
        restore(empty, out, sandbox=False, advance=quiet)


def test_who_looked_around_first_may_still_import(loaded, empty, tmp_path):
    out = tmp_path / "out"
    export(loaded.app.engine, out, "csv", advance=quiet)
    with empty.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO upstream_usage VALUES ('krx', '2026-11-20', 1);"
            "INSERT INTO ops_alert"
            " (alert_type, subject, alert_level, alert_title, alert_message, created_at, last_seen_at)"
            " VALUES ('auth', 'krx', 'critical', 't', 'm', now(), now());"
            "INSERT INTO alert_delivery SELECT alert_id, 'slack', now(), now(), 'critical', NULL FROM ops_alert;"
            "INSERT INTO notify_channel (channel, succeeded_at) VALUES ('slack', now());"
            "INSERT INTO scheduled_job VALUES ('weekday', 'cron', 'here', now())"
        )
    restore(empty, out, sandbox=True, advance=quiet)
    assert content(empty) == content(loaded.app.engine)


def test_a_path_that_leaves_the_folder_is_refused(loaded, empty, tmp_path):
    out = tmp_path / "out"
    found = export(loaded.app.engine, out, "csv", tables=["stocks"], advance=quiet)
    (tmp_path / "stolen.csv").write_text("")
    parts = [type(part)(**{**vars(part), "path": "../stolen.csv"}) for part in found.parts]
    manifest.write(out, type(found)(**{**vars(found), "parts": parts}))
    with pytest.raises(UsageError, match=r"모르는 것.*stolen"):
        restore(empty, out, sandbox=True, advance=quiet)


def test_strange_folders_tables_and_formats_are_refused(loaded, tmp_path):
    engine = loaded.app.engine
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("mine")
    with pytest.raises(UsageError, match="다른 파일"):
        export(engine, tmp_path / "mine", "csv", advance=quiet)
    with pytest.raises(UsageError, match="no_such"):
        export(engine, tmp_path / "out", "csv", tables=["no_such"], advance=quiet)
    with pytest.raises(UsageError, match="--format"):
        export(engine, tmp_path / "out", "xlsx", advance=quiet)
    export(engine, tmp_path / "out", "csv", tables=["stocks"], advance=quiet)
    with pytest.raises(UsageError, match="csv 내보내기"):
        export(engine, tmp_path / "out", "parquet", tables=["stocks"], advance=quiet)


def test_without_pyarrow_the_advice_is_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"pyarrow>="):
        parquet.require()


def test_a_dump_is_restored_by_postgresql_itself(loaded, server, tmp_path):
    size = dump(loaded.app.engine, tmp_path / "all.dump")
    assert size > 10_000
    assert (tmp_path / "all.dump").stat().st_mode & 0o777 == 0o600
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("CREATE DATABASE restored")
    target = server.replace("/foresto?", "/restored?")
    tool = binaries() / "pg_restore"
    subprocess.run([tool, "--no-owner", "--dbname", target, tmp_path / "all.dump"], check=True, capture_output=True)
    with connected(target, sandbox=True) as again:
        assert content(again) == content(loaded.app.engine)
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("DROP DATABASE restored WITH (FORCE)")


@pytest.mark.slow
def test_the_commands_say_what_they_did(home, tmp_path):
    run_foresto(home, "--sandbox", "stocks", "load")
    done = run_foresto(home, "--sandbox", "db", "export", str(tmp_path / "out"), "--format", "csv", "--json")
    assert done.returncode == 0
    assert result_of(done)["rows"] > 100
    shown = run_foresto(home, "--sandbox", "db", "dump", "--out", str(tmp_path / "x.dump"))
    assert f"PostgreSQL {MAJOR} 이상의 pg_restore" in shown.stdout
    assert f"{binaries() / 'pg_restore'}" in shown.stdout
    assert f"PostgreSQL {MAJOR} 이상의 pg_restore" in run_foresto(home, "db", "dump", "--help").stdout
    refused = run_foresto(home, "--sandbox", "db", "import", str(tmp_path / "out"))
    assert refused.returncode == 2
    assert "비어 있지" in refused.stderr


def test_no_text_is_a_formula_in_what_is_for_spreadsheets(engine, tmp_path):
    names = ["=1+1", "+82", "-가", "@SUM(A1)", "\uff1d1", "보통", "a=b"]
    with engine.begin() as connection:
        for number, name in enumerate(names):
            connection.exec_driver_sql(
                "INSERT INTO stocks (ticker, name, market, sector, is_active, batch_id, created_at, updated_at)"
                f" VALUES ('{number:06}', '{name}', 'KOSPI', '기타', true, 1, now(), now())"
            )
    export(engine, tmp_path / "out", "spreadsheet", tables=["stocks"], advance=quiet)
    content = (tmp_path / "out" / "stocks" / "part-0.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    found = [row["name"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))]
    assert found == ["'=1+1", "'+82", "'-가", "'@SUM(A1)", "'\uff1d1", "보통", "a=b"]
    export(engine, tmp_path / "plain", "csv", tables=["stocks"], advance=quiet)
    plain = (tmp_path / "plain" / "stocks" / "part-0.csv").read_text("utf-8")
    assert [row["name"] for row in csv.DictReader(io.StringIO(plain))] == names
    with pytest.raises(UsageError, match="스프레드시트"):
        restore(engine, tmp_path / "out", sandbox=True, advance=quiet)
