"""Holds every statement about prices that foresto gives to PostgreSQL, in whatever test, against the rules of Citus."""

import sys
from pathlib import Path

import citus_rules
import psycopg

PACKAGE = Path(__file__).parents[1] / "foresto_cli"
TYPED = "store/questions.py"
"""Runs what a person typed, who writes it as the own server wants it."""
REVIEWED = {
    ("datasets/dart/valuations.py", "correlated"): "the sub-select is of reports by reports; prices are only joined",
    ("adopt/moves.py", "conflict"): "an adoption fills tables that it has just made: nobody can have distributed them",
}
"""(Module, rule) → why the statement is right all the same; what Citus 13.2.2 runs was tried on one."""
seen = set()
found = []


def begin():
    """Look at the statements of this process from now on."""
    execute = psycopg.Cursor.execute

    def watched(self, query, *arguments, **options):
        _look(query, self)
        return execute(self, query, *arguments, **options)

    psycopg.Cursor.execute = watched


def _look(query, cursor):
    if isinstance(query, bytes):
        query = query.decode()
    statement = query if isinstance(query, str) else query.as_string(cursor)
    if statement in seen or not citus_rules.names_prices(statement):
        return
    seen.add(statement)
    module = _module()
    if module is None or module == TYPED:
        return
    rules = [rule for rule in citus_rules.broken(statement) if (module, rule) not in REVIEWED]
    found.extend(f"{module}: {rule}: {' '.join(statement.split())}" for rule in rules)


def _module():
    """Return the module of foresto that asked; None for a test."""
    frame = sys._getframe(3)
    while frame is not None:
        file = Path(frame.f_code.co_filename)
        if file.is_relative_to(PACKAGE / "store" / "migrations"):
            return None  # what is distributed has the newest form already
        if file.is_relative_to(PACKAGE):
            name = str(file.relative_to(PACKAGE))
            # These only hand on what others ask.
            if name not in {"collecting/checks.py", "store/copying.py", "store/upsert.py", "output/rows.py"}:
                return name
        elif file.is_relative_to(PACKAGE.parent / "tests"):
            return None
        frame = frame.f_back
    return None
