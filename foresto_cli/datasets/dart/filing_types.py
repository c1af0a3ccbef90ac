"""Which filings matter, told by the name of the report: a table of types, the more urgent ones first.

DART's list has no field for it: ``pblntf_ty`` is asked for and not answered, and one of its letters holds what moves a
price beside what does not. A name is compared without its marks ("[기재정정]"), blanks and dots, and the first pattern
that is found in it decides. What a subsidiary decides, filed by its parent, is none of the parent's own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from foresto_cli.errors import UsageError

MARK = re.compile(r"^(?:\s*\[[^\]]*\])+")
NOISE = re.compile(r"[\sㆍ·・․‧･,]")
OF_ANOTHER = re.compile(r"(자회사|종속회사)의?주요경영사항")
NOT_ITS_SHARE = re.compile(
    r"해외증권시장|상장지수증권|상장지수집합투자|주식워런트증권|수익증권|신주인수권증서|신주인수권증권"
)
"""Listed somewhere else, or another paper than the share: its delisting is no news of the share."""


@dataclass(frozen=True)
class Type:
    """One type of filing.

    Attributes:
        code: as stored in ``dart_filing.filing_type``.
        label: what the operator calls it.
        pattern: found in the plain name of such a report.
        words: other words that mean it, for ``--type``.
        is_told: alerts and the mail mark it; reports and their audits come by the thousand in their season.
    """

    code: str
    label: str
    pattern: re.Pattern[str]
    words: tuple[str, ...] = ()
    is_told: bool = True


def _type(code: str, label: str, pattern: str, *words: str, is_told: bool = True) -> Type:
    return Type(code, label, re.compile(pattern), words, is_told)


PERIODIC = "periodic"
TYPES: Sequence[Type] = (
    _type(PERIODIC, "정기보고서", r"^(사업|반기|분기)보고서(\(\d{4}\.\d{2}\))?$", "사업보고서", is_told=False),
    _type("embezzlement", "횡령·배임", r"횡령|배임", "횡령", "배임"),
    _type("audit_opinion", "감사의견 비적정", r"비적정|의견거절|부적정의견|감사의견(부적정|한정)", "감사의견"),
    _type("insolvency", "부도·회생·영업정지", r"부도발생|당좌거래정지|회생절차|파산신청|영업정지", "부도", "회생"),
    _type("suspension", "거래정지·상장폐지", r"거래정지|상장폐지|상장적격성|개선기간|관리종목지정", "거래정지"),
    _type("rights_bonus", "유무상증자", r"유무상증자", "유상증자", "무상증자", "증자"),
    _type("rights", "유상증자", r"유상증자", "증자"),
    _type("bonus", "무상증자", r"무상증자", "증자"),
    _type("convertible", "전환사채(CB)", r"전환사채(권)?발행결정", "CB", "전환사채"),
    _type("warrant", "신주인수권부사채(BW)", r"신주인수권부사채(권)?발행결정", "BW", "신주인수권부사채"),
    _type("exchangeable", "교환사채(EB)", r"교환사채(권)?발행결정", "EB", "교환사채"),
    _type("reduction", "감자", r"감자(결정|완료)"),
    _type("division", "분할", r"회사분할|분할합병|\(분할\)", "물적분할", "인적분할", "회사분할"),
    _type("merger", "합병", r"합병", "회사합병"),
    _type("exchange", "주식교환·이전", r"주식교환|주식이전결정|주식의포괄적", "주식교환", "주식이전"),
    _type("split", "주식분할·병합", r"주식(분할|병합)결정", "주식분할", "주식병합", "액면분할"),
    _type("owner", "최대주주 변경", r"최대주주변경|경영권변경", "최대주주"),
    _type("results", "잠정실적", r"\(잠정\)실적|매출액또는손익구조", "실적"),
    _type("treasury", "자기주식", r"자기주식|주식소각", "자사주"),
    _type("dividend", "배당", r"배당"),
    _type("contract", "공급계약", r"단일판매공급계약", "단일판매", "수주"),
    _type("audit_report", "감사보고서", r"감사보고서(제출)?(\(\d{4}\.\d{2}\))?$", is_told=False),
)  # fmt: skip
BY_CODE = {one.code: one for one in TYPES}
TOLD = tuple(one.code for one in TYPES if one.is_told)


def plain(report_name: str) -> str:
    """Return the name of a report without its marks, blanks and dots."""
    return NOISE.sub("", MARK.sub("", report_name))


def code_of(report_name: str) -> str | None:
    """Return the code of the type that a report's name tells, None of one that is of none."""
    name = plain(report_name)
    if OF_ANOTHER.search(name):
        return None
    found = next((one for one in TYPES if one.pattern.search(name)), None)
    if found is None or (found.code == "suspension" and NOT_ITS_SHARE.search(name)):
        return None
    return found.code


def label_of(code: str | None) -> str | None:
    """Return what the operator calls a type; None of none, and a code of another version as it is."""
    return BY_CODE[code].label if code in BY_CODE else code


def codes_named(given: str) -> list[str]:
    """Return the types that a word means: a code, a label, or a part of what a type is called.

    Raises:
        UsageError: it means none.
    """
    word = given.strip()
    folded = word.casefold()
    exact = [
        one.code for one in TYPES if folded in {one.code, one.label.casefold(), *(w.casefold() for w in one.words)}
    ]
    found = exact or [one.code for one in TYPES if word and word in one.label]
    if not found:
        raise UsageError(f"--type {given}: 다음 가운데 하나를 적으세요. {', '.join(one.label for one in TYPES)}")
    return found
