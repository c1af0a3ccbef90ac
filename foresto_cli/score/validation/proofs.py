"""What has to hold before a validation means anything: no look-ahead, not survivors only, no luck in the machinery."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import Connection

from foresto_cli.score import load
from foresto_cli.score.compute import Inputs, Scores, scored
from foresto_cli.score.panel import Panel
from foresto_cli.score.validation.sample import TOTAL, Day
from foresto_cli.score.validation.statistics import SEED, rank_ic

DATES = 3
LEAST_LEAVING = 0.005
"""Share of tickers that leave the market in a year; with fewer the prices were collected from today's list."""
YEAR_DAYS = 365.25
SHUFFLES = 5
"""Their middle one has to be within two standard errors: one alone is beyond them once in twenty times."""


def differences(left: Scores, right: Scores) -> list[str]:
    """Return what is not the same, bit for bit, in two computations of one day; nothing is good."""
    if left.tickers.tolist() != right.tickers.tolist():
        return ["tickers"]
    arrays = [
        (
            {f"raw {name}": values for name, values in one.raw.items()}
            | {f"percentile {name}": values for name, values in one.percentiles.items()}
            | {name: getattr(one, name) for name in ("total", "percentile", "ranks")}
        )
        for one in (left, right)
    ]
    found = [name for name, values in arrays[0].items() if values.tobytes() != arrays[1][name].tobytes()]
    found += [name for name in ("status", "reasons", "flags", "grades") if getattr(left, name) != getattr(right, name)]
    return found


def look_ahead(connection: Connection, whole: Inputs, days: Sequence[date]) -> dict[str, list[str]]:
    """Return, for three dates, what a database that ends there scores differently from the whole one."""
    chosen = sorted(random.Random(SEED).sample(list(days), min(DATES, len(days))))  # noqa: S311  # a fixed choice
    return {f"{day}": differences(scored(load.inputs(connection, day), day), scored(whole, day)) for day in chosen}


@dataclass(frozen=True)
class Survivorship:
    """How many tickers stop having rows before the panel ends, and whether that is too few to be all."""

    tickers: int
    gone: int
    share_a_year: float
    suspect: bool


@dataclass(frozen=True)
class Machinery:
    """The mean IC of shuffled scores, what chance allows, and the IC of scores that know the future."""

    shuffled_ic: list[float]
    bound: float | None
    shuffled_is_nothing: bool
    future_ic: float | None


def survivorship(panel: Panel) -> Survivorship:
    """Return how many tickers stop having rows before the panel ends, and whether that is too few to be all."""
    there = ~np.isnan(panel.close)
    last = len(panel.days) - 1 - there[::-1].argmax(axis=0)
    gone = int((last < len(panel.days) - 1).sum())
    years = (panel.days[-1] - panel.days[0]).days / YEAR_DAYS
    share = gone / max(len(panel.tickers), 1) / max(years, 1 / YEAR_DAYS)
    return Survivorship(len(panel.tickers), gone, share, share < LEAST_LEAVING)


def machinery(days: Sequence[Day], horizon: int) -> Machinery:
    """Return what shuffled scores and scores that know the future come to."""
    chance = np.random.default_rng(SEED)
    usable = [day for day in days if horizon in day.returns]
    shuffled = [
        _mean([rank_ic(chance.permutation(day.scores[TOTAL]), day.returns[horizon]) for day in usable])
        for _ in range(SHUFFLES)
    ]
    pairs = sum(int((~np.isnan(day.scores[TOTAL]) & ~np.isnan(day.returns[horizon])).sum()) for day in usable)
    knowing = [rank_ic(day.returns[horizon], day.returns[horizon]) for day in usable]
    bound = 2 / math.sqrt(pairs) if pairs else None
    middle = sorted(abs(value) for value in shuffled)[SHUFFLES // 2] if pairs else None
    return Machinery(
        shuffled if pairs else [],
        bound,
        middle is not None and bound is not None and middle < bound,
        min((value for value in knowing if not math.isnan(value)), default=None),
    )


def _mean(values: Sequence[float]) -> float:
    there = [value for value in values if not math.isnan(value)]
    return sum(there) / len(there) if there else math.nan
