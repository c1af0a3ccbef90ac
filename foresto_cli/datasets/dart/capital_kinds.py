"""``irdsSttus`` (증자·감자 현황) read: what changed a company's shares, as its periodic reports tell it afterwards."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from foresto_cli.datasets.dart import free_text
from foresto_cli.datasets.dart.share_classes import COMMON, class_of
from foresto_cli.errors import BadPayload

SPLIT = "주식분할"
DITTO = ("〃", "″", "''", '"', "상동", "위와같음")
"""Class of shares of the line above."""
OLDEST = date(1945, 1, 1)

Record = Mapping[str, Any]


class Change(NamedTuple):
    """One change: the day, its kind (형태) as filed, common or not, the shares, and par value after it in won."""

    day: date
    kind: str
    is_common: bool
    shares: int
    par: int | None


def changes_of(records: Sequence[Record], corp_code: str, received: date) -> list[Change]:
    """Return the changes, oldest first; a report without any says so by one row of "-".

    A change whose day is a slip of the pen (2923 for 2023 was seen) is left out.

    Raises:
        BadPayload: another company's report, or a field that is missing or cannot be read.
    """
    try:
        if {record["corp_code"] for record in records} != {corp_code}:
            raise BadPayload(f"{corp_code}의 자본 변동을 요청했는데 다른 회사의 것이 왔습니다.")
        kinds = _kinds(records)
        found = [
            change
            for record, kind in zip(records, kinds, strict=True)
            if (change := _change(record, is_common=kind in {COMMON, ""})) is not None
        ]
    except (KeyError, AttributeError, TypeError) as error:
        raise BadPayload(f"{corp_code}의 자본 변동에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
    except ValueError as error:
        raise BadPayload(f"{corp_code}의 자본 변동에 읽을 수 없는 값이 있습니다({error}).") from None
    return sorted(change for change in found if OLDEST <= change.day <= received)


def _kinds(records: Sequence[Record]) -> list[str]:
    """Return the class of shares of each line; filers word it freely, or put a ditto mark."""
    found: list[str] = []
    for record in records:
        worded = "".join(record["isu_dcrs_stock_knd"].split())
        found.append(found[-1] if worded in DITTO and found else class_of(worded))
    return found


def _change(record: Record, *, is_common: bool) -> Change | None:
    day, shares = free_text.day(record["isu_dcrs_de"]), free_text.number(record["isu_dcrs_qy"])
    if day is None or not shares:
        return None
    par = free_text.number(record["isu_dcrs_mstvdv_fval_amount"])
    kind = "".join(record["isu_dcrs_stle"].split())
    return Change(day, kind, is_common, abs(int(shares)), int(par) if par else None)
