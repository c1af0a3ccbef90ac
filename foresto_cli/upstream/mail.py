"""Mail through the operator's SMTP server: TLS, time limits, pace, a daily budget, and no secret in any message."""

import smtplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr, make_msgid, parseaddr
from typing import TYPE_CHECKING, Any

from foresto_cli import clock, harmless
from foresto_cli.errors import AuthFailed, ConfigError, ForestoError, NetworkDown, RateLimited, Transient
from foresto_cli.upstream import _line, worlds
from foresto_cli.upstream._deadline import deadline
from foresto_cli.upstream.transport import Transport

if TYPE_CHECKING:
    from email.message import Message

LABEL = "메일 서버"
NAME = "smtp"
DAILY_BUDGET = 500
"""Mails a day; what personal accounts are commonly allowed."""
PACE_SECONDS = 1.0
LONGEST_HEADER = 500
STEP_SECONDS = 20.0
TOTAL_SECONDS = 60.0
TLS_FROM_THE_START = 465
LOOPBACK = ("localhost", "127.0.0.1", "::1")
TRY_LATER = range(400, 500)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One mail.

    Attributes:
        to: addresses; all of them see each other, so mails to strangers are one letter each.
        subject: one line.
        text: the plain text.
        html: the same for mail clients that show HTML.
        headers: further headers, such as ``List-Unsubscribe``.
    """

    to: Sequence[str]
    subject: str
    text: str
    html: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Server:
    """The operator's mail server and who writes."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


