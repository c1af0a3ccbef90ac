"""Financial products as the FSS discloses them (금융상품한눈에): six kinds with their options, and how rates changed.

A product is a company's code for it (and, of credit loans, the kind of loan): the code alone is shared by several
companies. Products that left the disclosure stay, closed with the day on which that was noticed. Columns bear the
wire's names where it has no better one; rates are percent a year, null where the company states none.
"""

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, Numeric, String, Table

from foresto_cli.datasets.fss.product_columns import (
    CODE,
    COMPANY,
    CREDIT_KEY,
    code,
    loan_rates,
    loan_terms,
    months,
    number,
    options,
    products,
    saving_rates,
    saving_terms,
    text,
)
from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import BATCH, said, table_said

SCORES = {
    "1": ("900점 초과", "over 900"),
    "4": ("801–900점", "801–900"),
    "5": ("701–800점", "701–800"),
    "6": ("601–700점", "601–700"),
    "10": ("501–600점", "501–600"),
    "11": ("401–500점", "401–500"),
    "12": ("301–400점", "301–400"),
    "13": ("300점 이하", "up to 300"),
    "avg": ("평균", "all together"),
}
"""Suffix of a column → credit scores that it is about."""

deposit_products = products(
    "deposit_products",
    "deposits",
    saving_terms(),
    (
        "한 행은 정기예금 한 상품",
        "One row per deposit (정기예금)",
    ),
)
deposit_rate_options = options(
    "deposit_rate_options",
    "deposits",
    [
        months(),
        *code("intr_rate_type", "저축 금리 유형", "kind of interest", S=("단리", "simple"), M=("복리", "compound")),
        *saving_rates(),
    ],
    (
        "한 행은 정기예금의 한 기간과 금리 유형의 금리",
        "One row per deposit, term and kind of interest (S simple, M compound)",
    ),
)

savings_products = products(
    "savings_products",
    "savings",
    saving_terms(),
    (
        "한 행은 적금 한 상품. 대표 금리는 정액적립식부터",
        "One row per instalment savings product (적금); interest_rate of fixed instalments first",
    ),
)
savings_rate_options = options(
    "savings_rate_options",
    "savings",
    [
        months(),
        *code("intr_rate_type", "저축 금리 유형", "kind of interest", S=("단리", "simple"), M=("복리", "compound")),
        *code("rsrv_type", "적립 유형", "kind of instalment", S=("정액", "fixed"), F=("자유", "free")),
        *saving_rates(),
    ],
    (
        "한 행은 적금의 한 기간, 금리 유형, 적립 유형의 금리",
        "One row per product, term, kind of interest (S simple, M compound) and of instalment (S fixed, F free)",
    ),
)

annuity_savings_products = products(
    "annuity_savings_products",
    "annuity",
    [
        Column("pnsn_kind", String(20), **said("연금 종류 코드. 없으면 NULL", "Code of the kind of pension; or NULL")),
        text("pnsn_kind_nm", "연금 종류", "Kind of pension"),
        Column("prdt_type", String(20), **said("상품 유형 코드. 없으면 NULL", "Code of the kind of product; or NULL")),
        text("prdt_type_nm", "상품 유형", "Kind of product"),
        number("avg_prft_rate", "연평균 수익률, %", "Average return a year, percent"),
        number("dcls_rate", "공시이율, 연 %", "Disclosed rate, percent a year"),
        text("guar_rate", "최저 보증 이율", "Guaranteed rate"),
        number("btrm_prft_rate_1", "과거 수익률 1(지난해), %", "Past return 1 (last year), percent"),
        number("btrm_prft_rate_2", "과거 수익률 2(그 전해), %", "Past return 2 (the year before), percent"),
        number("btrm_prft_rate_3", "과거 수익률 3, %", "Past return 3, percent"),
        Column("sale_strt_day", Date, **said("판매 개시일. 없으면 NULL", "First day of sale; NULL where not stated")),
        number("mntn_cnt", "유지 건수(원문의 숫자, 단위는 공시에 없음)", "Contracts kept, as stated (no unit is told)"),
        text("sale_co", "판매사", "Sellers"),
        text("etc", "기타 사항", "Notes"),
    ],
    (
        "한 행은 연금저축 한 상품",
        "One row per annuity savings product (연금저축)",
    ),
)
annuity_savings_options = options(
    "annuity_savings_options",
    "annuity",
    [
        *code("pnsn_recp_trm", "연금 수령 기간", "term of the pension"),
        *code("pnsn_entr_age", "가입 나이", "age at entry"),
        *code("mon_paym_atm", "월 납입액", "monthly payment"),
        *code("paym_prd", "납입 기간", "years of payment"),
        *code("pnsn_strt_age", "연금 개시 나이", "age at the start"),
        number("pnsn_recp_amt", "연금 수령액, 월 원", "Pension a month, won"),
    ],
    (
        "한 행은 연금저축의 한 수령 조건(기간, 나이, 납입)의 연금액",
        "One row per product and terms: the monthly pension by term, ages at entry and start, payment and its years",
    ),
)

