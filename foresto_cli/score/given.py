"""Stored scores as they were when somebody could act on them; nothing is recomputed here.

Of a session's scores, the version counts that was stored at the close of the next session, when a buyer buys. Scores
that were computed later, for the first time or again, do not count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

CLOSE = time(15, 30)
"""Close of the session in which stocks are bought; scores stored until then count."""
DAYS = text(
    "SELECT DISTINCT ON (date_trunc('month', r.score_date)) r.score_date, n.day FROM compass_score_run r"
    " CROSS JOIN LATERAL (SELECT min(p.trade_date) AS day FROM price_sessions p WHERE p.trade_date > r.score_date) n"
    " WHERE r.completed_at <= n.day + CAST(:close AS time)"
    " ORDER BY date_trunc('month', r.score_date), r.score_date DESC"
)
STOOD = text(
    "WITH version AS ("
    " SELECT h.ticker, h.formula_version, h.total_score, h.grade, r.completed_at AS since, NULL AS until"
    " FROM compass_score_history h LEFT JOIN compass_score_run r USING (run_id) WHERE h.score_date = :day"
    " UNION ALL SELECT e.ticker, e.formula_version, e.total_score, e.grade, r.completed_at, e.replaced_at"
    " FROM compass_score_earlier e LEFT JOIN compass_score_run r USING (run_id) WHERE e.score_date = :day"
    "), stood AS ("
    " SELECT DISTINCT ON (ticker) ticker, formula_version, total_score, grade FROM version"
    " WHERE since <= :deadline AND (until IS NULL OR until > :deadline) ORDER BY ticker, formula_version DESC"
    ") SELECT ticker, s.formula_version, s.total_score, s.grade, s.ticker IS NOT NULL AS is_known"
    " FROM (SELECT DISTINCT ticker FROM version) v LEFT JOIN stood s USING (ticker) ORDER BY ticker"
)


@dataclass(frozen=True)
class Given:
    """The scores of one session as they were at the deadline.

    Attributes:
        day: of the scores.
        tickers: stocks with a total, ascending.
        totals: of ``tickers``, in the same order.
        grades: of ``tickers``, in the same order.
        formula_version: the newest version among the scores.
        unknown: stocks of that day whose score at the deadline is not stored any more.
    """

    day: date
    tickers: NDArray[np.str_]
    totals: NDArray[np.float64]
    grades: NDArray[np.str_]
    formula_version: str
    unknown: int


def days(connection: Connection) -> Mapping[date, date]:
    """Return, for each month, its last session that was scored in time and the session after it."""
    return {row.score_date: row.day for row in connection.execute(DAYS, {"close": CLOSE})}


def on(connection: Connection, day: date, bought: date) -> Given:
    """Return the scores of ``day`` as they were at the close of ``bought``."""
    found = connection.execute(STOOD, {"day": day, "deadline": datetime.combine(bought, CLOSE)}).all()
    scored = [row for row in found if row.total_score is not None]
    return Given(
        day=day,
        tickers=np.array([row.ticker for row in scored], np.str_),
        totals=np.array([float(row.total_score) for row in scored], np.float64),
        grades=np.array([row.grade for row in scored], np.str_),
        formula_version=max((row.formula_version for row in scored), default=""),
        unknown=sum(not row.is_known for row in found),
    )