class _Greeted(smtplib.SMTP):
    """Keeps the greeting, which says whose server it is."""

    greeting = b""

    def connect(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        code, self.greeting = super().connect(*arguments, **options)
        return code, self.greeting


class _GreetedTls(_Greeted, smtplib.SMTP_SSL):
    pass


class Mail:
    """Sends letters, each over a connection of its own.

    With port 465 the connection is TLS from the start, otherwise STARTTLS. Without TLS a password is sent to nobody.
    """

    def __init__(self, server: Server, transport: Transport) -> None:
        """Remember the server; nothing is sent yet."""
        self._server = server
        self._transport = transport
        self._world = transport.world
        self._patience = transport.patience

    @property
    def sender(self) -> str:
        """Return who writes."""
        return self._server.sender

    def send(self, letter: Letter) -> list[str]:
        """Send one letter and return the recipients that the server refused while it took the others.

        Raises:
            AuthFailed: the password was refused.
            Untrusted: the certificate, or the server is of the other world; nothing was told to it.
            ConfigError: the server cannot do TLS, or refuses sender or every recipient.
            RateLimited, Transient, NetworkDown: not now; nothing was sent.
            QuotaSpent: as many mails as allowed were sent today.
        """
        message = compose(letter, self._server.sender)
        self._transport.limits.spend(NAME, DAILY_BUDGET)
        self._transport.wait_for_turn(NAME, PACE_SECONDS)
        with deadline(TOTAL_SECONDS * self._patience) as limit, self._explained(), self._connected() as connection:
            limit.socket = connection.sock
            refused = connection.send_message(message, to_addrs=list(letter.to))
        return sorted(refused)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server, timeout = self._server, STEP_SECONDS * self._patience
        secure = ssl.create_default_context()
        if server.port == TLS_FROM_THE_START:
            connection: _Greeted = _GreetedTls(server.host, server.port, timeout=timeout, context=secure)
        else:
            connection = _Greeted(server.host, server.port, timeout=timeout)
        with connection:
            self._check_world(connection)
            if server.port != TLS_FROM_THE_START:
                if connection.has_extn("starttls"):
                    connection.starttls(context=secure)
                    self._check_world(connection)
                elif server.host not in LOOPBACK or server.password:
                    raise ConfigError(
                        f"{LABEL} {server.host}:{server.port}는 암호화(STARTTLS)를 하지 않습니다."
                        " SMTP_PORT를 587이나 465로 바꾸세요."
                    )
            if server.user and server.password:
                connection.login(server.user, server.password)
            yield connection

    def _check_world(self, connection: "_Greeted") -> None:
        connection.ehlo_or_helo_if_needed()
        said = connection.greeting + (connection.ehlo_resp or b"") + (connection.helo_resp or b"")
        worlds.check(self._world, LABEL, is_marked=worlds.MARK.lower().encode() in said.lower())

    @contextmanager
    def _explained(self) -> Iterator[None]:
        # What a server says may repeat addresses or names, so only its code is told.
        try:
            yield
        except smtplib.SMTPAuthenticationError as error:
            refused = AuthFailed(
                f"{LABEL}가 로그인을 거절했습니다({error.smtp_code})."
                " SMTP_USER와 SMTP_PASSWORD(앱 비밀번호)를 확인하세요."
            )
            raise refused from None
        except smtplib.SMTPRecipientsRefused as error:
            codes = {code for code, _ in error.recipients.values()}
            raise self._refusal(max(codes), "받는 주소") from None
        except smtplib.SMTPResponseException as error:
            raise self._refusal(error.smtp_code, "메일") from None
        except smtplib.SMTPNotSupportedError:
            raise ConfigError(f"{LABEL}가 이 메일에 필요한 기능을 지원하지 않습니다. 다른 서버를 쓰세요.") from None
        except ssl.SSLCertVerificationError as error:
            stale = _line.bundle_fault(_line.OPENSSL_BUNDLES)
            raise stale or _line.certificate_fault([error], LABEL) or self._broken(error) from None
        except TimeoutError:
            raise Transient(f"{LABEL}: 제한 시간 안에 답이 없습니다.") from None
        except (smtplib.SMTPException, OSError) as error:
            raise self._broken(error) from None
        # A host name or a password that cannot be encoded, a reply that no library foresaw.
        except (ValueError, TypeError, LookupError) as error:
            raise ConfigError(
                f"{LABEL}에 보낼 수 없는 값이 있습니다({type(error).__name__})."
                " SMTP_HOST, SMTP_USER, SMTP_PASSWORD에 적은 글자를 확인하세요."
            ) from None

    def _broken(self, error: Exception) -> NetworkDown:
        return NetworkDown(
            f"{LABEL}에 연결할 수 없거나 연결이 끊겼습니다({type(error).__name__})."
            " SMTP_HOST, SMTP_PORT와 네트워크를 확인하세요."
        )

    def _refusal(self, code: int, what: str) -> ForestoError:
        if code in TRY_LATER:
            return RateLimited(f"{LABEL}가 지금은 받지 않습니다({code}). 다음 실행에서 다시 보냅니다.")
        return ConfigError(f"{LABEL}가 {what}를 거절했습니다({code}). SMTP_FROM과 받는 주소를 확인하세요.")


def compose(letter: Letter, sender: str) -> "Message[Any, Any]":
    """Return the letter as a message: plain text first, HTML as the alternative, line breaks taken out of headers."""
    message: Message[Any, Any] = MIMEText(harmless.lines(letter.text), "plain", "utf-8")
    if letter.html is not None:
        message = MIMEMultipart(
            "alternative", _subparts=[message, MIMEText(harmless.lines(letter.html), "html", "utf-8")]
        )
    # Not EmailMessage: up to Python 3.12 it drops a blank where it breaks a long Korean header.
    name, address = parseaddr(sender)
    message["From"] = formataddr((name, address))
    message["To"] = ", ".join(letter.to)
    message["Subject"] = _header("Subject", letter.subject)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=address.partition("@")[2] or "foresto.invalid")
    for header, value in letter.headers.items():
        message[header] = _header(header, value)
    return message


def _header(name: str, value: str) -> str | Header:
    plain = " ".join(harmless.line(value, LONGEST_HEADER).split())
    return plain if plain.isascii() else Header(plain, "utf-8", header_name=name)


def addresses(given: str | None) -> list[str]:
    """Return the mail addresses in a setting, separated by commas, semicolons or blanks.

    Raises:
        ConfigError: one of them is no address.
    """
    found = (given or "").replace(",", " ").replace(";", " ").split()
    wrong = [address for address in found if not parseaddr(address)[1] or "@" not in address.strip("@")]
    if wrong:
        raise ConfigError(f"{wrong[0]}: 메일 주소가 아닙니다. 이름@도메인 꼴로 적으세요.")
    return found
