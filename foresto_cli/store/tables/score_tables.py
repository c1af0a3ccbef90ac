"""The Compass Score: every run, and the components behind every score."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    String,
    Table,
)
from sqlalchemy.dialects.postgresql import JSONB

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import said, table_said, ticker

compass_score_run = Table(
    "compass_score_run",
    metadata,
    # The number of the run in data_collection_log.
    Column(
        "run_id",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        **said("실행 번호(data_collection_log.id)", "Run (data_collection_log.id)"),
    ),
    Column("score_date", Date, nullable=False, **said("점수의 거래일", "Session of the scores")),
    Column("formula_version", String(12), nullable=False, **said("공식 버전", "Version of the formula")),
    Column(
        "config_sha256", String(64), nullable=False, **said("공식 설정의 SHA-256", "SHA-256 of the formula's settings")
    ),
    Column("code_version", String(40), nullable=False, **said("foresto 버전", "Version of foresto")),
    Column(
        "inputs_sha256",
        String(64),
        nullable=False,
        **said(
            "입력 전체의 SHA-256. 같으면 다시 저장하지 않는다",
            "SHA-256 of everything the scores were made of; the same again changes nothing",
        ),
    ),
    Column("started_at", DateTime, nullable=False, **said("시작 시각(KST)", "Start (KST)")),
    Column("completed_at", DateTime, nullable=False, **said("저장한 시각(KST)", "When they were stored (KST)")),
    Column(
        "is_provisional",
        Boolean,
        nullable=False,
        **said(
            "잠정 시세로 계산했는지. 확정되면 다시 계산한다", "Made of provisional prices; replaced when they are final"
        ),
    ),
    Column("price_max_date", Date, nullable=False, **said("쓰인 마지막 시세의 거래일", "Newest session used")),
    Column("price_rows", BigInteger, nullable=False, **said("쓰인 시세 행 수", "Price rows used")),
    Column(
        "fs_max_rcept_no",
        String(14),
        **said(
            "쓰인 가장 새 재무제표의 접수번호. 하나도 없으면 NULL",
            "Receipt number of the newest statement used; NULL without any",
        ),
    ),
    Column("n_universe", Integer, nullable=False, **said("그날 시세가 있는 종목 수", "Stocks with a price that day")),
    Column(
        "n_ref",
        Integer,
        nullable=False,
        **said("백분위의 기준이 된 보통주 수", "Ordinary shares that the percentiles are of"),
    ),
    Column("n_scored", Integer, nullable=False, **said("완전한 점수(SCORED) 수", "Complete scores (SCORED)")),
    Column("n_partial", Integer, nullable=False, **said("일부 축만의 점수(PARTIAL) 수", "Partial scores (PARTIAL)")),
    Column(
        "n_not_scored",
        Integer,
        nullable=False,
        **said("점수가 없는(NOT_SCORED) 종목 수", "Stocks without a score (NOT_SCORED)"),
    ),
    Column(
        "dq",
        JSONB,
        nullable=False,
        **said(
            '무시하고 계산한(--force) 품질 관문: {"fired": [이름]}',
            'Gates that fired and were overruled by --force: {"fired": [names]}',
        ),
    ),
    Index("idx_compass_run_date", "score_date"),
    **table_said(
        "한 행은 점수를 저장한 실행 하나: 입력, 공식, 종목 수",
        "One row per run that stored scores: inputs, formula, counts",
        fills="score batch",
        reads="score batch, dashboard, report market-email, verify daily",
    ),
)

compass_score_component = Table(
    "compass_score_component",
    metadata,
    Column("score_date", Date, primary_key=True, **said("점수의 거래일", "Session of the score")),
    ticker(),
    Column("formula_version", String(12), primary_key=True, **said("공식 버전", "Version of the formula")),
    Column(
        "components",
        JSONB,
        nullable=False,
        **said(
            "[이름, 값, 백분위, 가중치, 기여]의 배열. 값이 없는 요소는 빠진다",
            "List of [id, raw, percentile, weight, contribution]; those without a value are not in it",
        ),
    ),
    Column(
        "run_id",
        BigInteger,
        nullable=False,
        **said("마지막으로 쓴 실행(data_collection_log.id)", "Run that wrote it last (data_collection_log.id)"),
    ),
    **table_said(
        "한 행은 한 종목의 한 거래일 점수의 구성 요소. 30일 동안, 그 뒤로는 달마다 마지막 거래일만 둔다",
        "One row per stock and session: what the score is made of; kept 30 days, then the last session of each month",
        fills="score batch",
        reads="score show",
    ),
)
