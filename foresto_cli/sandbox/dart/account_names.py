"""How companies name their accounts: the standard names and the variants met in real filings."""

from foresto_cli.sandbox.dart.dart_companies import BANK, BROKER, HOLDING, INSURER, Company

ANNUAL = 4
"""The quarter of the annual report."""
NOT_STANDARD = "-표준계정코드 미사용-"
REVENUE = (
    "매출액",
    "수익(매출액)",
    "영업수익",
    "매출",
    "Ⅰ. 매출액",
    "매출액(영업수익)",
    "I.매출액 (주41,42)",
    "매 출 액",
)
OPERATING = ("영업이익", "영업이익(손실)", "영업이익", "영업이익(손실)", "Ⅴ. 영업이익", "영업손익")
NET_ANNUAL = ("당기순이익", "당기순이익(손실)", "Ⅷ. 당기순이익(손실)", "연결당기순이익")
NET_INTERIM = {
    1: ("분기순이익", "분기순이익(손실)"),
    2: ("반기순이익", "반기순이익(손실)"),
    3: ("분기순이익", "연결분기순이익"),
}
ASSETS = ("자산총계", "자산총계", "자 산 총 계")
OWN_REVENUE_ID = 25
"""A company (number modulo 40) that leaves the standard code of its revenue out in interim reports."""


def revenue(company: Company) -> str:
    """Return what ``company`` calls its revenue."""
    if company.kind in (HOLDING, BROKER):
        return "영업수익"
    return REVENUE[company.number % len(REVENUE)]


def revenue_id(company: Company, quarter: int) -> str:
    """Return the account id of the revenue; some leave it out in some quarters."""
    if company.number % 40 == OWN_REVENUE_ID and quarter != ANNUAL:
        return NOT_STANDARD
    return ("ifrs-full_Revenue", "ifrs-full_Revenue", "ifrs-full_RevenueFromContractsWithCustomers", "dart_Revenue")[
        company.number // 3 % 4
    ]


def operating(company: Company) -> str:
    """Return what ``company`` calls its operating income."""
    return OPERATING[company.number % len(OPERATING)]


def operating_id(company: Company) -> str:
    """Return the account id of the operating income; the financial ones use the international one."""
    is_financial = company.kind in (BANK, INSURER, BROKER)
    return "ifrs-full_ProfitLossFromOperatingActivities" if is_financial else "dart_OperatingIncomeLoss"


def net(company: Company, quarter: int) -> str:
    """Return what ``company`` calls its net income in the report of ``quarter``."""
    names = NET_INTERIM.get(quarter, NET_ANNUAL)
    if company.number % 5 == 0:
        return "당기순이익(손실)"
    return names[company.number % len(names)]


def assets(company: Company) -> str:
    """Return what ``company`` calls its total assets."""
    return ASSETS[company.number % len(ASSETS)]
