"""Scoring as a job: lock, run record, gates, alerts, one result, one exit code."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import Connection

from foresto_cli import __version__, clock
from foresto_cli.adjustment.apply import settle
from foresto_cli.app import App
from foresto_cli.console import Console
from foresto_cli.errors import NotYet, UsageError, VerificationFailed
from foresto_cli.running import lock, runs, stop
from foresto_cli.running.results import Result, Units, plain_fields
from foresto_cli.score import compute, formula, gates, load, panel, score_reasons, score_rows, score_versions, store
from foresto_cli.score.formula import AXES, AXIS_COLUMNS, AXIS_LABELS
from foresto_cli.score.validation import validation_run as validation
from foresto_cli.store.engine import unit_transaction
from foresto_cli.store.upsert import Counts
from foresto_cli.telling import alerts
from foresto_cli.telling.alerts import Alert

COMMAND, LABEL = "score batch", "Compass Score"
SOME_MISSING = 3
FAILED_SHARE = 0.3
"""Share of stocks without a score for want of data, above which the operator is warned."""
PRICES_ONLY = (
    "DART_API_KEY가 없어 재무·밸류에이션 축이 없고, 축 셋이 있어야 하는 총점과 등급도 없습니다."
    " 기술·리스크 축은 그대로 있습니다: foresto score rank, foresto score rank --axis risk"
)


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a batch runs.

    Attributes:
        as_of: score date; the newest stored session when not given.
        limit: store only so many stocks, the largest first.
        replace: overwrite what is stored of that day.
        force: go on although a gate fires.
        wait: how long to wait for another collecting command.
    """

    as_of: date | None = None
    limit: int | None = None
    replace: bool = False
    force: bool = False
    wait: timedelta = timedelta()


@dataclass(kw_only=True)
class Scored(Result):
    """What a batch came to.

    Attributes:
        score_date: the session that was scored.
        scored, partial, not_scored: stocks by how far they have a score.
        not_scored_because: stocks without one by their first reason.
        grades: stocks by grade.
        kept: the stored scores of that day are of other inputs and were left as they are.
        coverage: by axis, how much of its weight had a value, 0-100, on average of the stocks that can have a score.
        replaced_because: codes of what had changed since the scores that were replaced; those are kept as versions.
    """

    score_date: str
    scored: int
    partial: int
    not_scored: int
    not_scored_because: dict[str, int]
    grades: dict[str, int]
    kept: bool
    coverage: dict[str, float]
    replaced_because: list[str]


def score_batch(app: App, options: Options) -> Scored:
    """Score every stock of one session and store the result; the same data again change nothing.

    Raises:
        Busy: somebody else collects.
        NotYet: there are no prices.
        UsageError: there are none of that day, or ``limit`` is out of range.
        VerificationFailed: a gate fired; nothing was written.
    """
    if options.limit is not None and options.limit < 1:
        raise UsageError("--limit은 1 이상이어야 합니다.")
    with lock.collecting(app, options.wait.total_seconds()), stop.graceful():
        runs.close_abandoned(app.engine, is_shared=app.is_shared)
        with runs.recorded(app.engine, COMMAND, LABEL) as run:
            settle(app.engine, app.calendar)
            started = clock.wall()
            with app.engine.connect() as connection:
                day = score_date(connection, options.as_of)
                inputs = load.inputs(connection, day)
            fired = gates.check(inputs.panel)
            _answer_gates(app, fired, run.run_id, force=options.force)
            scores = compute.scored(inputs, day)
            with unit_transaction(app.engine) as connection:
                facts = score_rows.RunFacts(run.run_id, __version__, started, clock.wall(), [one.code for one in fired])
                written = store.write(connection, scores, inputs, facts, replace=options.replace, limit=options.limit)
            has_key = app.settings.dart_api_key is not None
            result = _result(run, scores, written, has_key=has_key)
            result.alerts = _alert(app, scores, run.run_id, has_key=has_key)
            result.seconds = run.seconds
            run.close(result, None)
    return result


