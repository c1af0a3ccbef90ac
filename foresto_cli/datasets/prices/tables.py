"""Daily prices of stocks, and what adjusts them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import provenance, said, table_said, ticker, trade_date

NOT_ADJUSTED = "ADJUSTED 행은 NULL일 수 있음", "may be NULL in ADJUSTED rows"

stock_price_daily = Table(
    "stock_price_daily",
    metadata,
    ticker(),
    trade_date(),
    Column(
        "open_price", Numeric, nullable=False, **said("시가, 원. 거래가 없던 날은 0", "Open, won; 0 without a trade")
    ),
    Column(
        "high_price", Numeric, nullable=False, **said("고가, 원. 거래가 없던 날은 0", "High, won; 0 without a trade")
    ),
    Column("low_price", Numeric, nullable=False, **said("저가, 원. 거래가 없던 날은 0", "Low, won; 0 without a trade")),
    Column(
        "close_price",
        Numeric,
        nullable=False,
        **said(
            "종가, 원. 거래소가 낸 원주가(quality_flag ADJUSTED는 수정주가)",
            "Close, won, as the exchange has it (adjusted where quality_flag is ADJUSTED)",
        ),
    ),
    Column("volume", BigInteger, nullable=False, **said("거래량, 주", "Volume, shares")),
    Column(
        "trading_value", BigInteger, **said(f"거래대금, 원. {NOT_ADJUSTED[0]}", f"Value traded, won; {NOT_ADJUSTED[1]}")
    ),
    Column(
        "market_cap", BigInteger, **said(f"시가총액, 원. {NOT_ADJUSTED[0]}", f"Market value, won; {NOT_ADJUSTED[1]}")
    ),
    Column(
        "shares_outstanding",
        BigInteger,
        **said(f"상장주식수, 주. {NOT_ADJUSTED[0]}", f"Listed shares; {NOT_ADJUSTED[1]}"),
    ),
    Column(
        "prev_close",
        Numeric,
        **said(
            f"그날의 기준가, 원: 종가 - 대비. 사건이 없으면 전 거래일 종가. {NOT_ADJUSTED[0]}",
            f"Base price of the day, won: close minus change; {NOT_ADJUSTED[1]}",
        ),
    ),
    Column(
        "price_change",
        Numeric,
        **said(f"기준가 대비, 원. {NOT_ADJUSTED[0]}", f"Change from the base price, won; {NOT_ADJUSTED[1]}"),
    ),
    Column("change_rate", Numeric, **said(f"등락률, %. {NOT_ADJUSTED[0]}", f"Change, percent; {NOT_ADJUSTED[1]}")),
    Column(
        "name",
        String(100),
        **said("그날의 종목명. ADJUSTED 행은 NULL일 수 있음", "Name on that day; may be NULL in ADJUSTED rows"),
    ),
    Column(
        "market",
        String(10),
        **said(
            "KOSPI, KOSDAQ, KONEX. ADJUSTED 행은 NULL일 수 있음", "KOSPI, KOSDAQ, KONEX; may be NULL in ADJUSTED rows"
        ),
    ),
    Column(
        "is_halted",
        Boolean,
        nullable=False,
        **said("거래정지로 보이는지: 거래량과 시가가 모두 0", "Looks halted: volume and open are both 0"),
    ),
    Column(
        "quality_flag",
        String(12),
        nullable=False,
        **said(
            "NORMAL 확정, PROVISIONAL 잠정(다시 받음), ADJUSTED 네이버 수정주가",
            "NORMAL final, PROVISIONAL to be read again, ADJUSTED Naver's adjusted prices",
        ),
    ),
    Column(
        "price_basis",
        String(8),
        nullable=False,
        server_default="REGULAR",
        **said(
            "REGULAR: 정규장 숫자. EXTENDED: 애프터마켓까지의 숫자이거나 정규장 숫자인지 증명되지 않은 것",
            "REGULAR: the regular session's numbers; EXTENDED: up to the after-market's end, or not proved regular",
        ),
    ),
    Column(
        "basis_evidence",
        JSONB,
        **said(
            "다음 거래일 기준가로 정규장 종가를 증명하거나 고친 근거. 없으면 NULL",
            "How the next base price proved or corrected the close; NULL where it did neither",
        ),
    ),
    Column(
        "designation",
        String(40),
        **said(
            "관리종목·투자주의환기종목 지정(그날의 소속부). 지정이 없거나 소속부를 주지 않는 출처면 NULL",
            "관리종목 or 투자주의환기종목 as of the day (소속부); NULL without one or where the source has none",
        ),
    ),
    *provenance(),
    # The day's own event, never cumulative; written by foresto_cli.adjustment, not by loaders.
    Column(
        "adj_factor",
        Float(53),
        nullable=False,
        server_default="1",
        **said(
            "그날 사건만의 조정계수(누적이 아님). 이전 주가에 곱한다. 사건이 없으면 1",
            "Factor of that day's event alone, for all earlier prices; 1 without an event",
        ),
    ),
    Column(
        "adj_event",
        String(24),
        **said("가격 조정 사건의 종류. 사건이 없으면 NULL", "Class of the adjustment event; NULL without one"),
    ),
    Column(
        "adj_review",
        Boolean,
        nullable=False,
        server_default="false",
        **said("다르게 읽을 수도 있어 사람이 볼 사건인지", "The event allows another reading; a person should look"),
    ),
    Column(
        "adj_evidence",
        JSONB,
        **said(
            "사건을 판단한 값과 규칙 번호. 사건이 없으면 NULL",
            "What decided, and the rule's number; NULL without an event",
        ),
    ),
    Column(
        "adj_close_price",
        Numeric,
        **said(
            "수정종가, 원(소수 넷째 자리): 종가 × 이후 모든 날의 adj_factor. 계산 전이면 NULL",
            "Adjusted close, won (4 decimals): close times the factors of all later days; NULL before it is computed",
        ),
    ),
    CheckConstraint("adj_factor > 0 AND (adj_factor = 1 OR adj_event IS NOT NULL)", name="chk_stock_price_adj_factor"),
    CheckConstraint("close_price > 0", name="chk_stock_price_close_positive"),
    CheckConstraint("volume >= 0", name="chk_stock_price_volume_nonnegative"),
    CheckConstraint("quality_flag IN ('NORMAL', 'PROVISIONAL', 'ADJUSTED')", name="chk_stock_price_quality_flag"),
    CheckConstraint("price_basis IN ('REGULAR', 'EXTENDED')", name="chk_stock_price_price_basis"),
    Index("idx_stock_price_date", "trade_date"),
    Index("idx_stock_price_unproved", "trade_date", postgresql_where="quality_flag = 'PROVISIONAL'"),
    Index("idx_stock_price_designated", "ticker", "trade_date", postgresql_where="designation IS NOT NULL"),
    Index("idx_stock_price_event", "ticker", "trade_date", postgresql_where="adj_event IS NOT NULL"),
    **table_said(
        "한 행은 한 종목의 한 거래일. 거래소의 조정하지 않은 숫자와 그날의 가격 조정 사건",
        "One row per stock and session: the exchange's unadjusted numbers, and the day's own adjustment event",
        fills="prices incremental, prices load, prices repair",
        reads="prices show, stocks load, stocks show, prices gaps, prices events, score batch, verify daily, dashboard",
    ),
)

price_sessions = Table(
    "price_sessions",
    metadata,
    trade_date(),
    Column(
        "row_count",
        Integer,
        nullable=False,
        **said("그날의 시세 행 수", "Rows of stock_price_daily of that day"),
    ),
    Column(
        "official_count",
        Integer,
        nullable=False,
        **said(
            "그 가운데 거래소 시세의 행 수(quality_flag가 ADJUSTED가 아닌 행, 잠정 포함)",
            "Those of the exchange (quality_flag other than ADJUSTED, provisional ones included)",
        ),
    ),
    **table_said(
        "한 행은 시세가 저장된 한 거래일: 행을 다시 세지 않도록 시세와 같은 트랜잭션에서 적어 둔 수. 내보내지 않고"
        " 가져온 뒤 다시 센다",
        "One row per stored session: its rows, kept in the transaction that writes prices so that nobody has to count"
        " them; not exported, counted anew on import",
        fills="prices incremental, prices load, prices repair",
        reads="prices gaps, score batch, verify daily, dashboard",
    ),
)

after_market_daily = Table(
    "after_market_daily",
    metadata,
    ticker(),
    trade_date(),
    Column(
        "close_price",
        Numeric,
        nullable=False,
        **said("애프터마켓까지의 마지막 가격, 원", "Last price after hours, won"),
    ),
    Column(
        "volume",
        BigInteger,
        **said(
            "애프터마켓 거래량, 주. 정규장 거래량을 모르면 NULL",
            "Shares traded after hours; NULL while the regular session's are not known",
        ),
    ),
    Column(
        "trading_value",
        BigInteger,
        **said(
            "애프터마켓 거래대금, 원. 정규장 거래대금을 모르면 NULL",
            "Value traded after hours, won; NULL while the regular session's is not known",
        ),
    ),
    Column(
        "total_volume",
        BigInteger,
        nullable=False,
        **said("정규장과 애프터마켓을 합친 거래량, 주", "Volume of regular session and after-market, shares"),
    ),
    Column(
        "total_value",
        BigInteger,
        **said(
            "정규장과 애프터마켓을 합친 거래대금, 원. 출처에 없으면 NULL",
            "Value of regular session and after-market, won; NULL where the source has none",
        ),
    ),
    *provenance(),
    **table_said(
        "한 행은 한 종목의 한 거래일 애프터마켓(2026-09-14부터). 마지막 거래 뒤에 읽은 것만",
        "One row per stock and session of KRX's after-market (since 2026-09-14), read after its last trade",
        fills="prices incremental, prices load, prices repair",
        reads="prices show",
    ),
)

price_source_proof = Table(
    "price_source_proof",
    metadata,
    Column("source_id", String(20), primary_key=True, **said("출처(KRX, FSC)", "Source (KRX, FSC)")),
    Column(
        "regime_since",
        Date,
        primary_key=True,
        **said("거래시간 제도의 첫 거래일", "First session of these trading hours"),
    ),
    Column(
        "is_regular",
        Boolean,
        nullable=False,
        **said(
            "장 마감 뒤에도 정규장 종가를 보여 준다고 증명되었는지",
            "Proved to show the regular close even after hours",
        ),
    ),
    Column(
        "sessions", BigInteger, nullable=False, **said("비교한 거래일 수(5면 충분)", "Sessions compared (5 are enough)")
    ),
    Column("stocks", BigInteger, nullable=False, **said("비교한 종가 수", "Closes compared")),
    Column(
        "differing",
        BigInteger,
        nullable=False,
        **said("다음 거래일 기준가와 다른 종가 수", "Closes that are not the next base price"),
    ),
    Column("checked_at", DateTime, nullable=False, **said("마지막으로 확인한 시각(KST)", "Last check (KST)")),
    **table_said(
        "한 행은 한 출처와 거래시간 제도: 저녁에 읽은 종가가 정규장의 것인지",
        "One row per source and trading hours: whether closes read in the evening are the regular session's",
        fills="prices incremental, prices load",
        reads="prices incremental, prices load",
    ),
)

adjustment_pending = Table(
    "adjustment_pending",
    metadata,
    Column("trade_date", Date, primary_key=True, **said("시세가 바뀐 거래일", "Session whose prices were written")),
    Column("noted_at", DateTime, nullable=False, **said("적어 둔 시각(KST)", "When it was noted (KST)")),
    **table_said(
        "한 행은 시세를 쓴 뒤 아직 가격 조정 사건을 찾지 않은 거래일. 찾고 나면 지워진다",
        "One row per session whose adjustment events were not looked for since its prices were written; then deleted",
        fills="prices incremental, prices load, prices repair",
        reads="prices incremental, prices load, verify daily",
    ),
)

adjustment_override = Table(
    "adjustment_override",
    metadata,
    ticker(),
    Column("trade_date", Date, primary_key=True, **said("사건의 거래일", "Session of the event")),
    Column("factor", Float(53), nullable=False, **said("이전 주가에 곱할 계수(비율)", "Factor for all earlier prices")),
    Column("event", String(24), nullable=False, **said("사건의 종류(adj_event가 된다)", "Class, becomes adj_event")),
    Column("note", Text, **said("운영자의 메모. 없으면 NULL", "The operator's note, or NULL")),
    Column(
        "created_at",
        DateTime,
        nullable=False,
        server_default=text("(now() AT TIME ZONE 'Asia/Seoul')"),
        **said("적은 시각(KST)", "When it was written (KST)"),
    ),
    CheckConstraint("factor > 0", name="chk_adjustment_override_factor"),
    **table_said(
        "한 행은 운영자가 직접 정한 한 종목·거래일의 조정. 다음 조정부터 규칙보다 먼저다. 채우는 명령 없이 SQL로 쓴다",
        "One row per stock and session that the operator decides himself, by SQL; wins over the rules from then on",
        fills="",
        reads="prices incremental, prices load, verify daily",
    ),
)
