"""A database that cannot be reached, or has no connection left: the one incident that cannot be written there.

It is kept in a file of the state folder instead, told like the others: once, again each day, and when it is over.
"""

import functools
import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

from foresto_cli import clock, files
from foresto_cli.app import App
from foresto_cli.errors import ConfigError, StoreRefused, StoreUnavailable
from foresto_cli.ops import attempts, notify

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
        failure = attempts.attempt(
            app, channel.label, functools.partial(channel.send, app.redact(title), app.redact(body))
        )
        if failure is not None:
            log.warning("channel %s failed: %s", channel.name, failure)
        else:
            kept["told"][channel.name] = clock.wall().isoformat()
    _save(app.folders.outage_file, kept)


def over(app: App) -> None:
    """Tell those who were told that the database is back, if it was away."""
    kept = _load(app.folders.outage_file)
    if kept is None:
        return
    try:
        app.folders.outage_file.unlink(missing_ok=True)
    except OSError as error:
        log.warning("outage not forgotten in %s: %s", app.folders.outage_file, error.strerror)
    for channel in notify.channels(app):
        if channel.name in kept["told"]:
            notify.tried(app, channel, f"[foresto 해결] {TITLE}", f"{kept['since']}부터 이어진 장애가 끝났습니다.")


def _is_fresh(told: object) -> bool:
    try:
        at = datetime.fromisoformat(str(told)).replace(tzinfo=None)
    except ValueError:
        return False
    if not clock.is_past(at):
        return False
    return at.date() == clock.today() or clock.wall() - at < notify.REMIND_AFTER


def _load(file: Path) -> dict[str, Any] | None:
    """Return what is remembered; what cannot be read is an outage of which nobody was told."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.warning("outage not read from %s: %s", file, type(error).__name__)
        found = {}
    kept = found if isinstance(found, dict) else {}
    told = kept.get("told")
    since = kept.get("since") or f"{clock.wall():%m-%d %H:%M}"
    return {"since": since, "told": told if isinstance(told, dict) else {}}


def _save(file: Path, kept: dict[str, Any]) -> None:
    try:
        files.write(file, json.dumps(kept, ensure_ascii=False))
    except ConfigError as error:
        # Told once too often rather than not at all: a full disk takes the database and this file at once.
        log.warning("outage not remembered: %s", error)
