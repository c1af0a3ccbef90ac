"""Remembers when each key was first used, to warn a month before it expires, and which keys the last run had.

``keys.json`` in the state folder contains no keys: only names, days, and a fingerprint salted for this machine. Keys of
the sandbox do not expire.
"""

import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path

from foresto_cli import clock, files
from foresto_cli.app import App
from foresto_cli.errors import ConfigError
from foresto_cli.settings import Settings, keys
from foresto_cli.settings.keys import Key
from foresto_cli.telling import alerts
from foresto_cli.telling.alerts import Alert

log = logging.getLogger(__name__)

FILE = "keys.json"
KIND = "key_ends"
BEFORE = timedelta(days=30)
SALT_BYTES, SHOWN = 16, 16


@dataclass
class Memory:
    """The content of ``keys.json``.

    Attributes:
        salt: of the fingerprints; random for each machine.
        names: settings of the keys that the last run had.
        prints: setting → fingerprint of the key.
        since: setting → day on which that key was first used.
    """

    salt: str
    names: list[str] = field(default_factory=list)
    prints: dict[str, str] = field(default_factory=dict)
    since: dict[str, str] = field(default_factory=dict)


def recalled(folder: Path) -> Memory:
    """Return the content of ``keys.json`` in ``folder``; an empty memory when it is missing or damaged."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        memory = Memory(**found)
        days = [date.fromisoformat(day) for day in memory.since.values()]
        if (
            set(memory.prints) == set(memory.since)
            and isinstance(memory.names, list)
            and len(days) == len(memory.since)
        ):
            return memory
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        # Missing or damaged: the first use of each key is then counted from today.
        pass
    return Memory(secrets.token_hex(SALT_BYTES))


def _remember(folder: Path, memory: Memory) -> None:
    try:
        files.write(folder / FILE, json.dumps(asdict(memory), ensure_ascii=False, indent=1))
    except ConfigError as error:
        # The command goes on; the next one tries again.
        log.warning("keys not remembered: %s", error)


def notice(app: App) -> None:
    """Remember the first use of each key that expires, and raise an alert from a month before it expires."""
    if app.sandbox is not None:
        return
    memory = recalled(app.folders.state)
    changed = False
    for key in keys.EXPIRING:
        name, value = key.names[0], getattr(app.settings, key.names[0].lower())
        if value is None:
            continue
        found = _print(memory.salt, value.get_secret_value())
        if memory.prints.get(name) != found:
            memory.prints[name], memory.since[name] = found, f"{clock.today()}"
            changed = True
            alerts.resolve(app.engine, KIND, name)
        _tell(app, key, date.fromisoformat(memory.since[name]))
    if changed:
        _remember(app.folders.state, memory)


def _print(salt: str, value: str) -> str:
    return hmac.new(salt.encode(), value.encode(), hashlib.sha256).hexdigest()[:SHOWN]


def ends(key: Key, since: date, today: date) -> date:
    """Return the next expiry of a key that was first used on ``since``; a key that still works was extended."""
    span = timedelta(days=key.lasts or 0)
    end = since + span
    while end < today:
        end += span
    return end


def _tell(app: App, key: Key, since: date) -> None:
    today, name = clock.today(), key.names[0]
    end = ends(key, since, today)
    if today < end - BEFORE:
        if today >= since + timedelta(days=key.lasts or 0):
            alerts.resolve(app.engine, KIND, name)
        return
    message = (
        f"{since}에 처음 쓴 키이고, {key.site}의 키는 {(key.lasts or 0) // 365}년마다 연장해야 합니다."
        f" {end} 전에 {key.site}의 마이페이지에서 연장하거나, 새 키를 받아 foresto init으로 바꾸세요."
        " 이미 연장했으면 foresto alerts ack으로 알림을 멈추세요."
    )
    title = f"{name}의 기한이 {(end - today).days}일 남았습니다"
    alerts.raise_alert(app.engine, Alert(KIND, name, "warning", title, message), None, counted=False)


def told(folder: Path, key: Key) -> str:
    """Return a sentence with the first use and the expiry of a key; empty when they are unknown or it does not expire.

    Args:
        folder: the state folder.
        key: the key.
    """
    since = recalled(folder).since.get(key.names[0])
    if key.lasts is None or since is None:
        return ""
    return f" {since}부터 썼고, {ends(key, date.fromisoformat(since), clock.today())} 전에 연장해야 합니다."


def tell_fewer(app: App) -> None:
    """Print once on stderr which keys the last run had and this one lacks, before any request is sent."""
    if app.sandbox is not None:
        return
    memory = recalled(app.folders.state)
    now = given(app.settings)
    lost = [name for name in memory.names if name not in now]
    if lost:
        app.console.complain(
            f"! 지난번 실행에는 있던 키가 지금은 없습니다: {', '.join(lost)}. 이 키로 받던 것은 받지 않습니다."
            f" 늘 쓰려면 {app.folders.config / '.env'}에 적으세요(foresto init)."
        )
    if memory.names != now:
        memory.names = now
        _remember(app.folders.state, memory)


def given(found: Settings) -> list[str]:
    """Return the names of the key settings that have a value."""
    return [name for key in keys.KEYS for name in _names(found, key)]


def _names(found: Settings, key: Key) -> Sequence[str]:
    return [name for name in key.names if getattr(found, name.lower()) is not None]
