"""The data dictionary, made of what tables and columns say about themselves: ``docs/data.md`` and ``docs/data.ko.md``.

After a change of a table: ``from foresto_cli.store import dictionary; dictionary.write()`` in the project's folder.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql

from foresto_cli import data_sets
from foresto_cli.store.tables import metadata
from foresto_cli.store.tables.more_view_columns import VIEWS

GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "시세",
        "Prices",
        (
            "stock_price_daily",
            "price_adjusted",
            "valuation_daily",
            "valuation_known",
            "after_market_daily",
            "adjustment_override",
            "adjustment_pending",
            "price_sessions",
            "price_source_proof",
            "market_closure",
        ),
    ),
    ("종목", "Stocks", ("stocks", "stock_history", "fdr_stock_listing")),
    ("ETF와 지수", "ETFs and indices", ("etfs", "etf_price_daily", "index_listing", "index_price_daily")),
    (
        "재무제표와 공시",
        "Statements and filings",
        (
            "financial_statement",
            "financial_report",
            "financial_twelve_months",
            "statement_quarter",
            "statement_ttm",
            "financial_restated",
            "adopted_statement",
            "dividend_history",
            "corporate_actions",
            "dart_company",
            "dart_filing",
            "dart_answer",
        ),
    ),
    (
        "점수",
        "The score",
        (
            "compass_score_history",
            "compass_score_earlier",
            "compass_score_component",
            "compass_score_run",
            "compass_score_track",
        ),
    ),
    ("채권", "Bonds", ("bonds",)),
    (
        "금융상품",
        "Financial products",
        (
            "deposit_products",
            "deposit_rate_options",
            "savings_products",
            "savings_rate_options",
            "annuity_savings_products",
            "annuity_savings_options",
            "mortgage_loan_products",
            "mortgage_loan_options",
            "rent_house_loan_products",
            "rent_house_loan_options",
            "credit_loan_products",
            "credit_loan_options",
            "product_rate_history",
        ),
    ),
    (
        "미국",
        "US data",
        ("alpha_vantage_stocks", "alpha_vantage_etfs", "alpha_vantage_financials", "alpha_vantage_timeseries"),
    ),
    ("한 파일로 적은 자료", "Data sets of one file", tuple(one.table.name for one in data_sets.every())),
    (
        "관심 종목과 메일",
        "Watchlist and mail",
        ("watchlist", "watchlist_told_filing", "market_email_log", "saved_screen", "saved_screen_member"),
    ),
    (
        "출처와 실행",
        "Sources and runs",
        (
            "data_source",
            "data_collection_log",
            "data_load_batch",
            "unit_ledger",
            "data_quality_log",
            "upstream_usage",
            "upstream_block",
            "dead_source",
            "foresto_meta",
        ),
    ),
    ("알림과 예약", "Alerts and schedule", ("ops_alert", "alert_delivery", "notify_channel", "scheduled_job")),
)
"""Heading in Korean and English, and its tables and views."""


DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy has no types there


SHORT = {"timestamp without time zone": "timestamp", "float(53)": "double precision"}
"""What PostgreSQL calls some types otherwise."""


class Page(NamedTuple):
    """One language of the dictionary.

    Attributes:
        file: where it stands.
        language: 0 for Korean, 1 for English, as in :data:`GROUPS`.
        head: title and first paragraph.
        view: what a view is called.
        key: before the columns of the primary key.
        fills: before the commands that write the rows.
        reads: before the commands that need them.
        nobody: when there is no such command.
        everybody: when all commands that collect do.
        columns: head of the table of columns.
    """

    file: Path
    language: int
    head: str
    view: str
    key: str
    fills: str
    reads: str
    nobody: str
    everybody: str
    columns: str


KOREAN = Page(
    Path("docs") / "data.ko.md",
    0,
    """# 데이터 사전

데이터베이스의 모든 표와 열입니다. 같은 글이 데이터베이스에도 있습니다(psql에서 `\\d+ stock_price_daily`).
표의 정의에서 프로그램이 만듭니다(`foresto_cli/store/dictionary.py`). 시각은 모두 한국 시각(KST)이고,
모르는 값은 0이 아니라 NULL입니다. 명령은 앞의 `foresto`를 뺀 것입니다.
어느 표나 뷰든 `foresto sql`로 볼 수 있습니다.""",
    "뷰",
    "기본 키",
    "채우는 명령",
    "읽는 명령",
    "없음(SQL로)",
    "자료를 받거나 검증하는 모든 명령",
    "| 열 | 형 | 뜻 |\n|---|---|---|",
)
ENGLISH = Page(
    Path("docs") / "data.md",
    1,
    """# Data dictionary

Every table and column of the database. The same texts in Korean are in the database (`\\d+ stock_price_daily` in psql).
Made from the definitions of the tables (`foresto_cli/store/dictionary.py`). All times are Korean time (KST);
what is not known is NULL, never 0. Commands are without `foresto` before them.
Any table or view is shown by `foresto sql`.""",
    "view",
    "Primary key",
    "Filled by",
    "Read by",
    "none (by SQL)",
    "every command that collects or verifies",
    "| column | type | meaning |\n|---|---|---|",
)


def write(root: Path = Path()) -> None:
    """Write both pages below ``root``."""
    for page in (KOREAN, ENGLISH):
        (root / page.file).write_text(render(page), encoding="utf-8")


def render(page: Page) -> str:
    """Return one page: every group with its tables, every table with its columns."""
    return "\n\n".join([page.head, *_sections(page)]) + "\n"


def described() -> dict[str, Table]:
    """Return every table and view by its name."""
    return {**metadata.tables, **VIEWS.tables}


def _sections(page: Page) -> Iterator[str]:
    tables = described()
    for *headings, names in GROUPS:
        yield f"## {headings[page.language]}"
        for name in names:
            yield from _table(page, tables[name])


def _table(page: Page, table: Table) -> Iterator[str]:
    is_view = table.metadata is VIEWS
    yield f"### {table.name}" + (f" ({page.view})" if is_view else "")
    yield f"{_text(page, table)}."
    key = ", ".join(f"`{column.name}`" for column in table.primary_key)
    facts = [
        *([f"{page.key}: {key}"] if key else []),
        f"{page.fills}: {_commands(page, table.info['fills'])}",
        f"{page.reads}: {_commands(page, table.info['reads'])}",
    ]
    yield "\n".join(f"- {fact}" for fact in facts)
    yield "\n".join([page.columns, *(_row(page, column) for column in table.columns)])


def _text(page: Page, described: Table | Column[object]) -> str:
    return f"{described.info['en']}" if page.language else f"{described.comment}"


def _commands(page: Page, commands: tuple[str, ...]) -> str:
    if commands == ("*",):
        return page.everybody
    return ", ".join(f"`{command}`" for command in commands) or page.nobody


def _row(page: Page, column: Column[object]) -> str:
    kind = column.type.compile(DIALECT).lower()
    kind = SHORT.get(kind, kind)
    meaning = _text(page, column).replace("|", "\\|")
    return f"| `{column.name}` | {kind} | {meaning} |"
