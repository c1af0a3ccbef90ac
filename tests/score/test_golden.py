"""Every number of the score against independent oracles (TA-Lib, empyrical, alphalens, exact rational arithmetic)."""

import csv
import json
from datetime import date

import numpy as np
import pytest
from support import SHARED, needs_shared

from foresto_cli.score import formula, fscore, mapping, risk, scored_reports, scored_statements, technical
from foresto_cli.score.panel import Event, Panel
from foresto_cli.score.series import Series, series
from foresto_cli.score.validation import measures, statistics

GOLDEN = SHARED / "golden" / "indicators"
NAN = float("nan")


def csv_rows(name):
    with (GOLDEN / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def number(text):
    return float(text) if text not in {"", None} else NAN


def columns(name, key="date"):
    rows = csv_rows(name)
    return {field: np.array([number(row[field]) for row in rows]) for field in rows[0] if field != key}


@needs_shared
def test_oscillators_and_means_are_those_of_talib():
    closes = columns("technical_close.csv", "i")
    for expected in csv_rows("technical_expected.csv"):
        price = closes[expected["series"]][:, None]
        rows = np.array([len(price)])
        line, signal, histogram = (found[0] for found in technical.macd(price, rows))
        wanted_rsi = 50.0 if expected["series"] == "flat" else number(expected["rsi14_win251"])
        assert technical.rsi(price, rows)[0] == pytest.approx(wanted_rsi, rel=1e-9)
        assert line == pytest.approx(number(expected["macd_win251"]), rel=1e-9, abs=1e-9)
        assert signal == pytest.approx(number(expected["signal_win251"]), rel=1e-9, abs=1e-9)
        assert histogram == pytest.approx(number(expected["hist_win251"]), rel=1e-9, abs=1e-9)
        for days in (20, 60, 120):
            assert technical._mean(price, days)[0] == pytest.approx(number(expected[f"sma{days}"]), rel=1e-9)


@needs_shared
def test_seeds_are_those_of_talib():
    closes = columns("technical_close.csv", "i")
    for expected in csv_rows("technical_expected.csv"):
        price = closes[expected["series"]][:, None]
        if expected["series"] != "flat":
            assert technical.rsi(price[:15], np.array([15]))[0] == pytest.approx(
                number(expected["rsi14_idx14"]), rel=1e-9
            )
        line, signal, histogram = (found[0] for found in technical.macd(price[:34], np.array([34])))
        assert line == pytest.approx(number(expected["macd_idx33"]), rel=1e-9, abs=1e-9)
        assert signal == pytest.approx(number(expected["signal_idx33"]), rel=1e-9, abs=1e-9)
        assert histogram == pytest.approx(number(expected["hist_idx33"]), rel=1e-9, abs=1e-9)


@needs_shared
def test_risk_figures_are_those_of_empyrical():
    returns = columns("risk_returns.csv")
    market = returns["mkt"][:, None]
    for expected in csv_rows("risk_expected.csv"):
        own = returns[expected["series"]][:, None]
        price = np.concatenate([[[1.0]], np.cumprod(1 + np.where(np.isnan(own), 0, own), axis=0)])
        value_at_risk, expected_shortfall = risk.tail(own)
        found = {
            "vol_ann": risk.volatility(own),
            "downside_ann": risk.downside(own),
            "mdd": risk.drawdown(price),
            "beta": risk.beta(own, market),
            "var95": value_at_risk,
            "cvar95": expected_shortfall,
            "qs_vol": risk.volatility(own),
            "np_beta": risk.beta(own, market),
            "max5_21": risk.highest(own[-21:]),
        }
        for name, value in found.items():
            assert value[0] == pytest.approx(number(expected[name]), rel=1e-9), (expected["series"], name)


@needs_shared
def test_percentiles_are_average_ranks():
    golden = json.loads((GOLDEN / "rank_percentile.json").read_text())
    values = np.array([NAN if value is None else value for value in golden["values"]])

    def expected(name):
        return np.array([NAN if value is None else value for value in golden[name]])

    placed = mapping.percentile(values, values, 1)
    np.testing.assert_allclose(placed, expected("percentile"), atol=1e-12, rtol=0)
    np.testing.assert_allclose(100 - placed, expected("percentile_lower_is_better"), atol=1e-12, rtol=0)
    outsiders = mapping.percentile(np.array(golden["outsider_query"]), values, 1)
    np.testing.assert_allclose(outsiders, expected("outsider_percentile"), atol=1e-12, rtol=0)


@needs_shared
def test_axes_total_and_grades_are_exact():
    golden = json.loads((GOLDEN / "score_mapping.json").read_text())
    assert golden["weights"] == formula.GENERAL
    assert golden["axis_weights"] == formula.AXIS_WEIGHTS
    directions = {name: component.direction for name, component in formula.COMPONENTS.items()}
    general = {name for template in formula.GENERAL.values() for name in template}
    assert {name for name in general if directions[name] == "lower"} == set(golden["lower_is_better"])
    assert {name for name in general if directions[name] == "absolute"} == set(golden["absolute_0_100"])
    tickers = sorted(golden["raw"])
    member = np.array([ticker in golden["reference_universe"] for ticker in tickers])
    raw = {
        name: np.array([NAN if golden["raw"][t].get(name) is None else golden["raw"][t][name] for t in tickers])
        for name in general
    }
    caps = np.array([golden["market_cap"][ticker] for ticker in tickers], float)
    placed = {name: mapping.component_percentile(name, raw[name], raw[name][member], 1) for name in raw}
    axes, scores = {}, {}
    kinds = np.zeros(len(tickers), int)
    for axis, template in formula.GENERAL.items():
        axes[axis] = mapping.axis(placed, mapping.template_weights([template], kinds), len(tickers))
        scores[axis] = mapping.percentile(axes[axis].raw, axes[axis].raw[member], 1)
    total = mapping.total(scores, len(tickers))
    of_total = mapping.percentile(total, total[member], 1)
    ranks = mapping.ranks(total, caps, tickers)

    def same(found, wanted):
        return np.isnan(found) if wanted is None else found == pytest.approx(wanted, abs=1e-9)

    for place, ticker in enumerate(tickers):
        expected = golden["expected"][ticker]
        for name, wanted in expected["comp"].items():
            assert same(placed[name][place], wanted), (ticker, name)
        for axis, wanted in expected["axis"].items():
            assert same(axes[axis].raw[place], wanted.get("raw"))
            assert axes[axis].coverage[place] == wanted["coverage"]
            assert same(scores[axis][place], wanted.get("score"))
            for name, contribution in (wanted.get("contrib") or {}).items():
                used = axes[axis].weights[name][place] * placed[name][place] / axes[axis].coverage[place]
                assert used == pytest.approx(contribution, abs=1e-9)
        assert same(total[place], expected.get("total"))
        assert same(of_total[place], expected.get("total_pct"))
        assert mapping.grade(of_total[place]) == expected.get("grade")
        assert (ranks[place] or None) == expected.get("rank")
    assert [t for _, t in sorted((ranks[p], t) for p, t in enumerate(tickers) if ranks[p])] == golden["rank_order"]


def golden_series():
    expected = json.loads((GOLDEN / "panel_expected.json").read_text())
    rows = csv_rows("panel_prices.csv")
    market = {row["date"]: number(row["ret"]) for row in csv_rows("panel_market.csv")}
    days = sorted(market)
    tickers = sorted({row["ticker"] for row in rows})
    shape = (len(days), len(tickers))
    arrays = {name: np.full(shape, np.nan) for name in ("high", "close", "base", "volume", "value", "shares")}
    flags = np.zeros(shape, np.uint8)
    for row in rows:
        place = days.index(row["date"]), tickers.index(row["ticker"])
        cells = {
            "high": number(row["high"]),
            "close": number(row["close"]),
            "base": number(row["close"]) - number(row["change"]),
            "volume": number(row["volume"]),
            "value": number(row["value"]),
            "shares": number(row["listed_shares"]),
        }
        for name, value in cells.items():
            arrays[name][place] = value
        flags[place] = ord("P")
    events = [
        Event(ticker, date.fromisoformat(day), "SPLIT", factor, review=False)
        for ticker, found in expected["factors"].items()
        for day, factor in found.items()
    ]
    panel = Panel(
        [date.fromisoformat(day) for day in days],
        np.array(tickers),
        **arrays,
        market=flags,
        quality=np.where(flags > 0, ord("N"), 0).astype(np.uint8),
        events=events,
    )
    whole = series(panel)
    moves = np.array([market[day] for day in days])[:, None]
    return Series(**{**vars(whole), "market": np.broadcast_to(moves, whole.close.shape)}), expected["expected"]


NAMES = {
    "T1": "T1_mom12_7",
    "T2": "T2_mom12_1",
    "T3": "T3_hi52",
    "T4": "T4_align",
    "T5": "T5_macd",
    "T6": "T6_rsi_score",
    "T7": "T7_voltrend",
    "T8": "T8_ret1m",
    "R1": "R1_vol",
    "R2": "R2_down",
    "R3": "R3_mdd",
    "R4": "R4_beta",
    "R5": "R5_cvar95",
    "VAR": "var95",
    "R6": "R6_amihud_1e8",
    "R7": "R7_zero",
    "R8": "R8_max5",
    "R9": "R9_turn",
}


@needs_shared
def test_every_price_component_of_the_golden_panel():
    found, expected = golden_series()
    values = technical.components(found) | risk.components(found)
    for place, ticker in enumerate(found.tickers):
        wanted = expected[ticker]
        assert found.rows[place] == wanted["n_rows"]
        assert found.valid[place] == wanted["n_valid_252"]
        assert found.idle_rows[place] == wanted["trailing_zero_rows"]
        for name, label in NAMES.items():
            value = values[name][place]
            if wanted[label] is None:
                assert np.isnan(value), (ticker, name)
            else:
                assert value == pytest.approx(wanted[label], rel=1e-9, abs=1e-15), (ticker, name)


def report_records(rows):
    """Records of golden rows: an interim's ``amount`` is three months alone, ``add_amount`` since the year began."""
    records = np.zeros(len(rows), scored_reports.RECORD)
    for record, row in zip(records, rows, strict=True):
        annual_or_first = row["k"] in {1, 4}
        add, amount = row["revenue_add_amount"], row["revenue_amount"]
        record["ticker"], record["corp_code"] = b"000010  ", b"00000001"
        record["rcept_no"] = row["rcept_no"].encode()
        record["quarter"] = row["fiscal_year"] * 4 + row["k"] - 1
        record["basis"] = row["fs_div"] == "CFS"
        record["is_won"] = 1
        record["rcept_dt"] = scored_reports.number_of(date.fromisoformat(row["rcept_dt"]))
        record["period_end"] = scored_reports.number_of(date.fromisoformat(row["period_end"]))
        for name in scored_reports.AMOUNTS:
            record[name] = NAN
        record["revenue"] = NAN if add is None and not annual_or_first else amount if add is None else add
        record["revenue_quarter"] = NAN if row["k"] == 4 else amount
        record["operating_cash_flow"] = row["ocf_amount"]
        record["total_assets"] = row["total_assets"]
    return records


def nullable(value):
    return None if np.isnan(value) else float(value)


@needs_shared
def test_statements_of_every_golden_case():
    for case in json.loads((GOLDEN / "ttm_cases.json").read_text()):
        day = date.fromisoformat(case["as_of"])
        found = scored_statements.known_on(scored_reports.assembled(report_records(case["rows"])), day)
        revenue, cash = found.flows["revenue"], found.flows["operating_cash_flow"]
        told = {
            "period_end": f"{scored_reports.day_of(found.period_end[0])}",
            "k": int(found.latest[0]) % 4 + 1,
            "revenue_ttm": nullable(revenue.strict[0, found.latest[0]]),
            "ocf_ttm": nullable(cash.strict[0, found.latest[0]]),
            "ta": nullable(found.position("total_assets")[0]),
            "ta_prior": nullable(found.position("total_assets", 4)[0]),
            "fs_div": "CFS" if found.basis[0] else "OFS",
            "flag": "CUM_REBUILT" if found.rebuilt[0] else None,
            "reason": "STALE_FS" if found.is_stale[0] else str(revenue.reason[0]),
        }
        assert {name: told[name] for name in case["expect"]} == case["expect"], case["name"]


@needs_shared
def test_fscores_computed_by_hand():
    golden = json.loads((GOLDEN / "fscore_cases.json").read_text())
    names = {
        "net_income": "ni",
        "cash_flow": "ocf",
        "operating_income": "oi",
        "revenue": "rev",
        "assets": "ta",
        "debt": "tl",
        "current_assets": "ca",
        "current_debt": "cl",
        "shares": "shares_adj",
    }
    now, before = (
        fscore.Year(
            **{
                field: np.array([case[when][short] for case in golden["cases"]], float)
                for field, short in names.items()
            }
        )
        for when in ("current", "prior")
    )
    assert fscore.signals(now, before).T.tolist() == [case["bits"] for case in golden["cases"]]
    assert fscore.score(now, before).tolist() == [case["fscore"] for case in golden["cases"]]


@needs_shared
def test_information_coefficients_and_quantiles_are_those_of_alphalens():
    golden = json.loads((GOLDEN / "ic_expected.json").read_text())
    closes, scores = csv_rows("ic_prices.csv"), csv_rows("ic_scores.csv")
    assets = [name for name in closes[0] if name != "date"]
    price = np.array([[number(row[asset]) for asset in assets] for row in closes])
    score = np.array([[number(row[asset]) for asset in assets] for row in scores])
    days = [row["date"] for row in scores]
    # A day whose ties leave no five quantiles is one that alphalens leaves out.
    kept = [row for row, day in enumerate(days) if day in golden["ic"]["1D"]]
    groups = [statistics.quantile_numbers(score[row], golden["quantiles"]) for row in kept]
    for horizon in golden["horizons"]:
        returns = [price[row + horizon] / price[row] - 1 for row in kept]
        found = {days[row]: statistics.rank_ic(score[row], came) for row, came in zip(kept, returns, strict=True)}
        assert found == pytest.approx(golden["ic"][f"{horizon}D"], rel=1e-9)
        mean = statistics.mean_of(np.array(list(found.values())), 1)
        assert mean.mean == pytest.approx(golden["ic_mean"][f"{horizon}D"], rel=1e-9)
        assert mean.deviation == pytest.approx(golden["ic_std_ddof1"][f"{horizon}D"], rel=1e-9)
        for quantile, wanted in golden["mean_return_by_quantile"][f"{horizon}D"].items():
            dates = [came[group == int(quantile)].mean() for came, group in zip(returns, groups, strict=True)]
            assert np.mean(dates) == pytest.approx(wanted, rel=1e-9)
    tops = {days[row]: set(np.flatnonzero(group == 5).tolist()) for row, group in zip(kept, groups, strict=True)}
    for day, wanted in golden["top_quantile_turnover_5d"].items():
        before = days[days.index(day) - 5]
        assert measures.turnover(tops[before], tops[day]) == pytest.approx(wanted, rel=1e-9)
    for day, wanted in golden["rank_autocorr_5d"].items():
        row = days.index(day)
        assert statistics.rank_ic(score[row], score[row - 5]) == pytest.approx(wanted, rel=1e-9)
