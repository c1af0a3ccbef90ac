"""``foresto prices show --after-market``: prices of the after-market (16:00–20:00, since 2026-09-14) by session."""

from sqlalchemy import Connection

from foresto_cli.app import App
from foresto_cli.datasets.listed.names import STOCK, Security, security_of
from foresto_cli.datasets.prices.tables import after_market_daily
from foresto_cli.errors import UsageError
from foresto_cli.output.rows import Kind
from foresto_cli.views.reading.reading import Field, Reading, percent, price, require, rows, whole
from foresto_cli.views.reading.show_columns import field_of
from foresto_cli.views.reading.show_prices import DAILY, Wish

QUERY = (
    "SELECT a.ticker AS code, CAST(:name AS text) AS name, a.trade_date, p.close_price AS regular_close, a.close_price,"
    " round(100 * (a.close_price / p.close_price - 1), 2) AS moved, a.volume, a.trading_value, a.total_volume,"
    " a.total_value, a.source_id FROM after_market_daily a LEFT JOIN stock_price_daily p ON p.ticker = a.ticker"
    " AND p.trade_date = a.trade_date AND p.price_basis = 'REGULAR' WHERE a.ticker = :ticker"
    " AND (CAST(:start AS date) IS NULL OR a.trade_date >= :start)"
    " AND (CAST(:end AS date) IS NULL OR a.trade_date <= :end) ORDER BY a.trade_date DESC LIMIT :limit"
)
OWN = after_market_daily.columns
FIELDS = (
    Field("code", "코드"),
    Field("name", "이름"),
    Field("trade_date", "거래일", Kind.DAY, "거래일"),
    Field("regular_close", "정규장 종가(원)", Kind.NUMBER, "정규장", price),
    Field("close_price", "애프터마켓 마지막 가격(원)", Kind.NUMBER, "애프터", price),
    Field("moved", "정규장 종가 대비(%)", Kind.NUMBER, "대비(%)", percent),
    field_of(OWN["volume"], "거래량(주)", whole),
    field_of(OWN["trading_value"]),
    field_of(OWN["total_volume"], "하루 거래량", whole),
    field_of(OWN["total_value"]),
    Field("source_id", "출처"),
)


def show(app: App, wish: Wish) -> list[Reading]:
    """Return one reading for each of the stocks, oldest sessions first.

    Raises:
        UsageError: adjusted, weekly or monthly, which these are not; one of them is nobody.
        ConfigError: no session of the after-market is stored.
    """
    if wish.adjusted or wish.period != DAILY:
        raise UsageError("--after-market은 --adjusted, --weekly, --monthly와 함께 쓸 수 없습니다.")
    with app.engine.connect() as connection:
        found = dict.fromkeys(security_of(connection, one, (STOCK,), takes_part=True) for one in wish.given)
        require(connection, after_market_daily.name, "애프터마켓 시세", "prices incremental")
        return [_reading(connection, one, wish) for one in found]


def _reading(connection: Connection, one: Security, wish: Wish) -> Reading:
    found = rows(connection, QUERY, name=one.name, ticker=one.code, start=wish.start, end=wish.end, limit=wish.most)
    return Reading(
        title=f"{one.code} {one.name} · 애프터마켓, 가격 원",
        fields=FIELDS,
        rows=found[::-1],
        nothing="이 기간에 저장된 애프터마켓 시세가 없습니다(KRX나 미러에서 저녁에 받은 날에만 있습니다).",
        facts={"code": one.code, "name": one.name},
    )
