"""Writing scores: an append-only history with its components, the run, and the newest values beside each stock (§7)."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.sql import bindparam

from foresto_cli.score import FORMULA_VERSION, commentary, formula
from foresto_cli.score.compute import Inputs, Scores
from foresto_cli.score.formula import AXES, AXIS_COLUMNS
from foresto_cli.score.panel import PROVISIONAL
from foresto_cli.score.reasons import NOT_SCORED, PARTIAL, SCORED
from foresto_cli.score.reports import day_of
from foresto_cli.store.tables import compass_score_component, compass_score_history, compass_score_run
from foresto_cli.store.upsert import Counts, upsert

PLACES = 6
KEPT_DAYS = timedelta(days=30)
"""Components older than this are kept for the last scored session of their month only."""

LAST_RUN = text(
    "SELECT run_id, inputs_sha256, config_sha256, is_provisional FROM compass_score_run"
    " WHERE score_date = :day AND formula_version = :version ORDER BY run_id DESC LIMIT 1"
)
FORGET = text(
    "DELETE FROM compass_score_component c WHERE c.score_date < :before AND EXISTS ("
    " SELECT 1 FROM compass_score_run r WHERE r.score_date > c.score_date"
    " AND date_trunc('month', r.score_date) = date_trunc('month', c.score_date))"
)
COPIED = ("score", "grade", *(f"{AXIS_COLUMNS[axis]}_score" for axis in AXES), "summary", "commentary")
_SET = ", ".join(f"compass_{name} = v.{name}" for name in COPIED)
_OLD, _NEW = (", ".join(f"{prefix}{name}" for name in COPIED) for prefix in ("s.compass_", "v."))
BESIDE_STOCKS = text(
    "WITH v AS (SELECT s.ticker, v.score, v.grade, v.financial_score, v.valuation_score, v.technical_score,"  # noqa: S608  # our own column names
    " v.risk_score, v.summary, v.commentary FROM stocks s LEFT JOIN jsonb_to_recordset(:rows) AS v (ticker text,"
    " score numeric, grade text, financial_score numeric, valuation_score numeric, technical_score numeric,"
    " risk_score numeric, summary text, commentary text) USING (ticker))"
    f" UPDATE stocks s SET {_SET}, compass_updated_at = CASE WHEN v.score IS NULL THEN NULL"
    " ELSE CAST(:now AS timestamp) END FROM v"
    f" WHERE v.ticker = s.ticker AND ({_OLD}) IS DISTINCT FROM ({_NEW})"
).bindparams(bindparam("rows", type_=JSONB))

Record = dict[str, Any]


@dataclass(frozen=True)
class RunFacts:
    """What is recorded of a run.

    Attributes:
        run_id: number in ``data_collection_log``.
        code_version: of foresto.
        started_at, now: KST wall time.
        gates: what fired and was overruled.
    """

    run_id: int
    code_version: str
    started_at: datetime
    now: datetime
    gates: Sequence[str] = ()


@dataclass(frozen=True)
class Written:
    """What a write came to.

    Attributes:
        history, components: rows added, changed, unchanged.
        stocks: rows of ``stocks`` that changed.
        differs: the stored scores of that day are of other inputs and were left as they are.
    """

    history: Counts
    components: Counts
    stocks: int
    differs: bool = False


def write(  # noqa: PLR0913  # what, where, by whom, and how much of it
    connection: Connection, scores: Scores, inputs: Inputs, run: RunFacts, *, replace: bool, limit: int | None = None
) -> Written:
    """Store the scores of a day in the caller's transaction.

    What is stored stays, unless ``replace`` or the stored run was made of provisional prices. The same inputs again
    change nothing, not even a time.

    Args:
        connection: an open transaction.
        scores: of one day.
        inputs: what they were made of.
        run: who writes.
        replace: overwrite what is stored of that day.
        limit: only so many stocks, the largest first.
    """
    day, fingerprint = scores.day, inputs_sha256(scores)
    key = {"day": day, "version": FORMULA_VERSION}
    last: Row[Any] | None = connection.execute(LAST_RUN, key).one_or_none()
    chosen = _chosen(scores, limit)
    known = set(
        connection.scalars(
            text("SELECT ticker FROM compass_score_history WHERE score_date = :day AND formula_version = :version"), key
        )
    )
    wanted = [str(scores.tickers[place]) for place in chosen]
    is_same = last is not None and (last.inputs_sha256, last.config_sha256) == (fingerprint, formula.sha256())
    if is_same and known.issuperset(wanted):
        unchanged = Counts(unchanged=len(wanted))
        if last is not None and last.is_provisional and not is_provisional(inputs):
            # The prices turned out to be final as they were: from now on only --replace changes these scores.
            connection.execute(insert(compass_score_run).values(_run_row(scores, inputs, run, fingerprint)))
        return Written(unchanged, unchanged, _beside_stocks(connection, scores, run))
    overwrite = replace or last is None or last.is_provisional
    over = "TRUE" if overwrite else "FALSE"
    provenance = {"run_id": run.run_id}
    history = upsert(connection, compass_score_history, history_rows(scores, chosen), provenance, only_over=over)
    details = upsert(connection, compass_score_component, component_rows(scores, chosen), provenance, only_over=over)
    if overwrite and limit is None:
        _drop(connection, key | {"tickers": wanted})
    if history.added or history.changed or details.changed:
        connection.execute(insert(compass_score_run).values(_run_row(scores, inputs, run, fingerprint)))
    differs = not overwrite and not is_same and bool(known)
    stocks = 0 if differs else _beside_stocks(connection, scores, run)
    if _is_newest(connection, day):
        connection.execute(FORGET, {"before": day - KEPT_DAYS})
    return Written(history, details, stocks, differs)


def inputs_sha256(scores: Scores) -> str:
    """Return the fingerprint of everything that percentiles, reasons and stored columns are made of."""
    digest = hashlib.sha256()
    for part in (scores.tickers, scores.universe.kind, scores.universe.member, scores.series.market_cap):
        digest.update(np.ascontiguousarray(part).tobytes())
    for name in sorted(scores.raw):
        digest.update(scores.raw[name].tobytes())
    told = (scores.names, scores.reasons, scores.flags, [one.source for one in scores.paid])
    digest.update(repr(told).encode())
    digest.update(repr([_statement(scores, place) for place in range(len(scores.tickers))]).encode())
    return digest.hexdigest()


def _chosen(scores: Scores, limit: int | None) -> list[int]:
    everyone = range(len(scores.tickers))
    if limit is None:
        return list(everyone)
    caps = np.nan_to_num(scores.series.market_cap, nan=-1.0)
    return sorted(sorted(everyone, key=lambda place: (-caps[place], scores.tickers[place]))[:limit])


def _columns(values: NDArray[np.float64]) -> list[float | None]:
    return [None if value != value else value for value in np.round(values, PLACES).tolist()]  # noqa: PLR0124  # nan


def _statement(scores: Scores, place: int) -> tuple[date | None, date | None, str | None]:
    row = int(scores.companies[place])
    if row < 0 or scores.statements.latest[row] < 0:
        return None, None, None
    known = scores.statements
    return day_of(int(known.period_end[row])), day_of(int(known.rcept_dt[row])), known.rcept_no[row].decode()


def history_rows(scores: Scores, chosen: Sequence[int]) -> list[Record]:
    """Return the rows of ``compass_score_history``."""
    columns: dict[str, Sequence[Any]] = {
        "total_score": _columns(scores.total),
        "total_percentile": _columns(scores.percentile),
    }
    for axis in AXES:
        name = AXIS_COLUMNS[axis]
        columns[f"{name}_score"] = _columns(scores.axis_scores[axis])
        columns[f"{name}_raw"] = _columns(scores.axes[axis].raw)
        columns[f"{name}_coverage"] = _columns(scores.axes[axis].coverage)
    found = []
    for place in chosen:
        period_end, rcept_dt, rcept_no = _statement(scores, place)
        found.append(
            {
                "score_date": scores.day,
                "ticker": str(scores.tickers[place]),
                "formula_version": FORMULA_VERSION,
                **{name: values[place] for name, values in columns.items()},
                "grade": scores.grades[place],
                "rank": int(scores.ranks[place]) or None,
                "status": scores.status[place],
                "reasons": list(scores.reasons[place]),
                "flags": list(scores.flags[place]),
                "price_date": scores.day,
                "fs_period_end": period_end,
                "fs_rcept_dt": rcept_dt,
                "fs_rcept_no": rcept_no,
            }
        )
    return found


def components_of(scores: Scores) -> list[str]:
    """Return ``[id, raw, percentile, weight, contribution]`` of every component with a value as JSON, a text a stock."""
    found: list[list[str]] = [[] for _ in scores.tickers]
    for axis in AXES:
        for name, weights in scores.axes[axis].weights.items():
            columns = (
                scores.raw[name].tolist(),
                np.round(scores.percentiles[name], PLACES).tolist(),
                weights.tolist(),
                np.round(scores.contribution(axis, name), PLACES).tolist(),
            )
            for parts, raw, placed, weight, contribution in zip(found, *columns, strict=True):
                if weight > 0:
                    # -inf is a loss over negative equity: it has a place (0) and no number.
                    told = repr(raw) if math.isfinite(raw) else "null"
                    parts.append(f'["{name}",{told},{placed!r},{weight:.0f},{contribution!r}]')
    return [f"[{','.join(parts)}]" for parts in found]


def component_rows(scores: Scores, chosen: Sequence[int]) -> list[Record]:
    """Return the rows of ``compass_score_component``."""
    every = components_of(scores)
    return [
        {
            "score_date": scores.day,
            "ticker": str(scores.tickers[place]),
            "formula_version": FORMULA_VERSION,
            "components": every[place],
        }
        for place in chosen
    ]


def counts(scores: Scores) -> Mapping[str, int]:
    """Return how many stocks have which status."""
    return {status: scores.status.count(status) for status in (SCORED, PARTIAL, NOT_SCORED)}


def is_provisional(inputs: Inputs) -> bool:
    """Say whether a price of the score date will be read again."""
    return bool((inputs.panel.quality[-1] == PROVISIONAL).any())


def _run_row(scores: Scores, inputs: Inputs, run: RunFacts, fingerprint: str) -> Record:
    found, known = counts(scores), scores.statements
    newest = max((number.decode() for number in known.rcept_no.tolist() if number), default=None)
    return {
        "run_id": run.run_id,
        "score_date": scores.day,
        "formula_version": FORMULA_VERSION,
        "config_sha256": formula.sha256(),
        "code_version": run.code_version,
        "inputs_sha256": fingerprint,
        "started_at": run.started_at,
        "completed_at": run.now,
        "is_provisional": is_provisional(inputs),
        "price_max_date": inputs.panel.days[-1],
        "price_rows": inputs.panel.rows,
        "fs_max_rcept_no": newest,
        "n_universe": len(scores.tickers),
        "n_ref": int(scores.universe.member.sum()),
        "n_scored": found[SCORED],
        "n_partial": found[PARTIAL],
        "n_not_scored": found[NOT_SCORED],
        "dq": {"fired": list(run.gates)},
    }


def _drop(connection: Connection, key: Record) -> None:
    """Take away rows of stocks that have no price of that day any more."""
    for table in ("compass_score_history", "compass_score_component"):
        connection.execute(
            text(
                f"DELETE FROM {table} WHERE score_date = :day AND formula_version = :version"  # noqa: S608  # our own names
                " AND NOT ticker = ANY(:tickers)"
            ),
            key,
        )


def _is_newest(connection: Connection, day: date) -> bool:
    newest = connection.scalar(text("SELECT max(score_date) FROM compass_score_history"))
    return newest is None or bool(newest <= day)


def _beside_stocks(connection: Connection, scores: Scores, run: RunFacts) -> int:
    """Copy the newest values to ``stocks``; null for who has no score. Nothing when newer scores are stored."""
    if not _is_newest(connection, scores.day):
        return 0
    axes = {f"{AXIS_COLUMNS[axis]}_score": _columns(scores.axis_scores[axis]) for axis in AXES}
    totals = _columns(scores.total)
    rows = [
        {
            "ticker": str(scores.tickers[place]),
            "score": totals[place],
            "grade": scores.grades[place],
            **{name: values[place] for name, values in axes.items()},
            "summary": summary,
            "commentary": words,
        }
        for place, summary, words in commentary.written(scores)
    ]
    changed = connection.execute(BESIDE_STOCKS, {"rows": rows, "now": run.now})
    return changed.rowcount
