"""FSC's open data on the wire: shapes, errors and their advice, routes, keys, pages that must all be there."""

import json
from datetime import date
from types import SimpleNamespace

import pytest
from pydantic import ValidationError
from support import SHARED, needs_shared

from foresto_cli.errors import AuthFailed, BadPayload, Blocked, ConfigError, QuotaSpent, RateLimited, Transient
from foresto_cli.loading import load_listed
from foresto_cli.running import job
from foresto_cli.sandbox.hosts import data_go_kr
from foresto_cli.settings import SANDBOX_KEYS, Settings
from foresto_cli.upstream import _open_data, fsc, fsc_services
from foresto_cli.upstream._open_data import Page, WrongRoute, page_of

pytestmark = pytest.mark.usefixtures("no_waiting")
PATIENCE = 0.2
"""Requests are counted here: on a busy machine none may be asked twice."""

QUICK = job.Options()
HOST = "apis.data.go.kr"
KEY = SANDBOX_KEYS["fsc_api_key"]
DAY = date(2026, 11, 19)
inspect = _open_data.inspector("금융위원회_시험정보")


def asked(world):
    return [request for request in world.sandbox.requests if request.host == HOST]


def pages(world):
    return [(request.fields["pageNo"], request.fields["numOfRows"]) for request in asked(world)]


def answer(body, status=200):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return SimpleNamespace(content=content, status_code=status)


def envelope(items, total=0, code="00"):
    return {"header": {"resultCode": code}, "body": {"totalCount": total, "items": items}}


# --- shapes ---------------------------------------------------------------------------------------------------------

XML = b"""<?xml version="1.0" encoding="UTF-8"?><response><header><resultCode>00</resultCode></header>
<body><totalCount>2</totalCount><items><item><crno>1</crno><name>\xea\xb0\x80 &amp; \xeb\x82\x98</name></item>
<item><crno></crno><name>2</name></item></items></body></response>"""


@pytest.mark.parametrize(
    ("body", "page"),
    [
        ({"response": envelope("")}, Page(0, [])),
        ({"response": envelope({"item": {"crno": "1"}}, 1)}, Page(1, [{"crno": "1"}])),
        ({"response": envelope({"item": [{"crno": "1"}, {"crno": "2"}]}, 2)}, Page(2, [{"crno": "1"}, {"crno": "2"}])),
        (envelope([{"crno": "1"}], "1"), Page(1, [{"crno": "1"}])),
        ({"response": {"header": {"resultCode": "03"}}}, Page(0, [])),
        (b"<OpenAPI_ServiceResponse><returnReasonCode>03</returnReasonCode></OpenAPI_ServiceResponse>", Page(0, [])),
        (XML, Page(2, [{"crno": "1", "name": "가 & 나"}, {"crno": "", "name": "2"}])),
        (
            b"<response><header><resultCode>03</resultCode></header><body><totalCount>0</totalCount></body></response>",
            Page(0, []),
        ),
    ],
)
def test_every_shape_of_an_answer_is_read(body, page):
    response = answer(body)
    inspect(response)
    assert page_of(response) == page


@pytest.mark.parametrize(
    "body",
    [
        XML[:-40],
        b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aa">]><response>&a;</response>',
        {"response": {"header": {"resultCode": "00"}, "body": {"items": ""}}},
        {"response": {"header": {"resultCode": "00"}, "body": {"totalCount": "many", "items": ""}}},
        {"response": envelope({"item": ["text"]}, 1)},
        {"nothing": 1},
        b"<OpenAPI_ServiceResponse/>",
    ],
)
def test_what_is_no_answer_is_refused(body):
    def read():
        inspect(answer(body))
        page_of(answer(body))

    with pytest.raises(BadPayload):
        read()


