"""The numbers of one report's lines, under the columns of ``financial_report``."""

from collections.abc import Sequence
from decimal import Decimal

from foresto_cli.datasets.dart import accounts, owners_income
from foresto_cli.datasets.dart.accounts import Filled, Line

ANNUAL, FIRST_QUARTER = "11011", "11013"
FEWEST_SHARES = 100_000
"""Nobody who is listed has fewer; income / earnings per share below it means an amount per share in a wrong unit."""
FLOWS = tuple(account.column for account in accounts.FLOWS)
POSITIONS = tuple(account.column for account in accounts.POSITIONS)
SINCE_THE_START = (*FLOWS, *(account.column for account in accounts.CASH_FLOWS), accounts.EARNINGS_PER_SHARE.column)
"""What runs over the fiscal year to date."""
AMOUNTS = (*FLOWS, *(f"{name}_quarter" for name in FLOWS), *POSITIONS, *SINCE_THE_START[len(FLOWS) :])
"""Every number of a row."""


def of(lines: Sequence[Line], code: str) -> dict[str, Decimal | None]:
    """Return every number of :data:`AMOUNTS`, None where the report of kind ``code`` does not tell it.

    Raises:
        BadPayload: an amount that is neither a number nor nothing.
    """
    found: dict[str, Decimal | None] = dict.fromkeys(AMOUNTS)
    filled = Filled(lines)
    for account in accounts.FLOWS:
        line = accounts.find(filled, account)
        if line is None and account is accounts.OWNERS_NET_INCOME:
            line = owners_income.line_of(lines, filled, accounts.NET_INCOME)
        if line is not None:
            found[account.column] = _since_the_start(line, code)
            found[f"{account.column}_quarter"] = None if code == ANNUAL else accounts.amount(line, "thstrm_amount")
    for account in (*accounts.POSITIONS, *accounts.CASH_FLOWS):
        line = accounts.find(filled, account)
        if line is not None:
            # Cash flows of interim reports are cumulative already.
            found[account.column] = accounts.amount(line, "thstrm_amount")
    found["eps"] = _earnings_per_share(filled, code, found["owners_net_income"] or found["net_income"])
    return found


def _earnings_per_share(lines: Filled, code: str, income: Decimal | None) -> Decimal | None:
    """Return what a share earned; None where the filer wrote won as millions of won."""
    known = (accounts.EARNINGS_PER_SHARE, accounts.PLAIN_EARNINGS_PER_SHARE)
    line = next((line for account in known if (line := accounts.find(lines, account)) is not None), None)
    if line is None:
        return None
    found = _since_the_start(line, code)
    if not found or accounts.identity(line) in accounts.EARNINGS_PER_SHARE.ids:
        return found
    return found if income is None or abs(income / found) >= FEWEST_SHARES else None


def _since_the_start(line: Line, code: str) -> Decimal | None:
    """Return the amount since the start of the fiscal year; an interim report says it in a column of its own."""
    alone, added = accounts.amount(line, "thstrm_amount"), accounts.amount(line, "thstrm_add_amount")
    if code == ANNUAL:
        return alone
    return alone if added is None and code == FIRST_QUARTER else added
