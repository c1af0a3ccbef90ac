"""Kinds that somebody thought of: the list of stocks, what companies file, dividends."""

# ruff: noqa: E501, ISC004  # a table: one kind a line, its SQL in one piece

from campaign.planting.kind import Kind

from foresto_cli.collecting.checks import DAILY, MONTHLY, WEEKLY

L, S, F, V, A = "fdr_stock_listing", "stocks", "financial_report", "dividend_history", "corporate_actions"
SMALL = "ticker = '{small}'"
THIRD = "abs(hashtext(ticker)) % 3 = 0"
FIFTH = "abs(hashtext(ticker)) % 5 = 0"
NEWEST = (
    "ctid = (SELECT ctid FROM financial_report WHERE {needs} AND total_assets > 0 AND total_equity > 0"
    " AND NOT is_financial AND ticker = '{small}' AND fs_div = (SELECT min(fs_div) FROM financial_report"
    " WHERE ticker = '{small}') ORDER BY fiscal_year DESC, fiscal_quarter DESC LIMIT 1)"
)
REPORT = NEWEST.replace("{needs}", "net_income <> 0")
OF_2023 = NEWEST.replace("{needs}", "fiscal_year = 2023")
AMOUNTS = (
    "revenue", "operating_income", "net_income", "owners_net_income", "revenue_quarter", "operating_income_quarter",
    "net_income_quarter", "owners_net_income_quarter", "total_assets", "total_liabilities", "total_equity",
    "owners_equity", "current_assets", "current_liabilities", "retained_earnings", "operating_cash_flow",
    "investing_cash_flow", "financing_cash_flow",
)  # fmt: skip


def _set(table: str, what: str, where: str) -> str:
    return f"UPDATE {table} SET {what} WHERE {where}"


def _swapped(table: str, column: str) -> str:
    return (
        f"UPDATE {table} p SET {column} = o.{column} FROM {table} o"
        " WHERE (p.ticker, o.ticker) IN (('{small}', '{small2}'), ('{small2}', '{small}'))"
    )


