"""Whatever comes in pages is whole or not believed; whatever comes as a table has rows of one width."""

import itertools
import json
from datetime import date
from types import SimpleNamespace

import pytest

from foresto_cli.errors import BadPayload
from foresto_cli.upstream import fdr, naver, naver_list
from foresto_cli.upstream.dart import Dart
from foresto_cli.upstream.naver_list import NaverList

DAY = date(2026, 11, 20)


def pages_of(items, size, overlap=0):
    """The items in pages; each but the first begins with the last ``overlap`` of the page before, not with its own."""
    pages = [items[start : start + size] for start in range(0, len(items), size)]
    return [pages[0], *(before[size - overlap :] + own[overlap:] for before, own in itertools.pairwise(pages))]


# --- Naver's ranking --------------------------------------------------------------------------------------------------


def ranking(*readings, total):
    """The client in front of readings of the KOSPI, each a list of pages; the KOSDAQ is one page of one stock."""
    left = list(readings)
    client = NaverList(SimpleNamespace(session=lambda *_: SimpleNamespace()))

    def get(url, params):
        number = int(params["page"])
        if url.endswith("KOSDAQ"):
            found, count = ["900000"], 1
        else:
            pages = left[0] if number < len(left[0]) or len(left) == 1 else left.pop(0)
            found, count = pages[number - 1], total
        stocks = [{"itemCode": code, "stockName": code, "stockEndType": "stock"} for code in found]
        return SimpleNamespace(content=json.dumps({"stocks": stocks, "totalCount": count}).encode(), status_code=200)

    client._session.get = get
    return client


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(naver_list, "PAGE", 10)


ITEMS = [f"{number:06d}" for number in range(35)]


@pytest.mark.parametrize("overlap", [1, 5])
def test_a_ranking_that_moves_is_read_until_everybody_was_seen(small_pages, overlap):
    client = ranking(pages_of(ITEMS, 10, overlap), pages_of(ITEMS, 10), total=35)
    assert {one["itemCode"] for one in client.stocks()} == {*ITEMS, "900000"}


def test_two_moving_readings_may_have_everybody_together(small_pages):
    backwards = [*ITEMS[::-1]]
    client = ranking(pages_of(ITEMS, 10, 1), pages_of(backwards, 10, 1), total=35)
    assert {one["itemCode"] for one in client.stocks()} == {*ITEMS, "900000"}


@pytest.mark.parametrize("overlap", [1, 5])
def test_a_ranking_whose_pages_always_overlap_is_refused(small_pages, overlap):
    with pytest.raises(BadPayload, match="35종목 가운데"):
        ranking(pages_of(ITEMS, 10, overlap), total=35).stocks()


@pytest.mark.parametrize("kind", ["st\0ock", "", "stock2", None, 1])
def test_a_stock_whose_kind_is_no_word_is_not_left_out_as_a_fund(kind):
    body = {"stocks": [{"itemCode": "005930", "stockName": "가", "stockEndType": kind}], "totalCount": 1}
    response = SimpleNamespace(content=json.dumps(body).encode(), status_code=200)
    with pytest.raises(BadPayload):
        naver_list.inspect(response)


# --- DART's list of filings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("overlap", [0, 1, 5])
def test_a_list_of_filings_whose_pages_overlap_is_refused(overlap):
    numbers = [f"20261120{number:06d}" for number in range(35)]
    pages = pages_of(numbers, 10, overlap)
    client = Dart(SimpleNamespace(session=lambda *_: SimpleNamespace()), "0" * 40)

    def body(_, **parameters):
        rows = [{"rcept_no": number} for number in pages[int(parameters["page_no"]) - 1]]
        return json.dumps(
            {"status": "000", "message": "정상", "total_count": 35, "total_page": len(pages), "list": rows}
        ).encode()

    client.body = body
    if not overlap:
        assert [row["rcept_no"] for row in client.filings(DAY, DAY)] == numbers
        return
    with pytest.raises(BadPayload, match="35건 가운데"):
        client.filings(DAY, DAY)


# --- tables ----------------------------------------------------------------------------------------------------------

HEAD = "Code,Name,Close"
GOOD = ["005930,가상전자,71000", '000660,"가상, 메모리",180000', "035420,가상,200000"]


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("wrong", ["005930,가상,전자,71000", "005930,71000", "005930"])
def test_a_file_of_the_mirror_with_a_row_of_another_width_is_refused(place, wrong):
    rows = [*GOOD]
    rows[place] = wrong
    answer = SimpleNamespace(content="\n".join([HEAD, *rows, ""]).encode())
    with pytest.raises(BadPayload, match="칸 수가 다른"):
        fdr._refuse_broken_csv(answer)


def test_a_file_of_the_mirror_with_a_surplus_field_in_every_row_is_refused():
    answer = SimpleNamespace(content="\n".join([HEAD, *(f"{row},1" for row in GOOD), ""]).encode())
    with pytest.raises(BadPayload, match="칸 수가 다른"):
        fdr._refuse_broken_csv(answer)


def test_a_file_of_the_mirror_with_commas_in_quotation_marks_passes():
    fdr._refuse_broken_csv(SimpleNamespace(content="\n".join([HEAD, *GOOD, "", ""]).encode()))


@pytest.mark.parametrize("item", ["20261120|1|1|1|1|1|1", "20261120|1|1|1|1", "20261120|1|1|1|1|x"])
@pytest.mark.parametrize("read", ["bars", "index_bars"])
def test_a_bar_of_a_chart_has_six_fields(item, read):
    body = f'<protocol><chartdata><item data="{item}" /></chartdata></protocol>'.encode()
    client = naver.Naver(SimpleNamespace(session=lambda *_: SimpleNamespace(get=lambda *_, **__: response)))
    response = SimpleNamespace(content=body, status_code=200)
    with pytest.raises(BadPayload, match="막대 하나"):
        getattr(client, read)("KOSPI" if read == "index_bars" else "005930", 1)
