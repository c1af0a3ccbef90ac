"""Checks of what is stored: small functions, SQL in, findings out; each names what repairs it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, TextClause, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import bindparam

from foresto_cli import clock
from foresto_cli.calendar import Calendar

Rows = list[dict[str, Any]]

SAMPLE = 5
"""Rows shown with a finding."""

DAY_COLUMNS = ("trade_date", "거래일")
CRITICAL, WARNING, INFO = "critical", "warning", "info"
DAILY, WEEKLY, MONTHLY = "daily", "weekly", "monthly"
"""Verifications; each asks what the one before it asks, and more."""

RETRY = "foresto retry"
"""Asks again for exactly what failed, of whatever data set."""
AGAIN = "foresto retry --again"
"""The same, and for what could not be read twice."""
LONGEST_REPAIR = 150
"""Characters of a command; ``data_quality_log`` holds fifty more, which say why and until when it has to wait."""


@dataclass(frozen=True)
class Scope:
    """What a check looks at.

    Attributes:
        connection: the database.
        calendar: the sessions.
        now: the clock's reading.
        sessions: the newest ended sessions to be looked at, oldest first.
        due: the session that everything must have reached by now; the last of ``sessions``, or the one before it while
            jobs of the timetable are still at it.
        has_dart: there is a key for statements; to have none is the operator's choice.
    """

    connection: Connection
    calendar: Calendar
    now: datetime
    sessions: Sequence[date]
    due: date
    has_dart: bool = True
    _found: dict["Find", Rows] = field(default_factory=dict, compare=False)

    def once(self, find: "Find") -> Rows:
        """Return what ``find`` finds; several checks that use one pass over a table ask for it only once."""
        if find not in self._found:
            self._found[find] = find(self)
        return self._found[find]

    @property
    def last(self) -> date:
        """Return the newest ended session."""
        return self.sessions[-1]

    def rows(self, statement: TextClause, **parameters: object) -> Rows:
        """Return the rows of a query as mappings."""
        return [dict(row) for row in self.connection.execute(statement, parameters).mappings()]


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        check: id of the check.
        name: what the check is called.
        severity: ``critical``, ``warning``, or ``info``, which is settled and only counted.
        table: where.
        found: how many rows, days or units are concerned.
        sample: a few of them.
        expected: what should hold.
        repair: the command that mends it.
        days: the trade dates concerned.
        units: what would have to be asked for again, or made again, by data set; empty when a person has to decide.
    """

    check: str
    name: str
    severity: str
    table: str
    found: int
    sample: Rows
    expected: str
    repair: str
    days: list[str]
    units: dict[str, list[str]] = field(default_factory=dict)


Find = Callable[[Scope], Rows]
Repair = str | Callable[[Rows], str]
Units = Mapping[str, Sequence[str]]
"""Units of the ledger by data set.

Of what nobody is asked for: ``SCORE`` names sessions to be scored again; ``ADJUSTMENT`` sessions whose events are to be
looked for again, or stocks whose adjusted closes are to be made again; ``CLOSURE`` days of which a note that they were
closed, or were not, is refuted; ``NO_SESSION`` days on which nobody traded and whose prices therefore are none.
"""
UnitsOf = Callable[[Scope, Rows], Units]
"""Says which units would have to be asked for again to mend what a check found."""
ADJUSTMENT, SCORE, CLOSURE, NO_SESSION = "adjustment", "score", "closure", "no_session"
RECORD = "record"
"""Records of foresto itself that ``telling.tidying`` puts right."""
HERE = (RECORD, CLOSURE, NO_SESSION, ADJUSTMENT, SCORE)
"""What ``--repair`` does by itself, without asking anybody."""


@dataclass(frozen=True)
class Check:
    """One question to the stored data.

    Attributes:
        name: id, used in ``data_quality_log.rule_id``.
        label: what the operator calls it.
        severity: of a finding.
        table: what it looks at.
        expected: what should hold, in one sentence.
        repair: the command that mends a finding; what finds it out where that depends on the rows.
        find: returns the rows that contradict; none is good.
        level: the first verification that asks it: daily, weekly or monthly.
        units: which units ``--repair`` asks for again; None: asking again does not mend it.
    """

    name: str
    label: str
    severity: str
    table: str
    expected: str
    repair: Repair
    find: Find
    level: str = DAILY
    units: UnitsOf | None = None


