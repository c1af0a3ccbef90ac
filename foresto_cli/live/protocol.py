"""HTTP with time limits: connections that send or read too slowly are closed."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_SECONDS = 10.0
"""A request has to be complete so many seconds after the connection was made, or after its first byte."""
READ_SECONDS = 20.0
"""A connection is closed when the client has read nothing for so long although data is waiting."""


class Impatient(H11Protocol):
    """uvicorn's own protocol with two time limits, which it lacks."""

    _request_timer: asyncio.TimerHandle | None = None
    _reading_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Start the timer of the first request."""
        super().connection_made(transport)
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop both timers."""
        self._stop(self._request_timer)
        self._stop(self._reading_timer)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Start the timer at the first byte of a request and stop it when the request is complete."""
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            if self._request_timer is None:
                self._await_request()
        elif not self.cycle.more_body:
            self._stop(self._request_timer)
            self._request_timer = None

    def pause_writing(self) -> None:
        """Start the timer of the reader."""
        super().pause_writing()
        self._reading_timer = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop the timer of the reader."""
        self._stop(self._reading_timer)
        super().resume_writing()

    def _await_request(self) -> None:
        self._request_timer = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()