def test_the_same_rows_come_as_xml_and_as_json(open_world):
    with open_world() as world:
        session = world.app.fsc.sessions[2]
        query = {"serviceKey": KEY, "basDt": "20261119", "numOfRows": "3", "pageNo": "2"}
        url = f"{fsc.ROOT}/{fsc_services.SERVICES['bonds'].routes[0]}"
        as_json, as_xml = (page_of(session.get(url, params=query | kind)) for kind in ({"resultType": "json"}, {}))
        assert as_json == as_xml
        assert len(as_xml.rows) == 3
        assert as_xml.total == 395


# --- errors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "error", "advice"),
    [
        ("01", Transient, "제공 기관"), ("04", Transient, "서버"), ("05", Transient, "서버"),
        ("20", AuthFailed, "'금융위원회_시험정보' 서비스를 쓸 권한이 없습니다. data.go.kr에서"),
        ("21", AuthFailed, "일시 중지"), ("31", AuthFailed, "기간을 연장"), ("32", AuthFailed, "IP"),
        ("22", QuotaSpent, "자정"), ("23", RateLimited, "잦다"), ("29", Blocked, "24시간"),
        ("10", BadPayload, "질문"), ("99", Transient, "알 수 없는 오류"),
        ("30", WrongRoute, "30"), ("12", WrongRoute, "12"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [200, 400, 403, 500])
def test_the_gateway_is_understood_by_its_body_whatever_the_status(code, error, advice, status):
    as_xml = f"<OpenAPI_ServiceResponse><cmmMsgHeader><returnReasonCode>{code}</returnReasonCode>".encode()
    as_json = {"OpenAPI_ServiceResponse": {"cmmMsgHeader": {"returnReasonCode": code}}}
    for body in (as_xml, as_json):
        with pytest.raises(error, match=advice) as caught:
            inspect(answer(body, status))
        assert type(caught.value) is error
    with pytest.raises(error):
        inspect(answer({"response": envelope("", 0, code)}))


def test_the_advice_for_an_unknown_key_names_the_key_and_the_service():
    error = _open_data.refusal("30", "금융위원회_시험정보")
    assert isinstance(error, AuthFailed)
    assert "FSC_API_KEY" in str(error)
    assert "'금융위원회_시험정보' 서비스를 활용신청" in str(error)
    assert "코드 30" in str(error)


@pytest.mark.parametrize(("status", "code"), [(401, "30"), (403, "30"), (400, "12"), (404, "12")])
def test_a_bare_refusal_is_about_the_key_or_the_route_and_no_block(status, code):
    for body in (b"", b"Forbidden", b"<html><body><h1>403</h1></body></html>"):
        with pytest.raises(WrongRoute) as caught:
            inspect(answer(body, status))
        assert caught.value.code == code


@needs_shared
@pytest.mark.parametrize(
    ("file", "status", "error"),
    [
        ("gateway_error_30.xml", 200, WrongRoute),
        ("gateway_error_30.json", 403, WrongRoute),
        ("gateway_error_22.xml", 200, QuotaSpent),
    ],
)
def test_recorded_gateway_errors_become_the_right_errors(file, status, error):
    with pytest.raises(error):
        inspect(answer((SHARED / "recorded/fsc" / file).read_bytes(), status))


ANSWERS = {
    "getBondBasiInfo_V2_official_example.xml": (102, 1),
    "getBondBasiInfo_V2_official_example_as_json.json": (102, 1),
    "getCorpOutline_V2_samsung_two_snapshots.json": (2, 2),
    "getDiviInfo_V2_row_005930.json": (1, 1),
    "getETFPriceInfo_395270_20260820.json": (1236, 1),
    "getStockMarketIndex_IT서비스_20260916.json": (254_685, 1),
    "getStockPriceInfo_005930_20251013_20251111.json": (22, 22),
    "shape_empty_items_string.json": (0, 0),
    "shape_single_item_as_dict.json": (1, 1),
}


@needs_shared
@pytest.mark.parametrize("file", ANSWERS)
def test_recorded_answers_are_read_whole(file):
    response = answer((SHARED / "recorded/fsc" / file).read_bytes())
    inspect(response)
    page = page_of(response)
    assert (page.total, len(page.rows)) == ANSWERS[file]
    assert all(row["basDt" if "basDt" in row else "crno"] for row in page.rows)


@needs_shared
def test_the_official_example_is_the_same_as_xml_and_as_json():
    one, other = (
        page_of(answer((SHARED / "recorded/fsc" / f"getBondBasiInfo_V2_official_example{end}").read_bytes()))
        for end in (".xml", "_as_json.json")
    )
    assert one == other


@needs_shared
def test_every_recording_of_an_answer_or_an_error_is_looked_at():
    files = {file.name for file in (SHARED / "recorded/fsc").iterdir()}
    # Rows without an envelope; those of data sets that foresto loads are read in the tests of their loaders.
    loose = {"bond_row_삼성중공업_2020.json", "getItemInfo_legacy_row.json", "getETFPriceInfo_rows.json",
             "getStockMarketIndex_rows.json", "getDiviInfo_V2_whole_dataset_profile_20260813.md"}  # fmt: skip
    errors = {"gateway_error_22.xml", "gateway_error_30.json", "gateway_error_30.xml"}
    assert files == {*ANSWERS, *loose, *errors}


@needs_shared
def test_the_recorded_item_of_the_older_route_has_its_plain_ticker():
    rows = json.loads((SHARED / "recorded/fsc/getItemInfo_legacy_row.json").read_text(encoding="utf-8"))
    assert fsc._with_plain_codes(rows)[0]["srtnCd"] == "005930"


# --- routes and keys ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["gateway30", "gateway30json", "gateway12", "404", "403"])
def test_the_old_route_is_taken_when_the_new_one_refuses_and_remembered(open_world, kind):
    with open_world(faults=f"{kind}@{HOST}/getItemInfo_V2") as world:
        records = world.app.fsc.listed_items(DAY)
        assert "005930" in {record["srtnCd"] for record in records}
        world.app.fsc.listed_items(date(2026, 11, 18))
        assert [request.path.rpartition("/")[2] for request in asked(world)] == [
            "getItemInfo_V2", "getItemInfo", "getItemInfo",
        ]  # fmt: skip
        assert world.app.fsc.bonds(DAY)
        assert asked(world)[-1].path.endswith("_V2"), "each service has a route of its own"
        assert load_listed.load_stocks(world.app, QUICK).outcome == "done"
        assert world.scalar("SELECT count(*) FROM ops_alert") == 0
        assert world.scalar("SELECT count(*) FROM upstream_block") == 0


def test_a_key_that_no_route_knows_is_refused_with_advice_and_not_asked_about_again(open_world):
    with open_world(faults=f"gateway30@{HOST}/BondIssuInfo") as world:
        for _ in range(2):
            with pytest.raises(AuthFailed, match="금융위원회_채권발행정보"):
                world.app.fsc.bonds(DAY)
        assert len(asked(world)) == 2
        assert world.app.fsc.listed_items(DAY), "another service may be applied for"


def test_the_operators_own_route_is_asked_instead(open_world):
    with open_world() as world:
        route = "items=service/GetKrxListedInfoService/getItemInfo"
        client = fsc.Fsc(world.app._transport, KEY, Settings(foresto_fsc_routes=route).fsc_routes)
        assert client.listed_items(DAY)
        assert [request.path.rpartition("/")[2] for request in asked(world)] == ["getItemInfo"]
        with pytest.raises(ConfigError, match="서비스 bond가"):
            fsc.Fsc(world.app._transport, KEY, {"bond": "a/b"})
        with pytest.raises(ValidationError):
            Settings(foresto_fsc_routes="items")


@pytest.mark.parametrize("key", [KEY, "sandbox%2Ffsc%2Bkey%3D%3D"])
def test_a_key_is_taken_encoded_and_decoded(open_world, key):
    with open_world() as world:
        client = fsc.Fsc(world.app._transport, key)
        assert client.listed_items(DAY)
        assert asked(world)[0].fields["serviceKey"] == KEY


# --- pages ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_pages(monkeypatch):
    """Bonds come a hundred on a page, whatever is asked for: 395 of them on four pages."""
    monkeypatch.setitem(data_go_kr.MOST_ROWS, "getBondBasiInfo", 100)


def test_pages_are_put_together_however_long_they_are_and_the_total_is_looked_at_again(open_world, small_pages):
    with open_world() as world:
        bonds = world.app.fsc.bonds(DAY)
        assert len({bond["isinCd"] for bond in bonds}) == len(bonds) == 395
        assert pages(world) == [("1", "1000"), ("2", "1000"), ("3", "1000"), ("4", "1000"), ("1", "1")]


def test_a_table_that_grows_while_it_is_read_is_read_once_more(open_world, small_pages):
    with open_world(faults=f"grown@{HOST}*1+2") as world:
        assert len(world.app.fsc.bonds(DAY)) == 395
        assert [number for number, _ in pages(world)] == ["1", "2", "3", "1", "2", "3", "4", "1"]
    with open_world(faults=f"grown@{HOST}*1+4") as world:
        assert len(world.app.fsc.bonds(DAY)) == 395
        assert [number for number, _ in pages(world)] == ["1", "2", "3", "4", "1"] * 2


def test_a_table_that_keeps_growing_is_not_believed(open_world, small_pages):
    with (
        open_world(faults=f"grown@{HOST}/pageNo=3") as world,
        pytest.raises(Transient, match="바뀌었습니다"),
    ):
        world.app.fsc.bonds(DAY)


def test_a_table_that_announces_more_than_it_has_in_every_answer_is_not_understood(open_world):
    with open_world(faults=f"grown@{HOST}") as world, pytest.raises(BadPayload, match="가운데"):
        world.app.fsc.bonds(DAY)


def overlapping(monkeypatch, rows, times):
    """Page 2 begins with ``rows`` rows of page 1, ``times`` times: the server keeps no order."""
    real, first, left = fsc.page_of, [], [times]

    def page(response):
        found = real(response)
        if "pageNo=1&" in f"{response.url}&":
            first[:] = found.rows or first
        elif "pageNo=2&" in f"{response.url}&" and left[0]:
            left[0] -= 1
            found = Page(found.total, [*first[:rows], *found.rows[rows:]])
        return found

    monkeypatch.setattr(fsc, "page_of", page)


@pytest.mark.parametrize("rows", [1, 5])
def test_pages_that_overlap_are_read_again_and_then_refused(open_world, small_pages, monkeypatch, rows):
    with open_world() as world:
        overlapping(monkeypatch, rows, 1)
        assert len({bond["isinCd"] for bond in world.app.fsc.bonds(DAY)}) == 395
        assert [number for number, _ in pages(world)] == ["1", "2", "3", "4", "1"] * 2
    monkeypatch.undo()
    monkeypatch.setitem(data_go_kr.MOST_ROWS, "getBondBasiInfo", 100)
    with open_world() as world:
        overlapping(monkeypatch, rows, 9)
        with pytest.raises(BadPayload, match=f"같은 행이 {rows}개"):
            world.app.fsc.bonds(DAY)


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_page_without_its_rows_is_not_the_end(open_world, small_pages, number):
    with (
        open_world(faults=f"empty_list@{HOST}/pageNo={number}") as world,
        pytest.raises(BadPayload, match="395행 가운데"),
    ):
        world.app.fsc.bonds(DAY)


def test_the_answer_must_be_of_the_day_that_was_asked_for(open_world, monkeypatch):
    with open_world() as world:
        client = world.app.fsc
        # As a service does that does not know the parameter: the newest day comes whatever is asked.
        monkeypatch.setattr(data_go_kr, "_published_day", lambda market, _: market.sessions[-2])
        assert client.bonds(DAY)
        for ask in (client.bonds, client.listed_items, client.stock_prices):
            with pytest.raises(BadPayload, match="다른 날짜"):
                ask(date(2026, 11, 18))


def test_only_https_is_spoken(open_world):
    assert fsc.ROOT.startswith("https://")
    with open_world() as world:
        world.app.fsc.listed_items(DAY)
        assert {request.host for request in asked(world)} == {HOST}
