"""Our codes of the exchange's indices: the OPEN API names an index only by its class and its Korean name.

Codes are short, stable and say what they are: KOSPI, KS200, KS200_IT, KQ_CHEM. KOSPI and KOSDAQ have sectors of the
same name, so class and name together make the code. A name that is not in the tables gets one that follows from it.
"""

import hashlib

MAIN = {
    ("KOSPI", "코스피"): "KOSPI",
    ("KOSPI", "코스피(외국주포함)"): "KOSPI_WITH_FOREIGN",
    ("KOSPI", "코스피200"): "KS200",
    ("KOSPI", "코스피100"): "KS100",
    ("KOSPI", "코스피50"): "KS50",
    ("KOSPI", "코스피200중소형주"): "KS200_MIDSMALL",
    ("KOSPI", "코스피200초대형제외지수"): "KS200_EX_TOP",
    ("KOSPI", "코스피200제외코스피지수"): "KOSPI_EX_KS200",
    ("KOSPI", "코스피200TOP10"): "KS200_TOP10",
    ("KOSPI", "코스피200비중상한30%"): "KS200_CAP30",
    ("KOSPI", "코스피200비중상한25%"): "KS200_CAP25",
    ("KOSPI", "코스피200비중상한20%"): "KS200_CAP20",
    ("KOSDAQ", "코스닥"): "KOSDAQ",
    ("KOSDAQ", "코스닥(외국주포함)"): "KOSDAQ_WITH_FOREIGN",
    ("KOSDAQ", "코스닥150"): "KQ150",
    ("KOSDAQ", "코스닥글로벌"): "KQ_GLOBAL",
    ("KRX", "코리아밸류업지수"): "VALUE_UP",
    ("KRX", "KTOP30"): "KTOP30",
    ("KRX", "KRX100"): "KRX100",
    ("KRX", "KRX300"): "KRX300",
    ("KRX", "KRXTMI"): "KRX_TMI",
    ("KRX", "KRX중대형TMI"): "KRX_TMI_LARGEMID",
    ("KRX", "KRX중형TMI"): "KRX_TMI_MID",
    ("KRX", "KRX소형TMI"): "KRX_TMI_SMALL",
    ("KRX", "KRX초소형TMI"): "KRX_TMI_MICRO",
}
"""(class, name without spaces) → code."""
GROUPS = (
    ("KOSPI", "코스피200", "KS200"),
    ("KOSPI", "코스피", "KS"),
    ("KOSPI", "", "KS"),
    ("KOSDAQ", "코스닥150", "KQ150"),
    ("KOSDAQ", "코스닥", "KQ"),
    ("KOSDAQ", "", "KQ"),
    ("KRX", "KRX300", "KRX300"),
    ("KRX", "KRX", "KRX"),
)
"""Class, beginning of the name without spaces, beginning of the code."""
PARTS = {
    "IT서비스": "ITSVC",
    "건설": "CONST",
    "경기소비재": "CONS_DISC",
    "금속": "METAL",
    "금융": "FIN",
    "기계·장비": "MACH",
    "기계장비": "MACH",
    "기술성장기업부": "GROWTH",
    "기타제조": "OTHER_MFG",
    "대형주": "LARGE",
    "미디어&엔터테인먼트": "MEDIA",
    "반도체": "SEMI",
    "방송통신": "TELECOM",
    "벤처기업부": "VENTURE",
    "보험": "INS",
    "부동산": "REALESTATE",
    "비금속": "NONMETAL",
    "산업재": "INDUSTRIAL",
    "생활소비재": "CONS_STAPLE",
    "섬유·의류": "TEXTILE",
    "소재": "MATERIAL",
    "소형주": "SMALL",
    "에너지/화학": "ENERGY_CHEM",
    "에너지화학": "ENERGY_CHEM",
    "오락·문화": "LEISURE",
    "우량기업부": "BLUECHIP",
    "운송": "TRANSPORT",
    "운송·창고": "TRANSPORT",
    "운송장비·부품": "TRANS_EQUIP",
    "유통": "RETAIL",
    "유틸리티": "UTIL",
    "은행": "BANK",
    "음식료·담배": "FOOD",
    "의료·정밀기기": "MED_PREC",
    "일반서비스": "SERVICE",
    "자동차": "AUTO",
    "자유소비재": "CONS_DISC",
    "전기·가스": "ELEC_GAS",
    "전기전자": "ELECTRONICS",
    "정보기술": "IT",
    "제약": "PHARMA",
    "제조": "MFG",
    "종이·목재": "PAPER",
    "중견기업부": "MIDCORP",
    "중공업": "HEAVY",
    "중형주": "MID",
    "증권": "SEC",
    "철강": "STEEL",
    "철강/소재": "STEEL_MAT",
    "출판·매체복제": "PUBLISH",
    "커뮤니케이션서비스": "COMM",
    "통신": "TELECOM",
    "필수소비재": "CONS_STAPLE",
    "헬스케어": "HEALTH",
    "화학": "CHEM",
}
"""Rest of the name → rest of the code."""
DIGITS = 8
LONGEST = 20


def code_of(index_class: str, name: str) -> str:
    """Return the code of an index, at most 20 characters: always the same for the same class and name."""
    plain = "".join(name.split())
    if (index_class, plain) in MAIN:
        return MAIN[index_class, plain]
    for group, start, prefix in GROUPS:
        if group == index_class and plain.startswith(start) and (part := PARTS.get(plain.removeprefix(start))):
            return f"{prefix}_{part}"
    mark = hashlib.sha256(f"{index_class}|{plain}".encode()).hexdigest()[:DIGITS].upper()
    return f"{index_class[: LONGEST - DIGITS - 1]}_{mark}"


def class_of(code: str) -> str | None:
    """Return the class of an index by its code, for the codes of the tables; None for others."""
    main = {known: index_class for (index_class, _), known in MAIN.items()}
    if code in main:
        return main[code]
    rest = set(PARTS.values())
    return next((group for group, _, prefix in GROUPS if code.removeprefix(f"{prefix}_") in rest), None)
