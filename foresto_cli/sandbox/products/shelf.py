"""What is on offer: companies and products of each kind and group, deterministic from a seed, moving month by month.

A disclosure begins on the 20th. From one to the next some rates change, a few products vanish, come back or are new.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

MOVES = 0.25
"""How likely a rate changes in a month."""
DISCLOSED_ON = 20
FIRST_YEAR = 2020
GONE, BACK = 0.02, 0.5
"""Chance that a product is missing from a disclosure, and that it is then back in the next."""

COMPANIES = {"020000": 18, "030200": 24, "030300": 79, "050000": 30, "060000": 40}
SUFFIX = {"020000": "은행", "030200": "캐피탈", "030300": "저축은행", "050000": "생명보험", "060000": "자산운용"}
FIRST_COMPANY = {"020000": 10_001, "030200": 10_301, "030300": 10_345, "050000": 10_593, "060000": 11_317}
STEMS = "걈녈됴랴뮤뱌쇼욜쥬챠켜툐퓨햐"

COUNTS = {
    ("D", "020000"): 39, ("D", "030300"): 370,
    ("S", "020000"): 58, ("S", "030300"): 330,
    ("P", "050000"): 180, ("P", "060000"): 297,
    ("M", "020000"): 48, ("M", "030200"): 12, ("M", "030300"): 60, ("M", "050000"): 20,
    ("R", "020000"): 44, ("R", "030200"): 9, ("R", "030300"): 21, ("R", "050000"): 11,
    ("C", "020000"): 62, ("C", "030200"): 96, ("C", "030300"): 190, ("C", "050000"): 7,
}  # fmt: skip
"""Products by kind (``prdt_div``) and group; the others sell none."""

PAGES = {"D": 100, "S": 100, "P": 60, "M": 50, "R": 20, "C": 80}
"""Products of a page, by kind; groups differ by a few."""


@dataclass(frozen=True)
class Product:
    """One product of a disclosure.

    Attributes:
        number: its place on the shelf, for good.
        company: company number, seven digits.
        company_name: and name.
        code: product code; other companies use the same.
        month: of the disclosure, ``YYYYMM``.
        submitted: day of the disclosure.
        seed: of whatever else it is; the same in every month.
        drift: what the month adds to its rates, percent.
    """

    number: int
    company: str
    company_name: str
    code: str
    month: str
    submitted: date
    seed: str
    drift: float


def disclosure(today: date) -> date:
    """Return the day of the newest disclosure."""
    if today.day >= DISCLOSED_ON:
        return today.replace(day=DISCLOSED_ON)
    year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    return date(year, month, DISCLOSED_ON)


def page_size(division: str, group: str) -> int:
    """Return how many products a page has; no two groups agree."""
    return PAGES[division] - int(group[:4]) % 7


def on_offer(seed: int, division: str, group: str, day: date) -> Iterator[Product]:
    """Yield the products of the disclosure of ``day``, in the order of the shelf."""
    months = (day.year - FIRST_YEAR) * 12 + day.month
    for number in range(COUNTS.get((division, group), 0)):
        name = f"{seed}:{division}:{group}:{number}"
        if _is_missing(name, months):
            continue
        position = number % COMPANIES[group]
        yield Product(
            number,
            f"{FIRST_COMPANY[group] + position:07d}",
            f"가상{STEMS[position % len(STEMS)]}{position // len(STEMS) or ''}{SUFFIX[group]}",
            # Companies count for themselves: nearly every one of them has a product "0".
            f"{number // COMPANIES[group]}",
            f"{day:%Y%m}",
            day,
            name,
            _drift(name, months),
        )


def _is_missing(name: str, month: int) -> bool:
    """Return whether the product is not in the disclosure of ``month``: it left in it, or earlier and is not back."""
    left = _chance(name, "left", month) < GONE
    return left or (_chance(name, "left", month - 1) < GONE and _chance(name, "back", month) > BACK)


def _drift(name: str, month: int) -> float:
    """Return the sum of the last year's changes: one month in four has one."""
    moves = (_chance(name, "rate", month - back) for back in range(12))
    return round(sum((move * 4 - 0.5) * 0.4 for move in moves if move < MOVES), 2)


def _chance(name: str, what: str, month: int) -> float:
    return random.Random(f"{name}:{what}:{month}").random()
