"""The mirror's two other lists as rows: what the exchange says about each company, and who left."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from foresto_cli.store.upsert import Row
from foresto_cli.upstream import fdr

TICKER = re.compile(r"[0-9A-Z]{6}")
NOT_SHARES = ("신주인수권",)
"""Rights and warrants stand in the delisting file too; they are not stocks."""


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
