"""Prices, indices and who is listed.

The predecessor fetched adjusted prices, and after a split only the new days on the new basis: nothing in a row says on
which basis it stands. All are marked ``ADJUSTED``, which no indicator, check or adjustment of foresto reads as the
exchange's own, and none is in the ledger: the next back-fill replaces them session by session.
"""

from foresto_cli.adopt.moves import TICKER, Move
from foresto_cli.datasets.listed.sectors import OTHER
from foresto_cli.store import tables
from foresto_cli.upstream import fdr

SOURCES = "array_position(ARRAY['PYKRX', 'KRX', 'NAVER', 'KRX_TS'], CAST(o.source_id AS text))"
"""Of two sources for one day the lower wins; what is not in the list comes last."""
NO_TICKER = {"종목코드가 아님": f"o.ticker ~ {TICKER}"}
NOT_TO_COME = {"아직 오지 않은 날": "o.trade_date <= CAST(:now AS date)"}


def _whole(name: str) -> str:
    # Not a number is larger than any.
    return f"CASE WHEN o.{name} BETWEEN 0 AND 1e18 THEN CAST(round(o.{name}) AS bigint) END"


PRICES = Move(
    "stock_price_daily",
    tables.stock_price_daily,
    f"{SOURCES}, o.price_id DESC",
    {
        "is_halted": "(o.volume = 0 AND o.open_price = 0)",
        "quality_flag": "'ADJUSTED'",
        "adj_close_price": "o.close_price",
    },
    NO_TICKER | NOT_TO_COME | {"종가가 0 이하": "o.close_price > 0", "거래량이 음수": "o.volume >= 0"},
)

INDICES = Move(
    "index_price_daily",
    tables.index_price_daily,
    f"{SOURCES}, o.price_id DESC",
    {},
    NOT_TO_COME | {"종가가 0 이하": "o.close_price > 0"},
)

LISTING = Move(
    "fdr_stock_listing",
    tables.fdr_stock_listing,
    f"(o.source_id = '{fdr.SOURCE_ID}') DESC, o.listing_id DESC",
    {"is_listed": "true", "marcap": _whole("marcap")},
    NO_TICKER | {"지난 명단(가장 새 명단만 넘김)": "o.as_of_date = o.newest"},
    optional={"marcap": "double precision"},
    source="SELECT s.*, max(as_of_date) OVER () AS newest FROM {self} s",
    joined=frozenset({"newest"}),
)

STOCKS = Move(
    "stocks",
    tables.stocks,
    "o.ticker",
    {
        "sector": f"coalesce(o.sector, '{OTHER}')",
        "is_active": "coalesce(o.is_active, true)",
        # Some writers stored it in millions or hundreds of millions: believed where the newest listing agrees.
        "market_cap": "(SELECT CAST(round(o.market_cap) AS bigint) FROM fdr_stock_listing l WHERE l.ticker = o.ticker"
        " AND o.market_cap BETWEEN l.marcap / 2.0 AND l.marcap * 2.0)",
        # The look-up took the first hit when nothing matched: believed where no other company has it.
        "crno": "CASE WHEN o.companies = 1 THEN o.crno END",
    },
    NO_TICKER | {"시장을 모름": "o.market <> 'UNKNOWN'"},
    left=frozenset(
        {"pe_ratio", "pb_ratio", "ytd_return", "one_year_return", "dividend_yield"}
        | {column.name for column in tables.stocks.columns if column.name.startswith("compass_")}
    ),
    optional={"crno": "text"},
    source="SELECT s.*, c.companies FROM {self} s LEFT JOIN (SELECT crno AS number,"
    " count(DISTINCT left(ticker, 5)) AS companies FROM {self} GROUP BY crno) c ON c.number = s.crno",
    joined=frozenset({"companies"}),
)

ETFS = Move(
    "etfs",
    tables.etfs,
    "o.ticker",
    {
        "is_active": "coalesce(o.is_active, true)",
        "source_id": f"'{fdr.SOURCE_ID}'",
        "aum": _whole("aum"),
    },
    NO_TICKER,
    # It was the fund's name once more.
    left=frozenset({"category"}),
)

MOVES = (LISTING, STOCKS, ETFS, PRICES, INDICES)
