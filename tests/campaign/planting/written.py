"""Kinds that somebody thought of, by what operators would see: prices, indices, ETFs, the list."""

# ruff: noqa: E501, ISC004  # a table: one kind a line, its SQL in one piece

from campaign.planting.kind import Kind

from foresto_cli.collecting.checks import DAILY, MONTHLY, WEEKLY

P = "stock_price_daily"
ROW = "ticker = '{small}' AND trade_date = '{d10}'"
ALL_PRICES = (
    "open_price = open_price {0}, high_price = high_price {0}, low_price = low_price {0}, close_price = close_price {0},"
    " prev_close = prev_close {0}, price_change = price_change {0}, market_cap = market_cap {0},"
    " adj_close_price = adj_close_price {0}"
)
LOWERED = "UPDATE unit_ledger SET row_count = row_count - {0} WHERE dataset = 'prices.day' AND unit = '{1}'"
MOVED = (
    "open_price = o.open_price, high_price = o.high_price, low_price = o.low_price, close_price = o.close_price,"
    " volume = o.volume, trading_value = o.trading_value, market_cap = o.market_cap,"
    " shares_outstanding = o.shares_outstanding, prev_close = o.prev_close, price_change = o.price_change,"
    " change_rate = o.change_rate, adj_close_price = o.adj_close_price"
)


def _set(what: str, where: str = ROW, table: str = P) -> str:
    return f"UPDATE {table} SET {what} WHERE {where}"


def _few(share: int, day: str) -> str:
    """Return SQL of one in ``share`` stocks of a day."""
    return f"trade_date = '{day}' AND abs(hashtext(ticker)) % {share} = 0"


def _never_came(where: str, day: str) -> str:
    counted = f"SELECT count(*) FROM {P} WHERE {where}"
    return LOWERED.format(f"({counted})", day) + f";\nDELETE FROM {P} WHERE {where}"


