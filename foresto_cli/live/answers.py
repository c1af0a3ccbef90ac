"""A page's function becomes an HTTP answer; what it refuses becomes a page that says why."""

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
"""Pages that are read from the database at the same time; the others wait."""
PATIENCE = 20.0
"""Seconds that a page waits for its turn."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Site:
    """What stands around every page, and in its forms.

    Attributes:
        pages: (path, label) of the navigation.
        here: path of this page.
        form: the word that every form has to send.
        is_sandbox: the numbers are synthetic.
        version: of foresto.
        asked: what the search box holds.
    """

    pages: tuple[tuple[str, str], ...]
    here: str
    form: str
    is_sandbox: bool
    version: str
    asked: str = ""


class Answers:
    """Answers by pages, a few at a time."""

    def __init__(self, app: App, secrets: Secrets) -> None:
        """Take the application, which must not write."""
        self._app, self._secrets = app, secrets
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._navigation = tuple((route.path, route.label) for route in ROUTES if route.label)

    @property
    def engine(self) -> Engine:
        """Return the database for reading."""
        return self._app.engine

    def endpoint(self, route: Route | RouteOfApp) -> Callable[[Request], Awaitable[Response]]:
        """Return what answers requests for ``route``."""

        async def answer(request: Request) -> Response:
            asked = {**request.query_params, **request.path_params}
            try:
                await asyncio.wait_for(self._turns.acquire(), PATIENCE)
            except TimeoutError:
                return self.html(refused("지금 보는 페이지가 많습니다. 잠시 뒤 새로 고치세요.", 503), route.path, asked)
            try:
                found, written = await run_in_threadpool(self._written, route, asked)
            finally:
                self._turns.release()
            return RedirectResponse(found, 303) if written is None else HTMLResponse(*written)

        return answer

    def html(self, page: Page, here: str, asked: Asked) -> HTMLResponse:
        """Return ``page`` as an answer."""
        return HTMLResponse(*self._html(page, here, asked))

    def _written(self, route: Route | RouteOfApp, asked: Asked) -> tuple[str, tuple[str, int] | None]:
        """Return where it stands otherwise, or the page and its status."""
        answer = self._asked(route, asked)
        if isinstance(answer, Page):
            return "", self._html(answer, route.path, asked)
        return answer.path, None

    def _asked(self, route: Route | RouteOfApp, asked: Asked) -> Answer:
        if any("\0" in word for pair in asked.items() for word in pair):
            return refused("쓸 수 없는 글자가 있습니다.")
        try:
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

    def _html(self, page: Page, here: str, asked: Asked) -> tuple[str, int]:
        site = Site(
            self._navigation,
            here,
            self._secrets.form,
            self._app.sandbox is not None,
            foresto_cli.__version__,
            asked.get("q", ""),
        )
        values: Mapping[str, object] = page.values
        return filled(f"pages/{page.template}", title=page.title, site=site, **values), page.status
