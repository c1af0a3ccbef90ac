"""Every data set under every fault at its first, middle and last question, through the real code, one rule for all.

The rule needs no table of what ought to happen. The run with the fault must end in one of our own errors and tell no
key; nothing may be in the ledger as "no data" that is there; and **the next run must make everything as if nothing had
ever gone wrong**. What was stored as "no data", or in part as done, is not asked for again and would be missing then.

``FORESTO_MATRIX=FOLDER pytest tests/campaign/test_matrix.py`` runs every cell and writes the table there;
``FORESTO_MATRIX_ONLY='bonds;listing'`` does it in pieces, ``FORESTO_MATRIX_KINDS='nul;redos'`` with some kinds.
Without it a seed (``FORESTO_MATRIX_SEED``) picks a few.
"""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from campaign.cells import Cell, Question, State, Struck, question_of
from campaign.datasets import KRX, DataSet
from support import EVENING

from foresto_cli.errors import ForestoError, exit_code_of
from foresto_cli.running.results import Result
from foresto_cli.sandbox import poison
from foresto_cli.sandbox.damaged_rows import ROW_DAMAGE
from foresto_cli.sandbox.fault_kinds import LOGIN_KINDS
from foresto_cli.sandbox.faults import Fault, parse
from foresto_cli.settings import SANDBOX_KEYS
from foresto_cli.store.tables import metadata

SLOW = {"timeout", "drip"}
ONCE = {"huge", *poison.COSTLY, *LOGIN_KINDS}
"""Kinds that take long, or strike the login whatever the question."""
OWN_NOTHING = {"dart013", "dart014"}
"""The upstream's own word for "there is none": an answer, and believed where it is possible."""
NOTICED = {"empty_list", "missing_field", "renamed_field"}
"""Kinds of damaged rows that leave an answer with less than it had."""
BELIEVABLE = {*ROW_DAMAGE, *poison.KINDS, "encoding", "stale"} - NOTICED
"""Kinds that leave a well-formed answer with something else in it, which nobody can tell in every field."""
HANGS_ON = 20
"""A product that is left out takes its options and rates along: so many rows at most."""
OPERATIONS = {
    "foresto_meta", "data_source", "data_load_batch", "data_collection_log", "data_quality_log", "unit_ledger",
    "upstream_usage", "upstream_block", "ops_alert", "alert_delivery", "notify_channel", "scheduled_job",
    "dart_answer",
}  # fmt: skip
"""Tables about runs, not about the market; of the answers of DART that are kept only the reading counts."""


