"""The FSS's disclosure as it is asked: pages, counters, codes, and the answers that were recorded."""

import json
from decimal import Decimal
from types import SimpleNamespace

import pytest
from support import SHARED, needs_shared

from foresto_cli import clock
from foresto_cli.datasets.fss.kinds import BY_NAME, KINDS
from foresto_cli.datasets.fss.product_rows import products
from foresto_cli.errors import AuthFailed, BadPayload, QuotaSpent, Transient
from foresto_cli.upstream import finlife
from foresto_cli.upstream.finlife import Products

FOLDER = SHARED / "recorded" / "fss"
ARGUMENTS = ("depositProductsSearch", "D", "020000")


def answer(result, status=200):
    content = result if isinstance(result, bytes) else json.dumps({"result": result}).encode()
    return SimpleNamespace(content=content, status_code=status)


def page(number=1, pages=1, total=1, **changes):
    products_of_page = [{"fin_prdt_cd": f"{number}"}]
    return {
        "prdt_div": "D", "total_count": total, "max_page_no": pages, "now_page_no": number, "err_cd": "000",
        "err_msg": "정상", "baseList": products_of_page, "optionList": [], **changes,
    }  # fmt: skip


def client_of(*results):
    """The client in front of given answers; what it asked is in ``asked``."""
    client = finlife.Finlife(SimpleNamespace(session=lambda *_: SimpleNamespace()), "key")
    client.asked = []

    def give(url, params):
        client.asked.append((url, params))
        response = answer(results[int(params["pageNo"]) - 1])
        finlife.inspect(response)
        return response

    client._session.get = give
    return client


def test_pages_are_put_together():
    client = client_of(*(page(number, 3, 3) for number in (1, 2, 3)))
    found = client.products(*ARGUMENTS)
    assert [record["fin_prdt_cd"] for record in found.base] == ["1", "2", "3"]
    url, parameters = client.asked[-1]
    assert url == "https://finlife.fss.or.kr/finlifeapi/depositProductsSearch.json"
    assert parameters == {"auth": "key", "topFinGrpNo": "020000", "pageNo": "3"}


def test_counters_may_be_text():
    assert (
        len(
            client_of(page(**dict.fromkeys(("total_count", "max_page_no", "now_page_no"), "1")))
            .products(*ARGUMENTS)
            .base
        )
        == 1
    )


@pytest.mark.parametrize("changes", [{}, {"max_page_no": 0, "now_page_no": 0}])
def test_an_empty_group_is_an_answer(changes):
    assert client_of(page(total=0, baseList=[], **changes)).products(*ARGUMENTS) == Products([], [])


@pytest.mark.parametrize(
    ("pages", "error", "word"),
    [
        ([page(1, 2, 2), page(1, 2, 2)], BadPayload, "1쪽이"),
        ([page(1, 2, 2), page(2, 2, 3)], Transient, "바뀌었습니다"),
        ([page(1, 2, 2), page(2, 3, 2)], Transient, "바뀌었습니다"),
        ([page(1, 2, 3), page(2, 2, 3)], BadPayload, "3개 가운데 2개"),
        ([page(1, 1, 1, baseList=[])], BadPayload, "1개 가운데 0개"),
        ([page(1, 2, 2), page(2, 2, 2, prdt_div="S")], BadPayload, "다른 종류"),
        ([page(1, 9_999, 9_999)], BadPayload, "9,999쪽"),
        ([page(total_count=None)], BadPayload, "쪽 번호"),
        ([page(baseList={})], BadPayload, "baseList"),
        ([page(optionList=None)], BadPayload, "optionList"),
        ([page(optionList=["x"])], BadPayload, "목록"),
    ],
)
def test_what_is_not_the_whole_answer_is_none(pages, error, word):
    with pytest.raises(error, match=word):
        client_of(*pages).products(*ARGUMENTS)


