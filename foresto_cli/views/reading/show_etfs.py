"""``foresto etfs``: which ETFs there are, and one of them with its newest prices."""

from sqlalchemy import Connection

from foresto_cli.app import App
from foresto_cli.datasets.listed.etf_tables import etfs
from foresto_cli.datasets.listed.names import ETF, security_of
from foresto_cli.errors import UsageError
from foresto_cli.store.fragments import Fragment, sql
from foresto_cli.views import words
from foresto_cli.views.reading import show_prices
from foresto_cli.views.reading.reading import Field, Reading, percent, price, require, rows
from foresto_cli.views.reading.show_columns import field_of, fields_of

LOADED_BY = "stocks etfs"
ORDERS = {
    "aum": Fragment("aum DESC NULLS LAST"),
    "fee": Fragment("expense_ratio NULLS LAST"),
    "name": Fragment("name"),
    "new": Fragment("listing_date DESC NULLS LAST"),
}
"""Word → order of the list."""
SHOWN = {
    "ticker": ("코드", None),
    "name": ("이름", None),
    "current_price": ("가격(원)", price),
    "nav": ("NAV(원)", price),
    "aum": ("순자산", words.won),
    "expense_ratio": ("보수(%)", percent),
    "manager": ("운용사", None),
}
"""Columns that the list has on a terminal."""
CALLED = {
    "ticker": "종목코드",
    "current_price": "종가(원)",
    "nav": "NAV(원/좌)",
    "aum": "순자산",
    "expense_ratio": "총보수(연 %)",
    "category": "분류",
    "index_name": "기초지수",
    "leverage": "추적배수",
    "is_actively_managed": "액티브",
    "shares": "상장좌수",
    "one_year_return": "1년 수익률(%)",
    "ytd_return": "연초 대비 수익률(%)",
    "price_date": "거래일",
    "is_active": "상장 중",
}
"""Names of the fields on the card, where they differ from the column's heading."""
PRICES = 5


def every(app: App, text: str, order: str, *, gone: bool, limit: int) -> Reading:
    """Return the ETFs whose name, index, manager or category has ``text``.

    Args:
        app: what the command works with.
        text: part of it; empty for all.
        order: word of :data:`ORDERS`.
        gone: those that left the list too.
        limit: at most so many.

    Raises:
        UsageError: there is no such order.
        ConfigError: no ETF is stored.
    """
    if order not in ORDERS:
        raise UsageError(f"{order}: 그런 순서는 없습니다. {', '.join(ORDERS)} 가운데 고르세요.")
    where = Fragment(
        "(is_active OR :gone) AND (:part = '' OR strpos(lower(replace(concat_ws(' ', ticker, name, index_name, manager,"
        " category), ' ', '')), :part) > 0)"
    )
    asked: dict[str, object] = {"gone": gone, "part": "".join(text.split()).lower()}
    with app.engine.connect() as connection:
        require(connection, "etfs", "ETF", LOADED_BY)
        total = connection.scalar(sql("SELECT count(*) FROM etfs WHERE {where}", where=where), asked) or 0
        query = sql("SELECT * FROM etfs WHERE {where} ORDER BY {order}, ticker LIMIT :limit",
                    where=where, order=ORDERS[order])  # fmt: skip
        found = rows(connection, query, **asked, limit=limit)
    more = [f"{total:,}종목 가운데 {len(found):,}종목입니다. 더 보려면 --limit."] if total > len(found) else []
    return Reading(
        title=f"ETF {len(found):,}종목",
        fields=_fields(),
        rows=found,
        notes=more,
        nothing="조건에 맞는 ETF가 없습니다.",
        facts={"total": total},
    )


def show(app: App, given: str) -> tuple[Reading, Reading]:
    """Return one ETF item by item, and its newest days.

    Raises:
        UsageError: nobody is called so, or several are.
        ConfigError: no ETF is stored.
    """
    with app.engine.connect() as connection:
        one = security_of(connection, given, (ETF,), takes_part=True)
        found = rows(connection, "SELECT * FROM etfs WHERE ticker = :ticker", ticker=one.code)
        has_days = _has_days(connection)
    card = Reading(
        title=f"{one.code} {one.name}",
        fields=_fields(),
        rows=found,
        facts={"ticker": one.code, "name": one.name},
        is_card=True,
        called=CALLED,
    )
    if not has_days:
        return card, Reading(
            title="ETF 시세", fields=show_prices.FIELDS, rows=[], nothing=f"없습니다: foresto {LOADED_BY}"
        )
    (days,) = show_prices.show(app, show_prices.Wish(given=[one.code], limit=PRICES))
    return card, days


def _has_days(connection: Connection) -> bool:
    return bool(connection.scalar(sql("SELECT EXISTS (SELECT 1 FROM etf_price_daily)")))


def _fields() -> list[Field]:
    own = {field.name: field for field in fields_of(etfs)}
    first = [field_of(etfs.columns[name], head, shown) for name, (head, shown) in SHOWN.items()]
    return [*first, *(field for name, field in own.items() if name not in SHOWN)]
