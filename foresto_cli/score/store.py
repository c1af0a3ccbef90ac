"""Writing scores: their history with its components, the run, and the newest values beside each stock."""

import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.sql import bindparam

from foresto_cli.score import FORMULA_VERSION, commentary, formula, score_rows, score_versions
from foresto_cli.score.compute import Inputs, Scores
from foresto_cli.score.formula import AXES, AXIS_COLUMNS
from foresto_cli.store.fragments import fragment, sql
from foresto_cli.store.tables import compass_score_component, compass_score_history, compass_score_run
from foresto_cli.store.upsert import Counts, upsert

KEPT_DAYS = timedelta(days=30)
"""Components older than this are kept for the last scored session of their month only."""

TOLD_BY_A_RUN = (
    "inputs_sha256", "config_sha256", "is_provisional", "price_max_date", "price_rows", "fs_max_rcept_no",
    "n_universe", "n_ref", "n_scored", "n_partial", "n_not_scored",
)  # fmt: skip
"""What a run says of its scores; one that says the same needs no row of its own."""
LAST_RUN = text(
    "SELECT * FROM compass_score_run"
    " WHERE score_date = :day AND formula_version = :version ORDER BY run_id DESC LIMIT 1"
)
FORGET = text(
    "DELETE FROM compass_score_component c WHERE c.score_date < :before AND EXISTS ("
    " SELECT 1 FROM compass_score_run r WHERE r.score_date > c.score_date"
    " AND date_trunc('month', r.score_date) = date_trunc('month', c.score_date))"
)
COPIED = ("score", "grade", *(f"{AXIS_COLUMNS[axis]}_score" for axis in AXES), "summary", "commentary")
BESIDE_STOCKS = sql(
    "WITH v AS (SELECT s.ticker, v.score, v.grade, v.financial_score, v.valuation_score, v.technical_score,"
    " v.risk_score, v.summary, v.commentary FROM stocks s LEFT JOIN jsonb_to_recordset(:rows) AS v (ticker text,"
    " score numeric, grade text, financial_score numeric, valuation_score numeric, technical_score numeric,"
    " risk_score numeric, summary text, commentary text) USING (ticker))"
    " UPDATE stocks s SET {set}, compass_updated_at = CASE WHEN v.score IS NULL THEN NULL"
    " ELSE CAST(:now AS timestamp) END FROM v"
    " WHERE v.ticker = s.ticker AND ({old}) IS DISTINCT FROM ({new})"
    " AND (CAST(:chosen AS text[]) IS NULL OR s.ticker = ANY(:chosen))",
    set=[fragment("compass_{name} = v.{name}", name=name) for name in COPIED],
    old=[f"s.compass_{name}" for name in COPIED],
    new=[f"v.{name}" for name in COPIED],
).bindparams(bindparam("rows", type_=JSONB))

Record = dict[str, object]


@dataclass(frozen=True)
class Written:
    """What a write came to.

    Attributes:
        history, components: rows added, changed, unchanged.
        stocks: rows of ``stocks`` that changed.
        differs: the stored scores of that day are of other inputs and were left as they are.
        because: codes of what had changed since the scores that were replaced; empty where none was.
    """

    history: Counts
    components: Counts
    stocks: int
    differs: bool = False
    because: Sequence[str] = ()


