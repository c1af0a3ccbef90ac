"""Who is listed: the stocks there at the start and the newcomers of every half-year."""

from datetime import date, timedelta

import numpy as np

from foresto_cli.sandbox.market import codes, market_names
from foresto_cli.sandbox.market.market_calendar import EPOCH
from foresto_cli.sandbox.market.market_stock import Stock

SPAC, LETTERED = 6, 20
"""Remainders of the numbers of newcomers that are a SPAC, and of older stocks with a letter in their code."""
KOSPI_BELOW, KONEX_BELOW = 0.372, 0.414
"""Draws: beyond the rare kinds, about 30 % of all are KOSPI, and few KONEX."""
GLOBAL_ABOVE = 2e12
"""Market value in won from which on a stock is of KOSDAQ GLOBAL: only the biggest."""
KOSDAQ_SECTIONS = (
    "중견기업부",
    "우량기업부",
    "벤처기업부",
    "기술성장기업부",
    "중견기업부",
    "우량기업부",
    "벤처기업부",
)
PENNY_CODE = "001230"
"""The cheap, liquid stock whose volume now and then exceeds 2**31."""
TURNOVER = 0.012
"""Share of the roster that is listed, and that is delisted, in every half-year."""


def half_years(until: date) -> list[date]:
    """Return the first days of all half-years from 2020-01-01 to the one that holds ``until``."""
    return [
        day
        for year in range(EPOCH.year, until.year + 1)
        for day in (date(year, 1, 1), date(year, 7, 1))
        if day <= until
    ]


def per_half_year(stocks: int) -> int:
    """Return how many stocks are listed, and how many are delisted, in a half-year."""
    return max(1, round(stocks * TURNOVER))


def build(stocks: int, seed: int, today: date) -> list[Stock]:
    """Return ``stocks`` founders, then the newcomers of each half-year up to ``today``; entries never change."""
    roster = _founders(stocks, seed)
    for half, first in enumerate(half_years(today)):
        roster += _newcomers(len(roster), per_half_year(stocks), seed, half, first)
    return roster


def _founders(stocks: int, seed: int) -> list[Stock]:
    random = np.random.default_rng([seed, 1])
    draws = random.random((stocks, 6))
    size = random.standard_normal(stocks)
    roster: list[Stock] = []
    roster += [_large(number) for number in range(min(stocks, len(market_names.LARGE)))]
    if stocks > len(roster):
        roster.append(_penny(len(roster)))
    while len(roster) < stocks:
        number = len(roster)
        draw = draws[number].tolist()
        cap = float(np.exp(25.9 + 1.25 * size[number]))
        # The first after the large caps are one of each rare kind, so that the smallest market has them too.
        kind = {11: "spac", 12: "reit", 13: "foreign", 14: "preferred", 15: "preferred"}.get(number) or _kind(draw[0])
        if kind == "preferred":
            roster.append(_preferred(roster, draw))
            continue
        roster.append(_ordinary(kind, number, draw, cap, EPOCH))
    return roster


def _newcomers(start: int, count: int, seed: int, half: int, first: date) -> list[Stock]:
    random = np.random.default_rng([seed, 2, half])
    draws = random.random((count, 6))
    size = random.standard_normal(count)
    found = []
    for offset in range(count):
        joins = first + timedelta(days=10 + int(draws[offset, 5] * 140))
        kind = "spac" if offset % 7 == SPAC else "common"
        cap = float(np.exp(25.6 + 0.8 * size[offset]))
        found.append(_ordinary(kind, start + offset, draws[offset].tolist(), cap, joins))
    return found


def _kind(draw: float) -> str:
    shares = (("preferred", 0.035), ("spac", 0.025), ("reit", 0.009), ("foreign", 0.008))
    for kind, share in shares:
        if draw < share:
            return kind
        draw -= share
    return "common"


def _large(number: int) -> Stock:
    code, name, price, shares = market_names.LARGE[number]
    _, industry, products = market_names.company(number)
    return Stock(
        code,
        name,
        "STK",
        "KOSPI",
        "",
        "common",
        date(1975 + number * 4, 6, 11),
        EPOCH,
        price,
        shares,
        0.016,
        1.0,
        0.0022,
        0.0,
        industry,
        products,
        number,
    )