def score_date(connection: Connection, as_of: date | None) -> date:
    """Return the session to be scored: the given one, else the newest stored.

    Raises:
        NotYet: there are no prices.
        UsageError: there are none of that day.
    """
    sessions = panel.sessions_until(connection, as_of or clock.today(), 1)
    if not sessions:
        raise NotYet("저장된 시세가 없어 점수를 매길 수 없습니다. 먼저 foresto prices incremental을 실행하세요.")
    if as_of is not None and sessions[0] != as_of:
        raise UsageError(f"{as_of}의 시세가 없습니다. 가장 가까운 앞 거래일은 {sessions[0]}입니다.")
    return sessions[0]


def _answer_gates(app: App, fired: list[gates.Fired], run_id: int, *, force: bool) -> None:
    if not fired:
        alerts.resolve(app.engine, "score_gate", "compass")
        return
    if force:
        return
    told = "; ".join(f"{one.code} {one.message}" for one in fired)
    alerts.raise_alert(app.engine, Alert("score_gate", "compass", "warning", "점수를 매기지 않음", told), run_id)
    raise VerificationFailed(f"자료가 온전하지 않아 아무것도 쓰지 않았습니다. {told}")


def _result(run: runs.Run, scores: compute.Scores, written: store.Written, *, has_key: bool) -> Scored:
    counts = score_rows.counts(scores)
    tables = {"compass_score_history": written.history, "compass_score_component": written.components}
    if written.stocks:
        tables["stocks"] = Counts(changed=written.stocks)
    rows_written = sum(tables.values(), Counts())
    few = missing_share(scores, has_key=has_key) > FAILED_SHARE
    return Scored(
        COMMAND,
        "partial" if few else "done" if rows_written.added or rows_written.changed else "nothing_to_do",
        SOME_MISSING if few else 0,
        run.run_id,
        units=Units(
            planned=len(scores.tickers),
            done=counts[score_reasons.SCORED] + counts[score_reasons.PARTIAL],
            no_data=counts[score_reasons.NOT_SCORED],
        ),
        rows=rows_written,
        tables=tables,
        notes=list(_notes(scores, written, has_key=has_key)),
        score_date=f"{scores.day}",
        scored=counts[score_reasons.SCORED],
        partial=counts[score_reasons.PARTIAL],
        not_scored=counts[score_reasons.NOT_SCORED],
        not_scored_because=why_not(scores),
        grades={letter: scores.grades.count(letter) for letter in formula.LETTERS},
        kept=written.differs,
        coverage=_coverage(scores),
        replaced_because=list(written.because),
    )


def _notes(scores: compute.Scores, written: store.Written, *, has_key: bool) -> Iterator[str]:
    if written.differs:
        yield (
            f"{scores.day}의 저장된 점수는 지금과 다른 자료로 매긴 것이라 그대로 두었습니다."
            " 바꾸려면 --replace를 붙이세요."
        )
    if written.because:
        told = ", ".join(score_versions.REPLACED[code] for code in written.because)
        yield (
            f"{scores.day}의 점수 {written.history.changed:,}개가 바뀌었습니다({told})."
            " 앞선 점수도 남습니다: foresto score history 종목 --versions"
        )
    if not has_key and missing_share(scores, has_key=True) > FAILED_SHARE:
        yield PRICES_ONLY


def _coverage(scores: compute.Scores) -> dict[str, float]:
    """Return how much of each axis is known, on average of those who do not lack it by their nature."""
    able = np.array([not score_reasons.UNAVOIDABLE.intersection(codes) for codes in scores.reasons], bool)
    return {
        AXIS_COLUMNS[axis]: round(float(scores.axes[axis].coverage[able].mean()), 1) if able.any() else 0.0
        for axis in AXES
    }


def why_not(scores: compute.Scores) -> dict[str, int]:
    """Return the first reason of every stock without a score, with how many have it, the most frequent first."""
    found = Counter(
        codes[0]
        for codes, status in zip(scores.reasons, scores.status, strict=True)
        if status == score_reasons.NOT_SCORED
    )
    return dict(found.most_common())


