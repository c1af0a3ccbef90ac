"""Manifests, folders and parts by somebody who means harm: refused by name, nothing changed inside or outside."""

import copy
import functools
import hashlib
import json
import os
import socket
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from foresto_cli.archive import export_folders, manifest, parquet
from foresto_cli.archive.export import export
from foresto_cli.archive.restore import restore
from foresto_cli.errors import Busy, ConfigError, UsageError, VerificationFailed, exit_code_of
from foresto_cli.store import copying
from foresto_cli.store.tables import metadata

REFUSED = (UsageError, VerificationFailed)
TABLES = ["data_source", "market_closure", "stock_price_daily"]
YEAR_PART = "stock_price_daily/year=2025/part-0.csv"
HOSTILE = [
    None, True, False, -1, 0, 1, 0.5, 2**63, 10**400, 1e308, [], [[]], {}, {"a": {}},
    "", " ", ".", "..", "../mine/thesis.txt", "data_source/../../mine/thesis.txt", "data_source//part-0.csv",
    "./data_source/part-0.csv", "DATA_SOURCE/part-0.csv", "data_source/PART-0.csv", "data_source/part-00.csv",
    "data_source/part-0.csv\n", "data_source/part-0.csv\0", "data_source\\part-0.csv", "data_source/part-０.csv",
    "\ud800", "\x1b[2J\x1b]0;x\x07", "[/red]", "\u202e\u2066", "x" * 200_000, "9" * 5_000, "foresto_meta",
    "pg_catalog.pg_class", 'a"; DROP TABLE stocks; --', "2026-13-45", "0000-00-00", "9999-12-31", "NaN", "٣",
]  # fmt: skip
RAW = {
    "nothing": b"",
    "no JSON": b"{",
    "no object": b"[]",
    "no UTF-8": b"\xff\xfe{}",
    "a BOM": b"\xef\xbb\xbf{}",
    "NUL": b"\0" * 100,
    "deep lists": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a long number": b'{"layout": ' + b"9" * 100_000 + b"}",
    "NaN": b'{"layout": NaN}',
    "infinity": b'{"layout": 1e999}',
    "a name twice": b'{"layout": 1, "layout": 1}',
    "too large": b" " * (9 * 1024 * 1024),
}


def quiet(*_):
    """No progress."""


def tree(folder):
    """What lies below ``folder``: kind, target or hash of everything, by path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        kept = str(path.readlink()) if path.is_symlink() else ""
        if path.is_file() and not path.is_symlink():
            kept = hashlib.sha256(path.read_bytes()).hexdigest()
        found[str(path.relative_to(folder))] = (mode, kept)
    return found


def rows(engine):
    """How many rows each table has."""
    counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in metadata.tables)
    with engine.connect() as connection:
        return dict(tuple(row) for row in connection.execute(text(counts)))


@pytest.fixture(scope="module")
def filled(shared_engine):
    """The module's database with a few rows, of two years."""
    with shared_engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO market_closure VALUES"
            " ('2025-01-27', true, '임시공휴일', now()), ('2026-06-03', true, '선거', now());"
            "INSERT INTO stock_price_daily (ticker, trade_date, open_price, high_price, low_price, close_price, volume,"
            " is_halted, quality_flag, source_id, batch_id, created_at, updated_at)"
            " SELECT '005930', day::date, 1, 1, 1, 1.5, 1, false, 'NORMAL', 'KRX', 1, now(), now()"
            " FROM unnest(ARRAY['2025-01-02', '2025-01-03', '2026-01-02']) day"
        )
    return shared_engine


@pytest.fixture(scope="module")
def empty_engine(server, template):
    from conftest import own_database

    from foresto_cli.store.engine import connected

    with own_database(server, template) as url, connected(url, sandbox=True) as found:
        yield found


@pytest.fixture(scope="module")
def pristine(filled, tmp_path_factory):
    """Content of an honest export by path, and its manifest."""
    out = tmp_path_factory.mktemp("pristine") / "out"
    export(filled, out, "csv", tables=TABLES, advance=quiet)
    kept = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    return kept, json.loads(kept["manifest.json"])


