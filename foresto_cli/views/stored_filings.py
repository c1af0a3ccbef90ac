"""Stored filings for people and programs: of a company, of a type, of a span, the newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli import harmless
from foresto_cli.app import App
from foresto_cli.console import Console
from foresto_cli.datasets.dart import filing_types, filings
from foresto_cli.datasets.listed.names import STOCK, security_of
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.output.give import Form
from foresto_cli.output.rows import Kind
from foresto_cli.views.reading.reading import Field, Reading, given

VIEWER = "https://dart.fss.or.kr/dsaf001/main.do?rcpNo="
FOUND = text(
    "SELECT f.rcept_no, f.rcept_dt, f.ticker, coalesce(f.corp_name, s.name, l.name, f.ticker) AS name, f.filing_type,"
    " f.report_nm, f.flr_nm, f.rm, f.corp_cls, f.created_at FROM dart_filing f LEFT JOIN stocks s USING (ticker)"
    " LEFT JOIN fdr_stock_listing l USING (ticker)"
    " WHERE (CAST(:ticker AS text) IS NULL OR f.ticker = :ticker)"
    " AND (CAST(:types AS text[]) IS NULL OR f.filing_type = ANY(:types))"
    " AND f.rcept_dt BETWEEN :since AND :until ORDER BY f.rcept_dt DESC, f.rcept_no DESC LIMIT :limit"
)
READ = text("SELECT max(asked_at) FROM unit_ledger WHERE dataset = :dataset AND status IN ('done', 'no_data')")

FIELDS = (
    Field("received", "접수일", Kind.DAY),
    Field("ticker", "종목코드"),
    Field("name", "회사"),
    Field("type", "유형"),
    Field("type_code", "유형 코드"),
    Field("report", "보고서"),
    Field("filer", "제출인"),
    Field("remark", "DART의 비고"),
    Field("receipt_number", "DART 접수번호"),
    Field("first_seen", "처음 본 시각(KST)", Kind.MOMENT),
    Field("url", "DART 주소"),
)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What is to be shown.

    Attributes:
        stock: of the company that this ticker or name belongs to.
        kind: of the types that this word means.
        since: received on this day or later.
        until: and on this day or earlier.
        limit: so many.
    """

    stock: str | None = None
    kind: str | None = None
    since: date | None = None
    until: date | None = None
    limit: int = 30


def found(app: App, wanted: Wanted) -> Reading:
    """Return the filings that are wanted, the newest first.

    Raises:
        ConfigError: there is no listing to look in, or no filing was ever asked for.
        UsageError: nobody, or several, by that name; no such type; the end before the start.
    """
    if wanted.since and wanted.until and wanted.until < wanted.since:
        raise UsageError(f"--to {wanted.until}: --from {wanted.since}보다 앞섭니다.")
    types = filing_types.codes_named(wanted.kind) if wanted.kind is not None else None
    with app.engine.connect() as connection:
        stock = None if wanted.stock is None else security_of(connection, wanted.stock, (STOCK,), takes_part=True)
        rows = connection.execute(
            FOUND,
            {
                "ticker": issuer_of(stock.code) if stock else None,
                "types": types,
                "since": wanted.since or date.min,
                "until": wanted.until or date.max,
                "limit": wanted.limit,
            },
        )
        filed = [plain(dict(row)) for row in rows.mappings()]
        nothing = "" if filed else _nothing(connection)
    return Reading(
        title=f"{stock.code} {stock.name} 공시" if stock else "공시", fields=FIELDS, rows=filed, nothing=nothing
    )


def show(console: Console, reading: Reading, form: Form) -> dict[str, object]:
    """Give the filings out: for people two lines each, since DART's address alone is as wide as most of a terminal.

    Raises:
        UsageError: the form cannot be had.
        ConfigError: the file cannot be written.
    """
    if console.as_json or form != Form(everything=form.everything):
        return given(console, reading, form)
    for row in reading.rows:
        console.line(line(row))
        console.line(f"  {row['url']}")
    if not reading.rows:
        console.line(reading.nothing)
    return {"count": len(reading.rows)}


def issuer_of(ticker: str) -> str:
    """Return the ticker under which the company of a share files: that of its common share."""
    return ticker if ticker.endswith("0") else f"{ticker[:5]}0"


def plain(row: Row) -> dict[str, Any]:
    """Return a filing as it is shown: the type's label and DART's address beside what is stored."""
    return {
        "received": row["rcept_dt"],
        "ticker": row["ticker"],
        "name": row["name"],
        "type": filing_types.label_of(row["filing_type"]),
        "type_code": row["filing_type"],
        "report": row["report_nm"],
        "filer": row["flr_nm"],
        "remark": row["rm"],
        "receipt_number": row["rcept_no"],
        "first_seen": row["created_at"],
        "url": f"{VIEWER}{row['rcept_no']}",
    }


def line(row: Row) -> str:
    """Return a filing, as :func:`plain` has it, in one line: day, company, type and report."""
    marked = f"[{row['type']}] " if row["type"] else ""
    return harmless.line(f"{row['received']}  {row['name']}({row['ticker']})  {marked}{row['report']}")


def _nothing(connection: Connection) -> str:
    read = connection.scalar(READ, {"dataset": filings.DATASET.name})
    if read is None:
        raise ConfigError("공시를 아직 받지 않았습니다. 먼저 foresto filings load를 실행하세요.")
    return f"그런 공시가 없습니다(목록은 {read:%Y-%m-%d %H:%M}까지 읽었습니다)."