def _penny(number: int) -> Stock:
    name, industry, products = market_names.company(number)
    return Stock(
        PENNY_CODE,
        name,
        "KSQ",
        "KOSDAQ",
        "관리종목(소속부없음)",
        "common",
        date(2001, 3, 9),
        EPOCH,
        160,
        3_600_000_000,
        0.03,
        1.0,
        0.05,
        0.0,
        industry,
        products,
        number,
    )


def _preferred(roster: list[Stock], draw: list[float]) -> Stock:
    """Return a preferred share of some KOSPI company on the ``roster`` that does not have this series yet."""
    number = len(roster)
    last, ending = (("5", "우"), ("K", "2우B"), ("7", "3우B"))[number % 3]
    taken = {stock.code for stock in roster if stock.kind == "preferred"}
    parents = [
        stock
        for stock in roster
        if stock.market == "STK" and stock.kind == "common" and stock.code[:5] + last not in taken
    ]
    parent = parents[int(draw[1] * len(parents))]
    return Stock(
        parent.code[:5] + last,
        parent.name + ending,
        "STK",
        "KOSPI",
        "",
        "preferred",
        date(1989 + number % 20, 9, 25),
        EPOCH,
        int(4_000 + draw[1] * 90_000),
        int(600_000 + draw[2] * 20_000_000),
        0.022,
        0.7,
        0.0015,
        0.03,
        "",
        "",
        number,
    )


def _ordinary(kind: str, number: int, draw: list[float], cap: float, joins: date) -> Stock:
    name, industry, products = market_names.company(number)
    alphanumeric = number % 2 == 0 if joins > EPOCH else number % 40 == LETTERED
    code = codes.alphanumeric(number) if alphanumeric else codes.numeric(number)
    years = 1 + int(draw[4] * 28)
    listed = joins if joins > EPOCH else date(2019 - years, 1 + number % 12, 1 + number % 28)
    price = int(np.exp(6.6 + draw[1] * 5.2))
    sigma, beta, turnover, idle = 0.022 + 0.014 * draw[3], 0.6 + 0.9 * draw[2], 0.002 + 0.012 * draw[3] ** 2, 0.0
    market, board, section = "KSQ", "KOSDAQ", KOSDAQ_SECTIONS[number % len(KOSDAQ_SECTIONS)]
    if kind == "spac":
        sponsor = market_names.SPONSORS[number % len(market_names.SPONSORS)]
        name, industry, products = f"{sponsor}스팩{number}호", "금융 지원 서비스업", "기업인수합병"
        section, price, cap, sigma, beta, idle = (
            "SPAC(소속부없음)",
            2_000 if joins > EPOCH else 2_200,
            1.1e10,
            0.004,
            0.02,
            0.05,
        )
    elif kind == "reit":
        name, industry, products = f"{name[:2]}리츠", "부동산 임대 및 공급업", "부동산 투자"
        market, board, section, price, sigma, beta = "STK", "KOSPI", "", 5_000, 0.008, 0.3
    elif kind == "foreign":
        code, section, industry = f"90{number % 1000:03d}0", "외국기업(소속부없음)", ""
    elif joins == EPOCH and draw[0] < KOSPI_BELOW:
        market, board, section, cap = "STK", "KOSPI", "", cap * 6
    elif joins == EPOCH and draw[0] < KONEX_BELOW:
        market, board, section, cap, turnover, idle = "KNX", "KONEX", "일반기업부", cap * 0.15, 0.0002, 0.35
    elif cap > GLOBAL_ABOVE:
        board, section = "KOSDAQ GLOBAL", "우량기업부"
    shares = max(int(cap / price), 300_000)
    return Stock(
        code,
        name,
        market,
        board,
        section,
        kind,
        listed,
        joins,
        price,
        shares,
        sigma,
        beta,
        turnover,
        idle,
        industry,
        products,
        number,
    )
