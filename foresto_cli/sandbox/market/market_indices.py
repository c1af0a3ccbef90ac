"""Index quotes: levels follow the stocks' cap-weighted returns, volumes are sums over the market."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from foresto_cli.sandbox.market.noise import uniform
from foresto_cli.sandbox.market.quotes import DOWN, FLAT, UP
from foresto_cli.sandbox.market.whole_market import OPEN, Market

KOSPI, KOSDAQ, KOSPI_200 = range(3)


class Index(NamedTuple):
    """An index as KRX lists it."""

    name: str
    english: str
    group: str
    """KRX idxIndMidclssCd: 01 KRX, 02 KOSPI, 03 KOSDAQ, 04 themes."""
    family: str
    """First digit of the index code (IND_TP_CD)."""
    code: str
    """The other three (IDX_IND_CD)."""
    source: int
    """Which computed level it follows: KOSPI, KOSDAQ or KOSPI_200."""
    scale: float
    since: str


INDICES = (
    Index("코스피", "KOSPI", "02", "1", "001", KOSPI, 1.0, "1980.01.04"),
    Index("코스피 200", "KOSPI 200", "02", "1", "028", KOSPI_200, 1.0, "1990.01.03"),
    Index("코스피 100", "KOSPI 100", "02", "1", "034", KOSPI_200, 7.3, "2000.01.04"),
    Index("코스닥", "KOSDAQ", "03", "2", "001", KOSDAQ, 1.0, "1996.07.01"),
    Index("코스닥 150", "KOSDAQ 150", "03", "2", "203", KOSDAQ, 1.6, "2010.01.04"),
    Index("KRX 300", "KRX 300", "01", "5", "300", KOSPI_200, 4.4, "2010.01.04"),
    Index("코스피 200 TOP 10", "KOSPI 200 TOP 10", "04", "1", "167", KOSPI_200, 5.1, "2007.01.02"),
)


@dataclass(frozen=True)
class Level:
    """One index on one day; ``rate`` in percent, ``value`` and ``cap`` in won."""

    close: float
    change: float
    rate: float
    open: float
    high: float
    low: float
    volume: int
    value: int
    cap: int

    @property
    def direction(self) -> int:
        """Return FLUC_TP_CD: 1 up, 2 down, 3 flat."""
        return UP if self.change > 0 else DOWN if self.change < 0 else FLAT


def find(family: str, code: str) -> Index | None:
    """Return the index with that code, or None."""
    return next((index for index in INDICES if (index.family, index.code) == (family, code)), None)


def level(market: Market, index: Index, day: date) -> Level:
    """Return ``index`` on session ``day``, as far as it is known now."""
    t = market.position(day)
    close = float(market.path.levels[t, index.source])
    before = float(market.path.levels[t - 1, index.source]) if t else close
    return worked_out(market, day, Course(close, before, index.source, index.scale), whole=index.code == "001")


class Course(NamedTuple):
    """What a level follows from: closes before they are scaled, and whose members are counted."""

    close: float
    before: float
    source: int
    scale: float
    draw: int | None = None
    """Which random draws shape the day; None: those of the source."""
    share: float = 0.35
    """Share of the market's trading that its members have."""


def worked_out(market: Market, day: date, course: Course, *, whole: bool = False) -> Level:
    """Return open, high, low and sums of a day around ``course``; ``whole``: everybody on the market is a member."""
    t = market.position(day)
    running = market.state(day) == OPEN
    close, before, source = course.close, course.before, course.source
    number = source if course.draw is None else course.draw
    draws = [float(uniform(market.seed, 20 + stream, day.toordinal(), number)[0]) for stream in range(3)]
    opened = before + (close - before) * 0.5 * draws[0] + before * 0.002 * (draws[1] - 0.5)
    if running:
        close = opened + (close - opened) * market.progress
    high = max(opened, close) * (1 + 0.006 * draws[1])
    low = min(opened, close) * (1 - 0.006 * draws[2])
    quotes = market.quotes_so_far(day) if running else market.quotes(day)
    members = (market.markets == ("KSQ" if source == KOSDAQ else "STK")) & (market.path.status[t] != 0)
    share = 1.0 if whole else course.share
    scaled = [round(number * course.scale, 2) for number in (close, before, opened, high, low)]
    change = round(scaled[0] - scaled[1], 2)
    return Level(
        scaled[0],
        change,
        round(100 * change / scaled[1], 2),
        scaled[2],
        scaled[3],
        scaled[4],
        int(quotes.volume[members].sum() * share),
        int(quotes.value[members].sum() * share),
        int(quotes.cap[members].sum() * (1.0 if whole else 0.85 if course.draw is None else share)),
    )
