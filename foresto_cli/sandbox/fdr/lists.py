"""The files of company descriptions, delisted stocks and index years."""

from datetime import date, datetime

from foresto_cli.sandbox.krx.krx_stocks import KINDS, par
from foresto_cli.sandbox.market import fiscal, market_indices, market_names
from foresto_cli.sandbox.market.whole_market import FINAL, Market
from foresto_cli.sandbox.wire import Answer, as_csv

DESCRIPTION = (
    "Code",
    "Name",
    "Market",
    "Sector",
    "Industry",
    "Products",
    "ListingDate",
    "SettleMonth",
    "Representative",
    "HomePage",
    "Region",
)
DELISTING = (
    "Symbol",
    "Name",
    "Market",
    "SecuGroup",
    "Kind",
    "ListingDate",
    "DelistingDate",
    "Reason",
    "ArrantEnforceDate",
    "ArrantEndDate",
    "Industry",
    "ParValue",
    "ListingShares",
    "ToSymbol",
    "ToName",
)
INDEX = ("Date", "Close", "UpDown", "Comp", "Change", "Open", "High", "Low", "Volume", "Amount", "MarCap")
INDEX_CODES = {"ks11": ("1", "001"), "kq11": ("2", "001"), "ks200": ("1", "028")}
REASONS = (
    "감사의견 거절(감사범위 제한)",
    "기업의 계속성 및 경영의 투명성 등을 종합적으로 고려하여 상장폐지기준에 해당한다고 결정",
)
INDEX_CODES = {"ks11": ("1", "001"), "kq11": ("2", "001"), "ks200": ("1", "028")}
REASONS = (
    "감사의견 거절(감사범위 제한)",
    "기업의 계속성 및 경영의 투명성 등을 종합적으로 고려하여 상장폐지기준에 해당한다고 결정",
)
MARKET_NAMES = {"STK": "KOSPI", "KSQ": "KOSDAQ", "KNX": "KONEX"}


def description(market: Market, day: date) -> Answer:
    """Return what is known of the stocks listed on ``day``; preferred shares have only name and market."""
    listed = market.listed(day)
    rows: list[tuple[object, ...]] = []
    for stock, name, section in zip(listed.stocks, listed.names, listed.sections, strict=True):
        start = (stock.code, name, stock.board, section)
        if stock.kind == "preferred":
            rows.append((*start, *("",) * 7))
            continue
        month = f"{fiscal.closing_month(stock):02d}월"
        page = f"http://www.synthetic{stock.number}.example" if stock.number % 9 else ""
        region = market_names.REGIONS[stock.number % len(market_names.REGIONS)]
        rows.append(
            (
                *start,
                stock.industry,
                stock.products,
                stock.listed,
                month,
                market_names.person(stock.number),
                page,
                region,
            )
        )
    return as_csv(DESCRIPTION, rows, numbered=True)


def delisting(market: Market, day: date) -> Answer:
    """Return the stocks gone by ``day``, after some old ones and a right that was traded for a week."""
    rows: list[tuple[object, ...]] = [
        (
            f"02{8700 + number}",
            f"가상옛회사{number}",
            "KOSPI",
            "주권",
            "",
            f"19{56 + number}-03-03",
            f"{1971 + number}-06-30",
            "상장폐지유예기간종료",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
        )
        for number in range(20)
    ]
    rows.append(
        (
            "0101701G",
            "가상통신 26R",
            "KOSDAQ",
            "신주인수권증서",
            "보통주",
            "2019-02-04",
            "2019-02-11",
            "",
            "",
            "",
            "",
            "0.0",
            "23465365.0",
            "",
            "",
        )
    )
    for gone in sorted(market.departures(day), key=lambda gone: gone.day):
        stock = gone.stock
        last = market.previous(gone.day)
        reason = "피흡수합병" if gone.merged else REASONS[stock.number % len(REASONS)]
        trades = ("", "") if gone.merged else (market.all_sessions[market.position(last) - 6], last)
        rows.append(
            (
                stock.code,
                gone.name,
                MARKET_NAMES[stock.market],
                KINDS.get(stock.kind, "주권"),
                "보통주",
                stock.listed,
                gone.day,
                reason,
                *trades,
                stock.industry,
                float(par(stock)),
                float(gone.shares),
                "",
                "",
            )
        )
    return as_csv(DELISTING, rows, numbered=True)


def index_year(market: Market, name: str, year: str, at: datetime) -> Answer | None:
    """Return the days of one year (``2026``) of ``ks11``, ``kq11`` or ``ks200`` over at ``at``; None: none."""
    index = market_indices.find(*INDEX_CODES[name]) if name in INDEX_CODES else None
    days = [day for day in market.sessions if str(day.year) == year and market.state(day, at) == FINAL]
    if index is None or not days:
        return None
    rows: list[tuple[object, ...]] = []
    for day in days:
        now = market_indices.level(market, index, day)
        rows.append(
            (
                day,
                now.close,
                now.direction,
                now.change,
                round(now.rate / 100, 4),
                now.open,
                now.high,
                now.low,
                now.volume,
                now.value,
                now.cap,
            )
        )
    return as_csv(INDEX, rows, numbered=False)
