"""Watched stocks as they are now, what was told of each, and what is new."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.datasets.listed import designations
from foresto_cli.views import words

LEAST_MOVE = Decimal(5)
"""Points of the score that are news."""
WATCHED = (
    "SELECT w.ticker, coalesce(s.name, l.name, e.name, w.ticker) AS name, s.compass_score AS score,"
    " s.compass_grade AS grade, l.ticker IS NULL AND e.ticker IS NOT NULL AS is_fund,"
    " coalesce(s.current_price, e.current_price) AS price,"
    " s.compass_summary AS summary, w.last_notified_score AS told_score, w.last_notified_grade AS told_grade,"
    " w.last_notified_at AS told_at, w.last_notified_designation AS told_designation"
    " FROM watchlist w LEFT JOIN stocks s USING (ticker)"
    " LEFT JOIN fdr_stock_listing l USING (ticker) LEFT JOIN etfs e USING (ticker) ORDER BY w.created_at, w.ticker"
)
Row = dict[str, Any]


def read(connection: Connection) -> list[Row]:
    """Return every watched stock with its score, price and designation of now and what was told last."""
    rows = connection.execute(text(WATCHED)).mappings().all()
    marked = designations.as_of(connection, tickers=[row["ticker"] for row in rows])
    found = [{**row, "designation": marked.get(row["ticker"])} for row in rows]
    return [{**row, "designated": str(row["designation"]) if row["designation"] else None} for row in found]


def set_bases(connection: Connection) -> None:
    """Let the score of now be what later ones are compared with, where there was none."""
    connection.execute(
        text(
            "UPDATE watchlist w SET last_notified_score = s.compass_score, last_notified_grade = s.compass_grade"
            " FROM stocks s WHERE s.ticker = w.ticker AND w.last_notified_score IS NULL AND s.compass_score IS NOT NULL"
        )
    )


def has_moved(row: Row) -> bool:
    """Say whether the score moved by :data:`LEAST_MOVE` points, or the grade is another one."""
    if row["score"] is None or row["told_score"] is None:
        return False
    return bool(abs(row["score"] - row["told_score"]) >= LEAST_MOVE or row["grade"] != row["told_grade"])


def is_marked_anew(row: Row) -> bool:
    """Say whether a designation began, ended or changed since it was told."""
    return bool(_word(row) != row["told_designation"])


def _word(row: Row) -> str | None:
    marked = row["designation"]
    if marked is None:
        return None
    return f"{marked['word'] if isinstance(marked, dict) else marked.word}"


def remember_scores(connection: Connection, moved: Sequence[Row]) -> None:
    """Remember the scores that were told."""
    for row in moved:
        connection.execute(
            text(
                "UPDATE watchlist SET last_notified_score = :score, last_notified_grade = :grade,"
                " last_notified_at = :now WHERE ticker = :ticker"
            ),
            {"score": row["score"], "grade": row["grade"], "now": clock.wall(), "ticker": row["ticker"]},
        )


def remember_designations(connection: Connection, rows: Sequence[Row], told_at: datetime | None = None) -> None:
    """Remember the designations that were told, or, without ``told_at``, found when the stock was added."""
    for row in rows:
        connection.execute(
            text(
                "UPDATE watchlist SET last_notified_designation = :word,"
                " last_notified_at = coalesce(CAST(:now AS timestamp), last_notified_at) WHERE ticker = :ticker"
            ),
            {"word": _word(row), "now": told_at, "ticker": row["ticker"]},
        )


def points(score: object, grade: object) -> str | None:
    """Return ``71.2 B``; None when there is no score."""
    return None if score is None else f"{score:.1f} {grade or '–'}"


def standing(row: Row) -> str:
    """Return in a sentence where a stock stands now."""
    if row["is_fund"]:
        price = "아직 시세가 없습니다." if row["price"] is None else f"현재가 {row['price']:,}원입니다."
        return f"ETF라 점수는 없습니다. {price}"
    told = f"지금 {points(row['score'], row['grade'])}" if row["score"] is not None else "아직 점수가 없습니다."
    return f"{told} {row['designation']} 종목입니다." if row["designation"] else told


def lines(row: Row) -> list[str]:
    """Return what is new about a stock, a line for the designation and one for the score."""
    named = f"{row['name']}({row['ticker']})"
    told = [f"! {named} {marked_words(row)}"] if is_marked_anew(row) else []
    if has_moved(row):
        before, after = points(row["told_score"], row["told_grade"]), points(row["score"], row["grade"])
        moved = words.signed(float(row["score"]) - float(row["told_score"]), 1)
        mark = f" [{row['designated']}]" if row["designated"] and not told else ""
        told.append(f"{named}{mark} {before} → {after} ({moved})")
    return told


def marked_words(row: Row) -> str:
    """Return which designation began or ended: ``관리종목 지정(2026-11-20부터)``, ``관리종목 지정 해제``."""
    if row["designated"] is None:
        return f"{row['told_designation']} 지정 해제"
    word, since = row["designated"].split("(", 1)
    former = f"{row['told_designation']}에서 " if row["told_designation"] else ""
    return f"{former}{word} 지정({since}"


def plain(row: Row) -> Row:
    """Return the row with numbers and moments as JSON knows them."""
    plain = {name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()}
    told_at = f"{row['told_at']:%Y-%m-%d %H:%M:%S}" if row["told_at"] else None
    return plain | {"designation": designations.plain(row["designation"]), "told_at": told_at}
