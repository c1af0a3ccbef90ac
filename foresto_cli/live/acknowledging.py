"""The only change a page can make: acknowledging an alert, as ``foresto alerts ack`` does."""

import asyncio
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from foresto_cli.app import App
from foresto_cli.errors import StoreUnavailable, UsageError
from foresto_cli.live.answers import Answers
from foresto_cli.live.secrets import Secrets, is_same
from foresto_cli.store.engine import explained
from foresto_cli.telling import alerts
from foresto_cli.views.pages.page import Page, refused

LARGEST_FORM = 2_048
"""Maximum size of a request body, in bytes."""
LARGEST_NUMBER = 2**63 - 1
"""The largest number that PostgreSQL's bigint holds."""


class Acknowledging:
    """Handles the form that acknowledges an alert."""

    def __init__(self, app: App, secrets: Secrets, answers: Answers) -> None:
        """Take the application that may write, and the answers that render refusals."""
        self._app, self._secrets, self._answers = app, secrets, answers

    async def answer(self, request: Request) -> Response:
        """Acknowledge the alert and redirect to the first page, or explain why it was not acknowledged."""
        body = await _body(request)
        if body is None:
            return PlainTextResponse("보낸 것이 너무 큽니다.", 413)
        words = parse_qs(body.decode("latin-1")).get("form", [])
        if len(words) != 1 or not is_same(words[0], self._secrets.form):
            return self._refused(request, refused("오래된 페이지입니다. 새로 고친 뒤 다시 누르세요.", 403))
        number = request.path_params["number"]
        if number > LARGEST_NUMBER:
            return self._refused(request, refused(f"{number}번은 열린 알림이 아닙니다.", 404))
        try:
            await asyncio.to_thread(self._acknowledge, number)
        except UsageError as error:
            return self._refused(request, refused(f"{error}", 404))
        except StoreUnavailable as error:
            return self._refused(request, refused(f"{error}", 503))
        return RedirectResponse("/", 303)

    def _acknowledge(self, number: int) -> None:
        with explained(own=not self._app.is_shared):
            alerts.acknowledge(self._app.engine, number)

    def _refused(self, request: Request, page: Page) -> Response:
        return self._answers.html(page, request.url.path, {})


async def _body(request: Request) -> bytes | None:
    """Return the request body; None when it is larger than :data:`LARGEST_FORM`."""
    body = b""
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST_FORM:
                return None
    except ClientDisconnect:
        return b""
    return body
