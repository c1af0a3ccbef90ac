"""Checks of the bonds: as many as the list had, and values that contradict each other or the market."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import String, Text, text

from foresto_cli.collecting.checks import CRITICAL, MONTHLY, WARNING, Rows, Scope, Units, check
from foresto_cli.datasets.open_data.bond_rows import type_of, years_between
from foresto_cli.datasets.open_data.bond_tables import bonds as bonds_table
from foresto_cli.datasets.open_data.pages import is_isin
from foresto_cli.datasets.open_data.ratings import AGENCIES, combined

MONTH = timedelta(days=20)
"""Lists that lie at least so far apart are compared: one of last month, one of this."""
MOST_CHANGE = 0.2
MOST_WITHOUT_MATURITY = 0.01
HIGHEST_RATE = 20
HIGHEST_MEDIAN = 8
"""Percent: no year since 2001 had half of its coupons above it."""
LARGEST_ISSUE = 10**14
"""A hundred trillion won: more than any single bond of the Korean market ever had."""
MOST_OF_ISSUE = 5
"""Times the amount issued that can be outstanding; indexed principal grows by less."""
REOPENED = ("government", "monetary", None)
"""Sorts of bonds that are issued again under one ISIN, so that more is outstanding than was issued at first."""
AHEAD = timedelta(days=31)
"""Bonds are listed so long before they are issued, and coupons paid so long after a holiday, at most."""

LONGEST_PERIOD = timedelta(days=800)
"""Interest is paid at least once a year; a first coupon may be a long one."""

NEWEST = text(
    "SELECT unit, row_count FROM unit_ledger WHERE dataset = 'bonds' AND status IN ('done', 'provisional')"
    " ORDER BY substring(unit FROM 1 FOR 10) DESC, unit LIMIT 1"
)


def newest_list(scope: Scope, _rows: Rows) -> Units:
    """Return the newest list as what is to be asked for again."""
    return {"bonds": [row["unit"] for row in scope.rows(NEWEST)]}


@check(
    "bonds.count",
    "채권 종목 수",
    WARNING,
    "bonds",
    "채권 종목 수가 지난달과 20% 넘게 다르지 않다",
    level=MONTHLY,
    units=newest_list,
)
def changed_count(scope: Scope) -> Rows:
    """Find a list with a fifth more or fewer bonds than the one of the month before."""
    lists = scope.rows(
        text(
            "SELECT unit::date AS 기준일, row_count AS 종목 FROM unit_ledger"
            " WHERE dataset = 'bonds' AND status IN ('done', 'provisional') AND unit NOT LIKE '%:%' ORDER BY 1 DESC"
        )
    )
    before = next((one for one in lists if one["기준일"] <= lists[0]["기준일"] - MONTH), None)
    if before is None or abs(lists[0]["종목"] - before["종목"]) <= MOST_CHANGE * before["종목"]:
        return []
    return [{**lists[0], "지난달": before["종목"], "지난달 기준일": before["기준일"]}]


@check(
    "bonds.lost_rows",
    "사라진 채권",
    CRITICAL,
    "bonds",
    "마지막 목록의 채권이 모두 저장되어 있다",
    units=newest_list,
)
def lost_bonds(scope: Scope) -> Rows:
    """Find fewer stored bonds than the newest whole list had."""
    return scope.rows(
        text(
            "SELECT u.unit AS 기준일, u.row_count AS 기록, count(b.isin_cd) AS 실제 FROM"
            " (SELECT unit, row_count FROM unit_ledger WHERE dataset = 'bonds' AND status = 'done'"
            " AND unit NOT LIKE '%:%' ORDER BY unit DESC LIMIT 1) u"
            " LEFT JOIN bonds b ON b.bas_dt >= u.unit::date GROUP BY 1, 2 HAVING count(b.isin_cd) < u.row_count"
        )
    )


@check(
    "bonds.maturity",
    "만기 없는 채권",
    WARNING,
    "bonds",
    "영구채가 아닌데 만기일이 없는 채권이 1% 이하",
    units=newest_list,
)
def without_maturity(scope: Scope) -> Rows:
    """Find outstanding bonds without a maturity that are not perpetual, when they are more than one in a hundred."""
    found = scope.rows(
        text(
            "SELECT isin_cd, name, issuer FROM bonds WHERE is_active AND bond_expr_dt IS NULL"
            " AND prmnc_bond_yn IS DISTINCT FROM 'Y' ORDER BY 1"
        )
    )
    active = scope.rows(text("SELECT count(*) AS active FROM bonds WHERE is_active"))[0]["active"]
    return found if len(found) > MOST_WITHOUT_MATURITY * active else []


@check(
    "bonds.rate",
    "채권 금리 수준",
    WARNING,
    "bonds",
    "유효한 채권의 표면금리는 가운데 값이 8% 이하",
    units=newest_list,
)
def impossible_level(scope: Scope) -> Rows:
    """Find coupons that together are higher than this market has had in a quarter of a century."""
    return scope.rows(
        text(
            "SELECT count(*) AS 종목, percentile_cont(0.5) WITHIN GROUP (ORDER BY interest_rate) AS 가운데_금리"
            " FROM bonds WHERE is_active AND interest_rate > 0"
            " HAVING percentile_cont(0.5) WITHIN GROUP (ORDER BY interest_rate) > :highest"
        ),
        highest=HIGHEST_MEDIAN,
    )


@check(
    "bonds.values",
    "채권의 값",
    WARNING,
    "bonds",
    "채권마다 금리·금액·날짜가 있을 수 있는 값이고, 만기까지의 날·등급·종류·유효 여부가 그것들과 맞는다",
    units=newest_list,
)
def impossible_values(scope: Scope) -> Rows:
    """Find bonds with a value that cannot be, or that others of the same row or the newest list contradict.

    One that is in no list any more stays as it was when it was seen last.
    """
    today = scope.now.date()
    newest = scope.rows(text("SELECT max(bas_dt) AS day FROM bonds WHERE bas_dt <= :today"), today=today)[0]["day"]
    bonds = scope.rows(
        text("SELECT * FROM bonds WHERE is_active AND bas_dt IS NOT NULL OR bas_dt >= :newest ORDER BY isin_cd"),
        newest=newest,
    )
    return [
        {"isin_cd": bond["isin_cd"], "name": bond["name"], "어긋남": ", ".join(problems)}
        for bond in bonds
        if (problems := [*_impossible(bond, today), *_derived(bond), *_outstanding(bond, newest)])
    ]


def _impossible(bond: dict[str, Any], today: date) -> Iterator[str]:
    issued, expires, base, amount = (bond[name] for name in ("bond_issu_dt", "bond_expr_dt", "bas_dt", "bond_issu_amt"))
    rate, balance, crno, currency = (bond[name] for name in ("interest_rate", "bond_bal", "crno", "bond_issu_cur_cd"))
    if not is_isin(bond["isin_cd"]) or not bond["name"].strip() or bond["issuer"] == "":
        yield "ISIN·이름·발행인"
    if (crno is not None and not (len(crno) == len("1101110168595") and crno.isdigit())) or (
        currency is not None and not (len(currency) == len("KRW") and currency.isupper())
    ):
        yield "법인등록번호·통화"
    if rate is not None and not 0 <= rate <= HIGHEST_RATE:
        yield "표면금리"
    if amount is not None and not 0 < amount <= LARGEST_ISSUE:
        yield "발행금액"
    if balance is not None and not (0 <= balance <= LARGEST_ISSUE and _is_of_issue(balance, bond)):
        yield "발행잔액"
    if (issued is not None and ((expires is not None and expires < issued) or issued > base + AHEAD)) or base > today:
        yield "발행일·만기일·기준일의 순서"
    if any(bond[column.name] == "" for column in bonds_table.columns if isinstance(column.type, String | Text)):
        yield "빈 글"
    last, following = bond["rbf_copn_dt"], bond["nxtm_copn_dt"]
    if following is not None and following > base + LONGEST_PERIOD:
        yield "다음 이표일"
    if last is not None and (last > base + AHEAD or (following is not None and following <= last)):
        yield "이표일"


def _is_of_issue(balance: int, bond: dict[str, Any]) -> bool:
    amount = bond["bond_issu_amt"]
    return amount is None or bond["bond_type"] in REOPENED or balance <= MOST_OF_ISSUE * amount


def _derived(bond: dict[str, Any]) -> Iterator[str]:
    """Yield what differs from what the same row's other columns make."""
    issued, expires, base = (bond[name] for name in ("bond_issu_dt", "bond_expr_dt", "bas_dt"))
    if bond["maturity_years"] != years_between(issued, expires):
        yield "만기 연수"
    if bond["remaining_days"] != (None if expires is None else max((expires - base).days, 0)):
        yield "남은 날"
    rating = combined([bond[f"{agency}_rating"] for agency in AGENCIES])
    if (bond["credit_rating"], bond["rating_status"]) != (rating.grade, rating.status):
        yield "신용등급"
    if bond["bond_type"] != type_of(bond["scrs_itms_kcd_nm"]):
        yield "종류"


def _outstanding(bond: dict[str, Any], newest: date | None) -> Iterator[str]:
    """Yield that a bond is called outstanding, or not, against its maturity and the newest list."""
    expires, base, since = (bond[name] for name in ("bond_expr_dt", "bas_dt", "inactive_since"))
    is_redeemed = expires is not None and expires <= base
    if bond["is_active"]:
        if is_redeemed or since is not None:
            yield "만기가 지났는데 유효함"
    elif not is_redeemed and base == newest:
        yield "마지막 목록에 있는데 유효하지 않음"
    elif since is None or (since != expires if is_redeemed else since <= base):
        yield "유효하지 않게 된 날"
