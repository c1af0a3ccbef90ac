"""Where foresto tells people: whatever is raised there is an attempt that failed, never the end of the work."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from foresto_cli.app import App
from foresto_cli.errors import ConfigError, ForestoError, Interrupted
from foresto_cli.store.engine import explained
from foresto_cli.telling import causes

log = logging.getLogger(__name__)


def attempt(app: App, label: str, send: Callable[[], object]) -> ForestoError | None:
    """Try a way to the operator and return why it failed, or None: whatever ``send`` raises is that way's failure.

    Whether a connection came about is kept: a dead network is no failure of a channel (:mod:`.offline`).

    Raises:
        Interrupted: the process was asked to stop.
    """
    error = _error_of(app, label, send)
    is_reached = error is None or causes.kind_of(error) != causes.NETWORK
    app.channels_reached[label] = is_reached or app.channels_reached.get(label, False)
    return error


def _error_of(app: App, label: str, send: Callable[[], object]) -> ForestoError | None:
    try:
        send()
    except Interrupted:
        raise
    except ForestoError as error:
        return error
    # A boundary: a password with a letter that no header takes, an address that cannot be, a bug of a library.
    except Exception as error:
        log.exception("%s failed in a way that nobody foresaw", label)
        said = f"{label}: 보내다가 {type(error).__name__} 오류가 났습니다({error}). 설정값을 확인하세요."
        return ConfigError(app.redact(said))
    return None


@contextmanager
def harmless(*, stops: bool = False) -> Iterator[None]:
    """Let nothing that goes wrong in the block, which only tells, change what becomes of the work.

    Args:
        stops: let a request to stop through.
    """
    try:
        with explained():
            yield
    except Interrupted:
        if stops:
            raise
    except ForestoError as error:
        log.warning("not told: %s", error)
    # A boundary: telling is never the end of what it tells of.
    except Exception:
        log.exception("not told")


def plain(app: App, error: ForestoError) -> str:
    """Return what an error says without secrets, and without what no database can store."""
    return app.redact(str(error)).encode("utf-8", "replace").decode().replace("\0", "")
