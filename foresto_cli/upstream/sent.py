"""How many requests were sent, for whoever closes a run; imported without what sends them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from foresto_cli.upstream.http import UpstreamSession


def requests_by_upstream(sessions: "Iterable[UpstreamSession]") -> dict[str, int]:
    """Return how many requests were sent, by upstream, for the closing line."""
    sent: dict[str, int] = {}
    for session in sessions:
        sent[session.policy.name] = sent.get(session.policy.name, 0) + session.sent
    return sent
