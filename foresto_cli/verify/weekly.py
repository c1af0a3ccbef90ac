"""What the weekly and the monthly verification ask besides: who is listed, and what companies file."""

from foresto_cli.collecting.checks import CRITICAL, WARNING, Check
from foresto_cli.datasets.dart import action_checks as actions
from foresto_cli.datasets.dart import report_checks as reports
from foresto_cli.datasets.listed import list_checks as roster
from foresto_cli.telling.mending import annual_reports_again, decisions_again

ROSTER = (
    Check(
        "roster.count",
        "거래소의 종목 수",
        CRITICAL,
        "stocks",
        "활성 종목과 ETF 의 수가 거래소의 것과 1% 넘게 다르지 않다",
        "foresto stocks load --again && foresto stocks etfs --again",
        roster.other_count_than_the_exchange,
    ),
    Check(
        "roster.drop",
        "갑자기 줄어든 종목",
        CRITICAL,
        "stocks",
        "활성 종목과 ETF 가 지난주보다 2% 넘게 줄지 않았다",
        "foresto stocks load --again && foresto stocks etfs --again",
        roster.sudden_drop,
    ),
    Check(
        "roster.inactive",
        "비활성 종목의 비율",
        WARNING,
        "stocks",
        "비활성 종목이 30% 이하",
        "foresto stocks load --again",
        roster.mostly_gone,
    ),
    Check(
        "roster.unpriced",
        "시세 없는 활성 종목",
        WARNING,
        "stocks",
        "활성 종목은 마지막 거래일의 시세가 있다",
        "foresto listing load --again && foresto prices repair && foresto stocks load",
        roster.active_without_prices,
    ),
    Check(
        "roster.unknown",
        "신상 없는 시세",
        WARNING,
        "stocks",
        "시세가 있는 종목은 stocks 에도 있다",
        "foresto stocks load --again",
        roster.prices_without_identity,
    ),
    Check(
        "roster.crno",
        "법인등록번호",
        WARNING,
        "stocks",
        "국내 활성 종목의 95% 이상에 법인등록번호가 있다",
        "foresto stocks load --again",
        roster.few_company_numbers,
    ),
)
"""About who is listed."""

REPORTS = (
    Check(
        "statements.years",
        "해마다의 재무제표",
        WARNING,
        "financial_report",
        "받은 해마다 그때 상장된 회사의 90% 이상이 사업보고서를 냈다",
        annual_reports_again,
        reports.thin_years,
    ),
    Check(
        "statements.balance",
        "자산 = 부채 + 자본",
        WARNING,
        "financial_report",
        "자산과 부채·자본의 합이 0.1% 넘게 다르지 않다",
        "foresto dart reparse",
        reports.unbalanced,
    ),
    Check(
        "statements.periods",
        "보고서의 기간",
        WARNING,
        "financial_report",
        "받은 해마다 보고서의 첫날과 개월 수를 읽었다(6개월이나 3개월짜리 사업연도를 1년으로 셈하지 않도록)",
        "foresto dart reparse",
        reports.unread_periods,
    ),
    Check(
        "actions.unexplained",
        "공시 없는 기준가 사건",
        WARNING,
        "stock_price_daily",
        "권리락, 분할, 병합마다 그 결정 공시가 있다",
        decisions_again,
        actions.unexplained_events,
    ),
    Check(
        "actions.unexecuted",
        "기준가에 나타나지 않은 결정",
        WARNING,
        "corporate_actions",
        "기일이 지난 증자, 감자, 분할, 병합 결정은 기준가를 바꾸었다",
        decisions_again,
        actions.unexecuted_actions,
    ),
)
"""About what companies file."""

WEEKLY_CHECKS = (*ROSTER, *REPORTS)
