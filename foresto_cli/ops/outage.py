"""A database that cannot be reached, or has no connection left: the one incident that cannot be written there.

It is kept in a file of the state folder instead, told like the others: once, again each day, and when it is over.
"""

import json
import logging
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.errors import ForestoError, StoreRefused, StoreUnavailable
from foresto_cli.ops import notify
from foresto_cli.settings import PRIVATE_FILE

log = logging.getLogger(__name__)

TITLE = "데이터베이스에 연결할 수 없습니다"
REFUSED_TITLE = "데이터베이스를 쓸 수 없습니다"
EXHAUSTED = ("too many clients", "too many connections", "remaining connection slots", "connection limit")
EXHAUSTED_TITLE = "데이터베이스 연결이 모자랍니다"


def tell(app: App, error: StoreUnavailable) -> None:
    """Tell every channel that was not told today; ``app`` is one without a database."""
    kept = _load(app.folders.outage_file) or {"since": f"{clock.wall():%m-%d %H:%M}", "told": {}}
    exhausted = any(word in str(error) for word in EXHAUSTED)
    away = REFUSED_TITLE if isinstance(error, StoreRefused) else TITLE
    title = f"[foresto 심각] {EXHAUSTED_TITLE if exhausted else away}"
    body = f"{kept['since']} 부터: {error}"
    for channel in notify.channels(app):
        if _is_fresh(kept["told"].get(channel.name)):
            continue
        try:
            channel.send(app.redact(title), app.redact(body))
        except ForestoError as failure:
            log.warning("channel %s failed: %s", channel.name, failure)
        else:
            kept["told"][channel.name] = clock.wall().isoformat()
    _save(app.folders.outage_file, kept)


def over(app: App) -> None:
    """Tell those who were told that the database is back, if it was away."""
    kept = _load(app.folders.outage_file)
    if kept is None:
        return
    app.folders.outage_file.unlink(missing_ok=True)
    for channel in notify.channels(app):
        if channel.name in kept["told"]:
            try:
                channel.send(f"[foresto 해결] {TITLE}", f"{kept['since']} 부터 이어진 장애가 끝났습니다.")
            except ForestoError as failure:
                notify.failed(app, channel.name, channel.label, failure)


def _is_fresh(told: str | None) -> bool:
    if told is None:
        return False
    at = datetime.fromisoformat(told)
    return at.date() == clock.today() or clock.wall() - at < notify.REMIND_AFTER


def _load(file: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return found


def _save(file: Path, kept: dict[str, Any]) -> None:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as written:
            json.dump(kept, written, ensure_ascii=False)
    except OSError as error:
        # Told once too often rather than not at all: a full disk takes the database and this file at once.
        log.warning("outage not remembered in %s: %s", file, error.strerror)
