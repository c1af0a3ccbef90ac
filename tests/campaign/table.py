"""The fault matrix as Markdown."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from campaign.cells import PLACES, Cell
from campaign.datasets import DATA_SETS

HEAD = """# Every data set under every fault

Written by `FORESTO_MATRIX=FOLDER pytest tests/campaign/test_matrix.py`; the kinds are those of
[faults.md](../../docs/faults.md).
Each fault strikes one question, for as long as the run lasts: the first, the middle or the last one that the data set
asks of its upstream (`=` as in the column before, `-` there is no such question). A cell says: exit code and outcome ·
units in the ledger by state (`pending`: not there, asked for by the next run) · rows stored before→after, in all
tables of the market · alerts raised. `N left out`: impossible rows that were not stored, and are named in the result.
`N believed`: the answer was well-formed and N rows say something else than without the fault, which nobody could have
told.

In every cell a further run without the fault was made, and left the tables as they are when nothing ever went wrong.
"""


def write(folder: Path, name: str, cells: Sequence[Cell]) -> None:
    """Put one data set's part into ``folder``, and the whole table together from the parts that are there."""
    folder.mkdir(parents=True, exist_ok=True)
    part = {"text": _part(name, cells), "cells": len(cells), "wrong": sum(bool(cell.wrong) for cell in cells)}
    (folder / f"{list(DATA_SETS).index(name):02}.json").write_text(json.dumps(part), "utf-8")
    parts = [json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))]
    total: Counter[str] = Counter()
    for one in parts:
        total.update(cells=one["cells"], wrong=one["wrong"])
    summary = (
        f"**{total['cells']:,} cells of {len(parts)} data sets; {total['wrong']} in which a failure was stored as"
        ' "no data", part of a unit as done, a key was told or the program ended with exit code 70.**\n'
    )
    text = "\n".join([HEAD, summary, *(one["text"] for one in parts)])
    (folder / "fault-matrix.md").write_text(text.rstrip() + "\n", "utf-8")


def _part(name: str, cells: Sequence[Cell]) -> str:
    found = {(cell.kind, cell.place): f"{cell}" for cell in cells}
    lines = [f"## {name}", "", "| fault | first | middle | last |", "|---|---|---|---|"]
    for kind in dict.fromkeys(cell.kind for cell in cells):
        texts = [found.get((kind, place), "-") for place in PLACES]
        short = [texts[0], *("=" if text == texts[0] else text for text in texts[1:])]
        lines.append(f"| `{kind}` | {' | '.join(short)} |")
    return "\n".join([*lines, ""])