def write(  # noqa: PLR0913  # what, where, by whom, and how much of it
    connection: Connection,
    scores: Scores,
    inputs: Inputs,
    run: score_rows.RunFacts,
    *,
    replace: bool,
    limit: int | None = None,
) -> Written:
    """Store the scores of a day in the caller's transaction.

    What is stored stays, unless ``replace`` or the stored run was made of provisional prices. The same inputs again
    change nothing, not even a time; with ``replace`` they bring back what was lost or became another value. What other
    inputs replace is kept as an earlier version.

    Args:
        connection: an open transaction.
        scores: of one day.
        inputs: what they were made of.
        run: who writes.
        replace: overwrite what is stored of that day.
        limit: only so many stocks, the largest first.
    """
    day, fingerprint = scores.day, score_rows.inputs_sha256(scores)
    key = {"day": day, "version": FORMULA_VERSION}
    last: Row[Any] | None = connection.execute(LAST_RUN, key).one_or_none()
    chosen = _chosen(scores, limit)
    known = set(
        connection.scalars(
            text("SELECT ticker FROM compass_score_history WHERE score_date = :day AND formula_version = :version"), key
        )
    )
    wanted = [str(scores.tickers[place]) for place in chosen]
    only = None if limit is None else wanted
    made = score_rows.run_row(scores, inputs, run, fingerprint)
    is_same = last is not None and (last.inputs_sha256, last.config_sha256) == (fingerprint, formula.sha256())
    if is_same and known.issuperset(wanted) and not replace:
        unchanged = Counts(unchanged=len(wanted))
        if last is not None and last.is_provisional and not score_rows.is_provisional(inputs):
            # The prices turned out to be final as they were: from now on only --replace changes these scores.
            connection.execute(insert(compass_score_run).values(made))
        return Written(unchanged, unchanged, _beside_stocks(connection, scores, run, only))
    overwrite = replace or last is None or last.is_provisional
    over = "TRUE" if overwrite else "FALSE"
    parts = score_rows.component_rows(scores, chosen)
    tables = ((compass_score_history, score_rows.history_rows(scores, chosen)), (compass_score_component, parts))
    # The same inputs give the same scores: what differs then was damaged, and is no version.
    is_other = overwrite and known and not is_same
    because = _because(connection, key, parts, last) if last is not None and is_other else []
    with score_versions.kept(connection, key, run, because) if because else nullcontext():
        history, details = (
            upsert(connection, table, found, {"run_id": run.run_id}, only_over=over, scope={"score_date": day})
            for table, found in tables
        )
        if overwrite and limit is None:
            _drop(connection, key | {"tickers": wanted})
    is_told = last is not None and all(getattr(last, name) == made[name] for name in TOLD_BY_A_RUN)
    if history.added or history.changed or details.changed or (overwrite and not is_told):
        connection.execute(insert(compass_score_run).values(made))
    differs = not overwrite and not is_same and bool(known)
    stocks = 0 if differs else _beside_stocks(connection, scores, run, only)
    if _is_newest(connection, day):
        connection.execute(FORGET, {"before": day - KEPT_DAYS})
        connection.execute(score_versions.FORGET, {"before": day - score_versions.KEPT_DAYS})
    return Written(history, details, stocks, differs, because if history.changed else [])


def _because(connection: Connection, key: Record, made: Sequence[Record], last: Row[Any]) -> list[str]:
    """Return what differs between the scores that are stored of a day and those ``made`` now."""
    now = {f"{one['ticker']}": {part[0]: part[1] for part in json.loads(f"{one['components']}")} for one in made}
    return score_versions.differences(
        score_versions.raw_stored(connection, key),
        now,
        was_provisional=last.is_provisional,
        is_same_formula=last.config_sha256 == formula.sha256(),
    )


def _chosen(scores: Scores, limit: int | None) -> list[int]:
    everyone = range(len(scores.tickers))
    if limit is None:
        return list(everyone)
    caps = np.nan_to_num(scores.series.market_cap, nan=-1.0)
    return sorted(sorted(everyone, key=lambda place: (-caps[place], scores.tickers[place]))[:limit])


def _drop(connection: Connection, key: Record) -> None:
    """Take away rows of stocks that have no price of that day any more."""
    for table in ("compass_score_history", "compass_score_component"):
        connection.execute(
            sql(
                "DELETE FROM {table} WHERE score_date = :day AND formula_version = :version"
                " AND NOT ticker = ANY(:tickers)",
                table=table,
            ),
            key,
        )


def _is_newest(connection: Connection, day: date) -> bool:
    newest = connection.scalar(text("SELECT max(score_date) FROM compass_score_history"))
    return newest is None or bool(newest <= day)


def _beside_stocks(connection: Connection, scores: Scores, run: score_rows.RunFacts, only: list[str] | None) -> int:
    """Copy the newest values to ``stocks``; null for who has no score. Nothing when newer scores are stored.

    Args:
        connection: the caller's transaction.
        scores: of one day.
        run: who writes.
        only: the stocks concerned; None for everybody.
    """
    if not _is_newest(connection, scores.day):
        return 0
    axes = {f"{AXIS_COLUMNS[axis]}_score": score_rows.column(scores.axis_scores[axis]) for axis in AXES}
    totals = score_rows.column(scores.total)
    found = [
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
    changed = connection.execute(BESIDE_STOCKS, {"rows": found, "now": run.now, "chosen": only})
    return changed.rowcount
