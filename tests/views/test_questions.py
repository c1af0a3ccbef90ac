"""``foresto sql`` as a person uses it: where the statement comes from, what it may not be, what there is to ask."""

import csv
import io
import json
import subprocess
import sys

import pytest
from support import ROOT, environment_of

from foresto_cli.errors import UsageError
from foresto_cli.store import dictionary
from foresto_cli.views import sql_questions


@pytest.fixture(scope="module")
def home(copied_home, fresh_home):
    with copied_home(fresh_home) as place:
        yield place


@pytest.fixture(scope="module")
def ask(home):
    """Run ``foresto --sandbox sql``."""

    def run(*arguments, written=None):
        return subprocess.run(
            [sys.executable, "-m", "foresto_cli", "--sandbox", "sql", *arguments],
            input=written, cwd=ROOT, env=environment_of(home), capture_output=True, check=False, timeout=120,
        )  # fmt: skip

    return run


@pytest.mark.long
def test_a_statement_comes_from_the_line_a_file_or_standard_input(ask, tmp_path):
    file = tmp_path / "가.sql"
    file.write_bytes("\ufeffSELECT '파일' AS 이름;\n".encode())
    assert ask("SELECT '줄' AS 이름", "--csv", "-").stdout.decode() == "이름\n줄\n"
    assert ask("-f", str(file), "--csv", "-").stdout.decode() == "이름\n파일\n"
    assert ask("-", "--csv", "-", written="SELECT\n'입력'\nAS 이름".encode()).stdout.decode() == "이름\n입력\n"


@pytest.mark.long
def test_json_has_the_rows_and_a_mistake_is_an_object_with_exit_code_2(ask):
    done = ask("SELECT 1 AS a, 1 AS a, 0.10 AS b", "--json")
    assert json.loads(done.stdout) == {
        "rows": [{"a": 1, "a_2": 1, "b": 0.1}],
        "schema": 1, "command": "sql", "exit_code": 0, "columns": ["a", "a_2", "b"], "count": 1,
    }  # fmt: skip
    wrong = ask("SELECT * FROM stoks", "--json")
    assert wrong.returncode == 2
    assert json.loads(wrong.stdout)["error"]["code"] == "UsageError"
    middle = ask("SELECT 1 / (4000 - n) AS a FROM generate_series(1, 5000) n", "--json")
    found = json.loads(middle.stdout)
    assert (middle.returncode, found["exit_code"], len(found["rows"])) == (2, 2, 3_000)


@pytest.mark.long
def test_a_file_is_written_and_a_query_that_fails_leaves_the_one_before(ask, tmp_path):
    file = tmp_path / "out.csv"
    assert ask("SELECT 1 AS a", "--csv", str(file)).returncode == 0
    assert ask("SELECT 1 / (4000 - n) FROM generate_series(1, 5000) n", "--csv", str(file)).returncode == 2
    assert file.read_text("utf-8") == "a\n1\n"
    folder = ask("SELECT 1", "--csv", str(tmp_path))
    assert folder.returncode == 78
    assert "쓸 수 없습니다" in folder.stderr.decode()


@pytest.mark.long
def test_a_reader_who_goes_away_ends_it_quietly(home):
    line = f"{sys.executable} -m foresto_cli --sandbox sql 'SELECT generate_series(1, 30000000)' --csv - | head -2"
    done = subprocess.run(
        ["/bin/bash", "-c", line], cwd=ROOT, env=environment_of(home), capture_output=True, check=True, timeout=60
    )
    assert done.stdout.decode().splitlines()[1] == "1"
    assert done.stderr.decode() == ""


@pytest.mark.long
def test_every_table_and_view_is_listed_with_what_it_is(ask):
    done = ask("--tables", "--csv", "-")
    found = {row["name"]: row for row in csv.DictReader(io.StringIO(done.stdout.decode()))}
    described = dictionary.described()
    assert described.keys() <= found.keys()
    assert [name for name, table in described.items() if found[name]["comment"] != table.comment] == []
    assert found["financial_statement"]["kind"] == "뷰"


@pytest.mark.long
def test_columns_are_told_with_type_and_meaning_and_a_slip_is_helped(ask):
    done = ask("--columns", "stock_price_daily", "--csv", "-")
    found = {row["name"]: row for row in csv.DictReader(io.StringIO(done.stdout.decode()))}
    assert found["close_price"]["type"] == "numeric"
    assert found["ticker"]["nullable"] == "false"
    assert all(row["comment"] for row in found.values())
    slip = ask("--columns", "stock_price_dayly")
    assert slip.returncode == 2
    assert "stock_price_daily" in slip.stderr.decode()


@pytest.mark.parametrize(
    ("statement", "file", "tables", "columns"),
    [
        (None, None, False, None),
        ("SELECT 1", "x.sql", False, None),
        ("SELECT 1", None, True, None),
        (None, None, True, "stocks"),
        ("", None, False, None),
        (" ; ", None, False, None),
        ("SELECT '\x00'", None, False, None),
        (None, "/no/such/file.sql", False, None),
        (None, "/", False, None),
    ],
)
def test_what_is_no_question_is_refused(statement, file, tables, columns):
    with pytest.raises(UsageError):
        sql_questions.chosen(statement, file, tables=tables, columns=columns)


def test_a_file_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "x.sql").write_bytes("SELECT '가'".encode("euc-kr"))
    with pytest.raises(UsageError, match="UTF-8"):
        sql_questions.chosen(None, str(tmp_path / "x.sql"), tables=False, columns=None)


def test_names_are_made_distinct():
    assert sql_questions._distinct(["a", "a", "a_2", "a", "b"]) == ["a", "a_3", "a_2", "a_4", "b"]
