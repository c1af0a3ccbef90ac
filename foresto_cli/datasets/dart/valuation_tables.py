"""What the valuation of a day rests on, as it was known: the table behind ``valuation_daily``."""

from sqlalchemy import BigInteger, Column, Date, Integer, Numeric, String, Table, Text

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import provenance, said, table_said, ticker

valuation_known = Table(
    "valuation_known",
    metadata,
    ticker(),
    Column(
        "known_from",
        Date,
        primary_key=True,
        **said("이날부터 알려진 값: 접수일이나 사건의 날", "Known from this day on: of a receipt or an event"),
    ),
    Column(
        "known_to",
        Date,
        nullable=False,
        **said("다음 값 전날까지. 지금도 그러면 9000-01-01", "Up to this day; 9000-01-01 if it still is so"),
    ),
    Column("period_end", Date, **said("재무제표 기간의 말일. 없으면 NULL", "End of the statement's period; or NULL")),
    Column("fs_div", String(3), **said("CFS 연결, OFS 별도. 없으면 NULL", "CFS consolidated, OFS separate; or NULL")),
    Column(
        "fresh_until",
        Date,
        **said(
            "이날까지 쓰는 재무제표: 말일부터 200일, 사업보고서만 내면 485일. 없으면 NULL",
            "Statements count until this day: 200 days after the period, 485 for who files annually only; or NULL",
        ),
    ),
    Column(
        "income",
        Numeric,
        **said(
            "12개월 순이익, 원: 알면 지배주주, 합할 수 없으면 마지막 사업보고서의 것. 원화가 아니거나 모르면 NULL",
            "Income of twelve months, won: the owners' where known, else of the last annual report; or NULL",
        ),
    ),
    Column(
        "income_until",
        Date,
        **said("income을 쓰는 마지막 날. 없으면 NULL", "Last day on which the income counts; NULL without income"),
    ),
    Column(
        "income_basis",
        String(8),
        **said(
            "OWNERS 지배주주, TOTAL 비지배 포함, SEPARATE 별도. 없으면 NULL",
            "OWNERS, TOTAL (with non-controlling interests), SEPARATE; NULL without income",
        ),
    ),
    Column(
        "net_income",
        Numeric,
        **said("12개월 순이익 전체, 원. 합할 수 없으면 NULL", "Whole net income of twelve months, won; or NULL"),
    ),
    Column("revenue", Numeric, **said("12개월 매출액, 원. 없으면 NULL", "Revenue of twelve months, won; or NULL")),
    Column(
        "equity",
        Numeric,
        **said("자본, 원: 알면 지배주주 지분. 없으면 NULL", "Equity, won, the owners' where known; or NULL"),
    ),
    Column(
        "other_shares",
        BigInteger,
        nullable=False,
        **said("같은 발행인의 다른 종류주 상장주식수, 주", "Listed shares of the issuer's other classes"),
    ),
    Column(
        "dividend",
        Numeric,
        **said(
            "마지막으로 보고된 사업연도의 주당 현금배당(DART), 그날의 주식으로, 원. 확실하지 않으면 NULL",
            "Cash a share of the last reported fiscal year (DART), in the day's shares, won; NULL unless certain",
        ),
    ),
    Column("dividend_year", Integer, **said("그 사업연도. 없으면 NULL", "That fiscal year; NULL without a dividend")),
    Column(
        "inputs",
        Text,
        nullable=False,
        **said("무엇으로 계산했는지의 지문", "Fingerprint of what it was computed from"),
    ),
    *provenance(),
    **table_said(
        "한 행은 한 종목의 밸류에이션 값이 바뀐 때부터 다음까지. valuation_daily가 시세에 잇는다",
        "One row per stock and span in which what its valuation rests on stayed the same; valuation_daily joins prices",
        fills="stocks load, dart financials, dart dividends",
        reads="sql",
    ),
)
