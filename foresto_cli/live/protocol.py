"""HTTP with patience that ends: who sends or reads too slowly is cut off."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_SECONDS = 10.0
"""A request has to be complete so many seconds after its connection was made, or after its first byte."""
READ_SECONDS = 20.0
"""Who has read nothing for so long while something waits to be read is gone."""


class Impatient(H11Protocol):
    """uvicorn's own protocol with two time limits, which it lacks."""

    _request_timer: asyncio.TimerHandle | None = None
    _reading_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop(self._request_timer)
        self._stop(self._reading_timer)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; a request that has only begun is waited for no longer than before."""
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            if self._request_timer is None:
                self._await_request()
        elif not self.cycle.more_body:
            self._stop(self._request_timer)
            self._request_timer = None

    def pause_writing(self) -> None:
        """Begin to wait for the reader."""
        super().pause_writing()
        self._reading_timer = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Wait for the reader no longer."""
        self._stop(self._reading_timer)
        super().resume_writing()

    def _await_request(self) -> None:
        self._request_timer = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    @staticmethod
    def _stop(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()
