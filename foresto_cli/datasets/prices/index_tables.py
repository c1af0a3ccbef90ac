"""Indices of the exchange and their levels by session."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Numeric, String, Table

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import provenance, said, table_said, trade_date

index_listing = Table(
    "index_listing",
    metadata,
    Column(
        "index_code",
        String(20),
        primary_key=True,
        **said("지수 코드(foresto의 것). KOSPI, KOSDAQ, KS200 …", "foresto's code: KOSPI, KOSDAQ, KS200 …"),
    ),
    Column("index_class", String(10), nullable=False, **said("계열: KRX, KOSPI, KOSDAQ", "Family: KRX, KOSPI, KOSDAQ")),
    Column("name", String(100), nullable=False, **said("거래소가 부르는 지수 이름", "The exchange's name")),
    Column(
        "as_of_date", Date, nullable=False, **said("이 이름으로 나온 마지막 거래일", "Last session under this name")
    ),
    *provenance(),
    **table_said(
        "한 행은 거래소의 한 지수: 계열과 이름에 붙인 코드",
        "One row per index of the exchange: our code for its family and name",
        fills="prices index",
        reads="indices list, prices index",
    ),
)

index_price_daily = Table(
    "index_price_daily",
    metadata,
    Column("index_code", String(20), primary_key=True, **said("지수 코드(index_listing)", "Index (index_listing)")),
    trade_date(),
    Column(
        "open_price", Numeric, **said("시가, 포인트. 거래소가 주지 않으면 NULL", "Open, points; NULL where not given")
    ),
    Column(
        "high_price", Numeric, **said("고가, 포인트. 거래소가 주지 않으면 NULL", "High, points; NULL where not given")
    ),
    Column(
        "low_price", Numeric, **said("저가, 포인트. 거래소가 주지 않으면 NULL", "Low, points; NULL where not given")
    ),
    Column("close_price", Numeric, nullable=False, **said("종가, 포인트", "Close, points")),
    Column(
        "volume",
        BigInteger,
        **said(
            "거래량, 주. 네이버의 행은 천 주 단위로 어림. 없으면 NULL",
            "Volume, shares (Naver's rows: to the thousand); NULL where not given",
        ),
    ),
    Column(
        "trading_value", Numeric, **said("거래대금, 원. 네이버의 행은 NULL", "Value traded, won; NULL in Naver's rows")
    ),
    Column(
        "market_cap", Numeric, **said("상장시가총액, 원. 네이버의 행은 NULL", "Market value, won; NULL in Naver's rows")
    ),
    Column(
        "price_change",
        Numeric,
        **said(
            "전 거래일 대비, 포인트. 전 거래일을 모르면 NULL",
            "Change, points; NULL where the session before is not known",
        ),
    ),
    Column("change_rate", Numeric, **said("등락률, %. 전 거래일을 모르면 NULL", "Change, percent; NULL likewise")),
    *provenance(),
    CheckConstraint("close_price > 0", name="chk_index_price_close_positive"),
    **table_said(
        "한 행은 한 지수의 한 거래일, 포인트. OPEN API의 행은 다른 출처가 덮지 않는다",
        "One row per index and session, in points; rows of the OPEN API are never replaced by others",
        fills="prices index",
        reads="indices show, prices show, prices incremental, verify daily, report market-email",
    ),
)
