"""Sector of a stock: a short, stable Korean list, from the exchange's industry text (업종, KSIC names) and the name.

First match wins: SPACs and REITs by their names, then keywords of the industry in the order below (trade before what
is traded, 비금속 before 금속). Preferred shares have the sector of their issuer, the stock with the same first five
characters and ``0``. What nothing matches is ``기타``: foreign companies, which have no industry, and texts that are
new.
"""

from collections.abc import Mapping

SPAC, REIT, OTHER = "스팩", "리츠·펀드", "기타"
SPAC_WORDS = ("스팩", "기업인수목적")
REIT_ENDING = "리츠"
"""At the end only: 메리츠금융지주 and 블리츠웨이엔터테인먼트 are none."""
FUNDS = frozenset({"이리츠코크렙", "맥쿼리인프라", "KB발해인프라", "한국ANKOR유전"})
COMMON_SHARE = "0"
"""Sixth character of a common share's ticker."""

RULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("유통", ("도매업", "소매업", "판매업", "상품 중개업")),
    ("건설", ("공사업", "건설업", "엔지니어링")),
    ("부동산", ("부동산",)),
    ("서비스", ("임대업", "전문, 과학", "과학기술 서비스", "폐기물", "해체, 선별", "사업지원", "사업시설", "수리업")),
    ("서비스", ("숙박", "여행", "유원지", "스포츠 서비스", "음식점", "교육", "교습", "경비", "개인 서비스", "디자인")),
    ("서비스", ("시장조사", "전문 서비스")),
    ("운송", ("운송업", "운송관련")),
    ("은행·보험", ("은행", "보험")),
    ("증권", ("금융 지원",)),
    ("지주·기타금융", ("금융업", "집합투자", "회사 본부")),
    ("소프트웨어·인터넷", ("소프트웨어", "컴퓨터 프로그래밍", "자료처리", "정보 서비스")),
    ("IT하드웨어", ("통신 및 방송 장비", "컴퓨터 및 주변", "영상 및 음향기기", "가정용 기기", "사진장비", "광학 매체")),
    ("미디어·엔터", ("방송", "영화", "오디오물", "출판", "광고", "창작", "기록매체")),
    ("통신", ("통신업",)),
    ("의료기기", ("의료용",)),
    ("제약·바이오", ("의약", "자연과학")),
    ("반도체", ("반도체",)),
    ("전자부품", ("전자부품",)),
    ("이차전지", ("이차전지",)),
    ("전기장비", ("전동기", "케이블", "전구", "전기장비")),
    ("자동차", ("자동차",)),
    ("조선·항공·방산", ("선박", "항공기", "무기", "철도장비", "운송장비")),
    ("기계", ("기계", "정밀기기")),
    ("에너지·유틸리티", ("석유", "가스", "전기업", "증기,")),
    ("화학", ("화학", "플라스틱", "고무", "비료")),
    ("건자재·종이", ("비금속", "시멘트", "요업", "유리", "종이", "펄프", "제재", "나무", "인쇄")),
    ("의류·생활용품", ("의복", "섬유", "직물", "편조", "신발", "가죽", "방적", "귀금속", "가구", "악기", "경기용구")),
    ("의류·생활용품", ("기타 제품 제조업",)),
    ("철강·금속", ("철강", "금속")),
    ("음식료·담배", ("식품", "음료", "담배", "도축", "수산물", "곡물", "사료", "낙농", "과실", "떡,", "작물", "어업")),
)
"""Sector and the words of an industry that mean it."""
SECTORS = frozenset({sector for sector, _ in RULES} | {SPAC, REIT, OTHER})


def sector_of(ticker: str, names: Mapping[str, str], industries: Mapping[str, str | None]) -> str:
    """Return the sector of ``ticker``.

    Args:
        ticker: whose.
        names: ticker → name; has ``ticker``, and its issuer if that is known.
        industries: ticker → industry text, None or missing where the exchange gives none.
    """
    own = _by_name(names[ticker])
    if own is not None:
        return own
    issuer = issuer_of(ticker)
    known = issuer if issuer in names else ticker
    return _by_name(names[known]) or _by_industry(industries.get(known) or industries.get(ticker) or "")


def issuer_of(ticker: str) -> str:
    """Return the ticker of the issuer's common share, which is ``ticker`` itself for a common share."""
    return ticker[:-1] + COMMON_SHARE


def _by_name(name: str) -> str | None:
    if any(word in name for word in SPAC_WORDS):
        return SPAC
    return REIT if name.endswith(REIT_ENDING) or name in FUNDS else None


def _by_industry(industry: str) -> str:
    return next((sector for sector, words in RULES if any(word in industry for word in words)), OTHER)
