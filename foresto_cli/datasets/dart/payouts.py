"""``alotMatter`` (배당에 관한 사항) read: the cash dividend of a fiscal year per share, by class of shares.

An answer may hold several reports: of the two or four fiscal years of a company that closes more than once a year, of
a moved year end, of two versions of one period.
"""

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from foresto_cli import clock
from foresto_cli.datasets.dart import free_text, share_classes
from foresto_cli.datasets.dart.share_classes import COMMON, PREFERRED
from foresto_cli.errors import BadPayload
from foresto_cli.store.upsert import Row
from foresto_cli.upstream.dart import SOURCE_ID

PER_SHARE, PAR = "주당현금배당금(원)", "주당액면가액(원)"
RECEIPT = re.compile(r"\d{14}")
THIS_YEAR, LAST_YEAR = "thstrm", "frmtrm"
UNDECIDED = "미정"
"""``stck_dvdn_rcd_nm`` of a "-" in the year's own report: of 200 such years one is paid after all, decided later."""
AFTERWARDS = "frmtrm"
"""``scrs_itms_kcd`` of what the next year's report says of the year before it."""

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

    def stock_of(self, kind: str) -> str | None:
        """Return the ticker of a class of shares; None unless it can only be that one."""
        if kind == COMMON:
            return self.ticker
        return self.preferred[0] if kind == PREFERRED and len(self.preferred) == 1 else None


def rows_of(records: Sequence[Record], payer: Payer, period_end: date) -> list[Row]:
    """Return one row for each class of shares and fiscal year, in the columns of ``dividend_history``.

    "-" is no dividend, 0 won and :data:`UNDECIDED`; a blank says nothing and makes no row. A class is a stock only
    where there is no doubt. Of two versions of a report the newer counts.

    Args:
        records: an answer.
        payer: whom it was asked of.
        period_end: when the fiscal year asked for ends, if nothing was moved.

    Raises:
        BadPayload: another company's report, another year's, or a field that cannot be read.
    """
    return _guarded(records, payer, period_end, THIS_YEAR)


def afterwards(records: Sequence[Record], payer: Payer, period_end: date) -> list[Row]:
    """Return what the report of ``period_end`` says of the year before it, known from its own receipt.

    Nothing from an answer of several reports, or of another period: how long their years are is not told.

    Raises:
        BadPayload: as :func:`rows_of`.
    """
    return _guarded(records, payer, period_end, LAST_YEAR)


def _guarded(records: Sequence[Record], payer: Payer, period_end: date, column: str) -> list[Row]:
    try:
        reports = _reports(records, payer, period_end)
        if column == LAST_YEAR:
            if set(reports) != {period_end}:
                return []
            year, month = period_end.year - 1, period_end.month
            before = date(year, month, monthrange(year, month)[1])
            return _read(reports[period_end], payer, before, column)
        return [row for end in sorted(reports) for row in _read(reports[end], payer, end, column)]
    except (KeyError, AttributeError, TypeError) as error:
        raise BadPayload(f"{payer.ticker} 배당에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
    except ValueError as error:
        raise BadPayload(f"{payer.ticker} 배당의 값을 읽을 수 없습니다({error}).") from None


def _read(records: Sequence[Record], payer: Payer, end: date, column: str) -> list[Row]:
    """Return the rows of one report; of the year before only what is known of a class for certain."""
    items = [("".join(record["se"].split()), record) for record in records]
    if Counter(name for name, _ in items)[PAR] > 1:
        raise BadPayload(f"{payer.ticker} 배당에 같은 항목이 두 번 있습니다({PAR}).")
    is_empty = all(free_text.is_blank(record[THIS_YEAR]) for record in records)
    if not is_empty and not any(name == PER_SHARE for name, _ in items):
        raise BadPayload(f"{payer.ticker} 배당에 주당 현금배당금이 없습니다.")
    is_later = column == LAST_YEAR
    par = next((free_text.number(record[column]) for name, record in items if name == PAR), None)
    receipt = records[0]["rcept_no"]
    seen: Counter[str] = Counter()
    rows: list[Row] = []
    lines = [
        (share_classes.class_of(record.get("stock_knd")), record[column]) for name, record in items if name == PER_SHARE
    ]
    for kind, value, is_certain in share_classes.named(lines):
        ticker = payer.stock_of(kind) if is_certain else None
        if not value.strip() or (is_later and ticker is None):
            continue
        seen[kind] += 1
        again = f"#{seen[kind]}" if seen[kind] > 1 else ""
        amount = free_text.number(value)
        rows.append(
            {
                "security_id": f"{payer.corp_code}/{kind}{again}"[:40],
                "dvdn_bas_dt": end,
                "scrs_itms_kcd": AFTERWARDS if is_later else "",
                "source_id": SOURCE_ID,
                "ticker": ticker,
                "corp_code": payer.corp_code,
                "fiscal_year": end.year,
                "rcept_no": receipt,
                "rcept_dt": clock.day_of(receipt[:8]),
                "stck_stac_md": f"{end:%m}",
                "scrs_itms_kcd_nm": kind,
                "stck_dvdn_rcd_nm": UNDECIDED if amount is None and not is_later else None,
                "stck_genr_dvdn_amt": amount or Decimal(0),
                "stck_par_prc": par,
            }
        )
    return rows


def _reports(records: Sequence[Record], payer: Payer, period_end: date) -> dict[date, list[Record]]:
    """Return the newest version of each report in an answer, by the end of its fiscal year."""
    strangers = {record["corp_code"] for record in records} - {payer.corp_code}
    if strangers:
        raise BadPayload(f"{payer.ticker} 배당을 요청했는데 다른 회사({min(strangers)})의 것이 왔습니다.")
    versions: dict[tuple[date, str], list[Record]] = {}
    for record in records:
        if not RECEIPT.fullmatch(record["rcept_no"]):
            raise BadPayload(f"{payer.ticker} 배당의 접수번호가 열네 자리 숫자가 아닙니다.")
        end = free_text.day(record.get("stlm_dt") or "") or period_end
        if end.year != period_end.year:
            raise BadPayload(f"{payer.ticker} 배당이 {period_end.year}년 결산의 것이 아닙니다({end}).")
        versions.setdefault((end, record["rcept_no"]), []).append(record)
    newest: dict[date, list[Record]] = {}
    for key in sorted(versions):
        newest[key[0]] = versions[key]
    return newest
