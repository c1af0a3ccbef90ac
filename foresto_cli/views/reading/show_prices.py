"""``foresto prices show``: daily prices of stocks, ETFs and indices, as the exchange has them or adjusted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from foresto_cli.adjustment.events import LABELS
from foresto_cli.app import App
from foresto_cli.datasets.listed.names import ETF, EVERY, INDEX, STOCK, Security, security_of
from foresto_cli.errors import UsageError
from foresto_cli.output.rows import Kind
from foresto_cli.store.fragments import Fragment, sql
from foresto_cli.views.reading import spark
from foresto_cli.views.reading.reading import Field, Reading, Row, percent, price, require, rows, whole
from foresto_cli.views.reading.show_periods import by_period

USUAL = 20
"""Sessions, unless days or a number are asked for."""
DAILY, WEEKLY, MONTHLY = "daily", "weekly", "monthly"
TABLES = {
    STOCK: ("stock_price_daily", "시세", "prices incremental"),
    ETF: ("etf_price_daily", "ETF 시세", "stocks etfs"),
    INDEX: ("index_price_daily", "지수", "prices index"),
}
COLUMNS = {
    STOCK: Fragment(
        "ticker AS code, trade_date, open_price, high_price, low_price, close_price, change_rate, volume,"
        " trading_value, market_cap, shares_outstanding, is_halted, quality_flag, price_basis, designation, adj_event,"
        " adj_close_price, source_id"
    ),
    ETF: Fragment(
        "ticker AS code, trade_date, open_price, high_price, low_price, close_price, change_rate, volume,"
        " trading_value, market_cap, shares_outstanding, volume = 0 AND open_price = 0 AS is_halted,"
        " NULL AS quality_flag, NULL AS price_basis, NULL AS designation, NULL AS adj_event,"
        " close_price AS adj_close_price, source_id"
    ),
    INDEX: Fragment(
        "index_code AS code, trade_date, open_price, high_price, low_price, close_price, change_rate, volume,"
        " trading_value, market_cap, NULL AS shares_outstanding, false AS is_halted, NULL AS quality_flag,"
        " NULL AS price_basis, NULL AS designation, NULL AS adj_event, close_price AS adj_close_price, source_id"
    ),
}
FIELDS = (
    Field("code", "코드"),
    Field("name", "이름"),
    Field("trade_date", "거래일", Kind.DAY, "거래일"),
    Field("open_price", "시가(원)", Kind.NUMBER, "시가", price),
    Field("high_price", "고가(원)", Kind.NUMBER, "고가", price),
    Field("low_price", "저가(원)", Kind.NUMBER, "저가", price),
    Field("close_price", "종가(원)", Kind.NUMBER, "종가", price),
    Field("change_rate", "등락률(%)", Kind.NUMBER, "등락", percent),
    Field("volume", "거래량(주)", Kind.NUMBER, "거래량", whole),
    Field("trading_value", "거래대금(원)", Kind.NUMBER),
    Field("market_cap", "시가총액(원)", Kind.NUMBER),
    Field("shares_outstanding", "상장주식수(주)", Kind.NUMBER),
    Field("sessions", "거래일 수", Kind.WHOLE),
    Field("is_halted", "거래정지", Kind.TRUTH),
    Field("quality_flag", "상태(NORMAL, PROVISIONAL 잠정, ADJUSTED 수정주가)"),
    Field("price_basis", "가격 기준(REGULAR, EXTENDED)"),
    Field("designation", "지정"),
    Field("adj_event", "가격 조정 사건"),
    Field("source_id", "출처"),
    Field("mark", "표시", Kind.TEXT, "표시"),
)
PRICES = ("open_price", "high_price", "low_price", "close_price")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which prices somebody wants to see.

    Attributes:
        given: codes or names.
        start: first day; None: as ``limit`` says.
        end: last day.
        adjusted: earlier prices as they are on today's shares.
        period: :data:`DAILY`, :data:`WEEKLY` or :data:`MONTHLY`.
        limit: at most so many, the newest.
        kinds: what may be meant by ``given``.
    """

    given: Sequence[str]
    start: date | None = None
    end: date | None = None
    adjusted: bool = False
    period: str = DAILY
    limit: int | None = None
    kinds: Sequence[str] = EVERY

    @property
    def most(self) -> int | None:
        """Return how many rows of each are wanted, None for all."""
        is_open = self.limit is None and self.start is None and self.end is None
        return USUAL if is_open else self.limit


def show(app: App, wish: Wish) -> list[Reading]:
    """Return one reading for each of ``wish.given``, oldest prices first.

    Raises:
        UsageError: one of them is nobody, or the span has no day.
        ConfigError: none of its kind is stored.
    """
    if wish.start is not None and wish.end is not None and wish.start > wish.end:
        raise UsageError(f"시작일({wish.start})이 종료일({wish.end})보다 뒤입니다.")
    with app.engine.connect() as connection:
        found = dict.fromkeys(security_of(connection, one, wish.kinds, takes_part=True) for one in wish.given)
        return [_reading(connection, one, wish) for one in found]


