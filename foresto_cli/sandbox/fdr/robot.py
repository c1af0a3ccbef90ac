"""The robot that copies KRX's pages into files: when it last wrote the file of a day."""

from datetime import date, datetime, time, timedelta

from foresto_cli.clock import KST

NIGHT_RUN = time(1, 0)
"""The file of a new day is there from now on, with the numbers of the session before."""
FIRST_RUN = time(9, 0)
EVERY = timedelta(minutes=20)
LAST_RUN = time(17, 56)


def newest_run(day: date, until: datetime) -> datetime | None:
    """Return when the file named ``day`` was last written by ``until`` (KST); None: it is not there."""
    runs = [NIGHT_RUN, FIRST_RUN, LAST_RUN]
    past = [run for run in (datetime.combine(day, hour, KST) for hour in runs) if run <= until]
    if len(past) != runs.index(FIRST_RUN) + 1:
        return past[-1] if past else None
    return past[-1] + (until - past[-1]) // EVERY * EVERY


def newest_of_all(until: datetime) -> datetime:
    """Return when the robot last wrote anything by ``until`` (KST)."""
    return newest_run(until.date(), until) or datetime.combine(until.date() - timedelta(days=1), LAST_RUN, KST)
