"""What of an answer is believed: it can be read, each value fits its column, and each row is possible."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from foresto_cli import harmless
from foresto_cli.collecting.loader import Answer, Loader, Parsed
from foresto_cli.errors import BadPayload
from foresto_cli.store import values
from foresto_cli.store.tables import metadata

log = logging.getLogger(__name__)

REJECTED_SHARE = 0.02
"""More impossible rows than this and the whole answer is not believed."""
UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What Python says of an answer that is built in no way a loader knows."""


@dataclass(frozen=True)
class Checked:
    """The rows of an answer that can be believed, and why others were left out."""

    parsed: Parsed
    left_out: Sequence[str] = ()


def read(loader: Loader, answer: Answer) -> Parsed:
    """Return the rows of an answer.

    Raises:
        BadPayload: it is not what was asked for, or so strange that the loader had no word for it.
    """
    try:
        return loader.parse(answer)
    except UNREADABLE as error:
        log.exception("%s %s could not be read", loader.name, answer.unit.key)
        raise BadPayload(f"{answer.unit.label}: 응답을 읽을 수 없습니다({type(error).__name__}).") from None


def checked(loader: Loader, parsed: Parsed) -> Checked:
    """Return the rows that can be believed: first each value by its column, then the row by what it says.

    Raises:
        BadPayload: too many cannot.
    """
    table = metadata.tables[parsed.table or loader.table]
    parts = {name: metadata.tables[other] for name, other in parsed.parts.items()}
    unfit = values.unfit(table, parsed.rows)
    good: list[values.Row] = []
    bad: dict[int, str] = {}
    for position, row in enumerate(parsed.rows):
        reason = unfit.get(position) or (values.unfit_parts(parts, row) if parts else None) or loader.check(row)
        if reason is None:
            good.append(row)
        else:
            bad[position] = harmless.line(f"{values.named(row)}: {reason}")
    reasons = list(bad.values())
    if len(reasons) > REJECTED_SHARE * len(parsed.rows):
        raise BadPayload(f"{len(parsed.rows):,}행 가운데 {len(reasons):,}행이 있을 수 없는 값입니다({reasons[0]}).")
    left_out = [row for position, row in enumerate(parsed.rows) if position in bad]
    found = replace(parsed, rows=values.Fit(table, good), left_out=left_out)
    if not reasons:
        return Checked(found)
    note = f"{len(reasons)}행을 뺐습니다: {reasons[0]}"
    return Checked(replace(found, reason=f"{parsed.reason} · {note}" if parsed.reason else note), reasons)
