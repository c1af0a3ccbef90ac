"""When the database was exported last, as a whole: remembered in the database, told by ``verify monthly``."""

from datetime import datetime

from sqlalchemy import Connection, text

from foresto_cli import clock
from foresto_cli.archive import strict
from foresto_cli.archive.manifest import Manifest

KEY = "exported_at"
OLD_DAYS = 35
"""An export a month, with some days to spare."""


def is_whole(export: Manifest) -> bool:
    """Say whether a database can be made of ``export``: every table is in it, and no text was changed."""
    return export.format != strict.SPREADSHEET and set(strict.tables()) <= set(export.columns)


def remember(connection: Connection, export: Manifest) -> None:
    """Write down when ``export`` was made."""
    connection.execute(
        text(
            "INSERT INTO foresto_meta (key, value) VALUES (:key, :moment)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        ),
        {"key": KEY, "moment": export.exported_at},
    )


def notes(connection: Connection) -> list[str]:
    """Return how old the last export is, in one sentence; nothing when there never was one."""
    found = connection.scalar(text("SELECT value FROM foresto_meta WHERE key = :key"), {"key": KEY})
    if found is None:
        return []
    day = datetime.fromisoformat(found).date()
    days = (clock.today() - day).days
    advice = " 한 달이 지났으니 다시 백업하세요: foresto db backup 폴더" if days > OLD_DAYS else ""
    return [f"마지막 내보내기(백업): {day}, {days:,}일 전.{advice}"]
