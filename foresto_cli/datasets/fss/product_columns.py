"""The columns that tables of financial products share, and how such tables are made."""

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
)

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import provenance, said, table_said

CREDIT_KEY = "crdt_prdt_type"
"""Part of a credit loan's key: one code may stand for several kinds of loan."""


COMPANY = ("금융회사 번호 7자리(금감원)", "Company's number at the FSS, seven digits")
CODE = ("상품 코드: 금융회사 안에서만 하나", "Product's code, unique within the company only")
LOAN_KIND = ("대출 종류 코드", "Code of the kind of loan")
NOT_STATED = ("회사가 적지 않았으면 NULL", "NULL where the company states none")


def key(*, credit: bool) -> list[Column[Any]]:
    """Return what tells a product apart: the company and its code, and of credit loans the kind of loan."""
    found: list[Column[Any]] = [
        Column("fin_co_no", String(7), primary_key=True, **said(*COMPANY)),
        Column("fin_prdt_cd", String(100), primary_key=True, **said(*CODE)),
    ]
    return [*found, Column(CREDIT_KEY, String(20), primary_key=True, **said(*LOAN_KIND))] if credit else found


def number(name: str, korean: str, english: str) -> Column[Any]:
    """Return a number that a company may leave out."""
    return Column(name, Numeric, **said(f"{korean}. {NOT_STATED[0]}", f"{english}; {NOT_STATED[1]}"))


def text(name: str, korean: str, english: str) -> Column[Any]:
    """Return words of the company that it may leave out."""
    return Column(
        name, Text, **said(f"{korean}(회사의 글). {NOT_STATED[0]}", f"{english}, in the company's words; or NULL")
    )


def _readers(command: str) -> str:
    # Annuities have returns of the past and no rate to rank by.
    return "fss show" if command == "annuity" else "fss show, fss best"


def products(
    name: str,
    command: str,
    columns: list[Column[Any]],
    what: tuple[str, str],
    *,
    credit: bool = False,
) -> Table:
    """Return the table of one kind of product; ``what`` is what one row is, in Korean and English."""
    company = "company" if command == "annuity" else "bank"
    return Table(
        name,
        metadata,
        *key(credit=credit),
        Column(
            "top_fin_grp_no",
            String(6),
            nullable=False,
            **said(
                "권역: 020000 은행, 030200 여신전문, 030300 저축은행, 050000 보험, 060000 금융투자",
                "Group: 020000 banks, 030200 credit, 030300 savings banks, 050000 insurers, 060000 investment",
            ),
        ),
        Column("name", Text, nullable=False, **said("상품 이름", "Name of the product")),
        Column(company, Text, nullable=False, **said("금융회사 이름", "Name of the company")),
        Column(
            "dcls_month", String(6), nullable=False, **said("공시 제출월(YYYYMM)", "Month of the disclosure (YYYYMM)")
        ),
        text("join_way", "가입 방법", "How to join"),
        *columns,
        Column("dcls_strt_day", Date, **said("공시 시작일. 없으면 NULL", "First day of the disclosure; or NULL")),
        Column(
            "dcls_end_day",
            Date,
            **said("공시 종료일. 정해지지 않았으면 NULL", "Last day of the disclosure; NULL while open-ended"),
        ),
        Column(
            "fin_co_subm_day",
            DateTime,
            **said("회사가 제출한 시각(KST). 없으면 NULL", "When the company submitted it (KST); or NULL"),
        ),
        Column("is_active", Boolean, nullable=False, **said("지금 공시되어 있는지", "Disclosed now")),
        Column(
            "closed_on",
            Date,
            **said("공시에서 사라진 것을 안 날. 공시 중이면 NULL", "Day on which it was gone; NULL while disclosed"),
        ),
        *provenance(),
        CheckConstraint("is_active = (closed_on IS NULL)", name=f"chk_{name}_closed"),
        Index(f"ix_{name}_name", "name"),
        **table_said(*what, fills=f"fss {command}, fss all", reads=_readers(command)),
    )


