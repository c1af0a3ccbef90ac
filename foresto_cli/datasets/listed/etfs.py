"""Exchange-traded funds: the list with its classes and fees, and the newest session's prices, in two requests for all.

The list comes from KRX (MDCSTAT04601); pykrx's own list of a past day has only what is still listed, so it is not used.
Without KRX, Naver's list as FinanceDataReader reads it gives name, category, price and NAV. Prices come from KRX, the
same day, or from the OPEN API from the next session's morning on.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.collecting import readers
from foresto_cli.collecting.data_set import DAILY, AtHand, DataSet, ended, published
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.collecting.whole_answers import refuse_half, refuse_twice
from foresto_cli.datasets.listed.etf_tables import etf_price_daily, etfs
from foresto_cli.datasets.prices.rows import nobody_traded
from foresto_cli.errors import UPSTREAM_ERRORS, BadPayload, ForestoError, NotYet
from foresto_cli.regimes import final_at
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream import fdr, krx, krx_openapi
from foresto_cli.upstream.fdr import Fdr
from foresto_cli.upstream.http import UpstreamSession
from foresto_cli.upstream.krx import Krx
from foresto_cli.upstream.krx_openapi import KrxOpenApi


def _priced(at_hand: AtHand, start: datetime) -> date:
    """Return the newest session whose ETF prices the keys at hand have at ``start``."""
    return ended(at_hand, start) if at_hand.krx is not None else published(at_hand, start)


DATASET = DataSet(
    name="etfs",
    label="ETF",
    table="etfs",
    command="stocks etfs",
    clients=("krx_openapi", "krx", "fdr"),
    batch="ETF",
    jobs=(*DAILY, "weekly"),
    newest="SELECT max(price_date) FROM etfs WHERE is_active",
    reached=_priced,
)
LIST, PRICES = "list", "prices"
LEAST_SHARE = 0.9
"""A list with fewer funds than this share of the active ones is half a list."""
TICKER = re.compile(r"[0-9A-Z]{6}")
ACTIVE = "액티브"
OTHER = "기타"
NAVER_CATEGORIES = {
    "1": "국내 시장지수",
    "2": "국내 업종·테마",
    "3": "국내 파생",
    "4": "해외 주식",
    "5": "원자재",
    "6": "채권",
    "7": OTHER,
}
"""Other codes are kept as 기타."""
CODES = ("ISU_SRT_CD", "ISU_CD", "Symbol")
"""Where the sources have the six-letter code; the first that a record has."""

Record = Mapping[str, Any]


@dataclass
class Etfs(Loader):
    """Loader of the list and the newest prices; a unit is one of them for one session.

    Attributes:
        krx: KRX by login, if there is one.
        mirror: FinanceDataReader, which stands in for the list.
        calendar: the sessions.
        now: the clock's reading.
        active: how many funds were active so far, to notice half a list.
        openapi: the OPEN API, if there is a key.
        whole: the list too, where prices can be asked for by themselves.
    """

    krx: Krx | None
    mirror: Fdr
    calendar: Calendar
    now: datetime
    active: int
    openapi: KrxOpenApi | None = None
    whole: bool = True
    data_set = DATASET

    @property
    def sessions(self) -> Sequence[UpstreamSession]:
        """Return the sessions of all three."""
        official = self.openapi.sessions_of({"ETF": krx_openapi.ETFS}) if self.openapi else []
        return [*(self.krx.sessions if self.krx else []), *official, *self.mirror.sessions]

    def units(self) -> list[Unit]:
        """Return the list first, which makes the rows that the prices fill in; prices are of the newest session."""
        session = self.calendar.latest_ended(self.now)
        listed_by = (self.krx or self.mirror).sessions[0].policy.counter
        units = [Unit(f"{LIST}:{session}", f"ETF 목록 {session}", 1, listed_by)]
        if self.krx is None:
            session = self.calendar.latest_official(self.now)
        if self.krx is None and self.openapi is None:
            return units
        return [*(units if self.whole else []), self.unit(f"{PRICES}:{session}", f"ETF 시세 {session}")]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the unit was read; what was read before the numbers were final is read once more."""
        if entry.status == "provisional":
            return self.now < final_at(_day_of(unit))
        return entry.status == "done"

    def fetch(self, unit: Unit) -> Answer:
        """Ask KRX; for the list, Naver's when KRX fails or there is no login.

        Raises:
            ForestoError: as :mod:`foresto_cli.upstream.krx`.
            NotYet: nobody traded yet.
        """
        asked_at = clock.wall()
        passed_over: list[tuple[str, ForestoError]] = []
        if unit.key.startswith(PRICES):
            for source_id, ask in self._price_sources(_day_of(unit)):
                try:
                    records = ask(_day_of(unit))
                    if nobody_traded(records):
                        raise NotYet(f"{_day_of(unit)} ETF 시세가 아직 나오지 않았습니다. 나중에 다시 받습니다.")
                except UPSTREAM_ERRORS as error:
                    passed_over.append((source_id, error))
                    continue
                return Answer(unit, source_id, records, asked_at, passed_over=tuple(passed_over))
            raise passed_over[-1][1]
        if self.krx is not None:
            try:
                return Answer(unit, krx.SOURCE_ID, self.krx.etf_list(), asked_at)
            except UPSTREAM_ERRORS as error:
                passed_over.append((krx.SOURCE_ID, error))
        return Answer(unit, fdr.SOURCE_ID, self.mirror.etfs(), asked_at, passed_over=tuple(passed_over))

    def _price_sources(self, day: date) -> Iterator[tuple[str, Callable[[date], Sequence[Record]]]]:
        """Yield who has the prices of ``day``, the official one first."""
        if self.openapi is not None and day <= self.calendar.latest_official(self.now):
            yield krx_openapi.SOURCE_ID, self.openapi.etf_day
        if self.krx is not None:
            yield krx.SOURCE_ID, self.krx.etf_day

    def parse(self, answer: Answer) -> Parsed:
        """Return the rows of the list, or those of the session's prices.

        Raises:
            BadPayload: half a list, a fund twice, a field missing or not a number.
        """
        day = _day_of(answer.unit)
        if answer.unit.key.startswith(PRICES):
            rows = _each(answer, lambda record: price_row(record, day, answer.source_id))
        elif answer.source_id == krx.SOURCE_ID:
            rows = _not_blank(_each(answer, list_row))
        else:
            rows = _each(answer, lambda record: naver_row(record, day))
        refuse_twice(answer.unit.label, (row["ticker"] for row in rows))
        refuse_half(answer.unit.label, len(rows), self.active, LEAST_SHARE)
        table = etf_price_daily.name if answer.unit.key.startswith(PRICES) else None
        if answer.asked_at.replace(tzinfo=clock.KST) < final_at(day):
            return Parsed(rows, "provisional", "확정되기 전의 자료", table)
        return Parsed(rows, table=table)

    def check(self, row: Row) -> str | None:
        """Say what makes a row impossible."""
        if not row.get("name", row["ticker"]):
            return "이름이 없습니다"
        if "close_price" in row and not row["close_price"]:
            return "종가가 없습니다"
        return None

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the list (who left it is kept, not active), or the prices and what the list shows of them."""
        if answer.unit.key.startswith(PRICES):
            day = _day_of(answer.unit)
            if answer.source_id == krx_openapi.SOURCE_ID:
                _name_unknown(connection, answer.payload, parsed.rows, provenance)
            counts = upsert(connection, etf_price_daily, parsed.rows, provenance, scope={"trade_date": day})
            counts = counts.of(etf_price_daily)
            _show_newest(connection, day, provenance)
            return counts
        counts = upsert(connection, etfs, parsed.rows, provenance)
        # A row that was left out is still about somebody who is listed.
        listed = parsed.everybody("ticker", TICKER.fullmatch)
        if listed is None:
            return counts
        gone = connection.execute(
            text(
                "UPDATE etfs SET is_active = false, batch_id = :batch_id, updated_at = :updated_at"
                " WHERE is_active AND ticker <> ALL(:tickers)"
            ),
            {**provenance, "tickers": listed},
        )
        return counts + Counts(changed=gone.rowcount)


def list_row(record: Record) -> Row:
    """Return one fund of KRX's list; category is the exchange's market and asset class, the fee percent a year."""
    return {
        "ticker": record["ISU_SRT_CD"],
        "isin": record["ISU_CD"],
        "name": record["ISU_ABBRV"],
        "category": f"{record['IDX_MKT_CLSS_NM']} {record['IDX_ASST_CLSS_NM']}",
        "index_name": record["ETF_OBJ_IDX_NM"],
        "leverage": record["IDX_CALC_INST_NM2"],
        "is_actively_managed": ACTIVE in record["ETF_REPLICA_METHD_TP_CD"],
        "manager": record["COM_ABBRV"],
        "expense_ratio": readers.number(record["ETF_TOT_FEE"]),
        "listing_date": readers.day(record["LIST_DD"]),
        "shares": readers.number(record["LIST_SHRS"]),
        "is_active": True,
        "source_id": krx.SOURCE_ID,
    }


def _not_blank(rows: list[Row]) -> list[Row]:
    for column, name in (("shares", "상장좌수"), ("expense_ratio", "총보수")):
        if rows and not any(row[column] for row in rows):
            raise BadPayload(f"ETF 목록의 모든 종목이 {name} 없이 왔습니다.")
    return rows


def naver_row(record: Record, day: date) -> Row:
    """Return one fund of Naver's list: what it knows, prices of the moment."""
    return {
        "ticker": record["Symbol"],
        "name": record["Name"],
        "category": NAVER_CATEGORIES.get(str(record["Category"]).removesuffix(".0"), OTHER),
        "current_price": readers.number(record["Price"]),
        "nav": readers.number(record["NAV"]),
        "price_date": day,
        "is_active": True,
        "source_id": fdr.SOURCE_ID,
    }


