"""Decides which requests are answered: only those of a browser on this machine that has opened the token's address.

A website that the operator visits can send requests to 127.0.0.1, and can make its own name resolve to 127.0.0.1 (DNS
rebinding). Therefore the ``Host`` header has to name this server, a cookie is required that is set only in exchange
for the token, and a POST has to come from one of this server's own pages.
"""

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from foresto_cli.live.secrets import Secrets, is_same

LONGEST_ADDRESS = 4_096
"""Maximum bytes of path and query; the longest condition is 2,000 characters."""
LARGEST_HEAD = 16 * 1024
"""Maximum bytes of a request's headers."""
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
    " object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": with it browsers send "Origin: null" for this server's own forms too.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NO_ENTRY = (
    "들어올 수 없습니다. foresto dashboard --serve가 보여 준 주소(?token=…)로 여세요.\n"
    "방금 그 주소로 열었다면 이 페이지를 새로 고치세요."
)


class Guard:
    """ASGI middleware that refuses requests without the cookie and adds the security headers."""

    def __init__(self, pages: ASGIApp, secrets: Secrets, port: int) -> None:
        """Take the application behind the guard, the secrets, and the port of the server."""
        self._pages, self._secrets = pages, secrets
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
        self._cookie = f"foresto_{port}"  # cookies are shared by all ports of a host, and two servers may run

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        refused = self._refused(scope)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await (refused or self._pages)(scope, receive, guarded)

    def _refused(self, scope: Scope) -> Response | None:
        """Return the response of a refused request; None when the request is let through."""
        headers = Headers(scope=scope)
        hosts, query = headers.getlist("host"), scope["query_string"]
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return PlainTextResponse("이 이름으로는 답하지 않습니다.", 421)
        if len(scope["raw_path"]) + len(query) > LONGEST_ADDRESS:
            return PlainTextResponse("주소가 너무 깁니다.", 414)
        if sum(len(name) + len(value) for name, value in scope["headers"]) > LARGEST_HEAD:
            return PlainTextResponse("요청이 너무 깁니다.", 431)
        if scope["method"] == "POST":
            return self._without_cookie(headers) or _from_elsewhere(headers)
        if scope["method"] not in {"GET", "HEAD"}:
            return PlainTextResponse("할 수 없는 요청입니다.", 405, {"Allow": "GET, HEAD, POST"})
        return (self._entered(scope) if b"token=" in query else None) or self._without_cookie(headers)

    def _without_cookie(self, headers: Headers) -> Response | None:
        return None if is_same(self._shown(headers), self._secrets.cookie) else PlainTextResponse(NO_ENTRY, 401)

    def _entered(self, scope: Scope) -> Response | None:
        """Return a redirect to the same address without the token, which sets the cookie; None for a wrong token."""
        asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        tokens = [value for name, value in asked if name == "token"]
        if len(tokens) != 1 or not is_same(tokens[0], self._secrets.token):
            return None
        rest = urlencode([(name, value) for name, value in asked if name != "token"])
        path = "/" + scope["path"].lstrip("/")  # two slashes would name another host
        response = RedirectResponse(path + (f"?{rest}" if rest else ""), 303)
        response.set_cookie(self._cookie, self._secrets.cookie, httponly=True, samesite="strict", path="/")
        return response

    def _shown(self, headers: Headers) -> str:
        cookies: SimpleCookie = SimpleCookie()
        try:
            cookies.load("; ".join(headers.getlist("cookie")))
        except CookieError:
            return ""
        found = cookies.get(self._cookie)
        return "" if found is None else found.value


def _from_elsewhere(headers: Headers) -> Response | None:
    """Return the refusal of a form that another site sent; None when it came from this server's pages."""
    is_ours = headers.getlist("origin") == [f"http://{headers['host']}"]
    if is_ours and headers.get("sec-fetch-site", "same-origin") == "same-origin":
        return None
    return PlainTextResponse("다른 곳에서 온 요청입니다.", 403)
