"""What a person is told to run, and when: a command that would be refused at once is named with the hour it is not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.collecting import registry
from foresto_cli.collecting.checks import AGAIN, RETRY
from foresto_cli.datasets.fss.kinds import KINDS
from foresto_cli.datasets.prices.market_days import price_sources
from foresto_cli.store import limits
from foresto_cli.upstream.policy import Policy

__all__ = ["AGAIN", "RETRY", "honest", "retry"]


@dataclass(frozen=True)
class Closed:
    """Why an upstream is not asked now, and until when (KST wall time)."""

    until: datetime
    why: str

    def told(self, command: str) -> str:
        """Return the hint that names ``command`` for later."""
        return f"{self.why}: {self.until:%m-%d %H:%M} 뒤에 {command}"


class Doors:
    """Which upstreams are closed at this moment, by breakers and budgets."""

    def __init__(self, app: App) -> None:
        """Read the database once."""
        self._app = app
        with app.engine.connect() as connection:
            self._blocks = {name: until for name, until, _ in limits.open_blocks(connection)}
            self._used = dict(limits.budgets(connection))
            self._spent = limits.exhausted(connection)

    def of_client(self, name: str) -> Closed | None:
        """Return why a client of the application cannot be asked, or None: it can, or there is none."""
        found = (self._closed(session.policy) for session in getattr(getattr(self._app, name), "sessions", ()))
        return next((closed for closed in found if closed is not None), None)

    def _closed(self, policy: Policy) -> Closed | None:
        breakers = {breaker for breakers in policy.hosts.values() for breaker in breakers}
        breaker = policy.name if policy.name in breakers else next(iter(policy.hosts.values()))[0]
        if breaker in self._blocks:
            return Closed(datetime.fromisoformat(self._blocks[breaker]), f"{policy.label} 차단")
        if policy.counter in self._spent or self._used.get(policy.counter, 0) >= policy.daily_budget:
            midnight = datetime.combine(clock.today() + timedelta(days=1), datetime.min.time())
            return Closed(midnight, f"{policy.label} 하루 한도 소진")
        return None

    def of_dataset(self, dataset: str, days: Sequence[date] = ()) -> Closed | None:
        """Return why nobody can be asked for ``dataset`` now, or None: somebody can, or a key is missing anyway."""
        if dataset == "prices.day":
            return self._of_days(days or [self._app.calendar.latest_ended(clock.now())])
        names = [name for name in _clients(dataset) if getattr(self._app, name) is not None]
        closed = [self.of_client(name) for name in names]
        return _soonest(closed)

    def _of_days(self, days: Sequence[date]) -> Closed | None:
        """Return why none of ``days`` can be had now; a source that has a day later opens it then."""
        return _soonest([_soonest(list(self._of_day(day))) for day in days])

    def _of_day(self, day: date) -> Iterator[Closed | None]:
        now, calendar = clock.now(), self._app.calendar
        closed: list[Closed] = []
        for source in price_sources(self._app):
            shut = next((one for one in (self._closed(s.policy) for s in source.sessions) if one is not None), None)
            if source.can(day, now):
                if shut is None:
                    yield None
                    return
                closed.append(shut)
        yield from closed
        if closed:
            opens = {"krx_openapi": calendar.official_from(day), "fsc": calendar.open_data_from(day)}
            for name, moment in opens.items():
                if getattr(self._app, name) is not None and moment > now and self.of_client(name) is None:
                    yield Closed(moment.replace(tzinfo=None), closed[0].why)


def _clients(dataset: str) -> Sequence[str]:
    """Return the clients any of which can answer; none of a data set that another version knew."""
    found = registry.every().get(dataset)
    return found.clients if found is not None else ()


def _soonest(closed: Sequence[Closed | None]) -> Closed | None:
    shut = [one for one in closed if one is not None]
    return min(shut, key=lambda one: one.until) if shut and len(shut) == len(closed) else None


def retry(app: App, units: Mapping[str, Sequence[str]], command: str = RETRY) -> str:
    """Return what asks again for failed ``units`` (data set → keys); while none of them can be asked for, when."""
    doors = Doors(app)
    soonest = _soonest([doors.of_dataset(dataset, _days(keys)) for dataset, keys in units.items()])
    return command if soonest is None else soonest.told(command)


def honest(app: App, hint: str, days: Sequence[date] = ()) -> str:
    """Return a hint as it is, or, when what it runs could ask nobody now, with the moment from which on it can."""
    doors = Doors(app)
    closed = [doors.of_dataset(name, days) for part in hint.split(" && ") for name in _dataset(part)]
    shut = [one for one in closed if one is not None]
    return max(shut, key=lambda one: one.until).told(hint) if shut else hint


def _dataset(command: str) -> list[str]:
    """Return the data set whose upstreams a command asks, if it asks any."""
    if "foresto prices" in command:
        return ["prices.index"] if "prices index" in command else [] if "events" in command else ["prices.day"]
    if "foresto fss" in command:
        return [KINDS[0].dataset]
    return [one.name for one in registry.every().values() if f"foresto {one.command}" in command and one.clients][:1]


def _days(keys: Sequence[str]) -> list[date]:
    found = []
    for key in keys:
        try:
            found.append(date.fromisoformat(key))
        except ValueError:
            continue
    return found
