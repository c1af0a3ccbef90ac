"""Rows given out: each form says the same values, is whole or not there, and no text becomes a formula."""

import csv
import io
import json
import os
import re
import stat
import sys
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from foresto_cli import console as consoles
from foresto_cli.console import Console
from foresto_cli.errors import ConfigError, Interrupted, UsageError
from foresto_cli.output import as_excel, on_screen
from foresto_cli.output.give import Form, give
from foresto_cli.output.rows import Column, Kind, Rows, from_mappings

COLUMNS = (
    Column("ticker", "종목코드"),
    Column("name", "종목명"),
    Column("trade_date", "거래일", Kind.DAY),
    Column("close_price", "종가, 원", Kind.NUMBER),
    Column("volume", "거래량", Kind.WHOLE),
    Column("is_active", "상장", Kind.TRUTH),
    Column("updated_at", "바뀐 때", Kind.MOMENT),
)
MOMENT = datetime(2026, 11, 20, 16, 30, 5)
FIRST = ("005930", "삼성전자", date(2026, 11, 20), Decimal("71500.50"), 12_345_678, True, MOMENT)
SECOND = ("000020", '=cmd|"/c calc"!A0', None, Decimal("1E+3"), 0, False, None)
NS = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def rows(*found):
    return Rows(COLUMNS, iter(found or (FIRST, SECOND)))


def stdout(monkeypatch, *, terminal=False, encoding="utf-8"):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    stream.isatty = lambda: terminal
    monkeypatch.setattr(sys, "stdout", stream)
    return stream


def written(stream):
    stream.flush()
    return stream.buffer.getvalue()


def sheet_of(file):
    """The cells of an Excel file: (type, style, text) by place; formulas would be found as ``f``."""
    with zipfile.ZipFile(file) as packed:
        root = ET.fromstring(packed.read("xl/worksheets/sheet1.xml"))  # noqa: S314  # our own file
    found = {}
    for cell in root.iter(f"{{{NS['x']}}}c"):
        assert cell.find("x:f", NS) is None, "a formula"
        texts = [node.text or "" for node in cell.iter() if node.tag.endswith(("}t", "}v"))]
        found[cell.get("r")] = (cell.get("t"), cell.get("s"), "".join(texts))
    return found


# --- CSV ------------------------------------------------------------------------------------------------------------


def test_csv_says_every_value_exactly(tmp_path):
    file = tmp_path / "out.csv"
    assert give(Console(), rows(), Form(csv=str(file)))["count"] == 2
    assert file.read_bytes().decode() == (
        "ticker,name,trade_date,close_price,volume,is_active,updated_at\n"
        "005930,삼성전자,2026-11-20,71500.50,12345678,true,2026-11-20 16:30:05\n"
        '000020,"=cmd|""/c calc""!A0",,1000,0,false,\n'
    )


def test_csv_tells_null_from_an_empty_text_and_any_reader_gets_every_text_back(tmp_path):
    texts = ["", ",", '"', "a\nb", " blank ", "\r", "\\.", "가,나", "\tx", "'"]
    file = tmp_path / "out.csv"
    columns = (Column("a", "a"), Column("b", "b"))
    give(Console(), Rows(columns, [(text, None) for text in texts]), Form(csv=str(file)))
    with file.open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream)) == [["a", "b"], *([text, ""] for text in texts)]
    assert '\n"",\n' in file.read_bytes().decode()


def test_a_row_of_one_empty_column_is_a_row(tmp_path):
    file = tmp_path / "out.csv"
    give(Console(), Rows((Column("a", "a"),), [(None,), ("x",)]), Form(csv=str(file)))
    assert file.read_text("utf-8") == 'a\n""\nx\n'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "-"])
def test_csv_for_spreadsheets_has_a_mark_and_no_formula(tmp_path, text):
    file = tmp_path / "out.csv"
    columns = (Column("=name", "이름"), Column("change", "변동", Kind.NUMBER))
    form = Form(csv=str(file), spreadsheet_safe=True)
    give(Console(), Rows(columns, [(text, Decimal("-1.5")), ("보통", None)]), form)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    with file.open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream)) == [["'=name", "change"], [f"'{text}", "-1.5"], ["보통", ""]]


