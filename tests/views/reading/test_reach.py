"""Every table and view of the dictionary can be read: by a command of its own, or else by ``foresto sql``."""

import io
import json
import sys

import pytest

from foresto_cli.console import Console
from foresto_cli.output.give import Form
from foresto_cli.store import dictionary
from foresto_cli.views import sql_questions

DESCRIBED = dictionary.described()
SHOWING = (
    {"show", "list", "find", "calendar", "rank", "history", "best", "delisted", "gaps", "events", "quota"}
    | {"sql", "status", "doctor", "dashboard"}
)  # fmt: skip
"""Last words of commands that show what is stored."""
COLLECTED = [
    name
    for *headings, names in dictionary.GROUPS
    for name in names
    if headings[1] not in {"Sources and runs", "Alerts and schedule", "Watchlist and mail"}
]
INNER = {
    "adjustment_pending",
    "price_source_proof",
    "adjustment_override",
    "market_closure",
    "dart_answer",
    "dart_company",
    "dart_filing",
}
"""What commands work with themselves; people ask for it in SQL."""


@pytest.mark.parametrize("name", sorted(DESCRIBED))
def test_every_table_names_a_command_that_needs_it(name):
    assert DESCRIBED[name].info["reads"], f'{name}: table_said(…, reads="…"), "sql" where there is no other'


@pytest.mark.parametrize("name", sorted(set(COLLECTED) - INNER))
def test_what_is_collected_is_shown_by_a_command(name):
    words = {command.split()[-1] for command in DESCRIBED[name].info["reads"]}
    assert words & SHOWING, f"{name} is read by {DESCRIBED[name].info['reads']}, and none of them shows it"


@pytest.mark.long
def test_every_table_and_view_is_read_by_sql(loaded, monkeypatch):
    for name in sorted(DESCRIBED):
        out = io.StringIO()
        monkeypatch.setattr(sys, "stdout", out)
        loaded.app.console = Console(as_json=True)
        asked = sql_questions.Question(statement=f"SELECT * FROM {name} LIMIT 1")
        found = sql_questions.answer(loaded.app, asked, Form())
        monkeypatch.undo()
        assert found["columns"] == [column.name for column in DESCRIBED[name].columns], name
        rows = json.loads(out.getvalue() + "]}")["rows"]
        assert len(rows) == found["count"] <= 1
