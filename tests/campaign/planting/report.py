"""The table of a campaign: cells kept line by line while it runs, and rendered as Markdown."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from campaign.planting.cells import FOUND, MISSED, Cell

HEAD = "| id | planted | wanted | found by | repair | hint |\n|-|-|-|-|-|-|"


def keep(folder: Path, room: str, cell: Cell) -> None:
    """Append one cell to the lines of its room."""
    with (folder / f"{room}.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(cell.saved(), ensure_ascii=False) + "\n")


def kept(folder: Path) -> list[Cell]:
    """Return every cell kept so far; of one that was played twice the newest."""
    lines = (line for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines())
    cells = (Cell(**json.loads(line)) for line in lines)
    return list({cell.kind: cell for cell in cells}.values())


def write(folder: Path) -> Path:
    """Render everything kept in ``folder`` and return the page."""
    cells = kept(folder)
    page = folder / "planted.md"
    rooms = dict.fromkeys(cell.room for cell in cells)
    parts = ["# Planted faults", summary(cells), *(_room(room, cells) for room in rooms)]
    page.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return page


def summary(cells: Iterable[Cell]) -> str:
    """Return how many were found and mended, by room."""
    lines = ["| room | kinds | found | in time | missed | hard to know | mended | seconds |", "|-|-|-|-|-|-|-|-|"]
    played = [cell for cell in cells if cell.outcome in {FOUND, MISSED}]
    for room in [*dict.fromkeys(cell.room for cell in played), "all"]:
        own = [cell for cell in played if room in {cell.room, "all"}]
        count = Counter(cell.outcome for cell in own)
        hard = sum(cell.outcome == MISSED and bool(cell.unknowable) for cell in own)
        mended = sum(cell.mended for cell in own)
        in_time = sum(cell.in_time for cell in own)
        share = f"{count[FOUND]} ({count[FOUND] / len(own):.0%})" if own else "0"
        seconds = sum(cell.seconds for cell in own)
        lines.append(
            f"| {room} | {len(own)} | {share} | {in_time} | {count[MISSED]} | {hard} | {mended} | {seconds:.0f} |"
        )
    return "\n".join(lines)


def _room(room: str, cells: Iterable[Cell]) -> str:
    lines = [f"## {room}", "", HEAD]
    lines += [line for cell in cells if cell.room == room for line in _lines(cell)]
    return "\n".join(lines)


def _lines(cell: Cell) -> Iterator[str]:
    by = f"{cell.level}: {' '.join(cell.checks)}" if cell.outcome == FOUND else cell.outcome
    by += " (hard to know)" if cell.outcome == MISSED and cell.unknowable else ""
    told = cell.told if cell.kind.startswith(cell.table) else f"{cell.table}: {cell.told}"
    yield f"| {cell.kind} | {told} | {cell.wanted} | {by} | {cell.repair or '-'} | {cell.hint or '-'} |"
