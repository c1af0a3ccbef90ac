"""What a report says of the period before its own (``frmtrm``): earlier figures as they were stated later.

Fifteen of a hundred annual revenues of large companies are stated anew in the next year's report. Such a figure is a
version of its own, known from the later receipt; the earlier report's own row stays as it was filed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from foresto_cli.datasets.dart import figures, periods
from foresto_cli.datasets.dart.accounts import Line
from foresto_cli.datasets.dart.figures import POSITIONS, SINCE_THE_START
from foresto_cli.datasets.dart.periods import ANNUAL_QUARTER, YEAR_MONTHS, Period
from foresto_cli.errors import BadPayload
from foresto_cli.store.upsert import Row

RESTATED = (*SINCE_THE_START, *POSITIONS)
"""The numbers of ``financial_restated``."""


def rows_of(lines: Sequence[Line], code: str, quarter: int, facts: Mapping[str, Any]) -> list[Row]:
    """Return the rows of ``financial_restated`` that one report tells: flows of the year before, the opening balance.

    An annual report tells both of one period; an interim report its flows of the same months a year ago and the
    balance of the last year's end. Nothing where a figure cannot be read, or where the period is not certain.

    Args:
        lines: of the report.
        code: its kind.
        quarter: of the fiscal year.
        facts: the report's own row.
    """
    if facts["period_end"] is None or facts["rcept_dt"] is None:
        return []
    earlier = [_earlier(line) for line in lines]
    own = Period(facts["period_start"], facts["period_end"], facts["period_months"])
    flows, balance = _flows_over(earlier, own, quarter), _balance_on(earlier, own, quarter)
    if flows is None and balance is None:
        return []
    try:
        found = figures.of(earlier, code)
    except BadPayload:
        return []
    if facts["is_financial"]:
        found["revenue"] = None
    told: dict[tuple[int, int], dict[str, object]] = {}
    for names, period, at in ((SINCE_THE_START, flows, quarter), (POSITIONS, balance, ANNUAL_QUARTER)):
        if period is None or period.last >= own.last or all(found[name] is None for name in names):
            continue
        row = told.setdefault((periods.fiscal_year(period.last, at, period.months), at), _empty(facts, period, at))
        if row["period_end"] == period.last:
            row |= {name: found[name] for name in names}
    return [*told.values()]


def together(old: Row | None, new: Row) -> Row:
    """Return what two answers about one version say of one earlier period: whole statements win, none takes away."""
    if old is None:
        return new
    better, other = (old, new) if old["has_details"] and not new["has_details"] else (new, old)
    names = (*RESTATED, "period_start", "period_months")
    amounts = {name: better[name] if better[name] is not None else other[name] for name in names}
    return {**new, **amounts, "has_details": better["has_details"]}


def _earlier(line: Line) -> dict[str, object]:
    alone = str(line.get("frmtrm_q_amount") or "").strip() or line.get("frmtrm_amount") or ""
    return {
        "sj_div": line["sj_div"],
        "account_nm": line["account_nm"],
        "account_id": line.get("account_id"),
        "thstrm_amount": alone,
        "thstrm_add_amount": line.get("frmtrm_add_amount") or "",
        "thstrm_dt": line.get("frmtrm_dt") or "",
    }


def _flows_over(earlier: Sequence[Line], own: Period, quarter: int) -> Period | None:
    told = [days for line in earlier if line["sj_div"] != "BS" and (days := periods.days_of(line["thstrm_dt"]))]
    if told:
        return periods.of(earlier, told[0][-1], quarter)
    return _a_year_before(own) if quarter != ANNUAL_QUARTER or own.months == YEAR_MONTHS else None


def _balance_on(earlier: Sequence[Line], own: Period, quarter: int) -> Period | None:
    told = [days for line in earlier if line["sj_div"] == "BS" and (days := periods.days_of(line["thstrm_dt"]))]
    if told:
        return Period(None, told[0][-1], None)
    if quarter != ANNUAL_QUARTER:
        return None if own.first is None else Period(None, own.first - periods.DAY, None)
    return _a_year_before(own) if own.months == YEAR_MONTHS else None


def _a_year_before(own: Period) -> Period:
    last = periods.before(own.last, YEAR_MONTHS)
    return Period(None if own.first is None else periods.before(own.first, YEAR_MONTHS), last, own.months)


def _empty(facts: Mapping[str, Any], period: Period, quarter: int) -> dict[str, object]:
    return {
        "ticker": facts["ticker"],
        "fiscal_year": periods.fiscal_year(period.last, quarter, period.months),
        "fiscal_quarter": quarter,
        "fs_div": facts["fs_div"],
        "rcept_no": facts["rcept_no"],
        "corp_code": facts["corp_code"],
        "rcept_dt": facts["rcept_dt"],
        "period_end": period.last,
        "period_start": period.first,
        "period_months": period.months,
        "currency": facts["currency"],
        **dict.fromkeys(RESTATED),
        "has_details": facts["has_details"],
        "source_id": facts["source_id"],
    }