class Bench:
    """One data set, loaded without faults once, ready to be loaded again and again from the same beginning."""

    def __init__(self, open_world, data_set: DataSet) -> None:
        """Remember how to open the application; nothing is asked yet."""
        self._open, self._set = open_world, data_set
        self.questions: list[Question] = []
        self._next: dict[tuple, State] = {}

    def cells(self, kinds: Iterable[str], pick: Callable[[list[str]], list[str]]) -> Iterator[Cell]:
        """Yield what becomes of each kind at those places that ``pick`` takes, in one sandbox that all share."""
        given = self._set
        if given.older:
            with self._open(EVENING - timedelta(days=given.older), without=given.without, patience=1) as world:
                self._prepare(world)
                given.load(world.app)
        with self._open(without=given.without, patience=1) as world:
            self._prepare(world)
            self._columns = _columns(world)
            self._filled = _saved(world)
            self._start = self._state(world)
            self._clean_run(world)
            for kind in kinds:
                for place in ["first"] if kind in ONCE else pick(list(self.places)):
                    yield self._cell(world, kind, place)

    @property
    def places(self) -> dict[str, Question]:
        """Return the questions to strike: first, middle and last, as far as there are so many."""
        found = self.questions
        picked = {"first": found[0], "middle": found[len(found) // 2], "last": found[-1]}
        return {name: one for name, one in picked.items() if name == "first" or one != found[0]
                if name != "middle" or one != found[-1]}  # fmt: skip

    def _prepare(self, world) -> None:
        for step in self._set.before:
            step(world.app)
        if self._set.few:
            world.execute(
                "DELETE FROM fdr_stock_listing WHERE ticker NOT IN (SELECT ticker FROM fdr_stock_listing"
                " WHERE is_listed AND right(ticker, 1) = '0' ORDER BY marcap DESC LIMIT :few)", few=self._set.few,
            )  # fmt: skip
        world.sandbox.faults._given.extend(parse(self._set.dead))

    def _clean_run(self, world) -> None:
        asked = len(world.sandbox.requests)
        result = self._set.load(_renewed(world, 1))
        self.clean = self._state(world)
        questions = (question_of(one) for one in world.sandbox.requests[asked:] if one.host == self._set.host)
        part = re.compile(self._set.part)
        told = (one for one in questions if any(part.search(text) for text in (one.path, *dict(one.fields).values())))
        self.questions = list(dict.fromkeys(told))
        if not self.questions or self.clean.rows == self._start.rows:
            raise AssertionError(f"the clean run asks or stores nothing: {result}")
        self._again(world)
        self._set.load(_renewed(world, 1))
        if self._state(world) != self.clean:
            raise AssertionError("two clean runs differ")
        # What the first run stored may be news for the second: who turned out to report of another period.
        self._set.load(_renewed(world, 1))
        self._later = self._state(world)

    def _cell(self, world, kind: str, place: str) -> Cell:
        cell = Cell(kind, place)
        self._again(world)
        host = KRX if kind in LOGIN_KINDS else self._set.host
        fault = Fault(kind, host) if kind in LOGIN_KINDS else Struck(kind, host, question=self.places[place])
        world.sandbox.faults._given.insert(0, fault)
        result = Result("")
        try:
            result = self._set.load(_renewed(world, 0.005 if kind in SLOW else 0.5))
            cell.exit_code, cell.outcome = result.exit_code, result.outcome
        except ForestoError as error:
            cell.exit_code, cell.outcome = exit_code_of(error), type(error).__name__
        except Exception as error:  # noqa: BLE001  # what the campaign looks for
            cell.wrong.append(f"{type(error).__name__}: {error}"[:200])
        after = self._state(world)
        cell.alerts = [row[0] for row in world.rows("SELECT DISTINCT alert_type FROM ops_alert ORDER BY 1")]
        cell.before, cell.after = self._start.rows.total(), after.rows.total()
        cell.ledger = self._ledger(after)
        cell.wrong += self._hidden(after, kind)
        cell.wrong += _told(world, result)
        if cell.exit_code == 70:
            cell.wrong.append("exit code 70")

        world.sandbox.faults._given.remove(fault) if fault in world.sandbox.faults._given else None
        cell.left_out = len(result.rejected)
        self._compare(cell, self._next_run(world, after))
        return cell

    def _next_run(self, world, after: State) -> State:
        """Return the state after a further run without the fault; from the same state it is made once."""
        known = (frozenset(after.rows.items()), frozenset(after.units.items()))
        if known not in self._next:
            for table in ("upstream_block", "upstream_usage", "dead_source"):
                world.execute(f"DELETE FROM {table}")
            self._set.load(_renewed(world, 1))
            self._next[known] = self._state(world)
        return self._next[known]

    def _ledger(self, state: State) -> Counter:
        units = state.units
        found = Counter(units.values())
        if pending := len(self.clean.units.keys() - units.keys()):
            found["pending"] = pending
        return found

    def _hidden(self, after: State, kind: str) -> Iterator[str]:
        """Yield what was stored as "no data" though there is some."""
        for unit, status in after.units.items():
            if status == "no_data" and self.clean.units.get(unit) != "no_data" and kind not in OWN_NOTHING:
                yield f"{unit} became no data"

    def _compare(self, cell: Cell, final: State) -> None:
        """Hold the state after a further run against the clean one: what the clean runs agree on, and nothing else."""
        once, twice = self.clean.rows, self._later.rows
        missing, other = (once & twice) - final.rows, final.rows - (once | twice)
        lost = missing.total() - other.total()
        if cell.kind in OWN_NOTHING or not (missing or other):
            return
        if cell.kind in BELIEVABLE and lost <= cell.left_out * HANGS_ON:
            cell.believed = 0 if cell.left_out else other.total()
            return
        cell.wrong.append(f"after the next run {missing.total()} rows are missing and {other.total()} are others")

    def _again(self, world) -> None:
        """Go back to the beginning."""
        filled = self._filled
        with world.app.engine.begin() as connection:
            connection.exec_driver_sql(";".join(f"DELETE FROM {table}" for table in metadata.tables))
            connection.exec_driver_sql(";".join(f"INSERT INTO {t} SELECT * FROM saved.{t}" for t in filled))
        for file in world.app.folders.payloads.glob("*"):
            file.unlink()

    def _state(self, world) -> State:
        each = (f"SELECT '{table}', md5(ROW({columns})::text), count(*) FROM {table} GROUP BY 2"
                for table, columns in self._columns.items())  # fmt: skip
        rows = Counter({(table, digest): count for table, digest, count in world.rows(" UNION ALL ".join(each))})
        units = world.rows("SELECT unit, status FROM unit_ledger WHERE dataset = :name", name=self._set.ledger)
        return State(rows, dict(units))


def _renewed(world, patience: float):
    """Return the application as a new process would have it: nothing remembered but the database."""
    app = replace(world.app)
    app._transport = replace(app._transport, haste=0.001, patience=patience)
    return app


def _columns(world) -> dict[str, str]:
    """Return each table of the market with the columns that say something about it: no times, no running numbers."""
    found: dict[str, list[str]] = {}
    for table, column in world.rows(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type NOT LIKE 'timestamp%' AND column_name <> 'batch_id' AND column_name NOT LIKE '%run_id'"
        " AND coalesce(column_default, '') NOT LIKE 'nextval%' AND is_identity = 'NO' ORDER BY 1, 2"
    ):
        found.setdefault(table, []).append(column)
    return {table: ", ".join(found[table]) for table in metadata.tables if table in found and table not in OPERATIONS}


def _saved(world) -> list[str]:
    """Keep the beginning in a schema of its own, and return which tables have something in them."""
    with world.app.engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA IF EXISTS saved CASCADE; CREATE SCHEMA saved")
        connection.exec_driver_sql(";".join(f"CREATE TABLE saved.{t} AS TABLE {t}" for t in metadata.tables))
    return [table for table in metadata.tables if world.scalar(f"SELECT count(*) FROM {table}")]


def _told(world, result) -> Iterator[str]:
    """Yield where a key was told."""
    places = {
        "result": json.dumps(result.as_json(), default=str),
        "log": str(world.rows("SELECT detail::text, error_message FROM data_collection_log")),
        "ledger": str(world.rows("SELECT reason FROM unit_ledger")),
        "alert": str(world.rows("SELECT a::text FROM ops_alert a")),
        "payload": "".join(file.read_text("utf-8") for file in world.app.folders.payloads.glob("*")),
    }
    for name, key in SANDBOX_KEYS.items():
        yield from (f"{name} in {place}" for place, text in places.items() if key != "sandbox" and key in text)


def timed(cells: Iterator[Cell]) -> tuple[list[Cell], float]:
    """Return all cells and the seconds they took."""
    started = time.perf_counter()
    return list(cells), time.perf_counter() - started
