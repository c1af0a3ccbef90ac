"""Asks for the channels that alerts are sent to, and sends a test message."""

from foresto_cli.app import App
from foresto_cli.setting_up.candidates import Values, with_values
from foresto_cli.setting_up.talk import Talk
from foresto_cli.telling import channels, notify

MAIL = (
    ("smtp_host", "메일 서버, 예 smtp.gmail.com", False),
    ("smtp_user", "메일 서버의 아이디", False),
    ("smtp_password", "메일 서버의 비밀번호, 지메일은 앱 비밀번호", True),
    ("smtp_from", "보내는 주소", False),
)
"""Settings that mail needs besides the recipient: name, explanation, and whether typing is hidden."""


def ask(talk: Talk, app: App) -> Values:
    """Ask for channels that are not set and offer a test message to all; return the settings to write.

    Raises:
        Interrupted: the operator stopped.
    """
    talk.title("알림: 무엇이 잘못되면 누구에게 알릴지")
    there = [channel.label for channel in channels.configured(app)]
    if there:
        talk.say(f"설정됨: {', '.join(there)}")
    found: Values = {}
    if app.settings.slack_webhook_url is None:
        found |= _one(talk, "slack_webhook_url", "슬랙 웹훅 주소, Enter는 건너뛰기", hidden=True)
    if app.settings.alert_email is None or app.settings.smtp_host is None:
        found |= _mail(talk)
    if app.settings.foresto_apprise_urls is None:
        found |= _one(talk, "foresto_apprise_urls", "텔레그램 등 Apprise 주소, Enter는 건너뛰기", hidden=True)
    tested = with_values(app, found)
    if channels.configured(tested) and talk.agree("시험 알림을 보낼까요?"):
        for label, reason in notify.send_test(tested).items():
            talk.say(f"✓ {label}: 보냈습니다." if reason is None else f"✗ {label}: {app.redact(reason)}")
    return found


def _one(talk: Talk, name: str, what: str, *, hidden: bool) -> Values:
    value = talk.value(name.upper(), what, hidden=hidden)
    return {name: value} if value else {}


def _mail(talk: Talk) -> Values:
    """Return all settings that mail needs, or none: mail does not work with some of them."""
    found = _one(talk, "alert_email", "메일로 받을 주소, Enter는 건너뛰기", hidden=False)
    if not found:
        return {}
    for name, what, hidden in MAIL:
        value = talk.value(name.upper(), what, hidden=hidden)
        if not value:
            talk.say("메일은 건너뜁니다.")
            return {}
        found[name] = value
    return found
