"""What a restated base price (KRX 기준가) means, and by what factor earlier prices follow it. Pure: no database.

The rules are asked in order; the first that knows the case decides. A factor is that of one day's event alone:
all **earlier** prices of the ticker are multiplied by it. Share counts are preferred to base prices where both tell
the same ratio, because they are not rounded to ticks; opening auctions after a halt are returns, not ratios.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import NamedTuple

from foresto_cli.adjustment.ticks import segment, tick

NOTHING, LISTING_ONLY, GAP = "NONE", "LISTING_ONLY", "GAP"
LONG_HALT = 3
"""Rows without volume from which on the opening auction sets the base."""
SHARES_CHANGED = 0.01
"""Relative change of the listed shares from which on they count as changed."""
SHARES_SAME = 0.005
BIG_CHANGE = 0.4
"""abs(ln(share ratio)) of a change that no issue of a few new shares makes."""
BEYOND_LIMITS = 0.45
"""abs(close/base - 1) that no price limit allows: the base was not restated."""
DAY_LIMIT = 0.30
"""The daily price limit of KOSPI and KOSDAQ (since 2015-06-15)."""
DAY_LIMITS = {"KONEX": 0.15}
"""The limits of the other markets."""
GAP_WITHIN = 0.35
"""abs(shape - 1) of a change across missing days that the base confirms: a day's price limit and a bit."""
SPLIT_SHAPE = (0.90, 1.10)
"""Shapes at which base and shares say the same."""
AUCTION_BASE = (0.49, 2.05)
"""An auction is held between half and twice the evaluation price."""
AUCTION_SHAPE = (0.45, 2.2)
"""The same beside a change of shares, with room for rounding."""
STILL_WITHIN = 0.01
"""abs(base ratio - 1) of a quote without trades."""
CLEAN_WITHIN = 0.0008
LARGEST_DENOMINATOR = 10
SPINOFF_WITHIN = 0.002
PAR_RATIOS = (1, 2, 5, 10, 50)
"""Par values differ by these; a par change may come with a spin-off."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One row of a ticker and the row before it. Prices in won.

    Attributes:
        trade_date: of the row.
        market: KOSPI, KOSDAQ, KOSDAQ GLOBAL or KONEX.
        base: official base price, close minus change.
        open_price: 0 when nothing traded.
        close: close.
        volume: shares traded.
        shares: listed shares; None when unknown, which counts as unchanged.
        previous_close: close of the ticker's previous stored row.
        previous_shares: its listed shares.
        previous_market: its market.
        halted_rows: consecutive rows without volume before this one; exact up to 3.
        is_gap: the previous stored row is not of the session before.
        missing_sessions: sessions between the two, where there is a gap.
        is_known: the previous close is known to be that of the regular session.
        is_of_the_day: it is not, and the base is one of that day's prices: it may well be the regular close.
        new_shares: listed shares of every ticker whose first row is of this day, for spin-offs.
    """

    trade_date: date
    market: str | None
    base: float
    open_price: float
    close: float
    volume: int
    shares: int | None
    previous_close: float
    previous_shares: int | None
    previous_market: str | None
    halted_rows: int = 0
    is_gap: bool = False
    missing_sessions: int = 1
    is_known: bool = True
    is_of_the_day: bool = False
    new_shares: tuple[int, ...] = ()

    @property
    def base_ratio(self) -> float:
        """Return base / previous close."""
        return self.base / self.previous_close

    @property
    def share_ratio(self) -> float:
        """Return previous shares / shares: the factor of a split."""
        return self.previous_shares / self.shares if self.shares and self.previous_shares else 1.0

    @property
    def shape(self) -> float:
        """Return base ratio / share ratio: 1 when the base followed the shares."""
        return self.base_ratio / self.share_ratio

    @property
    def shares_known(self) -> bool:
        """Say whether both share counts are known."""
        return bool(self.shares and self.previous_shares)

    @property
    def shares_changed(self) -> bool:
        """Say whether the listed shares changed by more than 1 %."""
        return abs(self.share_ratio - 1) > SHARES_CHANGED

    @property
    def shares_jumped(self) -> bool:
        """Say whether they changed by a clean fraction, and by half or more."""
        return is_clean(self.share_ratio) and abs(math.log(self.share_ratio)) > BIG_CHANGE

    @property
    def tick(self) -> int:
        """Return the tick at the higher of base and previous close."""
        return tick(max(self.base, self.previous_close), self.trade_date, self.market)

    @property
    def auctioned(self) -> bool:
        """Say whether the base is the opening auction's price after a long halt.

        The halt is needed: the open equals the base on a quarter of ordinary days.
        """
        return self.halted_rows >= LONG_HALT and self.volume > 0 and self.base == self.open_price


class Verdict(NamedTuple):
    """What a case is.

    Attributes:
        event: its class; None when nothing happened.
        factor: for all earlier prices; 1 when they stay.
        review: a person should look: the numbers allow another reading.
        evidence: the inputs and ratios that decided, ready for JSON.
    """

    event: str | None
    factor: float
    review: bool
    evidence: dict[str, object]

    @property
    def is_stored(self) -> bool:
        """Say whether the row is marked: the class means something for prices or for who reads them."""
        return self.event not in {None, LISTING_ONLY} and (self.event != GAP or self.factor != 1 or self.review)


class Found(NamedTuple):
    """What a rule found."""

    event: str
    factor: float = 1.0
    review: bool = False
    evidence: tuple[tuple[str, float], ...] = ()


def classify(case: Case) -> Verdict:
    """Return what the case is, by the first rule that knows it."""
    for number, rule in RULES:
        found = rule(case)
        if found is not None:
            event = None if found.event == NOTHING else found.event
            evidence = {"rule": number, **_evidence(case), **dict(found.evidence)}
            return Verdict(event, found.factor, found.review, evidence)
    raise AssertionError("the last rule knows every case")


