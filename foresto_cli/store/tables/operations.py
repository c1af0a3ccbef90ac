"""What foresto knows about itself: the world, sources, batches, runs, findings, units."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import said, table_said

foresto_meta = Table(
    "foresto_meta",
    metadata,
    Column("key", String(40), primary_key=True, **said("이름(world)", "Name (world)")),
    Column(
        "value",
        Text,
        nullable=False,
        **said("값(world: real 또는 sandbox, 바뀌지 않는다)", "Value (world: real or sandbox, for ever)"),
    ),
    **table_said(
        "한 행은 이 데이터베이스에 관한 사실 하나",
        "One row per fact about this database",
        fills="*",
        reads="*",
    ),
)

data_source = Table(
    "data_source",
    metadata,
    Column(
        "source_id",
        String(20),
        primary_key=True,
        **said("출처의 이름(KRX_OPENAPI, FSC …)", "Name of the source (KRX_OPENAPI, FSC …)"),
    ),
    Column("source_name", String(100), nullable=False, **said("부르는 이름", "What it is called")),
    Column(
        "source_type",
        String(20),
        nullable=False,
        **said("PUBLIC, EXCHANGE, VENDOR, OWN", "PUBLIC, EXCHANGE, VENDOR, OWN"),
    ),
    Column("base_url", String(500), **said("주소. 없으면 NULL", "Address; NULL without one")),
    Column("license_type", String(50), **said("이용 조건. 모르면 NULL", "Terms of use; NULL where not known")),
    Column(
        "description",
        Text,
        **said("무엇을 주는지와 이용 조건. 없으면 NULL", "What it gives and under which terms; NULL without any"),
    ),
    **table_said(
        "한 행은 출처 하나: 다른 표의 source_id",
        "One row per source: source_id of every other table",
        fills="*",
        reads="sql",
    ),
)

data_load_batch = Table(
    "data_load_batch",
    metadata,
    Column("batch_id", BigInteger, primary_key=True, autoincrement=True, **said("일련번호", "Number")),
    Column(
        "run_id",
        BigInteger,
        nullable=False,
        **said("실행 번호(data_collection_log.id)", "Run (data_collection_log.id)"),
    ),
    Column(
        "batch_type",
        String(30),
        nullable=False,
        **said("자료의 갈래(PRICE, INFO, FINANCIAL …)", "Kind of data (PRICE, INFO, FINANCIAL …)"),
    ),
    Column("as_of_date", Date, nullable=False, **said("적재한 날(KST)", "Day of loading (KST)")),
    Column(
        "status",
        String(20),
        nullable=False,
        **said("RUNNING, SUCCESS, PARTIAL, FAILED", "RUNNING, SUCCESS, PARTIAL, FAILED"),
    ),
    Column(
        "total_records",
        BigInteger,
        nullable=False,
        server_default="0",
        **said("요청할 단위 수(행이 아님)", "Units wanted (not rows)"),
    ),
    Column(
        "success_records",
        BigInteger,
        nullable=False,
        server_default="0",
        **said("성공한 단위 수", "Units done"),
    ),
    Column("failed_records", BigInteger, nullable=False, server_default="0", **said("실패한 단위 수", "Units failed")),
    Column(
        "skipped_records",
        BigInteger,
        nullable=False,
        server_default="0",
        **said("다음 실행에 남긴 단위 수", "Units left for a later run"),
    ),
    Column("error_message", Text, **said("실패한 사유. 없으면 NULL", "Why it failed; NULL otherwise")),
    Column("started_at", DateTime, nullable=False, **said("시작 시각(KST)", "Start (KST)")),
    Column("completed_at", DateTime, **said("끝난 시각(KST). 끝나지 않았으면 NULL", "End (KST); NULL until then")),
    CheckConstraint("status IN ('RUNNING', 'SUCCESS', 'PARTIAL', 'FAILED')", name="chk_data_load_batch_status"),
    **table_said(
        "한 행은 한 실행에서 한 자료를 적재한 묶음. 자료의 batch_id가 가리킨다",
        "One row per data set and run; rows of data name the batch that last changed them",
        fills="prices incremental, stocks load, dart financials, bonds load, fss all, us load",
        reads="verify weekly, verify monthly",
    ),
)

data_collection_log = Table(
    "data_collection_log",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True, **said("실행 번호", "Number of the run")),
    Column(
        "job_name",
        String(50),
        nullable=False,
        **said(
            '명령("prices incremental") 또는 체인("run morning")',
            'Command ("prices incremental") or chain ("run morning")',
        ),
    ),
    Column("job_label", String(100), nullable=False, **said("부르는 이름", "What it is called")),
    Column(
        "status",
        String(20),
        nullable=False,
        **said("결과(done, partial, failed …), 돌고 있으면 running", "Outcome (done, partial, failed …), or running"),
    ),
    Column("started_at", DateTime, nullable=False, **said("시작 시각(KST)", "Start (KST)")),
    Column(
        "heartbeat_at",
        DateTime,
        nullable=False,
        **said("살아 있음을 마지막으로 적은 시각(KST). 5초마다", "Last sign of life (KST), every five seconds"),
    ),
    Column("completed_at", DateTime, **said("끝난 시각(KST). 끝나지 않았으면 NULL", "End (KST); NULL until then")),
    Column(
        "duration_seconds",
        Float,
        **said("걸린 시간, 초. 끝나지 않았으면 NULL", "Duration, seconds; NULL until it ended"),
    ),
    Column("success_count", Integer, nullable=False, server_default="0", **said("성공한 단위 수", "Units done")),
    Column("failed_count", Integer, nullable=False, server_default="0", **said("실패한 단위 수", "Units failed")),
    Column("total_count", Integer, nullable=False, server_default="0", **said("요청한 단위 수", "Units wanted")),
    Column("exit_code", Integer, **said("종료 코드. 끝나지 않았으면 NULL", "Exit code; NULL until it ended")),
    Column("host", String(100), nullable=False, **said("컴퓨터 이름", "Host")),
    Column("process_id", Integer, nullable=False, **said("프로세스 번호", "Process number")),
    Column(
        "chain_id",
        BigInteger,
        **said(
            "이 실행을 단계로 삼은 체인의 실행 번호. 홀로 돌았으면 NULL",
            "Run of the chain that this is a step of; NULL if none",
        ),
    ),
    Column(
        "started_by",
        String(20),
        **said(
            "시작한 스케줄러(launchd, cron, systemd). 사람이면 NULL",
            "Scheduler that started it (launchd, cron, systemd); NULL if a person did",
        ),
    ),
    Column("progress", JSONB, **said("진행 상황. 아직 없으면 NULL", "Progress; NULL before there is any")),
    Column("detail", JSONB, **said("--json 결과. 끝나지 않았으면 NULL", "The --json result; NULL until it ended")),
    Column("error_message", Text, **said("끝나게 한 오류. 없으면 NULL", "Error that ended it; NULL otherwise")),
    Index("idx_dcl_job", "job_name", "started_at"),
    **table_said(
        "한 행은 한 실행: 받거나 검증하거나 점수를 매긴 명령, 또는 체인",
        "One row per run: a command that loads, verifies or scores, or a chain",
        fills="run morning, prices incremental, stocks load, verify daily, score batch",
        reads="runs list, runs show, status, doctor",
    ),
)

data_quality_log = Table(
    "data_quality_log",
    metadata,
    Column("log_id", BigInteger, primary_key=True, autoincrement=True, **said("일련번호", "Number")),
    Column(
        "run_id",
        BigInteger,
        nullable=False,
        **said("검증 실행(data_collection_log.id)", "Run of the verification (data_collection_log.id)"),
    ),
    Column("table_name", String(50), nullable=False, **said("찾은 표", "Table it is about")),
    Column("rule_id", String(40), nullable=False, **said("규칙의 이름", "Id of the check")),
    Column("rule_name", String(100), nullable=False, **said("규칙이 보는 것", "What the check looks at")),
    Column("severity", String(10), nullable=False, **said("critical, warning, info", "critical, warning, info")),
    Column("found", BigInteger, nullable=False, **said("어긋난 것의 수", "How many contradict it")),
    Column("sample", JSONB, nullable=False, **said("어긋난 것의 예", "Some of them")),
    Column("expected_condition", String(300), nullable=False, **said("지켜져야 하는 조건", "What ought to hold")),
    Column("repair", String(200), nullable=False, **said("고치는 명령이나 방법", "Command or way to repair it")),
    Column("created_at", DateTime, nullable=False, **said("찾은 시각(KST)", "When it was found (KST)")),
    Index("idx_dq_log_run", "run_id"),
    **table_said(
        "한 행은 검증이 찾은 것 하나",
        "One row per finding of foresto verify",
        fills="verify daily, verify weekly, verify monthly",
        reads="dashboard",
    ),
)

unit_ledger = Table(
    "unit_ledger",
    metadata,
    Column("dataset", String(40), primary_key=True, **said("자료의 이름(prices.day …)", "Data set (prices.day …)")),
    Column(
        "unit",
        String(60),
        primary_key=True,
        **said("단위: 거래일, 종목, 보고서 …", "Unit: a session, a stock, a report …"),
    ),
    Column(
        "status",
        String(12),
        nullable=False,
        **said(
            "done 저장, provisional 잠정(다시 요청), no_data 없음이 맞음, failed 확인 실패, unreadable 같은"
            " 응답을 두 번"
            " 이해하지 못함, superseded 실패했으나 이제 필요 없음",
            "done, provisional (to be read again), no_data (rightly none), failed, unreadable (twice not understood),"
            " superseded (not needed any more)",
        ),
    ),
    Column("source_id", String(20), **said("응답한 출처. 응답이 없었으면 NULL", "Who answered; NULL if nobody did")),
    Column(
        "attempts", Integer, nullable=False, server_default="1", **said("요청한 횟수", "How often it was asked for")
    ),
    Column("row_count", Integer, nullable=False, server_default="0", **said("응답의 행 수", "Rows in the answer")),
    Column(
        "reason",
        Text,
        **said(
            "없거나 실패한 사유, 뺀 것. 없으면 NULL",
            "Why there is nothing, what was left out, how it failed; NULL otherwise",
        ),
    ),
    Column(
        "run_id",
        BigInteger,
        nullable=False,
        **said("마지막으로 요청한 실행(data_collection_log.id)", "Run that asked last (data_collection_log.id)"),
    ),
    Column(
        "asked_at", DateTime, nullable=False, **said("마지막으로 요청한 시각(KST)", "When it was asked for last (KST)")
    ),
    Column(
        "refusal",
        Text,
        **said(
            "마지막으로 이해하지 못한 응답에 대해 한 말. 그 뒤 이해한 응답이 있으면 NULL",
            "What was said of the last answer that was not understood; NULL when one was understood since",
        ),
    ),
    Column(
        "refused_at",
        DateTime,
        **said(
            "마지막으로 응답을 이해하지 못한 시각(KST). 그 뒤 이해한 응답이 있으면 NULL",
            "When an answer was not understood last (KST); NULL when one was understood since",
        ),
    ),
    Column(
        "refused_version",
        String(20),
        **said(
            "같은 응답을 두 번 이해하지 못한 foresto의 버전(다른 버전은 다시 요청한다). 그런 일이 없으면 NULL",
            "Version of foresto that did not understand the same answer twice (others ask again); NULL if none",
        ),
    ),
    CheckConstraint(
        "status IN ('done', 'provisional', 'no_data', 'failed', 'unreadable', 'superseded')",
        name="chk_unit_ledger_status",
    ),
    **table_said(
        "한 행은 요청한 단위 하나와 그 결과. 여기 없는 단위는 요청한 적이 없다",
        "One row per unit that was asked for and what became of it; a unit that is not here was never asked",
        fills="prices incremental, stocks load, dart financials, bonds load, fss all, us load",
        reads="retry, status, prices gaps, score batch, verify daily, fss best",
    ),
)
