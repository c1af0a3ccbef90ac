"""Which line of a filed statement is which number: the standard id first, then the cleaned label, by statement.

Ids and labels as measured on whole answers and on the supervisor's bulk files: revenue has three ids, and a filer may
drop any of them in one quarter; labels alone would miss three of four net incomes; a label's beginning proves nothing
(매출원가 begins as 매출 does). What is not found is None, never 0, and an empty amount is not a zero.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from foresto_cli.errors import BadPayload

Line = Mapping[str, Any]
BALANCE, INCOME, CASH = ("BS",), ("IS", "CIS"), ("CF",)
"""Where a number stands; most companies file one income statement, as CIS."""


@dataclass(frozen=True)
class Account:
    """One number that is looked for.

    Attributes:
        column: where it is stored.
        statements: in which statements it may stand, the better one first.
        ids: its standard ids, the better one first.
        label: what its cleaned label has to be as a whole where no id is found.
    """

    column: str
    statements: tuple[str, ...]
    ids: tuple[str, ...]
    label: re.Pattern[str]


_TERM = r"(?:연결)?(?:(?:당기|(?:제?[1-4])?분기|반기)(?:\((?:당기|분기|반기)\))?|당\([분반]\)기|당[분반]기)(?:연결)?"
_OR_LOSS = r"(?:\((?:당기|분기|반기)?순?손실\))?"
_OWNERS = r"지배(?:기업|회사)의?(?:소유주|소유지분|주주)(?:지분)?(?:에게귀속되는)?"


def _account(column: str, statements: tuple[str, ...], ids: str, label: str) -> Account:
    return Account(
        column, statements, tuple(f"ifrs-full_{i}" if "_" not in i else i for i in ids.split()), _full(label)
    )


def _full(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})\Z")


NET_INCOME = _account("net_income", INCOME, "ProfitLoss", rf"{_TERM}순(?:이익|손익|손실){_OR_LOSS}")
OWNERS_NET_INCOME = _account(
    "owners_net_income",
    INCOME,
    "ProfitLossAttributableToOwnersOfParent",
    rf"{_OWNERS}(?:귀속)?{_TERM}순(?:이익|손익|손실){_OR_LOSS}"
    rf"|{_TERM}순(?:이익|손익|손실){_OR_LOSS}의귀속[,:]?{_OWNERS}",
)
FLOWS = (
    _account(
        "revenue",
        INCOME,
        "Revenue RevenueFromContractsWithCustomers dart_Revenue",
        r"순?매출액?|수익\(매출액\)|영업수익|매출액\(영업수익\)|영업수익\(매출액?\)|수익|매출및지분법손익|수입금액",
    ),
    _account(
        "operating_income",
        INCOME,
        "dart_OperatingIncomeLoss ProfitLossFromOperatingActivities",
        r"영업(?:이익|손익|손실)(?:\((?:영업)?손실\))?",
    ),
    NET_INCOME,
    OWNERS_NET_INCOME,
)
"""Of the income statement: since the start of the fiscal year, and of the three months alone."""

_BASIC = r"기본(?:(?:및|[/·ㆍ,와과])희석|\(희석\))?"
_A_SHARE = r"(?:보통주식?(?:에대한)?(?:1?주)?|1?주)당"
_EARNED = r"(?:당기|분기|반기)?순?(?:이익|손익|손실)(?:\(순?손실\))?(?:\((?:단위[:：]?)?원(?:/주)?\))?"
EARNINGS_PER_SHARE = _account(
    "eps",
    INCOME,
    "BasicEarningsLossPerShare BasicEarningsLossPerShareFromContinuingOperations",
    rf"(?:보통주식?(?:에대한)?)?{_BASIC}{_A_SHARE}{_EARNED}",
)
PLAIN_EARNINGS_PER_SHARE = _account("eps", INCOME, "", rf"{_A_SHARE}{_EARNED}")
"""Of those who file one line that is neither called basic nor diluted."""

POSITIONS = (
    _account("total_assets", BALANCE, "Assets", r"자산총계"),
    _account("total_liabilities", BALANCE, "Liabilities", r"부채총계"),
    _account("total_equity", BALANCE, "Equity", r"자본총계"),
    _account("owners_equity", BALANCE, "EquityAttributableToOwnersOfParent", rf"{_OWNERS}(?:지분|자본)?(?:합계|총계)?"),
    _account("current_assets", BALANCE, "CurrentAssets", r"유동자산(?:합계)?"),
    _account("current_liabilities", BALANCE, "CurrentLiabilities", r"유동부채(?:합계)?"),
    _account(
        "retained_earnings", BALANCE, "RetainedEarnings", r"(?:연결)?(?:이익잉여금|결손금)(?:\((?:누적)?결손금\))?"
    ),
)

_MOVED = r"(?:으로인한|으로부터의|으로부터|에의한|의)?순?현금(?:흐름|유입|유출입)(?:액)?(?:\((?:유출|순유출)액?\))?"
CASH_FLOWS = (
    _account("operating_cash_flow", CASH, "CashFlowsFromUsedInOperatingActivities", rf"영업활동{_MOVED}"),
    _account("investing_cash_flow", CASH, "CashFlowsFromUsedInInvestingActivities", rf"투자활동{_MOVED}"),
    _account("financing_cash_flow", CASH, "CashFlowsFromUsedInFinancingActivities", rf"재무활동{_MOVED}"),
)

_BLANK = re.compile(r"\s+")
_NUMBERING = re.compile(r"(?:[Ⅰ-Ⅻ]+[.,)]?|[(\[]?(?:[IVX]{1,9}|\d{1,9}|[가나다라마바사아자차카타파하])[.)\]]+)")
_NOTE = re.compile(r"\(주석?[\d,~·및.:\- ]*\)")
_AMOUNT = re.compile(r"[-−△(]?\s{0,40}(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?\)?")
_NEGATIVE = ("-", "−", "△", "(")
NO_VALUE = ("", "-")
LONGEST_AMOUNT = 40


@lru_cache(maxsize=16_384)
def clean(label: str) -> str:
    """Return a label without blanks, leading numbering and references to notes."""
    bare = _NOTE.sub("", _BLANK.sub("", label))
    return _NUMBERING.sub("", bare, count=1) if _NUMBERING.match(bare) else bare


def amount(line: Line, column: str) -> Decimal | None:
    """Return the amount of ``line`` in ``column``, or None where it has none.

    Raises:
        BadPayload: something that is neither a number nor nothing.
    """
    given = str(line.get(column) or "").strip()
    if given in NO_VALUE:
        return None
    if len(given) > LONGEST_AMOUNT or (size := _size_of(given)) is None:
        raise BadPayload(f"DART: {line.get('account_nm')}의 금액 '{given[:20]}'을 읽을 수 없습니다.")
    return size


@lru_cache(maxsize=16_384)
def _size_of(given: str) -> Decimal | None:
    """Return the number that ``given`` is, None where it is none; a report says most of them more than once."""
    if not _AMOUNT.fullmatch(given):
        return None
    size = Decimal(given.strip("-−△() ").replace(",", ""))
    return -size if given.startswith(_NEGATIVE) else size


class Filled:
    """The lines of a report that have an amount, by statement and standard id: looked through once for all numbers."""

    def __init__(self, lines: Iterable[Line]) -> None:
        """Sort ``lines``; those without any amount are headings."""
        self._by_statement: dict[str, list[Line]] = {}
        self._by_id: dict[tuple[str, str], list[Line]] = {}
        for line in lines:
            if _has_amount(line):
                self._by_statement.setdefault(line["sj_div"], []).append(line)
                # Main accounts have none.
                if given := identity(line):
                    self._by_id.setdefault((line["sj_div"], given), []).append(line)

    def of(self, statements: Sequence[str]) -> list[Line]:
        """Return the lines of ``statements``, in that order."""
        return [line for statement in statements for line in self._by_statement.get(statement, ())]

    def named(self, statements: Sequence[str], ids: Sequence[str]) -> list[Line]:
        """Return the lines of ``statements`` that have the first of ``ids`` which any of them has."""
        if self._by_id:
            for wanted in ids:
                found = [line for statement in statements for line in self._by_id.get((statement, wanted), ())]
                if found:
                    return found
        return []


def find(lines: Filled, account: Account, statements: Sequence[str] | None = None) -> Line | None:
    """Return the line that holds ``account``, or None.

    Of several lines with one id, the one whose label fits is taken, else the first. A label that speaks of losses only
    is not taken for a positive amount: its sign could mean either.

    Args:
        lines: of a report.
        account: which number.
        statements: where it may stand; where it usually does without.
    """
    places = statements or account.statements
    found = lines.named(places, account.ids)
    if found:
        return next((line for line in found if _fits(line, account)), found[0])
    return next(_by_label(lines.of(places), account), None)


def _by_label(lines: Sequence[Line], account: Account) -> Iterator[Line]:
    for line in lines:
        if not _fits(line, account):
            continue
        label = line["account_nm"]
        only_loss = "손실" in label and "이익" not in label and "손익" not in label
        if only_loss and any((amount(line, column) or 0) > 0 for column in ("thstrm_amount", "thstrm_add_amount")):
            continue
        yield line


def _fits(line: Line, account: Account) -> bool:
    return _is_called(line["account_nm"], account.label.pattern)


@lru_cache(maxsize=65_536)
def _is_called(label: str, pattern: str) -> bool:
    """Say whether a label fits; the same few are filed by everybody."""
    return re.match(pattern, clean(label)) is not None


def _has_amount(line: Line) -> bool:
    return _is_filled(line.get("thstrm_amount")) or _is_filled(line.get("thstrm_add_amount"))


def _is_filled(given: object) -> bool:
    return bool(given) and str(given).strip() not in NO_VALUE


def identity(line: Line) -> str:
    """Return the standard id of a line in today's spelling, or what stands in its place."""
    # Until 2019 the taxonomy's prefix was ifrs_.
    given = str(line.get("account_id") or "")
    return f"ifrs-full_{given.removeprefix('ifrs_')}" if given.startswith("ifrs_") else given
