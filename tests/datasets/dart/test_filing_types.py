"""Filings that matter are told by the name of their report: real names where they are at hand, written ones anyway."""

import json
import re

import pytest
from support import SHARED, needs_shared

from foresto_cli.datasets.dart import decision_kinds, filing_types
from foresto_cli.errors import UsageError

NAMES = {
    "사업보고서 (2025.12)": "periodic",
    "[기재정정]분기보고서 (2026.09)": "periodic",
    "[첨부추가]반기보고서 (2026.06)   ": "periodic",
    "사업보고서제출기한연장신고서": None,
    "주요사항보고서(유상증자결정)": "rights",
    "[기재정정]주요사항보고서(유상증자결정)": "rights",
    "[정정명령부과] [기재정정]주요사항보고서(유상증자결정)": "rights",
    "유상증자결정(종속회사의주요경영사항)": None,
    "유상증자결정(자회사의 주요경영사항)              ": None,
    "유상증자또는주식관련사채등의발행결과(자율공시)": "rights",
    "주요사항보고서(무상증자결정)": "bonus",
    "주요사항보고서(유무상증자결정)": "rights_bonus",
    "주요사항보고서(전환사채권발행결정)": "convertible",
    "전환사채(해외전환사채포함)발행후만기전사채취득": None,
    "전환청구권행사": None,
    "전환가액의조정": None,
    "주요사항보고서(신주인수권부사채권발행결정)": "warrant",
    "주요사항보고서(교환사채권발행결정)": "exchangeable",
    "주요사항보고서(상각형조건부자본증권발행결정)": None,
    "주요사항보고서(감자결정)": "reduction",
    "감자완료": "reduction",
    "주요사항보고서(회사합병결정)": "merger",
    "합병등종료보고서(합병)": "merger",
    "주요사항보고서(회사분할결정)": "division",
    "주요사항보고서(회사분할합병결정)": "division",
    "합병등종료보고서(분할)": "division",
    "주식분할결정": "split",
    "주식병합결정": "split",
    "주요사항보고서(주식교환ㆍ이전결정)": "exchange",
    "주요사항보고서(주식교환·이전결정)": "exchange",
    "감사보고서제출": "audit_report",
    "[기재정정]감사보고서제출": "audit_report",
    "감사보고서 (2025.12)": "audit_report",
    "기타시장안내(감사의견 비적정설 관련)": "audit_opinion",
    "내부회계관리제도비적정등사실확인": "audit_opinion",
    "조회공시요구(풍문또는보도)(감사의견 의견거절설)": "audit_opinion",
    "최대주주변경": "owner",
    "최대주주변경을수반하는주식양수도계약체결": "owner",
    "최대주주등소유주식변동신고서": None,
    "영업(잠정)실적(공정공시)": "results",
    "[기재정정]연결재무제표기준영업(잠정)실적(공정공시)              ": "results",
    "매출액또는손익구조30%(대규모법인은15%)이상변동": "results",
    "영업실적등에대한전망(공정공시)": None,
    "횡령ㆍ배임혐의발생": "embezzlement",
    "횡령ㆍ배임사실확인": "embezzlement",
    "주권매매거래정지(횡령ㆍ배임 혐의발생)": "embezzlement",
    "주권매매거래정지 (상장폐지 사유발생)": "suspension",
    "기타시장안내(상장적격성 실질심사 대상 결정)": "suspension",
    "주요사항보고서(해외증권시장주권등상장폐지결정)": None,
    "주식워런트증권(ELW)상장폐지": None,
    "주요사항보고서(자기주식취득결정)": "treasury",
    "자기주식취득신탁계약해지결정": "treasury",
    "주식소각결정": "treasury",
    "현금ㆍ현물배당결정              ": "dividend",
    "주식배당결정": "dividend",
    "단일판매ㆍ공급계약체결": "contract",
    "[기재정정]단일판매ㆍ공급계약해지(자율공시)": "contract",
    "임원ㆍ주요주주특정증권등소유상황보고서": None,
    "주식등의대량보유상황보고서(약식)": None,
    "기업설명회(IR)개최(안내공시)": None,
    "": None,
    "[기재정정]": None,
    "[[[" * 200: None,
}


@pytest.mark.parametrize(("name", "code"), NAMES.items())
def test_a_name_tells_its_type(name, code):
    assert filing_types.code_of(name) == code


RECORDED = {
    "연결재무제표기준영업(잠정)실적(공정공시)": "results",
    "현금ㆍ현물배당결정": "dividend",
    "주요사항보고서(해외증권시장주권등상장폐지결정)": None,
    "주요사항보고서(해외증권시장주권등상장결정)": None,
    "임원ㆍ주요주주특정증권등소유상황보고서": None,
    "기타경영사항(자율공시)": None,
    "장래사업ㆍ경영계획(공정공시)": None,
    "특수관계인과의내부거래": None,
    "수시공시의무관련사항(공정공시)": None,
}


@needs_shared
def test_the_recorded_names_are_told_too():
    folder = SHARED / "recorded" / "dart"
    names = [row["report_nm"] for row in json.loads((folder / "sjunepark" / "list.json").read_text("utf-8"))["list"]]
    first = json.loads((folder / "kenshin579" / "disclosure__list_samsung.json").read_text("utf-8"))
    names += [row["report_nm"] for row in first["list"]]
    for file in (folder / "seyoungnam").glob("list_*.xml"):
        names += re.findall("<report_nm>(.*?)</report_nm>", file.read_text("utf-8"))
    assert len(set(names)) >= 20
    for name in names:
        stripped = re.sub(r"^\[[^\]]*\]", "", name).strip()
        expected = (
            "periodic" if re.fullmatch(r"(사업|분기|반기)보고서 \(\d{4}\.\d{2}\)", stripped) else RECORDED[stripped]
        )
        assert filing_types.code_of(name) == expected, name


def test_every_decision_that_has_fields_is_of_a_type_that_is_told():
    for name in decision_kinds.REPORTS:
        assert filing_types.code_of(f"주요사항보고서({name})") in filing_types.TOLD, name
    for name in decision_kinds.NOTICES:
        assert filing_types.code_of(name) in filing_types.TOLD, name


def test_codes_and_labels_are_one_to_one_and_every_pattern_is_used():
    assert len(filing_types.BY_CODE) == len(filing_types.TYPES) == len({one.label for one in filing_types.TYPES})
    assert {one.code for one in filing_types.TYPES} - set(NAMES.values()) == {"insolvency"}
    assert filing_types.code_of("회생절차개시신청") == "insolvency"


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("유상증자", ["rights", "rights_bonus"]),
        ("무상증자", ["bonus", "rights_bonus"]),
        ("증자", ["bonus", "rights", "rights_bonus"]),
        (" cb ", ["convertible"]),
        ("감사의견", ["audit_opinion"]),
        ("rights", ["rights"]),
        ("횡령·배임", ["embezzlement"]),
        ("거래정지", ["suspension"]),
        ("분할", ["division"]),
    ],
)
def test_a_type_is_found_by_its_code_its_label_or_another_word(word, codes):
    assert sorted(filing_types.codes_named(word)) == codes


@pytest.mark.parametrize("word", ["", "  ", "없는유형", "%", "'; DROP TABLE dart_filing"])
def test_a_word_that_means_no_type_is_refused_with_the_list(word):
    with pytest.raises(UsageError, match="유상증자"):
        filing_types.codes_named(word)
