"""The stored scores of one stock: the newest version of each day, and on request the earlier ones with their reason."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from foresto_cli.app import App
from foresto_cli.console import Console
from foresto_cli.errors import UsageError
from foresto_cli.score import score_versions
from foresto_cli.store.fragments import Fragment, sql
from foresto_cli.views.score_card import AXES, plain, points, ticker_given

SCORES = Fragment(
    "score_date, total_score, grade, rank, financial_score, valuation_score, technical_score, risk_score,"
    " status, reasons, formula_version"
)
NEWEST = sql(
    "SELECT DISTINCT ON (score_date) {scores} FROM compass_score_history WHERE ticker = :ticker"
    " ORDER BY score_date DESC, formula_version DESC LIMIT :days",
    scores=SCORES,
)
# A day keeps its scores of an earlier formula beside those of a later one: those are earlier versions too.
EARLIER = sql(
    "SELECT {scores}, replaced_at, replaced_because FROM compass_score_earlier"
    " WHERE ticker = :ticker AND score_date >= :since"
    " UNION ALL SELECT {scores}, NULL, ARRAY['FORMULA'] FROM compass_score_history h"
    " WHERE ticker = :ticker AND score_date >= :since AND EXISTS (SELECT 1 FROM compass_score_history n"
    " WHERE n.ticker = h.ticker AND n.score_date = h.score_date AND n.formula_version > h.formula_version)"
    " ORDER BY 1 DESC, formula_version DESC, replaced_at DESC",
    scores=SCORES,
)


class History(TypedDict):
    """The stored scores of one stock, each a row with its ``earlier`` versions."""

    ticker: str
    history: Sequence[Mapping[str, Any]]


def history_of(app: App, ticker: str, days: int) -> History:
    """Return the stored scores of a stock, newest first, each with its ``earlier`` versions, the latest first.

    Raises:
        UsageError: nothing is stored for it.
    """
    with app.engine.connect() as connection:
        ticker = ticker_given(connection, ticker)
        rows = connection.execute(NEWEST, {"ticker": ticker, "days": days}).mappings().all()
        if not rows:
            raise UsageError(
                f"{ticker}: 저장된 점수가 없습니다. 종목코드를 확인하거나 foresto score batch를 실행하세요."
            )
        since = rows[-1]["score_date"]
        replaced = connection.execute(EARLIER, {"ticker": ticker, "since": since}).mappings().all()
    by_day: dict[str, list[Mapping[str, Any]]] = {f"{row['score_date']}": [] for row in rows}
    for row in replaced:
        by_day[f"{row['score_date']}"].append(plain(dict(row)))
    found = [{**plain(dict(row)), "earlier": by_day[f"{row['score_date']}"]} for row in rows]
    return {"ticker": ticker, "history": found}


def show_history(console: Console, found: History, *, with_versions: bool) -> None:
    """Print the stored scores of one stock, ``with_versions`` the earlier ones too; else say that there are some."""
    rows = []
    for one in found["history"]:
        count = len(one["earlier"])
        rows.append(_row(one, f"앞선 판 {count}" if count else "-"))
        if with_versions:
            rows += [_row(version, _why(version)) for version in one["earlier"]]
    console.table(found["ticker"], ("날짜", "등급", "순위", *AXES.values(), "사유", "버전"), rows)
    if not with_versions and any(one["earlier"] for one in found["history"]):
        console.line("· 나중에 다시 매긴 날이 있습니다. 앞선 점수와 바뀐 사유는 --versions로 봅니다.")


def _row(one: Mapping[str, Any], version: str) -> tuple[object, ...]:
    scores = (points(one[f"{axis}_score"]) for axis in AXES)
    return (one["score_date"], one["grade"], one["rank"], *scores, " ".join(one["reasons"]), version)


def _why(version: Mapping[str, Any]) -> str:
    told = ", ".join(score_versions.REPLACED[code] for code in version["replaced_because"])
    until = version["replaced_at"]
    return f"↳ 산식 {version['formula_version']}" if until is None else f"↳ {until[:16]}까지: {told}"
