"""One stock or ETF at a glance, found by ticker or name; and who has left the market."""

from datetime import date

from sqlalchemy import Connection

from foresto_cli.adjustment import events
from foresto_cli.app import App
from foresto_cli.console import Console
from foresto_cli.datasets.listed import designations
from foresto_cli.datasets.listed.names import ETF, require_listing, stock_or_fund
from foresto_cli.errors import UsageError
from foresto_cli.views import fund_card, stock_news, words
from foresto_cli.views.stored import Found, rows_of

PRICES = 5
"""Sessions shown."""
SHOWN = (
    ("name", "종목명"),
    ("english_name", "영문 이름"),
    ("market", "시장"),
    ("is_listed", "상장 중"),
    ("designated", "지정"),
    ("sector", "업종"),
    ("industry", "업종(거래소)"),
    ("yahoo_sector", "업종(Yahoo)"),
    ("products", "주요 제품"),
    ("isin", "ISIN"),
    ("crno", "법인등록번호"),
    ("listing_date", "상장일"),
    ("delisting_date", "상장폐지일"),
    ("delisting_reason", "폐지 사유"),
    ("current_price", "현재가(원)"),
    ("market_cap", "시가총액"),
    ("shares", "상장 주식수"),
    ("pe_ratio", "PER(배)"),
    ("pb_ratio", "PBR(배)"),
    ("roe", "ROE(%)"),
    ("dividend_yield", "배당수익률(%)"),
    ("ratio_note", "PER·ROE 근거"),
    ("one_year_return", "1년 수익률(%)"),
    ("ytd_return", "연초 대비(%)"),
    ("compass_score", "Compass Score"),
    ("compass_grade", "등급"),
    ("compass_summary", "점수 요약"),
    ("compass_updated_at", "점수 시각"),
)
INCOME_OF = {
    "OWNERS": "지배주주 순이익",
    "TOTAL": "비지배지분을 포함한 연결 전체 순이익",
    "SEPARATE": "별도 재무제표의 순이익",
}
"""``stocks.income_basis``: whose income PER and ROE rest on."""
OWNERS_UNKNOWN = "⚠ 전체 재무제표에도 지배주주 몫이 없어 비지배지분을 포함한 순이익"
OWNERS_UNREAD = "지배주주 몫: foresto dart financials --full --ticker {ticker}"
RATIO_REASONS = {
    "NO_FS": "받은 재무제표가 없습니다",
    "STALE_FS": "재무제표가 오래되어 지표를 내지 않습니다",
    "FX_CURRENCY": "재무제표가 원화가 아니어서 PER·PBR이 없습니다",
    "FY_CHANGE": "사업연도가 12개월이 아니어서 1년 이익을 알 수 없습니다",
    "TTM_INCOMPLETE": "최근 12개월 이익을 더할 보고서가 모자랍니다",
    "NEG_EQUITY": "자본잠식이라 PBR·ROE가 없습니다",
    "LOSS": "최근 12개월이 적자라 PER이 없습니다",
    "ANNUAL_FALLBACK": "최근 12개월을 더할 수 없어 마지막 사업보고서의 이익을 썼습니다",
}
"""``stocks.ratio_reason``: why a ratio is missing, or what it rests on."""


def card(app: App, given: str) -> Found:
    """Return identity, history, newest prices and events of one stock (``--json`` of ``foresto stocks show``).

    Of an ETF: :func:`foresto_cli.views.fund_card.card`.

    Raises:
        ConfigError: there is no listing to look in.
        UsageError: ``given`` is the ticker or the name of nobody, or of several.
    """
    with app.engine.connect() as connection:
        meant = stock_or_fund(connection, given)
        if meant.kind == ETF:
            return fund_card.card(connection, meant.code)
        require_listing(connection)
        ticker = meant.code
        marked = designations.as_of(connection, tickers=[ticker]).get(ticker)
        identity = identity_of(connection, ticker)
        current = marked if identity["is_listed"] else None
        return {
            "stock": identity
            | {
                "designation": current.word if current else None,
                "designated_since": f"{current.since}" if current else None,
                "designated": f"{current}" if current else None,
            },
            "history": rows_of(
                connection,
                "SELECT valid_from, valid_to, name, market, is_listed FROM stock_history WHERE ticker = :ticker"
                " ORDER BY valid_from DESC",
                ticker=ticker,
            ),
            "prices": rows_of(
                connection,
                "SELECT trade_date, open_price, high_price, low_price, close_price, change_rate, volume, is_halted,"
                " adj_close_price FROM stock_price_daily WHERE ticker = :ticker ORDER BY trade_date DESC LIMIT :count",
                ticker=ticker,
                count=PRICES,
            ),
            "events": [event._asdict() for event in events.events(connection, ticker)],
            **stock_news.of(connection, app.calendar, ticker),
        }


