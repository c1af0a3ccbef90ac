"""The words around amounts: business terms (기), days and blanks."""

from foresto_cli.sandbox.dart.dart_companies import Company
from foresto_cli.sandbox.dart.dart_periods import ANNUAL, MONTHS, Period

INTERIM = {1: "1분기", 2: "반기", 3: "3분기"}


def term(company: Company, period: Period) -> int:
    """Return the number of the fiscal year since the company was founded (제 N 기)."""
    years = max(period.fiscal_year - company.stock.listed.year + 9, 1)
    return years if period.months == MONTHS else 2 * years - (not period.is_second_half)


def flow(company: Company, period: Period) -> str:
    """Return the name of a period in flow statements: ``제 26 기`` or ``제 26 기 반기``."""
    name = f"제 {term(company, period)} 기"
    return name if period.quarter == ANNUAL else f"{name} {INTERIM[period.quarter]}"


def balance(company: Company, period: Period, *, in_interim: bool) -> str:
    """Return the name of a balance sheet day: ``제 26 기``; in interim reports ``제 26 기 반기말``, ``제 25 기말``."""
    if period.quarter != ANNUAL:
        return f"{flow(company, period)}말"
    return flow(company, period) + ("말" if in_interim else "")


def standing(period: Period) -> str:
    """Return ``2018.12.31 현재``."""
    return f"{period.ends:%Y.%m.%d} 현재"


def running(period: Period) -> str:
    """Return ``2018.01.01 ~ 2018.12.31``: from the first day of the fiscal year."""
    return f"{period.begins:%Y.%m.%d} ~ {period.ends:%Y.%m.%d}"
