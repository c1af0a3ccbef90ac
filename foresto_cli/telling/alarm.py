"""``foresto alerts``: the incidents for people, and whether the channels work."""

from collections.abc import Mapping

from foresto_cli.app import App
from foresto_cli.errors import ConfigError
from foresto_cli.telling import alerts, channels, notify


def show_list(app: App, limit: int) -> list[dict[str, object]]:
    """Print the open incidents and the newest ended ones, and return them."""
    with app.engine.connect() as connection:
        found = alerts.recent(connection, limit)
    for alert in found:
        state = "열림" if alert["resolved_at"] is None else f"해결 {alert['resolved_at']:%m-%d %H:%M}"
        if alert["resolved_at"] is None and alert["acknowledged_at"] is not None:
            state += ", 확인함"
        level = notify.LEVELS[alert["alert_level"]]
        app.console.strong(f"{alert['alert_id']} [{level}] {alert['alert_title']} ({state})")
        app.console.line(f"  {alert['created_at']:%m-%d %H:%M}부터, {alert['occurrences']:,}번")
        if alert["resolved_at"] is None:
            app.console.line(f"  {alert['alert_message']}")
    if not found:
        app.console.line("알림이 없습니다.")
    return [dict(alert) for alert in found]


def acknowledge(app: App, number: int) -> dict[str, object]:
    """Stop repeating an incident.

    Raises:
        UsageError: there is no open one of that number.
    """
    title = alerts.acknowledge(app.engine, number)
    app.console.strong(f"✓ {number}번 '{title}': 해결될 때까지 다시 알리지 않습니다.")
    return {"alert_id": number, "title": title}


def send_test(app: App) -> Mapping[str, str | None]:
    """Send a test message to every channel and return why each did not take it, if so.

    Raises:
        ConfigError: there is no channel.
    """
    outcome = notify.send_test(app)
    if not outcome:
        raise ConfigError(channels.NOBODY)
    for label, reason in outcome.items():
        app.console.line(
            f"✓ {label}: 보냈습니다." if reason is None else f"✗ {label}: {reason.removeprefix(f'{label}: ')}"
        )
    return outcome
