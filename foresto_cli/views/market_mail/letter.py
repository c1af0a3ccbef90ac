"""The market mail as a letter: facts in, subject, HTML and plain text out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from email.utils import parseaddr
from html import escape

from foresto_cli.views import words
from foresto_cli.views.market_mail.mail_facts import LEAST_SCORE_MOVE, LIQUID, Facts, Row, Section
from foresto_cli.views.templating import filled

UP, DOWN, FLAT = "up", "down", "flat"
AXES = (("financial", "재무"), ("valuation", "밸류"), ("technical", "기술"), ("risk", "리스크"))
INDEX_NAMES = {"KOSPI": "코스피", "KOSDAQ": "코스닥"}
UNSUBSCRIBE = "수신 거부"


@dataclass(frozen=True)
class Draft:
    """A letter without an address.

    Attributes:
        subject: one line.
        html: for mail clients that show it.
        text: the same in plain text.
    """

    subject: str
    html: str
    text: str


@dataclass(frozen=True)
class Outside:
    """The other sections of the mail: indices abroad, the watchlist, and notable filings since the last mail."""

    abroad: Section
    watched: Section
    filings: Section


@dataclass(frozen=True)
class Frame:
    """What is around the news.

    Attributes:
        ages: (data set, newest day) of what the mail is made of.
        sender: who writes; an answer there ends the mails.
        is_sandbox: the numbers are synthetic.
        pages: address of the folder in which readers find the pages of stocks; None where they cannot.
    """

    ages: Sequence[tuple[str, str]]
    sender: str
    is_sandbox: bool
    pages: str | None = None

    def page_of(self, ticker: str) -> str:
        """Return the address of a stock's page; empty when readers cannot open it."""
        return f"{self.pages}/{ticker}.html" if self.pages else ""


def draft(facts: Facts, outside: Outside, frame: Frame) -> Draft:
    """Return the letter; whatever came from outside is escaped in its HTML."""
    subject = _subject(facts, frame)
    values = {
        "subject": subject,
        "is_sandbox": frame.is_sandbox,
        "day": words.day(facts.session),
        "is_provisional": facts.is_provisional,
        "breadth": facts.breadth,
        "home": _section(facts.indices, _index),
        "abroad": _section(outside.abroad, _index),
        "watched": _section(outside.watched, _watched),
        "page_of": frame.page_of,
        "sectors": [_market(market) for market in facts.sectors.markets],
        "sector_day": _other_day(facts.sectors.day, facts.session),
        "gainers": _section(facts.gainers, _mover),
        "losers": _section(facts.losers, _mover),
        "liquid": words.won(LIQUID),
        "cards": _section(facts.cards, _card),
        "score_day": _other_day(facts.score_date, facts.session),
        "score_movers": _section(facts.score_movers, _score_mover),
        "score_before": f"{facts.score_before:%m-%d}" if facts.score_before else "",
        "top": _section(facts.top, _best),
        "left_out": facts.left_out,
        "least_move": f"{LEAST_SCORE_MOVE:.0f}",
        "filings": outside.filings,
        "ages": frame.ages,
        "sender": parseaddr(frame.sender)[1],
        "unsubscribe": UNSUBSCRIBE,
    }
    html, text = filled("market_mail.html", **values), filled("market_mail.txt", **values)
    return Draft(subject, html, text)


def without_prices(session: date, listed: int, why: str, reason: str, frame: Frame) -> Draft:
    """Return the letter about a session of which there is no price: what is missing, why, and what happens next."""
    mock = "[모의] " if frame.is_sandbox else ""
    missing = f"{words.day(session)} 시세 없음 (0/{listed:,}종목)" + (f": {why}" if why else "")
    lines = [
        missing,
        reason,
        "시세를 받으면 다음 작업이 자동으로 저장하고 점수를 매깁니다. 지금 상태: foresto status, foresto prices gaps",
    ]
    lines = [line for line in lines if line]
    ages = [f"{name}: {newest}" for name, newest in frame.ages]
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    listed_ages = "".join(f"<li>{escape(line)}</li>" for line in ages)
    style = "font-family:sans-serif;max-width:600px;margin:0 auto;padding:16px"
    head = f'<!doctype html><html lang="ko"><meta charset="utf-8"><body style="{style}">'
    html = f"{head}{body}<ul>{listed_ages}</ul></body></html>"
    return Draft(f"{mock}[foresto] {missing}", html, "\n\n".join([*lines, "\n".join(ages)]) + "\n")


