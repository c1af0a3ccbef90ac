"""The whole table of dividends: some 25 records a stock, of everybody who was ever listed, oddities included.

A third never pay, some pay by the quarter; preferred shares pay a little more and have records of their own; a few
amounts were not recorded, and one is what the whole company paid instead of what a share got.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

from foresto_cli.sandbox.market import codes

if TYPE_CHECKING:
    from foresto_cli.sandbox.market import Market
    from foresto_cli.sandbox.market.market_stock import Stock

DECEMBER = 12
UNPAID = 2
"""Of five dividends, those without a day of payment."""
SINCE, ODD_BEFORE = 2009, 2018
WHOLE_COMPANY = "1851481913"
"""The amount that somebody took for that of one share."""
KINDS = {"preferred": ("0201", "우선주")}
COMMON = ("0101", "보통주")
REASONS = {"02": "현금배당", "03": "동시배당", "04": "무배당"}
ANNOUNCED = timedelta(days=60)
"""Dividends of the coming two months are in the table already."""


Entry = tuple[date, str, "Stock", int]
"""Record date, ISIN, who pays, how often a year."""


def count(market: "Market", day: date) -> int:
    """Return how many records the table of ``day`` has."""
    return len(_entries(market, day))


def rows(market: "Market", day: date, start: int, end: int) -> list[dict[str, object]]:
    """Return the records at the positions from ``start`` up to ``end`` of the table of ``day``, newest dates first."""
    entries = _entries(market, day)
    found = [_record(entry, day) for entry in entries[start:end]]
    oddest = _oddest(market, day) - start
    if 0 <= oddest < len(found):
        found[oddest]["stckGenrDvdnAmt"] = WHOLE_COMPANY
    return found


@lru_cache(maxsize=2)
def _entries(market: "Market", day: date) -> list[Entry]:
    found = [
        entry
        for stock in market.roster
        for year in range(SINCE, day.year + 1)
        for entry in _year(market, stock, year, day)
    ]
    return sorted(found, key=lambda entry: (-entry[0].toordinal(), entry[1]))


@lru_cache(maxsize=2)
def _oddest(market: "Market", day: date) -> int:
    """Return the position of the record with the impossible amount: the first in cash of before 2018."""
    entries = _entries(market, day)
    past = next(position for position, entry in enumerate(entries) if entry[0].year < ODD_BEFORE)
    return next(at for at in range(past, len(entries)) if _record(entries[at], day)["stckDvdnRcd"] == "02")


def _year(market: "Market", stock: "Stock", year: int, day: date) -> list[Entry]:
    luck = crc32(f"{market.seed}:{stock.code}".encode())
    quarterly = luck % 11 == 0
    months = (3, 6, 9, 12) if quarterly else (6, 12) if luck % 7 == 0 else (12,)
    days = [date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1) for month in months]
    isin = codes.isin(stock.code)
    return [(when, isin, stock, len(months)) for when in days if when <= day + ANNOUNCED]


def _record(entry: Entry, day: date) -> dict[str, object]:
    when, isin, stock, times = entry
    kind, kind_name = KINDS.get(stock.kind, COMMON)
    issuer = f"{stock.code[:5]}0"
    pays = crc32(f"pays{issuer}".encode()) % 3 != 0
    luck = crc32(f"{issuer}{when}".encode())
    par = (100, 200, 500, 1_000, 5_000)[crc32(f"par{issuer}".encode()) % 5]
    percent = (luck % 40 + 1) / 10 / times if pays else 0
    amount = max(round(stock.price * percent / 1_000) * 10, 10) if pays else 0
    reason = "04" if not pays else "03" if luck % 29 == 0 else "02"
    unknown = pays and luck % 8 == 0 and when.year < SINCE + 5
    # That of a fiscal year comes after the shareholders' meeting.
    paid = when + timedelta(days=45 if when.month != DECEMBER else 110)
    return {
        "basDt": f"{day:%Y%m%d}",
        "crno": "0" if luck % 501 == 0 or stock.kind == "foreign" else f"110111{stock.number:07d}",
        "isinCd": isin,
        "stckIssuCmpyNm": stock.name,
        "isinCdNm": stock.name,
        "scrsItmsKcd": kind,
        "scrsItmsKcdNm": kind_name,
        "stckParPrc": f"{par}",
        "trsnmDptyDcd": "01",
        "trsnmDptyDcdNm": "예탁원",
        "stckStacMd": "12",
        "dvdnBasDt": f"{when:%Y%m%d}",
        "cashDvdnPayDt": "" if not pays or luck % 5 < UNPAID else "99991231" if luck % 61 == 0 else f"{paid:%Y%m%d}",
        "stckHndvDt": "",
        "stckDvdnRcd": reason,
        "stckDvdnRcdNm": REASONS[reason],
        "stckGenrDvdnAmt": "0" if unknown else f"{amount}",
        "stckGrdnDvdnAmt": "0",
        "stckGenrCashDvdnRt": f"{100 * amount / par:.10g}",
        "stckGenrDvdnRt": ".05" if reason == "03" else "0",
        "cashGrdnDvdnRt": "0",
        "stckGrdnDvdnRt": "0",
    }
