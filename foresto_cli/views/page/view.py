"""Turns the data of the dashboard into the texts, numbers and rectangles that the template prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import foresto_cli
from foresto_cli.datasets.listed.designations import Designation, counted
from foresto_cli.score import formula
from foresto_cli.score.score_reasons import REASONS
from foresto_cli.store import limits
from foresto_cli.telling.notify import LEVELS
from foresto_cli.views import words
from foresto_cli.views.page import page_by_day, sessions
from foresto_cli.views.page.cards import cards
from foresto_cli.views.page.page_facts import BINS, Facts, Scoring, Verification
from foresto_cli.views.page.page_tones import BAD, GOOD, LEVEL_TONES, NOTE, WARN, Pill, of_outcome
from foresto_cli.views.state import Held
from foresto_cli.views.top_scores import Top

SHOWN_TABLES, SHOWN_REASONS, SHOWN_DESIGNATED = 8, 6, 8
COLUMN_WIDTH = 0.9 * 100 / BINS
"""A tenth of a column is the gap to the next."""
NEARLY = 0.8
"""Share of a budget above which it is shown as a warning."""


@dataclass(frozen=True)
class Column:
    """One column of the score histogram.

    Attributes:
        label: which scores it counts.
        share: its height, in percent of the highest.
        stocks: how many have such a score.
        left: where it begins, in percent of the picture.
        width: in percent of the picture.
    """

    label: str
    share: float
    stocks: int
    left: float
    width: float


def page(facts: Facts) -> dict[str, object]:
    """Return the values of the template ``dashboard.html``."""
    return {
        "version": foresto_cli.__version__,
        "is_sandbox": facts.is_sandbox,
        "now": words.moment(facts.now),
        "stamp": f"{facts.now:%Y-%m-%d %H:%M}",
        "last_session": _day_of(facts.state["last_session"]),
        "next_session": _day_of(facts.state["next_session"]),
        "verdict": Pill(LEVEL_TONES.get(facts.state["level"] or "", GOOD), facts.state["verdict"]),
        "happening": facts.happening,
        "cards": cards(facts),
        "is_scheduled": any(plan["scheduler"] for plan in facts.state["jobs"]),
        "is_empty": not any(item["newest"] for item in facts.state["data"]),
        "opened_by": facts.keys,
        "data": [_data_set(item) for item in facts.state["data"] if item["newest"] is not None],
        "never": [_data_set(item) for item in facts.state["data"] if item["newest"] is None],
        "pictures": page_by_day.pictures(facts.history, facts.now.date()),
        "calendar": sessions.calendar(facts.days),
        "runs": _runs(facts),
        "filter": None,
        "verifications": [_verification(run) for run in facts.verifications],
        "blocks": [
            {**block, "upstream": limits.label(block["upstream"]), "until": block["until"][5:]}
            for block in facts.state["blocked"]
        ],
        "budgets": _budgets(facts),
        "scores": _scores(facts.scores),
        "top": _top(facts.top),
        "designated": _designated(facts.designated),
        "sizes": _sizes(facts),
    }


def _day_of(text: str) -> str:
    return words.day(date.fromisoformat(text))


def _data_set(item: Held) -> dict[str, object]:
    pill = Pill(GOOD, "최신") if item["current"] else Pill(WARN, "늦음")
    asked = item["asked_at"]
    return {
        "label": item["label"],
        "newest": item["newest"] or "–",
        "pill": pill,
        "asked": words.away(datetime.fromisoformat(asked)) if asked else "–",
        "failed": item["failed"],
        "provisional": item["provisional"],
        "command": item["command"],
        "is_current": item["current"],
    }


def _runs(facts: Facts) -> list[dict[str, object]]:
    longest = {
        name: max((run["duration_seconds"] or 0 for run in found), default=0) or 1 for name, found in facts.jobs.items()
    }
    return [
        {
            "id": run["id"],
            "job": run["job_name"],
            "is_step": run["chain_id"] is not None,
            "started": words.moment(run["started_at"]),
            "pill": of_outcome(run["status"]),
            "took": words.span(run["duration_seconds"]),
            "share": round(100 * (run["duration_seconds"] or 0) / longest.get(run["job_name"], 1), 1),
            "done": run["success_count"],
            "failed": run["failed_count"],
            "why": run["error_message"] or "",
        }
        for run in facts.runs
    ]


def _verification(verified: Verification) -> dict[str, object]:
    run = verified.run
    pills = [Pill(LEVEL_TONES.get(one["severity"], NOTE), LEVELS.get(one["severity"], "")) for one in verified.findings]
    findings = [
        {
            "name": finding["rule_name"],
            "pill": pill,
            "found": finding["found"],
            "expected": finding["expected_condition"],
            "example": _example(finding["sample"]),
            "repair": finding["repair"],
        }
        for finding, pill in zip(verified.findings, pills, strict=True)
    ]
    worst = BAD if any(pill.tone == BAD for pill in pills) else WARN
    passed = (run["checks"] or 0) - len(findings)
    summary = f"검사 {run['checks'] or 0}개 가운데 {passed}개 통과"
    return {
        "label": run["job_label"],
        "when": words.moment(run["started_at"]),
        "ago": words.away(run["started_at"]),
        "sessions": run["sessions"] or 0,
        "pill": Pill(worst, summary) if findings else Pill(GOOD, summary),
        "findings": findings,
    }


def _example(sample: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sample[0].items()) if sample else ""


def _budgets(facts: Facts) -> list[dict[str, object]]:
    used, spent = facts.state["budgets"], facts.state["spent"]
    # What was not asked today has all of its budget left.
    asked = {name for name, count in used.items() if count} | spent.keys()
    rows: list[dict[str, object]] = []
    for name in sorted(asked):
        count, limit = used.get(name, 0), facts.limits.get(name)
        share = 1.0 if name in spent else min(1.0, count / limit) if limit else 0.0
        tone = BAD if share >= 1 else WARN if share >= NEARLY else GOOD
        rows.append({"name": name, "used": count, "limit": limit, "share": round(100 * share, 1), "tone": tone})
    return rows


def _scores(found: Scoring | None) -> dict[str, object] | None:
    if found is None:
        return None
    run = found.run
    highest = max(found.bins) or 1
    graded = sum(found.grades.values()) or 1
    return {
        "day": words.day(run["score_date"]),
        "formula": run["formula_version"],
        "scored": run["n_scored"],
        "partial": run["n_partial"],
        "not_scored": run["n_not_scored"],
        "provisional": run["is_provisional"],
        "columns": [
            Column(
                f"{place * 100 // BINS}–{(place + 1) * 100 // BINS}점",
                round(100 * stocks / highest, 1),
                stocks,
                left=100 / BINS * place,
                width=COLUMN_WIDTH,
            )
            for place, stocks in enumerate(found.bins)
        ],
        "grades": [
            {
                "grade": grade,
                "stocks": found.grades.get(grade, 0),
                "share": round(100 * found.grades.get(grade, 0) / graded, 1),
            }
            for grade in formula.LETTERS
        ],
        "reasons": [(REASONS.get(code, code), stocks) for code, stocks in found.reasons.items()][:SHOWN_REASONS],
    }


def _top(found: Top | None) -> dict[str, object]:
    rows = found.rows if found else []
    return {
        "rows": [(row["name"], row["ticker"], f"{row['total_score']:.1f}", row["grade"] or "–") for row in rows],
        "told": found.told if found else "",
    }


def _designated(found: Sequence[tuple[str, str, Designation]]) -> dict[str, object]:
    return {
        "counts": counted(designation.word for _, _, designation in found),
        "rows": [(name, ticker, f"{designation}") for name, ticker, designation in found[:SHOWN_DESIGNATED]],
        "more": max(len(found) - SHOWN_DESIGNATED, 0),
    }


def _sizes(facts: Facts) -> dict[str, object]:
    shown = facts.sizes[:SHOWN_TABLES]
    largest = max((one.bytes for one in shown), default=0) or 1
    return {
        "total": words.size(facts.database_size),
        "tables": [
            {
                "name": one.name,
                "rows": one.rows,
                "is_estimate": one.is_estimate,
                "size": words.size(one.bytes),
                "share": round(100 * one.bytes / largest, 1),
            }
            for one in shown
        ],
    }
