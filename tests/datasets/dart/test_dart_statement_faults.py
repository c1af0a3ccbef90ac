"""Every way DART fails, on every question about statements: the documented error, and never "no data"."""

import hashlib
import io
import json
import zipfile
import zlib
from datetime import date
from itertools import pairwise
from types import SimpleNamespace

import pytest

from foresto_cli.datasets.dart import details
from foresto_cli.datasets.dart.reports import Report, reports_named
from foresto_cli.errors import AuthFailed, BadPayload, RateLimited, Transient
from foresto_cli.loading import load_listed as roster
from foresto_cli.loading import load_statements
from foresto_cli.running import job
from foresto_cli.settings import SANDBOX_KEYS
from foresto_cli.upstream import dart

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_waiting")]

QUICK = job.Options()
HOST = "opendart.fss.or.kr"
PLACES = {
    "dart.companies": f"{HOST}/corpCode.xml",
    "dart.filings": f"{HOST}/list.json",
    "dart.statements": f"{HOST}/fnlttMultiAcnt",
    "dart.details": f"{HOST}/fnlttSinglAcntAll",
}
FAILED, PENDING = "failed", "pending"
FAILS = dict.fromkeys(
    ("timeout", "reset", "half", "drip", "500", "503", "html", "empty", "dart800", "dart900"), (75, FAILED)
)
MISREAD = dict.fromkeys(
    (
        "404", "redirect", "truncated", "encoding", "missing_field", "renamed_field", "text_number",
        "empty_list", "dart021", "dart100", "dart101",
    ),
    (65, FAILED),
)  # fmt: skip
STOPS = {
    **dict.fromkeys(("429", "dart020"), (75, PENDING)),
    "403": (75, PENDING),
    "dart010": (78, PENDING),
}
EXPECTED = {**FAILS, **MISREAD, **STOPS}
HARMLESS = {
    # A zip has no fields, no lists and no numbers, and a list of filings may be empty.
    "dart.companies": {"missing_field", "renamed_field", "text_number", "empty_list", "encoding"},
    "dart.filings": {"text_number", "empty_list"},
}
CELLS = [(kind, name) for kind in EXPECTED for name in PLACES if kind not in HARMLESS.get(name, set())]
SAMPLE = [(kind, name) for kind, name in CELLS if name == "dart.statements" or kind in {"500", "dart010", "truncated"}]


def load(world, name):
    if name == "dart.companies":
        return load_statements.load_companies(world.app, QUICK)
    wanted = load_statements.wanted_reports(2025, None, None, "005930")
    return load_statements.load_statements(
        world.app, wanted, QUICK, full=details.ALL if name == "dart.details" else None
    )


@pytest.mark.parametrize(("kind", "name"), SAMPLE)
def test_a_failure_ends_as_documented_and_is_never_no_data(open_world, kind, name):
    with open_world(patience=1) as world:
        roster.load_listing(world.app, QUICK)
        if name != "dart.companies":
            load_statements.load_companies(world.app, QUICK)
        if name == "dart.filings":
            # Several days that cannot be asked about in a row would end the questions to DART for the run.
            world.execute(
                "INSERT INTO unit_ledger (dataset, unit, status, row_count, attempts, run_id, asked_at)"
                " SELECT 'dart.filings', '2026-11-' || d, 'no_data', 0, 1, 1, '2026-11-20'"
                " FROM generate_series(17, 19) d"
            )
    with open_world(patience=0.02 if kind in {"timeout", "drip"} else 0.2) as world:
        world.sandbox.faults.add(f"{kind}@{PLACES[name]}")
        result = load(world, name)
        exit_code, state = EXPECTED[kind]
        # Steps before and after this one went well, which makes it "some units failed".
        alone = name == "dart.companies"
        assert result.exit_code == (exit_code if alone or state == PENDING else 3), result.reasons
        assert getattr(result.units, state) >= 1
        status = "SELECT status FROM unit_ledger WHERE dataset = :name AND status <> 'no_data'"
        assert world.rows(status, name=name) == ([("failed",)] if state == FAILED else [])
        table = {"dart.companies": "dart_company", "dart.filings": "dart_filing"}.get(name, "financial_report")
        found = "has_details" if name == "dart.details" else "TRUE"
        assert world.scalar(f"SELECT count(*) FROM {table} WHERE {found}") == 0
        assert result.reasons
        told = json.dumps(result.as_json()) + str(
            world.rows("SELECT detail::text, error_message FROM data_collection_log")
        )
        assert SANDBOX_KEYS["dart_api_key"] not in told
        if exit_code == 78:
            assert world.rows("SELECT alert_level FROM ops_alert WHERE alert_type = 'auth'") == [("critical",)]
            assert "DART_API_KEY" in told or "opendart.fss.or.kr" in told
        world.sandbox.faults.clear()
        world.execute("DELETE FROM upstream_block")
    with open_world(patience=1) as world:
        world.begin_budgets_anew()
        assert load(world, name).exit_code == 0, "the next run must fetch what failed"
        assert world.scalar(f"SELECT count(*) FROM {table} WHERE {found}") > 0 or name == "dart.filings"
        assert world.scalar("SELECT count(*) FROM ops_alert WHERE resolved_at IS NULL") == 0


