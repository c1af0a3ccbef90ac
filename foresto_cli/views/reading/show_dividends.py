"""``foresto dividends``: what a stock paid and will pay, and whose record dates come when."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.calendar import Calendar
from foresto_cli.datasets.dart.payouts import AFTERWARDS, UNDECIDED
from foresto_cli.datasets.listed.names import STOCK, security_of
from foresto_cli.datasets.open_data.ex_dates import ex_date, last_with
from foresto_cli.errors import UsageError
from foresto_cli.output.rows import Kind
from foresto_cli.store.fragments import Fragment, sql
from foresto_cli.views.reading.reading import Field, Reading, Row, percent, price, require, rows

LOADED_BY = "stocks dividends"
MONTH = re.compile(r"(\d{4})-?(\d{2})")
DECEMBER = 12
NEAR_DAYS = 10
"""So many days back a close is looked for: over every holiday."""
TABLE = "dividend_history"
QUERY = Fragment("""
SELECT d.ticker, coalesce(l.name, d.isin_cd_nm) AS name, d.security_id, d.source_id, d.scrs_itms_kcd,
  d.dvdn_bas_dt, d.cash_dvdn_pay_dt, d.stck_genr_dvdn_amt AS amount, d.stck_dvdn_rcd_nm AS kind,
  d.scrs_itms_kcd_nm AS share_class, d.fiscal_year, d.rcept_no, d.rcept_dt, d.is_outlier
FROM dividend_history d LEFT JOIN fdr_stock_listing l USING (ticker)
""")
CLOSES = text(
    "SELECT a.ticker, a.day, p.close_price FROM unnest(CAST(:tickers AS text[]), CAST(:days AS date[])) AS a (ticker,"
    " day) CROSS JOIN LATERAL (SELECT DISTINCT ON (p.ticker) p.ticker, close_price, quality_flag"
    " FROM stock_price_daily p WHERE p.ticker = a.ticker AND p.trade_date <= a.day"
    " AND p.trade_date > a.day - CAST(:near AS int) ORDER BY p.ticker, p.trade_date DESC) p"
    # Of an adjusted close nobody knows what was paid for the share.
    " WHERE p.quality_flag <> 'ADJUSTED'"
)
FSC, REPORT, NEXT_REPORT = "금융위", "사업보고서", "이듬해 보고서"
FIELDS = (
    Field("ticker", "종목코드"),
    Field("name", "종목명"),
    Field("ex_date", "배당락일", Kind.DAY, "배당락일"),
    Field("record_date", "배당기준일", Kind.DAY, "기준일"),
    Field("payment_date", "지급일", Kind.DAY, "지급일"),
    Field("fiscal_year", "사업연도", Kind.WHOLE),
    Field("amount", "주당 현금배당(원)", Kind.NUMBER, "주당(원)", price),
    Field("dividend_yield", "수익률(%)", Kind.NUMBER, "수익률", percent),
    Field("kind", "배당 구분", Kind.TEXT, "구분"),
    Field("share_class", "주식 종류"),
    Field("source", "근거", Kind.TEXT, "근거"),
    Field("is_doubtful", "믿을 수 없는 금액", Kind.TRUTH),
    Field("rcept_no", "DART 접수번호"),
    Field("rcept_dt", "접수일", Kind.DAY),
)
NOTES = (
    "수익률(%)은 배당락 전 마지막 종가로 나눈 것입니다. 배당락 전이면 마지막으로 저장된 종가로 나눕니다.",
    "배당락일은 거래일 달력으로 셈합니다. 모르는 날과 금액은 비워 둡니다(-).",
)


def show(app: App, given: str) -> Reading:
    """Return every stored dividend of a stock, the newest record date first (``foresto dividends show``).

    Annual sums of DART stand beside FSC's single payments: they tell the same money twice, and say their fiscal year.

    Raises:
        UsageError: nobody is called so, or several are.
        ConfigError: no dividend is stored of anybody.
    """
    with app.engine.connect() as connection:
        stock = security_of(connection, given, (STOCK,), takes_part=True)
        require(connection, TABLE, "배당", LOADED_BY)
        found = of(connection, app.calendar, stock.code)
    fields = [field._replace(head="사업연도", shown=str) if field.name == "fiscal_year" else field for field in FIELDS]
    fields = [field._replace(head="") if field.name == "kind" else field for field in fields]
    return Reading(
        title=f"{stock.code} {stock.name} 배당",
        fields=fields,
        rows=found,
        notes=_notes(found),
        nothing="저장된 배당 기록이 없습니다. 배당이 없었다는 뜻은 아닙니다.",
        facts={"ticker": stock.code, "name": stock.name},
    )


def of(connection: Connection, sessions: Calendar, ticker: str) -> list[Row]:
    """Return every stored dividend of a stock, the newest record date first."""
    query = sql("{query} WHERE d.ticker = :ticker ORDER BY d.dvdn_bas_dt DESC, d.source_id DESC", query=QUERY)
    return _told(connection, sessions, rows(connection, query, ticker=ticker))


def calendar(app: App, month: str | None, given: str | None) -> Reading:
    """Return the dividends of which a day (ex-date, record date, payment) lies in a month, earliest first.

    Only FSC's records: DART's annual sums name no record date, and a guess is none.

    Args:
        app: what the command works with.
        month: ``2026-12``; None: this month, or with a stock from today on.
        given: a stock's ticker or name; None: all.

    Raises:
        UsageError: there is no such month, or nobody is called so, or several are.
        ConfigError: no dividend is stored of anybody.
    """
    today = clock.today()
    first, last = (today, date.max) if month is None and given is not None else _month(month, today)
    with app.engine.connect() as connection:
        stock = None if given is None else security_of(connection, given, (STOCK,), takes_part=True)
        require(connection, TABLE, "배당", LOADED_BY)
        # An ex-date is a few days before its record date, a payment months after it: by itself.
        query = sql(
            "{query} WHERE d.source_id = 'FSC' AND (CAST(:ticker AS text) IS NULL OR d.ticker = :ticker)"
            " AND (d.dvdn_bas_dt BETWEEN :first AND :near OR d.cash_dvdn_pay_dt BETWEEN :first AND :last)",
            query=QUERY,
        )
        near = last if last == date.max else last + timedelta(days=NEAR_DAYS)
        asked = {"ticker": stock.code if stock else None, "first": first, "last": last, "near": near}
        found = _told(connection, app.calendar, rows(connection, query, **asked))
    days = ("ex_date", "record_date", "payment_date")
    inside = [row for row in found if any(row[name] is not None and first <= row[name] <= last for name in days)]
    unpaid = [row for row in inside if row["amount"] == 0]
    inside = [row for row in inside if row["amount"] != 0]
    inside.sort(key=lambda row: (row["ex_date"], row["ticker"] or ""))
    span = f"{first} 이후" if last == date.max else f"{first.year}년 {first.month}월"
    heads = {"ticker": "코드", "name": "종목명", "kind": "", "source": ""}
    fields = [field._replace(head=heads.get(field.name, field.head)) for field in FIELDS]
    return Reading(
        title=f"{f'{stock.code} {stock.name} ' if stock else ''}배당 일정 · {span}",
        fields=fields,
        rows=inside,
        notes=[
            *_unpaid(unpaid),
            *_notes(inside),
            "금융위 배당정보입니다. 분기마다 받고, 지금 받으려면 foresto stocks dividends.",
        ],
        nothing="이 기간에 저장된 배당 일정이 없습니다. 지금 다시 받으려면 foresto stocks dividends.",
        facts={"from": f"{first}", "to": None if last == date.max else f"{last}"},
    )


def nearest(connection: Connection, sessions: Calendar, ticker: str) -> tuple[Row | None, Row | None]:
    """Return the last and the next dividend of a stock by FSC's record dates, None where none is stored."""
    query = sql("{query} WHERE d.source_id = 'FSC' AND d.ticker = :ticker ORDER BY d.dvdn_bas_dt DESC", query=QUERY)
    found = _told(connection, sessions, rows(connection, query, ticker=ticker))
    today = clock.today()
    last = next((row for row in found if row["record_date"] < today and row["amount"] != 0), None)
    coming = [row for row in found if row["record_date"] >= today]
    return last, coming[-1] if coming else None


