"""One stock's score, every digit with where it came from; from a computation or from what is stored."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from foresto_cli.console import Console
from foresto_cli.score import commentary, formula, score_reasons
from foresto_cli.score import score_rows as rows_of
from foresto_cli.score.compute import Scores
from foresto_cli.score.formula import AXES, AXIS_COLUMNS, AXIS_LABELS, AXIS_WEIGHTS
from foresto_cli.score.scored_reports import CFS

BAR = 30
"""Characters of a full bar: two columns of text and a bar fit on 80."""
CHANGES = 3
INVERSES = {"V1": "PER", "V2": "PBR", "V3": "PSR"}
PERCENT = 100
HISTORY = text(
    "SELECT h.*, c.components, coalesce(p.name, l.name) AS name,"
    " (SELECT count(*) FROM compass_score_history o WHERE o.score_date = h.score_date"
    " AND o.formula_version = h.formula_version AND o.rank IS NOT NULL) AS ranked"
    " FROM compass_score_history h LEFT JOIN compass_score_component c USING (score_date, ticker, formula_version)"
    " LEFT JOIN stock_price_daily p ON p.ticker = h.ticker AND p.trade_date = h.score_date"
    " LEFT JOIN fdr_stock_listing l ON l.ticker = h.ticker"
    " WHERE h.ticker = :ticker AND h.score_date <= :day AND h.formula_version = ("
    " SELECT formula_version FROM compass_score_history WHERE ticker = :ticker AND score_date <= :day"
    " ORDER BY score_date DESC, formula_version DESC LIMIT 1) ORDER BY h.score_date DESC LIMIT 2"
)

Found = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """One component of a stock's score, as stored.

    Attributes:
        id: of :data:`foresto_cli.score.formula.COMPONENTS`.
        raw: in its unit; None for a loss over negative equity.
        percentile: 0-100, better is higher.
        weight: in its axis.
        contribution: what it adds to the axis's weighted mean.
    """

    id: str
    raw: float | None
    percentile: float
    weight: int
    contribution: float


def computed(scores: Scores, ticker: str) -> Found:
    """Return the explanation of ``ticker`` from a computation; KeyError when it has no price that day."""
    places = np.flatnonzero(scores.tickers == ticker)
    if not len(places):
        raise KeyError(ticker)
    place = int(places[0])
    row = rows_of.history_rows(scores, [place])[0]
    parts = [Part(*part) for part in json.loads(rows_of.components_of(scores)[place])]
    words = {at: (summary, more) for at, summary, more in commentary.written(scores)}.get(place, (None, None))
    ranked = int((scores.ranks > 0).sum())
    return _told(row | {"name": scores.names[place], "ranked": ranked}, parts, basis_of(scores, place), words)


def basis_of(scores: Scores, place: int) -> Found:
    """Return what the values of one stock are made of."""
    paid = scores.paid[place]
    return {
        "close": float(scores.series.close[-1, place]),
        "issuer_shares": _number(scores.issued[place]),
        "dividend_per_share": paid.amount,
        "income_of": _income_of(scores, place),
        "dividend_year": paid.fiscal_year,
        "dividend_source": list(paid.source),
        "dividend_unclear": list(paid.unclear),
        "dividend_by_record_date": paid.by_record_date,
        "kind": str(scores.universe.kind[place]),
        "reference": int(scores.universe.member.sum()),
        "rows": int(scores.series.rows[place]),
        "value_at_risk": _number(scores.raw["VAR"][place]),
    }


def _income_of(scores: Scores, place: int) -> str | None:
    """Return whose net income stands behind 1/PER: TOTAL of a group (with non-controlling interests), or SEPARATE."""
    company = int(scores.companies[place])
    if company < 0 or scores.statements.latest[company] < 0:
        return None
    return "TOTAL" if scores.statements.basis[company] == CFS else "SEPARATE"


def stored(
    connection: Connection, ticker: str, day: date, basis: Found | None = None
) -> tuple[Found | None, Found | None]:
    """Return the explanations stored for ``day`` and for the stored day before it; None where there is none.

    What the values are made of is not stored; who knows it gives it as ``basis``.
    """
    rows = connection.execute(HISTORY, {"ticker": ticker, "day": day}).mappings().all()
    given = [basis or {}, *({} for _ in rows[1:])]
    found = [
        _told(dict(row), [Part(*part) for part in row["components"] or ()], known, (None, None))
        for row, known in zip(rows, given, strict=False)
    ]
    if not found or found[0]["score_date"] != f"{day}":
        return None, None
    return found[0], found[1] if len(found) > 1 else None


def _told(row: Mapping[str, Any], parts: Sequence[Part], basis: Found, words: tuple[str | None, str | None]) -> Found:
    return {
        "ticker": row["ticker"],
        "name": row["name"],
        "score_date": f"{row['score_date']}",
        "formula_version": row["formula_version"],
        "status": row["status"],
        "total": _number(row["total_score"]),
        "percentile": _number(row["total_percentile"]),
        "grade": row["grade"],
        "rank": row["rank"],
        "ranked": row["ranked"],
        "axes": [_axis(row, axis, parts, basis) for axis in AXES],
        "reasons": {code: score_reasons.REASONS[code] for code in row["reasons"]},
        "flags": {code: score_reasons.FLAGS[code] for code in row["flags"]},
        "sources": {
            "price_date": f"{row['price_date']}",
            "fs_period_end": _day(row["fs_period_end"]),
            "fs_rcept_dt": _day(row["fs_rcept_dt"]),
            "fs_rcept_no": row["fs_rcept_no"],
        },
        "basis": basis,
        "summary": words[0],
        "commentary": words[1],
    }


def _axis(row: Mapping[str, Any], axis: formula.Axis, parts: Sequence[Part], basis: Found) -> Found:
    name = AXIS_COLUMNS[axis]
    own = [part for part in parts if part.id in _components_of(axis)]
    return {
        "axis": axis,
        "label": AXIS_LABELS[axis],
        "weight": AXIS_WEIGHTS[axis],
        "score": _number(row[f"{name}_score"]),
        "raw": _number(row[f"{name}_raw"]),
        "coverage": _number(row[f"{name}_coverage"]),
        "components": [
            {
                "id": part.id,
                "label": formula.COMPONENTS[part.id].label,
                "raw": part.raw,
                "unit": formula.COMPONENTS[part.id].unit,
                "percentile": part.percentile,
                "weight": part.weight,
                "contribution": part.contribution,
                "source": _source(row, basis, part.id),
            }
            for part in own
        ],
    }


def _components_of(axis: formula.Axis) -> set[str]:
    return {name for template in formula.TEMPLATES for name in template[axis]}


def _source(row: Mapping[str, Any], basis: Found, name: str) -> str:
    if name == "V6":
        return ", ".join(basis.get("dividend_source", ())) or "배당"
    price = f"{row['price_date']}"
    return price if name[0] in "TR" else f"{row['fs_rcept_no']}"


def _number(value: Decimal | float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _day(value: date | None) -> str | None:
    return None if value is None else f"{value}"


def changes(now: Found, before: Found | None) -> list[Found]:
    """Return the components whose contribution to the total changed most since the day before, largest first."""
    if before is None:
        return []
    weighted = [
        {
            part["id"]: part["contribution"] * axis["weight"] / PERCENT
            for axis in one["axes"]
            for part in axis["components"]
        }
        for one in (now, before)
    ]
    moved = {name: weighted[0].get(name, 0) - weighted[1].get(name, 0) for name in weighted[0] | weighted[1]}
    ordered = sorted(moved, key=lambda name: (-abs(moved[name]), name))[:CHANGES]
    return [
        {"id": name, "label": formula.COMPONENTS[name].label, "points": round(moved[name], rows_of.PLACES)}
        for name in ordered
        if moved[name]
    ]


def show(console: Console, found: Found) -> None:
    """Print an explanation for a person, 80 columns wide."""
    console.strong(f"{found['ticker']} {found['name'] or ''} · {found['score_date']} · 산식 {found['formula_version']}")
    if found["total"] is None:
        console.strong("점수 없음")
    else:
        console.strong(
            f"총점 {found['total']:.1f} · {found['grade']}등급 · {found['ranked']:,}종목 가운데 {found['rank']:,}위"
            f" · 백분위 {found['percentile']:.1f}"
        )
    for note in found.get("notes", ()):
        console.strong(f"! {note}")
    if found.get("scored_at"):
        console.line(
            f"{found['scored_at']}에 저장된 점수입니다. 이 종목의 값은 지금 계산해도 같습니다. 백분위·순위·베타(R4)까지"
            f" 다시 계산하려면 --as-of {found['score_date']}"
        )
    for axis in found["axes"]:
        console.line(_bar(axis))
    for code, words in (found["reasons"] | found["flags"]).items():
        console.line(f"· {code}: {words}")
    if found["summary"]:
        console.line()
        for line in (found["summary"], *found["commentary"].splitlines()):
            console.line(line)
    for axis in found["axes"]:
        _show_axis(console, axis)
    _show_basis(console, found)
    moved = found.get("changes") or []
    if moved:
        since = f"{found['previous_date']} 이후 총점 {found['previous_total']:.1f} → {found['total']:.1f}"
        moves = ", ".join(f"{one['label']} {one['points']:+.2f}" for one in moved)
        console.line()
        console.line(f"{since}. 가장 크게 바뀐 것: {moves}")
    console.line()
    console.line(f"{commentary.DISCLAIMER}")


def _bar(axis: Found) -> str:
    label = axis["label"] + "  " * (5 - len(axis["label"]))
    known = f"(자료 {axis['coverage']:.0f}%)"
    if axis["score"] is None:
        return f"{label} {'·' * BAR}  없음 {known}"
    filled = round(axis["score"] / PERCENT * BAR)
    return f"{label} {'█' * filled}{'░' * (BAR - filled)} {axis['score']:5.1f} {known}"


def _show_axis(console: Console, axis: Found) -> None:
    if not axis["components"]:
        return
    raw = "없음" if axis["raw"] is None else f"{axis['raw']:.2f}"
    score = "없음" if axis["score"] is None else f"{axis['score']:.1f}"
    title = (
        f"{axis['label']}: 가중평균 {raw} → 백분위 {score}"
        f" (총점에서 {axis['weight']}/100, 자료 {axis['coverage']:.0f}%)"
    )
    rows = [
        (
            part["id"],
            part["label"],
            shown(part["raw"], part["unit"]),
            f"{part['percentile']:.1f}",
            part["weight"],
            f"{part['contribution']:.2f}",
            part["source"],
        )
        for part in axis["components"]
    ]
    console.table(title, ("기호", "구성 요소", "값", "백분위", "가중", "기여", "출처"), rows)
    multiples = _multiples(axis)
    if multiples:
        console.line(multiples)


def _show_basis(console: Console, found: Found) -> None:
    sources, basis = found["sources"], found["basis"]
    if sources["fs_rcept_no"]:
        console.line(f"재무: {sources['fs_period_end']} 기준, {sources['fs_rcept_dt']} 접수({sources['fs_rcept_no']})")
    if basis.get("income_of") == "TOTAL":
        console.line("⚠ 1/PER과 ROE의 순이익은 비지배지분을 포함한 연결 전체의 것입니다(지배주주 몫 아님).")
    if basis.get("issuer_shares") is not None:
        console.line(
            f"시가총액: 종가 {basis['close']:,.0f}원 × 전 종류 주식 {basis['issuer_shares']:,.0f}주"
            f" · 참조 종목 {basis['reference']:,}개 · 시세 {basis['rows']:,}행"
        )
    if basis.get("dividend_per_share") is not None:
        told = ", ".join(basis["dividend_source"]) or "공시 없음"
        console.line(f"배당: {basis['dividend_year']} 회계연도 주당 {basis['dividend_per_share']:,.0f}원({told})")
    if basis.get("dividend_unclear"):
        amounts = ", ".join(f"{amount:,.0f}원" for amount in basis["dividend_unclear"])
        recorded = basis["dividend_by_record_date"]
        other = "기록 없음" if recorded is None else f"{recorded:,.0f}원"
        console.line(f"⚠ 배당의 두 출처: DART {amounts}(주식 종류를 알 수 없음), FSC 기준일 합계 {other}")


def _multiples(axis: Found) -> str:
    """Return the multiples that people know, of the yields that are ranked: ``PER 98.2배 · PBR 1.1배``."""
    raw = {part["id"]: part["raw"] for part in axis["components"]}
    known = {word: raw.get(name) for name, word in INVERSES.items()}
    return " · ".join(f"{word} {1 / value:,.2f}배" for word, value in known.items() if value is not None and value > 0)


def shown(raw: float | None, unit: str) -> str:
    """Return a raw value in its unit."""
    if raw is None:
        return "자본잠식"
    if unit == "percent":
        return f"{PERCENT * raw:.4g}%"
    return f"{raw:.4g}배" if unit == "times" else f"{raw:.4g}"