def test_no_data_is_an_answer_and_is_recorded_as_such(open_world):
    with open_world(faults=f"dart013@{HOST}/fnlttMultiAcnt") as world:
        roster.load_listing(world.app, QUICK)
        result = load(world, "dart.statements")
        assert (result.outcome, result.units.failed) == ("done", 0)
        assert world.rows("SELECT status FROM unit_ledger WHERE dataset = 'dart.statements'") == [("no_data",)]
        assert world.scalar("SELECT count(*) FROM dart_answer") == 0


@pytest.mark.parametrize("name", ["dart.statements", "dart.details"])
def test_assets_of_nothing_are_not_believed(open_world, name):
    with open_world(patience=1, faults=f"zero@{PLACES[name]}") as world:
        roster.load_listing(world.app, QUICK)
        result = load(world, name)
        assert result.exit_code in {3, 65}
        assert "자산총계" in str(result)
        found = "has_details" if name == "dart.details" else "TRUE"
        assert world.scalar(f"SELECT count(*) FROM financial_report WHERE {found}") == 0
        world.sandbox.faults.clear()
        assert load(world, name).exit_code == 0, "the next run must fetch what failed"
        assert world.scalar(f"SELECT count(*) FROM financial_report WHERE total_assets > 0 AND {found}") > 0


def test_a_hundred_that_cannot_be_read_does_not_stop_the_others(open_world):
    with open_world(stocks=200, patience=1) as world:
        roster.load_listing(world.app, QUICK)
        world.sandbox.faults.add(f"truncated@{HOST}/fnlttMultiAcnt*1")
        wanted = load_statements.wanted_reports(2025, None, None, None)
        result = load_statements.load_statements(world.app, wanted, job.Options(workers=1))
        assert (result.exit_code, result.units.failed) == (3, 1)
        assert world.scalar("SELECT count(DISTINCT ticker) FROM financial_report") > 50
        assert list(world.app.folders.payloads.iterdir())
        again = load_statements.load_statements(world.app, wanted, job.Options(workers=1))
        assert (again.exit_code, again.requests["dart"]) == (0, 2)


# --- answers, read --------------------------------------------------------------------------------------------------


def response(body, status=200):
    content = body if isinstance(body, bytes) else body.encode()
    return SimpleNamespace(content=content, status_code=status, json=lambda: json.loads(content))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("010", AuthFailed), ("011", AuthFailed), ("012", AuthFailed), ("901", AuthFailed), ("020", RateLimited),
        ("800", Transient), ("900", Transient), ("021", BadPayload), ("100", BadPayload), ("101", BadPayload),
        ("777", BadPayload),
    ],
)  # fmt: skip
def test_every_status_is_told_apart_as_json_and_as_xml(status, error):
    as_xml = f'<?xml version="1.0" encoding="UTF-8"?><result><status>{status}</status><message>x</message></result>'
    for body in (json.dumps({"status": status, "message": "x"}), as_xml):
        with pytest.raises(error, match=status):
            dart.inspect(response(body))


