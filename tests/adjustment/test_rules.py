"""The rules of price adjustment, one by one and against the exchange's own cases; ticks and base prices."""

import csv
import json
from datetime import date

import pytest
from sqlalchemy import text
from support import SHARED, needs_shared

from foresto_cli.adjustment import ticks
from foresto_cli.adjustment.adjustment_rules import PAR_RATIOS, Case, classify, is_clean

GOLDEN = SHARED / "golden" / "indicators"


def case(**changes):
    """An ordinary day: base is the previous close, shares stay."""
    usual = {
        "trade_date": date(2026, 3, 10),
        "market": "KOSDAQ",
        "base": 10_000,
        "open_price": 10_050,
        "close": 10_100,
        "volume": 1_000,
        "shares": 1_000_000,
        "previous_close": 10_000,
        "previous_shares": 1_000_000,
        "previous_market": "KOSDAQ",
    }
    return Case(**(usual | changes))


def golden_cases():
    file = GOLDEN / "adj_cases.csv"
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines())) if file.exists() else []


AUCTION = {"halted_rows": 3, "open_price": 12_000, "base": 12_000, "close": 12_500}
"""Resumes by auction after a long halt, a fifth above the last close."""

CASES = {
    # Rule 0: only a clean change of shares that the base confirms crosses a missing day.
    "gap": (case(is_gap=True, base=9_000), "GAP", 1),
    "gap with a split": (case(is_gap=True, base=2_100, shares=5_000_000), "GAP", 0.2),
    "gap with new shares": (case(is_gap=True, base=9_000, shares=1_300_000), "GAP", 1),
    "gap with a split the base denies": (case(is_gap=True, base=9_000, shares=5_000_000), "GAP", 1),
    "gap with an unclean jump": (case(is_gap=True, base=4_700, shares=2_137_000), "GAP", 1),
    # Rule 1: liquidation trading, where the base is not restated.
    "shares only": (case(shares=1_000, open_price=8_900_000, close=6_250_000), "SHARE_ONLY", 1_000),
    "shares only, within the limits": (case(shares=1_000, close=12_000), "LISTING_ONLY", 1),
    "shares only, not traded": (case(shares=1_000, close=6_250_000, volume=0, open_price=0), "LISTING_ONLY", 1),
    # Rule 2: the base is the last close, or its rounding to the tick.
    "ordinary": (case(), None, 1),
    "off the grid": (case(previous_close=2_067, base=2_070), None, 1),
    "new shares": (case(shares=1_030_000), "LISTING_ONLY", 1),
    "shares unknown": (case(shares=None), None, 1),
    # Rule 9: new shares, and the base is one of the prices of a day whose regular close is not known.
    "new shares after a day not known": (
        case(base=9_900, shares=2_000_000, is_known=False, is_of_the_day=True),
        "LISTING_ONLY",
        1,
    ),
    "new shares, base off a day not known": (case(base=8_000, shares=2_000_000, is_known=False), "EX_RIGHTS", 0.8),
    "a split after a day not known": (
        case(base=5_100, shares=2_000_000, is_known=False, is_of_the_day=True),
        "SPLIT",
        0.5,
    ),
    # Rule 3: the shares the parent lost are those of a new listing, par changes included.
    "spin-off": (case(**AUCTION, shares=600_000, new_shares=(77, 400_000)), "SPINOFF", 1.2),
    "spin-off with a split": (case(**AUCTION, shares=3_000_000, new_shares=(2_000_000,)), "SPINOFF", 1.2),
    "spin-off, new par": (case(**AUCTION, shares=600_000, new_shares=(80_000,)), "SPINOFF", 1.2),
    "spin-off, nobody new": (case(**AUCTION, shares=600_000), "CONSOLIDATION_AUCTION", 1_000_000 / 600_000),
    # Rule 4.
    "transfer": (case(previous_market="KONEX", base=9_000, shares=1_200_000), "TRANSFER", 1),
    "transfer, global segment": (case(previous_market="KONEX", market="KOSDAQ GLOBAL", base=9_000), "TRANSFER", 1),
    "a segment is no transfer": (case(previous_market="KOSDAQ GLOBAL", base=9_000), "EX_RIGHTS", 0.9),
    # Rule 5: the share ratio, because the base is rounded.
    "split": (case(previous_close=558_000, base=112_000, shares=5_000_000, market="KOSPI"), "SPLIT", 0.2),
    "consolidation": (case(base=49_000, shares=200_000), "CONSOLIDATION", 5),
    "consolidation by auction near the ratio": (
        case(base=46_000, open_price=46_000, shares=200_000, halted_rows=3), "CONSOLIDATION", 5,
    ),
    # Rule 6: an auction's price is a return, not a ratio.
    "resumption": (case(**AUCTION), "AUCTION_RESUME", 1),
    "capital reduction by auction": (
        case(base=70_000, open_price=70_000, shares=100_000, halted_rows=3), "CONSOLIDATION_AUCTION", 10,
    ),
    "auction after who knows what": (
        case(base=20_000, open_price=20_000, shares=731_000, halted_rows=3), "AUCTION_UNRESOLVED", 2,
    ),
    "open at the base without a halt": (case(base=5_000, open_price=5_000), "EX_RIGHTS", 0.5),
    # Rule 7, 8: rows that nobody traded.
    "quotes": (case(base=9_950, volume=0, open_price=0, close=9_950), "NOISE", 1),
    "rehabilitation": (case(base=3_000, volume=0, open_price=0, close=3_000, shares=2_000_000), "REORG", 0.3),
    # Rule 9.
    "rights": (case(base=9_310), "EX_RIGHTS", 0.931),
    "base up": (case(base=15_000), "BASE_UP", 1.5),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_rule_knows_its_case(name):
    given, event, factor = CASES[name]
    verdict = classify(given)
    assert verdict.event == event
    assert verdict.factor == pytest.approx(factor, rel=1e-12)
    assert json.loads(json.dumps(verdict.evidence))["base_ratio"] == given.base_ratio


REVIEWED = {
    "below half": (case(base=4_800, open_price=4_800, halted_rows=3), True),
    "half": (case(base=4_950, open_price=4_950, halted_rows=3), False),
    "above twice": (case(base=20_600, open_price=20_600, halted_rows=3), True),
    "twice": (case(base=20_400, open_price=20_400, halted_rows=3), False),
    "shares unknown": (case(base=12_000, open_price=12_000, halted_rows=3, shares=None), True),
    "base up": (case(base=15_000), True),
    "rights": (case(base=9_000), False),
    "unresolved": (CASES["auction after who knows what"][0], True),
}


@pytest.mark.parametrize("name", REVIEWED)
def test_what_allows_another_reading_is_flagged(name):
    given, flagged = REVIEWED[name]
    assert classify(given).review is flagged


def test_only_what_means_something_is_stored():
    stored = {name: classify(given).is_stored for name, (given, _, _) in CASES.items()}
    not_stored = {name for name, found in stored.items() if not found}
    assert not_stored == {
        "gap", "gap with new shares", "gap with a split the base denies",
        "shares only, within the limits", "shares only, not traded", "ordinary", "off the grid", "new shares",
        "shares unknown", "new shares after a day not known",
    }  # fmt: skip


@pytest.mark.parametrize("ratio", [0.02, 0.1, 0.2, 1 / 3, 0.4, 0.5, 0.7, 1.1, 1.5, 3.000002, 4 / 3, 10, 50, 1500.029])
def test_companies_choose_clean_ratios(ratio):
    assert is_clean(ratio)


@pytest.mark.parametrize("ratio", [1, 0.995, 1.009, 0.731, 1.234, 1 / 1.234, 0.456, 3.46])
def test_other_ratios_come_about(ratio):
    assert not is_clean(ratio)


@needs_shared
@pytest.mark.parametrize("row", golden_cases(), ids=lambda row: f"{row['date']}-{row['ticker']}")
def test_the_exchanges_cases(row):
    shares, before = int(row["listed_shares"]), int(row["prev_shares"])
    # The table says that a sibling was listed, not its shares: they are what the parent lost.
    sibling = (
        next(k * before - shares for k in PAR_RATIOS if k * before > shares) if row["sibling_listing"] == "1" else 0
    )
    verdict = classify(
        Case(
            trade_date=date.fromisoformat(row["date"]),
            market=row["market"],
            base=float(row["base_price"]),
            open_price=float(row["open"]),
            close=float(row["close"]),
            volume=int(row["volume"]),
            shares=shares,
            previous_close=float(row["prev_close"]),
            previous_shares=before,
            previous_market=row["prev_market"],
            halted_rows=3 if row["prev_volume"] == "0" else 0,
            is_gap="the file lacks" in row["source"],
            new_shares=(sibling,) if sibling else (),
        )
    )
    assert verdict.event == (None if row["event"] == "NONE" else row["event"])
    assert verdict.factor == pytest.approx(float(row["factor"]), rel=1e-9)


@needs_shared
def test_the_exchanges_roundings():
    rows = json.loads((GOLDEN / "tick_round_up.json").read_text())
    assert len(rows) == 22
    for row in rows:
        found = ticks.restated(row["theoretical"], date.fromisoformat(row["date"]), row["market"])
        assert found == row["base"], row


@pytest.mark.parametrize(
    ("theoretical", "day", "market", "base"),
    [
        (111_600, date(2021, 4, 15), "KOSPI", 112_000),
        (111_600, date(2021, 4, 15), "KOSDAQ", 111_600),
        (111_600, date(2026, 4, 15), "KOSPI", 111_600),
        (600.5, date(2026, 1, 12), "KOSDAQ", 600),
        (2_067, date(2026, 1, 6), "KOSDAQ", 2_070),
        (2_000.01, date(2026, 1, 6), "KONEX", 2_000),
        (1_000.7, date(2022, 1, 6), "KOSPI", 1_000),
        (1_001, date(2022, 1, 6), "KOSPI", 1_005),
        (8_639.9999999999, date(2026, 1, 6), "KOSPI", 8_640),
        (561_234, date(2026, 1, 6), "KOSPI", 562_000),
    ],
)
def test_a_base_is_rounded_down_to_a_won_and_up_to_the_tick(theoretical, day, market, base):
    assert ticks.restated(theoretical, day, market) == base


def test_the_tick_in_sql_is_the_tick_in_python(engine):
    prices = [1, 999, 1_000, 1_999, 2_000, 4_999, 5_000, 9_999, 10_000, 19_999, 20_000, 49_999, 50_000, 99_999,
              100_000, 199_999, 200_000, 499_999, 500_000, 2_000_000]  # fmt: skip
    asked = [
        (price, day, market)
        for price in prices
        for day in (date(2023, 1, 24), date(2023, 1, 25))
        for market in ("KOSPI", "KOSDAQ", "KOSDAQ GLOBAL", "KONEX", None)
    ]
    statement = text(
        f"SELECT {ticks.tick_sql('price', 'day', 'market')} FROM unnest(CAST(:prices AS numeric[]),"
        " CAST(:days AS date[]), CAST(:markets AS text[])) AS t (price, day, market)"
    )
    columns = dict(zip(("prices", "days", "markets"), map(list, zip(*asked, strict=True)), strict=True))
    with engine.connect() as connection:
        found = list(connection.scalars(statement, columns))
    assert found == [ticks.tick(*one) for one in asked]
