"""The adoption as a whole: look, set aside, make, carry, count again; one transaction."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import bindparam

from foresto_cli import clock
from foresto_cli.adopt import (
    adopt_bonds,
    adopt_history,
    adopt_market,
    adopt_products,
    adopt_reports,
    adopt_us,
    moves,
    predecessor,
)
from foresto_cli.adopt.aside import set_aside, views_above
from foresto_cli.adopt.moves import Move, Moved
from foresto_cli.console import Advance
from foresto_cli.errors import Busy, StoreUnavailable, VerificationFailed
from foresto_cli.store import advisory, beginning, migrate, price_sessions
from foresto_cli.store.fragments import sql

JOB, LABEL, BATCH = "db adopt", "옛 데이터베이스 넘겨받기", "ADOPT"
LOCK_NOT_AVAILABLE, INSUFFICIENT_PRIVILEGE = "55P03", "42501"
"""PostgreSQL's codes (SQLSTATE)."""
PATIENCE = "10s"
"""How long to wait for a table that somebody is using."""
NUMBERED = (("data_collection_log", "id"), ("data_load_batch", "batch_id"))
"""Tables whose numbers go on after the old ones, so that a number means one thing in both."""


@dataclass(frozen=True)
class Report:
    """What the adoption did, or would do.

    Attributes:
        moved: tables that were set aside, and what of them was carried over.
        untouched: tables that foresto has no use for and no name in common with, by name with their rows.
        views: the operator's views that read a table that was set aside, as before.
        time_zone: of the server.
        run_id: in ``data_collection_log``.
    """

    moved: tuple[Moved, ...]
    untouched: Mapping[str, int]
    views: tuple[str, ...]
    time_zone: str
    run_id: int

    def as_json(self) -> dict[str, object]:
        """Return it for ``--json`` and the run's row."""
        return {**asdict(self), "moved": [asdict(one) for one in self.moved], "views": list(self.views)}


def adopt(engine: Engine, *, dry_run: bool, while_connected: bool, advance: Advance) -> Report:
    """Turn the predecessor's database into one of foresto, or do all of it and take it back (``dry_run``).

    Raises:
        UsageError: it is not the predecessor's (:func:`foresto_cli.adopt.predecessor.look`).
        Busy: somebody else is connected, or uses a table.
        StoreUnavailable: the account may not change the tables.
        VerificationFailed: a value was not understood, or a row is missing afterwards; nothing was changed.
    """
    with _explained(), engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
        advisory.await_turn(connection, advisory.MIGRATING)
        found = predecessor.look(connection)
        if not while_connected:
            predecessor.refuse_company(connection)
        report = _adopted(connection, found, advance)
        if dry_run:
            transaction.rollback()
    return report


def _adopted(connection: Connection, found: predecessor.Found, advance: Advance) -> Report:
    quote = connection.dialect.identifier_preparer.quote
    connection.execute(text(f"LOCK TABLE {', '.join(map(quote, found.columns))} IN ACCESS EXCLUSIVE MODE"))
    # Waited for, so somebody may have written meanwhile.
    before = predecessor.count(connection, found.columns)
    renamed = set_aside(connection)
    # A moment with a zone, where the operator made one, becomes what the clock showed in Korea.
    connection.execute(text("SET LOCAL TimeZone = 'Asia/Seoul'"))
    beginning.make(connection, migrate.HEAD)
    migrate.claim(connection, sandbox=False)
    names = {name: renamed.get(name, name) for name in found.columns}
    marks: dict[str, object] = {"now": clock.wall(), "batch": None}
    moved = [_carried(connection, adopt_history.RUNS, names, found, marks)]
    run_id = _opened(connection, names, marks)
    todo = [*adopt_history.MOVES, *adopt_market.MOVES, *adopt_reports.MOVES, *adopt_products.moves(), *adopt_us.MOVES]
    todo = [move for move in todo if move.old in found.columns]
    for number, move in enumerate(todo):
        advance(number, len(todo) + 1, move.old)
        moved.append(_carried(connection, move, names, found, marks))
    price_sessions.recount(connection)
    advance(len(todo), len(todo) + 1, adopt_bonds.OLD)
    if adopt_bonds.OLD in names:
        fits = found.columns[adopt_bonds.OLD] >= adopt_bonds.NEEDED
        moved.append(
            adopt_bonds.carry(connection, names[adopt_bonds.OLD], marks)
            if fits
            else _strange(adopt_bonds.OLD, names, before)
        )
    known = {one.old for one in moved}
    moved += [Moved(name, renamed[name], before[name]) for name in renamed if name in before and name not in known]
    moved = [one for one in moved if one.old in before]
    report = Report(
        tuple(sorted(moved, key=lambda one: one.old)),
        {name: rows for name, rows in before.items() if name not in renamed},
        tuple(views_above(connection, renamed.values())),
        found.time_zone,
        run_id,
    )
    _check(connection, report, before, names)
    _closed(connection, report, marks)
    advance(len(todo) + 1, len(todo) + 1, "")
    return report


