"""Who files at DART, what was filed, and what DART answered."""

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import provenance, said, table_said

dart_company = Table(
    "dart_company",
    metadata,
    Column(
        "corp_code", String(8), primary_key=True, **said("DART 고유번호 8자리", "DART's company number, eight digits")
    ),
    Column("ticker", String(6), nullable=False, **said("종목코드", "Stock code")),
    Column("name", String(200), nullable=False, **said("회사 이름", "Name")),
    Column(
        "modify_date",
        Date,
        **said("DART가 회사 정보를 바꾼 날. 없으면 NULL", "When DART last changed the entry; NULL where not told"),
    ),
    # Listed companies are asked for in hundreds; who was put into one stays there.
    Column(
        "hundred",
        Integer,
        **said(
            "함께 조회하는 100개사 묶음의 번호. 상장 목록에 없으면 NULL",
            "Group of a hundred that is asked for together; NULL for those not in the listing",
        ),
    ),
    *provenance(with_source=False),
    Index("idx_dart_company_ticker", "ticker"),
    **table_said(
        "한 행은 종목코드가 있거나 있던 회사(DART 고유번호)",
        "One row per company that has or had a ticker, by DART's own number (고유번호)",
        fills="dart corp-codes",
        reads="dart financials, dart dividends, stocks load, verify weekly",
    ),
)

dart_filing = Table(
    "dart_filing",
    metadata,
    Column(
        "rcept_no", String(14), primary_key=True, **said("DART 접수번호 14자리", "DART's receipt number, 14 digits")
    ),
    Column("corp_code", String(8), nullable=False, **said("DART 고유번호", "DART's company number")),
    Column("ticker", String(6), **said("종목코드. 상장사가 아니면 NULL", "Stock code; NULL if not listed")),
    Column(
        "report_nm",
        String(300),
        nullable=False,
        **said('보고서 이름("[기재정정]사업보고서 (2025.12)")', "Name of the report, with its corrections' mark"),
    ),
    Column("rcept_dt", Date, nullable=False, **said("접수일", "Day of receipt")),
    Column("rm", String(20), **said("DART의 비고(유, 코, 연 …). 없으면 NULL", "DART's remark; NULL without one")),
    Column(
        "corp_cls",
        String(1),
        **said(
            "읽은 때의 시장: Y 유가증권, K 코스닥, N 코넥스, E 기타(상장폐지). 0029 전에 읽은 것은 NULL",
            "Market when read: Y KOSPI, K KOSDAQ, N KONEX, E none any more; NULL of what was read before 0029",
        ),
    ),
    Column(
        "corp_name",
        String(300),
        **said(
            "읽은 때의 회사 이름. 0029 전에 읽은 것은 NULL",
            "The company's name when read; NULL of what was read before 0029",
        ),
    ),
    Column(
        "flr_nm",
        String(300),
        **said(
            "제출인. 회사가 아닌 사람이나 기관일 수 있다. 0029 전에 읽은 것은 NULL",
            "Who handed it in, often somebody else than the company; NULL of what was read before 0029",
        ),
    ),
    Column(
        "filing_type",
        String(20),
        **said(
            "보고서 이름으로 표시한 유형(rights 유상증자, periodic 정기보고서 …). 표시하는 유형이 아니면 NULL",
            "Type by the report's name (rights, periodic, …); NULL if it is none of those that are marked",
        ),
    ),
    *provenance(with_source=False),
    Index("idx_dart_filing_date", "rcept_dt"),
    Index("idx_dart_filing_ticker", "ticker", "rcept_dt"),
    Index("idx_dart_filing_type", "filing_type", "rcept_dt"),
    **table_said(
        "한 행은 상장회사의 공시 한 건(접수번호), 정정 포함. created_at은 처음 본 때. 0029 전에는 정기공시만",
        "One row per filing of a company with a share (접수번호), corrections included; created_at is when it was first"
        " seen. Before 0029 periodic reports only",
        fills="filings load, dart financials",
        reads="filings list, dart financials, dart dividends, watchlist notify, report market-email",
    ),
)

dart_answer = Table(
    "dart_answer",
    metadata,
    Column("endpoint", String(30), primary_key=True, **said("DART의 API 이름", "DART's endpoint")),
    Column(
        "subject",
        String(20),
        primary_key=True,
        **said(
            "무엇에 대한 것인지: 고유번호 또는 100개사 묶음", "What it is about: company number, or group of a hundred"
        ),
    ),
    Column("bsns_year", Integer, primary_key=True, **said("DART의 사업연도", "DART's year")),
    Column(
        "reprt_code",
        String(5),
        primary_key=True,
        **said(
            "보고서 코드: 11013 1분기, 11012 반기, 11014 3분기, 11011 사업",
            "Report: 11013 first quarter, 11012 half-year, 11014 third quarter, 11011 annual",
        ),
    ),
    Column(
        "fs_div",
        String(3),
        primary_key=True,
        **said(
            "CFS 연결, OFS 별도. 둘을 함께 주는 응답이면 *",
            "CFS consolidated, OFS separate; * where the answer holds both",
        ),
    ),
    Column(
        "sha256",
        String(64),
        primary_key=True,
        **said("압축하기 전 본문의 SHA-256", "SHA-256 of the body before compression"),
    ),
    # The end of the period, where the answer itself does not name it.
    Column(
        "period_end",
        Date,
        **said(
            "기간의 마지막 날. 응답이 스스로 말하면 NULL", "End of the period; NULL where the answer itself names it"
        ),
    ),
    Column("answered_at", DateTime, nullable=False, **said("응답을 받은 시각(KST)", "When it came (KST)")),
    Column("body", LargeBinary, nullable=False, **said("응답 본문(zlib)", "The body (zlib)")),
    **table_said(
        "한 행은 DART의 서로 다른 응답 하나를 온 그대로 압축한 것(zlib)",
        "One row per different answer of DART, as it came (zlib); what dart reparse reads",
        fills="dart financials",
        reads="dart reparse",
    ),
)
