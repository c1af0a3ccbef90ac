"""Financial products of one kind, group by group: all pages of a group or nothing of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from foresto_cli.collecting.loader import Answer, Loader, Parsed, Unit
from foresto_cli.collecting.whole_answers import refuse_twice
from foresto_cli.datasets.fss.changes import Seen, write
from foresto_cli.datasets.fss.kinds import Kind
from foresto_cli.datasets.fss.product_rows import is_key, key_of, products
from foresto_cli.errors import BadPayload
from foresto_cli.store.ledger import Entry
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.upstream import finlife
from foresto_cli.upstream.finlife import Finlife

A_PAGE = 50
"""Products of a page, about; it is 5 to 100, by kind and group. For the plan only."""
LEAST_SHARE = 0.5
"""An answer with fewer products than this share of those open so far is not believed."""
TOO_FEW_TO_JUDGE = 10
ORPHANS_SHARE = 0.02
"""More options than this without a product, and the answer is not believed."""

BARE_SHARE = 0.5
"""More products than this without any rate, and options are missing."""


@dataclass
class FssProducts(Loader):
    """Loader of one kind; a unit is one financial group, asked for once a day.

    Attributes:
        kind: which.
        client: the disclosure.
        groups: the financial groups that are wanted.
        today: the clock's day.
        open_products: how many products of each group are open so far, to notice half an answer.
    """

    kind: Kind
    client: Finlife
    groups: Sequence[str]
    today: date
    open_products: Mapping[str, int]
    source_id = finlife.SOURCE_ID

    def __post_init__(self) -> None:
        """Be the data set of the kind."""
        self.data_set = self.kind.data_set

    def units(self) -> list[Unit]:
        return [
            self.unit(group, f"{self.label} {finlife.GROUPS[group]}", 1 + self.open_products.get(group, 0) // A_PAGE)
            for group in self.groups
        ]

    def is_settled(self, unit: Unit, entry: Entry) -> bool:
        return entry.status != "failed" and entry.asked_at.date() == self.today

    def has_news(self, unit: Unit, since: datetime) -> bool:
        """Say whether another day has begun: its disclosure may be another."""
        return since.date() < self.today

    def ask(self, unit: Unit) -> finlife.Products:
        return self.client.products(self.kind.operation, self.kind.division, unit.key)

    def parse(self, answer: Answer) -> Parsed:
        """Return the products, each with its options.

        Raises:
            BadPayload: a product twice, a field missing, options without product, products without options, far fewer
                products than so far, or none where there always are some.
        """
        found: finlife.Products = answer.payload
        group, name = answer.unit.key, answer.unit.label
        self._refuse_too_few(answer.unit, len(found.base))
        try:
            rows, orphans = products(self.kind, group, found)
            keys = [key_of(self.kind, record) for record in found.base]
        except (KeyError, ValueError) as error:
            raise BadPayload(f"{name}: 응답에 없거나 읽을 수 없는 항목이 있습니다({error}).") from None
        refuse_twice(name, keys)
        if orphans > ORPHANS_SHARE * len(found.options):
            raise BadPayload(f"{name}: 상품 없는 옵션이 {orphans:,}개 있습니다.")
        bare = sum(not row["options"] for row in rows)
        if self.kind.option_rates and bare > BARE_SHARE * len(rows):
            raise BadPayload(f"{name}: 상품 {len(rows):,}개 가운데 {bare:,}개에 금리가 없습니다.")
        if not rows:
            return Parsed(status="no_data", reason="이 권역에는 상품이 없습니다")
        left_out = f"상품 없는 옵션 {orphans:,}개를 뺐습니다" if orphans else None
        parts = {"product": self.kind.products.name, "options": self.kind.options.name}
        return Parsed(rows, reason=left_out, parts=parts)

    def _refuse_too_few(self, unit: Unit, count: int) -> None:
        so_far = self.open_products.get(unit.key, 0)
        if not count and unit.key in self.kind.never_empty:
            raise BadPayload(f"{unit.label}: 상품이 하나도 없다고 합니다. 있을 수 없는 답입니다.")
        if so_far >= TOO_FEW_TO_JUDGE and count < LEAST_SHARE * so_far:
            raise BadPayload(
                f"{unit.label}: 상품이 {count:,}개뿐입니다(지금까지 {so_far:,}개). 정말 줄었다면 {self.table}에서"
                f" top_fin_grp_no = '{unit.key}' 인 행을 지우고 다시 실행하세요."
            )

    def check(self, row: Row) -> str | None:
        problem: str | None = row["problem"]
        return problem

    def store(self, connection: Connection, answer: Answer, parsed: Parsed, provenance: Row) -> Counts:
        listed = frozenset(key_of(self.kind, record) for record in answer.payload.base)
        # A product whose own codes cannot be read may be any that seems to have vanished.
        is_whole = all(is_key(tuple(row["product"][name] for name in self.kind.product_key)) for row in parsed.left_out)
        seen = Seen(
            kind=self.kind,
            group=answer.unit.key,
            rows=parsed.rows,
            listed=listed if is_whole else None,
            at=answer.asked_at,
        )
        return write(connection, seen, provenance)
