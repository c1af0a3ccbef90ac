"""``alotMatter`` (배당에 관한 사항) read: the cash dividend of a fiscal year per share, by class of shares."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from foresto_cli.errors import BadPayload
from foresto_cli.loaders import _wording
from foresto_cli.store.upsert import Row
from foresto_cli.upstream.dart import SOURCE_ID

PER_SHARE, PAR = "주당현금배당금(원)", "주당액면가액(원)"
COMMON, PREFERRED, UNNAMED = "보통주", "우선주", "구분없음"
RECEIPT = re.compile(r"\d{14}")
THIS_YEAR = "thstrm"

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Payer:
    """One company that may pay.

    Attributes:
        corp_code: its number at DART.
        ticker: of its common share.
        month: in which its fiscal year ends.
        preferred: tickers of its preferred shares.
    """

    corp_code: str
    ticker: str
    month: int
    preferred: Sequence[str] = field(default_factory=tuple)

    def stock_of(self, kind: str, kinds: Counter[str]) -> str | None:
        """Return the ticker of a class of shares; None unless it can only be that one."""
        if kinds[kind] > 1:
            return None
        if kind == COMMON:
            return self.ticker
        return self.preferred[0] if kind == PREFERRED and len(self.preferred) == 1 else None


def rows_of(records: Sequence[Record], payer: Payer, period_end: date) -> list[Row]:
    """Return one row for each class of shares in an annual report, in the columns of ``dividend_history``.

    "-" is no dividend, 0 won; a blank says nothing and makes no row. A class is a stock only where there is no doubt.

    Raises:
        BadPayload: another company's report, another year's, two reports in one, or a field that cannot be read.
    """
    try:
        return _read(records, payer, period_end)
    except (KeyError, AttributeError, TypeError) as error:
        raise BadPayload(f"{payer.ticker} 배당에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
    except ValueError as error:
        raise BadPayload(f"{payer.ticker} 배당의 값을 읽을 수 없습니다({error}).") from None


def _read(records: Sequence[Record], payer: Payer, period_end: date) -> list[Row]:
    receipt = _report(records, payer, period_end)
    items = [("".join(record["se"].split()), _class(record), record[THIS_YEAR]) for record in records]
    repeated = [name for name, count in Counter(name for name, _, _ in items if name == PAR).items() if count > 1]
    if repeated:
        raise BadPayload(f"{payer.ticker} 배당에 같은 항목이 두 번 있습니다({repeated[0]}).")
    if all(_wording.is_blank(value) for _, _, value in items):
        raise BadPayload(f"{payer.ticker} 배당의 모든 값이 비어 있습니다.")
    par = next((_wording.number(value) for name, _, value in items if name == PAR), None)
    paid = [(kind, value) for name, kind, value in items if name == PER_SHARE]
    if not paid:
        raise BadPayload(f"{payer.ticker} 배당에 주당 현금배당금이 없습니다.")
    named = _named(paid)
    kinds = Counter(kind for kind, _ in named)
    seen: Counter[str] = Counter()
    rows: list[Row] = []
    for kind, value in named:
        if not value.strip():
            continue
        seen[kind] += 1
        again = f"#{seen[kind]}" if seen[kind] > 1 else ""
        rows.append(
            {
                "security_id": f"{payer.corp_code}/{kind}{again}"[:40],
                "dvdn_bas_dt": period_end,
                "scrs_itms_kcd": "",
                "source_id": SOURCE_ID,
                "ticker": payer.stock_of(kind, kinds),
                "corp_code": payer.corp_code,
                "fiscal_year": period_end.year,
                "rcept_no": receipt,
                "rcept_dt": datetime.strptime(receipt[:8], "%Y%m%d").date(),  # noqa: DTZ007  # a date has no zone
                "stck_stac_md": f"{period_end:%m}",
                "scrs_itms_kcd_nm": kind,
                "stck_genr_dvdn_amt": _wording.number(value) or Decimal(0),
                "stck_par_prc": par,
            }
        )
    return rows


def _report(records: Sequence[Record], payer: Payer, period_end: date) -> str:
    """Return the receipt number of the one report that all records are of."""
    strangers = {record["corp_code"] for record in records} - {payer.corp_code}
    if strangers:
        raise BadPayload(f"{payer.ticker} 배당을 물었는데 다른 회사({min(strangers)})의 것이 왔습니다.")
    receipts = {record["rcept_no"] for record in records}
    if len(receipts) != 1 or not RECEIPT.fullmatch(min(receipts)):
        raise BadPayload(f"{payer.ticker} 배당의 접수번호가 하나가 아니거나 열네 자리 숫자가 아닙니다.")
    ends = {_wording.day(record["stlm_dt"]) for record in records if record.get("stlm_dt")}
    if ends - {period_end, None}:
        raise BadPayload(f"{payer.ticker} 배당이 {period_end} 결산의 것이 아닙니다.")
    return str(min(receipts))


def _class(record: Record) -> str:
    """Return the class of shares in one wording: 보통주, 우선주, as filed, or nothing."""
    given = "".join((record.get("stock_knd") or "").split())
    if given in _wording.BLANK:
        return ""
    return {"보통주식": COMMON, "우선주식": PREFERRED}.get(given, given)


def _named(paid: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Name the line without a class: the only line is the common share's; among others, an empty one is dropped."""
    if len(paid) == 1 and not paid[0][0]:
        return [(COMMON, paid[0][1])]
    return [(kind or UNNAMED, value) for kind, value in paid if kind or not _wording.is_blank(value)]