def test_csv_on_standard_output_is_utf_8_and_nothing_else_is_there(monkeypatch, capsys):
    stream = stdout(monkeypatch, encoding="ascii")
    console = Console(keeps_stdout=True)
    console.line("알림")
    assert give(console, rows(FIRST), Form(csv="-"))["count"] == 1
    assert written(stream).decode().splitlines()[1].startswith("005930,삼성전자,")
    assert "알림" in capsys.readouterr().err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")  # noqa: PTH110  # no Path at import
def test_csv_that_could_not_be_written_is_told_and_ends_with_a_failure(monkeypatch, capsys):
    from foresto_cli import streams

    with open("/dev/full", "wb", buffering=0) as full:  # noqa: PTH123  # unbuffered
        raw = streams._Forgiving(full.fileno(), "w", closefd=False)
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8"))
        console = Console(keeps_stdout=True)
        give(console, rows(), Form(csv="-"))
        assert console.exit_code(0) == consoles.RESULT_LOST
        assert "표준 출력에 쓸 수 없습니다" in capsys.readouterr().err


# --- JSON -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_json_is_one_object_with_numbers_that_are_numbers(monkeypatch, encoding):
    stream = stdout(monkeypatch, encoding=encoding)
    console = Console(as_json=True)
    console.result({"command": "x", "exit_code": 0, **give(console, rows(), Form())})
    found = json.loads(written(stream), parse_float=Decimal)
    assert found["rows"][0]["close_price"] == Decimal("71500.50")
    assert found["rows"][1] == {
        "ticker": "000020", "name": '=cmd|"/c calc"!A0', "trade_date": None, "close_price": 1000,
        "volume": 0, "is_active": False, "updated_at": None,
    }  # fmt: skip
    assert (found["schema"], found["command"], found["count"]) == (1, "x", 2)


def test_json_without_rows_is_an_object_too(monkeypatch):
    stream = stdout(monkeypatch)
    console = Console(as_json=True)
    console.result({"command": "x", **give(console, Rows(COLUMNS, []), Form())})
    assert json.loads(written(stream))["rows"] == []


def test_json_that_breaks_off_is_still_one_object_that_says_so(monkeypatch):
    def failing():
        yield FIRST
        raise UsageError("x")

    stream = stdout(monkeypatch)
    console = Console(as_json=True)
    with pytest.raises(UsageError):
        give(console, Rows(COLUMNS, failing()), Form())
    console.result({"command": "x", "exit_code": 2, "rows": {"added": 0}})
    assert json.loads(written(stream)) == {"rows": [], "schema": 1, "command": "x", "exit_code": 2}


def test_json_has_no_value_that_json_has_not(monkeypatch):
    values = [
        Decimal("NaN"),
        float("inf"),
        float("nan"),
        {"a": Decimal("1.5")},
        [1, "가"],
        b"\x01",
        "\x1b[2J\u202e",
        UTC,
    ]
    stream = stdout(monkeypatch)
    console = Console(as_json=True)
    columns = tuple(Column(f"c{place}", "") for place in range(len(values)))
    console.result(give(console, Rows(columns, [tuple(values)]), Form()))
    text = written(stream).decode()
    assert "\x1b" not in text
    assert "\u202e" not in text
    row = json.loads(text, parse_constant=pytest.fail)["rows"][0]
    assert list(row.values()) == [None, None, None, {"a": "1.5"}, [1, "가"], r"\x01", "\x1b[2J\u202e", "UTC"]


# --- Excel ----------------------------------------------------------------------------------------------------------


def test_excel_has_texts_as_texts_days_as_days_and_numbers_as_numbers(tmp_path):
    file = tmp_path / "out.xlsx"
    assert give(Console(), rows(), Form(xlsx=str(file)))["count"] == 2
    found = sheet_of(file)
    assert [found[f"{letter}1"][2] for letter in "ABCDEFG"] == [column.label for column in COLUMNS]
    assert found["A2"][::2] == ("inlineStr", "005930")
    assert found["B3"][::2] == ("inlineStr", SECOND[1])
    assert found["C2"][2] == "46346"  # days since 1899-12-30
    assert found["C2"][1] != found["D2"][1]
    assert float(found["D2"][2]) == 71500.5
    assert float(found["G2"][2]) == pytest.approx(46346 + (16 * 3600 + 30 * 60 + 5) / 86400)
    assert "C3" not in found


