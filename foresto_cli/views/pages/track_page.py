"""The track record on the page of scores: the result of every month, and how reliable it is."""

from sqlalchemy import Connection

from foresto_cli.score import formula
from foresto_cli.views import score_track, words
from foresto_cli.views.pages import svg
from foresto_cli.views.score_track import Grade, Month, Track

Told = dict[str, object]


def shown(connection: Connection) -> Told:
    """Return the tracks as the page prints them, with the number of months that are left out."""
    found = score_track.tracks(connection)
    months = score_track.scored_months(connection)
    counted = max((len(one.months) for one in found), default=0)
    return {
        "tracks": [_track(one) for one in found],
        "nothing": "" if found else score_track.NONE_YET,
        "words": score_track.WORDS,
        "left_out": max(months - counted, 0),
    }


def _track(one: Track) -> Told:
    series = [(f"{month.score_date:%Y-%m}", month.ic, _hint(month)) for month in one.months]
    return {
        "horizon": one.horizon,
        "verdict": one.verdict,
        "interval": score_track.interval(one),
        "chart": svg.bars(series, f"월별 순위 상관, {one.horizon}거래일 뒤: {score_track.interval(one)}"),
        "grades": [_grade(grade) for grade in one.grades],
        "letters": [letter for letter in formula.LETTERS if any(letter in month.by_grade for month in one.months)],
        "months": [_month(month) for month in reversed(one.months)],
        "unknown": sum(month.unknown for month in one.months),
    }


def _hint(month: Month) -> str:
    return f"{month.score_date} 순위 상관 {'없음' if month.ic is None else words.signed(month.ic, 3)}"


def _grade(one: Grade) -> Told:
    return {
        "label": score_track.label(one.grade),
        "given": one.given,
        "bought": one.bought,
        "untradable": one.untradable,
        "ended": one.ended,
        "mean": percent(one.mean),
        "median": percent(one.median),
        "lost": score_track.lost_share(one.lost),
    }


def _month(month: Month) -> Told:
    return {
        "day": f"{month.score_date}",
        "held": f"{month.entry_date:%m-%d}~{month.exit_date:%m-%d}",
        "ic": None if month.ic is None else svg.told(words.signed(month.ic, 3), round(month.ic, 3)),
        "mean": percent(month.mean),
        "by_grade": {letter: percent(value) for letter, value in month.by_grade.items()},
    }


def percent(value: float | None) -> dict[str, str] | None:
    """Return a return as text and CSS class; None when it is unknown."""
    if value is None:
        return None
    return svg.told(score_track.percent(value), round(value, 2))
