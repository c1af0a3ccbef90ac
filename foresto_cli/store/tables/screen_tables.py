"""Conditions that the operator keeps by name, and which stocks fulfilled the watched ones when that was told last."""

from sqlalchemy import Boolean, Column, Date, DateTime, String, Table, Text

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import said, table_said, ticker

saved_screen = Table(
    "saved_screen",
    metadata,
    Column("name", String(40), primary_key=True, **said("저장한 이름", "The name it is kept under")),
    Column("condition", Text, nullable=False, **said("조건, 적은 그대로", "The condition as it was written")),
    Column(
        "is_watched",
        Boolean,
        nullable=False,
        server_default="false",
        **said("들어오고 나간 종목을 알리는지", "Whether stocks that enter or leave are told"),
    ),
    Column(
        "told_date",
        Date,
        **said(
            "구성 종목을 기억한 거래일. 지켜보지 않거나 아직 평가하지 않았으면 NULL",
            "Session whose members are remembered; NULL unless watched and evaluated",
        ),
    ),
    Column("created_at", DateTime, nullable=False, **said("처음 저장한 시각(KST)", "When it was saved first (KST)")),
    Column("updated_at", DateTime, nullable=False, **said("마지막으로 바꾼 시각(KST)", "Last change (KST)")),
    **table_said(
        "한 행은 이름을 붙여 저장한 조건 하나",
        "One row per condition saved under a name",
        fills="screen, watchlist notify",
        reads="screen, watchlist notify",
    ),
)

saved_screen_member = Table(
    "saved_screen_member",
    metadata,
    Column("name", String(40), primary_key=True, **said("저장한 이름", "The name of the saved condition")),
    ticker(),
    Column(
        "since",
        Date,
        nullable=False,
        **said("조건에 맞은 것을 처음 본 거래일", "Session on which it was first seen to fulfil the condition"),
    ),
    **table_said(
        "한 행은 지켜보는 조건에 맞는 종목 하나, 마지막 알림의 것",
        "One row per stock that fulfils a watched condition, as of the last telling",
        fills="watchlist notify",
        reads="screen, watchlist notify",
    ),
)
