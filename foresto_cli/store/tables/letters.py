"""What people are told: the stocks they watch and the market mail of each session."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Integer,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import said, table_said, ticker

watchlist = Table(
    "watchlist",
    metadata,
    ticker(),
    Column(
        "last_notified_score",
        Numeric,
        **said(
            "마지막으로 알린(처음에는 추가할 때의) 점수, 0–100. 그때 점수가 없었으면 NULL",
            "Score told last (at first: when it was added), 0–100; NULL if there was none",
        ),
    ),
    Column(
        "last_notified_grade",
        String(1),
        **said("그때의 등급. 점수가 없었으면 NULL", "Grade then; NULL if there was none"),
    ),
    Column(
        "last_notified_at",
        DateTime,
        **said("마지막으로 알린 시각(KST). 알린 적이 없으면 NULL", "When it was told last (KST); NULL if never"),
    ),
    Column("created_at", DateTime, nullable=False, **said("추가한 시각(KST)", "When it was added (KST)")),
    Column(
        "last_notified_designation",
        String(40),
        **said(
            "마지막으로 알린(처음에는 추가할 때의) 지정: 관리종목, 투자주의환기종목. 없었으면 NULL",
            "Designation told last (at first: when it was added); NULL if there was none",
        ),
    ),
    **table_said(
        "한 행은 관심 종목 하나와 마지막으로 알린 점수와 지정",
        "One row per watched stock, with the score and the designation that were told last",
        fills="watchlist add, watchlist remove",
        reads="watchlist list, watchlist notify",
    ),
)

watchlist_told_filing = Table(
    "watchlist_told_filing",
    metadata,
    Column("rcept_no", String(14), primary_key=True, **said("DART 접수번호", "DART's receipt number")),
    Column("told_at", DateTime, nullable=False, **said("알린 시각(KST)", "When it was told (KST)")),
    **table_said(
        "한 행은 관심 종목의 공시로 알린 접수번호 하나. 두 번 알리지 않는다",
        "One row per filing of a watched company that was told; it is not told twice",
        fills="watchlist notify",
        reads="watchlist notify",
    ),
)

market_email_log = Table(
    "market_email_log",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True, **said("일련번호", "Number")),
    Column("sent_date", Date, nullable=False, **said("보낸 날", "Day of sending")),
    Column("session_date", Date, nullable=False, **said("요약한 거래일", "Session it is about")),
    Column("total_subscribers", Integer, nullable=False, server_default="0", **said("받을 사람 수", "Subscribers")),
    Column("success_count", Integer, nullable=False, server_default="0", **said("보낸 사람 수", "Delivered")),
    Column("fail_count", Integer, nullable=False, server_default="0", **said("실패한 사람 수", "Failed")),
    Column(
        "status",
        String(20),
        nullable=False,
        **said("sending 보내는 중, completed 완료, failed 실패", "sending, completed, failed"),
    ),
    # Address → sending, sent or failed: whoever was begun with is not written to again, whatever became of it.
    Column(
        "deliveries",
        JSONB,
        nullable=False,
        server_default="{}",
        **said(
            "주소 → sending, sent, failed. 시작한 사람에게는 다시 보내지 않는다",
            "Address → sending, sent or failed; whoever was begun with is not written to again",
        ),
    ),
    Column("started_at", DateTime, nullable=False, **said("보내기 시작한 시각(KST)", "Start (KST)")),
    Column("completed_at", DateTime, **said("끝난 시각(KST). 끝나지 않았으면 NULL", "End (KST); NULL until then")),
    Column("error_message", Text, **said("실패한 사유. 없으면 NULL", "Why it failed; NULL otherwise")),
    Column("created_at", DateTime, nullable=False, **said("행을 만든 시각(KST)", "When the row was made (KST)")),
    UniqueConstraint("sent_date", name="uq_market_email_log_date"),
    UniqueConstraint("session_date", name="uq_market_email_log_session"),
    CheckConstraint("status IN ('sending', 'completed', 'failed')", name="chk_market_email_log_status"),
    **table_said(
        "한 행은 시장 요약 메일 한 통: 하루에, 한 거래일에 많아야 하나",
        "One row per market mail: at most one a day and one a session",
        fills="report market-email",
        reads="report market-email",
    ),
)