def _subject(facts: Facts, frame: Frame) -> str:
    told = [
        f"{INDEX_NAMES[row['name']]} {row['close']:,.2f} ({words.signed(row['rate'])}%)"
        for row in facts.indices.rows[:1]
    ]
    mock = "[모의] " if frame.is_sandbox else ""
    return f"{mock}[foresto] {words.day(facts.session)} 시장 요약" + "".join(f" · {one}" for one in told)


def _section(section: Section, view: Callable[[Row], Row]) -> Section:
    return Section([view(row) for row in section.rows], section.missing)


def _direction(number: float) -> str:
    return UP if number > 0 else DOWN if number < 0 else FLAT


def _other_day(day: date | None, session: date) -> str:
    return "" if day is None or day == session else words.day(day)


def _index(row: Row) -> Row:
    return {
        "name": INDEX_NAMES.get(row["name"], row["name"]),
        "close": f"{row['close']:,.2f}",
        "change": words.signed(float(row["change"])) if row["change"] is not None else "",
        "rate": f"{words.signed(float(row['rate']))}%" if row["rate"] is not None else "",
        "direction": _direction(row["rate"] or 0),
        "day": f"{row['day']:%m-%d}" if "day" in row else "",
    }


def _market(market: Row) -> Row:
    return {"name": market["name"], **{end: [_sector(row) for row in market[end]] for end in ("best", "worst")}}


def _sector(row: Row) -> Row:
    return {
        "name": row["name"],
        "rate": f"{words.signed(float(row['rate']))}%",
        "direction": _direction(row["rate"]),
    }


def _mover(row: Row) -> Row:
    return {
        "ticker": row["ticker"],
        "name": row["name"],
        "designation": f"{row['designation']}" if row["designation"] else "",
        "market": row["market"],
        "close": f"{row['close']:,.0f}",
        "rate": f"{words.signed(float(row['rate']))}%",
        "direction": _direction(row["rate"]),
        "value": words.won(row["value"]),
    }


def _best(row: Row) -> Row:
    return {
        "ticker": row["ticker"],
        "name": row["name"],
        "market": row["market"],
        "score": f"{row['total_score']:.1f}",
        "grade": row["grade"] or "–",
        **_moved(row["moved"]),
    }


def _watched(row: Row) -> Row:
    rate = row["rate"]
    return {
        "ticker": row["ticker"],
        "name": row["name"],
        "designation": f"{row['designation']}" if row["designation"] else "",
        "close": "시세 없음" if row["close"] is None else f"{row['close']:,.0f}원",
        "rate": "거래 없음" if row["is_halted"] else "" if rate is None else f"{words.signed(float(rate))}%",
        "direction": _direction(rate or 0),
        "score": "" if row["score"] is None else f"{row['score']:.1f} {row['grade'] or '–'}",
        **_moved(row["moved"]),
    }


def _moved(moved: float | None) -> Row:
    """Return a change of a score as text and CSS class; the text is empty when it rounds to 0."""
    told = "" if moved is None else words.signed(moved, 1)
    return {"moved": told if told.strip("0.") else "", "moved_direction": _direction(moved or 0)}


def _card(row: Row) -> Row:
    axes = [(label, row[name]) for name, label in AXES]
    return {
        "ticker": row["ticker"],
        "name": row["name"],
        "designation": f"{row['designation']}" if row["designation"] else "",
        "rate": f"{words.signed(float(row['rate']))}%",
        "direction": _direction(row["rate"]),
        "score": f"{row['score']:.1f}",
        "grade": row["grade"] or "–",
        "axes": [
            {"label": label, "score": "–" if score is None else f"{score:.0f}", "share": round(float(score or 0))}
            for label, score in axes
        ],
        "commentary": row["commentary"] or "",
    }


def _score_mover(row: Row) -> Row:
    return {
        "ticker": row["ticker"],
        "name": row["name"],
        "designation": f"{row['designation']}" if row["designation"] else "",
        "before": f"{row['before']:.1f} {row['grade_before'] or '–'}",
        "score": f"{row['score']:.1f} {row['grade'] or '–'}",
        "moved": words.signed(float(row["moved"]), 1),
        "direction": _direction(row["moved"]),
    }
