"""Decisions about shares: which report names are such, and what the fields of each endpoint (주요사항보고서) say.

``ratio`` is shares after / shares before of one who holds and takes part: 1.5 for one free share per two, 0.05 for a
reduction of twenty to one. It is computed from counts of shares, or from the allotment (배정) of free shares; the
percentages that companies file mean the part taken away for one and the part left for the other. Free text becomes a
number only where it is nothing but ``1 : x``; the text is kept in any case.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from foresto_cli.datasets.dart import filing_types, free_text
from foresto_cli.errors import BadPayload
from foresto_cli.store.upsert import Row

PAID, FREE, PAID_FREE, REDUCTION = "PAID_INCREASE", "FREE_INCREASE", "PAID_FREE_INCREASE", "REDUCTION"
MERGER, DIVISION, DIVISION_MERGER, EXCHANGE = "MERGER", "DIVISION", "DIVISION_MERGER", "EXCHANGE"
SPLIT, CONSOLIDATION = "SPLIT", "CONSOLIDATION"

ENDPOINTS = {
    PAID: "piicDecsn",
    FREE: "fricDecsn",
    PAID_FREE: "pifricDecsn",
    REDUCTION: "crDecsn",
    MERGER: "cmpMgDecsn",
    DIVISION: "cmpDvDecsn",
    DIVISION_MERGER: "cmpDvmgDecsn",
    EXCHANGE: "stkExtrDecsn",
}
"""Action → endpoint with its fields. Splits and consolidations have none: the exchange's notices are free text."""
REPORTS = {
    "유상증자결정": PAID,
    "무상증자결정": FREE,
    "유무상증자결정": PAID_FREE,
    "감자결정": REDUCTION,
    "회사합병결정": MERGER,
    "회사분할결정": DIVISION,
    "회사분할합병결정": DIVISION_MERGER,
    "주식교환이전결정": EXCHANGE,
}
NOTICES = {"주식분할결정": SPLIT, "주식병합결정": CONSOLIDATION}
CORRECTED = ("기재정정", "첨부정정", "첨부추가", "정정명령부과", "정정제출요구", "변경등록", "연장결정", "발행조건확정")
NO_FIGURES = ("첨부정정", "첨부추가")
"""Corrections of attachments: the decision itself stays as it is."""
SURE_RATIO = re.compile(r"1(?:\.0+)?\s*:\s*(\d+(?:\.\d+)?)")
FAR = timedelta(days=3 * 365)
"""A day further than this from the filing is a slip of the pen (2923 for 2023 was seen)."""

_MAJOR = re.compile(r"주요사항보고서\(([^)]{1,200})\)")

Record = Mapping[str, Any]


def action_of(report_name: str) -> str | None:
    """Return which action a report's name announces; None for all other reports.

    Exact names only: ``유상증자결정(종속회사의주요경영사항)`` is about another company.
    """
    plain = filing_types.plain(report_name)
    found = _MAJOR.fullmatch(plain)
    return REPORTS.get(found[1]) if found else NOTICES.get(plain)


def is_correction(report_name: str) -> bool:
    """Say whether a report is filed in the place of an earlier one."""
    return any(f"[{word}]" in report_name for word in CORRECTED)


def has_figures(report_name: str) -> bool:
    """Say whether a report is more than a correction of attachments."""
    return not any(f"[{word}]" in report_name for word in NO_FIGURES)


class Fields:
    """The fields of one decision, with notes of what cannot be read (stored as null)."""

    def __init__(self, record: Record, received: date) -> None:
        """Remember the record and the day of its receipt."""
        self._record, self._received = record, received
        self.notes: list[str] = []

    def text(self, name: str) -> str | None:
        """Return a text, lines as they are, or None where there is none."""
        found = str(self._get(name)).strip()
        return None if free_text.is_blank(found) else found

    def count(self, name: str) -> int | None:
        """Return a number of shares."""
        found = self.decimal(name)
        if found is None or found == int(found):
            return None if found is None else int(found)
        self.notes.append(f"{name} {found}")
        return None

    def decimal(self, name: str) -> Decimal | None:
        """Return a number."""
        given = self._get(name)
        try:
            return free_text.number(given)
        except ValueError:
            self.notes.append(f"{name} {given}")
            return None

    def day(self, name: str) -> date | None:
        """Return a day near the filing's."""
        given = self._get(name)
        try:
            found = free_text.day(given)
        except ValueError:
            found = date.max
        if found is not None and abs(found - self._received) > FAR:
            self.notes.append(f"{name} {given}")
            return None
        return found

    def _get(self, name: str) -> str:
        try:
            found = self._record[name]
        except KeyError:
            raise BadPayload(f"DART 결정 공시에 {name} 항목이 없습니다.") from None
        if not isinstance(found, str):
            raise BadPayload(f"DART 결정 공시의 {name} 항목이 글이 아닙니다.")
        return found