LISTED = (
    ("L01", WEEKLY, L, "20 % of the listed rows deleted", f"DELETE FROM {L} WHERE is_listed AND {FIFTH}"),
    ("L02", WEEKLY, L, "20 % of the listed turned not listed", _set(L, "is_listed = false", FIFTH)),
    ("L03", WEEKLY, L, "name blank, one stock", _set(L, "name = ''", SMALL)),
    ("L04", WEEKLY, L, "listing date two months ago although prices are older",
     _set(L, "listing_date = date '{d0}' - 60", SMALL)),
    ("L05", WEEKLY, L, "a listed stock bears a delisting date", _set(L, "delisting_date = date '{d0}' - 30", SMALL)),
    ("L06", WEEKLY, L, "market wrong", _set(L, "market = 'KOSPI'", SMALL)),
    ("L07", WEEKLY, L, "shares x10", _set(L, "shares = shares * 10", SMALL)),
    ("L08", WEEKLY, L, "market value x10", _set(L, "marcap = marcap * 10", SMALL)),
    ("L09", WEEKLY, L, "one listed row deleted", f"DELETE FROM {L} WHERE {SMALL}"),
    ("L10", WEEKLY, L, "a stock that was delisted called listed",
     _set(L, "is_listed = true, delisting_date = NULL", f"ticker = (SELECT min(ticker) FROM {L} WHERE NOT is_listed)")),
    ("L11", WEEKLY, L, "ISIN of another stock", _swapped(L, "isin")),
    ("L12", WEEKLY, L, "sector and industry blank for all", _set(L, "sector = NULL, industry = NULL", "true")),
    ("L13", WEEKLY, L, "list half a year old", _set(L, "as_of_date = as_of_date - 180", "true")),
    ("S04", WEEKLY, S, "company numbers of two swapped", _swapped(S, "crno")),
    ("S05", DAILY, S, "current price x10", _set(S, "current_price = current_price * 10", SMALL)),
    ("S06", DAILY, S, "price date a month old for one", _set(S, "price_date = price_date - 30", SMALL)),
    ("S07", DAILY, S, "market value x10", _set(S, "market_cap = market_cap * 10", SMALL)),
    ("S08", WEEKLY, S, "PER and PBR x10, ROE x100 for all",
     _set(S, "pe_ratio = pe_ratio * 10, pb_ratio = pb_ratio * 10, roe = roe * 100", "true")),
    ("S09", WEEKLY, S, "a stock with prices deleted", f"DELETE FROM {S} WHERE {SMALL}"),
    ("S10", WEEKLY, S, "company number NULL for 20 %", _set(S, "crno = NULL", FIFTH)),
    ("S11", WEEKLY, S, "company number NULL for all", _set(S, "crno = NULL", "true")),
    ("S12", DAILY, S, "score and grade differ from the history",
     _set(S, "compass_score = 99, compass_grade = 'S'", SMALL)),
    ("S13", WEEKLY, S, "a listed stock called inactive", _set(S, "is_active = false", SMALL)),
    ("S14", WEEKLY, S, "DART's number NULL for all", _set(S, "corp_code = NULL", "true")),
    ("S15", WEEKLY, S, "two share one DART number",
     _set(S, f"corp_code = (SELECT corp_code FROM {S} WHERE ticker = '{{small2}}')", SMALL)),
    ("S16", WEEKLY, "stock_history", "two open spans overlap",
     "INSERT INTO stock_history SELECT ticker, valid_from - 10, NULL, name || ' X', market, is_listed FROM stock_history"
     " WHERE ticker = '{small}' AND valid_to IS NULL"),
    ("S17", WEEKLY, S, "one-year return x100 for all", _set(S, "one_year_return = one_year_return * 100", "true")),
    ("S18", WEEKLY, "stock_history", "the history of one stock gone", f"DELETE FROM stock_history WHERE {SMALL}"),
    ("S19", WEEKLY, S, "dividend yield x100", _set(S, "dividend_yield = dividend_yield * 100", "true")),
    ("S20", WEEKLY, S, "a designation that nobody gave", _set(S, "designation = '관리종목'", SMALL)),
)  # fmt: skip
FILED = (
    ("F01", WEEKLY, F, "assets x1.5, newest report", _set(F, "total_assets = total_assets * 1.5", REPORT)),
    ("F02", MONTHLY, F, "assets x1.5, a report of 2023", _set(F, "total_assets = total_assets * 1.5", OF_2023)),
    ("F03", WEEKLY, F, "equity's sign flipped", _set(F, "total_equity = -total_equity", REPORT)),
    ("F04", WEEKLY, F, "net income's sign flipped", _set(F, "net_income = -net_income", REPORT)),
    ("F05", WEEKLY, F, "all amounts x1000, newest report",
     _set(F, ", ".join(f"{name} = {name} * 1000" for name in AMOUNTS), REPORT)),
    ("F06", WEEKLY, F, "all amounts / 1000, newest report",
     _set(F, ", ".join(f"{name} = {name} / 1000" for name in AMOUNTS), REPORT)),
    ("F07", WEEKLY, F, "revenue and operating income swapped",
     _set(F, "revenue = operating_income, operating_income = revenue", REPORT)),
    ("F08", WEEKLY, F, "the quarter's revenue is the year's",
     _set(F, "revenue_quarter = revenue, net_income_quarter = net_income", NEWEST.replace("{needs}", "fiscal_quarter > 1"))),
    ("F09", WEEKLY, F, "owners' equity and income 3x the total",
     _set(F, "owners_equity = total_equity * 3, owners_net_income = net_income * 3", REPORT)),
    ("F10", WEEKLY, F, "receipt date in the future", _set(F, "rcept_dt = '2027-06-01'", REPORT)),
    ("F11", WEEKLY, F, "all reports of the newest quarter gone",
     f"DELETE FROM {F} WHERE (fiscal_year, fiscal_quarter) = (SELECT fiscal_year, fiscal_quarter FROM {F}"
     " ORDER BY 1 DESC, 2 DESC LIMIT 1)"),
    ("F12", MONTHLY, F, "all annual reports of 2023 gone", f"DELETE FROM {F} WHERE fiscal_year = 2023 AND fiscal_quarter = 4"),
    ("F13", WEEKLY, F, "30 % of the annual reports of 2024 gone",
     f"DELETE FROM {F} WHERE fiscal_year = 2024 AND fiscal_quarter = 4 AND {THIRD}"),
    ("F14", MONTHLY, F, "everything of 2022 gone", f"DELETE FROM {F} WHERE fiscal_year = 2022"),
    ("F15", WEEKLY, F, "revenue NULL in a third", _set(F, "revenue = NULL, revenue_quarter = NULL", THIRD)),
    ("F16", WEEKLY, F, "DART number of another company",
     _set(F, f"corp_code = (SELECT max(corp_code) FROM {F} WHERE ticker <> '{{small}}')", REPORT)),
    ("F17", WEEKLY, F, "period end a year too late", _set(F, "period_end = period_end + 365", REPORT)),
    ("F18", WEEKLY, F, "currency USD", _set(F, "currency = 'USD'", REPORT)),
    ("F19", WEEKLY, F, "newest two reports of one company missing",
     f"DELETE FROM {F} WHERE ticker = '{{small}}' AND rcept_no IN (SELECT rcept_no FROM {F} WHERE ticker = '{{small}}'"
     " GROUP BY 1 ORDER BY max(period_end) DESC LIMIT 2)"),
    ("F20", WEEKLY, "dart_company", "half of the companies gone", "DELETE FROM dart_company WHERE abs(hashtext(ticker)) % 2 = 0"),
    ("F21", WEEKLY, "dart_answer", "half of the kept answers gone",
     "DELETE FROM dart_answer WHERE abs(hashtext(sha256)) % 2 = 0"),
    ("F22", WEEKLY, "dart_answer", "a kept answer is damaged",
     "UPDATE dart_answer SET body = '\\x00' WHERE ctid = (SELECT ctid FROM dart_answer ORDER BY sha256 LIMIT 1)"),
    ("F23", WEEKLY, "dart_filing", "half of the filings gone", "DELETE FROM dart_filing WHERE abs(hashtext(rcept_no)) % 2 = 0"),
    ("F24", WEEKLY, F, "current assets 5x total assets", _set(F, "current_assets = total_assets * 5", REPORT)),
    ("F25", WEEKLY, F, "all reports of one company gone", f"DELETE FROM {F} WHERE {SMALL}"),
    ("F26", WEEKLY, F, "revenue x1000 in one report", _set(F, "revenue = revenue * 1000", REPORT)),
    ("F27", WEEKLY, F, "liabilities NULL in the newest report", _set(F, "total_liabilities = NULL", REPORT)),
    ("F28", WEEKLY, F, "equity NULL in the newest report", _set(F, "total_equity = NULL", REPORT)),
    ("F29", WEEKLY, "financial_restated", "assets x1.5 in a restated period",
     "UPDATE financial_restated SET total_assets = total_assets * 1.5 WHERE ctid = (SELECT ctid FROM financial_restated"
     " WHERE total_assets > 0 ORDER BY rcept_no DESC LIMIT 1)"),
    ("A01", WEEKLY, A, "ratio x10", _set(A, "ratio = ratio * 10", f"ctid = (SELECT min(ctid) FROM {A} WHERE ratio IS NOT NULL)")),
    ("A02", WEEKLY, A, "one decision deleted", f"DELETE FROM {A} WHERE ctid = (SELECT min(ctid) FROM {A})"),
    ("A04", WEEKLY, A, "all decisions deleted", f"DELETE FROM {A}"),
    ("A05", WEEKLY, A, "a decision unlinked from its event",
     _set(A, "price_event_date = NULL, price_event = NULL, price_factor = NULL", "price_event_date IS NOT NULL")),
)  # fmt: skip
PAID = f"ctid = (SELECT ctid FROM {V} WHERE stck_genr_dvdn_amt > 0 AND ticker IS NOT NULL ORDER BY dvdn_bas_dt DESC, security_id LIMIT 1)"
DIVIDENDS = (
    ("V01", "amount x10, one", _set(V, "stck_genr_dvdn_amt = stck_genr_dvdn_amt * 10", PAID)),
    ("V02", "amount x1000 for all of a year",
     _set(V, "stck_genr_dvdn_amt = stck_genr_dvdn_amt * 1000", "extract(year FROM dvdn_bas_dt) = 2025")),
    ("V03", "wrong class of share", _set(V, "scrs_itms_kcd_nm = '우선주'", PAID)),
    ("V04", "par value x10", _set(V, "stck_par_prc = stck_par_prc * 10", PAID)),
    ("V05", "record date after the payment", _set(V, "cash_dvdn_pay_dt = dvdn_bas_dt - 30", PAID)),
    ("V06", "ticker of another company", _set(V, f"ticker = (SELECT max(ticker) FROM {V} WHERE ticker IS NOT NULL)", PAID)),
    ("V07", "a third gone", f"DELETE FROM {V} WHERE abs(hashtext(security_id)) % 3 = 0"),
    ("V08", "negative amount", _set(V, "stck_genr_dvdn_amt = -stck_genr_dvdn_amt", PAID)),
    ("V09", "DART says five times what FSC says",
     _set(V, "stck_genr_dvdn_amt = stck_genr_dvdn_amt * 5", "source_id = 'DART'")),
    ("V10", "all of DART's gone", f"DELETE FROM {V} WHERE source_id = 'DART'"),
    ("V11", "record date in the future", _set(V, "dvdn_bas_dt = '2030-12-31'", PAID)),
)  # fmt: skip


def kinds() -> list[Kind]:
    """Return these kinds."""
    return [
        *(Kind(name, table, level, told, sql) for name, level, table, told, sql in (*LISTED, *FILED)),
        *(Kind(name, V, WEEKLY, told, sql) for name, told, sql in DIVIDENDS),
    ]
