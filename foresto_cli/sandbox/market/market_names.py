"""Invented names: combinations that no Korean company uses, all writable in EUC-KR."""

FIRST = "걈녈됴랴뮤뱌쇼욜쥬챠켜툐퓨햐"
SECOND = "단론멘반솔온진칸탈폰하림센덴"
TRADES = (
    ("전자", "전자부품 제조업", "인쇄회로기판, 커넥터"),
    ("화학", "기타 화학제품 제조업", "접착제, 코팅제"),
    ("바이오", "자연과학 및 공학 연구개발업", "항체 신약 후보물질"),
    ("테크", "특수 목적용 기계 제조업", "디스플레이 제조 장비"),
    ("소프트", "소프트웨어 개발 및 공급업", "업무용 소프트웨어"),
    ("건설", "건물 건설업", "아파트, 토목"),
    ("제약", "의약품 제조업", "전문의약품, 일반의약품"),
    ("홀딩스", "기타 금융업", "지주사업"),
    ("산업", "자동차 신품 부품 제조업", "현가장치, 조향장치"),
    ("에너지", "전동기, 발전기 및 전기 변환 · 공급 · 제어 장치 제조업", "변압기, 인버터"),
    ("시스템", "컴퓨터 프로그래밍, 시스템 통합 및 관리업", "용역서비스(SI, SM)"),
    ("푸드", "기타 식품 제조업", "조미료, 간편식"),
    ("물산", "기타 전문 도매업", "원부자재 도매"),
    ("철강", "1차 철강 제조업", "강관, 강판"),
    ("메디칼", "의료용 기기 제조업", "체외진단기기"),
    ("반도체", "반도체 제조업", "반도체 설계, 후공정"),
    ("통신", "통신 및 방송 장비 제조업", "통신 중계기"),
    ("패션", "봉제의복 제조업", "의류, 잡화"),
    ("미디어", "영화, 비디오물, 방송프로그램 제작 및 배급업", "드라마 제작"),
    ("정밀", "측정, 시험, 항해, 제어 및 기타 정밀기기 제조업; 광학기기 제외", "센서, 계측기"),
)
"""Suffix of the name, industry as KIND writes it, main products."""

LARGE = (
    ("005930", "가상전자", 72_000, 5_919_637_922),
    ("000660", "가상메모리", 130_000, 728_002_365),
    ("373220", "가상배터리", 380_000, 234_000_000),
    ("207940", "가상바이오팜", 790_000, 71_174_000),
    ("005380", "가상자동차", 210_000, 209_416_191),
    ("000270", "가상모터스", 95_000, 395_668_298),
    ("068270", "가상제약", 180_000, 217_043_113),
    ("105560", "가상금융", 78_000, 381_462_103),
    ("055550", "가상지주", 51_000, 503_446_000),
    ("035420", "가상포털", 190_000, 158_437_008),
)
"""Well-known tickers with invented names: code, name, price (won) and shares at the start."""

SURNAMES = "김이박최정강조윤장임"
GIVEN = ("가상", "모의", "연습", "시험", "견본", "예시")
REGIONS = ("서울특별시", "경기도", "충청남도", "경상남도", "인천광역시", "부산광역시", "대전광역시", "전북특별자치도")
SPONSORS = ("걈단", "녈론", "됴멘", "랴반", "뮤솔")
"""Securities houses that bring SPACs to the market."""


def company(number: int) -> tuple[str, str, str]:
    """Return (name, industry, products) of the ``number``-th invented company; every number has a name of its own."""
    suffix, industry, products = TRADES[number % len(TRADES)]
    pairs = len(FIRST) * len(SECOND)
    turn, rest = divmod(number, pairs * len(TRADES))
    # 15 and 45 walk through the pairs of syllables so that neighbours differ and none repeats within a turn.
    pair = (rest // len(TRADES) * 45 + rest * 15) % pairs
    stem = FIRST[pair // len(SECOND)] + SECOND[pair % len(SECOND)]
    return f"{stem}{suffix}{turn + 1 if turn else ''}", industry, products


def renamed(name: str) -> str:
    """Return the name a company takes when it renames itself."""
    return f"뉴{name}" if not name.startswith("뉴") else f"{name[1:]}그룹"


def person(number: int) -> str:
    """Return the name of an invented representative."""
    return SURNAMES[number % len(SURNAMES)] + GIVEN[number // len(SURNAMES) % len(GIVEN)]