def missing_share(scores: compute.Scores, *, has_key: bool) -> float:
    """Return the share of stocks that have no score for want of data, not by their nature.

    Without a key of DART (``has_key``) nobody can have the axes of statements: that is the operator's choice, and only
    who lacks an axis of prices too wants data.
    """
    of_prices = np.isnan(scores.axis_scores["T"]) | np.isnan(scores.axis_scores["R"])
    wanting = sum(
        status == score_reasons.NOT_SCORED
        and not score_reasons.UNAVOIDABLE.intersection(codes)
        and (has_key or bool(lacks))
        for codes, status, lacks in zip(scores.reasons, scores.status, of_prices, strict=True)
    )
    return wanting / max(len(scores.tickers), 1)


def _alert(app: App, scores: compute.Scores, run_id: int, *, has_key: bool) -> list[str]:
    share = missing_share(scores, has_key=has_key)
    if share <= FAILED_SHARE:
        alerts.resolve(app.engine, "score_failed", "compass")
        return []
    told = ", ".join(
        f"{score_reasons.REASONS[code]} {count:,}종목" for code, count in list(why_not(scores).items())[:3]
    )
    title = f"점수 없는 종목 {share:.0%}"
    alerts.raise_alert(app.engine, Alert("score_failed", "compass", "warning", title, told), run_id)
    return [title]


def show_batch(console: Console, result: Scored) -> None:
    """Print what a batch came to."""
    console.line(
        f"{result.score_date}: 완전 {result.scored:,} · 일부 {result.partial:,} · 점수 없음 {result.not_scored:,}"
    )
    for code, count in result.not_scored_because.items():
        console.line(f"  {code} {count:,}: {score_reasons.REASONS[code]}")
    if any(result.grades.values()):
        console.line("등급: " + " · ".join(f"{letter} {count:,}" for letter, count in result.grades.items()))
    axes = " · ".join(f"{AXIS_LABELS[axis]} {result.coverage[AXIS_COLUMNS[axis]]:.0f}%" for axis in AXES)
    console.line(f"점수에 쓰는 자료의 확보율(축별 평균): {axes}")
    for note in result.notes:
        console.line(f"· {note}")
    counts = result.tables["compass_score_history"]
    ended = {"done": "매겼습니다", "nothing_to_do": "이미 매긴 그대로입니다", "partial": "자료가 없는 종목이 많습니다"}
    mark, said = "✗" if result.exit_code else "✓", ended[result.outcome]
    if result.kept:
        mark, said = "!", "저장된 점수를 다시 매기지 않았습니다"
    console.strong(
        f"{mark} {said} ({result.seconds:.1f}초)"
        f" · 추가 {counts.added:,} · 변경 {counts.changed:,} · 그대로 {counts.unchanged:,}"
    )


@dataclass(kw_only=True)
class Validated(Result):
    """What the score was worth on past days."""

    found: validation.Validation

    def as_json(self) -> dict[str, object]:
        """Return the ``--json`` object, in which what was found stands beside the other keys."""
        return {name: value for name, value in super().as_json().items() if name != "found"} | plain_fields(self.found)


def validated(app: App, options: validation.Options) -> Validated:
    """Return what the score was worth on past days; nothing is stored but the run.

    Raises:
        UsageError: see :func:`foresto_cli.score.validation.validation_run.validate`.
        VerificationFailed: the score of a past day sees what was known only later.
    """
    with runs.recorded(app.engine, "score validate", "점수 검증") as run:
        with app.console.progress("검증") as advance, app.engine.connect() as connection:
            found = validation.validate(connection, options, advance)
        ahead = any(found.look_ahead.values())
        result = Validated(
            "score validate",
            "failed" if ahead else "done",
            VerificationFailed.exit_code if ahead else 0,
            run.run_id,
            units=Units(planned=len(found.dates), done=len(found.dates)),
            seconds=run.seconds,
            found=found,
        )
        kept = {name: value for name, value in result.as_json().items() if name not in {"results", "components"}}
        run.close(result, None, kept)
    return result
