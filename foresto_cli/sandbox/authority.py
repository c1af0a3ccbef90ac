"""The sandbox's own certificate authority: made once per folder, trusted by nobody who was not told to."""

import fcntl
import os
import ssl
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import trustme

CERTIFICATE = "ca.pem"
KEY = "ca-key.pem"


def prepare(folder: Path) -> Path:
    """Make sure ``folder`` (0700) holds a CA certificate and its key (0600); return the certificate's path.

    Two processes that start together get the same authority: the first one makes it, the other waits.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    certificate = folder / CERTIFICATE
    if certificate.exists() and (folder / KEY).exists():
        return certificate
    with os.fdopen(os.open(folder / "ca.lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (certificate.exists() and (folder / KEY).exists()):
            import trustme

            authority = trustme.CA(organization_name="foresto sandbox")
            _write(folder / KEY, authority.private_key_pem.bytes())
            _write(certificate, authority.cert_pem.bytes())
    return certificate


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.touch(mode=0o600)
    partial.write_bytes(content)
    partial.replace(path)


class Certificates:
    """TLS contexts for the host names clients ask for, made on demand and kept in memory."""

    def __init__(self, folder: Path) -> None:
        """Use the authority that :func:`prepare` left in ``folder``; it is read at the first TLS connection."""
        self._folder = folder
        self._authority: trustme.CA | None = None
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = Lock()

    def context(self, host: str) -> ssl.SSLContext:
        """Return a server context with a certificate for ``host``."""
        with self._lock:
            if host not in self._contexts:
                if self._authority is None:
                    import trustme

                    self._authority = trustme.CA.from_pem(
                        (self._folder / CERTIFICATE).read_bytes(), (self._folder / KEY).read_bytes()
                    )
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.set_alpn_protocols(["http/1.1"])
                self._authority.issue_cert(host).configure_cert(context)
                self._contexts[host] = context
            return self._contexts[host]
