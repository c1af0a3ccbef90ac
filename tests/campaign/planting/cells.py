"""What became of one fault: found or missed, by which checks, and whether the repair or the hint mended it."""

import time
from dataclasses import asdict, dataclass, field

from campaign.planting.bench import LEVELS, Bench, Copy, Seen
from campaign.planting.hinted import NOT_RUNNABLE
from campaign.planting.kind import Kind
from sqlalchemy.exc import DBAPIError

from foresto_cli.collecting.checks import MONTHLY
from foresto_cli.errors import ForestoError

FOUND, MISSED, REFUSED, NOTHING = "found", "missed", "refused", "nothing"
"""Outcomes; the database refuses what its constraints forbid, and nothing is changed where no row is like that."""
MENDED, CHANGED, UNMENDED = "mends", "finding gone, data differ", "no"


@dataclass
class Cell:
    """One fault in one copy.

    Attributes:
        kind: id of the fault.
        room: of its table.
        table: where it was planted.
        told: what was planted.
        wanted: the level that has to find it.
        unknowable: why nobody could know, if so.
        outcome: one of the four above.
        level: that found it.
        checks: that found it.
        repair: what ``--repair`` did.
        hint: what the printed hints did after that, with the exit code.
        hints: the hints themselves.
        seconds: that the cell took.
    """

    kind: str
    room: str
    table: str
    told: str
    wanted: str
    unknowable: str
    outcome: str = MISSED
    level: str = ""
    checks: list[str] = field(default_factory=list)
    repair: str = ""
    hint: str = ""
    hints: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def in_time(self) -> bool:
        """Return whether the level found it that has to."""
        order = list(LEVELS)
        return self.outcome == FOUND and order.index(self.level) <= order.index(self.wanted)

    @property
    def mended(self) -> bool:
        """Return whether the repair or the hint put the rows back."""
        return self.repair == MENDED or self.hint.startswith(MENDED)

    def saved(self) -> dict:
        """Return it as a mapping."""
        return asdict(self)


class Planter:
    """Plants kinds one at a time; remembers how the healthy tables look."""

    def __init__(self, bench: Bench, *, repair: bool = True, only_wanted: bool = False) -> None:
        """``only_wanted``: ask the wanted level alone, which is quicker for what is missed."""
        self._bench, self._repair, self._only_wanted = bench, repair, only_wanted
        self._healthy: dict[str, dict[str, int]] = {}
        self.facts = bench.facts()

    def cell(self, kind: Kind) -> Cell:
        """Plant ``kind`` in a copy and see what becomes of it."""
        started = time.perf_counter()
        cell = Cell(kind.id, kind.room, kind.table, kind.told, kind.level, kind.unknowable)
        with self._bench.copy() as copy:
            self._play(cell, kind, copy)
        cell.seconds = time.perf_counter() - started
        return cell

    def _play(self, cell: Cell, kind: Kind, copy: Copy) -> None:
        healthy = self._of_healthy(kind.table)
        try:
            touched = copy.plant(kind.sql.format(**self.facts))
        except DBAPIError as error:
            cell.outcome, cell.checks = REFUSED, [type(error.orig).__name__]
            return
        if not touched:
            cell.outcome = NOTHING
            return
        levels = [kind.level] if self._only_wanted else list(dict.fromkeys((kind.level, MONTHLY)))
        seen = copy.look(levels)
        cell.outcome = FOUND if seen.level else MISSED
        cell.level, cell.checks = seen.level, seen.ids
        cell.hints = list(dict.fromkeys(finding.repair for finding in seen.findings))
        if seen.level and self._repair:
            self._mend(cell, copy, seen, healthy)

    def _mend(self, cell: Cell, copy: Copy, seen: Seen, healthy: dict[str, int]) -> None:
        try:
            left = copy.repaired(seen.level)
            cell.repair = _became(cell, copy, left, healthy)
        except ForestoError as error:
            cell.repair = f"{UNMENDED}: {error}"[:120]
        if cell.repair == MENDED:
            return
        codes = [copy.run(hint) for hint in cell.hints]
        if set(codes) == {NOT_RUNNABLE}:
            cell.hint = "not runnable"
            return
        left = copy.look((seen.level,)).ids
        cell.hint = f"{_became(cell, copy, left, healthy)}, ran {codes}"

    def _of_healthy(self, table: str) -> dict[str, int]:
        if table not in self._healthy:
            with self._bench.copy() as copy:
                self._healthy[table] = copy.digest(table)
        return self._healthy[table]


def _became(cell: Cell, copy: Copy, left: list[str], healthy: dict[str, int]) -> str:
    is_same = copy.digest(cell.table) == healthy
    is_quiet = not set(left) & set(cell.checks)
    if is_quiet:
        return MENDED if is_same else CHANGED
    return f"{UNMENDED}, rows right but still found" if is_same else UNMENDED
