"""Turns the result of a page's function into an HTTP response; a refusal becomes a page that gives the reason."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

import foresto_cli
from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.errors import ConfigError, StoreUnavailable, UsageError
from foresto_cli.live.routes import ROUTES, Route, RouteOfApp
from foresto_cli.live.secrets import Secrets
from foresto_cli.store.engine import explained
from foresto_cli.views.pages.page import Answer, Asked, Page, refused
from foresto_cli.views.templating import filled

AT_ONCE = 3
"""How many pages may be read from the database at the same time; further requests wait."""
PATIENCE = 20.0
"""Seconds that a request waits for its turn."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Site:
    """The values of the layout that surrounds every page.

    Attributes:
        pages: (path, label) of each page in the navigation.
        here: path of this page.
        form: the secret that every form has to send.
        is_sandbox: True when the numbers are synthetic.
        version: foresto's version.
        asked: the text in the search box.
    """

    pages: tuple[tuple[str, str], ...]
    here: str
    form: str
    is_sandbox: bool
    version: str
    asked: str = ""


class Answers:
    """Renders pages, a few at a time."""

    def __init__(self, app: App, secrets: Secrets) -> None:
        """Take the application, which must not write."""
        self._app, self._secrets = app, secrets
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._navigation = tuple((route.path, route.label) for route in ROUTES if route.label)

    @property
    def engine(self) -> Engine:
        """Return the engine that can only read."""
        return self._app.engine

    def endpoint(self, route: Route | RouteOfApp) -> Callable[[Request], Awaitable[Response]]:
        """Return the Starlette endpoint of ``route``."""

        async def answer(request: Request) -> Response:
            asked = {**request.query_params, **request.path_params}
            try:
                await asyncio.wait_for(self._turns.acquire(), PATIENCE)
            except TimeoutError:
                return self.html(refused("지금 보는 페이지가 많습니다. 잠시 뒤 새로 고치세요.", 503), route.path, asked)
            try:
                return await run_in_threadpool(self._response, route, asked)
            finally:
                self._turns.release()

        return answer

    def html(self, page: Page, here: str, asked: Asked) -> HTMLResponse:
        """Return ``page`` inside the layout, as a response."""
        site = Site(
            self._navigation,
            here,
            self._secrets.form,
            self._app.sandbox is not None,
            foresto_cli.__version__,
            asked.get("q", ""),
        )
        values: Mapping[str, object] = page.values
        return HTMLResponse(filled(f"pages/{page.template}", title=page.title, site=site, **values), page.status)

    def _response(self, route: Route | RouteOfApp, asked: Asked) -> Response:
        answer = self._answer(route, asked)
        return self.html(answer, route.path, asked) if isinstance(answer, Page) else RedirectResponse(answer.path, 303)

    def _answer(self, route: Route | RouteOfApp, asked: Asked) -> Answer:
        try:
            check_letters(asked)
            with explained(own=not self._app.is_shared):
                if isinstance(route, RouteOfApp):
                    return route.page(self._app, asked, self._secrets.form)
                with self._app.engine.connect() as connection:
                    return route.page(connection, asked, clock.today())
        except UsageError as error:
            return refused(f"{error}")
        except ConfigError as error:
            return refused(f"{error}", 409)
        except StoreUnavailable as error:
            log.warning("%s: %s", route.path, error)
            return refused(f"{error}", 503)


def check_letters(asked: Asked) -> None:
    """Refuse an address with a NUL character, which PostgreSQL cannot take.

    Raises:
        UsageError: there is one.
    """
    if any("\0" in word for pair in asked.items() for word in pair):
        raise UsageError("쓸 수 없는 글자가 있습니다.")
