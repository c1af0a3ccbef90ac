"""Who is listed and who was: the listing and its history."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    String,
    Table,
    Text,
)

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import provenance, said, table_said, ticker

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
        reads="stocks show, score batch, verify weekly",
    ),
)
