"""A filing of the list that announces a decision about shares, as ``corporate_actions`` has it."""

import re
from collections.abc import Mapping
from typing import Any

from foresto_cli.datasets.dart import decision_kinds, free_text
from foresto_cli.store.upsert import Row
from foresto_cli.upstream import dart

WITHDRAWN = "철"
"""In ``rm``: the filing was taken back."""
TICKER = re.compile(r"[0-9A-Z]{6}")


def row_of(record: Mapping[str, Any]) -> Row | None:
    """Return the row of a record of ``list.json``; None of one that is no decision, or about attachments alone.

    Raises:
        KeyError, ValueError, AttributeError, TypeError: a field is missing or cannot be read.
    """
    name = record["report_nm"].strip()
    action = decision_kinds.action_of(name)
    ticker = record["stock_code"].strip()
    if action is None or not TICKER.fullmatch(ticker) or not decision_kinds.has_figures(name):
        return None
    remark = record.get("rm") or ""
    return {
        "rcept_no": record["rcept_no"],
        "corp_code": record["corp_code"].strip(),
        "ticker": ticker,
        "action_type": action,
        "report_name": name,
        "rcept_dt": free_text.day(record["rcept_dt"]),
        "remark": remark or None,
        "is_correction": decision_kinds.is_correction(name),
        "is_withdrawn": WITHDRAWN in remark,
        "source_id": dart.SOURCE_ID,
    }
