"""Everything a host module may look at when it answers."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from foresto_cli.clock import KST
from foresto_cli.sandbox.outbox import Outbox

if TYPE_CHECKING:
    from foresto_cli.sandbox.market import Market

AFTER_MARKET = 0.6
"""Share of the stocks whose price moves after the regular close, where nothing else is asked for."""
MIRROR_STOPPED: datetime | None = datetime(2026, 9, 17, 23, 59, tzinfo=KST)
"""When FinanceDataReader's mirror stopped, where nothing else is asked for: it has stood still since."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How the sandbox's world looks.

    Attributes:
        now: what time it is in the sandbox (KST, aware).
        stocks: about how many stocks are listed, up to 3,000.
        sessions: how many of the newest sessions are served, up to 1,300; older days are answered like holidays.
        seed: the same seed gives the same market.
        recorded: serve the recorded answers in this folder instead of a synthetic market.
        after_market: share of the stocks (0 to 1) whose price moves between 16:00 and 20:00, since 2026-09-14.
        mirror_stopped: since when FinanceDataReader's mirror stands still (KST, aware); None: it lives.
        latency: seconds every answer takes to come, as if the hosts were far away; failing answers too.
    """

    now: datetime
    stocks: int = 300
    sessions: int = 300
    seed: int = 1
    recorded: Path | None = None
    after_market: float = AFTER_MARKET
    mirror_stopped: datetime | None = MIRROR_STOPPED
    latency: float = 0.0


@dataclass
class World:
    """The options, the market they make, and what the server remembers between requests."""

    options: Options
    outbox: Outbox
    logins: set[str] = field(default_factory=set)
    """JSESSIONID values that are logged in at data.krx.co.kr."""
    _lock: Lock = field(default_factory=Lock)

    @cached_property
    def now(self) -> datetime:
        """Return the time in the sandbox, in KST."""
        return self.options.now.astimezone(KST)

    @property
    def market(self) -> "Market":
        """Return the synthetic market, made when first needed."""
        with self._lock:
            return self._market

    @cached_property
    def _market(self) -> "Market":
        from foresto_cli.sandbox.market import Market

        options = self.options
        return Market(self.now, options.stocks, options.sessions, options.seed, options.after_market)
