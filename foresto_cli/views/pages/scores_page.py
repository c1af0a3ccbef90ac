"""점수: the best stocks of the newest scored day, the largest changes, the distribution, and the track record."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli.errors import UsageError
from foresto_cli.score import commentary, formula
from foresto_cli.score.score_reasons import REASONS
from foresto_cli.views import words
from foresto_cli.views.market_mail import mail_facts
from foresto_cli.views.pages import svg, track_page
from foresto_cli.views.pages.page import Asked, Page
from foresto_cli.views.score_card import AXES, UNKNOWING
from foresto_cli.views.top_scores import NEWEST, Top, Wanted, best, change, totals

TOP, MOVERS = 30, 10
BINS = 20
MOST_REASONS = 6
NOTHING = "아직 점수를 매기지 않았습니다."
SPREAD = text(
    "SELECT CASE WHEN total_score IS NOT NULL THEN least(width_bucket(total_score, 0, 100, :bins), :bins) - 1 END"
    " AS bin, grade, count(*) AS stocks,"
    " count(*) FILTER (WHERE status = 'PARTIAL') AS partial FROM compass_score_history"
    " WHERE score_date = :day AND formula_version = :version GROUP BY 1, 2"
)
UNSCORED = text(
    "SELECT reasons[1] AS reason, count(*) AS stocks FROM compass_score_history WHERE score_date = :day"
    " AND formula_version = :version AND status = 'NOT_SCORED' GROUP BY 1 ORDER BY 2 DESC, 1"
)
KNOWN = text(
    "SELECT avg(financial_coverage) AS financial, avg(valuation_coverage) AS valuation,"
    " avg(technical_coverage) AS technical, avg(risk_coverage) AS risk FROM compass_score_history"
    " WHERE score_date = :day AND formula_version = :version AND status <> 'NOT_SCORED'"
)
Row = Mapping[str, Any]


def page(connection: Connection, asked: Asked, _: date) -> Page:
    """Return the scores of the newest day; ``?axis=`` sorts the best stocks by that axis.

    Raises:
        UsageError: there is no such axis.
    """
    axis = asked.get("axis") or "total"
    if axis not in AXES:
        raise UsageError(f"그런 축은 없습니다. {' · '.join(AXES)} 가운데 하나입니다.")
    values: dict[str, object] = {"tracked": track_page.shown(connection), "disclaimer": commentary.DISCLAIMER}
    newest = connection.execute(NEWEST).one_or_none()
    if newest is None:
        return Page("점수", "scores.html", values | {"day": None, "nothing": NOTHING})
    days = mail_facts.score_days(connection)
    given = {"day": newest.score_date, "version": newest.formula_version}
    found = best(connection, Wanted(top=TOP, axis=axis))
    before = days[1] if len(days) > 1 else None
    values |= {
        "day": words.day(newest.score_date),
        "formula": newest.formula_version,
        "before": f"{before:%m-%d}" if before else "",
        "axes": [(name, label, name == axis) for name, label in AXES.items()],
        "top": _top(connection, found, before) if found else [],
        "left_out": found.told if found else "",
        "unknowing": UNKNOWING,
        "movers": _movers(connection, days),
        "spread": _spread([dict(row) for row in connection.execute(SPREAD, given | {"bins": BINS}).mappings()]),
        "unscored": [
            (REASONS.get(row.reason, row.reason or "–"), row.stocks) for row in connection.execute(UNSCORED, given)
        ][:MOST_REASONS],
        "known": _known(dict(connection.execute(KNOWN, given).mappings().one())),
    }
    return Page("점수", "scores.html", values)


def _top(connection: Connection, found: Top, before: date | None) -> list[dict[str, object]]:
    tickers = [f"{row['ticker']}" for row in found.rows]
    earlier = totals(connection, before, tickers) if before else {}
    return [_best(row, earlier.get(f"{row['ticker']}")) for row in found.rows]


def _best(row: Row, earlier: float | None) -> dict[str, object]:
    total = row["total_score"]

    axes = [axis for axis in AXES if axis != "total"]
    return {
        "rank": row["rank"],
        "ticker": row["ticker"],
        "name": row["name"],
        "market": row["market"],
        "grade": row["grade"] or "–",
        "total": points(total),
        "moved": moved_of(change(total, earlier)),
        "axes": [(AXES[axis], points(row[f"{axis}_score"])) for axis in axes],
    }


def points(value: object) -> str:
    """Return a score with one decimal."""
    return "–" if value is None else f"{float(f'{value}'):.1f}"


def moved_of(moved: float | None) -> dict[str, str] | None:
    """Return a change of a score as text and CSS class; None when it is unknown."""
    if moved is None:
        return None
    return svg.told(words.signed(moved, 1), round(moved, 1))


def _movers(connection: Connection, days: Sequence[date]) -> dict[str, object]:
    found = mail_facts.score_movers(connection, days, MOVERS)
    rows = [
        {
            "ticker": row["ticker"],
            "name": row["name"],
            "before": f"{row['before']:.1f} {row['grade_before'] or '–'}",
            "score": f"{row['score']:.1f} {row['grade'] or '–'}",
            "moved": moved_of(float(row["moved"])),
        }
        for row in found.rows
    ]
    return {"rows": rows, "missing": found.missing}


def _spread(rows: Sequence[Row]) -> dict[str, object]:
    bins, grades = dict.fromkeys(range(BINS), 0), dict.fromkeys(formula.LETTERS, 0)
    for row in rows:
        if row["bin"] is not None:
            bins[row["bin"]] += row["stocks"]
        if row["grade"] is not None:
            grades[row["grade"]] += row["stocks"]
    scored = sum(bins.values())
    wide = 100 // BINS
    labels = [(f"{place * wide}", float(count), f"{place * wide}–{(place + 1) * wide}점 {count:,}종목")
              for place, count in bins.items()]  # fmt: skip
    return {
        "scored": scored,
        "partial": sum(row["partial"] for row in rows),
        "not_scored": sum(row["stocks"] for row in rows) - scored,
        "columns": svg.bars(labels, f"점수 분포: {scored:,}종목", "plain") if scored else None,
        "grades": [
            (
                grade,
                count,
                f"{100 * count / scored:.1f}%" if scored else "–",
                round(100 * count / scored, 1) if scored else 0,
            )
            for grade, count in grades.items()
        ],
    }


def _known(row: Row) -> list[tuple[str, str, float]]:
    return [(AXES[axis], "–" if share is None else f"{share:.0f}%", float(share or 0)) for axis, share in row.items()]
