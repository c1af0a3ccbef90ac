"""Report codes, fiscal periods and the days they begin and end on."""

from calendar import monthrange
from datetime import date
from typing import NamedTuple

QUARTERS = {"11013": 1, "11012": 2, "11014": 3, "11011": 4}
"""Report code (reprt_code) → quarter it closes; 4 is the annual report."""
CODES = {quarter: code for code, quarter in QUARTERS.items()}
ANNUAL = 4
OLDEST_YEAR = 2015
MONTHS = 12


class Period(NamedTuple):
    """One reporting period of a company.

    Attributes:
        fiscal_year: year in which the fiscal year ends.
        quarter: 1 to 4; 4 is the whole year.
        begins: first day of the fiscal year.
        ends: last day.
        months: of a whole fiscal year; 6 of a company that closes twice a year, all of whose reports are annual ones.
    """

    fiscal_year: int
    quarter: int
    begins: date
    ends: date
    months: int = MONTHS

    @property
    def year(self) -> int:
        """Return the year under which DART keeps the report (bsns_year): that of the last day."""
        return self.ends.year

    @property
    def code(self) -> str:
        """Return the report code."""
        return CODES[self.quarter]

    @property
    def before(self) -> "Period":
        """Return the same period one fiscal year earlier."""
        if self.months < MONTHS:
            return self.year_before
        return of_fiscal(self.fiscal_year - 1, self.quarter, self._closing_month)

    @property
    def year_before(self) -> "Period":
        """Return the whole fiscal year before."""
        if self.months < MONTHS:
            return half_year(self.fiscal_year - (not self.is_second_half), second=not self.is_second_half)
        return of_fiscal(self.fiscal_year - 1, ANNUAL, self._closing_month)

    @property
    def is_second_half(self) -> bool:
        """Return whether it is the second of two fiscal years that end in one calendar year."""
        return self.months < MONTHS and self.ends.month == MONTHS

    @property
    def _closing_month(self) -> int:
        return (self.ends.month + 3 * (ANNUAL - self.quarter) - 1) % MONTHS + 1


def of(year: int, code: str, closing_month: int) -> Period:
    """Return the period of the report ``code`` that DART keeps under ``year``."""
    quarter = QUARTERS[code]
    ends = (closing_month + 3 * quarter - 1) % MONTHS + 1
    return of_fiscal(year if ends <= closing_month else year + 1, quarter, closing_month)


def of_fiscal(fiscal_year: int, quarter: int, closing_month: int) -> Period:
    """Return quarter ``quarter`` of the fiscal year that ends in ``closing_month`` of ``fiscal_year``."""
    last = fiscal_year * MONTHS + closing_month - 1 - 3 * (ANNUAL - quarter)
    first = fiscal_year * MONTHS + closing_month - MONTHS
    return Period(fiscal_year, quarter, _first(first), _last(last))


def half_year(year: int, *, second: bool) -> Period:
    """Return the fiscal year of six months that ends in June or, if ``second``, in December of ``year``."""
    first, last = (7, 12) if second else (1, 6)
    return Period(year, ANNUAL, date(year, first, 1), date(year, last, monthrange(year, last)[1]), last - first + 1)


def _first(months: int) -> date:
    return date(months // MONTHS, months % MONTHS + 1, 1)


def _last(months: int) -> date:
    year, month = divmod(months, MONTHS)
    return date(year, month + 1, monthrange(year, month + 1)[1])
