"""Renews the words for completion (:mod:`foresto_cli.known_words`) from the database."""

import logging
from collections.abc import Iterator

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from foresto_cli import known_words
from foresto_cli.app import App
from foresto_cli.datasets.listed.names import KNOWN
from foresto_cli.errors import ForestoError
from foresto_cli.known_words import SCREEN, TABLE, Word

_TABLES = text(
    "SELECT c.relname AS word, coalesce(obj_description(c.oid), '') AS said FROM pg_class c"
    " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v', 'p')"
    " AND NOT c.relispartition ORDER BY 1"
)
_SCREENS = text("SELECT name AS word, condition AS said FROM saved_screen ORDER BY 1")
_LONGEST = 60
"""Maximum length of the description beside a word."""

log = logging.getLogger(__name__)


def keep(app: App) -> None:
    """Write the file when it is old; a failure is only logged, because the command itself has succeeded."""
    state = app.folders.state
    if not known_words.is_old(state):
        return
    try:
        with app.engine.connect() as connection:
            words = list(_words(connection))
        known_words.write(state, words)
    except (ForestoError, SQLAlchemyError):
        log.info("words for completion were not kept", exc_info=True)


def _words(connection: Connection) -> Iterator[Word]:
    for kind, query in KNOWN.items():
        yield from (Word(kind, row.code, row.name) for row in connection.execute(query) if row.is_listed)
    for kind, query in ((TABLE, _TABLES), (SCREEN, _SCREENS)):
        yield from (Word(kind, row.word, row.said[:_LONGEST]) for row in connection.execute(query))
