"""Bonds, read again as if FSC had just answered: its codes are in the old rows, and foresto's rules are stricter.

The operator may have told two bonds of one name apart by their ISIN; the name is the name again.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from foresto_cli.adopt.moves import MISSING, Moved
from foresto_cli.datasets.open_data.bond_rows import DATES, NUMBERS, TEXTS, bond_row
from foresto_cli.datasets.open_data.pages import date_of, is_isin
from foresto_cli.datasets.open_data.ratings import AGENCIES
from foresto_cli.store import tables, values
from foresto_cli.store.fragments import sql
from foresto_cli.store.upsert import Row, upsert

OLD = "bonds"
UNFIT = "값이 열에 맞지 않음"
NEEDED = frozenset({"isin_cd", "name", "issuer", "interest_rate", "bond_issu_dt", "bond_expr_dt", "bas_dt"})
WIRE: Mapping[str, str] = {
    "isin_cd": "isinCd",
    "issuer": "bondIsurNm",
    "bas_dt": "basDt",
    "bond_issu_dt": "bondIssuDt",
    "bond_expr_dt": "bondExprDt",
    **TEXTS,
    **DATES,
    **NUMBERS,
    **{f"{agency}_scrs_itms_kcd": f"{agency}ScrsItmsKcd" for agency in AGENCIES},
}
"""Old column → FSC's field."""


def carry(connection: Connection, kept: str, marks: Mapping[str, Any]) -> Moved:
    """Carry the bonds over and return what became of each."""
    mappings = connection.execute(sql("SELECT * FROM {kept} ORDER BY id", kept=kept)).mappings()
    found = [dict(old) for old in mappings]
    stayed: Counter[str] = Counter()
    rows: dict[str, Row] = {}
    for old in found:
        reason, row = _read(old)
        if reason:
            stayed[reason] += 1
        else:
            rows[row["isin_cd"]] = row
    provenance = {"batch_id": marks["batch"], "created_at": marks["now"], "updated_at": marks["now"]}
    counts = upsert(connection, tables.bonds, list(rows.values()), provenance)
    doubled = len(found) - stayed.total() - counts.added
    return Moved(OLD, kept, len(found), counts.added, doubled, dict(stayed))


def _read(old: Mapping[str, Any]) -> tuple[str | None, Row]:
    record = {field: _wire(old.get(column)) for column, field in WIRE.items()}
    isin = record["isinCd"]
    if not is_isin(isin):
        return "ISIN이 아님", {}
    # Zero was written where the answer had no rate.
    record["bondSrfcInrt"] = "" if not old["interest_rate"] else record["bondSrfcInrt"]
    try:
        row = bond_row({**record, "isinCdNm": _plain_name(old["name"], isin)})
        as_of = date_of(record, "basDt")
    except ValueError:
        return "읽을 수 없는 값", {}
    if not row["name"]:
        return MISSING, {}
    if values.unfit(tables.bonds, [row]):
        return UNFIT, {}
    left = (row["bond_expr_dt"] - as_of).days if row["bond_expr_dt"] and as_of else None
    return None, {**row, "bas_dt": as_of, "remaining_days": None if left is None else max(left, 0)}


def _plain_name(name: str | None, isin: str) -> str:
    plain = (name or "").strip()
    for tail in (f"({isin})", f"[{isin}]", isin):
        plain = plain.removesuffix(tail)
    return plain.strip(" -_/")


def _wire(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    if isinstance(value, float | Decimal):
        return format(Decimal(str(value)).normalize(), "f")
    return str(value)