def _month(given: str | None, today: date) -> tuple[date, date]:
    if given is None:
        year, month = today.year, today.month
    else:
        told = MONTH.fullmatch(given.strip())
        year, month = (int(told[1]), int(told[2])) if told else (0, 0)
    if not (1 <= month <= DECEMBER and year > 0):
        raise UsageError(f"{given}: 그런 달은 없습니다. 2026-12처럼 적으세요.")
    first = date(year, month, 1)
    after = (
        date(year + month // DECEMBER, month % DECEMBER + 1, 1) if (year, month) < (date.max.year, DECEMBER) else None
    )
    return first, date.max if after is None else after - timedelta(days=1)


def _told(connection: Connection, sessions: Calendar, found: Sequence[Row]) -> list[Row]:
    """Return dividends with their days, yield and where they come from."""
    made = [_one(sessions, row) for row in found]
    wanted = [row for row in made if row["ticker"] and row["priced_on"]]
    known = {
        (row.ticker, row.day): row.close_price
        for row in connection.execute(
            CLOSES,
            {
                "tickers": [row["ticker"] for row in wanted],
                "days": [row["priced_on"] for row in wanted],
                "near": NEAR_DAYS,
            },
        )
    }
    for row in made:
        close = known.get((row["ticker"], row.pop("priced_on")))
        counts = row["amount"] is not None and not row["is_doubtful"] and close
        row["dividend_yield"] = round(100 * row["amount"] / close, 2) if counts else None
    return made


def _one(sessions: Calendar, row: Row) -> Row:
    is_fsc = row["source_id"] == "FSC"
    day = row["dvdn_bas_dt"]
    # DART's day is the end of the fiscal year: since 2023 companies choose another record date.
    ex = ex_date(sessions, day) if is_fsc else None
    today = clock.today()
    undecided = row["kind"] == UNDECIDED
    return {
        "ticker": row["ticker"],
        "name": row["name"],
        "ex_date": ex,
        "record_date": day if is_fsc else None,
        "payment_date": row["cash_dvdn_pay_dt"],
        "fiscal_year": row["fiscal_year"],
        "amount": None if undecided else row["amount"],
        "kind": row["kind"],
        "share_class": row["share_class"],
        "source": FSC if is_fsc else NEXT_REPORT if row["scrs_itms_kcd"] == AFTERWARDS else REPORT,
        "is_doubtful": row["is_outlier"],
        "rcept_no": row["rcept_no"],
        "rcept_dt": row["rcept_dt"],
        "priced_on": min(last_with(sessions, day), today) if day.year > date.min.year else None,
    }


def _unpaid(found: Sequence[Row]) -> list[str]:
    return [f"배당금이 0원인 기록 {len(found):,}건은 뺐습니다."] if found else []


def _notes(found: Sequence[Row]) -> list[str]:
    doubtful = [row for row in found if row["is_doubtful"]]
    return [
        *(NOTES if found else ()),
        *([f"금액을 믿을 수 없는 기록 {len(doubtful)}건의 수익률은 내지 않습니다."] if doubtful else []),
    ]
