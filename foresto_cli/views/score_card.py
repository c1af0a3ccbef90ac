"""Looking at scores: one stock explained, the best of a day."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypedDict

from sqlalchemy import Connection, text

from foresto_cli.app import App
from foresto_cli.console import Console
from foresto_cli.datasets.listed import designations
from foresto_cli.datasets.listed.names import ticker_of
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.score import compute, explain, load, panel
from foresto_cli.score.batch import PRICES_ONLY, score_date
from foresto_cli.score.explain import Found
from foresto_cli.views import stored_score
from foresto_cli.views.top_scores import Wanted, axes_there, best

AXES = {"total": "총점", "financial": "재무", "valuation": "밸류에이션", "technical": "기술", "risk": "리스크"}
UNKNOWING = "점수는 지정을 반영하지 않습니다. 상장폐지 위험을 따로 확인하세요."


class Ranking(TypedDict):
    """The best stocks of a day, and in words who was left out of them."""

    score_date: str
    axis: str
    stocks: list[Mapping[str, Any]]
    left_out: dict[str, int]
    notes: list[str]


def explained(app: App, ticker: str, as_of: date | None) -> dict[str, object]:
    """Return a stock's score, with what changed since the session before (``--json`` of score show).

    Without a day it is the stored one where the stock's own values are still what is stored; ``origin`` says which.

    Raises:
        ConfigError: there are no prices.
        UsageError: the stock has no price on that day.
    """
    with app.engine.connect() as connection:
        ticker = ticker_given(connection, ticker)
        day = score_date(connection, as_of)
        stored = stored_score.current(connection, ticker, day) if as_of is None else None
        if stored is not None:
            return _shown(app, *stored, designations.as_of(connection, day, [ticker]).get(ticker), is_stored=True)
        days = panel.sessions_until(connection, day, 2)
        inputs = load.history(connection, days, day)
        marked = designations.as_of(connection, day, [ticker])
    try:
        found = explain.computed(compute.scored(inputs, day), ticker)
    except KeyError:
        raise UsageError(f"{ticker}: {day}의 시세가 없는 종목입니다. 종목코드(예: 005930)를 확인하세요.") from None
    before = compute.scored(inputs, days[0]) if days[0] != day else None
    earlier = explain.computed(before, ticker) if before is not None and ticker in before.tickers else None
    return _shown(app, found, earlier, marked.get(ticker))


def recalled(app: App, ticker: str, day: date) -> dict[str, object]:
    """Return a stock's score as it was stored for ``day``.

    Raises:
        UsageError: nothing is stored for that stock and day.
    """
    with app.engine.connect() as connection:
        ticker = ticker_given(connection, ticker)
        found, before = explain.stored(connection, ticker, day)
        marked = designations.as_of(connection, day, [ticker])
    if found is None:
        raise UsageError(f"{ticker}: {day}로 저장된 점수가 없습니다. foresto score history {ticker}로 찾아보세요.")
    return _shown(app, found, before, marked.get(ticker), is_stored=True)


def ticker_given(connection: Connection, given: str) -> str:
    """Return the ticker of who is given by ticker or name; a ticker that has prices needs no listing.

    Raises:
        UsageError: nobody by that name is listed, or several are.
    """
    ticker = given.strip().upper()
    is_known = connection.scalar(
        text(
            "SELECT EXISTS (SELECT 1 FROM stock_price_daily WHERE ticker = :ticker)"
            " OR NOT EXISTS (SELECT 1 FROM fdr_stock_listing)"
        ),
        {"ticker": ticker},
    )
    return ticker if is_known else ticker_of(connection, given.strip())


def _shown(
    app: App,
    found: Found,
    before: Found | None,
    designation: designations.Designation | None,
    *,
    is_stored: bool = False,
) -> dict[str, object]:
    has_both = before is not None and before["total"] is not None and found["total"] is not None
    notes = [f"{designation}: {UNKNOWING}"] if designation else []
    if app.settings.dart_api_key is None and "NO_FS" in found["reasons"]:
        notes.append(PRICES_ONLY)
    return {
        **found,
        "origin": "stored" if is_stored else "computed",
        "scored_at": found.get("scored_at"),
        "designation": designations.plain(designation),
        "notes": notes,
        "changes": explain.changes(found, before) if has_both else [],
        "previous_date": before["score_date"] if before else None,
        "previous_total": before["total"] if before else None,
    }


def ranking(app: App, wanted: Wanted) -> Ranking:
    """Return the best stocks of the newest scored day (``--json`` of score rank).

    Where nobody has a total, as without statements, the axis that most stocks have puts them in order.

    Raises:
        ConfigError: nothing was ever scored.
        UsageError: there is no such axis, or ``top`` is out of range.
    """
    if wanted.axis not in AXES:
        raise UsageError(f"--axis {wanted.axis}: 그런 축은 없습니다. {', '.join(AXES)} 가운데 고르세요.")
    if wanted.top < 1:
        raise UsageError("--limit은 1 이상이어야 합니다.")
    with app.engine.connect() as connection:
        there = axes_there(connection)
        if wanted.axis == "total" and there and "total" not in there:
            wanted = replace(wanted, axis=there[0])
        found = best(connection, wanted)
        if found is None:
            has_prices = connection.scalar(text("SELECT EXISTS (SELECT 1 FROM stock_price_daily)"))
            first = "foresto score batch" if has_prices else "foresto run initial"
            raise ConfigError(f"저장된 점수가 없습니다. 먼저 실행하세요: {first}")
    notes = [f"{found.told} 모두 보려면 --with-designated를 붙이세요."] if found.told else []
    if app.settings.dart_api_key is None and all(row["total_score"] is None for row in found.rows):
        notes.append(PRICES_ONLY)
    return {
        "score_date": f"{found.day}",
        "axis": wanted.axis,
        "stocks": [plain(row) for row in found.rows],
        "left_out": found.left_out,
        "notes": notes,
    }


def plain(row: Mapping[str, object]) -> Mapping[str, Any]:
    """Return stored scores with nothing in them that JSON does not know."""
    scores = {name for name in row if name.endswith(("_score", "_coverage"))}
    return {
        name: None
        if value is None
        else float(f"{value}")
        if name in scores
        else f"{value}"
        if isinstance(value, date)
        else value
        for name, value in row.items()
    }


def show_ranking(console: Console, found: Ranking) -> None:
    """Print the best stocks, who among them is designated, and who was left out."""
    shown = [axis for axis in AXES if any(one[f"{axis}_score"] is not None for one in found["stocks"])]
    has_total = "total" in shown
    rows = [
        (
            one["rank"] or place,
            one["ticker"],
            one["name"],
            *([one["grade"]] if has_total else []),
            *(points(one[f"{axis}_score"]) for axis in shown),
            "·".join(f"{one[f'{axis}_coverage']:.0f}" for axis in shown if axis != "total"),
        )
        for place, one in enumerate(found["stocks"], 1)
    ]
    title = f"{found['score_date']} · {AXES[found['axis']]} 순"
    if rows:
        names = (*(["등급"] if has_total else []), *(AXES[axis] for axis in shown))
        console.table(title, ("순위", "종목코드", "종목명", *names, "축별 자료 %"), rows)
    else:
        console.line(f"{title}: 조건에 맞는 종목이 없습니다.")
    for one in found["stocks"]:
        if one["caution"]:
            console.line(f"! {one['rank']}위 {one['name']}({one['ticker']}): {one['caution']}")
    for note in found["notes"]:
        console.line(f"· {note}")


def points(value: float | None) -> str | None:
    """Return a score as it is shown."""
    return None if value is None else f"{value:.1f}"
