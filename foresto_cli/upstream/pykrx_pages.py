"""pykrx's own pages of data.krx.co.kr, imported quietly, and handed a session of ours."""

import contextlib
import io
import os
from types import ModuleType
from typing import TYPE_CHECKING

from foresto_cli.bare import not_run
from foresto_cli.declared import Page
from foresto_cli.upstream._known import known

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandas import DataFrame

    from foresto_cli.upstream.http import UpstreamSession


BLD = "dbms/MDC/STAT"
"""Where the queries of the pages are."""


def pages() -> ModuleType:
    """Return pykrx's module of pages, imported without letting it log in by itself or print."""
    hidden = {name: os.environ.pop(name) for name in ("KRX_ID", "KRX_PW") if name in os.environ}
    try:
        with known("pykrx"), not_run("pykrx"), contextlib.redirect_stdout(io.StringIO()):
            from pykrx.website.krx.market import core
    finally:
        os.environ.update(hidden)
    found: ModuleType = core
    return found


def funds() -> ModuleType:
    """Return pykrx's module of funds; pykrx itself has been imported quietly by the login."""
    with known("pykrx"), not_run("pykrx"):
        from pykrx.website.krx.etx import core

    found: ModuleType = core
    return found


def rows(page: Page, form: dict[str, str]) -> "DataFrame":
    """Ask a page that pykrx has no class for in the way in which its classes ask."""
    with known("pykrx"), not_run("pykrx"):
        from pandas import DataFrame
        from pykrx.website.krx.krxio import KrxWebIo

        asking = type("Asking", (KrxWebIo,), {"bld": f"{BLD}/{page.bld}", "fetch": None})()
    return DataFrame(asking.read(**form)[page.answers])


def hand_over() -> "Callable[[UpstreamSession, UpstreamSession], None]":
    """Return what gives pykrx our session and the login cookies, which it sends as a header of its own making.

    Raises:
        BadPayload: this pykrx is not the one we know. Left alone it would open a session of its own.
    """
    pages()
    with known("pykrx"), not_run("pykrx"):
        from pykrx.website.comm import auth, webio

        new, put, used = auth.KRXSession, auth.set_auth_session, webio.get_session

    def hand(data: "UpstreamSession", login: "UpstreamSession") -> None:
        cookies = {cookie.name: {"value": cookie.value} for cookie in login.cookies}
        with known("pykrx"):
            put(new(session=data, is_authenticated=True, expiry_time=float("inf"), cookies=cookies))
            if used().session is not data:
                raise TypeError("it uses another session")

    return hand
