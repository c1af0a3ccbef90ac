"""What is believed of the disclosure's products, options and rates, and what is refused."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from fss_products import shelved
from support import EVENING

from foresto_cli import clock
from foresto_cli.collecting.loader import Answer, Unit
from foresto_cli.datasets.fss.kinds import BY_NAME
from foresto_cli.datasets.fss.products import FssProducts
from foresto_cli.errors import BadPayload
from foresto_cli.upstream.finlife import Products


def loader(kind="deposits", open_products=()):
    client = SimpleNamespace(sessions=[])
    return FssProducts(client, ["020000"], EVENING.date(), dict(open_products), BY_NAME[kind])


def parsed(base, options=(), group="020000", **facts):
    found = loader(**facts)
    unit = Unit(group, "정기예금 은행")
    result = found.parse(Answer(unit, "FSS", Products(list(base), list(options)), clock.wall()))
    return result, [found.check(row) for row in result.rows]


def product(code="a", **changes):
    [(base, _)] = list(shelved(BY_NAME["deposits"], "020000").values())[:1]
    return base | {"fin_prdt_cd": code} | changes


def option(code="a", **changes):
    base = product(code)
    return {
        "dcls_month": "202611", "fin_co_no": base["fin_co_no"], "fin_prdt_cd": code, "intr_rate_type": "S",
        "intr_rate_type_nm": "단리", "save_trm": "12", "intr_rate": 3.1, "intr_rate2": 3.5,
    } | changes  # fmt: skip


def test_an_option_said_twice_is_one_and_said_differently_is_none():
    result, problems = parsed([product()], [option(), option()])
    assert (len(result.rows[0]["options"]), problems) == (1, [None])
    _, [problem] = parsed([product()], [option(), option(intr_rate=9)])
    assert "다르게" in problem


def test_options_are_joined_over_pages_and_one_without_a_product_is_noted_or_refused():
    many = [product(f"{number}") for number in range(100)]
    result, _ = parsed(many, [option(f"{number}") for number in reversed(range(101))])
    assert [len(row["options"]) for row in result.rows] == [1] * 100
    assert "1개" in result.reason
    with pytest.raises(BadPayload, match="상품 없는 옵션"):
        parsed([product()], [option(), option("b")])


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"fin_co_no": "12"}, "금융회사"),
        ({"fin_prdt_cd": ""}, "상품 코드"),
        ({"dcls_month": "202613"}, "공시월"),
        ({"dcls_month": {}}, "dcls_month"),
        ({"fin_prdt_nm": " "}, "이름"),
        ({"fin_prdt_cd": "x" * 101}, "fin_prdt_cd"),
    ],
)
def test_an_impossible_product_is_named(changes, word):
    code = changes.get("fin_prdt_cd", "a")
    _, [problem] = parsed([product(code) | changes], [option(code) | {"fin_co_no": product()["fin_co_no"], **changes}])
    assert word in problem


@pytest.mark.parametrize("rate", ["N/A", "NaN", 1e9, "Infinity", True, [], "1e400", "１２"])
def test_what_is_no_rate_is_not_stored_as_one(rate):
    _, [problem] = parsed([product()], [option(intr_rate=rate)])
    assert "intr_rate" in problem


@pytest.mark.parametrize("months", ["x", "-1", 1e5, []])
def test_what_is_no_term_spoils_its_product(months):
    _, [problem] = parsed([product()], [option(), option(save_trm=months)])
    assert "save_trm" in problem


@pytest.mark.parametrize(("rate", "stored"), [(None, None), ("", None), ("-", None), ("3.10", Decimal("3.1")), (3, 3)])
def test_a_rate_is_text_or_number_or_missing(rate, stored):
    result, [problem] = parsed([product()], [option(intr_rate=rate)])
    assert (result.rows[0]["options"][0]["intr_rate"], problem) == (stored, None)


def test_what_nothing_hangs_on_is_null_when_it_cannot_be_read():
    odd = {
        "max_limit": "없음",
        "dcls_strt_day": "미정",
        "fin_co_subm_day": "2026",
        "join_deny": "x" * 21,
        "etc_note": "\0",
    }
    result, [problem] = parsed([product(**odd)], [option()])
    assert problem is None
    assert {result.rows[0]["product"][name] for name in odd} == {None}


def test_a_term_that_is_not_stated_and_a_code_that_is_null_are_kept_in_the_key():
    result, [problem] = parsed([product()], [option(save_trm=None, intr_rate_type=None), option()])
    assert problem is None
    assert {(row["save_trm"], row["intr_rate_type"]) for row in result.rows[0]["options"]} == {(0, ""), (12, "S")}


def test_half_an_answer_and_an_impossible_nothing_are_refused():
    with pytest.raises(BadPayload, match="top_fin_grp_no"):
        parsed([product()], open_products={"020000": 40})
    with pytest.raises(BadPayload, match="하나도 없다"):
        parsed([])
    assert parsed([], group="060000")[0].status == "no_data"
    with pytest.raises(BadPayload, match="두 번"):
        parsed([product(), product()], [option()])
    with pytest.raises(BadPayload, match="금리가 없습니다"):
        parsed([product(f"{number}") for number in range(10)], [option("3"), option("4")])
    with pytest.raises(BadPayload, match="읽을 수 없는"):
        parsed([product(fin_prdt_cd={"item": None})], [option()])
