"""Whether FinanceDataReader's mirror still lives: it is one person's robot, and it stops now and then."""

import threading
from dataclasses import dataclass, field
from datetime import date

from foresto_cli.calendar import Calendar
from foresto_cli.errors import Dead, NotYet
from foresto_cli.upstream import fdr
from foresto_cli.upstream.fdr import Fdr, NoFile

MOST_BEHIND = 5
"""A source that lacks more sessions than this is dead, not late."""


@dataclass
class Mirror:
    """The mirror, and what was found of it in this process.

    Attributes:
        client: FinanceDataReader.
        calendar: the sessions.
    """

    client: Fdr
    calendar: Calendar
    _verdict: Dead | None = None
    _judged: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_dead(self) -> bool:
        """Say whether it was found dead in this process."""
        return self._verdict is not None

    def refuse_if_dead(self) -> None:
        """Ask no more once it was found dead.

        Raises:
            Dead: it was.
        """
        if self._verdict is not None:
            raise self._verdict

    def judge(self, error: NotYet, session: date) -> NotYet:
        """Return what it means that the mirror lacks ``session``: ``error``, or that it is dead.

        One more request, once a process: the file of five sessions before is there unless it has stopped.
        """
        if not isinstance(error, NoFile):
            return error
        with self._lock:
            if not self._judged:
                self._judged, oldest = True, session
                for _ in range(MOST_BEHIND):
                    oldest = self.calendar.previous(oldest)
                try:
                    self.client.listing_file(oldest)
                except NoFile:
                    since = f"{oldest}부터 파일이 없습니다"
                    self._verdict = Dead(_sentence(since), fdr.SOURCE_ID, None)
        return self._verdict or error

    def judge_newest(self, newest: date, session: date) -> None:
        """Look at the newest level of an index year.

        Raises:
            Dead: it is more than five sessions older than ``session``.
        """
        if len(self.calendar.sessions(newest, session)) - 1 > MOST_BEHIND:
            self._verdict = Dead(_sentence(f"{newest}의 자료에서 멈춰 있습니다"), fdr.SOURCE_ID, newest)
            raise self._verdict


def _sentence(since: str) -> str:
    return f"FinanceDataReader 미러가 멈췄습니다: {since}. 다른 출처에서 받고, 하루에 한 번 다시 확인합니다."
