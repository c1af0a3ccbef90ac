"""What belongs to the owners of the parent where no id and no label says it: owners + non-controlling = net income.

Some groups file both shares under names of their own, the same below net income and below comprehensive income. The
sum tells them apart; names alone would not.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from foresto_cli.datasets.dart import accounts
from foresto_cli.datasets.dart.accounts import INCOME, Account, Filled, Line

COLUMNS = ("thstrm_amount", "thstrm_add_amount")
UNITS = (Decimal(1_000_000), Decimal(1_000))
"""Filers who round to these may be one unit off in the sum."""

_OWNERS = ("지배", "모회사", "모기업")
_OTHERS = ("비지배", "소수주주", "소수지분", "외부주주")
_NEITHER = ("포괄", "주당")
_OWNERS_ID = "ifrs-full_ProfitLossAttributableToOwnersOfParent"
_OTHERS_ID = "ifrs-full_ProfitLossAttributableToNoncontrollingInterests"

Amounts = tuple[Decimal | None, ...]
"""The amounts of a line in :data:`COLUMNS`."""


def line_of(lines: Sequence[Line], filled: Filled, income: Account) -> Line | None:
    """Return the line that holds the owners' share of net income, or None where the sums name none, or several.

    Args:
        lines: a statement's lines.
        filled: those of them that have an amount.
        income: net income as a whole.

    Raises:
        BadPayload: as :func:`foresto_cli.datasets.dart.accounts.amount`.
    """
    whole = accounts.find(filled, income)
    for statement in INCOME:
        there = [line for line in lines if line["sj_div"] == statement]
        total = accounts.find(filled, income, (statement,)) or whole
        if total is None:
            return None
        found = _tied(there, _amounts(total))
        if found:
            # The same share twice is one answer; two shares that both fit are none.
            return found[0] if len({_amounts(line) for line in found}) == 1 else None
    return None


def _tied(lines: Sequence[Line], total: Amounts) -> list[Line]:
    owners = [line for line in lines if _is(line, _OWNERS, _OWNERS_ID) and not _is(line, _OTHERS, _OTHERS_ID)]
    others = [line for line in lines if _is(line, _OTHERS, _OTHERS_ID)]
    shares = [share for share in map(_amounts, others) if any(share)]
    # Without anybody else everything is the owners'.
    for slack in (False, True):
        found = [
            line
            for line in owners
            if any(_adds_up(_amounts(line), share, total, slack=slack) for share in shares or [(Decimal(0),) * 2])
        ]
        if found:
            return found
    return []


def _is(line: Line, words: Sequence[str], identity: str) -> bool:
    label, given = accounts.clean(line["account_nm"]), accounts.identity(line)
    if given.startswith(("ifrs-full_", "dart_")):
        return given == identity
    return any(word in label for word in words) and not any(word in label for word in _NEITHER)


def _adds_up(owners: Amounts, others: Amounts, total: Amounts, *, slack: bool) -> bool:
    """Say whether the two are the total in every column that all of them have, and in one at least."""
    sums = list(_complete(owners, others, total))
    return bool(sums) and all(
        abs(whole - one - other) <= (_unit(whole, one, other) if slack else 0) for one, other, whole in sums
    )


def _complete(*lines: Amounts) -> Iterator[tuple[Decimal, ...]]:
    for column in zip(*lines, strict=True):
        known = tuple(amount for amount in column if amount is not None)
        if len(known) == len(lines) and known[0]:
            yield known


def _unit(*amounts: Decimal) -> Decimal:
    return next((unit for unit in UNITS if all(amount % unit == 0 for amount in amounts)), Decimal(1))


def _amounts(line: Line) -> Amounts:
    return tuple(accounts.amount(line, column) for column in COLUMNS)
