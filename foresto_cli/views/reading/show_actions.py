"""``foresto actions show``: what a company decided about its shares, and the price events beside it."""

from sqlalchemy import Connection

from foresto_cli.adjustment import events
from foresto_cli.app import App
from foresto_cli.datasets.dart import decision_kinds as kinds
from foresto_cli.datasets.listed.names import STOCK, security_of
from foresto_cli.output.rows import Kind
from foresto_cli.views.reading.reading import Field, Reading, Row, require, rows, whole

TABLE = "corporate_actions"
LABELS = {
    kinds.PAID: "유상증자",
    kinds.FREE: "무상증자",
    kinds.PAID_FREE: "유무상증자",
    kinds.REDUCTION: "감자",
    kinds.MERGER: "합병",
    kinds.DIVISION: "분할",
    kinds.DIVISION_MERGER: "분할합병",
    kinds.EXCHANGE: "주식교환·이전",
    kinds.SPLIT: "주식분할",
    kinds.CONSOLIDATION: "주식병합",
}
"""``corporate_actions.action_type`` in the operator's words."""
QUERY = (
    "SELECT ticker, rcept_no, rcept_dt, action_type, report_name, is_correction, is_withdrawn, corrected_by,"
    " record_date, effective_date, ratio, exchange_ratio, shares_before, shares_after, new_shares, method, terms,"
    " price_event_date, price_event, price_factor FROM corporate_actions WHERE ticker IN (:ticker, :common)"
    " ORDER BY rcept_dt DESC, rcept_no DESC"
)
FIELDS = (
    Field("ticker", "종목코드"),
    Field("rcept_dt", "접수일", Kind.DAY, "접수일"),
    Field("action", "종류", Kind.TEXT, "종류"),
    Field("record_date", "기준일", Kind.DAY, "기준일"),
    Field("effective_date", "효력일", Kind.DAY, "효력일"),
    Field("ratio", "변동 후 ÷ 전 주식수", Kind.NUMBER, "비율", lambda value: f"{value:.4g}"),
    Field("new_shares", "새 보통주(주)", Kind.WHOLE, "새 주식", whole),
    Field("state", "상태", Kind.TEXT, "상태"),
    Field("price_event_date", "가격 조정 거래일", Kind.DAY),
    Field("price_event", "가격 조정 사건"),
    Field("price_factor", "조정계수", Kind.NUMBER),
    Field("exchange_ratio", "합병·교환 비율(1 : x)", Kind.NUMBER),
    Field("shares_before", "변동 전 보통주(주)", Kind.WHOLE),
    Field("shares_after", "변동 후 보통주(주)", Kind.WHOLE),
    Field("method", "방법"),
    Field("terms", "비율에 관한 글"),
    Field("report_name", "보고서"),
    Field("rcept_no", "DART 접수번호", Kind.TEXT, "접수번호"),
    Field("corrected_by", "정정본의 접수번호"),
)


def show(app: App, given: str) -> tuple[Reading, list[events.Event]]:
    """Return the filed decisions of a stock's company, newest first, and the price events of the stock.

    Raises:
        UsageError: nobody is called so, or several are.
        ConfigError: no decision of anybody is stored.
    """
    with app.engine.connect() as connection:
        stock = security_of(connection, given, (STOCK,), takes_part=True)
        found = of(connection, stock.code)
        priced = events.events(connection, stock.code)
        if not found and not priced:
            require(connection, TABLE, "증자·감자·합병·분할 공시", "dart corporate-actions")
    reading = Reading(
        title=f"{stock.code} {stock.name} 증자·감자·합병·분할 공시",
        fields=FIELDS,
        rows=found,
        nothing="저장된 공시가 없습니다. 지난 공시를 받으려면 foresto dart corporate-actions --from 2020-01-01.",
        facts={"ticker": stock.code, "name": stock.name, "price_events": [_plain(one) for one in priced]},
    )
    return reading, priced


def of(connection: Connection, ticker: str) -> list[Row]:
    """Return the filed decisions of a stock's company, newest first, with ``action`` and ``state`` in words."""
    found = rows(connection, QUERY, ticker=ticker, common=f"{ticker[:5]}0")
    for row in found:
        row["action"] = LABELS.get(row["action_type"], row["action_type"])
        row["state"] = "철회" if row["is_withdrawn"] else "정정됨" if row["corrected_by"] else None
        row["state"] = row["state"] or ("정정본" if row["is_correction"] else None)
    return found


def _plain(one: events.Event) -> dict[str, object]:
    return one._asdict() | {"trade_date": f"{one.trade_date}", "label": events.LABELS.get(one.event, one.event)}
