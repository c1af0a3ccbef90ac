"""Which lines the statements of a company have: ids, names and the figure behind each."""

from collections.abc import Iterator
from typing import NamedTuple

from foresto_cli.sandbox.dart import account_names
from foresto_cli.sandbox.dart.account_names import NOT_STANDARD
from foresto_cli.sandbox.dart.dart_companies import BANK, FINANCIAL, INSURER, Company

GROUP = "연결재무제표 [member]"
PARENT = "별도재무제표 [member]"
OWNERS = "자본 [구성요소]|지배기업의 소유주에게 귀속되는 지분 [구성요소]"
MINORITY = "자본 [구성요소]|비지배지분 [구성요소]"
OWN_OWNERS, OWN_OTHERS = "지배기업의 소유주지분", "비지배지분"
"""What some groups call both shares, without a standard id."""
TWO_STATEMENTS = 3
"""Every third company files a separate income statement; the others only the comprehensive one."""


class Line(NamedTuple):
    """One line: statement, account, and the name of its figure (None: always blank).

    ``is_new``: the comparison columns of earlier periods are missing.
    """

    division: str
    account_id: str
    name: str
    figure: str | None
    detail: str = "-"
    is_new: bool = False


def balance(company: Company) -> Iterator[Line]:
    """Yield the lines of the balance sheet; banks and insurers do not tell current from non-current."""
    ordinary = company.kind not in FINANCIAL
    yield Line("BS", "ifrs-full_Assets", account_names.assets(company), "total_assets")
    if ordinary:
        yield Line("BS", "ifrs-full_CurrentAssets", "유동자산", "current_assets")
    yield Line("BS", "ifrs-full_CashAndCashEquivalents", "현금및현금성자산", "cash")
    yield Line("BS", "ifrs-full_TradeAndOtherCurrentReceivables", "매출채권 및 기타유동채권", "receivables")
    if ordinary:
        yield Line("BS", "ifrs-full_Inventories", "재고자산", "inventories")
        yield Line("BS", "ifrs-full_NoncurrentAssets", "비유동자산", "noncurrent_assets")
    yield Line("BS", "ifrs-full_PropertyPlantAndEquipment", "유형자산", "tangible_assets")
    yield Line("BS", NOT_STANDARD, "기타금융자산", None)
    yield Line("BS", "ifrs-full_Liabilities", "부채총계", "total_liabilities")
    if ordinary:
        yield Line("BS", "ifrs-full_CurrentLiabilities", "유동부채", "current_liabilities")
        yield Line("BS", "ifrs-full_TradeAndOtherCurrentPayables", "매입채무 및 기타유동채무", "payables")
        yield Line("BS", "ifrs-full_NoncurrentLiabilities", "비유동부채", "noncurrent_liabilities")
        # The same label stands in the current and in the non-current block.
        yield Line("BS", NOT_STANDARD, "기타금융부채", None)
        yield Line("BS", NOT_STANDARD, "기타금융부채", None)
    yield Line("BS", "dart_LongTermBorrowingsGross", "장기차입금", "borrowings")
    yield Line("BS", "ifrs-full_Equity", "자본총계", "total_equity")
    if company.consolidates:
        owners = "지배기업의 소유주에게 귀속되는 자본"
        yield Line("BS", "ifrs-full_EquityAttributableToOwnersOfParent", owners, "owners_equity")
        yield Line("BS", "ifrs-full_NoncontrollingInterests", "비지배지분", "minority")
    yield Line("BS", "ifrs-full_IssuedCapital", "자본금", "capital")
    yield Line("BS", "dart_CapitalSurplus", "자본잉여금", "surplus")
    yield Line("BS", "ifrs-full_RetainedEarnings", "이익잉여금(결손금)", "retained_earnings")
    yield Line("BS", "ifrs-full_EquityAndLiabilities", "자본과부채총계", "liabilities_and_equity")


def income(company: Company, quarter: int, scope: str, *, own_labels: bool) -> Iterator[Line]:
    """Yield the lines of the income statement (IS), if there is one, and of the comprehensive one (CIS)."""
    if company.number % TWO_STATEMENTS == 0:
        yield from _result("IS", company, quarter, scope, own_labels=own_labels)
        yield Line("CIS", "ifrs-full_ProfitLoss", account_names.net(company, quarter), "net_income")
    else:
        yield from _result("CIS", company, quarter, scope, own_labels=own_labels)
    yield Line("CIS", "ifrs-full_OtherComprehensiveIncome", "기타포괄손익", "other_comprehensive")
    yield Line("CIS", "ifrs-full_ComprehensiveIncome", "총포괄손익", "comprehensive")
    if scope == "CFS" and own_labels:
        # The same two names as below net income: only the sums tell them apart.
        yield Line("CIS", NOT_STANDARD, OWN_OWNERS, "owners_comprehensive")
        yield Line("CIS", NOT_STANDARD, OWN_OTHERS, "minority_net_income")
    elif scope == "CFS":
        owners = "포괄손익, 지배기업의 소유주에게 귀속되는 지분"
        owners_id = "ifrs-full_ComprehensiveIncomeAttributableToOwnersOfParent"
        yield Line("CIS", owners_id, owners, "owners_comprehensive")
        others = "ifrs-full_ComprehensiveIncomeAttributableToNoncontrollingInterests"
        yield Line("CIS", others, "포괄손익, 비지배지분", "minority_net_income")


