"""Who is listed: the listing, and stocks with their history."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Numeric,
    String,
    Table,
    Text,
)

from foresto_cli.store.tables._metadata import metadata
from foresto_cli.store.tables._said import provenance, said, table_said, ticker

fdr_stock_listing = Table(
    "fdr_stock_listing",
    metadata,
    ticker(),
    Column(
        "isin",
        String(12),
        **said("ISIN. 네이버 목록뿐이거나 모르면 NULL", "ISIN; NULL where not known (Naver's list has none)"),
    ),
    Column("name", String(100), nullable=False, **said("종목명", "Name")),
    Column(
        "market",
        String(20),
        nullable=False,
        **said('KOSPI, KOSDAQ, KONEX, "KOSDAQ GLOBAL"', 'KOSPI, KOSDAQ, KONEX, "KOSDAQ GLOBAL"'),
    ),
    Column(
        "sector",
        String(100),
        **said(
            "소속부(코스닥: 우량기업부, 관리종목 …). 코스피이거나 모르면 NULL",
            "Section (소속부) of KOSDAQ; NULL for KOSPI or where not known",
        ),
    ),
    Column(
        "industry",
        String(200),
        **said(
            "업종(KRX). FDR 미러의 기업 개요에서. 우선주이거나 미러가 멈췄으면 NULL",
            "Industry, from the mirror's descriptions; NULL for preferred shares or without the mirror",
        ),
    ),
    Column(
        "products",
        Text,
        **said(
            "주요 제품. 미러의 기업 개요에서. 없으면 NULL",
            "Products, from the mirror's descriptions; NULL where not told",
        ),
    ),
    Column("listing_date", Date, **said("상장일. 모르면 NULL", "Day of listing; NULL where not known")),
    Column(
        "settle_month",
        String(10),
        **said(
            '결산월("12월"). 미러의 기업 개요에서. 모르면 NULL',
            'Month in which the fiscal year ends ("12월"), from the mirror; NULL where not known',
        ),
    ),
    Column(
        "representative",
        String(200),
        **said("대표자. 미러의 기업 개요에서. 모르면 NULL", "Chief executive, from the mirror; NULL where not known"),
    ),
    Column(
        "homepage",
        String(300),
        **said("홈페이지. 미러의 기업 개요에서. 모르면 NULL", "Home page, from the mirror; NULL where not known"),
    ),
    Column(
        "region",
        String(50),
        **said(
            "본사 지역. 미러의 기업 개요에서. 모르면 NULL",
            "Region of the head office, from the mirror; NULL where not known",
        ),
    ),
    Column(
        "shares",
        BigInteger,
        **said("상장주식수, 주. 네이버 목록뿐이면 NULL", "Listed shares; NULL where only Naver's list was read"),
    ),
    Column(
        "marcap",
        BigInteger,
        **said(
            "시가총액, 원. 미러의 값, 없으면 같은 거래일 종가 × 주식수. 그 종가가 없으면 NULL",
            "Market value, won: the mirror's, else the session's close times shares; NULL without that close",
        ),
    ),
    Column(
        "security_group",
        String(30),
        **said(
            "증권 구분(주권, 외국주권, 부동산투자회사 …). 모르면 NULL",
            "Kind of security (주권, 외국주권 …); NULL where not known",
        ),
    ),
    Column("is_listed", Boolean, nullable=False, **said("지금 상장되어 있는지", "Listed now")),
    Column(
        "delisting_date",
        Date,
        **said(
            "상장되지 않은 첫날. 미러가 알려 준 날, 없으면 마지막 시세의 다음 거래일. 상장 중이면 NULL",
            "First day not listed: told by the mirror, else the session after the last price; NULL while listed",
        ),
    ),
    Column(
        "delisting_reason",
        Text,
        **said(
            "상장폐지 사유(미러). 상장 중이거나 모르면 NULL",
            "Reason for leaving, from the mirror; NULL while listed or not known",
        ),
    ),
    Column(
        "successor_ticker",
        String(6),
        **said("이어받은 종목코드(미러). 없으면 NULL", "Ticker of the successor, from the mirror; NULL without one"),
    ),
    Column(
        "as_of_date",
        Date,
        nullable=False,
        **said(
            "이 행의 기준 거래일. 상장폐지된 행은 나간 날이나 마지막으로 본 날",
            "Session as of which the row holds; of those who left, the day they left or were last seen",
        ),
    ),
    *provenance(),
    **table_said(
        "한 행은 한 종목: 지금 상장된 것과 상장폐지된 것. 출처는 OPEN API, KRX, FDR 미러, 네이버를 합친 것",
        "One row per ticker, listed or gone; merged from the OPEN API, KRX, FinanceDataReader's mirror and Naver",
        fills="listing load, stocks load",
        reads="listing delisted, stocks show, prices incremental, dart financials",
    ),
)

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
            "PER, 배: 현재가 × 모든 종류 주식수 ÷ 4개 분기 순이익. 적자, 원화 아님, 오래된 보고서면 NULL",
            "Price/earnings: price times shares of all classes / income of four quarters; NULL after a loss, not in"
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
            "ROE, %: 4개 분기 순이익 ÷ 자본. 적자면 음수. 자본 0 이하이거나 오래된 보고서면 NULL",
            "Income of four quarters / equity, percent (negative after a loss); NULL unless equity is positive, stale"
            " reports",
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
        "last_updated",
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
        reads="stocks show, score rank, dashboard, watchlist list, report market-email",
    ),
)

stock_history = Table(
    "stock_history",
    metadata,
    ticker(),
    Column(
        "valid_from",
        Date,
        primary_key=True,
        **said(
            "이 상태의 첫날. 처음 읽은 목록 전은 상장일과 시세의 이름으로 안 만큼",
            "First day of this state; before our first listing as far as listing dates and names in prices tell",
        ),
    ),
    Column(
        "valid_to",
        Date,
        **said(
            "이 상태가 끝난 날(그날은 포함하지 않음). 지금까지면 NULL",
            "Day on which it ended (not included); NULL: until now",
        ),
    ),
    Column("name", String(100), nullable=False, **said("그때의 종목명", "Name then")),
    Column("market", String(20), nullable=False, **said("그때의 시장", "Market then")),
    Column("is_listed", Boolean, nullable=False, **said("그때 상장되어 있었는지", "Listed then")),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="chk_stock_history_span"),
    **table_said(
        "한 행은 한 종목이 같은 이름·시장·상장 여부였던 기간: valid_from부터 valid_to 전날까지",
        "One row per stock and span of one name, market and listing: from valid_from until the day before valid_to",
        fills="listing load, stocks load",
        reads="stocks show, score batch, score validate",
    ),
)