PRICES = (
    ("P01", DAILY, "close +1, one cell, 10 sessions ago", _set("close_price = close_price + 1")),
    ("P02", MONTHLY, "close +1, one cell, near the beginning",
     _set("close_price = close_price + 1", "ticker = '{small}' AND trade_date = '{old}'")),
    ("P03", DAILY, "close +1 consistently (change, rate, cap, high, adjusted too)",
     _set("close_price = close_price + 1, price_change = price_change + 1, high_price = high_price + 1,"
          " change_rate = round((price_change + 1) / prev_close * 100, 2), adj_close_price = adj_close_price + 1,"
          " market_cap = (close_price + 1) * shares_outstanding")),
    ("P04", DAILY, "all prices of a row ten-fold, the row agrees with itself", _set(ALL_PRICES.format("* 10"))),
    ("P05", DAILY, "all prices of a row a tenth, the row agrees with itself", _set(ALL_PRICES.format("/ 10"))),
    ("P06", DAILY, "open and close swapped", _set("open_price = close_price, close_price = open_price")),
    ("P07", DAILY, "row of a small stock deleted, mid, ledger intact", f"DELETE FROM {P} WHERE {ROW}"),
    ("P08", DAILY, "row of a small stock deleted, last day, ledger intact",
     f"DELETE FROM {P} WHERE ticker = '{{small}}' AND trade_date = '{{d0}}'"),
    ("P09", DAILY, "row never arrived (row_count - 1), mid", _never_came(ROW, "{d10}")),
    ("P10", DAILY, "30 % of a day never arrived, mid", _never_came(_few(3, "{d10}"), "{d10}")),
    ("P11", DAILY, "4 % of the last day never arrived", _never_came(_few(25, "{d0}"), "{d0}")),
    ("P12", DAILY, "whole day deleted, mid, ledger intact", f"DELETE FROM {P} WHERE trade_date = '{{d10}}'"),
    ("P13", DAILY, "whole day never arrived (ledger row gone)",
     f"DELETE FROM {P} WHERE trade_date = '{{d10}}';\nDELETE FROM unit_ledger WHERE dataset = 'prices.day' AND unit = '{{d10}}'"),
    ("P14", MONTHLY, "whole day deleted near the beginning", f"DELETE FROM {P} WHERE trade_date = '{{old}}'"),
    ("P15", MONTHLY, "the oldest 40 sessions gone", f"DELETE FROM {P} WHERE trade_date < '{{d100}}'"),
    ("P16", DAILY, "a day's rows replaced by those of the day before",
     f"UPDATE {P} p SET {MOVED} FROM {P} o WHERE o.ticker = p.ticker AND p.trade_date = '{{d10}}' AND o.trade_date = '{{d11}}'"),
    ("P17", DAILY, "10 sessions of one stock shifted by a day",
     f"UPDATE {P} p SET {MOVED} FROM (SELECT trade_date AS day, lag(trade_date) OVER (ORDER BY trade_date) AS before FROM"
     f" (SELECT DISTINCT trade_date FROM {P}) d) s, {P} o WHERE p.ticker = '{{small}}' AND o.ticker = p.ticker"
     " AND s.day = p.trade_date AND o.trade_date = s.before AND p.trade_date BETWEEN '{d15}' AND '{d6}'"),
    ("P18", DAILY, "volume 0 although the price moved", _set("volume = 0, trading_value = 0")),
    ("P19", DAILY, "volume ten-fold in one row", _set("volume = volume * 10")),
    ("P20", DAILY, "trading value ten-fold in one row", _set("trading_value = trading_value * 10")),
    ("P21", DAILY, "shares and cap x10 for a whole stock",
     _set("shares_outstanding = shares_outstanding * 10, market_cap = market_cap * 10", "ticker = '{small}'")),
    ("P22", DAILY, "market cap x1000", _set("market_cap = market_cap * 1000")),
    ("P23", DAILY, "prev_close +5, one cell", _set("prev_close = prev_close + 5")),
    ("P24", DAILY, "prev_close, change and rate consistently wrong",
     _set("prev_close = prev_close * 1.01, price_change = close_price - prev_close * 1.01,"
          " change_rate = round((close_price / (prev_close * 1.01) - 1) * 100, 2)")),
    ("P25", DAILY, "split factor removed, adj_close left",
     _set("adj_factor = 1, adj_event = NULL, adj_evidence = NULL", "ticker = '{split}' AND trade_date = '{split_day}'")),
    ("P26", DAILY, "split factor removed and adj_close = close",
     _set("adj_factor = 1, adj_event = NULL, adj_evidence = NULL", "ticker = '{split}' AND trade_date = '{split_day}'")
     + ";\n" + _set("adj_close_price = close_price", "ticker = '{split}' AND trade_date < '{split_day}'")),
    ("P27", DAILY, "false SPLIT 0.5 added, adj_close left", _set("adj_factor = 0.5, adj_event = 'SPLIT'")),
    ("P28", DAILY, "false SPLIT 0.5 added, adj_close halved before",
     _set("adj_factor = 0.5, adj_event = 'SPLIT'") + ";\n"
     + _set("adj_close_price = adj_close_price * 0.5", "ticker = '{small}' AND trade_date < '{d10}'")),
    ("P29", DAILY, "adj_close x2 in one row of a stock without events", _set("adj_close_price = adj_close_price * 2")),
    ("P30", WEEKLY, "adj_close not adjusted before a split (10 rows)",
     f"UPDATE {P} SET adj_close_price = close_price WHERE ticker = '{{split}}' AND trade_date IN (SELECT trade_date FROM {P}"
     " WHERE ticker = '{split}' AND trade_date < '{split_day}' ORDER BY 1 DESC LIMIT 10)"),
    ("P31", DAILY, "adj_close x2 before a day, for a whole stock",
     _set("adj_close_price = adj_close_price * 2", "ticker = '{small}' AND trade_date < '{d10}'")),
    ("P32", DAILY, "adj_close NULL for a whole day", _set("adj_close_price = NULL", "trade_date = '{d10}'")),
    ("P33", DAILY, "adj_close NULL for one row", _set("adj_close_price = NULL")),
    ("P34", DAILY, "market wrong in one row", _set("market = 'KOSPI'")),
    ("P35", DAILY, "market wrong for a whole stock", _set("market = 'KOSPI'", "ticker = '{small}'")),
    ("P36", DAILY, "quality NORMAL to ADJUSTED, a whole day", _set("quality_flag = 'ADJUSTED'", "trade_date = '{d10}'")),
    ("P37", DAILY, "quality NORMAL to PROVISIONAL, a whole old day (ledger done)",
     _set("quality_flag = 'PROVISIONAL'", "trade_date = '{d10}'")),
    ("P38", DAILY, "quality PROVISIONAL in one row", _set("quality_flag = 'PROVISIONAL'")),
    ("P39", DAILY, "is_halted on a traded row", _set("is_halted = true")),
    ("P40", DAILY, "change_rate sign flipped", _set("change_rate = -change_rate - 0.5")),
    ("P41", DAILY, "frozen stock: its last 15 rows are the same",
     f"UPDATE {P} p SET {MOVED}, prev_close = o.close_price, price_change = 0, change_rate = 0 FROM {P} o".replace(
         " prev_close = o.prev_close, price_change = o.price_change, change_rate = o.change_rate,", "")
     + " WHERE p.ticker = '{small}' AND o.ticker = p.ticker AND o.trade_date = '{d15}' AND p.trade_date > '{d15}'"),
    ("P42", DAILY, "a stock's last 15 rows are gone (row_count lowered)",
     LOWERED.replace("= '{1}'", "> '{1}'").format(1, "{d15}")
     + f";\nDELETE FROM {P} WHERE ticker = '{{small}}' AND trade_date > '{{d15}}'"),
    ("P43", DAILY, "rows of two stocks swapped on one day",
     f"UPDATE {P} p SET {MOVED} FROM {P} o WHERE p.trade_date = '{{d10}}' AND o.trade_date = '{{d10}}'"
     " AND (p.ticker, o.ticker) IN (('{small}', '{small2}'), ('{small2}', '{small}'))"),
    ("P44", DAILY, "volume / 1000 for a whole day", _set("volume = volume / 1000", "trade_date = '{d10}'")),
    ("P45", DAILY, "trading_value x1000 for a whole day",
     _set("trading_value = trading_value * 1000", "trade_date = '{d10}'")),
    ("P46", DAILY, "high ten-fold in one row", _set("high_price = high_price * 10")),
    ("P47", DAILY, "whole market x10 on one day, rows agree with themselves",
     _set(ALL_PRICES.format("* 10"), "trade_date = '{d10}'")),
    ("P48", WEEKLY, "30 sessions in the middle of a stock are missing (row_count lowered)",
     LOWERED.replace("= '{1}'", "BETWEEN '{d60}' AND '{d31}'").replace("{0}", "1")
     + f";\nDELETE FROM {P} WHERE ticker = '{{small}}' AND trade_date BETWEEN '{{d60}}' AND '{{d31}}'"),
    ("P49", DAILY, "a large cap x10 consistently, last day",
     _set(ALL_PRICES.format("* 10"), "ticker = '005930' AND trade_date = '{d0}'")),
    ("P50", DAILY, "name blank for a whole day", _set("name = ''", "trade_date = '{d10}'")),
    ("P51", DAILY, "adjustment_pending holds three days",
     "INSERT INTO adjustment_pending SELECT unnest(ARRAY['{d3}', '{d4}', '{d5}']::date[]), now()"),
    ("P52", DAILY, "change, rate and prev NULL for a whole day",
     _set("prev_close = NULL, price_change = NULL, change_rate = NULL", "trade_date = '{d10}'")),
    ("P53", DAILY, "the last day ten-fold for one small stock, the row agrees with itself",
     _set(ALL_PRICES.format("* 10"), "ticker = '{small}' AND trade_date = '{d0}'")),
    ("P54", DAILY, "rows of a stock that nobody lists",
     f"INSERT INTO {P} SELECT '999990', trade_date, open_price, high_price, low_price, close_price, volume, trading_value,"
     " market_cap, shares_outstanding, prev_close, price_change, change_rate, name, market, is_halted, quality_flag,"
     " price_basis, basis_evidence, designation, source_id, batch_id, created_at, updated_at, adj_factor, adj_event,"
     f" adj_review, adj_evidence, adj_close_price FROM {P} WHERE ticker = '{{small}}' AND trade_date <= '{{d10}}'"),
)  # fmt: skip

