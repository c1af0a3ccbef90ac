"""What the market mail tells from our own database: every query of the mail is here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli.datasets.listed import designations
from foresto_cli.datasets.listed.designations import Designation
from foresto_cli.store.fragments import Fragment, fragment
from foresto_cli.views import top_scores
from foresto_cli.views.market_mail import mail_sectors

LIQUID = 1_000_000_000
"""Won traded in the session (10억원): a stock below moves by single orders and is no news."""
MOVERS = 5
CARDS = 3
SCORE_MOVERS = 5
TOP = 5
"""Best scores."""
LEAST_SCORE_MOVE = 5.0
RISING, FALLING = 1, -1
INDICES = ("KOSPI", "KOSDAQ")

NO_SCORES = "아직 점수를 매기지 않았습니다."

PRICED = Fragment("""
  SELECT p.ticker, coalesce(p.name, l.name, p.ticker) AS name, coalesce(p.market, l.market) AS market,
         p.close_price AS close, p.is_halted, p.quality_flag = 'PROVISIONAL' OR p.price_basis = 'EXTENDED' AS is_open,
         coalesce(p.change_rate, round((p.adj_close_price / nullif(b.adj_close_price, 0) - 1) * 100, 2)) AS rate,
         coalesce(p.trading_value, p.close_price * p.volume) AS value
  FROM stock_price_daily p LEFT JOIN fdr_stock_listing l USING (ticker)
  LEFT JOIN stock_price_daily b ON p.quality_flag = 'ADJUSTED' AND b.ticker = p.ticker AND b.trade_date = :before
  WHERE p.trade_date = :session AND coalesce(p.market, l.market) LIKE 'KOS%'
""")
"""The stocks of a session; a chart, the only source without keys, tells neither market nor change nor value."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Section:
    """One part of the mail: rows, or in one sentence why there are none."""

    rows: Sequence[Row]
    missing: str = ""


@dataclass(frozen=True)
class Facts:
    """The session as it is stored.

    Attributes:
        session: the trading day told of.
        is_provisional: its prices were read before they were final.
        stocks: how many stocks have a price that day.
        breadth: how many rose, stayed and fell.
        indices: KOSPI and KOSDAQ.
        sectors: the best and worst sectors of both.
        gainers: largest rises among liquid stocks.
        losers: largest falls among them.
        cards: scores of the first of both.
        score_movers: largest moves of the score since the scoring before.
        top: best scores, without designated and suspended stocks.
        left_out: in one sentence how many of those were left out of ``top``.
        score_date: day of the newest scores.
        score_before: day of the scores they are compared with.
    """

    session: date
    is_provisional: bool
    stocks: int
    breadth: Row
    indices: Section
    sectors: mail_sectors.Sectors
    gainers: Section
    losers: Section
    cards: Section
    score_movers: Section
    top: Section
    left_out: str
    score_date: date | None
    score_before: date | None


def gathered(connection: Connection, session: date, before: date) -> Facts:
    """Read what is stored about ``session``; ``before`` is the one before it."""
    counts = counted(connection, session, before)
    gainers, losers = (movers(connection, session, before, direction) for direction in (RISING, FALLING))
    days = score_days(connection)
    marked = designations.as_of(connection, session)
    best = top_scores.best(connection, top_scores.Wanted(top=TOP))
    return Facts(
        session=session,
        is_provisional=counts["provisional"],
        stocks=counts["stocks"],
        breadth={name: counts[name] for name in ("up", "flat", "down")},
        indices=_indices(connection, session),
        sectors=mail_sectors.of(connection, session, before),
        gainers=_with_designations(gainers, marked),
        losers=_with_designations(losers, marked),
        cards=_with_designations(_cards(connection, [*gainers.rows[:CARDS], *losers.rows[:CARDS]], days), marked),
        score_movers=_with_designations(score_movers(connection, days), marked),
        top=Section(_with_moves(connection, best, days), "" if best and best.rows else NO_SCORES),
        left_out=best.told if best else "",
        score_date=days[0] if days else None,
        score_before=days[1] if len(days) > 1 else None,
    )


def _with_moves(connection: Connection, best: top_scores.Top | None, days: Sequence[date]) -> list[Row]:
    """Return the best scores, each with its change since the day before as ``moved``; None when it is unknown."""
    rows: list[Row] = [dict(row) for row in best.rows] if best else []
    earlier = top_scores.totals(connection, days[1], [row["ticker"] for row in rows]) if len(days) > 1 else {}
    for row in rows:
        row["moved"] = top_scores.change(row["total_score"], earlier.get(row["ticker"]))
    return rows


def counted(connection: Connection, session: date, before: date) -> Row:
    """Return the number of stocks of a session, and of those that rose, stayed and fell; whether it is provisional."""
    return _rows(
        connection,
        fragment(
            "SELECT count(*) AS stocks, count(*) FILTER (WHERE rate > 0) AS up,"
            " count(*) FILTER (WHERE rate = 0) AS flat, count(*) FILTER (WHERE rate < 0) AS down,"
            " coalesce(bool_or(is_open), false) AS provisional FROM ({priced}) p",
            priced=PRICED,
        ),
        session=session,
        before=before,
    )[0]


