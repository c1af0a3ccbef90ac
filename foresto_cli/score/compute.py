"""From what was read to the scores of one day: the whole formula, in its order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from foresto_cli.score import (
    formula,
    mapping,
    marks,
    risk,
    score_reasons,
    scored_dividends,
    scored_fundamentals,
    scored_issuers,
    scored_statements,
    technical,
    universe,
    valuation,
)
from foresto_cli.score.formula import AXES, Axis
from foresto_cli.score.panel import Panel
from foresto_cli.score.scored_dividends import Dividends, Paid
from foresto_cli.score.scored_issuers import Told
from foresto_cli.score.scored_reports import Reports
from foresto_cli.score.scored_statements import Statements
from foresto_cli.score.series import Series, series
from foresto_cli.score.universe import Universe

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Inputs:
    """Everything a score is made of; may reach beyond the score date, of which nothing is used.

    Attributes:
        panel: prices.
        names: day → ticker → name on that day.
        reports: every version of every report.
        dividends: every payment.
    """

    panel: Panel
    names: Mapping[date, Mapping[str, str]]
    reports: Reports
    dividends: Dividends


@dataclass(frozen=True)
class Scores:
    """The scores of one day, one element a stock, nan where there is none.

    Attributes:
        day: the score date.
        tickers: ascending.
        names: on that day.
        series: the price chains.
        universe: classes.
        raw: component → raw value, to ten significant digits.
        percentiles: component → 0-100, better is higher.
        axes: axis → its weighted mean, coverage and weights.
        axis_scores: axis → percentile of the weighted mean.
        total, percentile: the total and its percentile.
        grades: letter or None.
        ranks: 1, 2, …; 0 without a total.
        status: of :mod:`foresto_cli.score.score_reasons`.
        reasons, flags: codes of each stock.
        statements: as known on the day.
        companies: row of the issuer in ``statements``, -1 without one.
        paid: dividends.
        issued: shares of all classes of the issuer.
    """

    day: date
    tickers: NDArray[np.str_]
    names: Sequence[str]
    series: Series
    universe: Universe
    raw: dict[str, Floats]
    percentiles: dict[str, Floats]
    axes: dict[Axis, mapping.AxisResult]
    axis_scores: dict[Axis, Floats]
    total: Floats
    percentile: Floats
    grades: Sequence[str | None]
    ranks: Ints
    status: Sequence[str]
    reasons: Sequence[Sequence[str]]
    flags: Sequence[Sequence[str]]
    statements: Statements
    companies: Ints
    paid: Sequence[Paid]
    issued: Floats

    def contribution(self, axis: Axis, name: str) -> Floats:
        """Return what a component adds to its axis's weighted mean; they add up to it."""
        result = self.axes[axis]
        weighted = result.weights[name] * np.where(result.weights[name] > 0, self.percentiles[name], 0.0)
        return weighted / np.where(result.coverage > 0, result.coverage, 1)


