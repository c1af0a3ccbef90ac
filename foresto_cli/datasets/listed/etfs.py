"""The list of exchange-traded funds with their classes and fees, in one request.

It comes from KRX (MDCSTAT04601); pykrx's own list of a past day has only what is still listed, so it is not used.
Without KRX, Naver's list as FinanceDataReader reads it gives name, category, price and NAV. Prices by session are
:mod:`foresto_cli.datasets.listed.etf_days`.
"""

import re
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.collecting.data_set import DAILY, AtHand, DataSet, priced, published
from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.collecting.whole_answers import refuse_half, refuse_twice
from foresto_cli.datasets.listed.etf_rows import each, list_row, naver_row
from foresto_cli.datasets.listed.etf_tables import etfs
from foresto_cli.errors import UPSTREAM_ERRORS, BadPayload, ForestoError
from foresto_cli.regimes import final_at
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row, upsert
from foresto_cli.upstream import fdr, krx
from foresto_cli.upstream.fdr import Fdr
from foresto_cli.upstream.krx import Krx

if TYPE_CHECKING:
    from collections.abc import Sequence

    from foresto_cli.upstream.http import UpstreamSession


def _shown(at_hand: AtHand, start: datetime) -> date:
    """Return the session whose prices the list shows after a job that starts at ``start``."""
    is_priced = at_hand.has_krx or at_hand.has_krx_openapi or at_hand.has_fsc
    return priced(at_hand, start) if is_priced else published(at_hand, start)


NAME = "etfs"
DATASET = DataSet(
    name=NAME,
    label="ETF 목록",
    table="etfs",
    command="stocks etfs",
    clients=("krx", "fdr"),
    batch="ETF",
    jobs=(*DAILY, "weekly"),
    newest="SELECT max(price_date) FROM etfs WHERE is_active",
    reached=_shown,
)
LIST = "list"
LEAST_SHARE = 0.9
"""A list with fewer funds than this share of the active ones is half a list."""
TICKER = re.compile(r"[0-9A-Z]{6}")


@dataclass
class Etfs(Loader):
    """Loader of the list; its unit is the list of the newest session.

    Attributes:
        krx: KRX by login, if there is one.
        mirror: FinanceDataReader, which stands in for it.
        calendar: the sessions.
        now: the clock's reading.
        active: how many funds were active so far, to notice half a list.
        again: a list that was read is asked for once more.
    """

    krx: Krx | None
    mirror: Fdr
    calendar: Calendar
    now: datetime
    active: int
    _: KW_ONLY
    again: bool = False
    data_set = DATASET

    @property
    def sessions(self) -> "Sequence[UpstreamSession]":
        return [*(self.krx.sessions if self.krx else []), *self.mirror.sessions]

    def units(self) -> list[Unit]:
        session = self.calendar.latest_ended(self.now)
        return [self.unit(f"{LIST}:{session}", f"ETF 목록 {session}")]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        """Say whether the list was read; what was read before the numbers were final is read once more."""
        if self.again:
            return False
        if entry.status == "provisional":
            return self.now < final_at(unit.day)
        return entry.status == "done"

    def fetch(self, unit: Unit) -> Answer:
        """Ask KRX; Naver when KRX fails or there is no login.

        Raises:
            ForestoError: as :mod:`foresto_cli.upstream.krx`.
        """
        asked_at = clock.wall()
        passed_over: list[tuple[str, ForestoError]] = []
        if self.krx is not None:
            try:
                return Answer(unit, krx.SOURCE_ID, self.krx.etf_list(), asked_at)
            except UPSTREAM_ERRORS as error:
                passed_over.append((krx.SOURCE_ID, error))
        return Answer(unit, fdr.SOURCE_ID, self.mirror.etfs(), asked_at, passed_over=tuple(passed_over))

    def parse(self, answer: Answer) -> Parsed:
        """Return the rows of the list.

        Raises:
            BadPayload: half a list, a fund twice, a field missing or not a number.
        """
        day = answer.unit.day
        if answer.source_id == krx.SOURCE_ID:
            rows = _not_blank(each(answer, list_row))
        else:
            rows = each(answer, lambda record: naver_row(record, day))
        refuse_twice(answer.unit.label, (row["ticker"] for row in rows))
        refuse_half(answer.unit.label, len(rows), self.active, LEAST_SHARE)
        if answer.asked_at.replace(tzinfo=clock.KST) < final_at(day):
            return Parsed(rows, "provisional", "확정되기 전의 자료")
        return Parsed(rows)

    def check(self, row: Row) -> str | None:
        return None if row.get("name") else "이름이 없습니다"

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        """Write the list; who left it is kept, not active."""
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


def _not_blank(rows: list[Row]) -> list[Row]:
    for column, name in (("shares", "상장좌수"), ("expense_ratio", "총보수")):
        if rows and not any(row[column] for row in rows):
            raise BadPayload(f"ETF 목록의 모든 종목이 {name} 없이 왔습니다.")
    return rows
