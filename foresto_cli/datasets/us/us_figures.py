"""What Alpha Vantage's texts mean: numbers, days, periods."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from foresto_cli.errors import BadPayload
from foresto_cli.store.upsert import Row
from foresto_cli.upstream import alphavantage

Record = dict[str, Any]
NOTHING = ("None", "-", "", "null", "N/A")
_NUMBER = re.compile(r"[-+]?\d{1,25}(\.\d{1,12})?")

OVERVIEW = {
    "market_cap": "MarketCapitalization",
    "pe_ratio": "PERatio",
    "peg_ratio": "PEGRatio",
    "pb_ratio": "PriceToBookRatio",
    "eps": "EPS",
    "beta": "Beta",
    "week_52_high": "52WeekHigh",
    "week_52_low": "52WeekLow",
    "day_50_ma": "50DayMovingAverage",
    "day_200_ma": "200DayMovingAverage",
}
INCOME = {
    "revenue": "totalRevenue",
    "cost_of_revenue": "costOfRevenue",
    "gross_profit": "grossProfit",
    "operating_income": "operatingIncome",
    "net_income": "netIncome",
    "ebitda": "ebitda",
}
BALANCE = {
    "total_assets": "totalAssets",
    "total_liabilities": "totalLiabilities",
    "total_equity": "totalShareholderEquity",
    "cash_and_equivalents": "cashAndCashEquivalentsAtCarryingValue",
    "short_term_debt": "shortTermDebt",
    "long_term_debt": "longTermDebt",
}
CASH_FLOW = {
    "operating_cash_flow": "operatingCashflow",
    "investing_cash_flow": "cashflowFromInvestment",
    "financing_cash_flow": "cashflowFromFinancing",
}
STATEMENTS = {"INCOME_STATEMENT": INCOME, "BALANCE_SHEET": BALANCE, "CASH_FLOW": CASH_FLOW}
PERIODS = {"annualReports": "ANNUAL", "quarterlyReports": "QUARTERLY"}


def number(found: object) -> Decimal | None:
    """Return the number a text says; None for the service's words for nothing.

    Raises:
        ValueError: it is neither.
    """
    if not isinstance(found, str):
        raise ValueError(f"{found!r}")
    if found in NOTHING:
        return None
    if not _NUMBER.fullmatch(found):
        raise ValueError(f"{found[:40]!r}")
    return Decimal(found)


def text(found: object) -> str | None:
    """Return a text; None for the service's words for nothing.

    Raises:
        ValueError: it is no text.
    """
    if not isinstance(found, str):
        raise ValueError(f"{found!r}")
    return None if found in NOTHING else found


def company(symbol: str, record: Record) -> Row:
    """Return one row of ``alpha_vantage_stocks`` from OVERVIEW; the yield becomes percent.

    Raises:
        BadPayload: another company, a field missing or not a number.
    """
    try:
        if record["Symbol"] != symbol:
            raise BadPayload(f"{symbol}을 요청했는데 다른 종목이 왔습니다.")
        share = number(record["DividendYield"])
        return {
            "symbol": symbol,
            "name": record["Name"],
            "exchange": text(record["Exchange"]),
            "currency": text(record["Currency"]),
            "sector": text(record["Sector"]),
            "industry": text(record["Industry"]),
            "description": text(record["Description"]),
            **{column: number(record[field]) for column, field in OVERVIEW.items()},
            "dividend_yield": None if share is None else share * 100,
            "is_active": True,
            "source_id": alphavantage.SOURCE_ID,
        }
    except (KeyError, ValueError) as error:
        raise BadPayload(f"{symbol} 개요에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None


def fund(record: dict[str, str]) -> Row:
    """Return one row of ``alpha_vantage_etfs`` from LISTING_STATUS.

    Raises:
        BadPayload: the day of its listing is none.
    """
    try:
        began = text(record["ipoDate"])
        return {
            "symbol": record["symbol"],
            "name": record["name"],
            "exchange": text(record["exchange"]),
            "inception_date": None if began is None else date.fromisoformat(began),
            "is_active": record["status"] == "Active",
            "source_id": alphavantage.SOURCE_ID,
        }
    except ValueError as error:
        raise BadPayload(f"{record['symbol']}의 상장일을 읽을 수 없습니다({error}).") from None


def statements(symbol: str, answers: dict[str, Record]) -> list[Row]:
    """Return rows of ``alpha_vantage_financials``: the three statements joined by period end and kind.

    A period that one of the three does not have keeps its columns null.

    Raises:
        BadPayload: another company, a list missing, one of the three without any period or any amount, a period twice,
            a number that is none.
    """
    rows: dict[tuple[date, str], dict[str, object]] = {}
    columns = [column for fields in STATEMENTS.values() for column in fields]
    try:
        for function, fields in STATEMENTS.items():
            answer = answers[function]
            if answer["symbol"] != symbol:
                raise BadPayload(f"{symbol}을 요청했는데 다른 종목이 왔습니다.")
            for name, kind in PERIODS.items():
                reports = answer[name]
                if not reports and any(other[name] for other in answers.values()):
                    raise BadPayload(f"{symbol} {function}에 보고서가 하나도 없습니다. 일부만 온 재무제표입니다.")
                ends = [date.fromisoformat(report["fiscalDateEnding"]) for report in reports]
                if len(set(ends)) != len(ends):
                    raise BadPayload(f"{symbol} 재무제표에 같은 기간이 두 번 있습니다.")
                for end, report in zip(ends, reports, strict=True):
                    row = rows.setdefault((end, kind), _period(symbol, end, kind, columns))
                    row["currency"] = text(report["reportedCurrency"])
                    row |= {column: number(report[field]) for column, field in fields.items()}
            if rows and not any(row[column] for row in rows.values() for column in fields):
                raise BadPayload(f"{symbol} {function}에 0이 아닌 금액이 하나도 없습니다.")
    except (KeyError, ValueError, TypeError) as error:
        raise BadPayload(f"{symbol} 재무제표에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
    return list(rows.values())


def prices(symbol: str, series: Record) -> list[Row]:
    """Return rows of ``alpha_vantage_timeseries``, oldest first.

    Raises:
        BadPayload: a day or a number that is none.
    """
    try:
        return [
            {
                "symbol": symbol,
                "date": date.fromisoformat(day),
                "open": number(bar["1. open"]),
                "high": number(bar["2. high"]),
                "low": number(bar["3. low"]),
                "close": number(bar["4. close"]),
                "volume": number(bar["5. volume"]),
                "source_id": alphavantage.SOURCE_ID,
            }
            for day, bar in sorted(series.items())
        ]
    except (KeyError, ValueError, TypeError) as error:
        raise BadPayload(f"{symbol} 시세에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None


def _period(symbol: str, end: date, kind: str, columns: list[str]) -> dict[str, object]:
    head = {"symbol": symbol, "fiscal_date": end, "report_type": kind, "currency": None}
    return {**head, **dict.fromkeys(columns), "source_id": alphavantage.SOURCE_ID}
