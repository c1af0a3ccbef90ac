"""The track record: the returns of stocks 21 and 63 sessions after they got a grade.

``score validate`` recomputes past scores to test the formula. The track record uses the scores as they were stored, to
show what somebody who followed them would have earned. One score day a month counts, the last one that was scored in
time (:mod:`foresto_cli.score.given`); stocks are bought at the close of the next session.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.running import lock, runs, stop
from foresto_cli.running.results import Result, Units
from foresto_cli.score import formula, given, panel
from foresto_cli.score.given import Given
from foresto_cli.score.validation.forward import Prices, forward, prices
from foresto_cli.score.validation.measures import BIG_LOSS
from foresto_cli.score.validation.statistics import rank_ic
from foresto_cli.store.engine import unit_transaction
from foresto_cli.store.tables import compass_score_track
from foresto_cli.store.upsert import Row, upsert

COMMAND, LABEL = "score track", "점수 실적"
HORIZONS = (21, 63)
EVERYBODY = "*"
"""The grade of the row about all grades together."""
PERCENT, PLACES = 100, 6
# Old versions of scores are deleted after a while; a month measured while they existed must not lose stocks.
AS_WHOLE = "excluded.unknown <= old.unknown"
LAST = text("SELECT max(trade_date) FROM stock_price_daily")
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Month:
    """One score day with its place in the panel: the row of the day, and the columns of its stocks."""

    given: Given
    row: int
    columns: NDArray[np.int64]


def rows_of(connection: Connection) -> list[Row]:
    """Return the rows of the table without provenance, for every month and every horizon that has passed."""
    wanted = given.days(connection)
    last = connection.scalar(LAST)
    if not wanted or last is None:
        return []
    found = panel.read(connection, min(wanted), last)
    row_of = {day: row for row, day in enumerate(found.days)}
    ripe = [day for day in wanted if day in row_of and row_of[day] + 1 + min(HORIZONS) < len(found.days)]
    known = prices(found) if ripe else None
    rows: list[Row] = []
    for day in ripe:
        month = _placed(found, given.on(connection, day, wanted[day]), row_of[day])
        if known is not None and len(month.columns):
            rows += [row for horizon in HORIZONS for row in _measured(found.days, known, month, horizon)]
    return rows


def _placed(found: panel.Panel, scores: Given, row: int) -> Month:
    """Return the month of ``scores``; stocks without any price are counted as unknown."""
    places = np.searchsorted(found.tickers, scores.tickers)
    places = np.minimum(places, max(len(found.tickers) - 1, 0))
    there = found.tickers[places] == scores.tickers if len(scores.tickers) else np.zeros(0, bool)
    kept = Given(
        day=scores.day,
        tickers=scores.tickers[there],
        totals=scores.totals[there],
        grades=scores.grades[there],
        formula_version=scores.formula_version,
        unknown=scores.unknown + int((~there).sum()),
    )
    return Month(kept, row, places[there])


def _measured(sessions: Sequence[date], known: Prices, month: Month, horizon: int) -> Iterator[Row]:
    for grade in (EVERYBODY, *formula.LETTERS):
        is_everybody = grade == EVERYBODY
        own = np.ones(len(month.columns), bool) if is_everybody else month.given.grades == grade
        chosen = np.zeros(known.price.shape[1], bool)
        chosen[month.columns[own]] = True
        came = forward(known, month.row, horizon, chosen)
        if came is None or not own.any():
            continue
        returns = came.returns[month.columns[own]]
        earned = returns[~np.isnan(returns)]
        yield {
            "score_date": month.given.day,
            "horizon": horizon,
            "grade": grade,
            "formula_version": month.given.formula_version,
            "entry_date": sessions[month.row + 1],
            "exit_date": sessions[month.row + 1 + horizon],
            "given": int(own.sum()),
            "bought": len(earned),
            "untradable": came.untradable,
            "ended": came.ended,
            "mean_return": _percent(earned.mean()) if len(earned) else None,
            "median_return": _percent(np.median(earned)) if len(earned) else None,
            "lost": int((earned < BIG_LOSS).sum()),
            "rank_ic": _plain(rank_ic(month.given.totals, returns)) if is_everybody else None,
            "unknown": month.given.unknown,
        }


def _percent(share: np.floating) -> float:
    return round(PERCENT * float(share), PLACES)


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else round(value, PLACES)


def keep(app: App, wait: timedelta = timedelta()) -> Result:
    """Bring the track record up to date; a second run on the same data changes nothing.

    Raises:
        Busy: another foresto is collecting.
    """
    with lock.collecting(app, wait.total_seconds()), stop.graceful():
        runs.close_abandoned(app.engine, is_shared=app.is_shared)
        with runs.recorded(app.engine, COMMAND, LABEL) as run:
            with app.engine.connect() as connection:
                found = rows_of(connection)
            now = clock.wall()
            provenance: Mapping[str, object] = {"run_id": run.run_id, "created_at": now, "updated_at": now}
            with unit_transaction(app.engine) as connection:
                counts = upsert(connection, compass_score_track, found, dict(provenance), only_over=AS_WHOLE)
            months = len({row["score_date"] for row in found})
            result = Result(
                COMMAND,
                "done" if counts.added or counts.changed else "nothing_to_do",
                run_id=run.run_id,
                units=Units(planned=months, done=months),
                rows=counts,
                tables={compass_score_track.name: counts},
                seconds=run.seconds,
            )
            run.close(result, None)
    return result