mortgage_loan_products = products(
    "mortgage_loan_products",
    "mortgage",
    loan_terms(),
    (
        "한 행은 주택담보대출 한 상품",
        "One row per mortgage loan (주택담보대출)",
    ),
)
mortgage_loan_options = options(
    "mortgage_loan_options",
    "mortgage",
    [
        *code("mrtg_type", "담보 유형", "collateral", A=("아파트", "flat"), E=("아파트 외", "other")),
        *code("rpay_type", "상환 방식", "repayment", S=("만기일시", "at the end"), D=("분할", "in parts")),
        *code("lend_rate_type", "금리 유형", "kind of rate", F=("고정", "fixed"), C=("변동", "floating")),
        *loan_rates(),
    ],
    (
        "한 행은 주택담보대출의 한 담보·상환·금리 유형의 금리",
        "One row per loan, collateral (A flat, E other), repayment (S at end, D in parts), F fixed or C floating rate",
    ),
)

rent_house_loan_products = products(
    "rent_house_loan_products",
    "rent-house",
    loan_terms(),
    (
        "한 행은 전세자금대출 한 상품",
        "One row per loan for rent deposits (전세자금대출)",
    ),
)
rent_house_loan_options = options(
    "rent_house_loan_options",
    "rent-house",
    [
        *code("rpay_type", "상환 방식", "repayment", S=("만기일시", "at the end"), D=("분할", "in parts")),
        *code("lend_rate_type", "금리 유형", "kind of rate", F=("고정", "fixed"), C=("변동", "floating")),
        *loan_rates(),
    ],
    (
        "한 행은 전세자금대출의 한 상환·금리 유형의 금리",
        "One row per loan, repayment (S at maturity, D instalments), F fixed or C floating rate",
    ),
)


credit_loan_products = products(
    "credit_loan_products",
    "credit",
    [
        text("crdt_prdt_type_nm", "대출 종류", "Kind of loan"),
        text("cb_name", "신용평가회사", "Credit bureau"),
    ],
    (
        "한 행은 개인신용대출 한 상품의 한 대출 종류",
        "One row per credit loan (개인신용대출) and kind of loan",
    ),
    credit=True,
)
credit_loan_options = options(
    "credit_loan_options",
    "credit",
    [
        *code(
            "crdt_lend_rate_type",
            "금리 구분",
            "part of the rate",
            A=("대출", "lending"),
            B=("기준", "base"),
            C=("가산", "margin"),
            D=("가감조정", "adjustment"),
        ),
        *(
            number(f"crdt_grad_{grade}", f"신용점수 {korean} 금리, 연 %", f"Rate for scores {english}, percent a year")
            for grade, (korean, english) in SCORES.items()
        ),
    ],
    (
        "한 행은 개인신용대출의 한 금리 구분의 신용점수별 금리",
        "One row per loan and part of the rate (A lending, B base, C margin, D adjustment), by credit score",
    ),
    credit=True,
)

product_rate_history = Table(
    "product_rate_history",
    metadata,
    Column(
        "kind",
        String(12),
        primary_key=True,
        **said("상품 종류: deposits, savings, annuity, …", "Kind of product: deposits, savings, annuity, …"),
    ),
    Column("fin_co_no", String(7), primary_key=True, **said(*COMPANY)),
    Column("fin_prdt_cd", String(100), primary_key=True, **said(*CODE)),
    # As in the tables above: the kind of loan of a credit loan, else empty; the option's codes, else empty.
    Column(
        CREDIT_KEY,
        String(20),
        primary_key=True,
        **said("신용대출의 대출 종류 코드. 다른 상품이면 빈 글", "Kind of a credit loan; empty for other products"),
    ),
    Column(
        "option_codes",
        String(120),
        primary_key=True,
        **said(
            "조건 코드를 /로 이은 것(12/S). 상품 자체의 금리면 빈 글",
            "Codes of the option, joined by / (12/S); empty for a rate of the product itself",
        ),
    ),
    Column("rate_name", String(20), primary_key=True, **said("바뀐 금리의 열 이름", "Column of the rate that changed")),
    Column(
        "changed_at", DateTime, primary_key=True, **said("바뀐 것을 본 시각(KST)", "When the change was seen (KST)")
    ),
    Column(
        "old_rate",
        Numeric,
        **said("전 금리, %. 없었거나 적지 않았으면 NULL", "Before, percent; NULL: none or not stated"),
    ),
    Column(
        "new_rate",
        Numeric,
        **said("뒤 금리, %. 없어졌거나 적지 않았으면 NULL", "After, percent; NULL: gone or not stated"),
    ),
    Column("batch_id", BigInteger, nullable=False, **said(*BATCH)),
    Index("idx_product_rate_history_when", "changed_at"),
    **table_said(
        "한 행은 이미 알던 상품의 금리 하나가 바뀐 일. 우리가 본 때",
        "One row per change of a rate of a known product, when it was seen",
        fills="fss deposits, fss savings, fss annuity, fss mortgage, fss rent-house, fss credit, fss all",
        reads="fss show",
    ),
)
