"""Who is listed and who was: FinanceDataReader's KRX, KRX-DESC and KRX-DELISTING into ``fdr_stock_listing``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.errors import BadPayload, NotYet
from foresto_cli.loaders import Answer, Parsed, Unit
from foresto_cli.loaders.price_rows import number
from foresto_cli.regimes import final_at
from foresto_cli.store.ledger import Entry
from foresto_cli.store.tables import fdr_stock_listing
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream import fdr
from foresto_cli.upstream.fdr import Fdr
from foresto_cli.upstream.http import UpstreamSession

NAME = "listing"
LEAST_SHARE = 0.9
"""A list with fewer stocks than this share of those listed before is half a list."""
TICKER = re.compile(r"[0-9A-Z]{6}")
NOT_SHARES = ("신주인수권",)
"""Rights and warrants stand in the delisting file too; they are not stocks."""

CURRENT, DESCRIPTION, DELISTED = "krx", "desc", "delisting"


@dataclass
class Listing:
    """Loader of the three lists; a unit is one list of one session (descriptions: one week).

    Attributes:
        client: the mirror.
        calendar: the sessions.
        now: the clock's reading.
        listed: how many stocks were listed so far, to notice half a list.
        whole: all three lists; otherwise the current one alone, which is what changes every day.
    """

    client: Fdr
    calendar: Calendar
    now: datetime
    listed: int
    whole: bool = True
    name: str = NAME
    label: str = "상장 목록"
    batch_type: str = "INFO"
    table: str = "fdr_stock_listing"

    @property
    def sessions(self) -> Sequence[UpstreamSession]:
        """Return the sessions of the mirror."""
        return self.client.sessions

    def units(self) -> list[Unit]:
        """Return the current list first: the others fill in what it made."""
        session = self.calendar.latest_ended(self.now)
        week = session - timedelta(days=session.weekday())
        current = Unit(f"{CURRENT}:{session}", f"상장 종목 {session}", 2)
        if not self.whole:
            return [current]
        return [
            current,
            Unit(f"{DESCRIPTION}:{week}", f"종목 설명 {week} 주"),
            Unit(f"{DELISTED}:{session}", f"상장폐지 {session}"),
        ]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the list was read; one read before 18:30 is read once more."""
        if entry.status == "provisional":
            return self.now < final_at(date.fromisoformat(unit.key.split(":")[1]))
        return entry.status == "done"

    def fetch(self, unit: Unit) -> Answer:
        """Ask for one list.

        Raises:
            NotYet: the mirror still has an older one.
            ForestoError: as :mod:`foresto_cli.upstream.fdr`.
        """
        kind, day = unit.key.split(":")
        asked_at = clock.wall()
        if kind == CURRENT:
            named, records = self.client.listing()
            if named < date.fromisoformat(day):
                raise NotYet(f"FDR 미러의 최신 목록이 {named} 의 것입니다({day} 이 필요합니다).")
        elif kind == DESCRIPTION:
            records = self.client.descriptions()
        else:
            records = self.client.delistings()
        return Answer(unit, fdr.SOURCE_ID, records, asked_at)

    def parse(self, answer: Answer) -> Parsed:
        """Return the rows of one list; for a ticker that left more than once, its last leaving.

        Raises:
            BadPayload: empty, half a list, a ticker twice, or a column missing.
        """
        kind, day = answer.unit.key.split(":")
        if not answer.payload:
            raise BadPayload(f"{answer.unit.label} 목록이 비어 있습니다.")
        try:
            if kind == CURRENT:
                rows = current_rows(answer.payload, date.fromisoformat(day))
                self._refuse_half(rows)
            elif kind == DESCRIPTION:
                rows = description_rows(answer.payload)
            else:
                rows = delisted_rows(answer.payload)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadPayload(f"{answer.unit.label} 목록에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
        if len({row["ticker"] for row in rows}) != len(rows):
            raise BadPayload(f"{answer.unit.label} 목록에 같은 종목이 두 번 있습니다.")
        if kind == CURRENT and answer.asked_at.replace(tzinfo=clock.KST) < final_at(date.fromisoformat(day)):
            return Parsed(rows, "provisional", "18:30 이전의 시가총액")
        return Parsed(rows)

    def check(self, row: Row) -> str | None:
        """Say what makes a row impossible."""
        if not TICKER.fullmatch(row["ticker"]):
            return "종목코드가 여섯 자리 영숫자가 아닙니다"
        if 0 in (row.get("shares"), row.get("marcap")):
            return "상장주식수나 시가총액이 0입니다"
        return None if row["name"] else "이름이 없습니다"

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write one list; whoever is no longer in the current list is kept and marked as not listed."""
        kind = answer.unit.key.split(":")[0]
        if kind == CURRENT:
            counts = upsert(connection, fdr_stock_listing, parsed.rows, provenance)
            # A row that was left out is still about somebody who is listed.
            return counts + _mark_gone(connection, parsed.everybody("ticker", TICKER.fullmatch), provenance)
        if kind == DESCRIPTION:
            known = set(connection.scalars(text("SELECT ticker FROM fdr_stock_listing")))
            defaults = {"is_listed": True, "as_of_date": answer.asked_at.date(), "source_id": fdr.SOURCE_ID}
            new = [{**row, **defaults} for row in parsed.rows if row["ticker"] not in known]
            old = [row for row in parsed.rows if row["ticker"] in known]
            return _describe(connection, old, provenance) + upsert(connection, fdr_stock_listing, new, provenance)
        return upsert(connection, fdr_stock_listing, parsed.rows, provenance, only_over="NOT old.is_listed")

    def _refuse_half(self, rows: Sequence[Row]) -> None:
        if len(rows) < LEAST_SHARE * self.listed:
            raise BadPayload(f"상장 종목이 {len(rows):,}개뿐입니다(지금까지 {self.listed:,}개). 일부만 온 목록입니다.")


def current_rows(records: Sequence[Mapping[str, Any]], day: date) -> list[Row]:
    """Return the listed stocks: ``marcap`` in won, ``shares`` listed, ``sector`` the 소속부 (KOSDAQ only)."""
    return [
        {
            "ticker": record["Code"],
            "isin": record["ISU_CD"],
            "name": record["Name"],
            "market": record["Market"],
            "sector": record["Dept"],
            "shares": number(record["Stocks"]),
            "marcap": number(record["Marcap"]),
            "is_listed": True,
            "delisting_date": None,
            "delisting_reason": None,
            "as_of_date": day,
            "source_id": fdr.SOURCE_ID,
        }
        for record in records
    ]


def description_rows(records: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return what the exchange says about each company; preferred shares have only a name."""
    return [
        {
            "ticker": record["Code"],
            "name": record["Name"],
            "market": record["Market"],
            "industry": record["Industry"],
            "products": record["Products"],
            "listing_date": _day(record["ListingDate"]),
            "settle_month": record["SettleMonth"],
            "representative": record["Representative"],
            "homepage": record["HomePage"],
            "region": record["Region"],
        }
        for record in records
    ]


def delisted_rows(records: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return the stocks that left, the last leaving of each ticker; rights and warrants are left out."""
    latest: dict[str, Row] = {}
    for record in records:
        if str(record["SecuGroup"]).startswith(NOT_SHARES) or not TICKER.fullmatch(str(record["Symbol"])):
            continue
        left = _day(record["DelistingDate"])
        if left is None:
            continue
        row = {
            "ticker": record["Symbol"],
            "name": record["Name"],
            "market": record["Market"],
            "security_group": record["SecuGroup"],
            "listing_date": _day(record["ListingDate"]),
            "is_listed": False,
            "delisting_date": left,
            "delisting_reason": record["Reason"],
            "successor_ticker": record["ToSymbol"],
            "as_of_date": left,
            "source_id": fdr.SOURCE_ID,
        }
        known = latest.get(row["ticker"])
        if known is None or left > known["delisting_date"]:
            latest[row["ticker"]] = row
    return list(latest.values())


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _describe(connection: Connection, rows: Sequence[Row], provenance: Row) -> Counts:
    """Fill in descriptions without touching names and markets, which the current list knows better."""
    without = ("name", "market")
    plain = [{name: value for name, value in row.items() if name not in without} for row in rows]
    names = list(plain[0]) if plain else []
    if not names:
        return Counts()
    fixed = connection.execute(
        text("SELECT ticker, name, market, is_listed, as_of_date, source_id FROM fdr_stock_listing")
    )
    known = {row.ticker: row._asdict() for row in fixed}
    return upsert(connection, fdr_stock_listing, [{**row, **known[row["ticker"]]} for row in plain], provenance)


def _mark_gone(connection: Connection, tickers: Sequence[str] | None, provenance: Row) -> Counts:
    if tickers is None:
        return Counts()
    gone = connection.execute(
        text(
            "UPDATE fdr_stock_listing SET is_listed = false, batch_id = :batch_id, updated_at = :updated_at"
            " WHERE is_listed AND ticker <> ALL(:tickers)"
        ),
        {**provenance, "tickers": list(tickers)},
    )
    return Counts(changed=gone.rowcount)
