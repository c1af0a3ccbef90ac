"""The best scores of the newest scored day, for the terminal, the mail and the page alike.

Designated stocks, stocks that do not trade and stocks about to leave the market are left out unless asked for: a score
does not know of a designation. Whoever is left out is counted.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from foresto_cli.datasets.listed import designations
from foresto_cli.store.fragments import Fragment, sql

SUSPENDED, LEAVING = "거래정지", "정리매매·상장폐지"
NEWEST = text(
    "SELECT score_date, formula_version FROM compass_score_history"
    " ORDER BY score_date DESC, formula_version DESC LIMIT 1"
)
RANKED = sql(
    "SELECT h.ticker, coalesce(s.name, p.name) AS name, coalesce(p.market, s.market) AS market, s.sector,"
    " h.total_score, h.grade, h.rank, h.financial_score, h.valuation_score, h.technical_score, h.risk_score,"
    " h.financial_coverage, h.valuation_coverage, h.technical_coverage, h.risk_coverage,"
    # KONEX has stocks that nobody trades for a day: that is no suspension.
    " (coalesce(p.is_halted, false) AND coalesce(p.market, s.market) <> 'KONEX') OR 'SUSPENDED' = ANY(h.reasons)"
    " AS is_suspended, NOT coalesce(s.is_active, true) OR 'LIQUIDATION' = ANY(h.reasons) AS is_leaving"
    " FROM compass_score_history h LEFT JOIN stocks s USING (ticker)"
    " LEFT JOIN stock_price_daily p ON p.ticker = h.ticker AND p.trade_date = h.score_date"
    " WHERE h.score_date = :day AND h.formula_version = :version AND {axis} IS NOT NULL"
    # Where nobody has a total, as without statements, the axes of prices are what there is.
    " AND (h.total_score IS NOT NULL OR NOT EXISTS (SELECT 1 FROM compass_score_history o"
    " WHERE o.score_date = :day AND o.formula_version = :version AND o.total_score IS NOT NULL))"
    " AND (CAST(:market AS text) IS NULL OR coalesce(p.market, s.market) = :market)"
    " AND (CAST(:sector AS text) IS NULL OR s.sector = :sector)"
    " ORDER BY {axis} DESC, h.rank, h.ticker",
    axis=Fragment(
        "CASE :axis WHEN 'financial' THEN h.financial_score WHEN 'valuation' THEN h.valuation_score"
        " WHEN 'technical' THEN h.technical_score WHEN 'risk' THEN h.risk_score ELSE h.total_score END"
    ),
)
THERE = text(
    "SELECT count(total_score) AS total, count(financial_score) AS financial, count(valuation_score) AS valuation,"
    " count(technical_score) AS technical, count(risk_score) AS risk FROM compass_score_history"
    " WHERE score_date = :day AND formula_version = :version"
)


TOTALS = text(
    "SELECT ticker, total_score FROM compass_score_history WHERE score_date = :day AND ticker = ANY(:tickers)"
    " AND total_score IS NOT NULL AND formula_version = (SELECT formula_version FROM compass_score_history"
    " ORDER BY score_date DESC, formula_version DESC LIMIT 1)"
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which scores, ordered by what.

    Attributes:
        top: how many.
        market: of this market alone.
        sector: of this sector alone.
        axis: ``total`` or the axis that orders them.
        with_designated: leave nobody out.
    """

    top: int
    market: str | None = None
    sector: str | None = None
    axis: str = "total"
    with_designated: bool = False


@dataclass(frozen=True)
class Top:
    """The best scores of a day.

    Attributes:
        day: of the scores.
        rows: the best, each with its ``designation`` as JSON (None for most) and ``caution``, in a few words why it
            would be left out (None for most).
        left_out: how many were left out, by the reason.
    """

    day: date
    rows: list[dict[str, object]]
    left_out: dict[str, int]

    @property
    def told(self) -> str:
        """Return a sentence about the stocks that were left out; empty when there are none."""
        if not self.left_out:
            return ""
        counts = " · ".join(f"{word} {count:,}" for word, count in self.left_out.items())
        return f"{sum(self.left_out.values()):,}종목을 제외했습니다({counts})."


def axes_there(connection: Connection) -> list[str]:
    """Return those of the total and the axes that any stock has on the newest scored day, the most frequent first."""
    newest = connection.execute(NEWEST).one_or_none()
    if newest is None:
        return []
    given = {"day": newest.score_date, "version": newest.formula_version}
    counts: dict[str, int] = dict(connection.execute(THERE, given).mappings().one())
    return sorted((axis for axis, count in counts.items() if count), key=lambda axis: (axis != "total", -counts[axis]))


def totals(connection: Connection, day: date, tickers: Sequence[str]) -> dict[str, float]:
    """Return the totals of ``tickers`` on ``day`` by the formula of the newest scores, where they have one."""
    found = connection.execute(TOTALS, {"day": day, "tickers": list(tickers)})
    return {row.ticker: float(row.total_score) for row in found}


def change(score: object, earlier: float | None) -> float | None:
    """Return the change of a score since ``earlier``; None when either is unknown."""
    return None if score is None or earlier is None else float(f"{score}") - earlier


def best(connection: Connection, wanted: Wanted) -> Top | None:
    """Return the best of the newest scored day; None when nothing was ever scored."""
    newest = connection.execute(NEWEST).one_or_none()
    if newest is None:
        return None
    given = {"market": wanted.market, "sector": wanted.sector, "axis": wanted.axis}
    rows = connection.execute(RANKED, given | {"day": newest.score_date, "version": newest.formula_version}).mappings()
    marked = designations.as_of(connection, newest.score_date)
    found: list[dict[str, object]] = []
    left_out: Counter[str] = Counter()
    for row in rows:
        designation = marked.get(row["ticker"])
        word = designation.word if designation else LEAVING if row["is_leaving"] else None
        word = word or (SUSPENDED if row["is_suspended"] else None)
        if word and not wanted.with_designated:
            left_out[word] += 1
        elif len(found) < wanted.top:
            caution = f"{designation}" if designation else word
            own = {name: value for name, value in row.items() if name not in {"is_suspended", "is_leaving"}}
            found.append(own | {"designation": designations.plain(designation), "caution": caution})
    return Top(newest.score_date, found, dict(left_out.most_common()))
