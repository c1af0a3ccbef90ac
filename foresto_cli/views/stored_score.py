"""A stock's newest score as it is stored, where its own values are still what they would be computed to be.

To compute it anew is to read the whole market. The stock's values follow from its own rows, and those of the other
classes of its company; only where they place it, and its beta, follow from everybody's.
"""

from datetime import date

import numpy as np
from sqlalchemy import Connection, text

from foresto_cli.score import FORMULA_VERSION, compute, explain, formula, load
from foresto_cli.score.explain import Found
from foresto_cli.score.store import LAST_RUN

OF_THE_MARKET = frozenset({"R4"})
"""Values that follow from the rows of others."""
FEWEST = 1
"""Members that a percentile needs here, where it is not looked at."""
CLOSE = 1e-9
CLASSES = text(
    "SELECT ticker FROM compass_score_history WHERE score_date = :day AND formula_version = :version"
    " AND left(ticker, 5) = left(:ticker, 5)"
)
WORDS = text("SELECT compass_summary, compass_commentary FROM stocks WHERE ticker = :ticker AND compass_score = :total")


def current(connection: Connection, ticker: str, day: date) -> tuple[Found, Found | None] | None:
    """Return the explanations stored for ``day`` and for the stored day before it.

    None where nothing is stored by today's formula, or the stock's own values would be others now.
    """
    key = {"day": day, "version": FORMULA_VERSION}
    run = connection.execute(LAST_RUN, key).one_or_none()
    if run is None or run.config_sha256 != formula.sha256():
        return None
    tickers = list(connection.scalars(CLASSES, {**key, "ticker": ticker}))
    if ticker not in tickers:
        return None
    inputs = load.of_stocks(connection, day, tickers)
    if not inputs.panel.days or inputs.panel.days[-1] != day:
        return None
    own = compute.scored(inputs, day, FEWEST)
    place = int(np.searchsorted(own.tickers, ticker))
    basis = explain.basis_of(own, place) | {"reference": run.n_ref}
    found, before = explain.stored(connection, ticker, day, basis)
    if found is None or not _is_same(own, place, found):
        return None
    words = connection.execute(WORDS, {"ticker": ticker, "total": found["total"]}).one_or_none()
    summary, commentary = words or (None, None)
    told = {"summary": summary, "commentary": commentary, "scored_at": f"{run.completed_at:%Y-%m-%d %H:%M}"}
    return found | told, before


def _is_same(own: compute.Scores, place: int, found: Found) -> bool:
    """Say whether the stored values and flags of the stock are what its own rows come to now."""
    template = formula.TEMPLATES[own.universe.template[place]]
    now = {name: float(own.raw[name][place]) for axis in template.values() for name in axis}
    now = {name: value for name, value in now.items() if not np.isnan(value) and name not in OF_THE_MARKET}
    parts = [part for axis in found["axes"] for part in axis["components"] if part["id"] not in OF_THE_MARKET]
    stored = {part["id"]: -np.inf if part["raw"] is None else part["raw"] for part in parts}
    return (
        now.keys() == stored.keys()
        and all(np.isclose(value, stored[name], rtol=CLOSE, atol=0) for name, value in now.items())
        and list(own.flags[place]) == list(found["flags"])
    )
