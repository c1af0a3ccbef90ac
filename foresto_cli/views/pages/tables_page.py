"""데이터: every table and view of the database."""

from datetime import date

from sqlalchemy import Connection

from foresto_cli.store import catalogue
from foresto_cli.views.pages.page import Asked, Page


def page(connection: Connection, _: Asked, __: date) -> Page:
    """Return the list of all tables and views."""
    found = [
        {"name": name, "kind": kind, "rows": rows, "said": said or ""}
        for name, kind, rows, said in catalogue.relations(connection)
    ]
    return Page("데이터", "tables.html", {"tables": found})
