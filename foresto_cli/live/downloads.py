"""CSV downloads, streamed from the database, at most two at the same time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import ExitStack, suppress
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from foresto_cli import clock
from foresto_cli.errors import ConfigError, ForestoError, StoreUnavailable, UsageError
from foresto_cli.live.answers import Answers, check_letters
from foresto_cli.live.routes import RouteOfFile
from foresto_cli.output import as_csv
from foresto_cli.store.engine import explained
from foresto_cli.views.pages.page import Asked, refused

AT_ONCE = 2
STATUSES: dict[type[ForestoError], int] = {UsageError: 400, ConfigError: 409, StoreUnavailable: 503}


class Downloads:
    """Serves files, and counts the downloads under way."""

    def __init__(self, answers: Answers) -> None:
        """Take the answers, for their engine and to render refusals."""
        self._answers = answers
        self._under_way = 0

    def endpoint(self, route: RouteOfFile) -> Callable[[Request], Awaitable[Response]]:
        """Return the Starlette endpoint of ``route``."""

        async def answer(request: Request) -> Response:
            asked = {**request.query_params, **request.path_params}
            if self._under_way >= AT_ONCE:
                said = "받고 있는 파일이 많습니다. 끝난 뒤 다시 누르세요."
                return self._answers.html(refused(said, 503), route.path, asked)
            with ExitStack() as stack:
                self._under_way += 1
                stack.callback(self._end)
                pieces = self._pieces(route, asked)
                stack.callback(_close, pieces)
                try:
                    name = await asyncio.to_thread(next, pieces)
                except (UsageError, ConfigError, StoreUnavailable) as error:
                    status = next(code for kind, code in STATUSES.items() if isinstance(error, kind))
                    return self._answers.html(refused(f"{error}", status), route.path, asked)
                return Streamed(name, pieces, stack.pop_all())

        return answer

    def _pieces(self, route: RouteOfFile, asked: Asked) -> Generator[str]:
        """Yield the file's name, then its content piece by piece."""
        check_letters(asked)
        with explained(), self._answers.engine.connect() as connection:
            try:
                found = route.file(connection, asked, clock.today())
                yield f"{found.name}.csv"
                for _, piece in as_csv.pieces(found.rows, spreadsheet_safe=True):
                    yield piece
            except GeneratorExit:
                # Nobody reads on, and a connection that is lost by now has nothing to be rolled back.
                connection.invalidate()
                raise

    def _end(self) -> None:
        self._under_way -= 1


class Streamed(StreamingResponse):
    """A file that is read while it is sent; its resources are released however the sending ends."""

    def __init__(self, name: str, pieces: Iterator[str], held: ExitStack) -> None:
        """Take the file's name, its content, and the resources to release afterwards."""
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
        super().__init__(_sent(pieces), media_type="text/csv; charset=utf-8", headers=headers)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file and release its resources."""
        with self._held:
            await super().__call__(scope, receive, send)


async def _sent(pieces: Iterator[str]) -> AsyncIterator[str]:
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece


def _close(pieces: Generator[str]) -> None:
    # ValueError: another thread is reading a block right now; the generator ends with that block.
    with suppress(ValueError):
        pieces.close()
