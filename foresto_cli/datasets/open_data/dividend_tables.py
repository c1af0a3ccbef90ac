"""Dividends a share, by source."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    Numeric,
    String,
    Table,
)

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import provenance, said, table_said

dividend_history = Table(
    "dividend_history",
    metadata,
    # What paid: the ISIN where the source names it (FSC), else corp_code/class as DART words it.
    Column(
        "security_id",
        String(40),
        primary_key=True,
        **said(
            "배당한 증권: 금융위는 ISIN, DART는 고유번호/주식 종류",
            "What paid: the ISIN (FSC), or company number/class (DART)",
        ),
    ),
    Column(
        "dvdn_bas_dt",
        Date,
        primary_key=True,
        **said("금융위는 배당기준일, DART는 결산일", "Record date (FSC) or end of the fiscal year (DART)"),
    ),
    Column(
        "scrs_itms_kcd",
        String(20),
        primary_key=True,
        **said(
            "금융위는 증권 종류 코드. DART는 빈 글, 이듬해 보고서가 말한 것은 frmtrm",
            "FSC's code of the security's kind; DART: empty, or frmtrm for what the next year's report says",
        ),
    ),
    Column("source_id", String(20), primary_key=True, **said("출처: FSC, DART", "Source: FSC, DART")),
    Column("isin_cd", String(12), **said("ISIN. DART의 행은 NULL", "ISIN; NULL in DART's rows")),
    Column("isin_cd_nm", String(200), **said("종목명(금융위). 없으면 NULL", "Name (FSC); NULL where not told")),
    Column(
        "ticker",
        String(6),
        **said("종목코드. 어느 종목인지 확실하지 않으면 NULL", "Stock code; NULL unless it can be only that stock"),
    ),
    Column(
        "crno",
        String(13),
        **said("법인등록번호 13자리(금융위). 없으면 NULL", "Company registration number (FSC); NULL where not told"),
    ),
    Column(
        "corp_code", String(8), **said("DART 고유번호. 금융위의 행은 NULL", "DART's company number; NULL in FSC's rows")
    ),
    Column(
        "fiscal_year", Integer, **said("사업연도(DART). 금융위의 행은 NULL", "Fiscal year (DART); NULL in FSC's rows")
    ),
    Column(
        "rcept_no", String(14), **said("DART 접수번호. 금융위의 행은 NULL", "DART's receipt number; NULL in FSC's rows")
    ),
    Column(
        "rcept_dt",
        Date,
        **said(
            "접수일(DART): 이날부터 알려진 값. 금융위의 행은 NULL",
            "Day of receipt (DART), from which it was known; NULL in FSC's rows",
        ),
    ),
    Column(
        "cash_dvdn_pay_dt",
        Date,
        **said("현금배당 지급일(금융위). 없으면 NULL", "Day of payment (FSC); NULL where not told"),
    ),
    Column(
        "stck_stac_md",
        String(4),
        **said(
            "결산 월: 금융위는 원문, DART는 두 자리 달. 없으면 NULL",
            "Closing month: as it came (FSC), two digits (DART); NULL where not told",
        ),
    ),
    Column(
        "scrs_itms_kcd_nm",
        String(100),
        **said(
            "증권 종류 이름(금융위), 주식 종류(DART). 없으면 NULL",
            "Name of the security's kind (FSC), class of shares (DART); NULL where not told",
        ),
    ),
    Column(
        "stck_dvdn_rcd",
        String(4),
        **said(
            "배당 사유 코드(금융위 원문). DART의 행은 NULL",
            "Code of the dividend's kind (FSC, as it came); NULL in DART's rows",
        ),
    ),
    Column(
        "stck_dvdn_rcd_nm",
        String(100),
        **said(
            '배당 사유 이름(금융위). DART는 보고서가 "-"이면 미정, 아니면 NULL',
            'Its name (FSC); DART: 미정 where the report says "-", else NULL',
        ),
    ),
    Column(
        "stck_genr_dvdn_amt",
        Numeric,
        **said(
            "주당 현금배당, 원(일반). DART는 1년 합계, 미정이면 0. 금액이 기록되지 않았으면 NULL",
            "Cash a share, won; DART's of the whole year, 0 if not decided; NULL where FSC did not record the amount",
        ),
    ),
    Column(
        "stck_grdn_dvdn_amt",
        Numeric,
        **said("주당 차등 배당, 원(금융위). 없으면 NULL", "Graded cash a share, won (FSC); NULL where not told"),
    ),
    Column(
        "stck_genr_cash_dvdn_rt",
        Numeric,
        **said("현금배당률, 액면가의 %(금융위). 없으면 NULL", "Cash, percent of par (FSC); NULL where not told"),
    ),
    Column(
        "stck_genr_dvdn_rt",
        Numeric,
        **said("주식배당률(금융위 원문). 없으면 NULL", "Stock dividend rate (FSC, as it came); NULL where not told"),
    ),
    Column(
        "cash_grdn_dvdn_rt",
        Numeric,
        **said(
            "차등 현금배당률, %(금융위 원문). 없으면 NULL", "Graded cash rate (FSC, as it came); NULL where not told"
        ),
    ),
    Column(
        "stck_grdn_dvdn_rt",
        Numeric,
        **said("차등 주식배당률(금융위 원문). 없으면 NULL", "Graded stock rate (FSC, as it came); NULL where not told"),
    ),
    Column("stck_par_prc", Numeric, **said("액면가, 원. 없으면 NULL", "Par value, won; NULL where not told")),
    Column(
        "is_outlier",
        Boolean,
        nullable=False,
        server_default="false",
        **said(
            "금액을 믿을 수 없는지(주당 100만 원 초과, 액면가 100만 원 초과, 서로 다른 두 기록). 셈에서 뺀다",
            "The amount cannot be (over 1,000,000 won, implied par over that, two records that differ); never counted",
        ),
    ),
    *provenance(with_source=False),
    Index("idx_dividend_ticker", "ticker", "dvdn_bas_dt"),
    **table_said(
        "한 행은 한 증권의 주당 배당: 금융위는 배당기준일마다, DART는 사업연도마다",
        "One row per security and dividend a share: FSC's by record date, DART's by fiscal year",
        fills="stocks dividends, dart dividends",
        reads="dividends show, dividends calendar, stocks show, stocks load, stocks dividends, score batch",
    ),
)
