"""The filings of an ordinary day about nothing that other parts of the sandbox tell: holdings, contracts, notices.

About a quarter of the listed companies files on a business day, as outside, and nearly as many filings are those of
funds and companies without a share. They arrive between 07:30 and 18:30 and are not in the list before; receipt
numbers are given by division (감독원 or 거래소) in order of arrival, so that what arrives moves later pages.
"""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from foresto_cli.sandbox.dart import dart_companies
from foresto_cli.sandbox.dart.dart_companies import Company
from foresto_cli.sandbox.dart.dart_filings import BOARDS, CORRECTION, Filing
from foresto_cli.sandbox.dart.dart_once import once
from foresto_cli.sandbox.market import Market, market_calendar, market_names
from foresto_cli.sandbox.market.noise import uniform

if TYPE_CHECKING:
    from collections.abc import Iterator

OPENS, OPEN_MINUTES = time(7, 30), 660
CORRECTED = 0.04
CORRECTED_AFTER = timedelta(days=7)
UNLISTED = 0.18
"""Filings of those without a share, for each listed company."""
FIRST_UNLISTED = 91_000_000
SUPERVISED, EXCHANGE = 500_000, 900_000
"""Where the receipt numbers of both divisions begin."""
PERSON, INSTITUTION, ITSELF, BOARD = "person", "institution", "itself", "board"
INSTITUTIONS = ("국민연금공단", "한결자산운용", "세움자산운용", "BlackSwan Fund Advisors", "푸른투자자문", "두레은행")
BOARD_NAMES = {"STK": "유가증권시장본부", "KSQ": "코스닥시장본부", "KNX": "코스닥시장본부"}
OTHERS = (
    ("감사보고서 (2025.12)", "F"),
    ("투자설명서(집합투자증권-신탁형)", "G"),
    ("증권신고서(집합투자증권)", "G"),
    ("자산유동화계획의변경등록신청서", "H"),
    ("일괄신고추가서류(파생결합증권-주가연계증권)", "C"),
    ("최대주주등의주식보유변동", "J"),
)


class Kind(NamedTuple):
    """One kind: its name, letter, detailed type, who files it, and the share of companies with one on a day."""

    name: str
    letter: str
    detail: str
    share: float
    filer: str = ITSELF


KINDS = (
    Kind("임원ㆍ주요주주특정증권등소유상황보고서", "D", "D002", 0.075, PERSON),
    Kind("주식등의대량보유상황보고서(약식)", "D", "D001", 0.012, INSTITUTION),
    Kind("주식등의대량보유상황보고서(일반)", "D", "D001", 0.006, PERSON),
    Kind("단일판매ㆍ공급계약체결", "I", "I001", 0.012),
    Kind("단일판매ㆍ공급계약해지", "I", "I001", 0.0004),
    Kind("기타경영사항(자율공시)", "I", "I001", 0.014),
    Kind("최대주주등소유주식변동신고서", "I", "I001", 0.016),
    Kind("타법인주식및출자증권취득결정", "I", "I001", 0.004),
    Kind("타인에대한채무보증결정(자회사의 주요경영사항)", "I", "I001", 0.002),
    Kind("유상증자결정(종속회사의주요경영사항)", "I", "I001", 0.001),
    Kind("주주총회소집결의", "I", "I001", 0.006),
    Kind("기업설명회(IR)개최(안내공시)", "I", "I001", 0.012),
    Kind("전환청구권행사", "I", "I001", 0.01),
    Kind("최대주주변경", "I", "I001", 0.001),
    Kind("소송등의제기ㆍ신청(경영권분쟁소송)", "I", "I001", 0.001),
    Kind("횡령ㆍ배임혐의발생", "I", "I001", 0.0004),
    Kind("조회공시요구(풍문또는보도)", "I", "I004", 0.0006, BOARD),
    Kind("주요사항보고서(자기주식취득결정)", "B", "B001", 0.002),
    Kind("주요사항보고서(자기주식처분결정)", "B", "B001", 0.0015),
    Kind("주요사항보고서(전환사채권발행결정)", "B", "B001", 0.0025),
    Kind("주요사항보고서(신주인수권부사채권발행결정)", "B", "B001", 0.0003),
    Kind("주요사항보고서(교환사채권발행결정)", "B", "B001", 0.0008),
    Kind("주요사항보고서(타법인주식및출자증권양수결정)", "B", "B001", 0.0005),
    Kind("자기주식취득결과보고서", "E", "E002", 0.001),
    Kind("증권신고서(채무증권)", "C", "C001", 0.002),
    Kind("주주총회소집공고", "E", "E006", 0.006),
    Kind("특수관계인과의내부거래", "J", "J004", 0.003),
)
ALWAYS = KINDS[0]
"""Of this kind there is one on every business day, however small the market."""


class Unlisted(NamedTuple):
    """Who files and has no share: what the list says of it."""

    number: int
    name: str
    corp_code: str
    ticker: str = ""
    corp_cls: str = "E"


