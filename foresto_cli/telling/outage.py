"""A database that cannot be reached, has no connection left or no room: the incident that cannot be written there.

It is kept in a file of the state folder instead and told like the others: once, and again each day. When the database
takes what is written again it becomes an incident of the database that has ended, and the others' way tells that.
"""

import functools
import json
import logging
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from foresto_cli import clock, files
from foresto_cli.app import App
from foresto_cli.errors import ConfigError, StoreRefused, StoreUnavailable
from foresto_cli.store.engine import explained
from foresto_cli.telling import attempts, channels, notify

log = logging.getLogger(__name__)

KIND, SUBJECT = "outage", "database"
TITLE = "데이터베이스에 연결할 수 없습니다"
REFUSED_TITLE = "데이터베이스를 쓸 수 없습니다"
EXHAUSTED = ("too many clients", "too many connections", "remaining connection slots", "connection limit")
EXHAUSTED_TITLE = "데이터베이스 연결이 모자랍니다"
FULL = "남은 공간이 없습니다"
FULL_TITLE = "데이터베이스의 디스크가 가득 찼습니다"
CHANNELS = ("slack", "mail", "apprise")
PROBE = 32_768
"""So many random words of 32 letters are written to see whether there is room: a short row finds some on any page."""


@dataclass
class _Kept:
    """What the file remembers: since when, what is told, and when each channel was told it last."""

    at: str = field(default_factory=lambda: clock.wall().isoformat())
    title: str = ""
    message: str = ""
    told: dict[str, object] = field(default_factory=dict)


def tell(app: App, error: StoreUnavailable) -> None:
    """Tell every channel that was not told today; ``app`` is one without a database."""
    kept = _load(app.folders.outage_file) or _Kept()
    kept.title = kept.title or _title(error)
    kept.message = f"{error}"
    since = datetime.fromisoformat(kept.at)
    for channel in channels.configured(app):
        told = kept.told.get(channel.name)
        if _is_fresh(told):
            continue
        title = app.redact(f"[foresto 심각] {kept.title}")
        again = " 계속되고 있습니다." if told else ""
        body = app.redact(f"{since:%m-%d %H:%M}부터: {error}{again}")
        failure = attempts.attempt(app, channel.label, functools.partial(channel.send, title, body))
        if failure is not None:
            log.warning("channel %s failed: %s", channel.name, failure)
        else:
            kept.told[channel.name] = clock.wall().isoformat()
    _save(app.folders.outage_file, kept)


def current(app: App) -> tuple[int, str, str, str, int] | None:
    """Return an outage that goes on as (number, level, title, message, occurrences), as open incidents are."""
    kept = _load(app.folders.outage_file)
    return None if kept is None else (0, "critical", kept.title or REFUSED_TITLE, kept.message, 1)


def over(app: App) -> None:
    """End the outage, if there was one and the database takes what is written again; who was told is told that too.

    Raises:
        StoreUnavailable: it does not.
    """
    kept = _load(app.folders.outage_file)
    if kept is None:
        return
    with explained(), app.engine.begin() as connection:
        number = connection.execute(
            text(
                "INSERT INTO ops_alert (alert_type, subject, alert_level, alert_title, alert_message, created_at,"
                " last_seen_at, resolved_at) SELECT :kind, :subject, 'critical', :title,"
                " string_agg(md5(random()::text), ''), :since, :now, :now FROM generate_series(1, :probe)"
                " RETURNING alert_id"
            ),
            {
                "kind": KIND,
                "subject": SUBJECT,
                "title": kept.title or REFUSED_TITLE,
                "since": datetime.fromisoformat(kept.at),
                "now": clock.wall(),
                "probe": PROBE,
            },
        ).scalar_one()
        connection.execute(
            text("UPDATE ops_alert SET alert_message = :message WHERE alert_id = :number"),
            {"message": app.redact(kept.message), "number": number},
        )
        for channel in kept.told:
            connection.execute(
                text(
                    "INSERT INTO alert_delivery (alert_id, channel, first_told_at, last_told_at, told_level)"
                    " VALUES (:number, :channel, :now, :now, 'critical')"
                ),
                {"number": number, "channel": channel, "now": clock.wall()},
            )
    try:
        app.folders.outage_file.unlink(missing_ok=True)
    except OSError as error:
        log.warning("outage not forgotten in %s: %s", app.folders.outage_file, error.strerror)


def _title(error: StoreUnavailable) -> str:
    said = str(error)
    if any(word in said for word in EXHAUSTED):
        return EXHAUSTED_TITLE
    if FULL in said:
        return FULL_TITLE
    return REFUSED_TITLE if isinstance(error, StoreRefused) else TITLE


def _is_fresh(told: object) -> bool:
    try:
        at = datetime.fromisoformat(str(told)).replace(tzinfo=None)
    except ValueError:
        return False
    if not clock.is_past(at):
        return False
    return at.date() == clock.today() or clock.wall() - at < notify.REMIND_AFTER


def _load(file: Path) -> _Kept | None:
    """Return what is remembered; what cannot be read is an outage of which nobody was told."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.warning("outage not read from %s: %s", file, type(error).__name__)
        found = {}
    kept = _Kept()
    for name, usual in vars(kept).items():
        if isinstance(found, dict) and isinstance(found.get(name), type(usual)):
            setattr(kept, name, found[name])
    if not _is_believable(kept.at):
        kept.at = clock.wall().isoformat()
    kept.told = {name: at for name, at in kept.told.items() if name in CHANNELS}
    return kept


def _is_believable(moment: str) -> bool:
    try:
        return clock.is_past(datetime.fromisoformat(moment).replace(tzinfo=None))
    except ValueError:
        return False


def _save(file: Path, kept: _Kept) -> None:
    try:
        files.write(file, json.dumps(asdict(kept), ensure_ascii=False))
    except ConfigError as error:
        # Told once too often rather than not at all: a full disk takes the database and this file at once.
        log.warning("outage not remembered: %s", error)
