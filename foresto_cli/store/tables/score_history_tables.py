"""The Compass Score: every score with its reasons, and the versions of it that later runs replaced."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import said, table_said, ticker


def _of_a_score() -> list[Column[Any]]:
    """Return what is stored of one score: the columns of the newest version and of earlier ones."""
    return [
        Column("score_date", Date, primary_key=True, **said("점수의 거래일", "Session of the score")),
        ticker(),
        Column("formula_version", String(12), primary_key=True, **said("공식 버전", "Version of the formula")),
        Column(
            "total_score",
            Numeric,
            **said(
                "총점, 0–100: 축 점수의 가중 평균. NOT_SCORED면 NULL",
                "Total, 0–100: weighted mean of the axes; NULL if NOT_SCORED",
            ),
        ),
        Column(
            "total_percentile",
            Numeric,
            **said("총점의 백분위, 0–100. NOT_SCORED면 NULL", "Percentile of the total, 0–100; NULL if NOT_SCORED"),
        ),
        Column(
            "grade",
            String(1),
            **said(
                "등급 S(95 이상), A(80), B(60), C(40), D(20), F. NOT_SCORED면 NULL",
                "Grade S (from 95), A (80), B (60), C (40), D (20), F; NULL if NOT_SCORED",
            ),
        ),
        Column(
            "rank",
            Integer,
            **said("총점 순위, 1이 가장 높음. 순위가 없으면 NULL", "Rank of the total, 1 is best; NULL without one"),
        ),
        Column(
            "financial_score",
            Numeric,
            **said(
                "재무 축 점수(백분위), 0–100. 축에 값이 모자라면 NULL",
                "Financial axis (percentile), 0–100; NULL where too little of it is known",
            ),
        ),
        Column(
            "valuation_score",
            Numeric,
            **said(
                "밸류에이션 축 점수(백분위), 0–100. 값이 모자라면 NULL",
                "Valuation axis (percentile), 0–100; NULL likewise",
            ),
        ),
        Column(
            "technical_score",
            Numeric,
            **said(
                "기술 축 점수(백분위), 0–100. 값이 모자라면 NULL", "Technical axis (percentile), 0–100; NULL likewise"
            ),
        ),
        Column(
            "risk_score",
            Numeric,
            **said(
                "리스크 축 점수(백분위), 0–100, 100이 가장 안전. 값이 모자라면 NULL",
                "Risk axis (percentile), 0–100, 100 is safest; NULL likewise",
            ),
        ),
        # The weighted mean of component percentiles before the axis is ranked; contributions add up to it.
        Column(
            "financial_raw",
            Numeric,
            **said(
                "재무 구성 요소 백분위의 가중 평균(기여의 합). 값이 모자라면 NULL",
                "Weighted mean of the financial components' percentiles (sum of contributions); NULL likewise",
            ),
        ),
        Column(
            "valuation_raw",
            Numeric,
            **said(
                "밸류에이션 구성 요소 백분위의 가중 평균. 값이 모자라면 NULL",
                "Weighted mean of the valuation components' percentiles; NULL likewise",
            ),
        ),
        Column(
            "technical_raw",
            Numeric,
            **said(
                "기술 구성 요소 백분위의 가중 평균. 값이 모자라면 NULL",
                "Weighted mean of the technical components' percentiles; NULL likewise",
            ),
        ),
        Column(
            "risk_raw",
            Numeric,
            **said(
                "리스크 구성 요소 백분위의 가중 평균. 값이 모자라면 NULL",
                "Weighted mean of the risk components' percentiles; NULL likewise",
            ),
        ),
        # How much of an axis's weight (0-100) had a value.
        Column(
            "financial_coverage",
            Numeric,
            nullable=False,
            **said(
                "재무 축의 가중치 가운데 값이 있는 몫, 0–100. 60부터 점수가 있다",
                "Share of the financial axis's weight with a value, 0–100; 60 are needed",
            ),
        ),
        Column(
            "valuation_coverage",
            Numeric,
            nullable=False,
            **said(
                "밸류에이션 축의 가중치 가운데 값이 있는 몫, 0–100",
                "Share of the valuation axis's weight with a value, 0–100",
            ),
        ),
        Column(
            "technical_coverage",
            Numeric,
            nullable=False,
            **said(
                "기술 축의 가중치 가운데 값이 있는 몫, 0–100",
                "Share of the technical axis's weight with a value, 0–100",
            ),
        ),
        Column(
            "risk_coverage",
            Numeric,
            nullable=False,
            **said(
                "리스크 축의 가중치 가운데 값이 있는 몫, 0–100", "Share of the risk axis's weight with a value, 0–100"
            ),
        ),
        Column(
            "status",
            String(10),
            nullable=False,
            **said("SCORED 완전, PARTIAL 일부 축만, NOT_SCORED 점수 없음", "SCORED, PARTIAL (some axes), NOT_SCORED"),
        ),
        Column(
            "reasons",
            ARRAY(Text),
            nullable=False,
            **said(
                "점수가 없거나 일부인 사유 코드(NO_FS, SPAC …). 없으면 빈 배열",
                "Codes why there is no score or a part of one (NO_FS, SPAC …); empty without any",
            ),
        ),
        Column(
            "flags",
            ARRAY(Text),
            nullable=False,
            **said(
                "알아 둘 점의 코드(CUM_REBUILT …). 없으면 빈 배열",
                "Codes of what else should be known (CUM_REBUILT …); empty without any",
            ),
        ),
        Column(
            "price_date",
            Date,
            nullable=False,
            **said("쓰인 시세의 거래일(score_date와 같음)", "Session of the prices (that of score_date)"),
        ),
        Column(
            "fs_period_end",
            Date,
            **said(
                "쓰인 재무제표의 기간 말일. 재무제표가 없으면 NULL",
                "Period end of the statement used; NULL without one",
            ),
        ),
        Column(
            "fs_rcept_dt", Date, **said("그 재무제표의 접수일. 없으면 NULL", "Day of its receipt; NULL without one")
        ),
        Column(
            "fs_rcept_no",
            String(14),
            **said("그 재무제표의 접수번호. 없으면 NULL", "Its receipt number; NULL without one"),
        ),
    ]


compass_score_history = Table(
    "compass_score_history",
    metadata,
    *_of_a_score(),
    Column(
        "run_id",
        BigInteger,
        nullable=False,
        **said("마지막으로 쓴 실행(data_collection_log.id)", "Run that wrote it last (data_collection_log.id)"),
    ),
    CheckConstraint("status IN ('SCORED', 'PARTIAL', 'NOT_SCORED')", name="chk_compass_history_status"),
    CheckConstraint("grade IN ('S', 'A', 'B', 'C', 'D', 'F')", name="chk_compass_history_grade"),
    CheckConstraint("(total_score IS NULL) = (status = 'NOT_SCORED')", name="chk_compass_history_total"),
    Index("idx_compass_history_ticker", "ticker", "score_date"),
    **table_said(
        "한 행은 한 종목의 한 거래일 점수, 공식 버전마다. 점수가 없는 종목은 reasons가 사유를 말한다",
        "One row per stock, session and version of the formula; stocks without a score say why in reasons",
        fills="score batch",
        reads="score show, score rank, score history, dashboard, report market-email, verify daily",
    ),
)

compass_score_earlier = Table(
    "compass_score_earlier",
    metadata,
    *_of_a_score(),
    Column(
        "run_id",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        **said("이 판을 쓴 실행(data_collection_log.id)", "Run that wrote this version (data_collection_log.id)"),
    ),
    Column("replaced_at", DateTime, nullable=False, **said("바뀐 시각(KST)", "When it was replaced (KST)")),
    Column(
        "replaced_by",
        BigInteger,
        nullable=False,
        **said("바꾼 실행(data_collection_log.id)", "Run that replaced it (data_collection_log.id)"),
    ),
    Column(
        "replaced_because",
        ARRAY(Text),
        nullable=False,
        **said(
            "그날 무엇이 달라졌는지의 코드: FORMULA, PROVISIONAL, PRICES, STATEMENTS, DIVIDENDS, OTHER",
            "Codes of what differed that day: FORMULA, PROVISIONAL, PRICES, STATEMENTS, DIVIDENDS, OTHER",
        ),
    ),
    Index("idx_compass_earlier_ticker", "ticker", "score_date"),
    **table_said(
        "한 행은 나중에 다시 매겨 바뀐 점수의 앞선 판 하나. 잠정 시세로 매긴 판은 30일, 달의 마지막 날 것은 계속 둔다",
        "One row per version of a score that a later run replaced; those of provisional prices are kept 30 days, of the"
        " last session of a month for ever",
        fills="score batch",
        reads="score history",
    ),
)
