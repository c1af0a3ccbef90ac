"""What is in a database that should be adopted, and whether it may be."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from foresto_cli.errors import Busy, UsageError
from foresto_cli.store.fragments import count_rows

MARKS: Mapping[str, frozenset[str]] = {
    "data_source": frozenset({"source_id", "source_name"}),
    "stocks": frozenset({"ticker", "name", "current_price"}),
    "stock_price_daily": frozenset({"price_id", "ticker", "trade_date", "close_price", "source_id"}),
}
"""Tables and columns by which the predecessor is known; foresto's own prices have no ``price_id``."""

COLUMNS = text(
    "SELECT c.relname AS name, array_agg(a.attname::text) AS columns FROM pg_class c"
    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition"
    " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"
    " GROUP BY c.relname ORDER BY c.relname"
)
OTHERS = text(
    "SELECT coalesce(nullif(application_name, ''), '이름 없는 프로그램') AS name FROM pg_stat_activity"
    " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY 1"
)


@dataclass(frozen=True)
class Found:
    """A predecessor's database as it stands.

    Attributes:
        columns: columns of every table.
        rows: how many rows each has.
        time_zone: of the server: what "now" columns were written in, as far as anybody can tell.
    """

    columns: Mapping[str, frozenset[str]]
    rows: Mapping[str, int]
    time_zone: str


def look(connection: Connection) -> Found:
    """Count everything in a predecessor's database.

    Raises:
        UsageError: it is foresto's already, the sandbox's, empty, or somebody else's.
    """
    columns = {row.name: frozenset(row.columns) for row in connection.execute(COLUMNS)}
    _refuse_ours(connection, columns)
    missing = [name for name, marks in MARKS.items() if not marks <= columns.get(name, frozenset())]
    if not columns:
        raise UsageError("빈 데이터베이스입니다. 넘겨받을 것이 없습니다. foresto db upgrade가 표를 만듭니다.")
    if missing:
        raise UsageError(
            f"옛 시스템의 데이터베이스가 아닙니다({', '.join(missing)} 표가 없거나 모양이 다릅니다)."
            " DATABASE_URL이 가리키는 곳을 확인하세요."
        )
    return Found(columns, count(connection, columns), connection.execute(text("SHOW TimeZone")).scalar_one())


def count(connection: Connection, names: Mapping[str, object]) -> dict[str, int]:
    """Return the number of rows of each table."""
    return {name: count_rows(connection, name) for name in names}


def refuse_company(connection: Connection) -> None:
    """Let pass when nobody else is connected.

    Raises:
        Busy: somebody is; the message names the programs.
    """
    others = connection.scalars(OTHERS).all()
    if others:
        raise Busy(
            f"다른 접속이 {len(others)}개 있습니다({', '.join(sorted(set(others)))}). 옛 시스템을 멈춘 뒤 다시 하거나,"
            " 그래도 하려면 --while-connected를 쓰세요."
        )


def _refuse_ours(connection: Connection, columns: Mapping[str, object]) -> None:
    if "foresto_meta" not in columns:
        return
    world = connection.scalar(text("SELECT value FROM foresto_meta WHERE key = 'world'"))
    if world == "sandbox":
        raise UsageError("모의 환경(sandbox)의 데이터베이스입니다. 넘겨받지 않습니다.")
    raise UsageError("이미 foresto의 데이터베이스입니다. 할 일이 없습니다.")
