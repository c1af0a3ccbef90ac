"""From raw values to percentiles, axes, the total, its grade and its rank."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foresto_cli.score import formula
from foresto_cli.score.formula import Template

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def rounded(values: Floats) -> Floats:
    """Return ``values`` to ten significant digits; nan and the infinities stay."""
    usable = np.isfinite(values) & (values != 0)
    exponent = np.zeros_like(values)
    exponent[usable] = np.floor(np.log10(np.abs(values[usable])))
    digits = formula.SIGNIFICANT_DIGITS - 1 - exponent
    # Powers of ten are exact up to 10^22 only when they are not negative.
    up, down = 10.0 ** np.maximum(digits, 0), 10.0 ** np.maximum(-digits, 0)
    return np.where(usable, np.rint(values * up / down) / up * down, values)


def percentile(values: Floats, reference: Floats, least: int = formula.MIN_CROSS_SECTION) -> Floats:
    """Return the percentile (0-100) of each value among ``reference``: average rank for ties.

    100 x (members below + half of the members equal) / members. For a member that is 100 x (average rank - 0.5) / n.

    Args:
        values: to be placed; nan stays nan.
        reference: raw values of the reference universe; nan members do not count.
        least: members needed; with fewer the result is all nan.
    """
    # -inf is a member without a value worth naming: it stays below all others.
    members = np.sort(rounded(reference[~np.isnan(reference)]))
    if len(members) < max(least, 1):
        return np.full(len(values), np.nan)
    wanted = rounded(values)
    below = np.searchsorted(members, wanted, "left")
    equal = np.searchsorted(members, wanted, "right") - below
    return np.where(np.isnan(values), np.nan, 100 * (below + 0.5 * equal) / len(members))


def component_percentile(name: str, values: Floats, reference: Floats, least: int) -> Floats:
    """Return the percentile of a component in its own direction; an absolute one is its raw value."""
    direction = formula.COMPONENTS[name].direction
    if direction == "absolute":
        return values
    placed = percentile(values, reference, least)
    return 100 - placed if direction == "lower" else placed


class AxisResult(NamedTuple):
    """One axis of many stocks.

    Attributes:
        raw: weighted mean of component percentiles; nan below the minimum of coverage.
        coverage: weight (of 100) that had a value.
        weights: component → weight in force, 0 where it has no value.
    """

    raw: Floats
    coverage: Floats
    weights: Mapping[str, Floats]


def axis(percentiles: Mapping[str, Floats], weights: Sequence[tuple[str, Floats]], count: int) -> AxisResult:
    """Return the weighted mean of the component percentiles that are there.

    Args:
        percentiles: component → percentile, nan where missing.
        weights: (component, weight of each stock) in the order in which sums run.
        count: stocks.
    """
    total, coverage = np.zeros(count), np.zeros(count)
    used: dict[str, Floats] = {}
    for name, weight in weights:
        used[name] = np.where(np.isnan(percentiles[name]), 0.0, weight)
        total += used[name] * np.where(used[name] > 0, percentiles[name], 0.0)
        coverage += used[name]
    enough = coverage >= formula.LEAST_AXIS_COVERAGE
    raw = np.where(enough, total / np.where(enough, coverage, 1), np.nan)
    return AxisResult(raw, coverage, used)


def template_weights(templates: Sequence[Template], kinds: NDArray[np.int64]) -> list[tuple[str, Floats]]:
    """Return (component, weight of each stock) of one axis, given the template number of each stock."""
    names = list(dict.fromkeys(name for template in templates for name in template))
    table = {name: np.array([template.get(name, 0) for template in templates], np.float64) for name in names}
    return [(name, table[name][kinds]) for name in names]


def total(scores: Mapping[formula.Axis, Floats], count: int) -> Floats:
    """Return the weighted mean of the axis scores; nan where more than one axis is missing. Not ranked again."""
    found, weight = np.zeros(count), np.zeros(count)
    for name in formula.AXES:
        there = ~np.isnan(scores[name])
        found += np.where(there, formula.AXIS_WEIGHTS[name] * scores[name], 0.0)
        weight += np.where(there, formula.AXIS_WEIGHTS[name], 0)
    enough = weight >= formula.LEAST_TOTAL_COVERAGE
    return np.where(enough, found / np.where(enough, weight, 1), np.nan)


def grade(percentile_of_total: float) -> str | None:
    """Return the grade of an unrounded percentile; None where there is none."""
    return next((letter for bound, letter in formula.GRADES if percentile_of_total >= bound), None)


def ranks(totals: Floats, market_caps: Floats, tickers: Sequence[str]) -> NDArray[np.int64]:
    """Return 1, 2, … by total, then market cap, both descending, then ticker; 0 without a total."""
    key_cap = np.where(np.isnan(market_caps), -np.inf, market_caps)
    key_total = np.where(np.isnan(totals), -np.inf, totals)
    order = np.lexsort((np.asarray(tickers), -key_cap, -key_total))
    found = np.empty(len(totals), np.int64)
    found[order] = np.arange(1, len(totals) + 1)
    return np.where(np.isnan(totals), 0, found)
