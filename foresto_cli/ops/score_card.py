"""Looking at scores: one stock explained, the best of a day, what is stored of a stock."""

from datetime import date
from typing import Any

from sqlalchemy import text

from foresto_cli.app import App
from foresto_cli.console import Console
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.ops.scores import score_date
from foresto_cli.score import compute, explain, load, panel

AXES = {"total": "총점", "financial": "재무", "valuation": "밸류에이션", "technical": "기술", "risk": "리스크"}
RANKED = text(
    "SELECT h.ticker, coalesce(s.name, p.name) AS name, coalesce(p.market, s.market) AS market, s.sector,"
    " h.total_score, h.grade, h.rank, h.financial_score, h.valuation_score, h.technical_score, h.risk_score"
    " FROM compass_score_history h LEFT JOIN stocks s USING (ticker)"
    " LEFT JOIN stock_price_daily p ON p.ticker = h.ticker AND p.trade_date = h.score_date"
    " WHERE h.score_date = :day AND h.formula_version = :version AND h.total_score IS NOT NULL"
    " AND (CAST(:market AS text) IS NULL OR coalesce(p.market, s.market) = :market)"
    " AND (CAST(:sector AS text) IS NULL OR s.sector = :sector)"
    " ORDER BY CASE :axis WHEN 'financial' THEN h.financial_score WHEN 'valuation' THEN h.valuation_score"
    " WHEN 'technical' THEN h.technical_score WHEN 'risk' THEN h.risk_score ELSE h.total_score END DESC NULLS LAST,"
    " h.rank LIMIT :top"
)
OF_TICKER = text(
    "SELECT score_date, total_score, grade, rank, financial_score, valuation_score, technical_score, risk_score,"
    " status, reasons, formula_version FROM compass_score_history WHERE ticker = :ticker"
    " ORDER BY score_date DESC, formula_version DESC LIMIT :days"
)


def explained(app: App, ticker: str, as_of: date | None) -> dict[str, Any]:
    """Return a stock's score computed now, with what changed since the session before (``--json`` of score show).

    Raises:
        ConfigError: there are no prices.
        UsageError: the stock has no price on that day.
    """
    with app.engine.connect() as connection:
        day = score_date(connection, as_of)
        days = panel.sessions_until(connection, day, 2)
        inputs = load.history(connection, days, day)
    try:
        found = explain.computed(compute.scored(inputs, day), ticker)
    except KeyError:
        raise UsageError(f"{ticker}: {day} 의 시세가 없는 종목입니다. 종목코드(예: 005930)를 확인하세요.") from None
    before = compute.scored(inputs, days[0]) if days[0] != day else None
    earlier = explain.computed(before, ticker) if before is not None and ticker in before.tickers else None
    return _shown(found, earlier)


def recalled(app: App, ticker: str, day: date) -> dict[str, Any]:
    """Return a stock's score as it was stored for ``day``.

    Raises:
        UsageError: nothing is stored for that stock and day.
    """
    with app.engine.connect() as connection:
        found, before = explain.stored(connection, ticker, day)
    if found is None:
        raise UsageError(f"{ticker}: {day} 로 저장된 점수가 없습니다. foresto score history {ticker} 로 찾아보세요.")
    return _shown(found, before)


def _shown(found: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    has_both = before is not None and before["total"] is not None and found["total"] is not None
    return {
        "command": "score show",
        "exit_code": 0,
        **found,
        "changes": explain.changes(found, before) if has_both else [],
        "previous_date": before["score_date"] if before else None,
        "previous_total": before["total"] if before else None,
    }


def ranking(app: App, market: str | None, sector: str | None, axis: str, top: int) -> dict[str, Any]:
    """Return the best stocks of the newest scored day.

    Raises:
        ConfigError: nothing was ever scored.
        UsageError: there is no such axis, or ``top`` is out of range.
    """
    if axis not in AXES:
        raise UsageError(f"--axis {axis}: 그런 축은 없습니다. {', '.join(AXES)} 가운데 고르세요.")
    if top < 1:
        raise UsageError("--top 은 1 이상이어야 합니다.")
    with app.engine.connect() as connection:
        newest = connection.execute(
            text(
                "SELECT score_date, formula_version FROM compass_score_history"
                " ORDER BY score_date DESC, formula_version DESC LIMIT 1"
            )
        ).one_or_none()
        if newest is None:
            raise ConfigError("저장된 점수가 없습니다. 먼저 foresto score batch 를 실행하세요.")
        given = {"market": market and market.upper(), "sector": sector, "axis": axis, "top": top}
        rows = connection.execute(
            RANKED, given | {"day": newest.score_date, "version": newest.formula_version}
        ).mappings()
        found = [_plain(row) for row in rows]
    return {
        "command": "score rank",
        "exit_code": 0,
        "score_date": f"{newest.score_date}",
        "axis": axis,
        "stocks": found,
    }


def history_of(app: App, ticker: str, days: int) -> dict[str, Any]:
    """Return the stored scores of a stock, newest first.

    Raises:
        UsageError: nothing is stored for it.
    """
    with app.engine.connect() as connection:
        rows = connection.execute(OF_TICKER, {"ticker": ticker, "days": days}).mappings()
        found = [_plain(row) for row in rows]
    if not found:
        raise UsageError(f"{ticker}: 저장된 점수가 없습니다. 종목코드를 확인하거나 foresto score batch 를 실행하세요.")
    return {"command": "score history", "exit_code": 0, "ticker": ticker, "history": found}


def _plain(row: Any) -> dict[str, Any]:  # noqa: ANN401  # a row of any query
    scores = {name for name in row if name.endswith("_score")}
    return {
        name: None
        if value is None
        else float(value)
        if name in scores
        else f"{value}"
        if isinstance(value, date)
        else value
        for name, value in row.items()
    }


def show_ranking(console: Console, found: dict[str, Any]) -> None:
    """Print the best stocks."""
    columns = [f"{axis}_score" for axis in AXES]
    rows = [
        (one["rank"], one["ticker"], one["name"], one["grade"], *(_score(one[column]) for column in columns))
        for one in found["stocks"]
    ]
    title = f"{found['score_date']} · {AXES[found['axis']]} 순"
    console.table(title, ("순위", "종목코드", "종목명", "등급", *AXES.values()), rows)


def show_history(console: Console, found: dict[str, Any]) -> None:
    """Print the stored scores of one stock."""
    columns = [f"{axis}_score" for axis in AXES]
    rows = [
        (
            one["score_date"],
            one["grade"],
            one["rank"],
            *(_score(one[column]) for column in columns),
            " ".join(one["reasons"]),
        )
        for one in found["history"]
    ]
    console.table(found["ticker"], ("날짜", "등급", "순위", *AXES.values(), "까닭"), rows)


def _score(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"
