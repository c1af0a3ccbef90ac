"""What a command came to: outcome, exit code and counts, and the ``--json`` object that is made of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING

from foresto_cli.app import App
from foresto_cli.errors import AuthFailed, Untrusted, exit_code_of
from foresto_cli.store.upsert import Counts
from foresto_cli.upstream.sent import requests_by_upstream

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from foresto_cli.collecting.report import Report

DONE, SOME_FAILED = 0, 3

SKIPPED = "skipped"


@dataclass
class Units:
    """How many of the smallest pieces that an upstream delivers whole were to be had, and what became of them."""

    planned: int = 0
    done: int = 0
    no_data: int = 0
    failed: int = 0
    pending: int = 0

    def __add__(self, other: "Units") -> "Units":
        """Return the sums."""
        return Units(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True)
class PlannedUpstream:
    """What one daily budget would be asked for: requests, logins among them, what today has left, on how many days.

    ``seconds`` is how long that takes at the pace of the upstream.
    """

    requests: int
    left: int
    days: int
    seconds: float = 0.0


@dataclass(frozen=True)
class Plan:
    """What would be asked (``--dry-run``): the labels of the first and the last unit, days of budget, seconds.

    ``upstreams`` has each budget by the name of whose it is. ``is_estimate``: what it hangs on is not stored yet, so
    that these are the numbers of the whole market.
    """

    units: int
    requests: int
    first: str | None
    last: str | None
    budget_days: int
    seconds: float
    upstreams: Mapping[str, PlannedUpstream]
    is_estimate: bool = False


@dataclass(frozen=True)
class Adjusted:
    """How many events of prices were found, and how many rows adjusted for them."""

    events: int
    rows: int


@dataclass
class Result:
    """What everything that loads, scores or verifies came to, and each step of a chain: docs/json.md.

    What only some results have (``plan`` and below, and what a subclass adds) is None where there is nothing of it.
    """

    command: str
    outcome: str = "nothing_to_do"
    exit_code: int = DONE
    run_id: int | None = None
    units: Units = field(default_factory=Units)
    rows: Counts = field(default_factory=Counts)
    tables: dict[str, Counts] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=lambda: {"total": 0})
    seconds: float = 0.0
    sources: dict[str, int] = field(default_factory=dict)
    alerts: list[str] = field(default_factory=list)
    passed_over: dict[str, str] = field(default_factory=dict)
    rejected: list[str] = field(default_factory=list)
    unreadable: int = 0
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    plan: Plan | None = None
    adjusted: Adjusted | None = None
    changes: dict[str, int] | None = None

    @property
    def first_reason(self) -> str | None:
        """Return the first sentence of why something failed or waits, if anything does."""
        return next(iter(self.reasons), None)

    def as_json(self) -> dict[str, object]:
        """Return the ``--json`` object: every promised key, and of the others those that there is something of."""
        found = plain_fields(self)
        return {name: value for name, value in found.items() if value is not None or name == "run_id"}


def plain_fields(record: "DataclassInstance") -> dict[str, object]:
    """Return a record by field, with nothing in it that JSON does not know."""
    return {one.name: _plain(getattr(record, one.name)) for one in fields(record)}


def _plain(value: object) -> object:
    match value:
        case Counts():
            return {"added": value.added, "changed": value.changed, "unchanged": value.unchanged}
        case Mapping():
            return {name: _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case date():
            return str(value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return value.as_json() if isinstance(value, Result) else plain_fields(value)
        case _:
            return value


def summary(command: str, run_id: int | None, reports: "Sequence[Report]") -> Result:
    """Return the result of a collecting command, times and requests aside."""
    outcome, exit_code = judge(reports)
    counts = Counts()
    tables: dict[str, Counts] = {}
    sources: Counter[str] = Counter()
    for report in reports:
        counts += report.rows
        for name, found in report.rows.by_table(report.table).items():
            tables[name] = tables.get(name, Counts()) + found
        sources += report.sources
    problems: dict[str, list[str]] = {}
    for report in reports:
        if report.best_effort:
            continue
        for unit, reason in [*report.failures, *report.pending, *report.short]:
            problems.setdefault(str(reason), []).append(unit.label)
    return Result(
        command,
        outcome,
        exit_code,
        run_id,
        units=Units(
            planned=sum(report.planned for report in reports),
            done=sum(report.done for report in reports),
            no_data=sum(report.no_data for report in reports),
            failed=sum(len(report.failures) for report in reports),
            pending=sum(report.left for report in reports),
        ),
        rows=counts,
        tables=tables,
        sources=dict(sources),
        passed_over={name: str(reason) for report in reports for name, reason in report.passed_over.items()},
        rejected=[row for report in reports for row in report.rejected],
        unreadable=sum(len(report.unreadable) for report in reports),
        reasons=[_named(units, text) for text, units in problems.items()],
    )


def requests_since(app: App, before: dict[str, int]) -> dict[str, int]:
    """Return how many requests were sent since ``before`` was counted, in all and by upstream."""
    now = requests_by_upstream(app.upstream_sessions)
    sent = {name: count - before.get(name, 0) for name, count in now.items()}
    return {"total": sum(sent.values()), **{name: count for name, count in sent.items() if count}}


def _named(units: Sequence[str], reason: str) -> str:
    if reason.startswith(units[0]):
        return reason
    others = f" 외 {len(units) - 1:,}건" if len(units) > 1 else ""
    return f"{units[0]}{others}: {reason}"


def judge(reports: "Sequence[Report]") -> tuple[str, int]:
    """Return (outcome word, exit code) of a collection (docs/design.md, Errors).

    A stop (key, line, block, quota) counts more than failed units, those more than units that have no numbers yet.
    Where somebody was asked, only what the asked said makes a success partial: what is derived beside it always goes
    well.
    """
    interrupted = next((report.interrupted for report in reports if report.interrupted), None)
    if interrupted is not None:
        return interrupted.outcome, exit_code_of(interrupted)
    reports = [report for report in reports if not report.best_effort]
    pending = [reason for report in reports for _, reason in report.pending]
    refused = next((reason for reason in pending if isinstance(reason, AuthFailed | Untrusted)), None)
    stop_reason = refused or next((reason for reason in pending if reason.outcome != "failed"), None)
    if stop_reason is not None:
        return stop_reason.outcome, stop_reason.exit_code
    failures = [reason for report in reports for _, reason in report.failures]
    asked = [report for report in reports if report.asks and report.planned]
    good = sum(report.done + report.no_data for report in asked or reports)
    if failures:
        return ("partial", SOME_FAILED) if good else ("failed", failures[0].exit_code)
    if pending:
        return ("partial" if good else "failed"), pending[0].exit_code
    if any(report.short for report in reports):
        return "partial", SOME_FAILED
    return ("done" if good else "nothing_to_do"), DONE
