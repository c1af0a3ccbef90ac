"""Exports for analysis: types, folders a year, views, parts, one DuckDB file; and a backup stays a backup."""

import json
from datetime import date

import pytest
from support import run_foresto

from foresto_cli.archive import analysis, command, restore
from foresto_cli.archive.analysis import Wanted
from foresto_cli.errors import ConfigError, UsageError

duckdb = pytest.importorskip("duckdb")
parquet = pytest.importorskip("pyarrow.parquet")


def quiet(*_):
    pass


@pytest.fixture
def place(tmp_path):
    """A folder with nothing else in it."""
    found = tmp_path / "place"
    found.mkdir()
    return found


EVERYTHING = Wanted()


def written(world, folder, wanted=EVERYTHING, file_format="parquet"):
    return analysis.export(world.app.engine, folder, wanted, file_format, quiet)


def test_numbers_are_floats_days_are_days_and_prices_lie_in_folders_a_year(loaded, tmp_path):
    parts = written(loaded, tmp_path / "out")
    assert {part.name for part in parts} == set(analysis.names())
    (prices,) = (part for part in parts if part.name == "stock_price_daily")
    assert prices.path == "stock_price_daily/year=2026/part-0.parquet"
    found = parquet.ParquetFile(tmp_path / "out" / prices.path).schema_arrow
    types = {
        name: str(found.field(name).type) for name in ("ticker", "trade_date", "close_price", "volume", "updated_at")
    }
    assert types == {
        "ticker": "string", "trade_date": "date32[day]", "close_price": "double", "volume": "int64",
        "updated_at": "timestamp[us]",
    }  # fmt: skip
    for part in parts:
        assert "decimal" not in str(parquet.ParquetFile(tmp_path / "out" / part.path).schema_arrow)
        assert part.rows == loaded.scalar(f"SELECT count(*) FROM {part.name}")


def test_duckdb_reads_the_folders_and_gets_what_is_stored(loaded, tmp_path):
    written(loaded, tmp_path / "out", Wanted(names=["price_adjusted"]))
    query = f"SELECT count(*), sum(close_price), min(year) FROM '{tmp_path}/out/price_adjusted/*/*.parquet'"
    with duckdb.connect() as own:
        count, total, year = own.execute(query).fetchone()
    ours = loaded.rows("SELECT count(*), CAST(sum(close_price) AS double precision) FROM price_adjusted")
    assert [(count, pytest.approx(total))] == ours
    assert year == 2026


def test_a_part_is_cut_out_by_day_and_stock(loaded, tmp_path):
    wanted = Wanted(first=date(2026, 11, 10), last=date(2026, 11, 12), tickers=["005930", "000660"])
    parts = written(loaded, tmp_path / "out", wanted)
    names = {part.name for part in parts}
    assert {"stock_price_daily", "price_adjusted", "valuation_daily"} <= names
    assert "bonds" not in names
    frame = parquet.read_table(tmp_path / "out" / "price_adjusted").to_pydict()
    assert set(frame["ticker"]) == {"005930", "000660"}
    assert (min(frame["trade_date"]), max(frame["trade_date"])) == (date(2026, 11, 10), date(2026, 11, 12))
    with pytest.raises(UsageError, match="bonds에는 trade_date"):
        written(loaded, tmp_path / "other", Wanted(names=["bonds"], first=date(2026, 11, 10)))


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(names=["no_such"]),
        Wanted(names=["foresto_meta"]),
        Wanted(tickers=["' OR true --"]),
        Wanted(tickers=["5930"]),
        Wanted(first=date(2026, 2, 1), last=date(2026, 1, 1)),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(loaded, tmp_path, wanted):
    with pytest.raises(UsageError):
        written(loaded, tmp_path / "out", wanted)
    assert not (tmp_path / "out").exists()


