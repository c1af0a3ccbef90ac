"""Why the way to an upstream cannot be used: certificates, the proxy, and the variables that name them.

``requests`` and ``urllib3`` wrap such failures several times and call most of them a broken connection. Waiting and
trying again mends none of them, so they are told apart here, with the variable that has to be put right.
"""

import os
import re
import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from requests.utils import should_bypass_proxies

from foresto_cli.errors import ForestoError, NetworkDown, Untrusted

REQUESTS_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables by which ``requests`` finds certificates of its own, the first that is set counts."""
OPENSSL_BUNDLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Variables by which OpenSSL does: mail."""
PROXY_SCHEMES = ("http", "https")
SOCKS_SCHEMES = ("socks4", "socks4a", "socks5", "socks5h")
LOGIN_WANTED = 407
SERVER_ERRORS = range(500, 600)

_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})")


def fault(error: BaseException, label: str, url: str) -> ForestoError | None:
    """Return what is wrong with the way to ``url``, if that is what ``error`` comes from.

    Nothing of the proxy's address is told: it may hold a password.
    """
    chain = list(causes(error))
    if any(isinstance(cause, ssl.SSLError) for cause in chain) or type(error) is OSError:
        stale = bundle_fault(REQUESTS_BUNDLES)
        if stale is not None:
            return stale
    return _proxy_fault(chain, label, url) or certificate_fault(chain, label)


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield ``error`` and everything it was made from, however it was wrapped."""
    seen: set[int] = set()
    left: list[object] = [error]
    while left:
        found = left.pop(0)
        if isinstance(found, BaseException) and id(found) not in seen:
            seen.add(id(found))
            yield found
            left += [found.__cause__, found.__context__, getattr(found, "reason", None), *found.args]


def bundle_fault(variables: Sequence[str]) -> Untrusted | None:
    """Return what is wrong with the first of ``variables`` that is set; None when certificates can be read there."""
    name = next((name for name in variables if os.environ.get(name)), None)
    if name is None:
        return None
    place = Path(os.environ[name])
    try:
        is_folder = place.is_dir()
        if not is_folder and not place.exists():
            return Untrusted(f"{name}={place}: 그런 인증서 파일이 없습니다. 경로를 고치거나 이 환경 변수를 지우세요.")
        if not is_folder:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=place)
    # An empty or damaged file, one we may not read, a path with a NUL in it.
    except (OSError, ValueError):
        return Untrusted(f"{name}={place}: 인증서 파일로 읽을 수 없습니다. 파일을 고치거나 이 환경 변수를 지우세요.")
    return None


def certificate_fault(chain: Sequence[BaseException], label: str) -> Untrusted | None:
    """Return that the other side's certificate cannot be trusted, and why, if that is in ``chain``."""
    for cause in chain:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = (cause.verify_message or f"{cause.reason}").rstrip(".")
            return Untrusted(
                f"{label}: 인증서를 믿을 수 없습니다({why}). 이 컴퓨터의 시각을 확인하고, 회사 프록시나 보안"
                " 프로그램이 연결을 검사한다면 그 CA 파일을 REQUESTS_CA_BUNDLE과 SSL_CERT_FILE에 적으세요."
            )
    return None


def login_wanted(url: str) -> Untrusted:
    """Return that the proxy on the way to ``url`` wants a login."""
    name, _ = _proxy_of(url)
    return Untrusted(f"프록시가 로그인을 요구합니다(407). {name}에 http://이름:비밀번호@주소:포트 꼴로 적으세요.")


def _proxy_fault(chain: Sequence[BaseException], label: str, url: str) -> ForestoError | None:
    name, address = _proxy_of(url)
    if not address:
        return None
    said = " ".join(f"{cause}" for cause in chain)
    tunnel = _TUNNEL.search(said)
    if tunnel is not None:
        return _refused_tunnel(int(tunnel[1]), label, url)
    broken = _broken_proxy(name, address, said)
    if broken is not None or certificate_fault(chain, label) is not None:
        return broken
    # Of a SOCKS proxy that is away urllib3 says what it says of any host.
    away = {"ProxyError", *(("NewConnectionError", "ConnectTimeoutError") if _is_socks(address) else ())}
    if any(type(cause).__name__ in away for cause in chain):
        return NetworkDown(f"{label}: 프록시에 연결할 수 없습니다. {name}의 주소와 네트워크를 확인하세요.")
    return None


def _broken_proxy(name: str, address: str, said: str) -> Untrusted | None:
    # urllib3 needs a further package for SOCKS, and says this and the next in words only.
    if "Missing dependencies for SOCKS support" in said:
        return Untrusted(
            f"{name}의 프록시는 SOCKS라 PySocks가 있어야 합니다."
            " pip install PySocks를 실행하거나 http:// 주소로 바꾸세요."
        )
    if not _is_proxy(address):
        return Untrusted(f"{name}의 프록시 주소를 알아볼 수 없습니다. http://주소:포트 꼴로 고치거나 지우세요.")
    if "proxy appears to only use HTTP" in said:
        return Untrusted(f"{name}의 프록시는 암호화를 하지 않습니다. https://를 http://로 바꾸세요.")
    return None


def _refused_tunnel(status: int, label: str, url: str) -> ForestoError:
    name, _ = _proxy_of(url)
    if status == LOGIN_WANTED:
        return login_wanted(url)
    if status in SERVER_ERRORS:
        return NetworkDown(f"{label}: 프록시가 연결하지 못했습니다({status}). 네트워크를 확인하세요.")
    return Untrusted(
        f"{label}: 프록시가 연결을 거절했습니다({status}). {name}을(를) 확인하거나 프록시 관리자에게 허용을 요청하세요."
    )


def _proxy_of(url: str) -> tuple[str, str]:
    """Return (variable, address) of the proxy for ``url``; of the system's own settings there is no variable."""
    scheme = urlsplit(url).scheme or "https"
    if should_bypass_proxies(url, no_proxy=None):
        return "", ""
    for name in (f"{scheme}_proxy", "all_proxy"):
        for variable in (name, name.upper()):
            if os.environ.get(variable):
                return variable, os.environ[variable]
    found = getproxies()
    return "시스템 설정", found.get(scheme) or found.get("all") or ""


def _is_socks(address: str) -> bool:
    return address.lower().startswith(tuple(f"{scheme}://" for scheme in SOCKS_SCHEMES))


def _is_proxy(address: str) -> bool:
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    is_name = re.fullmatch(r"[A-Za-z0-9_.:%-]+", host) is not None and ".." not in host
    return parts.scheme in (*PROXY_SCHEMES, *SOCKS_SCHEMES) and is_name and port != 0
