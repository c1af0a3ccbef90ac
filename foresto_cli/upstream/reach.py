"""Whether this machine has a network at all: one connection is opened, nothing is asked."""

import contextlib
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit
from urllib.request import getproxies

from requests.utils import select_proxy, should_bypass_proxies

HOSTS = ("opendart.fss.or.kr", "apis.data.go.kr", "data-dbg.krx.co.kr", "raw.githubusercontent.com")
"""Of our upstreams; one that answers is enough."""
HTTPS = 443
PATIENCE_SECONDS = 3


def is_up(hosts: Sequence[str] = HOSTS) -> bool:
    """Say whether any of ``hosts`` can be connected to, by the operator's proxy where there is one."""
    return any(_answers(*_next_hop(host)) for host in hosts)


def _next_hop(host: str) -> tuple[str, int]:
    url = f"https://{host}/"
    proxy = None if should_bypass_proxies(url, no_proxy=None) else select_proxy(url, getproxies())
    if not proxy:
        return host, HTTPS
    with contextlib.suppress(ValueError):
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        return parts.hostname or host, parts.port or HTTPS
    # An address that is none leads nowhere.
    return "", HTTPS


def _answers(host: str, port: int) -> bool:
    if not host:
        return False
    try:
        socket.create_connection((host, port), PATIENCE_SECONDS).close()
    except (OSError, UnicodeError):
        return False
    return True
