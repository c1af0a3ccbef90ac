"""The live dashboard as an ASGI application: its pages, its static files, and the guard in front of them."""

from importlib.resources import files

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route as At
from starlette.types import ASGIApp

from foresto_cli.app import App
from foresto_cli.live import reading_app
from foresto_cli.live.acknowledging import Acknowledging
from foresto_cli.live.answers import Answers
from foresto_cli.live.downloads import Downloads
from foresto_cli.live.event_stream import Happenings
from foresto_cli.live.guard import Guard
from foresto_cli.live.routes import FILES, ROUTES
from foresto_cli.live.secrets import Secrets
from foresto_cli.views.pages.page import refused

MEDIA_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
STATIC = ("dashboard.css", "pages/pages.css", "pages/market.css", "pages/live.js", "pages/icon.svg")
"""Files below ``views/templates`` that are served as ``/static/NAME``."""


def made(app: App, secrets: Secrets, port: int) -> tuple[ASGIApp, Happenings]:
    """Return the application for ``port``, and its event streams, which the caller has to close at the end."""
    reader = reading_app.read_only(app)
    answers, happenings = Answers(reader, secrets), Happenings(app, secrets.form)
    downloads = Downloads(answers)
    kept = {name.rpartition("/")[2]: _read(name) for name in STATIC}

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in kept:
            return PlainTextResponse("없습니다.", 404)
        return Response(kept[name], media_type=MEDIA_TYPES[name.rpartition(".")[2]])

    async def events(_: Request) -> Response:
        if happenings.is_full:
            return PlainTextResponse("열린 페이지가 너무 많습니다.", 503)
        return StreamingResponse(happenings.listen(), media_type="text/event-stream")

    async def missing(request: Request, _: Exception) -> Response:
        return answers.html(refused("그런 페이지가 없습니다.", 404), request.url.path, request.query_params)

    async def broken(request: Request, _: Exception) -> Response:
        said = "예상하지 못한 오류입니다. 로그를 보세요(foresto doctor가 위치를 알려 줍니다)."
        return answers.html(refused(said, 500), request.url.path, request.query_params)

    pages = Starlette(
        routes=[
            *(At(route.path, downloads.endpoint(route), methods=["GET"]) for route in FILES),
            *(At(route.path, answers.endpoint(route), methods=["GET"]) for route in ROUTES),
            At("/static/{name}", static, methods=["GET"]),
            At("/events", events, methods=["GET"]),
            At("/alerts/{number:int}/acknowledge", Acknowledging(app, secrets, answers).answer, methods=["POST"]),
        ],
        exception_handlers={404: missing, 500: broken},
    )
    pages.router.redirect_slashes = False
    return Guard(pages, secrets, port), happenings


def _read(name: str) -> bytes:
    return files("foresto_cli.views").joinpath("templates", *name.split("/")).read_bytes()