@pytest.mark.parametrize("status", ["000", "013", "014"])
def test_data_and_none_are_answers(status):
    dart.inspect(response(json.dumps({"status": status, "message": "x"})))


@pytest.mark.parametrize("body", ["[]", "{}", '{"status": 13}', "<?xml version='1.0'?><result>", '{"status": ""}'])
def test_an_answer_without_a_status_is_not_understood(body):
    with pytest.raises(BadPayload):
        dart.inspect(response(body))


@pytest.mark.parametrize("answer", [{"status": "000"}, {"status": "000", "list": []}, {"status": "000", "list": [1]}])
def test_a_good_answer_without_rows_is_not_no_data(answer):
    with pytest.raises(BadPayload):
        dart.rows_of(answer)


@pytest.mark.parametrize("body", [b"PK\x03\x04broken", b"<?xml version='1.0'?><result/>", b"PK"])
def test_a_broken_zip_is_told(body):
    with pytest.raises(BadPayload):
        dart._member(response(body))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_whose_method_is_damaged_is_told(method):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("CORPCODE.xml", "<result/>" * 100)
    body = bytearray(packed.getvalue())
    for header, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = body.index(header) + place
        body[at : at + 2] = method.to_bytes(2, "little")
    with pytest.raises(BadPayload, match=r"깨졌거나|압축 파일"):
        dart._member(response(bytes(body)))


@pytest.mark.parametrize(
    "body", [b"<result>", b"<result/>", b"<result><list><stock_code> </stock_code></list></result>"]
)
def test_a_list_of_companies_that_names_none_is_told(body):
    with pytest.raises(BadPayload):
        dart.companies_of(body)


def test_a_blank_ticker_is_none_and_letters_are_kept():
    unlisted = (
        "<list><corp_code>00434003</corp_code><corp_name>다코 &amp; 다</corp_name><stock_code> </stock_code>"
        "<modify_date>20170630</modify_date></list>"
    )
    listed = (
        "<list><corp_code>01234567</corp_code><corp_name>새 회사\t</corp_name><stock_code>0004Y0</stock_code>"
        "<modify_date>20250101</modify_date></list>"
    )
    body = f"<result>{unlisted}{listed}</result>"
    assert dart.companies_of(body.encode()) == [
        {"corp_code": "01234567", "corp_name": "새 회사", "stock_code": "0004Y0", "modify_date": "20250101"}
    ]


def test_a_search_is_cut_into_spans_of_three_months():
    spans = list(dart._windows(date(2026, 1, 1), date(2026, 12, 31)))
    assert (spans[0][0], spans[-1][1]) == (date(2026, 1, 1), date(2026, 12, 31))
    assert all((end - start).days <= 89 for start, end in spans)
    assert [(later[0] - earlier[1]).days for earlier, later in pairwise(spans)] == [1] * 4


def test_reports_by_name_go_with_the_companys_year():
    assert reports_named("[기재정정]사업보고서 (2025.12)   ", 12) == {Report(2025, "11011")}
    assert reports_named("분기보고서 (2025.06)", 3) == {Report(2025, "11013")}
    assert reports_named("분기보고서 (2025.12)", 3) == {Report(2025, "11014")}
    assert reports_named("분기보고서 (2025.08)", 12) == {Report(2025, "11013"), Report(2025, "11014")}
    assert reports_named("주요사항보고서(유상증자결정)", 12) == set()


def test_kept_answers_are_the_bytes_that_came(open_world):
    with open_world(patience=1) as world:
        roster.load_listing(world.app, QUICK)
        load(world, "dart.details")
        kept = world.rows("SELECT endpoint, sha256, body FROM dart_answer ORDER BY 1")
        assert [row[0] for row in kept] == ["fnlttMultiAcnt", "fnlttSinglAcntAll"]
        for _, digest, body in kept:
            plain = zlib.decompress(body)
            assert (hashlib.sha256(plain).hexdigest(), json.loads(plain)["status"]) == (digest, "000")