I = "index_price_daily"  # noqa: E741  # the letter of these kinds
KOSPI = "index_code = 'KOSPI' AND trade_date = '{d10}'"
ALL_LEVELS = ", ".join(
    f"{name} = {name} * 10" for name in ("open_price", "high_price", "low_price", "close_price", "price_change")
)
INDICES = (
    ("I01", DAILY, "KOSPI close ten-fold, mid", _set("close_price = close_price * 10", KOSPI, I)),
    ("I02", DAILY, "KOSPI low above close", _set("low_price = close_price * 1.1", KOSPI, I)),
    ("I03", DAILY, "KOSPI day missing, mid", f"DELETE FROM {I} WHERE {KOSPI}"),
    ("I04", DAILY, "KOSPI last day missing", f"DELETE FROM {I} WHERE index_code = 'KOSPI' AND trade_date = '{{d0}}'"),
    ("I05", DAILY, "KOSPI and KOSDAQ swapped on a day",
     f"UPDATE {I} p SET open_price = o.open_price, high_price = o.high_price, low_price = o.low_price,"
     " close_price = o.close_price, volume = o.volume, trading_value = o.trading_value, market_cap = o.market_cap,"
     f" price_change = o.price_change, change_rate = o.change_rate FROM {I} o WHERE p.trade_date = '{{d10}}'"
     " AND o.trade_date = p.trade_date AND (p.index_code, o.index_code) IN (('KOSPI', 'KOSDAQ'), ('KOSDAQ', 'KOSPI'))"),
    ("I06", DAILY, "KS200: all but the last day gone",
     f"DELETE FROM {I} WHERE index_code = 'KS200' AND trade_date < '{{d0}}'"),
    ("I07", DAILY, "last level of KOSPI ten-fold, all columns",
     _set(ALL_LEVELS, "index_code = 'KOSPI' AND trade_date = '{d0}'", I)),
    ("I08", DAILY, "all of KOSDAQ gone", f"DELETE FROM {I} WHERE index_code = 'KOSDAQ'"),
)  # fmt: skip