def price_row(record: Record, day: date, source_id: str = krx.SOURCE_ID) -> Row:
    """Return one fund's session, of KRX's page or of the OPEN API; net_assets (순자산총액) in won."""
    return {
        "ticker": record["ISU_SRT_CD" if source_id == krx.SOURCE_ID else "ISU_CD"],
        "trade_date": day,
        "open_price": readers.number(record["TDD_OPNPRC"]),
        "high_price": readers.number(record["TDD_HGPRC"]),
        "low_price": readers.number(record["TDD_LWPRC"]),
        "close_price": readers.number(record["TDD_CLSPRC"]),
        "price_change": readers.number(record["CMPPREVDD_PRC"]),
        "change_rate": readers.number(record["FLUC_RT"]),
        "nav": readers.number(record["NAV"]),
        "volume": readers.number(record["ACC_TRDVOL"]),
        "trading_value": readers.number(record["ACC_TRDVAL"]),
        "market_cap": readers.number(record["MKTCAP"]),
        "net_assets": readers.number(record["INVSTASST_NETASST_TOTAMT"]),
        "shares_outstanding": readers.number(record["LIST_SHRS"]),
        "index_close": readers.number(record["OBJ_STKPRC_IDX"]),
        "source_id": source_id,
    }


def _each(answer: Answer, row_of: Callable[[Record], Row]) -> list[Row]:
    """Return a row for every record; of one that cannot be read only the code, so that it is left out by name.

    Raises:
        BadPayload: none can be read.
    """
    read: list[Row | None] = []
    failure: Exception | None = None
    for record in answer.payload:
        try:
            read.append(row_of(record))
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            failure = failure or error
            read.append(None)
    columns = next((list(row) for row in read if row is not None), None)
    if columns is None and failure is not None:
        raise BadPayload(f"{answer.unit.label}에 없거나 읽을 수 없는 항목이 있습니다({failure}).")
    return [
        {**dict.fromkeys(columns or []), "ticker": _code(record)} if row is None else row
        for row, record in zip(read, answer.payload, strict=True)
    ]


