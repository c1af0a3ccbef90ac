"""Why a stock has no score or only a part of one, and what else should be known about it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]

SCORED, PARTIAL, NOT_SCORED = "SCORED", "PARTIAL", "NOT_SCORED"

REASONS = {
    "SPAC": "기업인수목적회사라 점수를 매기지 않습니다",
    "SUSPENDED": "5거래일 이상 거래가 없습니다",
    "LIQUIDATION": "정리매매로 보입니다(가격제한폭을 벗어난 거래)",
    "NEW_LISTING": "상장한 지 60거래일이 되지 않았습니다",
    "SHORT_HISTORY": "시세가 1년에 못 미칩니다",
    "THIN_TRADING": "1년 동안 거래된 날이 120일에 못 미칩니다",
    "NO_FS": "받은 재무제표가 없습니다",
    "STALE_FS": "재무제표가 오래되었습니다",
    "TTM_INCOMPLETE": "최근 12개월 실적을 더할 수 없습니다",
    "CUM_UNKNOWN": "누적 실적을 알 수 없습니다",
    "BASIS_MIXED": "연결과 별도 재무제표가 섞여 있습니다",
    "FY_CHANGE": "회계연도가 바뀌었습니다",
    "FX_CURRENCY": "재무제표가 원화가 아닙니다",
    "REIT_LIMITED": "리츠·펀드는 재무 축이 없습니다",
    "NEG_EQUITY": "자본잠식입니다",
    "BAD_DENOM": "자산이 0 이하로 적혀 있습니다",
    "LOW_COVERAGE": "구성 요소가 모자란 축이 있습니다",
    "THIN_CROSS_SECTION": "비교할 종목이 30개에 못 미치는 구성 요소가 있습니다",
    "ADJ_REVIEW": "확인이 필요한 기준가 사건이 있습니다",
}
"""Code → what it means, in the order in which they are stored."""
FLAGS = {
    "CUM_REBUILT": "누적 실적을 분기에서 더해 만들었습니다",
    "RESTATED": "1년 전 실적이 나중 보고서에서 고쳐 적혔습니다(성장률은 고친 값으로 셈)",
    "ANNUAL_FALLBACK": "일부 실적은 마지막 사업보고서의 것입니다",
    "NO_PRIOR_BS": "1년 전 재무상태표가 없어 기말 잔액으로 나눴습니다",
    "DIVIDEND_UNCLEAR": "DART 배당이 어느 종류 주식의 것인지 적혀 있지 않아 FSC 기록과 견주어 골랐습니다",
    "PENDING_SHARES": "아직 상장되지 않은 신주를 더해 셈했습니다",
}
UNAVOIDABLE = frozenset({"SPAC", "SUSPENDED", "LIQUIDATION", "NEW_LISTING"})
"""Without a score by their nature; anything else says that data are missing."""


def listed(marks: dict[str, Bools], order: Sequence[str]) -> list[list[str]]:
    """Return the codes of each stock in ``order``, from one mark a stock and code."""
    names = [name for name in order if name in marks]
    if not names:
        return []
    table = np.stack([marks[name] for name in names], axis=1)
    if not table.any():
        return [[] for _ in table]
    return [[names[place] for place in np.flatnonzero(row)] if row.any() else [] for row in table]
