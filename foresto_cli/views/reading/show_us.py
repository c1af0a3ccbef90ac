"""``foresto us show``: one US stock or ETF as Alpha Vantage has it, its statements, its prices."""

from decimal import Decimal

from sqlalchemy import Connection

from foresto_cli.app import App
from foresto_cli.datasets.us import us_tables as tables
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.output.rows import Kind
from foresto_cli.views.reading import spark
from foresto_cli.views.reading.reading import Field, Reading, price, rows
from foresto_cli.views.reading.show_columns import fields_of

CARD, PRICES, STATEMENTS = "card", "prices", "statements"
OF_PRICES = {"date": "거래일", "open": "시가", "high": "고가", "low": "저가", "close": "종가", "volume": "거래량"}
OF_STATEMENTS = {
    "fiscal_date": "기말",
    "report_type": "기간",
    "revenue": "매출",
    "operating_income": "영업이익",
    "net_income": "순이익",
    "total_equity": "자본",
}
WHAT = {"ANNUAL": "1년", "QUARTERLY": "석 달"}
MILLION = 1_000_000


def show(app: App, given: str, part: str, limit: int) -> Reading:
    """Return what is stored of a symbol.

    Args:
        app: what the command works with.
        given: symbol or name.
        part: :data:`CARD`, :data:`PRICES` or :data:`STATEMENTS`.
        limit: at most so many days or reports, the newest.

    Raises:
        UsageError: it is not stored.
        ConfigError: no US stock is stored.
    """
    with app.engine.connect() as connection:
        symbol, name = _which(connection, given.strip())
        if part == PRICES:
            return _prices(connection, symbol, name, limit)
        if part == STATEMENTS:
            return _statements(connection, symbol, name, limit)
        return _card(connection, symbol, name)


def _which(connection: Connection, given: str) -> tuple[str, str]:
    known = rows(
        connection,
        "SELECT symbol, name FROM alpha_vantage_stocks UNION ALL SELECT symbol, name FROM alpha_vantage_etfs"
        " UNION SELECT symbol, symbol FROM alpha_vantage_timeseries t WHERE NOT EXISTS (SELECT FROM"
        " alpha_vantage_stocks s WHERE s.symbol = t.symbol) AND NOT EXISTS (SELECT 1 FROM alpha_vantage_etfs e"
        " WHERE e.symbol = t.symbol) ORDER BY 1",
    )
    if not known:
        raise ConfigError("저장된 미국 종목이 없습니다. 먼저 foresto us load를 실행하세요.")
    wanted = given.casefold()
    exact = [row for row in known if wanted in {row["symbol"].casefold(), row["name"].casefold()}]
    near = exact or [row for row in known if wanted and wanted in row["name"].casefold()]
    if len(near) == 1:
        return near[0]["symbol"], near[0]["name"]
    if near:
        named = ", ".join(f"{row['symbol']} {row['name']}" for row in near[:10])
        raise UsageError(f"{given}: 여러 종목이 있습니다. 기호로 고르세요: {named}")
    raise UsageError(f"{given}: 저장된 미국 종목이 아닙니다. {_advice(given)}")


def _advice(given: str) -> str:
    if given.isascii() and given.isalnum():
        return f"받으려면 foresto us load --tickers {given.upper()}"
    return "저장된 종목은 기호(AAPL)나 영문 이름으로 찾습니다."


def _card(connection: Connection, symbol: str, name: str) -> Reading:
    is_etf = not rows(connection, "SELECT 1 FROM alpha_vantage_stocks WHERE symbol = :symbol", symbol=symbol)
    table = tables.alpha_vantage_etfs if is_etf else tables.alpha_vantage_stocks
    query = (
        "SELECT * FROM alpha_vantage_etfs WHERE symbol = :symbol"
        if is_etf
        else "SELECT * FROM alpha_vantage_stocks WHERE symbol = :symbol"
    )
    found = rows(connection, query, symbol=symbol)
    return Reading(
        title=f"{symbol} {name}",
        fields=fields_of(table),
        rows=found,
        notes=["시세는 --prices, 재무제표는 --statements"],
        nothing="개요가 저장되지 않았습니다. foresto us load로 받으세요.",
        facts={"symbol": symbol, "name": name},
        is_card=True,
    )


def _prices(connection: Connection, symbol: str, name: str, limit: int) -> Reading:
    found = rows(
        connection,
        "SELECT * FROM alpha_vantage_timeseries WHERE symbol = :symbol ORDER BY date DESC LIMIT :limit",
        symbol=symbol,
        limit=limit,
    )[::-1]
    return Reading(
        title=f"{symbol} {name} · 조정하지 않은 시세, 상장 통화",
        fields=[_price(field) for field in fields_of(tables.alpha_vantage_timeseries)],
        rows=found,
        before=spark.lines([(row["date"], float(row["close"])) for row in found], is_adjusted=False),
        nothing="저장된 시세가 없습니다. foresto us prices로 받으세요.",
        facts={"symbol": symbol, "name": name},
    )


def _price(field: Field) -> Field:
    shown = price if field.kind is Kind.NUMBER else field.shown
    return field._replace(head=OF_PRICES.get(field.name, ""), shown=shown)


def _statements(connection: Connection, symbol: str, name: str, limit: int) -> Reading:
    found = rows(
        connection,
        "SELECT * FROM alpha_vantage_financials WHERE symbol = :symbol ORDER BY fiscal_date DESC, report_type"
        " LIMIT :limit",
        symbol=symbol,
        limit=limit,
    )[::-1]
    currencies = ", ".join(sorted({row["currency"] or "통화 모름" for row in found}))
    return Reading(
        title=f"{symbol} {name} 재무제표 · 백만 {currencies}",
        fields=[_amount(field) for field in fields_of(tables.alpha_vantage_financials)],
        rows=found,
        nothing="저장된 재무제표가 없습니다. foresto us load로 받으세요.",
        facts={"symbol": symbol, "name": name},
    )


def _amount(field: Field) -> Field:
    field = field._replace(head=OF_STATEMENTS.get(field.name, ""))
    if field.name == "report_type":
        return field._replace(shown=lambda value: WHAT.get(value, value))
    return field._replace(shown=_millions) if field.kind is Kind.NUMBER else field


def _millions(value: Decimal | float) -> str:
    return f"{value / MILLION:,.0f}"