def _result(division: str, company: Company, quarter: int, scope: str, *, own_labels: bool) -> Iterator[Line]:
    if company.kind == BANK:
        yield Line(division, "ifrs-full_RevenueFromInterest", "이자수익", "revenue")
        yield Line(division, "ifrs-full_InterestExpense", "이자비용", "cost")
    elif company.kind == INSURER:
        yield Line(division, "ifrs-full_InsuranceRevenue", "보험수익", "revenue")
        yield Line(division, "ifrs-full_InsuranceServiceExpensesFromInsuranceContractsIssued", "보험서비스비용", "cost")
    else:
        code = account_names.revenue_id(company, quarter)
        yield Line(division, code, account_names.revenue(company), "revenue")
        yield Line(division, "ifrs-full_CostOfSales", "매출원가", "cost")
        yield Line(division, "ifrs-full_GrossProfit", "매출총이익", "gross_profit")
    yield Line(division, "dart_TotalSellingGeneralAdministrativeExpenses", "판매비와관리비", "overheads")
    code = account_names.operating_id(company)
    yield Line(division, code, account_names.operating(company), "operating_income")
    yield Line(division, "dart_OtherGains", "기타수익", "other_income")
    yield Line(division, "ifrs-full_ProfitLossBeforeTax", "법인세비용차감전순이익(손실)", "pretax_income")
    yield Line(division, "ifrs-full_IncomeTaxExpenseContinuingOperations", "법인세비용(수익)", "tax")
    yield Line(division, "ifrs-full_ProfitLoss", account_names.net(company, quarter), "net_income")
    if scope == "CFS" and own_labels:
        yield Line(division, NOT_STANDARD, OWN_OWNERS, "owners_net_income")
        yield Line(division, NOT_STANDARD, OWN_OTHERS, "minority_net_income")
    elif scope == "CFS":
        owners = "지배기업의 소유주에게 귀속되는 당기순이익(손실)"
        yield Line(division, "ifrs-full_ProfitLossAttributableToOwnersOfParent", owners, "owners_net_income")
        others = "ifrs-full_ProfitLossAttributableToNoncontrollingInterests"
        yield Line(division, others, "비지배지분에 귀속되는 당기순이익(손실)", "minority_net_income")
    yield Line(division, "ifrs-full_BasicEarningsLossPerShare", "기본주당이익(손실)", "eps")


def cash(company: Company) -> Iterator[Line]:
    """Yield the lines of the cash flow statement; outflows are positive, as most companies write them."""
    yield Line("CF", "ifrs-full_CashFlowsFromUsedInOperatingActivities", "영업활동현금흐름", "operating_cash_flow")
    yield Line("CF", "ifrs-full_ProfitLoss", "당기순이익(손실)", "net_income")
    yield Line("CF", "ifrs-full_InterestPaidClassifiedAsOperatingActivities", "이자지급(영업)", "interest_paid")
    yield Line("CF", NOT_STANDARD, "기타 영업활동", None)
    yield Line("CF", "ifrs-full_CashFlowsFromUsedInInvestingActivities", "투자활동현금흐름", "investing_cash_flow")
    bought = "ifrs-full_PurchaseOfPropertyPlantAndEquipmentClassifiedAsInvestingActivities"
    yield Line("CF", bought, "유형자산의 취득", "tangible_purchases")
    yield Line("CF", "ifrs-full_CashFlowsFromUsedInFinancingActivities", "재무활동현금흐름", "financing_cash_flow")
    paid = "ifrs-full_DividendsPaidClassifiedAsFinancingActivities" if company.number % 4 else NOT_STANDARD
    yield Line("CF", paid, "배당금의 지급", "dividends_paid", is_new=company.number % 4 == 0)
    yield Line("CF", "ifrs-full_IncreaseDecreaseInCashAndCashEquivalents", "현금및현금성자산의순증감", "cash_change")
    yield Line("CF", "dart_CashAndCashEquivalentsAtBeginningOfPeriodCf", "기초현금및현금성자산", "cash_before")
    yield Line("CF", "dart_CashAndCashEquivalentsAtEndOfPeriodCf", "기말현금및현금성자산", "cash")


def equity(company: Company, scope: str) -> Iterator[Line]:
    """Yield the lines of the statement of changes in equity: the same account for several components."""
    whole = GROUP if scope == "CFS" else PARENT
    yield Line("SCE", "dart_EquityAtBeginningOfPeriod", "기초자본", "equity_before", whole)
    yield Line("SCE", "ifrs-full_ProfitLoss", "당기순이익(손실)", "net_income", whole)
    if scope == "CFS":
        yield Line("SCE", "ifrs-full_ProfitLoss", "당기순이익(손실)", "owners_net_income", OWNERS)
        yield Line("SCE", "ifrs-full_ProfitLoss", "당기순이익(손실)", "minority_net_income", MINORITY)
        yield Line("SCE", "ifrs-full_Equity", "자본총계", "owners_equity", OWNERS)
        yield Line("SCE", "ifrs-full_Equity", "자본총계", "minority", MINORITY)
    if company.number % 2:
        yield Line("SCE", NOT_STANDARD, "이익잉여금대체", None, whole, is_new=True)
    yield Line("SCE", "ifrs-full_Equity", "자본총계", "total_equity", whole)
