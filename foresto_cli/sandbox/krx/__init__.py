"""The statistics of data.krx.co.kr: one function per query ("bld"), by the last part of its name.

Each module has ``TABLES``: bld name → (key of the list in the answer, function of market and form fields that returns
the rows).
"""

from collections.abc import Callable
from datetime import datetime

from foresto_cli.sandbox.krx import finders, investors, krx_funds, krx_indices, krx_stocks
from foresto_cli.sandbox.market import Market
from foresto_cli.sandbox.wire import HTML, Answer, as_json

NOON = 12
Rows = list[dict[str, str]]
Table = Callable[[Market, dict[str, str]], Rows]

TABLES: dict[str, tuple[str, Table]] = {
    **krx_stocks.TABLES,
    **krx_funds.TABLES,
    **krx_indices.TABLES,
    **finders.TABLES,
    **investors.TABLES,
}


def answer(market: Market, form: dict[str, str]) -> Answer | None:
    """Return what getJsonData.cmd answers to ``form``; None if the sandbox does not know the bld."""
    known = TABLES.get(form.get("bld", "").rpartition("/")[2])
    if known is None:
        return None
    key, table = known
    value: dict[str, object] = {key: table(market, form), "CURRENT_DATETIME": moment(market.now)}
    # KRX calls its JSON HTML.
    return as_json(value, content_type=HTML)


def moment(now: datetime) -> str:
    """Return ``now`` as KRX writes it: ``2026.01.25 PM 08:28:15``."""
    return f"{now:%Y.%m.%d} {'AM' if now.hour < NOON else 'PM'} {now:%I:%M:%S}"