@pytest.fixture
def place(tmp_path, pristine):
    """A folder with an honest export in ``usb`` and somebody's own files beside it."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    for path, content in pristine[0].items():
        (tmp_path / "usb" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "usb" / path).write_bytes(content)
        (tmp_path / "usb" / path).chmod(0o600)
    return tmp_path


@pytest.fixture
def outwards(filled, place):
    return functools.partial(export, filled, place / "usb", "csv", tables=TABLES, advance=quiet)


@pytest.fixture
def inwards(empty_engine, place):
    return functools.partial(restore, empty_engine, place / "usb", sandbox=True, advance=quiet)


@pytest.fixture
def acts(outwards, inwards):
    """Both directions."""
    return outwards, inwards


def fields(said):
    """Yield every place of a manifest that has a value."""
    yield from ((name,) for name in said)
    yield from (("parts", number, name) for number in (0, len(said["parts"]) - 1) for name in said["parts"][number])
    yield from (("columns", table) for table in said["columns"])
    yield ("columns", "data_source", next(iter(said["columns"]["data_source"])))
    yield ("parts", 0)


def with_value(said, way, value):
    changed = copy.deepcopy(said)
    inner = functools.reduce(lambda found, step: found[step], way[:-1], changed)
    inner[way[-1]] = value
    return changed


def refusal_of(act):
    """The one sentence with which ``act`` is refused, or None when it is done."""
    try:
        act()
    except REFUSED as refusal:
        error = refusal
    else:
        return None
    assert exit_code_of(error) in {2, 65}
    assert len(str(error)) < 400
    assert str(error).isprintable(), ascii(str(error))
    return str(error)


def _values(hostile):
    return pytest.param(hostile, marks=pytest.mark.slow) if hostile is HOSTILE else hostile


@pytest.mark.long
@pytest.mark.parametrize("hostile", [_values(HOSTILE[::9]), _values(HOSTILE)], ids=["some", "all"])
def test_every_field_takes_every_hostile_value(place, acts, empty_engine, pristine, hostile):
    said, file = pristine[1], place / "usb" / "manifest.json"
    ways = list(fields(said))
    assert len(ways) > 28
    before, mine, nothing = tree(place / "usb"), tree(place / "mine"), rows(empty_engine)
    accepted = set()
    for way in ways:
        for value in hostile:
            for act in acts:
                file.write_text(json.dumps(with_value(said, way, value)))
                altered = tree(place / "usb")
                if refusal_of(act) is None:
                    accepted.add(way[-1])
                    assert set(tree(place / "usb")) == set(before)
                    _empty_again(empty_engine)
                else:
                    assert tree(place / "usb") == altered, (way, value)
        assert tree(place / "mine") == mine
        assert rows(empty_engine) == nothing, way
    # A plausible lie about rows, days or what there is costs nothing but writing again; a year may be none, and so may
    # the decimal places of CSV.
    assert accepted <= {"rows", "state", "size", "first_day", "last_day", "layout", "parts", "year", "places"}
    file.write_text(json.dumps(said))
    acts[0]()
    assert _parts(place / "usb") == {path: what for path, what in before.items() if path != "manifest.json"}


def _parts(folder):
    return {path: what for path, what in tree(folder).items() if path != "manifest.json"}


def _empty_again(engine):
    with engine.begin() as connection:
        for name in ("market_closure", "stock_price_daily", "price_sessions"):
            connection.exec_driver_sql(f"DELETE FROM {name}")


@pytest.mark.parametrize("content", RAW.values(), ids=RAW)
def test_what_is_no_manifest_is_refused(place, outwards, inwards, content):
    (place / "usb" / "manifest.json").write_bytes(content)
    before = tree(place)
    assert "manifest.json" in refusal_of(outwards)
    assert "manifest.json" in refusal_of(inwards)
    assert tree(place) == before


@pytest.mark.parametrize("name", ["revision", "parts", "columns", ("parts", 0, "sha256"), ("parts", 0, "path")])
def test_a_field_too_few_or_too_many_is_named(place, outwards, inwards, pristine, name):
    way = name if isinstance(name, tuple) else (name,)
    less, more = copy.deepcopy(pristine[1]), with_value(pristine[1], (*way[:-1], "surprise"), 1)
    inner = functools.reduce(lambda found, step: found[step], way[:-1], less)
    del inner[way[-1]]
    for said, word in ((less, way[-1]), (more, "surprise")):
        (place / "usb" / "manifest.json").write_text(json.dumps(said))
        assert word in refusal_of(outwards)
        assert word in refusal_of(inwards)


def test_a_part_that_is_named_twice_is_refused(place, outwards, inwards, pristine):
    said = copy.deepcopy(pristine[1])
    said["parts"].append(said["parts"][0])
    (place / "usb" / "manifest.json").write_text(json.dumps(said))
    assert "두 번" in refusal_of(outwards)
    assert "두 번" in refusal_of(inwards)


KINDS = {
    "link": lambda path, mine: path.symlink_to(mine / "thesis.txt"),
    "dangling link": lambda path, mine: path.symlink_to(mine / "new.txt"),
    "pipe": lambda path, _mine: os.mkfifo(path),
    "folder": lambda path, _mine: path.mkdir(),
    "socket": lambda path, _mine: _socket(path),
}


def _socket(path):
    # A socket's name is short: it is made elsewhere and moved.
    short = f"/tmp/foresto-{os.getpid()}.sock"  # noqa: S108  # of this test alone
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(short)
    Path(short).replace(path)


@pytest.mark.parametrize("path", [YEAR_PART, "data_source/part-0.csv", "manifest.json"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_is_no_plain_file_is_refused_and_nobody_waits(place, outwards, inwards, path, kind):
    (place / "usb" / path).unlink()
    kind(place / "usb" / path, place / "mine")
    before = tree(place)
    assert path in refusal_of(outwards)
    assert path in refusal_of(inwards)
    assert tree(place) == before


@pytest.mark.parametrize("path", ["data_source", "stock_price_daily/year=2025", "stock_price_daily"])
def test_a_folder_that_is_a_link_is_refused(place, outwards, inwards, path):
    (place / "usb" / path).rename(place / "mine" / "moved")
    (place / "usb" / path).symlink_to(place / "mine" / "moved")
    before = tree(place)
    assert path in refusal_of(outwards)
    assert path in refusal_of(inwards)
    assert tree(place) == before


def test_a_link_waits_where_a_new_part_would_go(filled, place):
    (place / "usb" / "stocks").symlink_to(place / "mine")
    before = tree(place)
    assert "stocks/part-0.csv" in refusal_of(
        functools.partial(export, filled, place / "usb", "csv", tables=["stocks", *TABLES], advance=quiet)
    )
    assert tree(place) == before


def test_the_folder_itself_may_be_a_link(filled, place):
    (place / "backup").symlink_to(place / "usb")
    export(filled, place / "backup", "csv", tables=TABLES, advance=quiet)
    assert (place / "backup").is_symlink()


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_a_damaged_part_is_written_again(place, outwards, pristine, damage):
    file = place / "usb" / "data_source" / "part-0.csv"
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"KRX", b"KRY") if damage is None else damage)
    outwards()
    assert file.read_bytes() == whole
    file.unlink()
    outwards()
    assert file.read_bytes() == whole


def test_a_damaged_part_that_would_be_kept_is_told_and_nothing_is_written(filled, place):
    (place / "usb" / YEAR_PART).write_bytes(b"short")
    before = tree(place)
    for more in ({"tables": ["data_source"]}, {"tables": TABLES, "since": date(2026, 1, 1)}):
        with pytest.raises(VerificationFailed, match="year=2025"):
            export(filled, place / "usb", "csv", advance=quiet, **more)
    assert tree(place) == before


def test_only_what_we_wrote_is_removed(place, outwards, pristine):
    said = copy.deepcopy(pristine[1])
    part = next(part for part in said["parts"] if part["path"] == YEAR_PART)
    gone, foreign = ("stock_price_daily/year=2019/part-0.csv", "stock_price_daily/year=2018/part-0.csv")
    for path, content in ((gone, (place / "usb" / YEAR_PART).read_bytes()), (foreign, b"precious")):
        (place / "usb" / path).parent.mkdir()
        (place / "usb" / path).write_bytes(content)
        year = int(path[23:27])
        said["parts"].append({**part, "path": path, "year": year, "first_day": None, "last_day": None})
    (place / "usb" / "manifest.json").write_text(json.dumps(said))
    outwards()
    assert not (place / "usb" / gone).parent.exists()
    assert (place / "usb" / foreign).read_bytes() == b"precious"
    assert len(manifest.read(place / "usb").parts) == len(pristine[1]["parts"])


def test_a_folder_of_somebody_elses_is_left_alone(filled, tmp_path):
    out = tmp_path / "photos"
    out.mkdir()
    (out / "stocks").mkdir()
    (out / "stocks" / "part-0.csv").write_text("mine")
    before = tree(tmp_path)
    assert "다른 파일" in refusal_of(functools.partial(export, filled, out, "csv", tables=TABLES, advance=quiet))
    assert tree(tmp_path) == before


def test_two_exports_into_one_folder_do_not_meet(place, outwards):
    with export_folders.entered(place / "usb", alone=True), pytest.raises(Busy, match="usb"):
        outwards()


def test_a_failure_in_the_middle_leaves_the_old_part_and_no_draft(filled, place, outwards, monkeypatch):
    def fails(*_, **__):
        raise OSError(28, "No space left on device")

    (place / "usb" / YEAR_PART).write_bytes(b"short")
    before = tree(place)
    monkeypatch.setattr(copying, "rows_out", fails)
    with pytest.raises(ConfigError, match="No space"):
        outwards()
    assert tree(place) == before


# --- parts ----------------------------------------------------------------------------------------------------------


def _declared(place, path, content):
    """Put ``content`` at ``path`` and let the manifest vouch for it."""
    file = place / "usb" / "manifest.json"
    said = json.loads(file.read_text())
    for part in said["parts"]:
        if part["path"] == path:
            part |= {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    (place / "usb" / path).write_bytes(content)
    file.write_text(json.dumps(said))


def _lines(content):
    return content.split(b"\n")


CSV = {
    "NUL": lambda text: text.replace(b"KRX", b"K\0X"),
    "no UTF-8": lambda text: text.replace(b"KRX", b"K\xffX"),
    "too long": lambda text: text.replace(b"KRX", b"K" * 100_000),
    "a column more": lambda text: text.replace(b"\n", b",x\n"),
    "a column less": lambda text: b"\n".join(line.rpartition(b",")[0] for line in _lines(text)),
    "columns turned": lambda text: b",".join(reversed(_lines(text)[0].split(b","))) + text[text.index(b"\n") :],
    "no header": lambda text: text.partition(b"\n")[2],
    "an open quote": lambda text: text + b'"',
    "a row twice": lambda text: text + _lines(text)[1] + b"\n",
    "a row less": lambda text: b"\n".join(_lines(text)[:-2]) + b"\n",
    "end of data": lambda text: text + b"\\.\n" + _lines(text)[1] + b"\n",
    "nothing": lambda _text: b"",
    "one endless line": lambda _text: b"x" * 3_000_000,
    "binary": lambda text: b"PGCOPY\n\xff\r\n\0" + text,
    "a large field": lambda text: text + b"," * 10 + b"y" * 2_000_000,
}


@pytest.mark.parametrize("change", CSV.values(), ids=CSV)
def test_a_hostile_csv_part_is_refused_whole(place, inwards, empty_engine, change):
    path, before = "data_source/part-0.csv", rows(empty_engine)
    content = change((place / "usb" / path).read_bytes())
    _declared(place, path, content)
    with pytest.raises(VerificationFailed, match=r"data_source/part-0\.csv") as refused:
        inwards()
    assert str(refused.value).isprintable()
    assert rows(empty_engine) == before


def test_an_export_without_its_parts_is_no_backup(place, inwards, empty_engine, pristine):
    before = rows(empty_engine)
    for parts in ([], pristine[1]["parts"][1:]):
        (place / "usb" / "manifest.json").write_text(json.dumps(pristine[1] | {"parts": parts}))
        assert "data_source" in refusal_of(inwards)
        assert rows(empty_engine) == before


def test_what_is_not_in_the_export_stays(filled, empty_engine, tmp_path):
    before = rows(empty_engine)
    assert before["data_source"]
    export(filled, tmp_path / "out", "csv", tables=["stocks"], advance=quiet)
    restore(empty_engine, tmp_path / "out", sandbox=True, advance=quiet)
    assert rows(empty_engine) == before


@pytest.mark.parametrize("value", ["2026-99-99", "infinity", "-infinity", "99999-01-01", "0044-03-15 BC", "x" * 3_000])
def test_a_value_beyond_its_type_names_the_file(place, inwards, empty_engine, value):
    content = (place / "usb" / YEAR_PART).read_text().replace("2025-01-03", value, 1)
    _declared(place, YEAR_PART, content.encode())
    with pytest.raises(VerificationFailed, match="stock_price_daily") as refused:
        inwards()
    assert value not in str(refused.value)
    assert rows(empty_engine)["stock_price_daily"] == 0


@pytest.fixture
def table():
    """An honest Parquet part of two columns, to be changed."""
    pa = pytest.importorskip("pyarrow")
    return pa.table({"a": pa.array(["x", "y"]), "b": pa.array([1, 2], pa.int64())})


def _read(path, rows=2):
    with path.open("rb") as stream:
        return b"".join(parquet.blocks(stream, {"a": "text", "b": "bigint"}, rows))


def test_an_honest_parquet_part_is_read(table, tmp_path):
    from pyarrow import parquet as writer

    writer.write_table(table, tmp_path / "part")
    assert _read(tmp_path / "part") == b'"x",1\n"y",2\n'


def _other_columns(pa, table):
    return table.rename_columns(["b", "a"])


def _one_more(pa, table):
    return table.append_column("c", pa.array([1, 2]))


def _other_type(pa, table):
    return table.set_column(1, "b", pa.array(["1", "2"]))


def _nested(pa, table):
    return table.set_column(1, "b", pa.array([[1], [2]]))


@pytest.mark.parametrize("change", [_other_columns, _one_more, _other_type, _nested])
def test_other_columns_and_types_are_refused(table, tmp_path, change):
    import pyarrow as pa
    from pyarrow import parquet as writer

    writer.write_table(change(pa, table), tmp_path / "part")
    with pytest.raises(parquet.BadPayload):
        _read(tmp_path / "part")


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" * 1_000, b"PAR1" + b"\xff" * 100 + b"\xff\xff\xff\x7fPAR1"])
def test_what_is_no_parquet_is_refused(tmp_path, content):
    (tmp_path / "part").write_bytes(content)
    with pytest.raises(parquet.BadPayload):
        _read(tmp_path / "part")


def test_a_damaged_parquet_part_never_raises_anything_else(table, tmp_path):
    from pyarrow import parquet as writer

    writer.write_table(table, tmp_path / "part")
    whole = (tmp_path / "part").read_bytes()
    for place in range(len(whole)):
        (tmp_path / "part").write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            _read(tmp_path / "part")
        except parquet.BadPayload:
            continue


def test_more_rows_than_declared_are_not_read(table, tmp_path):
    import pyarrow as pa
    from pyarrow import parquet as writer

    many = pa.table({"a": pa.array(["x"] * 1_000_000), "b": pa.array([1] * 1_000_000, pa.int64())})
    writer.write_table(many, tmp_path / "part")
    assert (tmp_path / "part").stat().st_size < 100_000
    with pytest.raises(parquet.BadPayload, match="1,000,000행"):
        _read(tmp_path / "part")


def test_a_short_file_that_unpacks_without_end_is_refused(tmp_path):
    """One text of a megabyte, named in 20,000 rows: 2 kB of file, 20 GB of text."""
    import pyarrow as pa
    from pyarrow import parquet as writer

    words = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), pa.array(["x" * 1_000_000]))
    writer.write_table(
        pa.table({"a": words, "b": pa.array([1] * 20_000, pa.int64())}), tmp_path / "part", compression="zstd"
    )
    assert (tmp_path / "part").stat().st_size < 20_000
    before = pa.total_allocated_bytes()
    with pytest.raises(parquet.BadPayload, match="바이트보다"):
        _read(tmp_path / "part", rows=20_000)
    assert pa.total_allocated_bytes() - before < 200_000_000


@pytest.mark.long
def test_one_huge_value_is_refused(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet as writer

    large = pa.table({"a": pa.array(["x" * 140_000_000, "y"]), "b": pa.array([1, 2], pa.int64())})
    writer.write_table(large, tmp_path / "part", compression="zstd", use_dictionary=False)
    assert (tmp_path / "part").stat().st_size < 100_000
    with pytest.raises(parquet.BadPayload, match="바이트보다"):
        _read(tmp_path / "part")
