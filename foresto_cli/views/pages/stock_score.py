"""The stored score of a stock on its page, with every component, its reasons, and its history."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli.score import commentary, explain
from foresto_cli.views import score_history, words
from foresto_cli.views.pages import plots
from foresto_cli.views.pages.plots import Point
from foresto_cli.views.pages.scores_page import moved_of

SESSIONS, LISTED = 250, 20
"""Sessions of the history that are drawn, and that are listed."""
NEWEST = text("SELECT max(score_date) FROM compass_score_history WHERE ticker = :ticker")
WORDS = text("SELECT compass_commentary FROM stocks WHERE ticker = :ticker")
INVERSE = {"V1": "PER", "V2": "PBR", "V3": "PSR"}
"""Component → the familiar multiple of which it is the inverse."""
HEAD_SHARE = 1.0
"""Percent; a better rank is written as "상위 1% 미만"."""
Found = Mapping[str, Any]


def score(connection: Connection, ticker: str) -> dict[str, object] | None:
    """Return the newest stored score of a stock; None when it never had one."""
    day = connection.scalar(NEWEST, {"ticker": ticker})
    if day is None:
        return None
    found, before = explain.stored(connection, ticker, day)
    if found is None:
        return None
    is_comparable = before is not None and before["total"] is not None and found["total"] is not None
    moved = found["total"] - before["total"] if before is not None and is_comparable else None
    said = connection.scalar(WORDS, {"ticker": ticker})
    return {
        "day": words.day(day),
        "formula": found["formula_version"],
        "total": None if found["total"] is None else f"{found['total']:.1f}",
        "grade": found["grade"] or "–",
        "place": _place(found),
        "moved": moved_of(moved),
        "before": before["score_date"] if before is not None and is_comparable else "",
        "changes": [(one["label"], moved_of(one["points"])) for one in explain.changes(found, before)]
        if is_comparable
        else [],
        "axes": [_axis(axis) for axis in found["axes"]],
        "reasons": list((found["reasons"] | found["flags"]).items()),
        "commentary": [line for line in (said or "").splitlines() if line.strip()],
        "history": _history(connection, ticker),
        "disclaimer": commentary.DISCLAIMER,
    }


def _place(found: Found) -> str:
    if found["rank"] is None or not found["ranked"]:
        return ""
    share = 100 * found["rank"] / found["ranked"]
    told = "상위 1% 미만" if share < HEAD_SHARE else f"상위 {share:.0f}%"
    return f"{found['ranked']:,}종목 가운데 {found['rank']:,}위 ({told})"


def _axis(axis: Found) -> dict[str, object]:
    return {
        "label": axis["label"],
        "score": None if axis["score"] is None else f"{axis['score']:.1f}",
        "width": round(axis["score"] or 0, 1),
        "coverage": f"{axis['coverage']:.0f}%",
        "weight": axis["weight"],
        "parts": [
            {
                "label": part["label"],
                "value": _value(part),
                "percentile": f"{part['percentile']:.1f}",
                "weight": part["weight"],
                "contribution": f"{part['contribution']:.2f}",
            }
            for part in axis["components"]
        ],
    }


def _value(part: Found) -> str:
    """Return a raw value in its unit; the inverse of a multiple is followed by that multiple."""
    told = explain.shown(part["raw"], part["unit"])
    if part["id"] in INVERSE and part["raw"]:
        return f"{told} ({INVERSE[part['id']]} {1 / part['raw']:,.2f}배)" if part["raw"] > 0 else told
    return told


def _history(connection: Connection, ticker: str) -> dict[str, object]:
    given = {"ticker": ticker, "days": SESSIONS}
    rows = [dict(row) for row in connection.execute(score_history.NEWEST, given).mappings()]
    totals = [(row["score_date"], row["total_score"]) for row in reversed(rows)]
    points = [Point(day, float(total)) for day, total in totals if total is not None]
    return {"plot": plots.plot(points, what="총점", unit="점"), "rows": [_line(row) for row in rows[:LISTED]]}


def _line(row: Found) -> tuple[str, str, str, str]:
    total = "–" if row["total_score"] is None else f"{row['total_score']:.1f}"
    return f"{row['score_date']}", total, row["grade"] or "–", f"{row['rank']:,}" if row["rank"] else "–"
