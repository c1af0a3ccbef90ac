"""How old each data set may be: as old as the timetable makes it. Status, dashboard and verification use this one rule.

A data set is late when the newest start of a job that loads it lies further back than the job's grace, and what that
start would have brought is not there. What comes by session must have reached the session that its sources publish by
that start; of everything else somebody must have asked since.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, text

from foresto_cli import clock, timetable
from foresto_cli.app import App
from foresto_cli.collecting import registry
from foresto_cli.collecting.checks import LONGEST_REPAIR, WARNING, Check, Rows, Scope
from foresto_cli.collecting.data_set import AtHand, DataSet, ended, read_once
from foresto_cli.datasets.prices.unconfirmed import is_unconfirmed
from foresto_cli.verify.watched_sets import watched

GOOD_ENOUGH = (0, 3)
"""Exit codes of a command that asked for everything; units that failed are told elsewhere."""

ASKED_WHOLE = ("listing", "etfs", "prices.index")
"""Asked for as a whole: once more with ``--again``, whatever the ledger says of it."""
MADE_HERE = ("stocks", "score")
"""Made of what is stored, every time."""
FROM_PRICES = ("prices.day", "stocks", "score")
"""What is late because prices are; the checks of prices tell that more gravely."""


class Age(NamedTuple):
    """How old a data set is.

    Attributes:
        newest: the newest day it holds; None when it was never loaded.
        due: the day it must have reached by now.
        is_current: it has.
    """

    newest: date | None
    due: date
    is_current: bool


def age(connection: Connection, at_hand: AtHand, data_set: DataSet) -> Age:
    """Return how old ``data_set`` is, and whether the timetable's jobs leave it so."""
    given = {"believable": clock.believable()}
    newest = connection.scalar(text(data_set.newest), given)
    if data_set.reached is not None:
        due = _due_session(connection, at_hand, data_set)
        return Age(newest, due, newest is not None and due <= newest <= clock.today())
    start = _due_start(data_set)
    asked = connection.scalar(text(data_set.asked), given) if data_set.asked else newest
    is_asked = asked is not None and start.date() <= asked <= clock.today()
    return Age(newest, start.date(), newest is not None and (is_asked or _has_run_since(connection, data_set, start)))


def due_session(app: App) -> date:
    """Return the session that prices must have reached by now, each job within its grace.

    A day that may have been a holiday is none as long as nobody can know.
    """
    with app.engine.connect() as connection:
        return _due_session(connection, read_once(app), registry.every()["prices.day"])


def _due_session(connection: Connection, at_hand: AtHand, data_set: DataSet) -> date:
    reached = data_set.reached or ended
    day = max(reached(at_hand, start) for start in _starts(data_set))
    while is_unconfirmed(connection, day):
        day = at_hand.calendar.previous(day)
    return day


def _starts(data_set: DataSet) -> list[datetime]:
    now = clock.now()
    return [job.previous(now - job.grace) for job in map(timetable.job, data_set.jobs)]


def _due_start(data_set: DataSet) -> datetime:
    return max(_starts(data_set))


def _commands(data_set: DataSet) -> list[str]:
    """Return the commands that load it."""
    return [data_set.command, f"{data_set.command.partition(' ')[0]} all"]


def _has_run_since(connection: Connection, data_set: DataSet, start: datetime) -> bool:
    """Say whether its command went through on the day of ``start`` or later, even if there was nothing to ask."""
    return bool(
        connection.scalar(
            text(
                "SELECT EXISTS (SELECT 1 FROM data_collection_log WHERE job_name = ANY(:names)"
                " AND started_at >= :start AND started_at <= :believable AND exit_code = ANY(:good))"
            ),
            {
                "names": _commands(data_set),
                "start": datetime.combine(start.date(), datetime.min.time()),
                "believable": clock.believable(),
                "good": list(GOOD_ENOUGH),
            },
        )
    )


def _has_its_turn_still(connection: Connection, data_set: DataSet) -> bool:
    """Say whether the machine slept when ``data_set`` was due, and its job is one of those now made up for.

    Nobody has tried it since its start, and the first chain since then began within the job's grace.
    """
    start = _due_start(data_set)
    given = {"start": start.replace(tzinfo=None), "names": _commands(data_set), "believable": clock.believable()}
    found = connection.execute(
        text(
            "SELECT min(started_at) FILTER (WHERE job_name LIKE 'run %') AS woken,"
            " coalesce(bool_or(job_name = ANY(:names)), false) AS is_tried"
            " FROM data_collection_log WHERE started_at BETWEEN :start AND :believable"
        ),
        given,
    ).one()
    grace = max(timetable.job(name).grace for name in data_set.jobs)
    return found.woken is not None and not found.is_tried and clock.wall() < found.woken + grace


def _mending(data_set: DataSet, found: Age) -> str:
    """Return the command that brings ``data_set`` up to date, also where the ledger takes it for asked and read."""
    command = f"foresto {data_set.command}"
    if data_set.name in ASKED_WHOLE:
        return f"{command} --again"
    if data_set.reached is None or data_set.name in MADE_HERE or found.newest is None:
        return command
    first = min(found.newest + timedelta(days=1), found.due)
    return f"{command} --from {first} --to {found.due} --again"


def _fitting(rows: Rows) -> str:
    """Return the commands of ``rows``, as many as a hint holds; the next verification names the others."""
    told = ""
    for command in dict.fromkeys(row["명령"] for row in rows):
        more = f"{told} && {command}" if told else command
        if len(more) > LONGEST_REPAIR:
            break
        told = more
    return told


def check(app: App, *, is_of_chain: bool = False) -> Check:
    """Return the check that no data set which was ever loaded is late.

    Args:
        app: what a command works with.
        is_of_chain: a chain asks; after a sleep the others are still to come, and what they load is not late yet.
    """

    def find(scope: Scope) -> Rows:
        at_hand = read_once(app)
        ages = {data_set: age(scope.connection, at_hand, data_set) for data_set in watched(app)}
        late = {
            data_set: found
            for data_set, found in ages.items()
            if found.newest
            and not found.is_current
            and not (is_of_chain and _has_its_turn_still(scope.connection, data_set))
        }
        told = FROM_PRICES if "prices.day" in {data_set.name for data_set in late} else ()
        return [
            {"자료": one.label, "최신": found.newest, "기대": found.due, "명령": _mending(one, found)}
            for one, found in late.items()
            if one.name not in told
        ]

    return Check(
        "data.late",
        "자료의 최신성",
        WARNING,
        "unit_ledger",
        "자료마다 시간표의 작업이 받아 두었어야 할 날까지 있다",
        _fitting,
        find,
    )
