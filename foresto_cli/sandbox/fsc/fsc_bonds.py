"""Bonds: as many at any time as the market's size asks for (19,000 beside 2,886 stocks), each issue made when shown.

Every place in the list holds one bond after the other: issued, outstanding, redeemed (shown for a month with its day of
redemption and no balance), replaced by the next with an ISIN of its own.
"""

from datetime import date, timedelta
from zlib import crc32

from foresto_cli.sandbox.market import codes, market_names

BONDS, STOCKS = 19_000, 2_886
"""The real list beside the real market."""
TERMS = (1, 2, 3, 3, 5, 5, 10, 20)
"""Years from issue to maturity."""
SHOWN_AFTERWARDS = 30
"""Days for which a redeemed bond is still listed."""
KINDS = (
    ("1101", "국채", "기획재정부", "KR1"),
    ("1102", "지방채", "가상광역시", "KR2"),
    ("1103", "특수채", "가상공사", "KR3"),
    ("1104", "금융채", "가상은행", "KR6"),
    ("1108", "일반회사채", None, "KR6"),
    ("1108", "일반회사채", None, "KR6"),
    ("1109", "유동화사채", "가상유동화전문유한회사", "KR6"),
)
"""Code, name, issuer (a company when none) and beginning of the ISIN."""
NAMES = ("AAA", "AA+", "AA0", "AA-", "A+", "A0", "A-", "BBB+", "BBB0", "BB+", "B-", "CCC")
CODES = dict(zip(NAMES, range(110, 350, 20), strict=True))
ONE_IN = 256
QUARTER = 91


def count(stocks: int) -> int:
    """Return how many bonds are listed beside ``stocks`` stocks."""
    return round(stocks * BONDS / STOCKS)


def rows(stocks: int, seed: int, day: date, start: int, end: int) -> list[dict[str, object]]:
    """Return the bonds at the positions from ``start`` up to ``end`` of the list of ``day``."""
    return [_bond(place, stocks, seed, day) for place in range(start, end)]


def _bond(place: int, stocks: int, seed: int, day: date) -> dict[str, object]:
    chance = crc32(f"{seed}:{place}".encode())
    days = TERMS[chance % len(TERMS)] * 365 + chance // 8 % 200
    cycle = days + SHOWN_AFTERWARDS
    turn, passed = divmod(day.toordinal() + chance // 64 % cycle, cycle)
    issued = day - timedelta(days=passed)
    expires = issued + timedelta(days=days)
    luck = crc32(f"{seed}:{place}:{turn}".encode())
    kind, kind_name, issuer, nation = KINDS[luck % len(KINDS)]
    issuer = issuer or f"{market_names.company(luck % (6 * stocks))[0]}"
    is_perpetual = luck % 97 == 0
    amount = (luck // 7 % 500 + 1) * 1_000_000_000
    coupon = issued + timedelta(days=passed // QUARTER * QUARTER)
    redeemed = expires <= day and not is_perpetual
    rate = 0 if luck % 13 == 0 else (luck // 11 % 1_200) / 200
    return {
        "basDt": f"{day:%Y%m%d}",
        "crno": "" if kind in {"1101", "1102"} else f"110111{luck % 10**7:07d}",
        "isinCd": codes.with_check_digit(f"{nation}{place:06d}{turn % 100:02d}"),
        # Names repeat: the number is not part of all of them, and some come with a line break.
        "isinCdNm": f"{issuer} {luck % 90 + 1}" + ("\n(사모)" if luck % 41 == 0 else "" if luck % 3 else "(녹)"),
        "bondIsurNm": issuer,
        "scrsItmsKcd": kind,
        "scrsItmsKcdNm": kind_name,
        "bondIssuDt": f"{issued:%Y%m%d}",
        "bondExprDt": "99991231" if is_perpetual else "" if luck % 251 == 0 else f"{expires:%Y%m%d}",
        "bondIssuAmt": f"{amount}",
        "bondBal": "0" if redeemed else f"{amount}",
        "bondIssuCurCd": "KRW",
        "bondIssuCurCdNm": "KRW",
        "bondSrfcInrt": "NULL" if luck % 211 == 0 else f"{rate:.3f}".rstrip("0").rstrip(".").removeprefix("0") or "0",
        "irtChngDcd": "" if luck % 5 else "1",
        "irtChngDcdNm": "고정-이표",
        "bondIntTcd": "1",
        "bondIntTcdNm": "이표채",
        "intPayCyclCtt": "3개월" if luck % 2 else "6개월",
        "nxtmCopnDt": "" if redeemed else f"{coupon + timedelta(days=QUARTER):%Y%m%d}",
        "rbfCopnDt": f"{coupon:%Y%m%d}",
        "grnDcd": "2",
        "grnDcdNm": "무보증",
        "bondRnknDcd": "1",
        "bondRnknDcdNm": "선순위",
        "bondOffrMcd": "21" if luck % 41 == 0 else "11",
        "bondOffrMcdNm": "사모" if luck % 41 == 0 else "공모",
        "lstgDt": "" if luck % 41 == 0 else f"{issued:%Y%m%d}",
        "prmncBondYn": "Y" if is_perpetual else "N",
        "stripsPsblYn": "N",
        **_ratings(kind, luck),
        "bondGrnInstNm": "0",
        "pamtRdptMcd": "11",
        "pamtRdptMcdNm": "만기상환",
        "txtnDcd": "1",
        "txtnDcdNm": "과세",
    }


def _ratings(kind: str, luck: int) -> dict[str, str]:
    """Return the agencies' words: none for public debt, else some that may differ by a grade, now and then odd."""
    found: dict[str, str] = {}
    best = luck // 17 % len(NAMES)
    for agency, share in (("kis", 255), ("kbp", 120), ("nice", 230), ("fn", 90)):
        draw = crc32(f"{agency}{luck}".encode()) % ONE_IN
        name = NAMES[min(best + draw % 2, len(NAMES) - 1)]
        if kind in {"1101", "1102"} or draw >= share:
            code, name = "", "NULL" if draw % 2 else ""
        else:
            code = f"{CODES[name]}"
        if code and luck % 37 == 0:
            code, name = "990", "취소" if draw % 2 else ""
        found |= {f"{agency}ScrsItmsKcd": code, f"{agency}ScrsItmsKcdNm": name}
    return found
