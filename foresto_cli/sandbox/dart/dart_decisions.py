"""The decision endpoints (주요사항보고서): one row per decision, in its newest version."""

from datetime import date, timedelta
from typing import Protocol

from foresto_cli.sandbox.dart import dart_actions, dart_figures, shares
from foresto_cli.sandbox.dart.dart_actions import Action
from foresto_cli.sandbox.dart.dart_companies import Company
from foresto_cli.sandbox.dart.decision_fields import FIELDS
from foresto_cli.sandbox.market import Market, market_calendar

Row = dict[str, str]


def rows(market: Market, company: Company, endpoint: str, first: date, last: date) -> list[Row]:
    """Return the decisions whose first filing fell into ``first`` … ``last``, with what is known of them now."""
    today = market.now.date()
    return [
        _row(market, action, today)
        for action in dart_actions.of(market)
        if action.company.number == company.number
        and action.kind == endpoint
        and first <= action.filings[0].received <= last
        and action.filings[0].received <= today
    ]


def _row(market: Market, action: Action, today: date) -> Row:
    newest = [filing for filing in action.filings if filing.received <= today][-1]
    company = action.company
    head = {
        "rcept_no": newest.number,
        "corp_cls": company.corp_cls,
        "corp_code": company.corp_code,
        "corp_name": company.name,
    }
    blank = dict.fromkeys(FIELDS[action.kind], "-")
    decided = action.filings[0].received - timedelta(days=1)
    board = {"bddd": _day(decided), "od_a_at_t": "3", "od_a_at_b": "0", "adt_a_atn": "참석"}
    known = {name: value for name, value in board.items() if name in blank}
    is_first = newest.number == newest.first
    return head | blank | known | MAKERS[action.kind](market, action, is_first=is_first)


def _paid(market: Market, action: Action, *, is_first: bool) -> Row:
    held = shares.listed(market, action.company.number, action.filings[0].received)
    new = int(held * action.ratio + 1e-6)
    money = new * 1_000
    return {
        "nstk_ostk_cnt": _number(new),
        "fv_ps": _number(shares.par(market, action.company, action.filings[0].received)),
        "bfic_tisstk_ostk": _number(held),
        "fdpp_op": _number(money // 2 if is_first else money // 2 - 1),
        "fdpp_dtrp": _number(money - money // 2),
        "ic_mthn": action.allotment,
        "ssl_at": "N",
    }


def _free(market: Market, action: Action, **_: bool) -> Row:
    held = shares.listed(market, action.company.number, action.filings[0].received)
    record = market_calendar.next_session(action.ex_date, market.seed) if action.ex_date else None
    return {
        "nstk_ostk_cnt": _number(int(held * action.ratio + 1e-6)),
        "fv_ps": _number(shares.par(market, action.company, action.filings[0].received)),
        "bfic_tisstk_ostk": _number(held),
        "nstk_asstd": _day(record),
        "nstk_ascnt_ps_ostk": f"{action.ratio:.6g}",
        "nstk_dividrk": _day(date(action.filings[0].received.year, 1, 1)),
        "nstk_lstprd": _day(action.listing),
    }


def _reduction(market: Market, action: Action, *, is_first: bool) -> Row:
    company, first = action.company, action.filings[0].received
    held, par = shares.listed(market, company.number, first), shares.par(market, company, first)
    ratio = action.first_ratio if is_first and action.first_ratio else action.ratio
    left = int(held * ratio + 1e-6)
    every = round(1 / ratio)
    back = action.ex_date or first
    # Some companies give the percentage that remains where others give the one that is taken away.
    percent = 100 * ratio if company.number % 4 == 0 else 100 * (1 - ratio)
    return {
        "crstk_ostk_cnt": _number(held - left),
        "fv_ps": _number(par),
        "bfcr_cpt": _number(held * par),
        "atcr_cpt": _number(left * par),
        "bfcr_tisstk_ostk": _number(held),
        "atcr_tisstk_ostk": _number(left),
        "cr_rt_ostk": f"{percent:.2f}",
        "cr_std": _day(back - timedelta(days=7)),
        "cr_mth": f"액면가 {par:,}원의 보통주식 {every}주를 1주로 주식병합",
        "cr_rs": "재무구조 개선",
        "crsc_nstklstprd": _day(back),
        "crsc_trspprpd_edd": _day(back - timedelta(days=1)),
        "ftc_stt_atn": "미해당",
    }


def _merger(market: Market, action: Action, **_: bool) -> Row:
    other = dart_figures.statement(market, action.company, action.filings[0].received.year - 1, 4, "CFS")
    return {
        "mg_mth": "흡수합병",
        "mg_stn": "해당사항없음",
        "mg_rt": f"존속회사 : {action.company.name}\n = 1 : {action.ratio:.7f}",
        "mgptncmp_cmpnm": f"{action.company.name}파트너스",
        "rbsnfdtl_tast": _number(other.total_assets),
        "rbsnfdtl_tdbt": _number(other.total_liabilities),
        "rbsnfdtl_teqt": _number(other.total_equity),
        "mgsc_mgctrd": _day(action.filings[0].received),
        "mgsc_shddstd": _day(action.filings[0].received + timedelta(days=20)),
        "mgsc_mgdt": _day(action.ex_date),
    }


def _exchange(_: Market, action: Action, **__: bool) -> Row:
    return {
        "extr_sen": "주식의 포괄적 교환",
        "extr_tgcmp_cmpnm": f"{action.company.name}파트너스",
        "extr_rt": f"1 : {action.ratio:.7f}",
        "extrsc_extrctrd": _day(action.filings[0].received),
        "extrsc_shddstd": _day(action.filings[0].received + timedelta(days=20)),
        "extrsc_extrdt": _day(action.ex_date),
        "atextr_cpcmpnm": f"{action.company.name}파트너스",
    }


def _division(_: Market, action: Action, **__: bool) -> Row:
    done = action.filings[0].received + timedelta(days=60)
    return {
        "dv_mth": "단순ㆍ물적분할",
        "dv_rt": "단순ㆍ물적분할 방식으로 분할비율을 산정하지 않음",
        "dv_trfbsnprt_cn": "신사업 부문",
        "atdv_excmp_cmpnm": action.company.name,
        "dvfcmp_cmpnm": f"{action.company.name}신설",
        "dvfcmp_rlst_atn": "아니오",
        "gmtsck_prd": _day(done - timedelta(days=25)),
        "dvdt": _day(done),
    }


class Maker(Protocol):
    """Makes the fields of one kind of decision."""

    def __call__(self, market: Market, action: Action, /, *, is_first: bool) -> Row:
        """Return them, as the first filing had them or as a correction has."""


MAKERS: dict[str, Maker] = {
    dart_actions.PAID: _paid,
    dart_actions.FREE: _free,
    dart_actions.REDUCTION: _reduction,
    dart_actions.MERGER: _merger,
    dart_actions.EXCHANGE: _exchange,
    dart_actions.DIVISION: _division,
}


def _day(day: date | None) -> str:
    return f"{day:%Y년 %m월 %d일}" if day else "-"


def _number(amount: int) -> str:
    return f"{amount:,}"
