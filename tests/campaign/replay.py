"""Upstream sessions that replay what the sandbox once answered, one answer of it damaged."""

import io
from email.message import Message

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.cookies import extract_cookies_to_jar
from urllib3 import HTTPResponse

from foresto_cli.upstream.http import UpstreamSession


class Memory:
    """Budgets and breakers that forget: a fuzzed block must not end the campaign."""

    def check(self, breaker):
        """Never blocked."""

    def spend(self, upstream, daily_budget):
        """Never spent."""

    def exhaust(self, upstream, reason):
        """Forget at once."""

    def block(self, breaker, reason):
        """Forget at once."""


class Exchanges(BaseAdapter):
    """Answers recorded from the sandbox, served again without a socket.

    Attributes:
        answers: (status, headers, body) by request.
        damaged: the request that is answered with ``damage`` instead.
    """

    def __init__(self, wire: HTTPAdapter) -> None:
        """Record through ``wire`` until :attr:`recording` is switched off."""
        super().__init__()
        self.wire = wire
        self.recording = True
        self.answers: dict[tuple, tuple[int, dict[str, str], bytes]] = {}
        self.damaged: tuple | None = None
        self.damage: tuple[bytes, dict[str, str]] = (b"", {})

    def send(self, request, **options):
        """Answer as recorded, or damaged."""
        key = (request.method, request.url, request.body)
        if self.recording and key not in self.answers:
            response = self.wire.send(request, **options)
            kept = {
                name: response.headers[name]
                for name in ("Content-Type", "Set-Cookie", "X-Foresto-Sandbox")
                if name in response.headers
            }
            self.answers[key] = (response.status_code, kept, response.content)
        status, headers, body = self.answers.get(key, (404, {}, b"<html>not here</html>"))
        if key == self.damaged:
            body, more = self.damage
            headers = headers | more
        return self._response(request, status, headers, body)

    def close(self):
        """Nothing is open."""

    def _response(self, request, status, headers, body):
        raw = HTTPResponse(
            io.BytesIO(body),
            headers=headers,
            status=status,
            preload_content=False,
            original_response=_Original(headers),
            request_url=request.url,
        )
        response = requests.Response()
        extract_cookies_to_jar(response.cookies, request, raw)
        response.status_code, response.raw, response.url, response.request = status, raw, request.url, request
        response.headers.update(headers)
        return response


class _Original:
    """What ``requests`` reads cookies from."""

    def __init__(self, headers):
        self.msg = Message()
        for name, value in headers.items():
            self.msg[name] = value

    def close(self):
        """Nothing is open."""

    def isclosed(self):
        """Never open."""
        return True


def mount(session: UpstreamSession, exchanges: Exchanges) -> None:
    """Put ``exchanges`` between ``session`` and the network."""
    session.mount("https://", exchanges)
    session.mount("http://", exchanges)