def test_excel_takes_what_it_has_no_number_or_day_for_as_text(tmp_path):
    file = tmp_path / "out.xlsx"
    kinds = (Kind.WHOLE, Kind.WHOLE, Kind.NUMBER, Kind.DAY, Kind.DAY, Kind.TEXT, Kind.TEXT)
    columns = tuple(Column(f"c{place}", "") for place in range(len(kinds)))
    columns = tuple(column._replace(kind=kind) for column, kind in zip(columns, kinds, strict=True))
    row = (2**53, 2**53 + 1, Decimal("NaN"), date(1900, 2, 1), date(9999, 12, 31), "http://a", "{=A1}")
    give(Console(), Rows(columns, [row]), Form(xlsx=str(file)))
    found = sheet_of(file)
    assert [found[f"{letter}2"][2] for letter in "BCDFG"] == [
        "9007199254740993",
        "NaN",
        "1900-02-01",
        "http://a",
        "{=A1}",
    ]
    assert (found["A2"][0], found["E2"][0]) == (None, None)
    with zipfile.ZipFile(file) as packed:
        assert not [name for name in packed.namelist() if "rels/sheet1" in name], "a link"


def test_more_than_excel_takes_is_refused_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(as_excel, "MOST_ROWS", 1)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    file = tmp_path / "out.xlsx"
    with pytest.raises(UsageError, match="1행까지만"):
        give(Console(), rows(), Form(xlsx=str(file)))
    with pytest.raises(UsageError, match="32,767자"):
        give(Console(), Rows((Column("a", "a"),), [("x" * 32_768,)]), Form(xlsx=str(file)))
    assert list(tmp_path.iterdir()) == []


# --- Parquet --------------------------------------------------------------------------------------------------------


