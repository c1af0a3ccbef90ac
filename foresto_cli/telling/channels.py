"""The ways to the operator: Slack, mail, Apprise."""

from collections.abc import Callable
from dataclasses import dataclass

from foresto_cli.app import App
from foresto_cli.settings import MAIL

NOBODY = (
    "알림을 받을 곳이 없습니다. SLACK_WEBHOOK_URL, 또는 SMTP_HOST·SMTP_FROM·ALERT_EMAIL,"
    " 또는 FORESTO_APPRISE_URLS를 설정하세요."
)


@dataclass(frozen=True)
class Channel:
    """One way to the operator.

    Attributes:
        name: id in ``notify_channel``.
        label: what the operator calls it.
        send: takes a title and a text, and raises anything when they did not arrive (:func:`attempts.attempt`).
    """

    name: str
    label: str
    send: Callable[[str, str], None]


def configured(app: App) -> list[Channel]:
    """Return the channels for which there are settings."""
    found = app.settings
    # What is set and wrong is a channel too: one that fails, so that the others hear of it.
    every = (
        (found.slack_webhook_url, Channel("slack", "Slack", lambda title, body: _to_slack(app, title, body))),
        (
            (found.smtp_host and found.smtp_from and found.alert_email) or found.problem(*MAIL, "alert_email"),
            Channel("mail", "메일", lambda title, body: _to_mail(app, title, body)),
        ),
        (found.foresto_apprise_urls, Channel("apprise", "Apprise", lambda title, body: _to_apprise(app, title, body))),
    )
    return [channel for given, channel in every if given]


def _to_slack(app: App, title: str, body: str) -> None:
    if app.slack is not None:
        app.slack.send(f"{title}\n{body}")


def _to_mail(app: App, title: str, body: str) -> None:
    app.settings.demand("alert_email")
    if app.mail is not None:
        from foresto_cli.upstream.mail import Letter, addresses

        app.mail.send(Letter(to=addresses(app.settings.alert_email), subject=title, text=body))


def _to_apprise(app: App, title: str, body: str) -> None:
    if app.apprise is not None:
        app.apprise.send(title, body)
