"""list.json (공시검색): the filings of a window, by company, type and class, page by page."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from foresto_cli.clock import day_of
from foresto_cli.sandbox.dart import announced, dart_actions, dart_filings, dart_periods, everyday, statuses
from foresto_cli.sandbox.dart.dart_filings import Filing
from foresto_cli.sandbox.market import Market
from foresto_cli.sandbox.wire import Answer

WINDOW_MONTHS = 3
MOST_ROWS = 100
USUAL_ROWS = 10
PERIODIC, NOTICE = "A", "I"
PADDING = " " * 14
SORTS = {"date": lambda one: one.number, "crp": lambda one: one.company.name, "rpt": lambda one: one.name}


def page(market: Market, asked: Mapping[str, str]) -> Answer:
    """Return one page.

    Raises:
        KeyError, ValueError: a parameter cannot be read.
    """
    today = market.now.date()
    last = day_of(asked["end_de"]) if asked.get("end_de") else today
    first = day_of(asked["bgn_de"]) if asked.get("bgn_de") else last
    if not asked.get("corp_code") and last > _window_end(first):
        return statuses.refusal("100", statuses.WINDOW)
    size, number = int(asked.get("page_count", USUAL_ROWS)), int(asked.get("page_no", 1))
    if not 1 <= size <= MOST_ROWS or number < 1:
        return statuses.refusal("100")
    kind = asked.get("pblntf_ty", "")
    now = moment(market)
    superseded = _superseded(market, first, today, kind)
    everything = [one for one in _known(market, first, last, kind) if _wanted(one, asked)]
    for more in (announced.received(market, first, min(last, today)), everyday.received(market, first, last, now)):
        found = [one for one in more if _wanted(one, asked)]
        everything += found
        superseded |= {one.number for one in found if one.corrected_on and one.corrected_on <= today}
    if asked.get("last_reprt_at") == "Y":
        everything = [one for one in everything if one.number not in superseded]
    everything.sort(key=lambda one: one.number)
    everything.sort(key=SORTS[asked.get("sort", "date")], reverse=asked.get("sort_mth", "desc") == "desc")
    shown = everything[(number - 1) * size : number * size]
    given_up = _given_up(market, today)
    rows = [_row(one, superseded, given_up) for one in shown]
    pages = -(-len(everything) // size)
    return statuses.listing(rows, page_no=number, page_count=size, total_count=len(everything), total_page=pages)


def moment(market: Market) -> datetime:
    """Return the moment at which the list is looked at."""
    return market.now


def _known(market: Market, first: date, last: date, kind: str) -> Iterator[Filing]:
    """Yield reports of a kind ("" is any) and decisions received from ``first`` to ``last``, as far as by now."""
    until = min(last, market.now.date())
    years = range(max(first.year - 1, dart_periods.OLDEST_YEAR), until.year + 1) if kind in ("", PERIODIC) else ()
    for year in years:
        for code in dart_periods.QUARTERS:
            for versions in dart_filings.of_year(market, year, code):
                yield from (one.filing for one in versions if first <= one.filing.received <= until)
    for action in dart_actions.of(market):
        yield from (one for one in action.filings if first <= one.received <= until)


def _wanted(one: Filing, asked: Mapping[str, str]) -> bool:
    return (
        asked.get("corp_code", "") in ("", one.company.corp_code)
        and asked.get("pblntf_ty", "") in ("", one.kind)
        and asked.get("pblntf_detail_ty", "") in ("", one.detail)
        and asked.get("corp_cls", "") in ("", one.company.corp_cls)
    )


def _superseded(market: Market, first: date, today: date, kind: str) -> set[str]:
    """Return the numbers of filings since ``first`` that a later one has corrected by ``today``."""
    found = set()
    later: dict[str, Filing] = {}
    for one in _known(market, first, today, kind):
        if one.number != one.first:
            found.add(one.first)
            newest = later.setdefault(one.first, one)
            if newest.number != one.number:
                found.add(min(newest.number, one.number))
                later[one.first] = max(newest, one, key=lambda filing: filing.number)
    return found


def _given_up(market: Market, today: date) -> set[str]:
    return {
        filing.number
        for action in dart_actions.of(market)
        if action.withdrawn and action.withdrawn <= today
        for filing in action.filings
    }


def _row(one: Filing, superseded: set[str], given_up: set[str]) -> dict[str, str]:
    remark = one.remark + ("정" if one.number in superseded else "") + ("철" if one.number in given_up else "")
    return {
        "corp_code": one.company.corp_code,
        "corp_name": one.company.name,
        "stock_code": one.company.ticker,
        "corp_cls": one.company.corp_cls,
        # The exchange's are padded outside, too.
        "report_nm": f"{one.name}{PADDING if one.kind == NOTICE else ''}",
        "rcept_no": one.number,
        "flr_nm": one.filer or one.company.name,
        "rcept_dt": f"{one.received:%Y%m%d}",
        "rm": remark,
    }


def _window_end(first: date) -> date:
    """Return the last day that a search without a company may reach from ``first``: three calendar months on."""
    year, month = divmod(first.year * 12 + first.month - 1 + WINDOW_MONTHS, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))
