"""Answers about the lists that one file describes: as many records as the description has names, the same every day."""

import zlib
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Integer, Numeric

from foresto_cli import data_sets
from foresto_cli.declared import Declared, PerGroup, WholeList, wire_fields

Record = dict[str, str]
MOST = 100_000
A_DAY = "20200102"


def by_route(path: str) -> WholeList | None:
    """Return the list of FSC's open data that ``path`` answers."""
    return next((one for one in data_sets.of_kind(WholeList) if path in one.service.routes), None)


def by_operation(name: str) -> PerGroup | None:
    """Return the disclosure of the FSS that the operation ``name`` answers."""
    return next((one for one in data_sets.of_kind(PerGroup) if one.service.operation == name), None)


def of_day(described: WholeList, day: date) -> list[Record]:
    """Return the list of ``day``."""
    return [{"basDt": f"{day:%Y%m%d}", **record} for record in _records(described, "")]


def of_group(described: PerGroup, group: str) -> list[Record]:
    """Return what is disclosed of ``group``."""
    return _records(described, group)


def _records(described: Declared, part: str) -> list[Record]:
    return [_record(described, part, number) for number in range(len(described.names))]


def _record(described: Declared, part: str, number: int) -> Record:
    columns = described.table.columns
    return {
        field: _value(described, columns[name], part, number) for name, field in wire_fields(described.table).items()
    }


def _value(described: Declared, column: Column[Any], part: str, number: int) -> str:
    if isinstance(column.type, BigInteger | Integer | Numeric):
        return f"{zlib.crc32(f'{described.name} {part} {number} {column.name}'.encode()) % MOST}"
    if isinstance(column.type, Date):
        return A_DAY
    return f"{part}{number + 1:07}" if column.primary_key else described.names[number]