@np.errstate(divide="ignore", invalid="ignore")
def scored(inputs: Inputs, day: date, least: int = formula.MIN_CROSS_SECTION) -> Scores:
    """Return the scores of every stock with a price on ``day``; nothing known later enters.

    Args:
        inputs: what was read.
        day: a session of the panel.
        least: members of the reference universe that a percentile needs.
    """
    panel = inputs.panel.until(day)
    found, known = series(panel), scored_statements.known_on(inputs.reports, day)
    names = inputs.names.get(day, {})
    companies = scored_issuers.companies(found, known)
    mine = scored_issuers.told(known, companies)
    kinds = universe.universe(found, names, mine.is_financial, day)
    pending = valuation.pending_factors(found)
    issued = valuation.issued_shares(found, pending, scored_issuers.names(found, known, companies))
    stocks = list(zip(found.tickers.tolist(), companies.tolist(), strict=True))
    paid = scored_dividends.paid(inputs.dividends, known, stocks, panel.events, day)
    of_companies = scored_fundamentals.of_companies(known, scored_issuers.shares(found, known))
    raw = _raw(found, kinds, mine, of_companies.values)
    raw |= valuation.components(found, issued, np.where(mine.usable, companies, -1), known, mine.is_won)
    raw["V6"] = np.where(mine.usable & ~mine.is_won, np.nan, scored_dividends.yields(paid, found.close[-1]))
    _blank(raw, kinds, mine)
    raw = {name: mapping.rounded(values) for name, values in raw.items()}
    placed = _placed(raw, kinds, least)
    count = len(found.tickers)
    axes = {
        axis: mapping.axis(
            placed,
            mapping.template_weights([template[axis] for template in formula.TEMPLATES], kinds.template),
            count,
        )
        for axis in AXES
    }
    scores = {axis: mapping.percentile(axes[axis].raw, axes[axis].raw[kinds.member], least) for axis in AXES}
    unscored = kinds.suspended | kinds.liquidation | (kinds.kind == universe.SPAC)
    total = np.where(unscored, np.nan, mapping.total(scores, count))
    percentile = mapping.percentile(total, total[kinds.member], least)
    noted = marks.marks(found, kinds, mine, of_companies, axes) | {
        "THIN_CROSS_SECTION": marks.thin(raw, placed, axes, kinds.template),
    }
    noted["LOW_COVERAGE"] |= np.isnan(total) & ~np.any(list(noted.values()), axis=0)
    axes_there = sum(~np.isnan(scores[axis]) for axis in AXES)
    return Scores(
        day=day,
        tickers=found.tickers,
        names=[names.get(str(ticker), "") for ticker in found.tickers],
        series=found,
        universe=kinds,
        raw=raw,
        percentiles=placed,
        axes=axes,
        axis_scores=scores,
        total=total,
        percentile=percentile,
        grades=[mapping.grade(value) for value in percentile.tolist()],
        ranks=mapping.ranks(total, found.market_cap, found.tickers.tolist()),
        status=np.select(
            [np.isnan(total), axes_there < len(AXES)],
            [score_reasons.NOT_SCORED, score_reasons.PARTIAL],
            score_reasons.SCORED,
        ).tolist(),
        reasons=score_reasons.listed(noted, tuple(score_reasons.REASONS)),
        flags=score_reasons.listed(marks.flags(mine, of_companies, pending, paid), tuple(score_reasons.FLAGS)),
        statements=known,
        companies=companies,
        paid=paid,
        issued=issued,
    )


def _raw(found: Series, kinds: Universe, mine: Told, of_companies: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the raw values of F, T and R of each stock."""
    raw = {
        name: np.where(mine.usable, values[mine.companies] if len(values) else np.nan, np.nan)
        for name, values in of_companies.items()
    }
    prices = technical.components(found) | risk.components(found)
    quiet = kinds.suspended | kinds.liquidation
    return raw | {name: np.where(quiet, np.nan, values) for name, values in prices.items()}


def _blank(raw: dict[str, Floats], kinds: Universe, mine: Told) -> None:
    """Take away what a class of security does not have."""
    for name in formula.OF_OTHERS:
        raw[name] = np.where(mine.is_financial, np.nan, raw[name])
    for name, values in raw.items():
        gone = kinds.kind == universe.SPAC
        if name[0] in "FB":
            gone |= kinds.kind == universe.REIT
        if name[0] == "V":
            gone |= mine.is_stale
        raw[name] = np.where(gone, np.nan, values)


def _placed(raw: Mapping[str, Floats], kinds: Universe, least: int) -> dict[str, Floats]:
    """Return the percentile of every component that carries weight."""
    placed = {}
    banks = kinds.member & (kinds.kind == universe.FINANCIAL)
    for name in formula.COMPONENTS:
        values = raw[name]
        reference = values[kinds.member]
        if name in formula.OF_FINANCIALS:
            own = values[banks]
            reference = own if (~np.isnan(own)).sum() >= formula.MIN_CROSS_SECTION else reference
        found = mapping.component_percentile(name, values, reference, least)
        if name in formula.OF_FINANCIALS:
            found = np.where(kinds.template == 1, found, np.nan)
        # A loss over negative equity must not look good: it stays in the ranking of the others and is 0 itself.
        placed[name] = np.where(np.isneginf(values), np.where(np.isnan(found), np.nan, 0.0), found)
    return placed
