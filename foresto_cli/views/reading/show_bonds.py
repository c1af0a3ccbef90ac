"""``foresto bonds show`` and ``find``: bonds by ISIN, name, issuer, coupon, rating and maturity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite

from sqlalchemy import Connection

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.datasets.open_data import ratings
from foresto_cli.errors import UsageError
from foresto_cli.output.rows import Kind
from foresto_cli.store.fragments import Fragment, fragment, joined, sql
from foresto_cli.views.reading.reading import Field, Reading, Row, percent, require, rows, whole, yes_no

TABLE, LOADED_BY = "bonds", "bonds load"
TYPES = {
    "government": "국채",
    "municipal": "지방채",
    "monetary": "통화안정증권",
    "special": "특수채",
    "financial": "금융채",
    "asset_backed": "유동화증권",
    "corporate": "회사채",
}
"""``bonds.bond_type`` in the operator's words."""
RATED = {"RATED": "등급 있음", "UNKNOWN": "읽을 수 없음", "NONE": "기록 없음"}
YES_NO = {"Y": "예", "N": "아니오"}
FIELDS = (
    Field("isin_cd", "ISIN", Kind.TEXT, "ISIN"),
    Field("name", "종목명", Kind.TEXT, "종목명"),
    Field("issuer", "발행인"),
    Field("bond_type", "종류", Kind.TEXT, "종류", lambda value: TYPES.get(value, value)),
    Field("interest_rate", "표면이율(연 %)", Kind.NUMBER, "이율(%)", lambda value: f"{value:.3f}"),
    Field("credit_rating", "신용등급(가장 낮은 것)", Kind.TEXT, "등급"),
    Field("bond_issu_dt", "발행일", Kind.DAY),
    Field("bond_expr_dt", "만기일", Kind.DAY, "만기일"),
    Field("maturity_years", "발행부터 만기까지(년)", Kind.NUMBER, shown=percent),
    Field("remaining_days", "만기까지(일, 목록 기준일부터)", Kind.WHOLE, shown=whole),
    Field("bond_issu_amt", "발행금액", Kind.NUMBER, shown=whole),
    Field("bond_bal", "발행잔액", Kind.NUMBER, shown=whole),
    Field("bond_issu_cur_cd", "통화"),
    Field("rating_status", "등급 상태", shown=lambda value: RATED.get(value, value)),
    Field("kis_rating", "KIS 등급"),
    Field("kbp_rating", "KBP 등급"),
    Field("nice_rating", "NICE 등급"),
    Field("fn_rating", "FN 등급"),
    Field("int_pay_cycl_ctt", "이자 지급 주기"),
    Field("nxtm_copn_dt", "다음 이표일", Kind.DAY),
    Field("lstg_dt", "상장일", Kind.DAY),
    Field("prmnc_bond_yn", "영구채", shown=lambda value: YES_NO.get(value, value)),
    Field("crno", "발행인 법인등록번호"),
    Field("is_active", "유효", Kind.TRUTH, shown=yes_no),
    Field("inactive_since", "유효하지 않게 된 날", Kind.DAY),
    Field("bas_dt", "목록 기준일", Kind.DAY),
)
NAMES = [field.name for field in FIELDS]
CANDIDATES = 10


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which bonds somebody is looking for; what is None or empty does not matter.

    Attributes:
        name: part of the name.
        issuer: part of the issuer's name.
        kind: a word of :data:`TYPES`, in Korean or English.
        min_coupon: percent a year.
        min_rating: at least this rating; bonds without a readable one are left out.
        after: matures on this day or later.
        before: matures on this day or earlier.
        redeemed: bonds that are redeemed or left the list too.
        limit: at most so many.
    """

    name: str = ""
    issuer: str = ""
    kind: str = ""
    min_coupon: float | None = None
    min_rating: str = ""
    after: date | None = None
    before: date | None = None
    redeemed: bool = False
    limit: int = 20


def find(app: App, wish: Wish) -> Reading:
    """Return the bonds that are as wished, the earliest maturity first.

    Raises:
        UsageError: a rating or kind that is none.
        ConfigError: no bond is stored.
    """
    conditions, asked = _conditions(wish)
    with app.engine.connect() as connection:
        require(connection, TABLE, "채권", LOADED_BY)
        where = joined(" AND ", conditions)
        total = connection.scalar(sql("SELECT count(*) FROM bonds WHERE {where}", where=where), asked)
        query = sql(
            "SELECT {names} FROM bonds WHERE {where} ORDER BY bond_expr_dt NULLS LAST, interest_rate DESC NULLS LAST,"
            " isin_cd LIMIT :limit",
            names=NAMES,
            where=where,
        )
        found = rows(connection, query, **asked, limit=wish.limit)
    more = [f"{total:,}종목 가운데 {len(found):,}종목입니다. 더 보려면 --limit."] if total > len(found) else []
    return Reading(
        title=f"채권 {len(found):,}종목 · 만기 순",
        fields=FIELDS,
        rows=found,
        notes=more,
        nothing="조건에 맞는 채권이 없습니다.",
        facts={"total": total},
    )


def show(app: App, given: str) -> Reading:
    """Return one bond by its ISIN or name, item by item.

    Raises:
        UsageError: there is none, or several have the name.
        ConfigError: no bond is stored.
    """
    with app.engine.connect() as connection:
        require(connection, TABLE, "채권", LOADED_BY)
        bond = _one(connection, given.strip())
    return Reading(
        title=f"{bond['isin_cd']} {bond['name']}",
        fields=FIELDS,
        rows=[bond],
        facts={"isin_cd": bond["isin_cd"]},
        is_card=True,
    )


def _one(connection: Connection, given: str) -> Row:
    query = sql(
        "SELECT {names} FROM bonds WHERE isin_cd = :code OR replace(name, ' ', '') = :name"
        " ORDER BY is_active DESC, isin_cd",
        names=NAMES,
    )
    found = rows(connection, query, code=given.upper(), name=given.replace(" ", ""))
    exact = [row for row in found if row["isin_cd"] == given.upper()] or found
    if len(exact) == 1:
        return exact[0]
    near = exact
    if not near and given:
        like = sql(
            "SELECT {names} FROM bonds WHERE strpos(lower(replace(name, ' ', '')), :part) > 0"
            " ORDER BY is_active DESC, bond_expr_dt NULLS LAST, isin_cd",
            names=NAMES,
        )
        near = rows(connection, like, part=given.replace(" ", "").lower())
    if len(near) == 1:
        return near[0]
    if not near:
        raise UsageError(f"{given}: 그런 ISIN이나 이름의 채권이 없습니다. foresto bonds find --issuer로 찾아보세요.")
    named = ", ".join(f"{row['isin_cd']} {row['name']}" for row in near[:CANDIDATES])
    more = f" 외 {len(near) - CANDIDATES:,}종목" if len(near) > CANDIDATES else ""
    raise UsageError(f"{given}: 여러 채권이 있습니다. ISIN으로 고르세요: {named}{more}")


def _conditions(wish: Wish) -> tuple[list[Fragment], dict[str, object]]:
    asked: dict[str, object] = {}
    conditions = [
        Fragment("true") if wish.redeemed else Fragment("is_active AND coalesce(bond_expr_dt >= :today, true)")
    ]
    if not wish.redeemed:
        asked["today"] = clock.today()
    for name, given in (("name", wish.name), ("issuer", wish.issuer)):
        wanted = "".join(given.split()).lower()
        if wanted:
            conditions.append(fragment("strpos(lower(replace({column}, ' ', '')), :{column}) > 0", column=name))
            asked[name] = wanted
    if wish.kind:
        conditions.append(Fragment("bond_type = :kind"))
        asked["kind"] = _kind(wish.kind)
    if wish.min_coupon is not None and not isfinite(wish.min_coupon):
        raise UsageError(f"{wish.min_coupon}: 이율은 수로 적으세요(4.5).")
    if wish.min_coupon is not None:
        conditions.append(Fragment("interest_rate >= :coupon"))
        asked["coupon"] = wish.min_coupon
    if wish.min_rating:
        conditions.append(Fragment("credit_rating = ANY(:ratings)"))
        asked["ratings"] = _at_least(wish.min_rating)
    if wish.after is not None:
        conditions.append(Fragment("bond_expr_dt >= :after"))
        asked["after"] = wish.after
    if wish.before is not None:
        conditions.append(Fragment("bond_expr_dt <= :before"))
        asked["before"] = wish.before
    return conditions, asked


def _kind(given: str) -> str:
    by_word = {word: name for name, word in TYPES.items()} | {name: name for name in TYPES}
    if given not in by_word:
        raise UsageError(f"{given}: 그런 종류는 없습니다. {', '.join(TYPES.values())} 가운데 고르세요.")
    return by_word[given]


def _at_least(given: str) -> Sequence[str]:
    wanted = given.upper()
    if wanted not in ratings.SCALE:
        raise UsageError(f"{given}: 그런 등급은 없습니다. AAA, AA+, AA, AA-, A+ … D 가운데 고르세요.")
    return list(ratings.SCALE[: ratings.SCALE.index(wanted) + 1])
