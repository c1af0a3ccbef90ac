"""What companies decide about their shares, by filing."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    Index,
    Numeric,
    String,
    Table,
    Text,
)

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import provenance, said, table_said

corporate_actions = Table(
    "corporate_actions",
    metadata,
    Column(
        "rcept_no", String(14), primary_key=True, **said("DART 접수번호 14자리", "DART's receipt number, 14 digits")
    ),
    Column("corp_code", String(8), nullable=False, **said("DART 고유번호", "DART's company number")),
    Column("ticker", String(6), nullable=False, **said("공시한 회사의 종목코드", "Stock code of the filer")),
    Column(
        "action_type",
        String(20),
        nullable=False,
        **said(
            "PAID_INCREASE, FREE_INCREASE, PAID_FREE_INCREASE, REDUCTION, MERGER, DIVISION, DIVISION_MERGER,"
            " EXCHANGE, SPLIT, CONSOLIDATION",
            "PAID_INCREASE, FREE_INCREASE, PAID_FREE_INCREASE, REDUCTION, MERGER, DIVISION, DIVISION_MERGER,"
            " EXCHANGE, SPLIT, CONSOLIDATION",
        ),
    ),
    Column(
        "report_name",
        String(300),
        **said(
            "보고서 이름. 공시 목록에 아직 없던 정정본이면 NULL",
            "Name of the report; NULL for a correction that the list had not shown yet",
        ),
    ),
    Column(
        "rcept_dt",
        Date,
        nullable=False,
        **said("접수일. 이날부터 알려진 내용", "Day of receipt, from which it was known"),
    ),
    Column(
        "remark", String(20), **said("DART의 비고(유, 코, 정, 철 …). 없으면 NULL", "DART's remark; NULL without one")
    ),
    Column("is_correction", Boolean, nullable=False, **said("정정 공시인지", "A correction")),
    Column(
        "is_withdrawn",
        Boolean,
        nullable=False,
        server_default="false",
        **said("철회된 공시인지(비고에 철)", "Withdrawn (the remark says 철)"),
    ),
    # The newest version of the same decision; null in that version itself. Written by the module action_links.
    Column(
        "corrected_by",
        String(14),
        **said(
            "같은 결정의 가장 새 정정본의 접수번호. 자신이 가장 새 것이면 NULL",
            "Receipt number of the newest version of this decision; NULL in that version itself",
        ),
    ),
    # From the decision's fields (주요사항보고서); null where the filing does not say it for certain.
    Column(
        "ratio",
        Numeric,
        **said(
            "변동 후 ÷ 전 주식수(참여한 주주 한 명, 비율). 주식수나 배정 비율이 확실하지 않으면 NULL",
            "Shares after / before of one who takes part; NULL unless counts or allotment say it for certain",
        ),
    ),
    Column(
        "exchange_ratio",
        Numeric,
        **said(
            "합병·분할·교환 비율 1 : x의 x. 글이 그뿐이 아니면 NULL",
            "x of a merger's or exchange's 1 : x; NULL unless the text is nothing else",
        ),
    ),
    Column(
        "record_date", Date, **said("기준일(배정, 감자, 주주확정). 없으면 NULL", "Record date; NULL where not told")
    ),
    Column(
        "effective_date",
        Date,
        **said(
            "효력일: 신주 상장일, 합병·분할일. 없으면 NULL",
            "Day of effect: listing of new shares, merger, division; NULL where not told",
        ),
    ),
    Column(
        "shares_before",
        BigInteger,
        **said("변동 전 보통주, 주. 모르면 NULL", "Common shares before; NULL where not told"),
    ),
    Column(
        "shares_after",
        BigInteger,
        **said("변동 후 보통주, 주. 모르면 NULL", "Common shares after; NULL where not told"),
    ),
    Column(
        "new_shares",
        BigInteger,
        **said("새로 발행하는 보통주, 주. 없거나 모르면 NULL", "New common shares; NULL where not told"),
    ),
    Column(
        "method", Text, **said("방법(공시의 글 그대로). 없으면 NULL", "Method, in the filing's words; NULL without any")
    ),
    Column(
        "terms",
        Text,
        **said(
            "비율에 관한 공시의 글 그대로. 없으면 NULL",
            "What the filing says of its ratio, in its words; NULL without any",
        ),
    ),
    # The restated price that carries it out, if both are known.
    Column(
        "price_event_date",
        Date,
        **said(
            "이 결정에 따른 가격 조정 사건의 거래일(stock_price_daily). 찾지 못하면 NULL",
            "Session of the price event that carries it out (stock_price_daily); NULL where none is found",
        ),
    ),
    Column(
        "price_event",
        String(24),
        **said(
            "그 사건의 종류(adj_event). 찾지 못하면 NULL", "Class of that event (adj_event); NULL where none is found"
        ),
    ),
    Column(
        "price_factor",
        Float(53),
        **said(
            "그 사건의 조정계수(adj_factor). 찾지 못하면 NULL",
            "Factor of that event (adj_factor); NULL where none is found",
        ),
    ),
    *provenance(),
    CheckConstraint("ratio > 0", name="chk_corporate_actions_ratio"),
    Index("idx_corporate_actions_ticker", "ticker", "rcept_dt"),
    Index("idx_corporate_actions_date", "rcept_dt"),
    **table_said(
        "한 행은 주식에 관한 한 공시(접수번호): 증자, 감자, 합병, 분할 …. 접수일부터 알려진 것",
        "One row per filing (접수번호) of a corporate action, known from rcept_dt on",
        fills="dart corporate-actions",
        reads="actions show, dart corporate-actions, verify weekly, verify monthly",
    ),
)
