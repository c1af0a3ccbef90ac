"""Days in the sandbox as an operator lives through them: schedulers start every job at its hour, somebody looks."""

import contextlib
import signal
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import text

from foresto_cli import __main__ as entry
from foresto_cli import clock, opening, timetable
from foresto_cli.chains import chain
from foresto_cli.chains.steps import CHAINS
from foresto_cli.cli._command import Globals
from foresto_cli.running import job
from foresto_cli.store.limits import NoLimits
from foresto_cli.telling import due_stamp, late_jobs, watch
from foresto_cli.upstream import reach
from foresto_cli.views import state
from foresto_cli.views.page import page_facts, view

HOUR = timedelta(hours=1)
GRAVITY = ("[심각]", "[주의]", "[알림]", "[해결]")
NO_ROOM = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE = 'could not extend file "base/5/16411": No space left on device',
        HINT = 'Check free disk space.';
END $$"""
"""What a server on a full disk answers to whoever writes; reading goes on."""

TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    " AND NOT relispartition"
)


@dataclass
class Told:
    """What came of some days.

    Attributes:
        messages: moment and lines of every message of a channel, as the operator saw them.
        headlines: moment and headline, wherever it changed.
        codes: exit code of every start.
    """

    messages: list = field(default_factory=list)
    headlines: list = field(default_factory=list)
    codes: dict = field(default_factory=dict)

    def titles(self, channel="slack"):
        """Each message's moment and incidents."""
        return [
            (at, *([line for line in body.splitlines() if line.startswith(GRAVITY)] or body.splitlines()[:1]))
            for at, name, body in self.messages
            if name == channel
        ]


class Living:
    """A market, its faults by the moment, and the command line in front of them."""

    def __init__(self, open_world, monkeypatch, faults, *, is_full=lambda _: False, **size):
        """``faults`` and ``is_full`` say of a moment what is wrong with the upstreams and with the disk."""
        self._open, self._patch, self._size = open_world, monkeypatch, size
        self._faults, self._is_full = faults, is_full
        self._is_planted, self._world, self.told = False, None, Told()

    def begin(self, start, *left_out):
        """Load the market but for the steps ``left_out``, and have every job expected from then on."""
        with self._open(start, **self._size) as world:
            self._world = world
            steps = [step for step in CHAINS["initial"] if step.name not in left_out]
            with watch.attended(world.app, "run initial"):
                assert chain.run(world.app, "initial", steps, job.Options()).exit_code == 0
            late_jobs.expect(world.app, "cron", *(one.name for one in timetable.JOBS))

    def live(self, start, last):
        """Start what the timetable starts, the sweep among it, and look at the page once an hour."""
        names = [*(one.name for one in timetable.JOBS), "due", "look"]
        plan = [(moment, name) for name in names for moment in self._moments(name, start, last)]
        for moment, name in sorted(plan):
            self._at(moment, name)
        return self.told

    @staticmethod
    def _moments(name, start, last):
        if name in {"due", "look"}:
            minutes = timetable.SWEEP.minutes if name == "due" else (59,)
            moment = start.replace(minute=0)
            while moment <= last:
                of_hour = [moment.replace(minute=minute) for minute in minutes]
                yield from (one for one in of_hour if start < one <= last)
                moment += HOUR
            return
        moment = timetable.job(name).following(start)
        while moment <= last:
            yield moment
            moment = timetable.job(name).following(moment)

    def _at(self, moment, name):
        if name == "look":
            clock.pretend(moment)
            self._look(moment, self._world)
            return
        faults = self._faults(moment)
        if name == "due" and self._world is not None:
            clock.pretend(moment)
            if due_stamp.is_quiet(self._world.app.folders):
                return
        self._patch.setattr(reach, "is_up", lambda *_: "reset@*" not in faults)
        with self._open(moment, faults=faults, **self._size) as world:
            self._world = world
            self._plant(world, self._is_full(moment))
            command = timetable.SWEEP.command if name == "due" else timetable.job(name).command
            self.told.codes[f"{moment:%m-%d %H:%M} {name}"] = self.run(world, *command)
            self.told.messages += [
                (f"{moment:%a %H:%M}", item.channel, item.text)
                for item in world.sandbox.outbox.items
                # The stand-in keeps what was sent before the line breaks; nobody reads it.
                if item.channel != "ping" and "reset@*" not in faults
            ]

    def run(self, world, *arguments):
        """Run the command line in front of ``world``; return its exit code."""
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        alone = type(world.app)(
            world.app.settings, world.app.folders, None, world.app.console, world.app.redact, world.sandbox, NoLimits()
        )
        world.app.folders.state.mkdir(parents=True, exist_ok=True)
        with self._patch.context() as patch:
            patch.setattr(opening, "opened", lambda *_, **__: contextlib.nullcontext(world.app))
            patch.setattr(opening, "without_database", lambda *_, **__: contextlib.nullcontext(alone))
            try:
                return entry._run(list(arguments), Globals(sandbox=True))
            finally:
                for number, handler in handlers.items():
                    signal.signal(number, handler)

    def _look(self, moment, world):
        headline = state.status(world.app)["verdict"]
        if not self.told.headlines or self.told.headlines[-1][1] != headline:
            assert view.page(page_facts.gathered(world.app))["verdict"].text == headline
            self.told.headlines.append((f"{moment:%a %H:%M}", headline))

    def _plant(self, world, is_full):
        if is_full == self._is_planted:
            return
        self._is_planted = is_full
        with world.app.engine.begin() as connection:
            if not is_full:
                connection.execute(text("DROP FUNCTION no_room CASCADE"))
                return
            connection.execute(text(NO_ROOM))
            for table in connection.scalars(text(TABLES)).all():
                trigger = f"CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON {table} EXECUTE FUNCTION no_room()"
                connection.execute(text(trigger))