DECLARED: dict[str, Check] = {}
"""Every check of the modules imported so far, by name."""


def check(  # noqa: PLR0913, PLR0917  # what a check is
    name: str,
    label: str,
    severity: str,
    table: str,
    expected: str,
    repair: Repair = "",
    level: str = DAILY,
    units: UnitsOf | None = None,
) -> Callable[[Find], Find]:
    """Declare the function below to be what a check finds; the arguments are those of :class:`Check`.

    Without ``repair`` the hint is ``foresto retry`` with the ``units``.
    """

    def declare(find: Find) -> Find:
        DECLARED[name] = Check(name, label, severity, table, expected, repair, find, level, units)
        return find

    return declare


def run_checks(checks: Sequence[Check], scope: Scope) -> list[Finding]:
    """Ask every question and return the findings, gravest first."""
    findings = []
    for check in checks:
        rows = check.find(scope)
        if rows:
            sample = [_shown(row) for row in rows[:SAMPLE]]
            units = {name: list(keys) for name, keys in check.units(scope, rows).items()} if check.units else {}
            repair = check.repair if isinstance(check.repair, str) else check.repair(rows)
            findings.append(
                Finding(
                    check=check.name,
                    name=check.label,
                    severity=check.severity,
                    table=check.table,
                    found=len(rows),
                    sample=sample,
                    expected=check.expected,
                    repair=repair or asking_again(units),
                    days=sorted({f"{row[name]}" for row in rows for name in DAY_COLUMNS if row.get(name) is not None}),
                    units=units,
                )
            )
    return sorted(findings, key=lambda finding: finding.severity != CRITICAL)


def days_of(dataset: str) -> UnitsOf:
    """Return what names the trade dates of the rows as units of ``dataset``."""

    def units(_scope: Scope, rows: Rows) -> Units:
        return {dataset: sorted({f"{row[name]}" for row in rows for name in DAY_COLUMNS if row.get(name) is not None})}

    return units


def whole(dataset: str, *keys: str) -> UnitsOf:
    """Return what names always the same units of ``dataset``."""

    def units(_scope: Scope, _rows: Rows) -> Units:
        return {dataset: keys}

    return units


def asking_again(units: Units) -> str:
    """Return the command that asks again for ``units``, or ``--repair`` where they are too many for a hint."""
    commands = []
    for dataset, keys in units.items():
        if dataset == SCORE:
            commands += [f"foresto score batch --as-of {day} --replace" for day in keys] or ["foresto score batch"]
        elif dataset not in HERE:
            commands.append(" ".join([f"foresto retry --data {dataset}", *(f"--unit {key}" for key in keys)]))
    told = " && ".join(commands)
    is_short = told and len(told) <= LONGEST_REPAIR and not {*HERE[:-1]} & {*units}
    return told if is_short else "foresto verify monthly --repair"


def record(engine: Engine, run_id: int, findings: Sequence[Finding]) -> None:
    """Write the findings of a run to ``data_quality_log``."""
    statement = text(
        "INSERT INTO data_quality_log (run_id, table_name, rule_id, rule_name, severity, found, sample,"
        " expected_condition, repair, created_at)"
        " VALUES (:run_id, :table, :check, :name, :severity, :found, :sample, :expected, :repair, :now)"
    ).bindparams(bindparam("sample", type_=JSONB))
    with engine.begin() as connection:
        for finding in findings:
            connection.execute(statement, {**finding.__dict__, "run_id": run_id, "now": clock.wall()})


def _shown(row: Mapping[str, object]) -> dict[str, object]:
    """Return what a person reads of a row; flags and lists in it are for :data:`UnitsOf`."""
    return {name: _plain(value) for name, value in row.items() if not isinstance(value, bool | list)}


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int | float | str) else str(value)