@pytest.mark.parametrize(("right", "wrong"), [("baseList", "base_list"), ("optionList", "option_list")])
def test_both_lists_have_to_be_there_under_their_names(right, wrong):
    """A mapper that expects snake case makes "success with no rows" of it."""
    renamed = {wrong if name == right else name: value for name, value in page(total=0).items()}
    with pytest.raises(BadPayload, match=right):
        client_of(renamed).products(*ARGUMENTS)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 500])
@pytest.mark.parametrize(
    ("code", "error", "advice"),
    [
        ("010", AuthFailed, "FSS_API_KEY"),
        ("011", AuthFailed, r"finlife\.fss\.or\.kr"),
        ("012", AuthFailed, "새로 발급"),
        ("013", AuthFailed, "예제용"),
        ("020", QuotaSpent, "내일"),
        ("021", AuthFailed, "IP"),
        ("100", BadPayload, "빠졌다"),
        ("101", BadPayload, "틀렸다"),
        ("900", Transient, "정의되지 않은"),
        ("777", BadPayload, "777"),
    ],
)
def test_every_code_is_the_error_it_means_whatever_the_status(code, error, advice, status):
    with pytest.raises(error, match=advice) as caught:
        finlife.inspect(answer(page(err_cd=code, err_msg="오류"), status))
    assert type(caught.value) is error


@pytest.mark.parametrize("body", [b"[]", b'{"result": null}', b'{"result": {}}', b'{"result"', b"\xff\xfe"])
def test_what_is_no_answer_is_refused(body):
    with pytest.raises(BadPayload):
        finlife.inspect(answer(body))


@pytest.mark.parametrize("body", [b"", b"<html>503</html>", b"{}"])
def test_a_page_with_another_status_is_judged_by_its_status(body):
    finlife.inspect(answer(body, 503))


def test_the_sandbox_speaks_the_same_language(open_world, monkeypatch):
    monkeypatch.setattr(clock, "sleep", lambda _: None)
    with open_world() as world:
        for kind in KINDS:
            found = world.app.finlife.products(kind.operation, kind.division, "020000")
            assert found.base or kind.name == "annuity"
            rows, orphans = products(kind, "020000", found)
            assert (orphans, {row["problem"] for row in rows} - {None}) == (0, set())
        session = world.app.finlife._session
        counters = [
            session.get(
                f"{finlife.ROOT}/{ARGUMENTS[0]}.json", params={"auth": "k", "topFinGrpNo": group, "pageNo": "9"}
            )
            for group in ("020000", "030300")
        ]
        assert [type(one.json()["result"]["total_count"]) for one in counters] == [str, int]
        assert counters[0].json()["result"]["baseList"] == [], "a page beyond the end is empty"


# --- what was recorded ----------------------------------------------------------------------------------------------


def recorded(name):
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))["result"]


def read(kind, base, options):
    """Return the rows of recorded lists, orphans counted; nothing in them may be impossible."""
    rows, orphans = products(BY_NAME[kind], "020000", Products(base, options))
    assert [row["problem"] for row in rows if row["problem"]] == []
    return {(row["product"]["fin_co_no"], row["product"]["fin_prdt_cd"]): row for row in rows}, orphans


@needs_shared
def test_recorded_deposits_of_banks():
    name = "depositProductsSearch_020000_202411_reconstructed.json"
    found = client_of(recorded(name)).products(*ARGUMENTS)
    rows, orphans = read("deposits", found.base, found.options)
    assert (len(rows), sum(len(row["options"]) for row in rows.values()), orphans) == (39, 154, 0)
    won = rows["0010001", "WR0001B"]
    assert (won["product"]["name"], won["product"]["bank"], won["product"]["interest_rate"]) == (
        "WON플러스예금", "우리은행", Decimal(str(next(o["intr_rate"] for o in found.options if o["save_trm"] == "12"))),
    )  # fmt: skip
    missing = [o for row in rows.values() for o in row["options"] if o["intr_rate"] is None]
    assert len(missing) == 2
    assert not any("\n" in row["product"]["name"] for row in rows.values())
    assert any("\n" in record["fin_prdt_nm"] for record in found.base)
    assert {row["product"]["dcls_end_day"] for row in rows.values()} == {None}


