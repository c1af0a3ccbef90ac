"""The records of each kind: what ``baseList`` and ``optionList`` say of a product, oddities included.

Rates may be null, a limit may be missing, names have line breaks and trailing blanks, and one is ``<script>…``.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

from foresto_cli.sandbox.products.shelf import Product, on_offer

BROKEN, COMPOUND, ONLY_BEST = 4, 5, 20
"""Remainders of the numbers of products with a name in two lines, compound interest, one rate alone."""
Record = dict[str, object]
Entry = tuple[Mapping[str, object], Sequence[Record]]
"""A product and its options."""

SCRIPT_NAME = "<script>alert('예금')</script>"
WAYS = ("영업점,인터넷,스마트폰", "스마트폰", "인터넷,스마트폰,전화(텔레뱅킹)", None)
MONTHS = ("1", "3", "6", "12", "24", "36")
GRADES = ("1", "4", "5", "6", "10", "11", "12", "13")
LOANS = (("1", "일반신용대출"), ("2", "마이너스한도대출"))
CREDIT_RATES = (("A", "대출금리", 6.0), ("B", "기준금리", 3.3), ("C", "가산금리", 2.9), ("D", "가감조정금리", -0.2))
HOMES = ({"mrtg_type": "A", "mrtg_type_nm": "아파트"}, {"mrtg_type": "E", "mrtg_type_nm": "아파트외"})
NAMES = {
    "D": "정기예금",
    "S": "자유적금",
    "P": "연금저축",
    "M": "주택담보대출",
    "R": "전세자금대출",
    "C": "개인신용대출",
}


@lru_cache(maxsize=64)
def disclosed(seed: int, division: str, group: str, day: date) -> tuple[Entry, ...]:
    """Return every product of the disclosure of ``day`` with its options."""
    return tuple(entry for product in on_offer(seed, division, group, day) for entry in _entries(division, product))


def _entries(division: str, product: Product) -> Iterator[Entry]:
    """Yield one product of the shelf; a credit loan may be two, for two kinds of loan have one code."""
    dice = random.Random(product.seed)
    key = {"dcls_month": product.month, "fin_co_no": product.company, "fin_prdt_cd": product.code}
    base = key | {
        "kor_co_nm": product.company_name,
        "fin_prdt_nm": _name(division, product),
        "join_way": WAYS[product.number % len(WAYS)],
    }
    days = {
        "dcls_strt_day": f"{product.submitted:%Y%m%d}",
        "dcls_end_day": None if product.number % 5 else "99991231",
        "fin_co_subm_day": f"{product.submitted:%Y%m%d}1054",
    }
    if division == "C":
        for loan, words in LOANS[: 1 + product.number % 2]:
            lent = {"crdt_prdt_type": loan, "crdt_prdt_type_nm": words, "cb_name": "NICE, KCB"}
            named = key | {"crdt_prdt_type": loan}
            yield base | lent | days, [{**named, **option} for option in _credit_options(product, dice)]
        return
    terms = TERMS[division](product, dice)
    yield {**base, **terms, **days}, [{**key, **option} for option in OPTIONS[division](product, dice)]


def _name(division: str, product: Product) -> str:
    if (division, product.number) == ("D", 3):
        return SCRIPT_NAME
    name = f"가상{product.number + 1}호 {NAMES[division]}"
    return name.replace(" ", "\n") + "\n(개인/만기\n" if product.number % 11 == BROKEN else name


def _saving_terms(product: Product, dice: random.Random) -> Record:
    return {
        "mtrt_int": "만기 후\n- 1개월이내 : 만기시점약정이율×50%\n- 6개월초과 : 만기시점약정이율×20%",
        "spcl_cnd": "해당사항 없음",
        "join_deny": dice.choice("11123"),
        "join_member": "실명의 개인",
        "etc_note": f"- 가입기간: 1~36개월\n- 최소가입금액: {product.number + 1}만원",
        "max_limit": dice.choice((None, None, 50_000_000, 999_999_999)),
    }


def _rate(value: float) -> float:
    return round(min(max(value, 0.1), 19.9), 2)


def _saving_options(product: Product, dice: random.Random, sorts: Sequence[Mapping[str, object]]) -> Iterator[Record]:
    level = 2.2 + dice.random() * 1.4 + product.drift
    compound = product.number % 6 == COMPOUND
    for sort in sorts:
        for place, months in enumerate(dice.sample(MONTHS, dice.randint(2, 5))):
            base = _rate(level + 0.05 * MONTHS.index(months))
            yield {
                "intr_rate_type": "M" if compound else "S",
                "intr_rate_type_nm": "복리" if compound else "단리",
                **sort,
                "save_trm": months,
                # A few state only the rate with all preferences.
                "intr_rate": None if product.number % 37 == ONLY_BEST and place == 0 else base,
                "intr_rate2": _rate(base + dice.choice((0, 0.2, 0.65, 1.5))),
            }


def _deposit_options(product: Product, dice: random.Random) -> Iterator[Record]:
    return _saving_options(product, dice, ({},))


def _savings_options(product: Product, dice: random.Random) -> Iterator[Record]:
    sorts = ({"rsrv_type": "S", "rsrv_type_nm": "정액적립식"}, {"rsrv_type": "F", "rsrv_type_nm": "자유적립식"})
    return _saving_options(product, dice, sorts[: 1 + product.number % 2])


def _annuity_terms(product: Product, dice: random.Random) -> Record:
    fund = product.number % 2
    return {
        "pnsn_kind": "3" if fund else "2",
        "pnsn_kind_nm": "연금저축펀드" if fund else "연금저축보험",
        "sale_strt_day": f"20{10 + product.number % 12}0401",
        "mntn_cnt": product.number * 17,
        "prdt_type": "11" if fund else "40",
        "prdt_type_nm": "주식형" if fund else "금리연동형",
        "avg_prft_rate": round(dice.uniform(-3, 9) + product.drift, 2),
        "dcls_rate": None if fund else _rate(2.4 + product.drift),
        "guar_rate": None if fund else "가입후 10년 이하 : 1.0%, 10년 초과 : 0.5%",
        "btrm_prft_rate_1": round(dice.uniform(-10, 25), 2),
        "btrm_prft_rate_2": round(dice.uniform(-10, 15), 2),
        "btrm_prft_rate_3": None if product.number % 3 else round(dice.uniform(-5, 10), 2),
        "etc": "-",
        "sale_co": product.company_name,
    }


def _annuity_options(product: Product, dice: random.Random) -> Iterator[Record]:
    for age in dice.sample((30, 40, 50), dice.randint(1, 3)):
        for term, words in (("A", "10년 확정"), ("B", "20년 확정"))[: 1 + product.number % 2]:
            yield {
                "pnsn_recp_trm": term,
                "pnsn_recp_trm_nm": words,
                "pnsn_entr_age": f"{age}",
                "pnsn_entr_age_nm": f"{age}세",
                "mon_paym_atm": "10",
                "mon_paym_atm_nm": "100,000원",
                "paym_prd": "10",
                "paym_prd_nm": "10년",
                "pnsn_strt_age": "60",
                "pnsn_strt_age_nm": "60세",
                "pnsn_recp_amt": 100_000 + dice.randrange(200_000),
            }


def _loan_terms(product: Product, dice: random.Random) -> Record:
    return {
        "loan_inci_expn": "- 인지세 : 해당세액의 50%\n- 국민주택채권매입비",
        "erly_rpay_fee": f"중도상환금액 × {dice.choice((0.7, 1.1, 1.4))}%",
        "dly_rate": "대출금리 + 3%",
        "loan_lmt": f"LTV {40 + product.number % 4 * 10}%",
    }


def _loan_options(product: Product, dice: random.Random, *, collateral: bool) -> Iterator[Record]:
    level = 3.6 + dice.random() + product.drift
    for homes in HOMES if collateral else ({},):
        for sort, words in (("F", "고정금리"), ("C", "변동금리"))[: 1 + product.number % 2]:
            least = _rate(level + (0.3 if sort == "F" else 0))
            yield {
                **homes,
                "rpay_type": "D" if collateral else "S",
                "rpay_type_nm": "분할상환방식" if collateral else "만기일시상환방식",
                "lend_rate_type": sort,
                "lend_rate_type_nm": words,
                "lend_rate_min": least,
                "lend_rate_max": _rate(least + 1.7),
                # Nobody borrowed last month.
                "lend_rate_avg": None if product.number % 3 == 1 else _rate(least + 0.4),
            }


def _mortgage_options(product: Product, dice: random.Random) -> Iterator[Record]:
    return _loan_options(product, dice, collateral=True)


def _rent_options(product: Product, dice: random.Random) -> Iterator[Record]:
    return _loan_options(product, dice, collateral=False)


def _credit_options(product: Product, dice: random.Random) -> Iterator[Record]:
    given = dice.randint(2, len(GRADES))
    for sort, meaning, level in CREDIT_RATES:
        step = 0 if sort == "B" else 0.8
        yield {
            "crdt_lend_rate_type": sort,
            "crdt_lend_rate_type_nm": meaning,
            # Nobody with a lower score borrows there.
            **{
                f"crdt_grad_{grade}": round(level + step * place, 2) if place < given else None
                for place, grade in enumerate(GRADES)
            },
            "crdt_grad_avg": round(level + 0.5 + product.drift, 2),
        }


TERMS: dict[str, Callable[[Product, random.Random], Record]] = {
    "D": _saving_terms,
    "S": _saving_terms,
    "P": _annuity_terms,
    "M": _loan_terms,
    "R": _loan_terms,
}
OPTIONS: dict[str, Callable[[Product, random.Random], Iterator[Record]]] = {
    "D": _deposit_options,
    "S": _savings_options,
    "P": _annuity_options,
    "M": _mortgage_options,
    "R": _rent_options,
}
