"""Which lists of the ledger newer ones stand in for: what is wanted of them is the newest alone."""

from foresto_cli.store.fragments import fragment, joined

LISTS = ("listing", "etfs", "bonds", "dividends.fsc", "stocks.crno")
"""Data sets that are lists of a day; prices of ETFs are none of these."""

# "krx:2026-11-20" is of a kind and a day, "2026-11-20" of a day, "2026-11-20:high_quality" a part of a day's list.
_PARTS = fragment(
    "(SELECT dataset, unit, status, substring(unit FROM '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') AS day,"
    " CASE WHEN unit ~ '^[0-9]' THEN '' ELSE split_part(unit, ':', 1) END AS kind,"
    " CASE WHEN unit ~ '^[0-9]' THEN split_part(unit, ':', 2) ELSE '' END AS part"
    " FROM unit_ledger WHERE dataset IN ('{lists}') AND unit NOT LIKE 'prices:%')",
    lists=joined("', '", LISTS),
)
SUPERSEDED = fragment(
    "SELECT old.dataset, old.unit FROM {parts} old WHERE EXISTS (SELECT 1 FROM {parts} new"
    " WHERE new.dataset = old.dataset AND new.kind = old.kind AND new.part IN ('', old.part)"
    " AND new.status IN ('done', 'provisional')"
    " AND (new.day > old.day OR (new.day = old.day AND new.unit <> old.unit)))",
    parts=_PARTS,
)
"""SQL for (dataset, unit) of every list of which a newer one is stored."""
