"""The sandbox's mail server: takes every mail on 127.0.0.1 and delivers none; STARTTLS and AUTH as a real one has them.

Faults at host ``smtp`` strike when a connection is made: ``timeout`` never greets, ``reset`` and ``half`` hang up,
``429`` and ``5xx`` refuse for now (421), ``unauthorized`` refuses the password (535), ``404`` refuses recipients (550).
"""

import base64
import email
import email.policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler

from foresto_cli.sandbox.authority import Certificates
from foresto_cli.sandbox.faults import Faults
from foresto_cli.sandbox.listening import Listener
from foresto_cli.sandbox.outbox import Outbox, Sent
from foresto_cli.sandbox.wire import MARK, Request

HOST = "smtp"
LONGEST_LINE = 65_536
HANGS_UP = ("reset", "half", "empty")
REFUSES_FOR_NOW = ("429", "500", "502", "503", "html")
USER, PASSWORD = "sandbox-mail", "sandbox-mail-password"


class PostOffice(Listener):
    """Listens for mail at a free port."""

    def __init__(self, outbox: Outbox, faults: Faults, certificates: Certificates) -> None:
        """Take the port; nobody is answered before :meth:`start`."""
        super().__init__(0, _Clerk)
        self.outbox, self.faults, self.certificates = outbox, faults, certificates


class _Clerk(StreamRequestHandler):
    """Speaks SMTP with one client."""

    server: PostOffice
    timeout = 60
    recipients: list[str]
    fault: str
    is_secure: bool

    def handle(self) -> None:
        self.recipients, self.is_secure = [], False
        met = self.server.faults.meet(Request("smtp", "MAIL", HOST, "/", "", {}, b""))
        self.fault = met.kind if met else ""
        if self.fault == "timeout":
            self.server.stopping.wait(self.timeout)
        elif self.fault in REFUSES_FOR_NOW:
            self._say("421 4.3.2 try again later")
        elif self.fault not in HANGS_UP:
            self._say(f"220 sandbox.example ESMTP foresto sandbox {MARK}")
            self._talk()

    def finish(self) -> None:
        super().finish()
        if self.connection is not self.request:
            # The base class knows only the plain socket that TLS took over.
            self.connection.close()

    def _talk(self) -> None:
        answers = {
            "EHLO": self._ehlo,
            "STARTTLS": self._secure,
            "AUTH": self._log_in,
            "RCPT": self._recipient,
            "DATA": self._data,
        }
        while line := self.rfile.readline(LONGEST_LINE).decode("utf-8", "replace").strip():
            word, _, rest = line.partition(" ")
            if word.upper() == "QUIT":
                self._say("221 2.0.0 bye")
                return
            answer = answers.get(word.upper())
            if answer is None:
                self._say("250 2.0.0 ok")
            else:
                answer(rest)

    def _ehlo(self, _: str) -> None:
        self._say("250-sandbox.example")
        self._say(f"250-{MARK}")
        self._say("250-AUTH PLAIN LOGIN" if self.is_secure else "250-STARTTLS")
        self._say("250 SMTPUTF8")

    def _secure(self, _: str) -> None:
        self._say("220 2.0.0 go ahead")
        context = self.server.certificates.context("127.0.0.1")
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.is_secure = True

    def _log_in(self, rest: str) -> None:
        mechanism, _, given = rest.partition(" ")
        if mechanism.upper() == "LOGIN":
            user = given or self._ask("VXNlcm5hbWU6")
            said = [_plain(user), _plain(self._ask("UGFzc3dvcmQ6"))]
        else:
            said = _plain(given or self._ask("")).split("\0")[1:]
        right = said == [USER, PASSWORD] and self.fault != "unauthorized"
        self._say("235 2.7.0 welcome" if right else "535 5.7.8 wrong name or password")

    def _recipient(self, rest: str) -> None:
        if self.fault == "404":
            self._say("550 5.1.1 no such mailbox")
            return
        self.recipients.append(rest.partition("<")[2].partition(">")[0])
        self._say("250 2.1.5 ok")

    def _data(self, _: str) -> None:
        self._say("354 end with a dot")
        lines = []
        while (line := self.rfile.readline(LONGEST_LINE)) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self._keep(b"".join(lines))
        self.recipients = []
        self._say("250 2.0.0 kept")

    def _keep(self, raw: bytes) -> None:
        message = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)
        parts = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
        texts = {kind: part.get_content() if part is not None else "" for kind, part in parts.items()}
        self.server.outbox.keep(
            Sent(
                "mail",
                self.recipients,
                f"{message['subject']}",
                texts["plain"],
                texts["html"],
                raw.decode("utf-8", "replace"),
            )
        )

    def _ask(self, challenge: str) -> str:
        self._say(f"334 {challenge}")
        return self.rfile.readline(LONGEST_LINE).decode("ascii", "replace").strip()

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode("ascii"))


def _plain(encoded: str) -> str:
    return base64.b64decode(encoded).decode("utf-8", "replace")
