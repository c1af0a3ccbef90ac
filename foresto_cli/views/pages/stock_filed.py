"""The filings of a company on its stock's page: quarterly figures, dividends, corporate actions, newest filings."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from foresto_cli.datasets.listed.names import Security
from foresto_cli.views import stored_filings, words
from foresto_cli.views.pages import svg
from foresto_cli.views.reading import show_actions, show_statements
from foresto_cli.views.reading.reading import price

FILINGS, PAYMENTS, DECISIONS = 15, 12, 10
AMOUNTS = (
    ("revenue", "매출액"),
    ("operating_income", "영업이익"),
    ("net_income", "당기순이익"),
    ("owners_net_income", "지배주주 순이익"),
    ("operating_cash_flow", "영업활동 현금흐름"),
    ("total_assets", "자산총계"),
    ("total_equity", "자본총계"),
)
Row = Mapping[str, Any]


def quarters(connection: Connection, one: Security, today: date) -> dict[str, object] | None:
    """Return the standalone quarters of a company, newest last; None when no statement is stored."""
    wish = show_statements.Wish(given=one.code, as_of=today)
    rows = show_statements.told(connection, one, wish)
    if not rows:
        return None
    currencies = {row["currency"] for row in rows}
    is_won = currencies <= {"KRW"}
    return {
        "bases": "·".join(sorted({show_statements.BASES[row["fs_div"]] for row in rows if row["fs_div"]})),
        "unit": "원" if is_won else "·".join(sorted(filter(None, currencies))),
        "periods": [row["period"] for row in rows],
        "lines": [
            (label, [_amount(row[name], is_won=is_won) for row in rows])
            for name, label in AMOUNTS
            if any(row[name] is not None for row in rows)
        ],
        "received": [f"{row['rcept_dt']}" for row in rows],
        "charts": [
            (label, svg.bars([_bar(row, name, is_won=is_won) for row in rows], f"분기 {label}", kind))
            for (name, label), kind in zip(AMOUNTS[:2], ("plain", ""), strict=True)
        ],
    }


def _amount(value: float | None, *, is_won: bool) -> str:
    if value is None:
        return "–"
    told = words.won(float(value)) if is_won else f"{value / show_statements.MILLION:,.0f}백만"
    return told.replace("-", "−")


def _bar(row: Row, name: str, *, is_won: bool) -> tuple[str, float | None, str]:
    value = None if row[name] is None else float(row[name])
    return row["period"], value, f"{row['period']} {_amount(value, is_won=is_won)}"


def payments(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Return the newest of the dividends ``rows`` as the page prints them."""
    return [
        {
            "year": f"{row['fiscal_year'] or '–'}",
            "ex": f"{row['ex_date'] or '–'}",
            "record": f"{row['record_date'] or '–'}",
            "paid": f"{row['payment_date'] or '–'}",
            "amount": "–" if row["amount"] is None else f"{price(row['amount'])}원",
            "yield": "–" if row["dividend_yield"] is None else f"{row['dividend_yield']:.2f}%",
            "source": f"{row['source']}{' ⚠' if row['is_doubtful'] else ''}",
        }
        for row in rows[:PAYMENTS]
    ]


def decided(connection: Connection, ticker: str) -> list[dict[str, str]]:
    """Return the company's corporate actions, newest first."""
    return [
        {
            "filed": f"{row['rcept_dt']}",
            "action": row["action"],
            "effective": f"{row['effective_date'] or row['record_date'] or '–'}",
            "ratio": "–" if row["ratio"] is None else f"{row['ratio']:.4g}",
            "state": row["state"] or "",
            "url": f"{stored_filings.VIEWER}{row['rcept_no']}",
        }
        for row in show_actions.of(connection, ticker)[:DECISIONS]
    ]


def filed(connection: Connection, ticker: str, today: date) -> list[dict[str, Any]]:
    """Return the newest filings of the company, with their type and their address at DART."""
    given = {
        "ticker": stored_filings.issuer_of(ticker),
        "types": None,
        "since": date.min,
        "until": today,
        "limit": FILINGS,
    }
    rows = [stored_filings.plain(dict(row)) for row in connection.execute(stored_filings.FOUND, given).mappings()]
    return [row | {"report": " ".join(row["report"].split())} for row in rows]
