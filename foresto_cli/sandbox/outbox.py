"""What commands sent out through the sandbox: mails, Slack messages, pings; nothing of it leaves the machine."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock

from foresto_cli import clock

FILE = "outbox.jsonl"
PRIVATE_FILE = 0o600


@dataclass(frozen=True)
class Sent:
    """One thing that was sent.

    Attributes:
        channel: ``mail``, ``slack`` or ``ping``.
        to: recipients of a mail, the channel's path otherwise (without its secret part).
        subject: of a mail; first line of a message.
        text: the plain text.
        html: the HTML part of a mail.
        raw: a mail as it came over the wire.
        at: when, KST wall time of the sender.
    """

    channel: str
    to: list[str]
    subject: str
    text: str
    html: str = ""
    raw: str = field(default="", repr=False)
    at: str = field(default_factory=lambda: f"{clock.wall():%Y-%m-%d %H:%M:%S}")


class Outbox:
    """Keeps what was sent, in memory for this run and in a file for whoever looks later."""

    def __init__(self, path: Path) -> None:
        """Append to the JSON lines at ``path``, readable by its owner only."""
        self.items: list[Sent] = []
        self._path = path
        self._lock = Lock()

    def keep(self, sent: Sent) -> None:
        """Remember one message."""
        with self._lock:
            self.items.append(sent)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
            descriptor = os.open(self._path, flags, PRIVATE_FILE)
            with os.fdopen(descriptor, "a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(sent), ensure_ascii=False) + "\n")


def load(path: Path) -> list[Sent]:
    """Return everything kept at ``path``, oldest first; nothing if there is no such file."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [Sent(**json.loads(line)) for line in lines]
