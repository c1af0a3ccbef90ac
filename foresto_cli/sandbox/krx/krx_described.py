"""Answers about the data sets that one file describes: prices that move, by the names of the description's columns."""

import zlib
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Date, Integer, Numeric

from foresto_cli import data_sets
from foresto_cli.declared import ByDay, wire_fields

if TYPE_CHECKING:
    from foresto_cli.sandbox.market import Market

Rows = list[dict[str, str]]
FIRST_PRICE = 10_000
SWING = 0.1
LONGEST_CODE = 6
A_DAY = "20280102"


def service(name: str) -> ByDay | None:
    """Return the data set whose service ends with ``name`` (``gold_bydd_trd``)."""
    return next((found for found in data_sets.of_kind(ByDay) if found.service.path.rpartition("/")[2] == name), None)


def rows(described: ByDay, market: "Market", when: date) -> Rows:
    """Return the records of ``when``: as many as the description has names, none before the data set began."""
    if when < described.since:
        return []
    return [_record(described, market, when, number) for number in range(len(described.names))]


def _record(described: ByDay, market: "Market", when: date, number: int) -> dict[str, str]:
    values = _values(described, market, when, number)
    columns = described.table.columns
    record = {"BAS_DD": f"{when:%Y%m%d}"}
    for name, field in wire_fields(described.table).items():
        kind = columns[name].type
        if isinstance(kind, Date):
            record[field] = A_DAY
        elif isinstance(kind, BigInteger | Integer | Numeric):
            record[field] = values.get(name, f"{int(_chance(described, market, when, number, name) * 1_000_000)}")
        elif columns[name].primary_key and "name" in columns:
            record[field] = f"{described.name.upper()[: LONGEST_CODE - 3]}{number + 1:03}"
        else:
            record[field] = described.names[number][: getattr(kind, "length", None)]
    return record


def _values(described: ByDay, market: "Market", when: date, number: int) -> dict[str, str]:
    close, before = (_price(described, market, day, number) for day in (when, market.previous(when)))
    opened = _price(described, market, when, number, "open")
    volume = int(_chance(described, market, when, number, "volume") * 100_000)
    return {
        "close_price": f"{close}",
        "price_change": f"{close - before}",
        "change_rate": f"{100 * (close - before) / before:.2f}",
        "open_price": f"{opened}",
        "high_price": f"{max(opened, close) + 10}",
        "low_price": f"{min(opened, close) - 10}",
        "volume": f"{volume}",
        "trading_value": f"{volume * close}",
    }


def _price(described: ByDay, market: "Market", when: date, number: int, kind: str = "close") -> int:
    return round(FIRST_PRICE * (number + 1) * (1 + SWING * _chance(described, market, when, number, kind)))


def _chance(described: ByDay, market: "Market", when: date, number: int, kind: str) -> float:
    from foresto_cli.sandbox.market.noise import uniform

    stream = zlib.crc32(f"{described.name} {kind}".encode())
    return float(uniform(market.seed, stream, when.toordinal(), number)[0])
