"""The sandbox's own certificate authority: made for one run, valid for days, trusted by nobody who was not told to.

Its key is in this process's memory and nowhere else. Its certificate is a file, for clients to trust while the sandbox
runs; the file is locked as long, so that whoever starts next knows what a killed one has left, and removes it.
"""

import fcntl
import os
import secrets
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import trustme

DAYS_VALID = 7
EARLIER = ("ca.pem", "ca-key.pem", "ca.lock")
"""An authority that was valid for ever, of earlier versions."""


@contextmanager
def made(folder: Path) -> Iterator[tuple[Path, "Certificates"]]:
    """Yield the path of the certificate in ``folder`` and what speaks TLS in its name; the file goes with the block."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _clear(folder)
    authority = _short_lived()
    with ExitStack() as stack:
        try:
            certificate = stack.enter_context(_kept(folder, authority.cert_pem.bytes()))
        except OSError:
            # A rehearsal of a full disk needs its certificate elsewhere.
            elsewhere = Path(stack.enter_context(TemporaryDirectory(prefix="foresto-sandbox-")))
            certificate = stack.enter_context(_kept(elsewhere, authority.cert_pem.bytes()))
        yield certificate, Certificates(authority)


@contextmanager
def _kept(folder: Path, content: bytes) -> Iterator[Path]:
    certificate = folder / f"ca-{secrets.token_hex(8)}.pem"
    descriptor = os.open(certificate, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, content)
        yield certificate
    finally:
        certificate.unlink(missing_ok=True)
        os.close(descriptor)


def _clear(folder: Path) -> None:
    """Remove the certificates of sandboxes that run no more."""
    for name in EARLIER:
        with suppress(OSError):
            (folder / name).unlink(missing_ok=True)
    for certificate in folder.glob("ca-*.pem"):
        with suppress(OSError):
            descriptor = os.open(certificate, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # One that was made a moment ago is locked a moment later.
                if os.fstat(descriptor).st_size:
                    certificate.unlink(missing_ok=True)
            finally:
                os.close(descriptor)


def _short_lived() -> "trustme.CA":
    """Return an authority that ends after :data:`DAYS_VALID`; trustme's own are valid until the year 3000."""
    import trustme
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

    made = trustme.CA(organization_name="foresto sandbox")
    before = x509.load_pem_x509_certificate(made.cert_pem.bytes())
    key = serialization.load_pem_private_key(made.private_key_pem.bytes(), None)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise TypeError(f"trustme made a {type(key).__name__}")
    now = datetime.now(UTC)  # of this machine, by which its clients judge
    certificate = x509.CertificateBuilder(
        issuer_name=before.issuer,
        subject_name=before.subject,
        public_key=key.public_key(),
        serial_number=before.serial_number,
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + timedelta(days=DAYS_VALID),
        extensions=list(before.extensions),
    ).sign(key, hashes.SHA256())
    return trustme.CA.from_pem(certificate.public_bytes(serialization.Encoding.PEM), made.private_key_pem.bytes())


class Certificates:
    """TLS contexts for the host names clients ask for, made on demand and kept in memory."""

    def __init__(self, authority: "trustme.CA") -> None:
        """Let ``authority`` vouch for every name."""
        self._authority = authority
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = Lock()

    def context(self, host: str) -> ssl.SSLContext:
        """Return a server context with a certificate for ``host``."""
        with self._lock:
            if host not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.set_alpn_protocols(["http/1.1"])
                until = datetime.now(UTC) + timedelta(days=DAYS_VALID)
                self._authority.issue_cert(host, not_after=until).configure_cert(context)
                self._contexts[host] = context
            return self._contexts[host]