E = "etf_price_daily"
AN_ETF = "ticker = (SELECT min(ticker) FROM etfs WHERE is_active)"
ETF_DAY = "trade_date = (SELECT max(trade_date) FROM etf_price_daily)"
ETFS = (
    ("E01", DAILY, E, "an ETF price ten-fold", _set("close_price = close_price * 10", f"{AN_ETF} AND {ETF_DAY}", E)),
    ("E02", WEEKLY, E, "half the ETF prices gone", f"DELETE FROM {E} WHERE abs(hashtext(ticker)) % 2 = 0"),
    ("E03", DAILY, E, "NAV 0 for all", _set("nav = 0", "true", E)),
    ("E04", DAILY, E, "the newest ETF session gone", f"DELETE FROM {E} WHERE {ETF_DAY}"),
    ("E05", WEEKLY, "etfs", "expense ratio x100", _set("expense_ratio = expense_ratio * 100", "true", "etfs")),
    ("E06", DAILY, "etfs", "current_price of a year ago", _set("price_date = price_date - 365", "true", "etfs")),
    ("E07", WEEKLY, "etfs", "ETF name blank", _set("name = ''", AN_ETF, "etfs")),
    ("E08", WEEKLY, "etfs", "one ETF deleted", f"DELETE FROM etfs WHERE {AN_ETF}"),
    ("E09", WEEKLY, "etfs", "a third of the ETFs called gone", _set("is_active = false", "abs(hashtext(ticker)) % 3 = 0", "etfs")),
    ("E10", DAILY, "etfs", "NAV of an ETF ten-fold", _set("nav = nav * 10", AN_ETF, "etfs")),
)  # fmt: skip


def kinds() -> list[Kind]:
    """Return these kinds."""
    return [
        *(Kind(name, P, level, told, sql) for name, level, told, sql in PRICES),
        *(Kind(name, I, level, told, sql) for name, level, told, sql in INDICES),
        *(Kind(name, table, level, told, sql) for name, level, table, told, sql in ETFS),
    ]