def is_clean(ratio: float) -> bool:
    """Say whether a ratio of shares is one that companies choose: a fraction with a denominator up to 10."""
    large = max(ratio, 1 / ratio)
    if abs(ratio - 1) <= SHARES_CHANGED:
        return False
    fractions = (round(large * below) / below for below in range(1, LARGEST_DENOMINATOR + 1))
    return any(abs(fraction / large - 1) <= CLEAN_WITHIN for fraction in fractions)


def _gap(case: Case) -> Found | None:
    """Across a missing day nothing can be told from the base; only a clean change of shares that it confirms.

    A base that the missing days' price limits do not allow is for a person to look at.
    """
    if not case.is_gap:
        return None
    sure = case.shares_jumped and abs(case.shape - 1) <= GAP_WITHIN
    if sure:
        return Found(GAP, case.share_ratio)
    limit = DAY_LIMITS.get(segment(case.market), DAY_LIMIT)
    lowest, highest = ((1 + sign * limit) ** case.missing_sessions for sign in (-1, 1))
    return Found(GAP, review=not lowest <= case.base_ratio <= highest)


def _share_only(case: Case) -> Found | None:
    """Return a split whose base the feed did not restate (liquidation trading)."""
    unexplained = case.volume > 0 and abs(case.close / case.base - 1) > BEYOND_LIMITS
    if abs(case.base - case.previous_close) < case.tick and unexplained and case.shares_jumped:
        return Found("SHARE_ONLY", case.share_ratio)
    return None


def _nothing(case: Case) -> Found | None:
    if abs(case.base - case.previous_close) >= case.tick:
        return None
    return Found(LISTING_ONLY if case.shares_known and case.shares != case.previous_shares else NOTHING)


def _spinoff(case: Case) -> Found | None:
    """Return a 인적분할: the shares the company lost are those of a company listed the same day."""
    if not (case.auctioned and case.shares_changed and case.shares and case.previous_shares):
        return None
    for fresh, before in product(case.new_shares, PAR_RATIOS):
        lost = before * case.previous_shares - case.shares
        if lost <= 0 or fresh <= 0:
            continue
        for par in (*PAR_RATIOS, *(1 / ratio for ratio in PAR_RATIOS[1:])):
            if abs(lost / fresh / par - 1) <= SPINOFF_WITHIN:
                evidence = (("new_shares", fresh), ("before_multiple", before), ("new_multiple", par))
                return Found("SPINOFF", case.base_ratio, evidence=evidence)
    return None


def _transfer(case: Case) -> Found | None:
    moved = segment(case.previous_market) == "KONEX" and segment(case.market) in {"KOSDAQ", "KOSPI"}
    return Found("TRANSFER") if moved else None


def _split(case: Case) -> Found | None:
    if not (case.shares_changed and SPLIT_SHAPE[0] <= case.shape <= SPLIT_SHAPE[1]):
        return None
    return Found("SPLIT" if case.share_ratio < 1 else "CONSOLIDATION", case.share_ratio)


def _auction(case: Case) -> Found | None:
    """Return a resumption whose base is the first auction's price: the shares tell what part of it is a ratio."""
    if not case.auctioned:
        return None
    if abs(case.share_ratio - 1) < SHARES_SAME:
        # The auction is held between half and twice the evaluation price: outside, that was not the last close.
        plausible = case.shares_known and AUCTION_BASE[0] <= case.base_ratio <= AUCTION_BASE[1]
        return Found("AUCTION_RESUME", review=not plausible)
    if is_clean(case.share_ratio) and AUCTION_SHAPE[0] <= case.shape <= AUCTION_SHAPE[1]:
        return Found("CONSOLIDATION_AUCTION", case.share_ratio)
    return Found("AUCTION_UNRESOLVED", case.base_ratio, review=True)


def _noise(case: Case) -> Found | None:
    """Return an untraded row whose published change is not a change (KONEX quotes)."""
    still = case.volume == 0 and abs(case.base_ratio - 1) < STILL_WITHIN and abs(case.share_ratio - 1) < SHARES_SAME
    return Found("NOISE") if still else None


def _reorganised(case: Case) -> Found | None:
    """Return a rehabilitation: reduction and new issue together, evaluated during the halt."""
    return Found("REORG", case.base_ratio) if case.volume == 0 and case.shares_changed else None


def _rights(case: Case) -> Found | None:
    # Many new shares are listed weeks after their rights went; the base of that day is the regular close.
    if case.is_of_the_day:
        return Found(LISTING_ONLY)
    if case.base_ratio < 1:
        return Found("EX_RIGHTS", case.base_ratio, review=not case.is_known)
    return Found("BASE_UP", case.base_ratio, review=True)


RULES: tuple[tuple[int, Callable[[Case], Found | None]], ...] = (
    (0, _gap),
    (1, _share_only),
    (2, _nothing),
    (3, _spinoff),
    (4, _transfer),
    (5, _split),
    (6, _auction),
    (7, _noise),
    (8, _reorganised),
    (9, _rights),
)
"""In order; the numbers are part of the evidence."""


def _evidence(case: Case) -> dict[str, object]:
    return {
        "base": case.base,
        "previous_close": case.previous_close,
        "base_ratio": case.base_ratio,
        "shares": case.shares,
        "previous_shares": case.previous_shares,
        "share_ratio": case.share_ratio,
        "open": case.open_price,
        "close": case.close,
        "volume": case.volume,
        "market": case.market,
        "previous_market": case.previous_market,
        "halted_rows": case.halted_rows,
        "tick": case.tick,
    }
