"""Scores as rows: the history, its components, the run, and the fingerprint of what they were made of."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foresto_cli.score import FORMULA_VERSION, formula
from foresto_cli.score.compute import Inputs, Scores
from foresto_cli.score.formula import AXES, AXIS_COLUMNS
from foresto_cli.score.panel import PROVISIONAL
from foresto_cli.score.score_reasons import NOT_SCORED, PARTIAL, SCORED
from foresto_cli.score.scored_reports import day_of

PLACES = 6
"""Decimals of a stored score."""

Record = dict[str, object]


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


def column(values: NDArray[np.float64]) -> list[float | None]:
    """Return values as they are stored: six decimals, None for nan."""
    return [None if math.isnan(value) else value for value in np.round(values, PLACES).tolist()]


def _statement(scores: Scores, place: int) -> tuple[date | None, date | None, str | None]:
    row = int(scores.companies[place])
    if row < 0 or scores.statements.latest[row] < 0:
        return None, None, None
    known = scores.statements
    return day_of(int(known.period_end[row])), day_of(int(known.rcept_dt[row])), known.rcept_no[row].decode()


def history_rows(scores: Scores, chosen: Sequence[int]) -> list[Record]:
    """Return the rows of ``compass_score_history``."""
    columns: dict[str, Sequence[Any]] = {
        "total_score": column(scores.total),
        "total_percentile": column(scores.percentile),
    }
    for axis in AXES:
        name = AXIS_COLUMNS[axis]
        columns[f"{name}_score"] = column(scores.axis_scores[axis])
        columns[f"{name}_raw"] = column(scores.axes[axis].raw)
        columns[f"{name}_coverage"] = column(scores.axes[axis].coverage)
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
    """Return ``[id, raw, percentile, weight, contribution]`` of every component with a value: JSON, a text a stock."""
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


def differences(made: Record, stored: Mapping[str, Any]) -> list[str]:
    """Return the columns of a row as it is made of which another value is stored."""
    return [name for name, value in made.items() if _plain(name, value) != _plain(name, stored[name])]


def _plain(name: str, value: object) -> object:
    if name == "components" and isinstance(value, str):
        return json.loads(value)
    return float(value) if isinstance(value, Decimal) else value


def counts(scores: Scores) -> Mapping[str, int]:
    """Return how many stocks have which status."""
    return {status: scores.status.count(status) for status in (SCORED, PARTIAL, NOT_SCORED)}


def is_provisional(inputs: Inputs) -> bool:
    """Say whether a price of the score date will be read again."""
    return bool((inputs.panel.quality[-1] == PROVISIONAL).any())


def run_row(scores: Scores, inputs: Inputs, run: RunFacts, fingerprint: str) -> Record:
    """Return the row of ``compass_score_run``."""
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
