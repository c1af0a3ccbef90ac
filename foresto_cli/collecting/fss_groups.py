"""What the FSS discloses by financial group (금융권역): a unit is one group, all its pages or nothing of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from foresto_cli.collecting.loader import Loader, Unit
from foresto_cli.errors import BadPayload
from foresto_cli.store.ledger import Entry
from foresto_cli.upstream import finlife
from foresto_cli.upstream.finlife import Finlife

A_PAGE = 50
"""Rows of a page, about; it is 5 to 100, by kind and group. For the plan only."""
LEAST_SHARE = 0.5
"""An answer with fewer rows than this share of those open so far is not believed."""
TOO_FEW_TO_JUDGE = 10


@dataclass
class FssGroups(Loader):
    """Loader of one disclosure; each group is asked for once a day.

    Attributes:
        client: the disclosure.
        groups: the financial groups that are wanted.
        today: the clock's day.
        so_far: how many rows of each group are open so far, to notice half an answer.
    """

    client: Finlife
    groups: Sequence[str]
    today: date
    so_far: Mapping[str, int]
    source_id = finlife.SOURCE_ID

    @property
    def never_empty(self) -> Sequence[str]:
        """Return the groups of which an answer without a row is an error."""
        return ()

    def units(self) -> list[Unit]:
        return [
            self.unit(group, f"{self.label} {finlife.GROUPS[group]}", 1 + self.so_far.get(group, 0) // A_PAGE)
            for group in self.groups
        ]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        return entry.status != "failed" and entry.asked_at.date() == self.today

    def has_news(self, unit: Unit, since: datetime) -> bool:
        """Say whether another day has begun: its disclosure may be another."""
        return since.date() < self.today

    def refuse_too_few(self, unit: Unit, count: int) -> None:
        """Refuse an answer with far fewer rows than so far.

        Raises:
            BadPayload: it is one, or has none where there always are some.
        """
        so_far = self.so_far.get(unit.key, 0)
        if not count and unit.key in self.never_empty:
            raise BadPayload(f"{unit.label}: 상품이 하나도 없다고 합니다. 있을 수 없는 답입니다.")
        if so_far >= TOO_FEW_TO_JUDGE and count < LEAST_SHARE * so_far:
            raise BadPayload(
                f"{unit.label}: {count:,}개뿐입니다(지금까지 {so_far:,}개). 정말 줄었다면 {self.table}에서"
                f" top_fin_grp_no = '{unit.key}'인 행을 지우고 다시 실행하세요."
            )
