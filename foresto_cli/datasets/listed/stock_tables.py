"""Stocks as they are now."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Numeric,
    String,
    Table,
    Text,
)

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import said, table_said, ticker

stocks = Table(
    "stocks",
    metadata,
    ticker(),
    Column("name", String(100), nullable=False, **said("종목명", "Name")),
    Column(
        "market",
        String(20),
        nullable=False,
        **said('KOSPI, KOSDAQ, KONEX, "KOSDAQ GLOBAL"', 'KOSPI, KOSDAQ, KONEX, "KOSDAQ GLOBAL"'),
    ),
    Column(
        "sector",
        String(50),
        nullable=False,
        **said(
            'foresto가 업종과 이름으로 나눈 업종(반도체, 은행·보험 …). 모르면 "기타"',
            'foresto\'s own sector by industry and name; "기타" where nothing matches',
        ),
    ),
    Column(
        "industry",
        String(200),
        **said(
            "업종(fdr_stock_listing.industry). 없으면 NULL", "Industry (fdr_stock_listing.industry); NULL without one"
        ),
    ),
    Column(
        "crno",
        String(13),
        **said(
            "법인등록번호 13자리(금융위). 우선주는 보통주의 것. 모르면 NULL",
            "Company registration number (FSC), the common share's for preferred ones; NULL where not known",
        ),
    ),
    Column(
        "corp_code",
        String(8),
        **said(
            "DART 고유번호. 우선주는 보통주의 것. 모르면 NULL",
            "DART's company number, the common share's for preferred ones; NULL where not known",
        ),
    ),
    Column("isin", String(12), **said("ISIN. 모르면 NULL", "ISIN; NULL where not known")),
    Column("is_active", Boolean, nullable=False, **said("지금 상장되어 있는지", "Listed now")),
    Column(
        "current_price",
        Numeric,
        **said(
            "price_date의 종가, 원. 저장된 시세가 없으면 NULL", "Close of price_date, won; NULL without a stored price"
        ),
    ),
    Column(
        "price_date",
        Date,
        **said("저장된 마지막 시세의 거래일. 없으면 NULL", "Session of the newest stored price; NULL without one"),
    ),
    Column(
        "market_cap",
        BigInteger,
        **said(
            "시가총액, 원. 시세나 상장 목록 가운데 새 것. 모르면 NULL",
            "Market value, won, of price or listing, whichever is newer; NULL where not known",
        ),
    ),
    # From the newest statements; null after a loss, with negative equity, in a foreign currency.
    Column(
        "pe_ratio",
        Numeric,
        **said(
            "PER, 배: 현재가 × 모든 종류 주식수 ÷ 최근 12개월 순이익. 적자, 원화 아님, 오래된 보고서면 NULL",
            "Price/earnings: price times shares of all classes / income of twelve months; NULL after a loss, not in"
            " won, stale reports",
        ),
    ),
    Column(
        "pb_ratio",
        Numeric,
        **said(
            "PBR, 배: 현재가 × 모든 종류 주식수 ÷ 자본. 자본 0 이하, 원화 아님, 오래된 보고서면 NULL",
            "Price/book: price times shares of all classes / equity; NULL unless equity is positive, not in won,"
            " stale reports",
        ),
    ),
    Column(
        "roe",
        Numeric,
        **said(
            "ROE, %: 최근 12개월 순이익 ÷ 자본. 적자면 음수. 자본 0 이하이거나 오래된 보고서면 NULL",
            "Income of twelve months / equity, percent (negative after a loss); NULL unless equity is positive, stale"
            " reports",
        ),
    ),
    Column(
        "income_basis",
        String(8),
        **said(
            "PER과 ROE의 순이익이 누구 것인지: OWNERS 지배주주, TOTAL 비지배지분 포함(지배주주 몫을 모름),"
            " SEPARATE 별도. 순이익을 모르면 NULL",
            "Whose income PER and ROE rest on: OWNERS, TOTAL (with non-controlling interests), SEPARATE; NULL without"
            " income",
        ),
    ),
    Column(
        "ratio_reason",
        String(20),
        **said(
            "지표가 없는 사유(NO_FS, STALE_FS, FX_CURRENCY, FY_CHANGE, TTM_INCOMPLETE, NEG_EQUITY, LOSS)이나"
            " ANNUAL_FALLBACK(마지막 사업보고서의 이익). 최근 12개월이면 NULL",
            "Why a ratio is missing, or ANNUAL_FALLBACK (the last annual report's income); NULL when of twelve months",
        ),
    ),
    Column("shares", BigInteger, **said("상장주식수, 주. 모르면 NULL", "Listed shares; NULL where not known")),
    Column("listing_date", Date, **said("상장일. 모르면 NULL", "Day of listing; NULL where not known")),
    Column(
        "ytd_return",
        Numeric,
        **said(
            "지난해 마지막 거래일 수정종가 대비, %. 상장폐지되었거나 그날 시세가 없으면 NULL",
            "Return since the last session of last year, percent of adjusted closes; NULL if gone or without that"
            " price",
        ),
    ),
    Column(
        "one_year_return",
        Numeric,
        **said(
            "1년 전 수정종가 대비, %. 상장폐지되었거나 그날 시세가 없으면 NULL",
            "Return over one year, percent of adjusted closes; NULL if gone or without that price",
        ),
    ),
    Column(
        "english_name",
        String(200),
        **said(
            "영문 이름(Yahoo, --enrich). 받지 않았거나 없으면 NULL",
            "English name (Yahoo, --enrich); NULL where not asked or not told",
        ),
    ),
    Column(
        "yahoo_sector",
        String(50),
        **said("Yahoo의 업종(영문). 받지 않았거나 없으면 NULL", "Yahoo's sector; NULL where not asked or not told"),
    ),
    Column(
        "enriched_at",
        DateTime,
        **said(
            "Yahoo에서 마지막으로 값을 받은 시각(KST). 없으면 NULL",
            "When Yahoo last told something (KST); NULL if never",
        ),
    ),
    Column(
        "dividend_yield",
        Numeric,
        **said(
            "배당수익률, %: 최근 365일 배당기준일의 현금배당 ÷ 현재가(금융위). 배당 기록이 없거나 금액이 의심되면"
            " NULL, 무배당 0",
            "Cash of the last 365 days' record dates (FSC) / price, percent; 0 if none paid, NULL without records or"
            " with a doubtful amount",
        ),
    ),
    Column(
        "designation",
        String(40),
        **said(
            "지금의 지정(관리종목, 투자주의환기종목). 없으면 NULL",
            "Designation as of now (관리종목, 투자주의환기종목); NULL without one",
        ),
    ),
    Column(
        "designated_since",
        Date,
        **said(
            "그 지정이 이어진 첫 거래일(저장된 시세에서). 없으면 NULL",
            "First session of that designation in stored prices; NULL without one",
        ),
    ),
    # The newest score, written by foresto score batch; null when there is none: compass_score_history says why.
    Column(
        "compass_score",
        Numeric,
        **said(
            "가장 새 Compass Score, 0–100. 없으면 NULL(사유는 compass_score_history)",
            "Newest Compass Score, 0–100; NULL without one (compass_score_history has the reason)",
        ),
    ),
    Column(
        "compass_grade",
        String(1),
        **said("등급 S, A, B, C, D, F. 점수가 없으면 NULL", "Grade S, A, B, C, D, F; NULL without a score"),
    ),
    Column(
        "compass_financial_score",
        Numeric,
        **said("재무 축 점수, 0–100. 없으면 NULL", "Financial axis, 0–100; NULL without one"),
    ),
    Column(
        "compass_valuation_score",
        Numeric,
        **said("밸류에이션 축 점수, 0–100. 없으면 NULL", "Valuation axis, 0–100; NULL without one"),
    ),
    Column(
        "compass_technical_score",
        Numeric,
        **said("기술 축 점수, 0–100. 없으면 NULL", "Technical axis, 0–100; NULL without one"),
    ),
    Column(
        "compass_risk_score",
        Numeric,
        **said(
            "리스크 축 점수, 0–100(100이 가장 안전). 없으면 NULL", "Risk axis, 0–100 (100 is safest); NULL without one"
        ),
    ),
    Column(
        "compass_summary",
        Text,
        **said("점수의 한 줄 요약. 점수가 없으면 NULL", "One line about the score; NULL without a score"),
    ),
    Column(
        "compass_commentary",
        Text,
        **said("점수의 설명 문장. 점수가 없으면 NULL", "Sentences about the score; NULL without a score"),
    ),
    Column(
        "compass_updated_at",
        DateTime,
        **said(
            "이 행의 점수가 마지막으로 바뀐 시각(KST). 점수가 없으면 NULL",
            "When the score here last changed (KST); NULL without a score",
        ),
    ),
    Column(
        "batch_id",
        BigInteger,
        nullable=False,
        **said(
            "마지막으로 바꾼 적재 묶음(data_load_batch.batch_id). 점수와 Yahoo 값은 바꾸지 않는다",
            "Batch that last changed the row (data_load_batch.batch_id); scores and Yahoo's values leave it",
        ),
    ),
    Column(
        "updated_at",
        DateTime,
        nullable=False,
        **said(
            "값이 마지막으로 바뀐 시각(KST). 점수와 Yahoo 값은 바꾸지 않는다",
            "When a value last changed (KST); scores and Yahoo's values leave it",
        ),
    ),
    Column(
        "created_at", DateTime, nullable=False, **said("처음 저장한 시각(KST)", "When the row was first stored (KST)")
    ),
    Index("ix_stocks_name", "name"),
    **table_said(
        "한 행은 한 종목의 지금: 상장 목록, 마지막 시세, 재무비율, 점수. 시세가 시작되기 전에 나간 종목은 없다",
        "One row per stock as it is now: listing, last price, ratios, score; those gone before our prices begin are"
        " left out",
        fills="stocks load, dart financials, stocks dividends, score batch",
        reads="stocks show, score batch, score rank, dashboard, watchlist list, report market-email, verify weekly",
    ),
)
