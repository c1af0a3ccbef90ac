"""A stand-in on 127.0.0.1 for the upstreams of the Korean market.

Unmodified clients (pykrx, FinanceDataReader, requests …) talk to it through a forward proxy: start it with
:func:`running`, give :meth:`Sandbox.environment` to the client's process before Python starts there. Everything it
serves is synthetic, or recorded, and says so in the response header ``X-Foresto-Sandbox``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from foresto_cli.sandbox import authority, hosts, outbox
from foresto_cli.sandbox.faults import FILE, Faults
from foresto_cli.sandbox.outbox import Outbox
from foresto_cli.sandbox.post_office import PostOffice
from foresto_cli.sandbox.proxy import Desk, Proxy
from foresto_cli.sandbox.wire import Answer, Request
from foresto_cli.sandbox.world import Options, World

if TYPE_CHECKING:
    from foresto_cli.sandbox.market import Market

__all__ = ["Options", "Received", "Sandbox", "running"]

HIDDEN_FIELDS = ("pw",)
"""Passwords are not kept."""


@dataclass(frozen=True)
class Received:
    """One request the sandbox has got: query and form fields together, and the kind of fault it met."""

    host: str
    method: str
    path: str
    fields: dict[str, str]
    fault: str | None


class Sandbox:
    """A running sandbox.

    Attributes:
        port: where the proxy listens on 127.0.0.1.
        faults: what goes wrong; may be changed while running.
        requests: everything received so far, in order.
        outbox: what was sent out through it: mails, Slack messages, pings.
        is_recorded: whether recorded answers are served instead of the synthetic market.
    """

    def __init__(
        self, options: Options, folder: Path, port: int, faults: str, trust: tuple[Path, authority.Certificates]
    ) -> None:
        """Listen at ``port`` (0: any free one); requests are answered only within :func:`running`."""
        self.certificate, certificates = trust
        self.faults = Faults(faults, folder / FILE, options.seed)
        self.requests: list[Received] = []
        self.is_recorded = options.recorded is not None
        self.outbox = Outbox(folder / outbox.FILE)
        self._world = World(options, self.outbox)
        mark = "recorded" if options.recorded else "synthetic"
        self.proxy = Proxy(port, Desk(self._answer, self.faults, self._note, mark, options.latency), certificates)
        self.post_office = PostOffice(self.outbox, self.faults, certificates)
        self.port = self.proxy.port

    @property
    def market(self) -> "Market":
        """Return the synthetic market that is served; made when first needed."""
        return self._world.market

    def environment(self) -> dict[str, str]:
        """Return the variables that lead a client here; they must be set before its Python starts."""
        proxy, certificate = f"http://127.0.0.1:{self.port}", str(self.certificate)
        return {
            **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), proxy),
            **dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"), certificate),
            "NO_PROXY": "",
            "no_proxy": "",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": f"{self.post_office.port}",
        }

    def _answer(self, request: Request) -> Answer:
        return hosts.answer(request, self._world)

    def _note(self, request: Request) -> None:
        fields = {name: "***" if name in HIDDEN_FIELDS else value for name, value in request.fields.items()}
        self.requests.append(Received(request.host, request.method, request.path, fields, request.fault))


@contextmanager
def running(options: Options, folder: Path, *, port: int = 0, faults: str = "") -> Iterator[Sandbox]:
    """Run a sandbox in background threads of this process until the block ends.

    ``folder`` keeps its certificate while it runs, and the faults that outlive it; ``faults`` are for this run only.

    Raises:
        ValueError: ``faults`` is not understood.
        OSError: the port is taken.
    """
    with authority.made(folder) as trust:
        sandbox = Sandbox(options, folder, port, faults, trust)
        threads = [sandbox.proxy.start("foresto-sandbox"), sandbox.post_office.start("foresto-post-office")]
        try:
            yield sandbox
        finally:
            sandbox.post_office.stop()
            sandbox.proxy.stop()
            for thread in threads:
                thread.join(timeout=1)
