"""A transport for ``requests`` that shakes hands as a browser does: BoringSSL through curl_cffi instead of OpenSSL.

Some servers look at the TLS handshake and refuse Python's own, whatever the rate and whatever the browser's name in the
headers. Only the exchange itself is different here: which hosts, how often, cookies, redirects, proxies and
certificates stay with the session that this is mounted on, and curl's own memory of all that is switched off.
"""

import http.client
import io
import math
import ssl
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, select_proxy
from urllib3 import HTTPHeaderDict, HTTPResponse

from foresto_cli.errors import BadPayload
from foresto_cli.upstream.policy import Policy

if TYPE_CHECKING:
    from curl_cffi.requests import Response
    from curl_cffi.requests.exceptions import RequestException

BROWSER = "chrome"
"""What curl_cffi takes as "the newest Chrome it knows"."""
SENT = ("Cookie", "Content-Type", "Referer")
"""Headers that come from the session; all others are the browser's, in its order."""
OF_THE_LINE = {"content-encoding", "content-length", "transfer-encoding"}
"""Headers that curl has dealt with before the body is seen."""

Answer = TypeVar("Answer")


class BrowserAdapter(HTTPAdapter):
    """Sends what its session prepared, in the guise of :data:`BROWSER`."""

    def __init__(self, policy: Policy, patience: float) -> None:
        """Take the time limits and the largest answer from ``policy``; curl is loaded at the first request."""
        super().__init__()
        self._policy = policy
        self._patience = patience
        self._one_at_a_time = threading.Lock()
        self._curl: Any = None

    def send(  # noqa: PLR0913, PLR0917  # requests' own signature
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002, FBT001, FBT002  # as above
        timeout: object = None,  # noqa: ARG002  # the policy's hold
        verify: bool | str = True,  # noqa: FBT001, FBT002  # as above
        cert: object = None,  # noqa: ARG002  # nobody has one
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send ``request`` and return the whole answer, unpacked.

        Raises:
            requests.RequestException: as ``requests`` itself would.
            OSError: there are no certificates where they are looked for.
            BadPayload: the answer is larger than the policy allows.
        """
        certificates = DEFAULT_CA_BUNDLE_PATH if verify is True else str(verify)
        if not Path(certificates).exists():
            raise OSError(f"no certificates at {certificates}")
        proxy = select_proxy(request.url or "", dict(proxies or {})) or ""
        if proxy and "://" not in proxy:
            proxy = f"http://{proxy}"
        with self._one_at_a_time:
            answer, body = _interruptibly(lambda: self._exchange(request, certificates, proxy))
        return self._as_response(request, answer, body)

    def _exchange(self, request: requests.PreparedRequest, certificates: str, proxy: str) -> tuple[Any, bytes]:
        import curl_cffi.requests as curl

        if self._curl is None:
            # One handle for all threads, which take turns; one per thread would shake hands for each request.
            self._curl = curl.Session(impersonate=BROWSER, use_thread_local_curl=False, discard_cookies=True)
        self._curl.curl_options = self._options(certificates, proxy)
        body = bytearray()

        def keep(piece: bytes) -> int:
            body.extend(piece)
            if len(body) > self._policy.largest:
                raise BadPayload(f"{self._policy.label}: 응답이 {self._policy.largest // 1_000_000} MB를 넘습니다.")
            return len(piece)

        try:
            answer = self._curl.request(
                request.method,
                request.url,
                data=request.body,
                headers={name: request.headers[name] for name in SENT if name in request.headers},
                timeout=self._policy.total_timeout * self._patience,
                allow_redirects=False,
                verify=certificates,
                content_callback=keep,
                quote=False,
            )
        except curl.exceptions.RequestException as error:
            raise _as_requests_says(error, proxy) from None
        return answer, bytes(body)

    def _options(self, certificates: str, proxy: str) -> dict[Any, Any]:
        """Return what curl_cffi's own arguments cannot say, and would otherwise take from the environment."""
        from curl_cffi import CurlOpt

        policy, patience = self._policy, self._patience
        options: dict[Any, Any] = {
            CurlOpt.CONNECTTIMEOUT_MS: math.ceil(policy.connect_timeout * patience * 1_000),
            CurlOpt.LOW_SPEED_LIMIT: 1,
            CurlOpt.LOW_SPEED_TIME: math.ceil(policy.read_timeout * patience),
            CurlOpt.PROXY: proxy,
            CurlOpt.NOPROXY: "",
            CurlOpt.HTTPPROXYTUNNEL: int(proxy.startswith("http")),
        }
        return options | ({CurlOpt.CAPATH: certificates} if Path(certificates).is_dir() else {})

    def _as_response(self, request: requests.PreparedRequest, answer: "Response", body: bytes) -> requests.Response:
        headers, message = HTTPHeaderDict(), http.client.HTTPMessage()
        for name, value in answer.headers.multi_items():
            if name.lower() not in OF_THE_LINE:
                headers.add(name, value or "")
                message.add_header(name, value or "")
        # The jar of requests reads cookies from the message that http.client would have left there.
        original: Any = SimpleNamespace(msg=message, isclosed=lambda: True, close=lambda: None)
        raw = HTTPResponse(
            body=io.BytesIO(body),
            headers=headers,
            status=answer.status_code,
            reason=answer.reason,
            preload_content=False,
            original_response=original,
        )
        return self.build_response(request, raw)


def _interruptibly(ask: Callable[[], Answer]) -> Answer:
    """Return what ``ask`` returns; meanwhile this thread hears signals, which it does not while it is inside curl."""
    answers: list[Answer] = []
    failures: list[Exception] = []

    def work() -> None:
        try:
            answers.append(ask())
        except Exception as error:  # noqa: BLE001  # raised again, in the thread that asked
            failures.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return answers[0]


def _as_requests_says(error: "RequestException", proxy: str) -> Exception:
    """Return what ``requests`` would have raised, so that it is told in the same words."""
    from curl_cffi.const import CurlECode

    said, kinds = str(error), requests.exceptions
    if error.code == CurlECode.PEER_FAILED_VERIFICATION:
        why = ssl.SSLCertVerificationError(1, said)
        why.verify_message = said.partition(". See https")[0].partition(") ")[2]
        return kinds.SSLError(why)
    if error.code == CurlECode.SSL_CACERT_BADFILE:
        return OSError("no certificates in the file")
    if "CONNECT tunnel failed" in said:
        return kinds.ProxyError("Tunnel connection failed: " + said.partition("response ")[2][:3])
    of_its_own: dict[int, type[Exception]] = {
        CurlECode.PARTIAL_FILE: kinds.ChunkedEncodingError,
        CurlECode.BAD_CONTENT_ENCODING: kinds.ContentDecodingError,
        CurlECode.HTTP2: kinds.ConnectionError,
        CurlECode.HTTP2_STREAM: kinds.ConnectionError,
        CurlECode.COULDNT_CONNECT: kinds.ProxyError if proxy else kinds.ConnectionError,
    }
    # curl_cffi names its errors as requests does, with some more below them.
    alike = (getattr(kinds, kind.__name__, None) for kind in type(error).__mro__)
    known: type[Exception] = of_its_own.get(error.code) or next(filter(None, alike))
    return known(said)