def show(console: Console, found: Found) -> None:
    """Print the card for a person."""
    if "etf" in found:
        fund_card.show(console, found)
        return
    stock = found["stock"]
    said = stock | {"market_cap": None if stock["market_cap"] is None else words.won(stock["market_cap"])}
    rows = [(label, said[name]) for name, label in SHOWN if said[name] is not None] + stock_news.lines(found)
    console.table(f"{stock['ticker']} {stock['name']}", ("항목", "값"), rows)
    if found["history"]:
        spans = [
            (one["valid_from"], one["valid_to"], one["name"], one["market"], one["is_listed"])
            for one in found["history"]
        ]
        console.table("이력", ("부터", "전날까지", "종목명", "시장", "상장"), spans)
    if found["prices"]:
        names = ("trade_date", "open_price", "high_price", "low_price", "close_price", "change_rate", "volume")
        prices = [tuple(one[name] for name in names) for one in found["prices"]]
        console.table("최근 시세", ("거래일", "시가", "고가", "저가", "종가", "등락률(%)", "거래량"), prices)
    else:
        console.line("저장된 시세가 없습니다. foresto prices incremental로 받으세요.")
    events.show(console, [events.Event(**event) for event in found["events"]])
    stock_news.show(console, found)


def delisted(app: App, since: date | None) -> Found:
    """Return who has left the market, newest first (``--json`` of ``foresto listing delisted``).

    Raises:
        ConfigError: there is no listing to look in.
    """
    with app.engine.connect() as connection:
        require_listing(connection)
        rows = rows_of(
            connection,
            "SELECT ticker, name, market, listing_date, delisting_date, delisting_reason, successor_ticker"
            " FROM fdr_stock_listing WHERE NOT is_listed AND (delisting_date IS NULL OR delisting_date >= :since)"
            " ORDER BY delisting_date DESC NULLS FIRST, ticker",
            since=since or date.min,
        )
    return {"delisted": rows}


def show_delisted(console: Console, found: Found) -> None:
    """Print who has left, or say that nobody has."""
    if not found["delisted"]:
        console.line("상장폐지된 종목이 없습니다.")
        return
    names = ("delisting_date", "ticker", "name", "market", "delisting_reason")
    rows = [tuple(one[name] for name in names) for one in found["delisted"]]
    console.table(f"상장폐지 {len(rows):,}종목", ("폐지일", "종목코드", "종목명", "시장", "사유"), rows)


def identity_of(connection: Connection, ticker: str) -> Found:
    """Return what is known of a stock by itself: the columns of :data:`SHOWN` but its designation.

    Raises:
        UsageError: it has prices and is in no list.
    """
    found = rows_of(
        connection,
        "SELECT l.ticker, l.name, l.market, l.is_listed, s.sector, l.industry, l.products, l.isin, s.crno,"
        " l.listing_date, l.delisting_date, l.delisting_reason, s.current_price, s.market_cap,"
        " coalesce(s.shares, l.shares) AS shares, round(s.one_year_return, 2) AS one_year_return,"
        " round(s.ytd_return, 2) AS ytd_return,"
        " round(s.pe_ratio, 2) AS pe_ratio, round(s.pb_ratio, 2) AS pb_ratio, round(s.roe, 2) AS roe, s.income_basis,"
        " round(s.dividend_yield, 2) AS dividend_yield,"
        " s.ratio_reason, (SELECT r.has_details FROM financial_report r WHERE r.ticker = left(l.ticker, 5) || '0'"
        " AND r.fs_div = 'CFS' ORDER BY r.period_end DESC, r.rcept_no DESC LIMIT 1) AS has_details,"
        " s.english_name, s.yahoo_sector,"
        " round(s.compass_score, 1) AS compass_score, s.compass_grade, s.compass_summary,"
        " date_trunc('second', s.compass_updated_at) AS compass_updated_at"
        " FROM fdr_stock_listing l LEFT JOIN stocks s USING (ticker) WHERE l.ticker = :ticker",
        ticker=ticker,
    )
    if not found:
        # It has prices, and left before the list of who left begins.
        raise UsageError(f"{ticker}: 시세만 있고 상장 목록에는 없는 종목입니다. foresto listing load를 실행하세요.")
    row = found[0]
    told = (*_income(row), RATIO_REASONS.get(row["ratio_reason"]))
    return {**row, "ratio_note": " · ".join(one for one in told if one) or None}


def _income(row: Found) -> list[str]:
    """Return whose income the ratios rest on, and where it is not the owners', what is known of theirs."""
    basis = row["income_basis"]
    if basis == "TOTAL":
        unread = OWNERS_UNREAD.format(ticker=f"{row['ticker'][:5]}0")
        return [OWNERS_UNKNOWN] if row["has_details"] else [INCOME_OF[basis], unread]
    return [INCOME_OF[basis]] if basis in INCOME_OF else []