def stored(connection: Connection, one: Security, start: date | None, end: date | None) -> list[Row]:
    """Return the stored days of a security, oldest first, unadjusted, with ``adj_close_price``.

    Raises:
        ConfigError: none of its kind is stored.
    """
    table, what, command = TABLES[one.kind]
    require(connection, table, what, command)
    found = rows(
        connection,
        sql(
            "SELECT {columns} FROM {table} WHERE {key} = :code AND trade_date BETWEEN :start AND :end"
            " ORDER BY trade_date",
            columns=COLUMNS[one.kind],
            table=table,
            key="index_code" if one.kind == INDEX else "ticker",
        ),
        code=one.code,
        start=start or date.min,
        end=end or date.max,
    )
    return [{**row, "name": one.name, "sessions": 1} for row in found]


def adjusted(found: Iterable[Row]) -> list[Row]:
    """Return days with prices and volume as they would be on the newest day's shares.

    All prices of a day are multiplied by what its close is (``adj_close_price``), and its volume is divided by it.
    Where the adjusted close is not computed yet there are none.
    """
    return [_adjusted(row) for row in found]


def _adjusted(row: Row) -> Row:
    close, wanted = row["close_price"], row["adj_close_price"]
    if wanted is None:
        return {**row, **dict.fromkeys(PRICES), "volume": None}
    if wanted == close:
        return row
    ratio = Decimal(wanted) / Decimal(close)
    others = {name: None if row[name] is None else round(row[name] * ratio, 4) for name in PRICES}
    volume = None if row["volume"] is None else round(row["volume"] / ratio)
    return {**row, **others, "close_price": wanted, "volume": volume}


def _reading(connection: Connection, one: Security, wish: Wish) -> Reading:
    found = stored(connection, one, wish.start, wish.end)
    changed = adjusted(found) if wish.adjusted else found
    shown = changed if wish.period == DAILY else by_period(changed, is_monthly=wish.period == MONTHLY)
    most = wish.most
    is_cut = most is not None and len(shown) > most
    shown = shown[-most:] if is_cut and most else shown
    for row in shown:
        row["mark"] = _mark(row)
    closes = [(row["trade_date"], float(row["adj_close_price"])) for row in shown if row["adj_close_price"] is not None]
    unit = "포인트" if one.kind == INDEX else "원"
    kind = "수정주가" if wish.adjusted and one.kind == STOCK else ""
    words = [{DAILY: "", WEEKLY: "주별", MONTHLY: "월별"}[wish.period], kind, f"가격 {unit}, 등락 %"]
    notes = _notes(shown, is_cut=is_cut and wish.limit is None)
    return Reading(
        title=f"{one.code} {one.name} · {', '.join(word for word in words if word)}",
        fields=_fields(one, wish),
        rows=shown,
        before=spark.lines(closes, is_adjusted=one.kind == STOCK),
        notes=notes,
        nothing="이 기간에 저장된 시세가 없습니다. foresto prices gaps로 빠진 거래일을 확인하세요.",
        facts={"code": one.code, "name": one.name, "kind": one.kind, "adjusted": wish.adjusted, "period": wish.period},
    )


def _fields(one: Security, wish: Wish) -> list[Field]:
    fields = [field for field in FIELDS if field.name != "sessions" or wish.period != DAILY]
    if one.kind == INDEX:
        fields = [field._replace(label=field.label.replace("(원)", "(포인트)")) if field.name in PRICES else field
                  for field in fields]  # fmt: skip
    return fields


def _mark(row: Row) -> str | None:
    marks = [
        LABELS.get(row["adj_event"], row["adj_event"]) if row["adj_event"] else "",
        "정지" if row["is_halted"] else "",
        "잠정" if row["quality_flag"] == "PROVISIONAL" else "",
        "네이버" if row["quality_flag"] == "ADJUSTED" else "",
        "장후" if row["price_basis"] == "EXTENDED" else "",
    ]
    return " ".join(mark for mark in marks if mark) or None


MEANINGS = {
    "정지": "정지: 거래가 없어 시가·고가·저가가 0입니다. 종가는 기준가입니다.",
    "잠정": "잠정: 확정되기 전의 숫자입니다. 다음 작업이 다시 받습니다.",
    "네이버": "네이버: 거래소가 아니라 네이버 차트의 수정주가입니다.",
    "장후": "장후: 애프터마켓까지의 숫자이거나 정규장 숫자인지 증명되지 않았습니다.",
}
"""What a mark means."""


def _notes(shown: Sequence[Row], *, is_cut: bool) -> list[str]:
    used = {word for row in shown if row["mark"] for word in row["mark"].split()}
    notes = [said for word, said in MEANINGS.items() if word in used]
    return [f"최근 {USUAL}개만입니다. 더 보려면 --from이나 --limit.", *notes] if is_cut else notes
