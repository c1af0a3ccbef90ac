"""Checks of the bonds: their number against last month's, and values that cannot be."""

from datetime import timedelta

from sqlalchemy import text

from foresto_cli.collecting.checks import CRITICAL, MONTHLY, WARNING, Rows, Scope, check

MONTH = timedelta(days=20)
"""Lists that lie at least so far apart are compared: one of last month, one of this."""
MOST_CHANGE = 0.2
MOST_WITHOUT_MATURITY = 0.01
HIGHEST_RATE = 20


@check(
    "bonds.count",
    "채권 종목 수",
    WARNING,
    "bonds",
    "채권 종목 수가 지난달과 20% 넘게 다르지 않다",
    "foresto bonds load --again",
    level=MONTHLY,
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
    "foresto bonds load --again",
    level=MONTHLY,
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
    "foresto bonds load --again",
    level=MONTHLY,
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
    "채권 금리 범위",
    WARNING,
    "bonds",
    "표면금리가 0~20% 안에 있다",
    "foresto bonds load --again",
    level=MONTHLY,
)
def impossible_rates(scope: Scope) -> Rows:
    """Find outstanding bonds with a coupon outside 0 to 20 percent."""
    return scope.rows(
        text(
            "SELECT isin_cd, name, interest_rate FROM bonds WHERE is_active"
            " AND interest_rate NOT BETWEEN 0 AND :highest ORDER BY 1"
        ),
        highest=HIGHEST_RATE,
    )


@check(
    "bonds.overdue",
    "만기가 지난 채권",
    WARNING,
    "bonds",
    "만기가 된 채권은 상환으로 표시되어 있다",
    "foresto bonds load --again",
    level=MONTHLY,
)
def overdue_bonds(scope: Scope) -> Rows:
    """Find bonds called outstanding whose maturity had come by the date of their list."""
    return scope.rows(
        text(
            "SELECT isin_cd, name, bond_expr_dt, bas_dt FROM bonds"
            " WHERE is_active AND bond_expr_dt <= bas_dt ORDER BY 1"
        )
    )