def _carried(
    connection: Connection, move: Move, names: Mapping[str, str], found: predecessor.Found, marks: Mapping[str, Any]
) -> Moved:
    columns = found.columns.get(move.old, frozenset())
    if not columns or not move.is_possible(columns):
        return _strange(move.old, names, found.rows)
    return moves.carry(connection, move, names, columns, marks)


def _strange(old: str, names: Mapping[str, str], rows: Mapping[str, int]) -> Moved:
    number = rows.get(old, 0)
    return Moved(old, names.get(old, old), number, stayed={"표의 모양이 다름": number} if number else {})


def _opened(connection: Connection, names: Mapping[str, str], marks: dict[str, object]) -> int:
    for table, column in NUMBERED:
        if table in names:
            sequence = {"sequence": f"{table}_{column}_seq"}
            connection.execute(
                sql(
                    "SELECT setval(CAST(:sequence AS regclass), (SELECT coalesce(max({column}), 0) + 1 FROM {kept}),"
                    " false)",
                    column=column,
                    kept=names[table],
                ),
                sequence,
            )
    run_id: int = connection.execute(
        text(
            "INSERT INTO data_collection_log (job_name, job_label, status, started_at, heartbeat_at, host, process_id)"
            " VALUES (:job, :label, 'done', :now, :now, '-', pg_backend_pid()) RETURNING id"
        ),
        {"job": JOB, "label": LABEL, "now": marks["now"]},
    ).scalar_one()
    marks["batch"] = connection.execute(
        text(
            "INSERT INTO data_load_batch (run_id, batch_type, as_of_date, status, started_at)"
            " VALUES (:run, :type, CAST(:now AS date), 'SUCCESS', :now) RETURNING batch_id"
        ),
        {"run": run_id, "type": BATCH, "now": marks["now"]},
    ).scalar_one()
    return run_id


def _check(connection: Connection, report: Report, before: Mapping[str, int], names: Mapping[str, str]) -> None:
    """Count again: every old row is still there, and is accounted for.

    Raises:
        VerificationFailed: one is not.
    """
    after = predecessor.count(connection, {names[name]: None for name in before})
    for name, rows in before.items():
        if after[names[name]] != rows:
            raise VerificationFailed(f"{name}: {rows:,}행이 {after[names[name]]:,}행이 되었습니다. 되돌렸습니다.")
    for one in report.moved:
        if one.carried + one.doubled + sum(one.stayed.values()) not in {0, one.rows}:
            raise VerificationFailed(f"{one.old}: {one.rows:,}행 가운데 몇 행의 행방을 모릅니다. 되돌렸습니다.")


def _closed(connection: Connection, report: Report, marks: Mapping[str, Any]) -> None:
    carried, total = sum(one.carried for one in report.moved), sum(one.rows for one in report.moved)
    numbers = {"carried": carried, "total": total, "now": clock.wall(), "batch": marks["batch"], "run": report.run_id}
    connection.execute(
        text(
            "UPDATE data_load_batch SET total_records = :total, success_records = :carried,"
            " skipped_records = :total - :carried, completed_at = :now WHERE batch_id = :batch"
        ),
        numbers,
    )
    connection.execute(
        text(
            "UPDATE data_collection_log SET completed_at = :now, heartbeat_at = :now, exit_code = 0,"
            " duration_seconds = extract(epoch FROM CAST(:now AS timestamp) - started_at), detail = :detail"
            " WHERE id = :run"
        ).bindparams(bindparam("detail", type_=JSONB)),
        {**numbers, "detail": report.as_json()},
    )


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state == LOCK_NOT_AVAILABLE:
            raise Busy("누가 표를 쓰고 있어 기다리다 멈췄습니다. 옛 시스템을 멈춘 뒤 다시 하세요.") from None
        reason = str(error.orig).strip().splitlines()[0]
        if state == INSUFFICIENT_PRIVILEGE:
            raise StoreUnavailable(
                f"이 계정으로는 표를 고칠 수 없습니다({reason}). 표의 주인으로 접속하세요."
            ) from None
        raise VerificationFailed(f"넘겨받지 못했고 아무것도 바꾸지 않았습니다: {reason}") from error
