"""Rules about the numbers of one row, asked together: one pass over a table says which rows break which of them."""

from collections.abc import Mapping
from typing import LiteralString

from foresto_cli.store.fragments import Fragment, fragment, joined

Rules = Mapping[str, LiteralString]
"""What is wrong, in the operator's words → SQL that holds for a row in which it is; NULL is no contradiction."""


def broken(rules: Rules) -> Fragment:
    """Return SQL for the names of the rules that a row breaks, with commas between them; empty for a good row."""
    cases = (
        fragment("CASE WHEN {rule} THEN '{name}' END", rule=Fragment(rule), name=Fragment(name))
        for name, rule in rules.items()
    )
    return fragment("concat_ws(', ', {cases})", cases=joined(", ", cases))
