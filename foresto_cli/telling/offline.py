"""The dead network: one incident, in which whatever could not be reached is listed; it ends with the first answer."""

from collections.abc import Sequence

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.store.fragments import Fragment, sql
from foresto_cli.telling import alerts
from foresto_cli.telling.alerts import Alert
from foresto_cli.telling.causes import NETWORK, TOGETHER

NO_NETWORK = (NETWORK, "internet")
TITLE = "네트워크 연결 없음"
TOLD = "아무 곳에도 연결할 수 없습니다. 인터넷 연결을 확인하세요."
OPEN = Fragment("alert_type = :kind AND subject = :subject AND resolved_at IS NULL")
NO_LINE = "연결할 수 없"
"""Of the words in which a connection that did not come about is told (:mod:`foresto_cli.upstream`)."""
FOLLOW = ("load_failed", "passed_over", "channel", "mail_failed")
"""Incidents that are no news where nobody can be reached."""
CANNOT = (": 알림을 보내지 못합니다", "을 보내지 못했습니다")


def is_down(app: App) -> bool:
    """Say whether several parties were asked by this process, an upstream among them, and none could be reached."""
    asked = [session for session in app.upstream_sessions if session.sent]
    parties = {session.policy.name for session in asked}
    is_reached = any(session.answered for session in asked) or any(app.channels_reached.values())
    return bool(parties) and len(parties) + len(app.channels_reached) > 1 and not is_reached


def tell(app: App, stopped: Sequence[str] = ()) -> list[str]:
    """Open the incident of the dead network, or end it where anybody answered; return its title while it is open.

    Args:
        app: what a command works with.
        stopped: labels of what could not be had because of it.
    """
    if is_down(app):
        together = [*_retract(app), *stopped]
        # A day without prices may have become a part of it: its title and level are not ours then.
        if not _is_open(app):
            alerts.raise_alert(app.engine, Alert(*NO_NETWORK, "warning", TITLE, TOLD), None)
        _list(app, together)
        return [TITLE]
    if any(session.answered for session in app.upstream_sessions) or any(app.channels_reached.values()):
        alerts.resolve(app.engine, *NO_NETWORK)
    elif _is_open(app):
        _retract(app)
    return []


def _list(app: App, stopped: Sequence[str]) -> None:
    """List in the open incident what it stopped too."""
    if not stopped:
        return
    with app.engine.begin() as connection:
        message = connection.scalar(
            sql("SELECT alert_message FROM ops_alert WHERE {open} FOR UPDATE", open=OPEN),
            {"kind": NO_NETWORK[0], "subject": NO_NETWORK[1]},
        )
        told, _, listed = (message or TOLD).partition(TOGETHER)
        known = [one for one in listed.removesuffix(".").split(", ") if one]
        connection.execute(
            sql("UPDATE ops_alert SET alert_message = :message, last_seen_at = :now WHERE {open}", open=OPEN),
            {
                "message": f"{told}{TOGETHER}{', '.join(dict.fromkeys([*known, *stopped]))}.",
                "now": clock.wall(),
                "kind": NO_NETWORK[0],
                "subject": NO_NETWORK[1],
            },
        )


def _is_open(app: App) -> bool:
    with app.engine.connect() as connection:
        found = connection.scalar(
            sql("SELECT EXISTS (SELECT 1 FROM ops_alert WHERE {open})", open=OPEN),
            {"kind": NO_NETWORK[0], "subject": NO_NETWORK[1]},
        )
    return bool(found)


def _retract(app: App) -> list[str]:
    """Take back failures that nobody was told of and that were the dead network's, as turned out; return of what.

    What asks one party alone cannot tell a dead network from a dead party.
    """
    with app.engine.begin() as connection:
        titles = connection.scalars(
            text(
                "DELETE FROM ops_alert a WHERE resolved_at IS NULL AND alert_type = ANY(:follow)"
                " AND strpos(alert_message, :words) > 0"
                " AND NOT EXISTS (SELECT 1 FROM alert_delivery d WHERE d.alert_id = a.alert_id) RETURNING alert_title"
            ),
            {"words": NO_LINE, "follow": list(FOLLOW)},
        ).all()
    return [_label(title) for title in titles]


def _label(title: str) -> str:
    for words in CANNOT:
        title = title.removesuffix(words)
    return title