def options(
    name: str, command: str, columns: list[Column[Any]], what: tuple[str, str], *, credit: bool = False
) -> Table:
    """Return the table of the options of one kind of product; ``what`` as of :func:`products`."""
    return Table(
        name,
        metadata,
        *key(credit=credit),
        *columns,
        *provenance(with_source=False),
        **table_said(*what, fills=f"fss {command}, fss all", reads=_readers(command)),
    )


def code(name: str, korean: str, english: str, **codes: tuple[str, str]) -> list[Column[Any]]:
    """Return a code that is part of the key (empty where the company states none) and its Korean word.

    Args:
        name: of the column.
        korean: what it is the code of.
        english: the same.
        codes: what each means, in both.
    """
    meanings = [", ".join(f"{one} {words[language]}" for one, words in codes.items()) for language in (0, 1)]
    known = [f"({meaning})" if meaning else "" for meaning in meanings]
    return [
        Column(
            name,
            String(20),
            primary_key=True,
            **said(
                f"{korean} 코드{known[0]}. 적지 않았으면 빈 글",
                f"Code of the {english} {known[1]}".rstrip() + "; empty where not stated",
            ),
        ),
        Column(
            f"{name}_nm",
            Text,
            **said(f"{korean}. 적지 않았으면 NULL", f"{english.capitalize()}, in Korean; NULL where not stated"),
        ),
    ]


def saving_terms() -> list[Column[Any]]:
    """Return what deposits and instalment savings say of themselves."""
    return [
        Column(
            "interest_rate",
            Numeric,
            **said(
                "대표 금리, 연 %: 12개월(없으면 가장 가까운 기간) 단리의 기본 금리. 금리가 없으면 NULL",
                "Rate that stands for it, percent a year: base rate of 12 months (or nearest), simple; NULL without"
                " any",
            ),
        ),
        text("mtrt_int", "만기 후 이자율", "Interest after maturity"),
        text("spcl_cnd", "우대 조건", "Conditions of preferences"),
        Column(
            "join_deny",
            String(20),
            **said(
                "가입 제한 코드(1 제한 없음, 2 서민 전용, 3 일부 제한). 없으면 NULL",
                "Who may join: 1 all, 2 low incomes, 3 some; or NULL",
            ),
        ),
        text("join_member", "가입 대상", "Who may join"),
        text("etc_note", "유의 사항", "Notes"),
        number("max_limit", "최고 한도, 원", "Largest amount, won"),
    ]


def saving_rates() -> list[Column[Any]]:
    """Return the rates of an option of a deposit."""
    return [
        number("intr_rate", "기본 금리, 연 %", "Base rate, percent a year"),
        number("intr_rate2", "최고 우대 금리, 연 %", "Rate with all preferences, percent a year"),
    ]


def loan_terms() -> list[Column[Any]]:
    """Return what loans say of themselves."""
    return [
        text("loan_inci_expn", "대출 부대비용", "Incidental expenses"),
        text("erly_rpay_fee", "중도상환 수수료", "Fee for early repayment"),
        text("dly_rate", "연체 이자율", "Interest on arrears"),
        text("loan_lmt", "대출 한도", "Limit"),
    ]


def loan_rates() -> list[Column[Any]]:
    """Return the rates of an option of a loan."""
    return [
        number("lend_rate_min", "최저 금리, 연 %", "Lowest rate, percent a year"),
        number("lend_rate_max", "최고 금리, 연 %", "Highest rate, percent a year"),
        number("lend_rate_avg", "전월 취급 평균 금리, 연 %", "Average of last month's loans, percent a year"),
    ]


def months() -> Column[int]:
    """Return the term as part of the key."""
    return Column(
        "save_trm",
        Integer,
        primary_key=True,
        autoincrement=False,
        **said("저축 기간, 개월. 적지 않았으면 0", "Term, months; 0 where not stated"),
    )
