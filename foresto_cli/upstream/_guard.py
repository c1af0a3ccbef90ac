"""Sessions that a library opens by itself, held to the rules of ours while it is at work.

Apprise makes a ``requests.Session`` for each message, inside its own functions, so there is none to hand over. For as
long as the block runs, every session of the process takes no login from ``~/.netrc``, follows no redirect (its headers
may be keys), believes answers of our world only, and unpacks them counted.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from foresto_cli.errors import ForestoError
from foresto_cli.upstream import worlds
from foresto_cli.upstream._bodies import give_body
from foresto_cli.upstream._failures import as_ours
from foresto_cli.upstream._unpack import ENCODINGS, body_of
from foresto_cli.upstream.worlds import World

LARGEST = 1_000_000
CHUNK = 65_536

_one_at_a_time = threading.Lock()


class Guard:
    """What went wrong inside the library, which keeps it to itself.

    Attributes:
        error: the first failure, as one of ours.
    """

    def __init__(self) -> None:
        """Begin without one."""
        self.error: ForestoError | None = None


@contextmanager
def guarded(world: World, label: str) -> Iterator[Guard]:
    """Hold every session of ``requests`` to our rules while the block runs."""
    guard = Guard()
    own_send, own_target = requests.Session.send, requests.Session.get_redirect_target

    def send(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        request.headers["Accept-Encoding"] = ENCODINGS
        try:
            response = own_send(session, request, **(options | {"stream": True, "allow_redirects": False}))
            with response:
                worlds.check(world, label, is_marked=worlds.MARK in response.headers)
                pieces = response.raw.stream(CHUNK, decode_content=False)
                encoding = response.headers.get("Content-Encoding", "")
                give_body(response, body_of(pieces, encoding, LARGEST, label))
        except ForestoError as error:
            guard.error = guard.error or error
            # In the library's own terms, which it knows how to end a message with.
            raise requests.RequestException(str(error)) from None
        except Exception as error:  # as above
            guard.error = guard.error or as_ours(error, label, request.url or "", late=False)
            raise
        return response

    with _one_at_a_time:
        before = os.environ.get("NETRC")
        os.environ["NETRC"] = os.devnull
        requests.Session.send = send  # type: ignore[method-assign,assignment]  # for the block
        requests.Session.get_redirect_target = lambda *_: None  # type: ignore[method-assign]  # as above
        try:
            yield guard
        finally:
            requests.Session.send, requests.Session.get_redirect_target = own_send, own_target  # type: ignore[method-assign]  # as above
            if before is None:
                os.environ.pop("NETRC", None)
            else:
                os.environ["NETRC"] = before