def test_the_next_export_replaces_its_own_files_and_touches_no_other(loaded, tmp_path):
    out = tmp_path / "out"
    written(loaded, out, Wanted(names=["stocks", "bonds"]))
    written(loaded, out, Wanted(names=["stocks"]))
    assert (out / "bonds" / "part-0.parquet").exists()
    written(loaded, out, Wanted(names=["stocks"]), "csv")
    assert json.loads((out / analysis.LIST).read_text())["files"] == ["bonds/part-0.parquet", "stocks/part-0.csv"]
    assert [path.name for path in (out / "stocks").iterdir()] == ["part-0.csv"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(UsageError, match="다른 파일"):
        written(loaded, tmp_path / "mine")


def test_years_before_since_stay_as_they_are(loaded, tmp_path):
    out = tmp_path / "out"
    written(loaded, out, Wanted(names=["stock_price_daily"]))
    file = out / "stock_price_daily" / "year=2026" / "part-0.parquet"
    before = file.read_bytes()
    loaded.execute("UPDATE stock_price_daily SET close_price = close_price + 1")
    assert written(loaded, out, Wanted(names=["stock_price_daily"], since=date(2027, 1, 1))) == []
    assert file.read_bytes() == before


def test_one_duckdb_file_has_everything_with_its_meaning(loaded, place):
    target = place / "market.duckdb"
    found = command.export(loaded.app, None, Wanted(), "parquet", duckdb=target, exact=False)
    assert found["tables"] == len(analysis.names())
    assert [path.name for path in place.iterdir()] == ["market.duckdb"]
    with duckdb.connect(target, read_only=True) as database:
        assert database.execute("SELECT count(*) FROM stock_price_daily").fetchone()[0] == loaded.scalar(
            "SELECT count(*) FROM stock_price_daily"
        )
        said = "SELECT comment FROM duckdb_tables() WHERE table_name = 'stock_price_daily'"
        assert "한 종목의 한 거래일" in database.execute(said).fetchone()[0]
        assert str(database.sql("SELECT close_price FROM price_adjusted").types[0]) == "DOUBLE"


def test_a_duckdb_file_is_replaced_whole_or_not_at_all(loaded, place, monkeypatch):
    target = place / "market.duckdb"
    target.write_text("before")
    wanted = Wanted(names=["stocks"])

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(ConfigError, match="쓸 수 없습니다"):
        command.export(loaded.app, None, wanted, "parquet", duckdb=target, exact=False)
    assert target.read_text() == "before"
    assert [path.name for path in place.iterdir()] == ["market.duckdb"]
    with pytest.raises(ConfigError):
        command.export(loaded.app, None, wanted, "parquet", duckdb=place / "no" / "x", exact=False)


def test_a_backup_stays_a_backup_whatever_is_exported_into_its_folder(loaded, tmp_path):
    out = tmp_path / "backup"
    assert command.backup(loaded.app, out, "parquet")["exact"] is True
    again = command.export(loaded.app, out, Wanted(), "parquet", duckdb=None, exact=False)
    assert again["exact"] is True
    with restore.checked(out, sandbox=True):
        pass
    with pytest.raises(UsageError, match="백업 폴더"):
        command.export(loaded.app, out, Wanted(tickers=["005930"]), "parquet", duckdb=None, exact=False)


def test_an_export_for_analysis_is_no_backup_and_says_so(loaded, tmp_path):
    written(loaded, tmp_path / "out", Wanted(names=["stocks"]))
    with pytest.raises(UsageError, match="db backup"), restore.checked(tmp_path / "out", sandbox=True):
        pass


@pytest.mark.parametrize(
    ("folder", "given"),
    [
        (None, {"duckdb": None, "exact": False}),
        ("out", {"duckdb": "x", "exact": True}),
    ],
)
def test_what_does_not_go_together_is_refused(loaded, tmp_path, folder, given):
    given["duckdb"] = given["duckdb"] and tmp_path / given["duckdb"]
    with pytest.raises(UsageError):
        command.export(loaded.app, folder and tmp_path / folder, Wanted(), "parquet", **given)


@pytest.mark.long
def test_the_command_exports_a_stock(copied_home, fresh_home, tmp_path):
    with copied_home(fresh_home) as home:
        out = str(tmp_path / "out")
        done = run_foresto(home, "--sandbox", "db", "export", out, "--table", "stocks", "--json")
        assert json.loads(done.stdout)["exact"] is False
        wrong = run_foresto(home, "--sandbox", "db", "export", out, "--ticker", "x")
        assert wrong.returncode == 2
        assert run_foresto(home, "--sandbox", "db", "backup", str(tmp_path / "b"), "--json").returncode == 0
        assert run_foresto(home, "--sandbox", "db", "export").returncode == 2
