"""What every described data set by trade date has in common: which answers are whole, which rows are possible."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, Table, select

from foresto_cli.calendar import Calendar
from foresto_cli.collecting.described_rows import NUMBERS
from foresto_cli.collecting.loader import Answer, Parsed, Unit
from foresto_cli.collecting.whole_answers import refuse_twice
from foresto_cli.declared import HALF, Daily, key_of, wire_fields
from foresto_cli.errors import BadPayload
from foresto_cli.store.upsert import Row


def believed(described: Daily, rows: list[Row], unit: Unit, usual: int) -> list[Row]:
    """Return the rows that have the needed value.

    Args:
        described: the data set.
        rows: the whole answer.
        unit: of the answer.
        usual: rows of a usual trade date; 0: nobody knows yet.

    Raises:
        BadPayload: one row is there twice, or half of a usual answer is.
    """
    refuse_twice(unit.label, (tuple(row[name] for name in key_of(described.table)) for row in rows))
    # Counted before rows without a value are left out: on a quiet day many have none.
    if len(rows) < HALF * usual:
        raise BadPayload(f"{unit.label}: 평소 {usual:,}행인데 {len(rows):,}행뿐입니다.")
    return [row for row in rows if row[described.needed] is not None]


def refuse_another_day(
    connection: Connection, described: Daily, calendar: Calendar, answer: Answer, parsed: Parsed
) -> None:
    """Refuse the rows of a session beside the one that was asked for, under its date.

    Raises:
        BadPayload: exactly these numbers are stored of that session.
    """
    day = answer.unit.day
    for beside in (calendar.previous(day), calendar.following(day)):
        if _is_stored_under(connection, described, parsed.rows, beside):
            raise BadPayload(f"{answer.unit.label}: {beside}의 자료와 모두 같습니다. 다른 날의 자료가 왔습니다.")


def _is_stored_under(connection: Connection, described: Daily, rows: Sequence[Row], day: date) -> bool:
    """Say whether exactly these numbers are stored of ``day``, though something moved: that does not happen."""
    if not any(row[name] for row in rows for name in _moving(described.table)):
        return False
    columns = list(wire_fields(described.table))
    query = select(*(described.table.c[name] for name in columns)).where(described.table.c.trade_date == day)
    stored = {tuple(row) for row in connection.execute(query)}
    return stored == {tuple(row[name] for name in columns) for row in rows}


def _moving(table: Table) -> list[str]:
    """Return the columns one of which is not 0 when anything happened: what was traded, else what changed, else all."""
    names = set(table.columns.keys())
    traded = sorted(names & {"volume", "trading_value"})
    changed = sorted(name for name in names if name.endswith("_change"))
    return traded or changed or [name for name in wire_fields(table) if isinstance(table.columns[name].type, NUMBERS)]


def impossible_price(row: Row) -> str | None:
    """Say what makes the prices of a row impossible, for the columns it has."""
    close = row.get("close_price")
    if close is not None and close <= 0:
        return "종가가 0 이하입니다"
    low, high = row.get("low_price") or 0, row.get("high_price") or 0
    if close is not None and low and high and not low <= close <= high:
        return "종가가 저가와 고가 밖에 있습니다"
    if any((row.get(name) or 0) < 0 for name in ("volume", "trading_value", "market_cap")):
        return "거래량이나 금액이 음수입니다"
    return None