class _Draft(NamedTuple):
    minute: float
    company: "Company | Unlisted"
    kind: Kind
    is_correction: bool = False
    is_corrected: bool = False


def is_open(day: date) -> bool:
    """Say whether filings are received: on every day that the calendar of the exchange announced as a session."""
    return day in _announced(day.year)


@once(16)
def _announced(year: int) -> frozenset[date]:
    return frozenset(market_calendar.announced_sessions(year))


@once(256)
def of(market: Market, day: date) -> tuple[Filing, ...]:
    """Return what is received on ``day`` from morning to evening, in order of the receipt numbers."""
    if not is_open(day):
        return ()
    drafts = [*_originals(market, day), *_corrections(market, day), *_unlisted(market, day)]
    drafts.sort(key=lambda one: (one.minute, one.company.number, one.kind.name))
    found: list[Filing] = []
    serial = {SUPERVISED: 0, EXCHANGE: 0}
    for one in drafts:
        division = EXCHANGE if one.kind.letter == "I" else SUPERVISED
        serial[division] += 1
        number = f"{day:%Y%m%d}{division + serial[division]:06d}"
        found.append(_filing(one, day, number))
    return tuple(sorted(found, key=lambda one: one.number))


def received(market: Market, first: date, last: date, now: datetime) -> "Iterator[Filing]":
    """Yield what was received from ``first`` to ``last`` by ``now``."""
    for ordinal in range(first.toordinal(), min(last, now.date()).toordinal() + 1):
        day = date.fromordinal(ordinal)
        yield from (one for one in of(market, day) if day < now.date() or one.at <= now.time())


def _originals(market: Market, day: date) -> "Iterator[_Draft]":
    known = dart_companies.of(market)
    is_corrected_later = is_open(day + CORRECTED_AFTER)
    minutes, redone = (uniform(market.seed, 390 + n, day.toordinal(), known.numbers) for n in range(2))
    alive = [is_alive(company, day) for company in known.all]
    turn = day.toordinal() % len(known.all)
    order = [*range(turn, len(known.all)), *range(turn)]
    always = set([place for place in order if alive[place]][:1])
    for stream, kind in enumerate(KINDS):
        draws = uniform(market.seed, 300 + stream, day.toordinal(), known.numbers).tolist()
        places = {place for place, draw in enumerate(draws) if draw < kind.share and alive[place]}
        for place in sorted(places | always if kind is ALWAYS else places):
            minute = float(minutes[place] * 0.9 + (stream * 37 % 100) / 1_000) * OPEN_MINUTES
            again = is_corrected_later and kind.letter in "BI" and float(redone[place]) < CORRECTED
            yield _Draft(minute, known.all[place], kind, is_corrected=again)


def _corrections(market: Market, day: date) -> "Iterator[_Draft]":
    before = day - CORRECTED_AFTER
    if is_open(before):
        for one in _originals(market, before):
            if one.is_corrected and is_alive(one.company, day):
                yield one._replace(is_correction=True, is_corrected=False)


def _unlisted(market: Market, day: date) -> "Iterator[_Draft]":
    size = market.size
    for turn in range(int(size * UNLISTED) + day.toordinal() % 3):
        draw = float(uniform(market.seed, 395, day.toordinal(), turn)[0])
        number = int(draw * 1e6) % (size * 2 + 50)
        name, letter = OTHERS[int(draw * 1e4) % len(OTHERS)]
        filer = Unlisted(number, f"{market_names.company(number + 7_000)[0]}유한회사", f"{FIRST_UNLISTED + number:08d}")
        yield _Draft(draw * OPEN_MINUTES, filer, Kind(name, letter, f"{letter}001", 0))


def is_alive(company: "Company | Unlisted", day: date) -> bool:
    """Say whether the company files on ``day``: it is listed."""
    return isinstance(company, Unlisted) or (company.files_from <= day and (company.gone is None or day < company.gone))


def _filing(one: _Draft, day: date, number: str) -> Filing:
    company, kind = one.company, one.kind
    at = (datetime.combine(day, OPENS) + timedelta(minutes=one.minute)).time()
    remark = BOARDS[company.stock.market] if isinstance(company, Company) and kind.letter == "I" else ""
    return Filing(
        company,
        day,
        number,
        f"{CORRECTION if one.is_correction else ''}{kind.name}",
        kind.letter,
        kind.detail,
        number,
        remark,
        filer=_filer(company, kind, day),
        at=at,
        corrected_on=day + CORRECTED_AFTER if one.is_corrected else None,
    )


def _filer(company: "Company | Unlisted", kind: Kind, day: date) -> str:
    """Return who hands the filing in (flr_nm): of many that are about a company, somebody else."""
    if kind.filer == ITSELF or not isinstance(company, Company):
        return company.name
    if kind.filer == BOARD:
        return BOARD_NAMES[company.stock.market]
    turn = company.number + day.toordinal()
    return market_names.person(turn) if kind.filer == PERSON else INSTITUTIONS[turn % len(INSTITUTIONS)]