def details_of(action: str, record: Record, received: date) -> tuple[Row, list[str]]:
    """Return the columns that the fields of a decision fill, and notes of what could not be read.

    Raises:
        BadPayload: a field is missing.
    """
    fields = Fields(record, received)
    found = {**dict.fromkeys(COLUMNS), **_READERS[action](fields)}
    return found, fields.notes


COLUMNS = (
    "ratio",
    "exchange_ratio",
    "record_date",
    "effective_date",
    "shares_before",
    "shares_after",
    "new_shares",
    "method",
    "terms",
)


def _paid(fields: Fields) -> Row:
    before, new = fields.count("bfic_tisstk_ostk"), fields.count("nstk_ostk_cnt")
    return {**_issued(before, new), "method": fields.text("ic_mthn")}


def _free(fields: Fields) -> Row:
    before, new = fields.count("bfic_tisstk_ostk"), fields.count("nstk_ostk_cnt")
    allotted = fields.decimal("nstk_ascnt_ps_ostk")
    return {
        **_issued(before, new),
        # Own shares get none: the counts say less than what a shareholder receives.
        "ratio": None if not allotted else 1 + allotted,
        "record_date": fields.day("nstk_asstd"),
        "effective_date": fields.day("nstk_lstprd"),
    }


def _paid_and_free(fields: Fields) -> Row:
    before, paid = fields.count("piic_bfic_tisstk_ostk"), fields.count("piic_nstk_ostk_cnt")
    free = fields.count("fric_nstk_ostk_cnt")
    new = None if paid is None or free is None else paid + free
    return {
        **_issued(before, new),
        "record_date": fields.day("fric_nstk_asstd"),
        "effective_date": fields.day("fric_nstk_lstprd"),
        "method": fields.text("piic_ic_mthn"),
        "terms": fields.text("fric_nstk_ascnt_ps_ostk"),
    }


def _issued(before: int | None, new: int | None) -> Row:
    after = before + new if before and new else None
    ratio = Decimal(after) / Decimal(before) if before and after else None
    return {"shares_before": before, "shares_after": after, "new_shares": new, "ratio": ratio}


def _reduction(fields: Fields) -> Row:
    before, after = fields.count("bfcr_tisstk_ostk"), fields.count("atcr_tisstk_ostk")
    return {
        "shares_before": before,
        "shares_after": after,
        "ratio": Decimal(after) / Decimal(before) if before and after else None,
        "record_date": fields.day("cr_std"),
        "effective_date": fields.day("crsc_nstklstprd"),
        "method": fields.text("cr_mth"),
        "terms": fields.text("cr_rt_ostk"),
    }


def _merger(fields: Fields) -> Row:
    return {
        **_terms(fields, "mg_rt"),
        "record_date": fields.day("mgsc_shddstd"),
        "effective_date": fields.day("mgsc_mgdt"),
        "new_shares": fields.count("mgnstk_ostk_cnt"),
        "method": fields.text("mg_mth"),
    }


def _division(fields: Fields) -> Row:
    return {
        **_terms(fields, "dv_rt"),
        "record_date": fields.day("abcr_nstkasstd"),
        "effective_date": fields.day("dvdt"),
        "method": fields.text("dv_mth"),
    }


def _division_merger(fields: Fields) -> Row:
    return {
        **_terms(fields, "dvmg_rt"),
        "effective_date": fields.day("dvmgsc_dvmgdt"),
        "method": fields.text("dvmg_mth"),
    }


def _exchange(fields: Fields) -> Row:
    return {
        **_terms(fields, "extr_rt"),
        "record_date": fields.day("extrsc_shddstd"),
        "effective_date": fields.day("extrsc_extrdt"),
        "method": fields.text("extr_sen"),
    }


def _terms(fields: Fields, name: str) -> Row:
    text = fields.text(name)
    sure = SURE_RATIO.fullmatch(text) if text else None
    return {"terms": text, "exchange_ratio": Decimal(sure[1]) if sure else None}


_READERS: dict[str, Callable[[Fields], Row]] = {
    PAID: _paid,
    FREE: _free,
    PAID_FREE: _paid_and_free,
    REDUCTION: _reduction,
    MERGER: _merger,
    DIVISION: _division,
    DIVISION_MERGER: _division_merger,
    EXCHANGE: _exchange,
}