def test_parquet_has_the_types_that_analysts_expect(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "out.parquet"
    assert give(Console(), rows(), Form(parquet=str(file)))["count"] == 2
    found = parquet.read_table(file)
    types = {field.name: str(field.type) for field in found.schema}
    assert types == {
        "ticker": "string", "name": "string", "trade_date": "date32[day]", "close_price": "double",
        "volume": "int64", "is_active": "bool", "updated_at": "timestamp[us]",
    }  # fmt: skip
    assert found.to_pylist()[0] == dict(zip(types, (*FIRST[:3], 71500.5, *FIRST[4:]), strict=True))
    assert found.to_pylist()[1]["name"] == SECOND[1]


def test_parquet_without_rows_has_the_columns(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "out.parquet"
    give(Console(), Rows(COLUMNS, []), Form(parquet=str(file)))
    assert parquet.read_table(file).shape == (0, len(COLUMNS))


def test_without_pyarrow_the_way_out_is_told_before_anything_is_read(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=re.escape("-m pip install 'pyarrow>=17'")):
        give(Console(), Rows(COLUMNS, map(pytest.fail, [FIRST])), Form(parquet=str(tmp_path / "x")))


def test_a_moment_with_a_zone_is_korean_in_files_that_have_none(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    column = (Column("at", "at", Kind.MOMENT),)
    moment = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
    give(Console(), Rows(column, [(moment,)]), Form(parquet=str(tmp_path / "p")))
    assert parquet.read_table(tmp_path / "p").to_pylist() == [{"at": datetime(2026, 11, 20, 16, 0)}]
    give(Console(), Rows(column, [(moment,)]), Form(csv=str(tmp_path / "c")))
    assert (tmp_path / "c").read_text("utf-8") == "at\n2026-11-20 07:00:00+00:00\n"


# --- files ----------------------------------------------------------------------------------------------------------

FORMS = ("csv", "xlsx", "parquet")


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_is_there_is_replaced_whole_or_not_at_all(tmp_path, form):
    def failing():
        yield FIRST
        raise Interrupted(15)

    file = tmp_path / "out"
    file.write_text("before")
    with pytest.raises(Interrupted):
        give(Console(), Rows(COLUMNS, failing()), Form(**{form: str(file)}))
    assert file.read_text("utf-8") == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    mask = os.umask(0o022)
    try:
        give(Console(), rows(), Form(**{form: str(file)}))
    finally:
        os.umask(mask)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert file.stat().st_size > 50


@pytest.mark.parametrize("form", FORMS)
def test_a_folder_a_link_and_a_missing_folder_are_refused_in_one_sentence(tmp_path, form):
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    for target in (tmp_path, link, tmp_path / "no" / "file"):
        with pytest.raises(ConfigError, match="쓸 수 없습니다"):
            give(Console(), rows(), Form(**{form: str(target)}))
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("form", "as_json"),
    [
        (Form(csv="a", xlsx="b"), False),
        (Form(xlsx="-"), False),
        (Form(parquet="-"), False),
        (Form(spreadsheet_safe=True), False),
        (Form(csv="-"), True),
    ],
)
def test_what_cannot_be_is_refused(form, as_json):
    with pytest.raises(UsageError):
        form.check(as_json=as_json)


# --- the terminal ---------------------------------------------------------------------------------------------------


def shown(monkeypatch, found, *, terminal=True, width=80, everything=False):
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    stream = stdout(monkeypatch, terminal=terminal)
    count = on_screen.show(Console(), "표", found, everything=everything)
    return count, re.sub(r"\x1b\[[0-9;]*m", "", written(stream).decode())


def test_the_terminal_shows_labels_and_a_thousand_rows_unless_all_are_asked_for(monkeypatch, capsys):
    columns = (Column("n", "수", Kind.WHOLE), Column("y", "해", Kind.WHOLE, grouped=False))
    found = [(number, 2026) for number in range(1_500)]
    count, text = shown(monkeypatch, Rows(columns, found))
    assert count == 1_000
    assert "수" in text
    assert "999" in text
    assert "1,000" not in text
    assert "2026" in text
    assert "2,026" not in text
    assert "--all" in capsys.readouterr().err
    count, text = shown(monkeypatch, Rows(columns, found), everything=True)
    assert count == 1_500
    assert "1,499" in text
    assert capsys.readouterr().err == ""
    assert shown(monkeypatch, Rows(columns, found), terminal=False)[0] == 1_500


def test_exactly_a_thousand_rows_are_all(monkeypatch, capsys):
    assert shown(monkeypatch, Rows((Column("n", "수"),), [("x",)] * 1_000))[0] == 1_000
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("width", range(40, 121, 4))
def test_no_number_or_day_is_folded_at_any_width(monkeypatch, width):
    columns = (Column("ticker", "종목코드"), Column("name", "종목명"), Column("day", "날짜", Kind.DAY))
    columns += tuple(Column(f"n{place}", f"수 {place}", Kind.WHOLE) for place in range(3))
    row = ("005930", "가상전자 1우선주", date(2026, 11, 20), 790_271_662_587_000, 1_342_779, 12)
    text = shown(monkeypatch, Rows(columns, [row]), width=width)[1]
    assert all(part in text for part in ("2026-11-20", "790,271,662,587,000", "1,342,779", "12"))


def test_a_table_too_wide_for_the_terminal_is_shown_record_by_record(monkeypatch):
    text = shown(monkeypatch, rows(), width=40)[1]
    lines = [line for line in text.splitlines() if line.strip()]
    assert max(map(len, lines)) <= 40
    assert sum("종목명" in line for line in lines) == 2
    assert "71500.50" in text
    wide = shown(monkeypatch, rows(), width=160)[1]
    assert sum("종목명" in line for line in wide.splitlines()) == 1


def test_no_rows_are_a_table_too(monkeypatch):
    assert shown(monkeypatch, Rows(COLUMNS, []))[0] == 0
    assert "종목코드" in shown(monkeypatch, Rows(COLUMNS, []))[1]


def test_two_columns_of_one_name_are_refused():
    with pytest.raises(ValueError, match="one name"):
        Rows((Column("a", ""), Column("a", "")), [])


def test_mappings_become_rows():
    made = from_mappings(COLUMNS[:2], [{"name": "가", "ticker": "1", "more": 2}])
    assert list(made.rows) == [("1", "가")]