def _rows(connection: Connection, query: str, **parameters: object) -> list[Row]:
    return [dict(row) for row in connection.execute(text(query), parameters).mappings()]


def _with_designations(section: Section, marked: Mapping[str, Designation]) -> Section:
    return Section([row | {"designation": marked.get(row["ticker"])} for row in section.rows], section.missing)


def _indices(connection: Connection, session: date) -> Section:
    rows = _rows(
        connection,
        "SELECT index_code AS name, close_price AS close, price_change AS change, change_rate AS rate"
        " FROM index_price_daily WHERE trade_date = :session AND index_code = ANY(:names)"
        " ORDER BY array_position(:names, index_code::text)",
        session=session,
        names=list(INDICES),
    )
    lacking = [name for name in INDICES if name not in {row["name"] for row in rows}]
    return Section(rows, f"{', '.join(lacking)} 지수를 아직 받지 못했습니다." if lacking else "")


def movers(connection: Connection, session: date, before: date, direction: int, most: int = MOVERS) -> Section:
    """Return the liquid stocks that rose (:data:`RISING`) or fell most in a session, at most ``most``."""
    rows = _rows(
        connection,
        fragment(
            "SELECT ticker, name, market, close, rate, value FROM ({priced}) p WHERE NOT is_halted AND value >= :liquid"
            " AND rate * :direction > 0 ORDER BY rate * :direction DESC, value DESC, ticker LIMIT :movers",
            priced=PRICED,
        ),
        direction=direction,
        session=session,
        before=before,
        liquid=LIQUID,
        movers=most,
    )
    return Section(rows, "" if rows else "해당하는 종목이 없습니다.")


def score_days(connection: Connection) -> list[date]:
    """Return the newest scored day and the one before, of the same formula."""
    rows = _rows(
        connection,
        "SELECT DISTINCT score_date FROM compass_score_run WHERE formula_version = (SELECT formula_version"
        " FROM compass_score_run ORDER BY score_date DESC, run_id DESC LIMIT 1) ORDER BY 1 DESC LIMIT 2",
    )
    return [row["score_date"] for row in rows]


def _cards(connection: Connection, movers: Sequence[Row], days: Sequence[date]) -> Section:
    if not days:
        return Section([], NO_SCORES)
    rates = {mover["ticker"]: mover["rate"] for mover in movers}
    rows = _rows(
        connection,
        "SELECT ticker, name, compass_score AS score, compass_grade AS grade, compass_financial_score AS financial,"
        " compass_valuation_score AS valuation, compass_technical_score AS technical, compass_risk_score AS risk,"
        " compass_commentary AS commentary FROM stocks"
        " WHERE ticker = ANY(:tickers) AND compass_score IS NOT NULL ORDER BY array_position(:tickers, ticker::text)",
        tickers=list(rates),
    )
    cards = [{**row, "rate": rates[row["ticker"]]} for row in rows]
    return Section(cards, "" if cards else "오르내린 종목 가운데 점수가 있는 종목이 없습니다.")


def score_movers(connection: Connection, days: Sequence[date], most: int = SCORE_MOVERS) -> Section:
    """Return the stocks whose score moved most between two days, newest day first in ``days``; at most ``most``."""
    if not days:
        return Section([], NO_SCORES)
    if len(days) == 1:
        return Section([], f"비교할 이전 점수가 없습니다. {days[0]}이 첫 점수입니다.")
    rows = _rows(
        connection,
        "SELECT n.ticker, s.name, b.total_score AS before, n.total_score AS score, b.grade AS grade_before, n.grade,"
        " n.total_score - b.total_score AS moved FROM compass_score_history n"
        " JOIN compass_score_history b ON b.ticker = n.ticker AND b.formula_version = n.formula_version"
        " AND b.score_date = :before JOIN stocks s ON s.ticker = n.ticker"
        " WHERE n.score_date = :newest AND abs(n.total_score - b.total_score) >= :least"
        " ORDER BY abs(n.total_score - b.total_score) DESC, n.ticker LIMIT :movers",
        newest=days[0],
        before=days[1],
        least=LEAST_SCORE_MOVE,
        movers=most,
    )
    return Section(rows, "" if rows else f"{LEAST_SCORE_MOVE:.0f}점 이상 움직인 종목이 없습니다.")


def ages(connection: Connection) -> list[tuple[str, str]]:
    """Return (data set, its newest day) of everything the mail is made of."""
    rows = _rows(
        connection,
        "SELECT '시세' AS label, (SELECT max(trade_date) FROM stock_price_daily) AS newest"
        " UNION ALL SELECT '지수', (SELECT max(trade_date) FROM index_price_daily)"
        " UNION ALL SELECT '점수', (SELECT max(score_date) FROM compass_score_run)"
        " UNION ALL SELECT '공시', (SELECT max(rcept_dt) FROM dart_filing)",
    )
    return [(row["label"], f"{row['newest']}" if row["newest"] else "없음") for row in rows]
