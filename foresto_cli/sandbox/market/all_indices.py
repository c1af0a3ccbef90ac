"""All 119 indices as the OPEN API gives them, by its three services.

The known ones are those of :mod:`indices`; the others follow the market they belong to with a deviation of their own.
Names are only unique within a service: KOSPI and KOSDAQ have the same sectors.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from foresto_cli.sandbox.market import market_indices
from foresto_cli.sandbox.market.market_indices import KOSDAQ, KOSPI, KOSPI_200, Course, Level
from foresto_cli.sandbox.market.noise import uniform
from foresto_cli.sandbox.market.whole_market import Market

ALL, CLOSE, SUMS = "all", "close", "sums"
"""What is published of an index: everything; only its level; only volume, value and market cap."""
STREAM = 90
FIRST_DRAW = 100


def _named(prefix: str, names: str) -> list[str]:
    return [f"{prefix}{name}" for name in names.split()]


SERVICES = {
    "KRX": [
        *("코리아 밸류업 지수", "KRX TMI", "KRX 300", "KRX 중대형 TMI", "KRX 중형 TMI", "KRX 소형 TMI"),
        *("KRX 초소형 TMI", "KTOP 30", "KRX 100"),
        *_named("KRX ", "자동차 반도체 헬스케어 은행 에너지화학 철강 방송통신 건설 증권 기계장비 보험 운송 경기소비재"),
        *_named("KRX ", "필수소비재 미디어&엔터테인먼트 정보기술 유틸리티"),
        *_named("KRX 300 ", "정보기술 금융 자유소비재 산업재 헬스케어 커뮤니케이션서비스 소재 필수소비재"),
    ],
    "KOSPI": [
        *("코스피 (외국주포함)", "코스피", "코스피 200", "코스피 100", "코스피 50", "코스피 200 중소형주"),
        *("코스피 200 초대형제외 지수", "코스피200제외 코스피지수"),
        *_named("코스피 200 ", "커뮤니케이션서비스 건설 중공업 철강/소재 에너지/화학 정보기술 금융 생활소비재"),
        *_named("코스피 200 ", "경기소비재 산업재 헬스케어"),
        *_named("", "음식료·담배 섬유·의류 종이·목재 화학 제약 비금속 금속 기계·장비 전기전자 의료·정밀기기"),
        *_named("", "운송장비·부품 유통 전기·가스 건설 운송·창고 통신 금융 증권 보험 일반서비스 제조"),
        *_named("코스피 ", "대형주 중형주 소형주"),
        *(f"코스피 200 비중상한 {limit}%" for limit in (30, 25, 20)),
        "코스피 200 TOP 10",
    ],
    "KOSDAQ": [
        *("코스닥 (외국주포함)", "코스닥", "코스닥 150", "코스닥 글로벌"),
        *_named("코스닥 150 ", "정보기술 헬스케어 커뮤니케이션서비스 소재 산업재 필수소비재 자유소비재"),
        *_named("", "일반서비스 제조 건설 유통 운송·창고 금융 오락·문화 음식료·담배 섬유·의류 종이·목재 출판·매체복제"),
        *_named("", "화학 제약 비금속 금속 기계·장비 전기전자 의료·정밀기기 운송장비·부품 기타제조"),
        *_named("코스닥 ", "대형주 중형주 소형주 우량기업부 벤처기업부 중견기업부 기술성장기업부"),
    ],
}
"""Value of IDX_CLSS → names in the order of the answers."""
CLOSE_ONLY = ("코리아 밸류업 지수", *(name for name in SERVICES["KRX"] if name.endswith("TMI")))


@cache
def _rows() -> dict[tuple[str, str], int]:
    """Return the place of every index among all of them."""
    every = [(service, name) for service, names in SERVICES.items() for name in names]
    return {key: row for row, key in enumerate(every)}


def levels(market: Market, service: str, day: date) -> Iterator[tuple[str, str, Level]]:
    """Yield name, extent and level of every index of ``service`` on session ``day``, in the order of the answers."""
    known = {index.name: index for index in market_indices.INDICES}
    for name in SERVICES[service]:
        plain = name.removesuffix(" (외국주포함)")
        extent = SUMS if plain != name else CLOSE if name in CLOSE_ONLY else ALL
        if plain in known:
            yield name, extent, market_indices.level(market, known[plain], day)
        else:
            yield name, extent, _level(market, service, name, day)


def _level(market: Market, service: str, name: str, day: date) -> Level:
    row = _rows()[service, name]
    source = {"KRX": KOSPI_200, "KOSPI": KOSPI_200 if "200" in name else KOSPI, "KOSDAQ": KOSDAQ}[service]
    t = market.position(day)
    deviation, level = _deviations(market)[:, row], market.path.levels[:, source]
    close, before = (float(level[position] * deviation[position]) for position in (t, max(t - 1, 0)))
    size = float(uniform(market.seed, STREAM, 0, row)[0])
    course = Course(close, before, source, 0.2 + 4 * size, FIRST_DRAW + row, 0.02 + 0.3 * size)
    return market_indices.worked_out(market, day, course)


def _deviations(market: Market) -> NDArray[np.float64]:
    """Return (sessions, indices) how far each index has moved away from its market since 2020-01-02."""
    if market not in _KNOWN:
        days = np.array([day.toordinal() for day in market.all_sessions])[:, None]
        noise = uniform(market.seed, STREAM + 1, days, np.arange(len(_rows()))[None, :]) - 0.5
        _KNOWN[market] = np.cumprod(1 + 0.012 * noise, axis=0, dtype=np.float64)
    return _KNOWN[market]


_KNOWN: WeakKeyDictionary[Market, NDArray[np.float64]] = WeakKeyDictionary()