@needs_shared
def test_recorded_mortgages_of_insurers():
    found = client_of(recorded("mortgageLoanProductsSearch_050000_202505_reconstructed.json")).products(
        "mortgageLoanProductsSearch", "M", "050000"
    )
    rows, orphans = read("mortgage", found.base, found.options)
    assert (len(rows), sum(len(row["options"]) for row in rows.values()), orphans) == (20, 38, 0)
    rates = [option["lend_rate_avg"] for row in rows.values() for option in row["options"]]
    assert rates.count(None) == 15
    assert ("0010618", "0") in rows


@needs_shared
def test_recorded_credit_loans_need_their_kind_of_loan():
    found = recorded("creditLoanProductsSearch_050000_202505_reconstructed_partial.json")
    with pytest.raises(KeyError, match="crdt_prdt_type"):
        products(BY_NAME["credit"], "050000", Products(found["baseList"], found["optionList"]))
    # The collector that kept this one lost it of the products; options have it.
    base = [{**record, "crdt_prdt_type": "1"} for record in found["baseList"]]
    rows, orphans = read("credit", base, found["optionList"])
    assert (len(rows), [len(row["options"]) for row in rows.values()], orphans) == (2, [3, 3], 0)
    [loan] = [o for o in rows["0013173", "개인신용대출"]["options"] if o["crdt_lend_rate_type"] == "A"]
    assert (loan["crdt_grad_1"], loan["crdt_grad_10"], loan["crdt_grad_avg"]) == (
        Decimal("7.03"),
        None,
        Decimal("7.33"),
    )


SNIPPETS = {
    "snippet_depositProductsSearch_202505_first_item.json": ("deposits", "intr_rate", "2.7"),
    "snippet_depositProductsSearch_202607_excerpt_two_pages.json": ("deposits", "intr_rate2", "3.0"),
    "snippet_annuitySavingProductsSearch.json": ("annuity", "pnsn_recp_amt", "201304"),
    "snippet_mortgageLoanProductsSearch.json": ("mortgage", "lend_rate_avg", "4.79"),
    "snippet_rentHouseLoanProductsSearch.json": ("rent-house", "lend_rate_min", "4.25"),
    "snippet_creditLoanProductsSearch.json": ("credit", "crdt_grad_4", "9.57"),
}


@needs_shared
@pytest.mark.parametrize("name", SNIPPETS)
def test_a_recorded_excerpt_is_a_page_and_its_rows_are_read(name):
    kind_name, rate, value = SNIPPETS[name]
    kind = BY_NAME[kind_name]
    found = finlife._page(answer(recorded(name)), kind.division)
    assert found.total > len(found.base) == 1
    with pytest.raises(BadPayload, match="가운데 1개"):
        client_of(*[recorded(name) | {"max_page_no": 1}]).products(kind.operation, kind.division, "020000")
    # Whoever took the excerpt left codes and rates out.
    codes = dict.fromkeys((*kind.option_key, *kind.option_rates, *kind.product_rates, "crdt_prdt_type"))
    rows, orphans = read(kind_name, [codes | found.base[0]], [codes | found.options[0]])
    [row] = rows.values()
    assert (orphans, row["options"][0][rate]) == (0, Decimal(value))


@needs_shared
def test_the_recorded_empty_page_and_the_list_of_companies():
    empty = recorded("snippet_depositProductsSearch_empty_page.json")
    assert client_of(empty).products(*ARGUMENTS) == Products([], [])
    with pytest.raises(BadPayload, match="다른 종류"):
        client_of(recorded("snippet_companySearch.json")).products(*ARGUMENTS)


