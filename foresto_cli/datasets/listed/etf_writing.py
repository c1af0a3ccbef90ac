"""What is done with the rows of a session of ETFs: whose session it is, who is new, what the list shows of them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.collecting.loader import Answer
from foresto_cli.datasets.listed.etf_rows import named
from foresto_cli.datasets.listed.etf_tables import etfs
from foresto_cli.errors import BadPayload
from foresto_cli.store.upsert import Row, upsert

REPEATED_SHARE = 0.5
"""More funds than this share with the close and the volume of a neighbouring session: it is that session's answer."""
REPEATED = "다른 거래일의 ETF 시세"


def refuse_other_session(connection: Connection, rows: Sequence[Row], day: date, beside: date) -> None:
    """Refuse rows that say of most traded funds what is stored of the session ``beside``: that does not happen."""
    mine = {row["ticker"]: (row["close_price"], row["volume"]) for row in rows if row["volume"]}
    stored = connection.execute(
        text("SELECT ticker, close_price, volume FROM etf_price_daily WHERE trade_date = :day AND volume > 0"),
        {"day": beside},
    )
    common = [mine[row.ticker] == (row.close_price, row.volume) for row in stored if row.ticker in mine]
    if common and sum(common) > REPEATED_SHARE * len(common):
        raise BadPayload(f"{day}에 {REPEATED}가 왔습니다({beside}의 것). 저장하지 않고 다시 요청합니다.")


def take_in(connection: Connection, answer: Answer, rows: Sequence[Row], provenance: Row) -> None:
    """Take in the funds that no list has brought, by what the session says of them.

    Who is there on the newest session is listed, unless a later list says otherwise; others have left since.
    """
    known = set(connection.scalars(text("SELECT ticker FROM etfs"))) | {""}
    wanted = {row["ticker"] for row in rows} - known
    found = (named(record, answer.source_id) for record in answer.payload)
    new = [{**one, "is_active": False, "source_id": answer.source_id} for one in found if one["ticker"] in wanted]
    upsert(connection, etfs, new, provenance)
    connection.execute(
        text(
            "UPDATE etfs e SET is_active = true, batch_id = :batch_id, updated_at = :updated_at"
            " FROM etf_price_daily p WHERE p.ticker = e.ticker AND p.trade_date = :day AND NOT e.is_active"
            " AND :day >= (SELECT max(trade_date) FROM etf_price_daily)"
            " AND NOT EXISTS (SELECT 1 FROM unit_ledger WHERE dataset = 'etfs' AND unit LIKE 'list:%'"
            " AND status IN ('done', 'provisional') AND asked_at >= CAST(:day AS date) + 1)"
        ),
        {**provenance, "day": answer.unit.day},
    )


def show_newest(connection: Connection, day: date, provenance: Row) -> None:
    """Copy price, NAV and net assets of ``day`` to the list, unless it already shows a later day that has come.

    A list without net assets may be newer than any session: they are those of the newest session that is stored.
    """
    given = {**provenance, "day": day, "today": clock.today()}
    connection.execute(
        text(
            "UPDATE etfs e SET current_price = p.close_price, nav = p.nav, price_date = :day,"
            " batch_id = :batch_id, updated_at = :updated_at FROM etf_price_daily p"
            " WHERE p.ticker = e.ticker AND p.trade_date = :day"
            " AND (e.price_date IS NULL OR e.price_date NOT BETWEEN CAST(:day AS date) + 1 AND :today)"
            " AND (e.current_price, e.nav, e.price_date) IS DISTINCT FROM (p.close_price, p.nav, :day)"
        ),
        given,
    )
    connection.execute(
        text(
            "UPDATE etfs e SET aum = p.net_assets, batch_id = :batch_id, updated_at = :updated_at"
            " FROM etf_price_daily p WHERE p.ticker = e.ticker AND p.trade_date = :day"
            " AND NOT EXISTS (SELECT FROM etf_price_daily n WHERE n.ticker = e.ticker"
            " AND n.trade_date BETWEEN CAST(:day AS date) + 1 AND :today) AND e.aum IS DISTINCT FROM p.net_assets"
        ),
        given,
    )
