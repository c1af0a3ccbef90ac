"""Lines of ``fnlttMultiAcnt`` as DART words them, for companies whose years have any length."""

import itertools
from datetime import timedelta

CORP, TICKER = "00123456", "012340"
NAMES = (("IS", "매출액", "revenue"), ("IS", "영업이익", "operating"), ("IS", "당기순이익", "income"),
         ("BS", "유동자산", "current"), ("BS", "자산총계", "assets"), ("BS", "부채총계", "debt"),
         ("BS", "자본총계", "equity"))  # fmt: skip
ORDER = itertools.count(1)


def span(first, last):
    return f"{first:%Y.%m.%d} ~ {last:%Y.%m.%d}"


def report(first, last, told, *, before=None, code="11011", received=90, number=1, corp=CORP, basis="CFS"):
    """Lines of one report: ``told`` name → won, ``before`` = (first, last, name → won) of the period told beside it.

    The opening balance of an interim report is that of the day before its year began.
    """
    rcept_no = f"{last + timedelta(days=received):%Y%m%d}{number:06d}"
    lines = []
    for statement, label, name in NAMES:
        if name not in told:
            continue
        flow = statement == "IS"
        line = {
            "rcept_no": rcept_no, "reprt_code": code, "bsns_year": f"{last.year}", "corp_code": corp,
            "stock_code": TICKER,
            "fs_div": basis, "sj_div": statement, "account_nm": label, "ord": f"{next(ORDER)}", "currency": "KRW",
            "thstrm_nm": "제 2 기", "thstrm_dt": span(first, last) if flow else f"{last:%Y.%m.%d} 현재",
            "thstrm_amount": f"{told[name]:,}",
        }  # fmt: skip
        if code != "11011" and flow:
            line["thstrm_add_amount"] = f"{told[name]:,}"
        if before is not None and name in before[2]:
            start, end, amounts = before
            stands = end if code == "11011" else first - timedelta(days=1)
            line["frmtrm_nm"] = "제 1 기"
            line["frmtrm_dt"] = span(start, end) if flow else f"{stands:%Y.%m.%d} 현재"
            line["frmtrm_amount"] = f"{amounts[name]:,}"
            if code != "11011" and flow:
                line["frmtrm_add_amount"] = f"{amounts[name]:,}"
        lines.append(line)
    return lines
