"""Which units of the ledger give the lists once more."""

from datetime import timedelta

from sqlalchemy import text

from foresto_cli.collecting.checks import Rows, Scope, Units
from foresto_cli.datasets.listed import crno, etf_days, etfs, listing


def listing_again(scope: Scope, _rows: Rows) -> Units:
    """Return the three lists of now; whoever asks takes the newest of each kind."""
    day = scope.calendar.latest_ended(scope.now)
    week = day - timedelta(days=day.weekday())
    return {
        listing.NAME: [f"{listing.CURRENT}:{day}", f"{listing.DESCRIPTION}:{week}", f"{listing.DELISTED}:{day}"],
    }


def funds_again(scope: Scope, _rows: Rows) -> Units:
    """Return the list of ETFs of now, and the newest stored session, whose prices the list shows."""
    day = scope.calendar.latest_ended(scope.now)
    return {etfs.NAME: [f"{etfs.LIST}:{day}"], etf_days.NAME: [f"{day}"]}


def fund_sessions_again(_scope: Scope, rows: Rows) -> Units:
    """Return the prices of the sessions that ``rows`` name."""
    return {etf_days.NAME: sorted({f"{row['trade_date']}" for row in rows})}


def lists_again(scope: Scope, rows: Rows) -> Units:
    """Return the lists of stocks and of ETFs."""
    return {**listing_again(scope, rows), **funds_again(scope, rows)}


def numbers_again(scope: Scope, _rows: Rows) -> Units:
    """Return the newest list of company numbers, if there ever was one."""
    newest = scope.rows(
        text("SELECT max(unit) AS unit FROM unit_ledger WHERE dataset = :name AND status = 'done'"), name=crno.NAME
    )[0]["unit"]
    return {crno.NAME: [newest]} if newest else {}
