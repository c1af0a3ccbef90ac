"""Exchange-traded funds and their prices by session."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, Index, Numeric, String, Table

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import provenance, said, table_said, ticker, trade_date

LIST_ONLY = ("KRX의 목록(로그인)에만 있고 없으면 NULL", "only in KRX's list (login), else NULL")

etfs = Table(
    "etfs",
    metadata,
    ticker(),
    Column("isin", String(12), **said(f"ISIN. {LIST_ONLY[0]}", f"ISIN; {LIST_ONLY[1]}")),
    Column("name", String(100), nullable=False, **said("이름", "Name")),
    Column(
        "category",
        String(50),
        **said(
            "KRX의 시장과 자산 분류(국내 주식 …), 로그인이 없으면 네이버의 분류. 모르면 NULL",
            "KRX's market and asset class, or Naver's category without login; NULL where not known",
        ),
    ),
    Column(
        "index_name",
        String(200),
        **said("기초지수 이름. KRX 로그인도 OPEN API도 없으면 NULL", "Its index; NULL without KRX login and OPEN API"),
    ),
    Column("leverage", String(20), **said(f"추적배수(일반, 2X, -1X …). {LIST_ONLY[0]}", f"Multiple; {LIST_ONLY[1]}")),
    Column("is_actively_managed", Boolean, **said(f"액티브인지. {LIST_ONLY[0]}", f"Actively managed; {LIST_ONLY[1]}")),
    Column("manager", String(100), **said(f"운용사. {LIST_ONLY[0]}", f"Manager; {LIST_ONLY[1]}")),
    Column("expense_ratio", Numeric, **said(f"총보수, 연 %. {LIST_ONLY[0]}", f"Fee, percent a year; {LIST_ONLY[1]}")),
    Column("listing_date", Date, **said(f"상장일. {LIST_ONLY[0]}", f"Day of listing; {LIST_ONLY[1]}")),
    Column("shares", BigInteger, **said(f"상장좌수, 좌. {LIST_ONLY[0]}", f"Listed units; {LIST_ONLY[1]}")),
    Column(
        "current_price",
        Numeric,
        **said(
            "price_date의 종가(네이버: 현재가), 원. 모르면 NULL",
            "Close of price_date (Naver: last price), won; or NULL",
        ),
    ),
    Column("nav", Numeric, **said("price_date의 순자산가치(NAV), 원/좌. 모르면 NULL", "NAV a unit, won; or NULL")),
    Column(
        "aum",
        BigInteger,
        **said(
            "저장된 마지막 거래일의 순자산총액, 원. 시세를 받지 않았으면 NULL",
            "Net assets of the newest stored session, won; NULL without stored prices",
        ),
    ),
    Column(
        "one_year_return",
        Numeric,
        **said(
            "1년 전 종가 대비, %(기준가로 좌수 분할·병합을 반영). 그날부터의 시세가 다 없으면 NULL",
            "Return over one year, percent, splits of units counted; NULL without every session since",
        ),
    ),
    Column(
        "ytd_return",
        Numeric,
        **said(
            "전년 마지막 종가 대비, %(one_year_return과 같은 기준). 그날부터의 시세가 다 없으면 NULL",
            "Return since last year's close, percent, as one_year_return; NULL without every session since",
        ),
    ),
    Column("price_date", Date, **said("가격의 거래일. 가격을 모르면 NULL", "Session of the price; NULL without one")),
    Column("is_active", Boolean, nullable=False, **said("지금 상장되어 있는지", "Listed now")),
    *provenance(),
    **table_said(
        "한 행은 한 ETF의 지금. 목록에서 빠진 것은 is_active = false로 남는다",
        "One row per ETF as it is now; those that left the list stay, not active",
        fills="stocks etfs",
        reads="etfs list, etfs show, stocks etfs, stocks show, watchlist list, verify daily, status",
    ),
)

etf_price_daily = Table(
    "etf_price_daily",
    metadata,
    ticker(),
    trade_date(),
    Column("open_price", Numeric, nullable=False, **said("시가, 원", "Open, won")),
    Column("high_price", Numeric, nullable=False, **said("고가, 원", "High, won")),
    Column("low_price", Numeric, nullable=False, **said("저가, 원", "Low, won")),
    Column("close_price", Numeric, nullable=False, **said("종가, 원", "Close, won")),
    Column("price_change", Numeric, **said("전 거래일 대비, 원. 없으면 NULL", "Change, won; NULL where not given")),
    Column("change_rate", Numeric, **said("등락률, %. 없으면 NULL", "Change, percent; NULL where not given")),
    Column(
        "nav",
        Numeric,
        **said("순자산가치(NAV), 원/좌. 없거나 0이면 NULL", "NAV a unit, won; or NULL"),
    ),
    Column("volume", BigInteger, nullable=False, **said("거래량, 좌", "Volume, units")),
    Column("trading_value", BigInteger, **said("거래대금, 원. 없으면 NULL", "Value traded, won; NULL where not given")),
    Column("market_cap", BigInteger, **said("시가총액, 원. 없으면 NULL", "Market value, won; NULL where not given")),
    Column(
        "net_assets",
        BigInteger,
        **said("순자산총액, 원. 없거나 0이면 NULL", "Net assets, won; or NULL"),
    ),
    Column("shares_outstanding", BigInteger, **said("상장좌수, 좌. 없으면 NULL", "Listed units; NULL where not given")),
    Column("index_close", Numeric, **said("기초지수 종가, 포인트. 없으면 NULL", "Close of its index, points; or NULL")),
    *provenance(),
    CheckConstraint("close_price > 0", name="chk_etf_price_close_positive"),
    Index("idx_etf_price_date", "trade_date"),
    **table_said(
        "한 행은 한 ETF의 한 거래일. 2010년부터 모든 거래일",
        "One row per ETF and session, every session since 2010",
        fills="stocks etfs",
        reads="etfs show, prices show, stocks etfs, stocks show, verify daily",
    ),
)