def _code(record: Record) -> str:
    return str(next((record[name] for name in CODES if name in record), ""))


def _name_unknown(connection: Connection, records: Sequence[Record], priced: Sequence[Row], provenance: Row) -> None:
    """Take in the funds of an official session that no list has brought yet, by what the session says of them."""
    known = set(connection.scalars(text("SELECT ticker FROM etfs"))) | {""}
    wanted = {row["ticker"] for row in priced} - known
    new = [
        {
            "ticker": record["ISU_CD"],
            "name": record["ISU_NM"],
            "index_name": record["IDX_IND_NM"],
            "is_active": True,
            "source_id": krx_openapi.SOURCE_ID,
        }
        for record in records
        if record["ISU_CD"] in wanted
    ]
    upsert(connection, etfs, new, provenance)


def _day_of(unit: Unit) -> date:
    return date.fromisoformat(unit.key.split(":")[1])


def _show_newest(connection: Connection, day: date, provenance: Row) -> None:
    """Copy price, NAV and net assets of ``day`` to the list, unless it already shows a later day that has come."""
    connection.execute(
        text(
            "UPDATE etfs e SET current_price = p.close_price, nav = p.nav, aum = p.net_assets, price_date = :day,"
            " batch_id = :batch_id, updated_at = :updated_at FROM etf_price_daily p"
            " WHERE p.ticker = e.ticker AND p.trade_date = :day"
            " AND (e.price_date IS NULL OR e.price_date NOT BETWEEN CAST(:day AS date) + 1 AND :today)"
            " AND (e.current_price, e.nav, e.aum, e.price_date)"
            " IS DISTINCT FROM (p.close_price, p.nav, p.net_assets, :day)"
        ),
        {**provenance, "day": day, "today": clock.today()},
    )
