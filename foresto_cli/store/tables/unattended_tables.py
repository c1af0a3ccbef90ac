"""Running unattended: budgets, breakers, dead sources, closures, incidents, channels, expected jobs."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import said, table_said, trade_date

upstream_usage = Table(
    "upstream_usage",
    metadata,
    Column("upstream", String(20), primary_key=True, **said("요청한 곳(krx, dart …)", "Upstream (krx, dart …)")),
    Column("usage_date", Date, primary_key=True, **said("날(KST)", "Day (KST)")),
    Column("used", Integer, nullable=False, **said("보낸 요청 수", "Requests sent")),
    Column(
        "spent_at",
        DateTime,
        **said(
            "출처가 그날 한도를 다 썼다고 답한 시각(KST). 자정까지 요청하지 않는다. 답한 적 없으면 NULL",
            "When the upstream called the day's requests used up (KST); not asked again that day; NULL if it did not",
        ),
    ),
    Column(
        "spent_reason", Text, **said("그때 출처가 한 말. 없으면 NULL", "What the upstream said then; NULL otherwise")
    ),
    **table_said(
        "한 행은 한 출처에 하루 동안 보낸 요청 수",
        "One row per upstream and day: requests sent",
        fills="*",
        reads="*",
    ),
)

dead_source = Table(
    "dead_source",
    metadata,
    Column(
        "source_id",
        String(20),
        primary_key=True,
        **said("출처(data_source.source_id)", "Source (data_source.source_id)"),
    ),
    Column(
        "newest_session",
        Date,
        **said("그 출처의 마지막 거래일. 모르면 NULL", "Its newest session; NULL where not known"),
    ),
    Column(
        "since", DateTime, nullable=False, **said("멈춘 것을 처음 안 시각(KST)", "When that was first noticed (KST)")
    ),
    Column(
        "asked_at",
        DateTime,
        nullable=False,
        **said("마지막으로 요청한 시각(KST). 하루에 한 번 다시 요청한다", "When it was asked last (KST)"),
    ),
    Column("reason", Text, nullable=False, **said("무엇을 보고 멈췄다고 했는지", "By what that is known")),
    **table_said(
        "한 행은 멈춰 있는 출처 하나. 건너뛰며 하루에 한 번 다시 요청한다",
        "One row per source that stands still: passed over, and tried again once a day",
        fills="prices incremental, prices load, prices index, listing load",
        reads="listing load, prices incremental, prices index",
    ),
)

upstream_block = Table(
    "upstream_block",
    metadata,
    Column("upstream", String(20), primary_key=True, **said("요청한 곳(krx, dart …)", "Upstream (krx, dart …)")),
    Column("since", DateTime, nullable=False, **said("막힌 시각(KST)", "When it blocked us (KST)")),
    Column(
        "blocked_until",
        DateTime,
        nullable=False,
        **said("이때까지 요청하지 않는다(KST)", "Not asked before then (KST)"),
    ),
    Column("reason", Text, nullable=False, **said("무엇을 보고 막혔다고 했는지", "By what that is known")),
    **table_said(
        "한 행은 우리를 막은 출처 하나: blocked_until까지 요청하지 않는다",
        "One row per upstream that blocked us: not asked before blocked_until",
        fills="*",
        reads="*",
    ),
)

market_closure = Table(
    "market_closure",
    metadata,
    trade_date(),
    Column("is_closed", Boolean, nullable=False, **said("휴장이었는지", "The market was closed")),
    Column("reason", Text, nullable=False, **said("어떻게 알았는지", "How that is known")),
    Column("noted_at", DateTime, nullable=False, **said("적은 시각(KST)", "When it was noted (KST)")),
    **table_said(
        "한 행은 알려진 달력의 정정 하나: 거래일이라지만 휴장, 또는 그 반대",
        "One row per correction of the published calendar: closed although it says session, or the other way round",
        fills="prices incremental, prices load",
        reads="*",
    ),
)

ops_alert = Table(
    "ops_alert",
    metadata,
    Column("alert_id", BigInteger, primary_key=True, autoincrement=True, **said("알림 번호", "Number")),
    Column(
        "alert_type",
        String(40),
        nullable=False,
        **said(
            "무엇이 잘못되었는지(auth, blocked, load_failed, verify …)",
            "What went wrong (auth, blocked, load_failed, verify …)",
        ),
    ),
    Column(
        "subject",
        String(60),
        nullable=False,
        **said("무엇에 대한 것인지: 출처, 자료, 규칙", "Of what: an upstream, a data set, a check"),
    ),
    Column("alert_level", String(10), nullable=False, **said("info, warning, critical", "info, warning, critical")),
    Column("alert_title", String(200), nullable=False, **said("제목 한 줄", "One line")),
    Column("alert_message", Text, nullable=False, **said("무슨 일이고 무엇을 할지", "What happened and what to do")),
    Column(
        "run_id",
        BigInteger,
        **said(
            "연 실행(data_collection_log.id). 실행 밖이면 NULL",
            "Run that opened it (data_collection_log.id); NULL outside of one",
        ),
    ),
    Column("created_at", DateTime, nullable=False, **said("열린 시각(KST)", "When it was opened (KST)")),
    Column("last_seen_at", DateTime, nullable=False, **said("마지막으로 본 시각(KST)", "When it was seen last (KST)")),
    Column("occurrences", Integer, nullable=False, server_default="1", **said("본 횟수", "How often it was seen")),
    Column(
        "resolved_at",
        DateTime,
        **said("원인이 사라진 시각(KST). 열려 있으면 NULL", "When its cause was gone (KST); NULL while open"),
    ),
    Column(
        "acknowledged_at",
        DateTime,
        **said(
            "사람이 확인한 시각(KST): 반복해서 알리지 않는다. 없으면 NULL",
            "When a person took note (KST): it is not repeated; NULL if nobody did",
        ),
    ),
    CheckConstraint("alert_level IN ('info', 'warning', 'critical')", name="chk_ops_alert_level"),
    # One open alert per incident: raising it again only counts.
    Index("uq_ops_alert_open", "alert_type", "subject", unique=True, postgresql_where="resolved_at IS NULL"),
    **table_said(
        "한 행은 운영 알림 하나: 원인이 사라질 때까지 열려 있다",
        "One row per incident: open until its cause is gone",
        fills="*",
        reads="alerts list, status, doctor, dashboard",
    ),
)

alert_delivery = Table(
    "alert_delivery",
    metadata,
    Column(
        "alert_id",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        **said("알림 번호(ops_alert.alert_id)", "Incident (ops_alert.alert_id)"),
    ),
    Column(
        "channel", String(20), primary_key=True, **said("통로: slack, mail, apprise", "Channel: slack, mail, apprise")
    ),
    Column("first_told_at", DateTime, nullable=False, **said("처음 알린 시각(KST)", "When it was told first (KST)")),
    Column(
        "last_told_at", DateTime, nullable=False, **said("마지막으로 알린 시각(KST)", "When it was told last (KST)")
    ),
    Column(
        "told_level",
        String(10),
        nullable=False,
        **said("그때의 단계: info, warning, critical", "Level then: info, warning, critical"),
    ),
    Column(
        "resolution_told_at",
        DateTime,
        **said("끝났다고 알린 시각(KST). 아직이면 NULL", "When its end was told (KST); NULL until then"),
    ),
    **table_said(
        "한 행은 한 알림을 한 통로에 알린 일",
        "One row per incident and channel: when it was told",
        fills="*",
        reads="*",
    ),
)

notify_channel = Table(
    "notify_channel",
    metadata,
    Column(
        "channel",
        String(20),
        primary_key=True,
        **said("통로: slack, mail, apprise …", "Channel: slack, mail, apprise …"),
    ),
    Column(
        "succeeded_at", DateTime, **said("마지막으로 보낸 시각(KST). 없으면 NULL", "Last success (KST); NULL if never")
    ),
    Column(
        "failed_at",
        DateTime,
        **said("마지막으로 실패한 시각(KST). 없으면 NULL", "Last failure (KST); NULL if never"),
    ),
    Column(
        "failing_since",
        DateTime,
        **said("계속 실패하기 시작한 시각(KST). 되면 NULL", "Failing since (KST); NULL while it works"),
    ),
    Column("reason", Text, **said("실패한 사유. 되면 NULL", "Why; NULL while it works")),
    **table_said(
        "한 행은 알림을 보내는 통로 하나의 상태",
        "One row per channel of alerts: how it is doing",
        fills="*",
        reads="*",
    ),
)

scheduled_job = Table(
    "scheduled_job",
    metadata,
    Column("job", String(40), primary_key=True, **said("작업(시간표의 이름)", "Job of the timetable")),
    Column("scheduler", String(20), nullable=False, **said("launchd, cron, systemd", "launchd, cron, systemd")),
    Column("host", String(100), nullable=False, **said("컴퓨터 이름", "Host")),
    Column("since", DateTime, nullable=False, **said("예약된 때(KST)", "Scheduled since (KST)")),
    **table_said(
        "한 행은 스케줄러가 시작하는 작업 하나: since부터 시간표의 시작마다 돌아야 한다",
        "One row per job that a scheduler starts: since then each start of the timetable is expected",
        fills="schedule install, schedule uninstall, run morning, run weekday",
        reads="schedule status, doctor, verify daily",
    ),
)
