"""The timetable: which job starts when, in KST. Everything about schedules is derived from this one table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from foresto_cli.clock import KST

MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)
SATURDAY = (5,)
FARTHEST = timedelta(days=100)
"""Between two starts of any job lies less."""
A_DAY_LATER = timedelta(days=1, hours=6)
"""Grace of what starts on the first: far west that is a day later (``schedule_files``), in winter an hour more."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One line of the timetable.

    Attributes:
        name: id of the job, part of file names and labels.
        label: what the operator calls it.
        command: what is started, without ``foresto``.
        at: time of day in KST.
        weekdays: Monday is 0; empty for every day.
        monthday: day of the month, if it is bound to one.
        months: months, if it is bound to them.
        catches_up: a start that was missed (asleep, switched off) is made up for at the next opportunity.
        grace: so long after its time it may start without being missed.
        counts_as: commands whose run stands for a run of this job.
    """

    name: str
    label: str
    command: tuple[str, ...]
    at: time
    weekdays: tuple[int, ...] = ()
    monthday: int | None = None
    months: tuple[int, ...] = ()
    catches_up: bool = True
    grace: timedelta = timedelta(hours=3)
    counts_as: tuple[str, ...]

    def previous(self, now: datetime) -> datetime:
        """Return the newest start that is due at ``now``."""
        starts = (self._start(now - timedelta(days=back)) for back in range(FARTHEST.days))
        return next(start for start in starts if start <= now and self._is_day(start))

    def following(self, now: datetime) -> datetime:
        """Return the first start after ``now``."""
        starts = (self._start(now + timedelta(days=ahead)) for ahead in range(FARTHEST.days))
        return next(start for start in starts if start > now and self._is_day(start))

    def missed(self, since: datetime, now: datetime) -> list[datetime]:
        """Return the starts after ``since`` whose grace is over at ``now``, oldest first."""
        found: list[datetime] = []
        start = self.previous(now)
        while start > since:
            if start + self.grace <= now:
                found.append(start)
            start = self.previous(start - timedelta(microseconds=1))
        return found[::-1]

    def _start(self, day: datetime) -> datetime:
        return datetime.combine(day.astimezone(KST).date(), self.at, KST)

    def _is_day(self, start: datetime) -> bool:
        return (
            (not self.weekdays or start.weekday() in self.weekdays)
            and self.monthday in {None, start.day}
            and (not self.months or start.month in self.months)
        )

    @property
    def when(self) -> str:
        """Return in Korean when it starts."""
        days = "매일"
        if self.weekdays:
            days = "월~금" if self.weekdays == MONDAY_TO_FRIDAY else "토"
        elif self.monthday is not None:
            months = "·".join(f"{month}" for month in self.months)
            days = f"{months}월 {self.monthday}일" if months else f"매달 {self.monthday}일"
        return f"{days} {self.at:%H:%M}"


def _chain(name: str) -> tuple[str, ...]:
    return ("run", name, "--if-due", "--wait", "3h")


EVENING = ("run weekday", "run weekday_final")
"""The same steps: one that starts late does what the other would have done."""
JOBS: Sequence[Job] = (
    Job(
        name="morning",
        label="아침 확정",
        command=_chain("morning"),
        at=time(8, 10),
        weekdays=MONDAY_TO_FRIDAY,
        counts_as=("run morning",),
    ),
    Job(
        name="close",
        label="정규장 마감",
        command=_chain("close"),
        at=time(15, 45),
        weekdays=MONDAY_TO_FRIDAY,
        # Once the after-market has begun nobody shows the regular close alone: the evening's jobs bring what there is.
        catches_up=False,
        counts_as=("run close", *EVENING),
    ),
    Job(
        name="weekday",
        label="평일 수집",
        command=_chain("weekday"),
        at=time(16, 30),
        weekdays=MONDAY_TO_FRIDAY,
        counts_as=EVENING,
    ),
    Job(
        name="weekday_final",
        label="저녁 마감",
        command=_chain("weekday_final"),
        at=time(20, 20),
        weekdays=MONDAY_TO_FRIDAY,
        counts_as=EVENING,
    ),
    Job(
        name="market_email",
        label="시장 요약 메일",
        command=("report", "market-email"),
        at=time(7, 30),
        catches_up=False,
        counts_as=("report market-email",),
    ),
    Job(
        name="watchlist_alerts",
        label="관심 종목 알림",
        command=("watchlist", "notify"),
        at=time(8, 0),
        catches_up=False,
        counts_as=("watchlist notify",),
    ),
    Job(
        name="weekly",
        label="주간",
        command=_chain("weekly"),
        at=time(10, 0),
        weekdays=SATURDAY,
        grace=timedelta(hours=12),
        counts_as=("run weekly",),
    ),
    Job(
        name="monthly",
        label="월간",
        command=_chain("monthly"),
        at=time(13, 0),
        monthday=1,
        grace=A_DAY_LATER,
        counts_as=("run monthly",),
    ),
    Job(
        name="quarterly",
        label="분기",
        command=_chain("quarterly"),
        at=time(14, 0),
        monthday=1,
        months=(2, 5, 8, 11),
        grace=A_DAY_LATER,
        counts_as=("run quarterly",),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What takes up the jobs that were started in vain: at wake-up Wi-Fi may need longer than a job has patience.

    Attributes:
        name: id, part of file names and labels.
        label: what the operator calls it.
        command: what is started, without ``foresto``.
        minutes: minutes of every hour; none of them is one at which a job starts.
    """

    name: str
    label: str
    command: tuple[str, ...]
    minutes: tuple[int, ...]

    @property
    def when(self) -> str:
        """Return in Korean when it starts."""
        return f"{60 // len(self.minutes)}분마다"


SWEEP = Sweep(name="due", label="미완료 작업 재시도", command=("run", "--due"), minutes=(7, 27, 47))
ENTRIES: Sequence[Job | Sweep] = (*JOBS, SWEEP)
"""Everything that a scheduler is told to start."""


def job(name: str) -> Job:
    """Return the job called ``name``."""
    return next(found for found in JOBS if found.name == name)
