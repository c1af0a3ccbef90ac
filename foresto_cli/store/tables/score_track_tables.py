"""The track record of the scores: one row per score day (the last of its month), horizon and grade."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, DateTime, Integer, Numeric, String, Table

from foresto_cli.declared.metadata import metadata
from foresto_cli.declared.said import said, table_said

compass_score_track = Table(
    "compass_score_track",
    metadata,
    Column(
        "score_date",
        Date,
        primary_key=True,
        **said("점수의 거래일: 그 달에 제때 매긴 마지막 날", "Session of the scores: the month's last in time"),
    ),
    Column(
        "horizon",
        Integer,
        primary_key=True,
        autoincrement=False,
        **said("보유 거래일 수: 21, 63", "Sessions held: 21, 63"),
    ),
    Column(
        "grade",
        String(1),
        primary_key=True,
        **said("그날의 등급 S–F, *는 점수가 있던 모든 종목", "Grade of that day S–F; * for every stock with a score"),
    ),
    Column(
        "formula_version", String(12), nullable=False, **said("그날의 공식 버전", "Version of the formula of that day")
    ),
    Column(
        "entry_date",
        Date,
        nullable=False,
        **said("산 날: score_date 다음 거래일의 종가", "Bought at the close of the session after score_date"),
    ),
    Column("exit_date", Date, nullable=False, **said("판 날의 종가", "Sold at the close of this session")),
    Column("given", Integer, nullable=False, **said("그 등급을 받은 종목 수", "Stocks that had this grade")),
    Column("bought", Integer, nullable=False, **said("산 날 거래된 종목 수", "Of them, stocks traded at entry")),
    Column(
        "untradable",
        Integer,
        nullable=False,
        **said("산 날 거래가 없어 살 수 없던 종목 수", "Stocks not traded at entry: could not be bought"),
    ),
    Column(
        "ended",
        Integer,
        nullable=False,
        **said(
            "보유 중 시세가 끝난(상장폐지) 종목 수. 마지막 거래 가격으로 센다",
            "Stocks whose prices ended while held (delisted): counted at their last traded price",
        ),
    ),
    Column(
        "mean_return",
        Numeric,
        **said("수익률 평균, %. 배당 제외. 산 종목이 없으면 NULL", "Mean return, %, no dividends; NULL without any"),
    ),
    Column(
        "median_return",
        Numeric,
        **said("수익률 중앙값, %. 산 종목이 없으면 NULL", "Median return, %; NULL if nothing was bought"),
    ),
    Column("lost", Integer, nullable=False, **said("30% 넘게 잃은 종목 수", "Stocks that lost more than 30 %")),
    Column(
        "rank_ic",
        Numeric,
        **said(
            "총점과 수익률의 순위 상관. grade가 *인 행만, 10종목 미만이면 NULL",
            "Rank correlation of total and return; only where grade is *, NULL with fewer than 10 stocks",
        ),
    ),
    Column(
        "unknown",
        Integer,
        nullable=False,
        **said(
            "그달에 산 때까지의 점수가 남아 있지 않아 세지 못한 종목 수. 한 달의 모든 행에 같은 값",
            "Stocks of that month whose score until entry is not kept; the same in all rows of a month",
        ),
    ),
    Column("run_id", BigInteger, nullable=False, **said("쓴 실행(data_collection_log.id)", "Run that wrote it")),
    Column("created_at", DateTime, nullable=False, **said("처음 쓴 시각(KST)", "First written (KST)")),
    Column("updated_at", DateTime, nullable=False, **said("마지막으로 바뀐 시각(KST)", "Last changed (KST)")),
    CheckConstraint("grade IN ('S', 'A', 'B', 'C', 'D', 'F', '*')", name="chk_compass_track_grade"),
    **table_said(
        "한 행은 한 달의 마지막 점수가 보유 기간 뒤에 어떻게 되었는지, 등급마다. 저장된 그때의 점수로만 센다",
        "One row per month's last scores, horizon and grade: what became of them, of the scores as they stood then",
        fills="score track, run monthly",
        reads="score track, dashboard",
    ),
)
