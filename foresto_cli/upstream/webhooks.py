"""Telling somebody by HTTP: a Slack webhook, a dead-man ping. What failed is not retried: the next run tells it."""

import re
from urllib.parse import unquote, urlsplit, urlunsplit

from requests.auth import HTTPBasicAuth

from foresto_cli import harmless
from foresto_cli.errors import ConfigError
from foresto_cli.upstream.http import UpstreamSession
from foresto_cli.upstream.policy import Policy
from foresto_cli.upstream.transport import LOOPBACK, Transport

SLACK_BUDGET = 300
PING_BUDGET = 500
LONGEST_TEXT = 38_000
"""Slack takes 40,000 characters."""
LONGEST_BODY = 10_000
_MENTION = re.compile(r"@(?=(?:channel|here|all|everyone)\b)", re.IGNORECASE)
"""What calls everybody in Mattermost and Discord, which take the same messages; Slack itself says ``<!here>``."""


def _policy(name: str, label: str, url: str, setting: str, daily_budget: int) -> Policy:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise ConfigError(f"{setting}는 주소가 아닙니다. https://로 시작하는 주소를 그대로 붙여 넣으세요.") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        raise ConfigError(f"{setting}는 https://로 시작하는 주소여야 합니다.")
    return Policy(
        name=name,
        label=label,
        hosts={host: (name,)},
        pace=1.0,
        daily_budget=daily_budget,
        connect_timeout=5,
        read_timeout=10,
        total_timeout=20,
        largest=1_000_000,
        retried=False,
        any_success=True,
    )


def _session(transport: Transport, policy: Policy, url: str) -> tuple[UpstreamSession, str]:
    """Return a session and the URL without the login in it, which the session sends: it is for this host."""
    session = transport.session(policy)
    parts = urlsplit(url)
    if parts.username is not None:
        session.auth = HTTPBasicAuth(unquote(parts.username), unquote(parts.password or ""))
    return session, urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


class Slack:
    """An incoming webhook of Slack, or of anything that takes ``{"text": …}``."""

    def __init__(self, transport: Transport, url: str) -> None:
        """Make the session; nothing is sent yet.

        Raises:
            ConfigError: the URL is none.
        """
        policy = _policy("slack", "Slack", url, "SLACK_WEBHOOK_URL", SLACK_BUDGET)
        self._session, self._url = _session(transport, policy, url)

    def send(self, text: str) -> None:
        """Post ``text`` as text: nothing in it is a mention, a link or bold type, for whoever takes such messages.

        Raises:
            ForestoError: it was not taken.
        """
        plain = _MENTION.sub("＠", harmless.lines(text))[:LONGEST_TEXT]
        escaped = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")[:LONGEST_TEXT]
        self._session.post(self._url, json={"text": escaped, "mrkdwn": False})


class Ping:
    """A dead-man switch: whoever is pinged raises the alarm when the next ping does not come (healthchecks.io)."""

    def __init__(self, transport: Transport, url: str, job: str) -> None:
        """Make the session; ``{job}`` in the URL is the job's id.

        Raises:
            ConfigError: the URL is none.
        """
        own = url.replace("{job}", job)
        policy = _policy("ping", "핑", own, "FORESTO_PING_URL", PING_BUDGET)
        self._session, self._url = _session(transport, policy, own)

    def send(self, state: str, run: str, body: str = "") -> None:
        """Tell ``start``, ``success`` or ``fail`` of the run with the id ``run``.

        Raises:
            ForestoError: nobody heard it.
        """
        parts = urlsplit(self._url)
        path = parts.path.rstrip("/") + ("" if state == "success" else f"/{state}")
        query = "&".join(filter(None, (parts.query, f"rid={run}")))
        self._session.post(
            urlunsplit(parts._replace(path=path, query=query)), data=harmless.lines(body[:LONGEST_BODY]).encode()
        )


def ping_urls(given: str | None) -> dict[str, str]:
    """Return job → URL of the setting ``FORESTO_PING_URL``; the job ``""`` is every job that has none of its own.

    It is one URL for all jobs (with ``{job}`` in it), or several ``job=URL`` separated by blanks.
    """
    found = {}
    for entry in (given or "").split():
        job, separator, url = entry.partition("=")
        own = bool(separator) and "/" not in job
        found[job if own else ""] = url if own else entry
    return found