def fields(name, model):
    content = json.loads((FOLDER / "listings" / name).read_text(encoding="utf-8"))
    return {one["pk"]: one["fields"] for one in content if one["model"] == model}


def joined(base, options, company):
    """Give the options of a re-shaped listing back what named their product."""
    for option in options:
        product = base[option["product"]]
        yield {"fin_co_no": company(product), "dcls_month": product.get("dcls_month"), "rsrv_type": None} | option


@needs_shared
@pytest.mark.parametrize(
    ("kind", "model", "counts"), [("deposits", "deposit", (39, 154)), ("savings", "saving", (58, 176))]
)
def test_a_whole_listing_with_its_options(kind, model, counts):
    base = fields("chungmingyu_products.json", f"moneys.{model}product")
    options = fields("chungmingyu_products.json", f"moneys.{model}option").values()
    # That collector wrote "없음" for null.
    for product in base.values():
        product |= {
            name: None for name, value in product.items() if name in {"max_limit", "dcls_end_day"} and value == "없음"
        }
    restored = [
        option | {name: None for name in ("intr_rate", "intr_rate2") if option[name] in {"없음", -1}}
        for option in joined(base, options, lambda product: product["fin_co_no"])
    ]
    rows, orphans = read(kind, list(base.values()), restored)
    assert (len(rows), sum(len(row["options"]) for row in rows.values()), orphans) == (*counts, 0)


@needs_shared
@pytest.mark.parametrize("kind", ["deposit", "saving"])
def test_a_listing_without_company_numbers(kind):
    base = fields(f"nahangsi_{kind}products.json", f"deposits.{kind}products")
    options = fields(f"nahangsi_{kind}options.json", f"deposits.{kind}options").values()
    companies = {name: f"{number:07d}" for number, name in enumerate({one["kor_co_nm"]: 0 for one in base.values()})}
    for one in base.values():
        one |= {"fin_co_no": companies[one["kor_co_nm"]], "dcls_month": "202401"}
    # Nor with the instalments of savings: every option is told apart by its place.
    restored = [
        option | {"intr_rate_type": option["intr_rate_type_nm"], "rsrv_type": f"{place}"}
        for place, option in enumerate(joined(base, options, lambda product: product["fin_co_no"]))
    ]
    rows, orphans = read("savings", [one | {"max_limit": None} for one in base.values()], restored)
    expected = {"deposit": (38, 112), "saving": (64, 185)}[kind]
    assert (len(rows), sum(len(row["options"]) for row in rows.values()), orphans) == (*expected, 0)


@needs_shared
@pytest.mark.parametrize(("name", "count"), [("finrate_deposits_all.json", 429), ("finrate_savings_all.json", 336)])
def test_a_listing_of_rates_only(name, count):
    items = json.loads((FOLDER / "listings" / name).read_text(encoding="utf-8"))["items"]
    base = [
        {
            "dcls_month": item["date"][:6], "fin_co_no": "0010001", "fin_prdt_cd": f"{number}",
            "kor_co_nm": item["bank"], "fin_prdt_nm": item["product"], "max_limit": item["maxLimit"],
        }
        for number, item in enumerate(items)
    ]  # fmt: skip
    options = [
        {
            "fin_co_no": "0010001", "fin_prdt_cd": f"{number}", "save_trm": months, "intr_rate": rate["base"],
            "intr_rate2": rate["max"], "intr_rate_type": {"단리": "S", "복리": "M"}[rate["type"]],
        }
        for number, item in enumerate(items)
        for months, rate in item["rates"].items()
    ]  # fmt: skip
    rows, orphans = read("deposits", base, options)
    assert (len(rows), orphans) == (count, 0)
    for number, item in enumerate(items):
        row = rows["0010001", f"{number}"]["product"]
        if "12" in item["rates"] and item["rates"]["12"]["base"] is not None:
            assert row["interest_rate"] == Decimal(str(item["rates"]["12"]["base"]))
