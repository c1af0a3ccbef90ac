"""Financial products of one kind, group by group: all pages of a group or nothing of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from foresto_cli.collecting.fss_groups import FssGroups
from foresto_cli.collecting.loader import Answer, Parsed, Unit
from foresto_cli.collecting.whole_answers import refuse_twice
from foresto_cli.datasets.fss.kinds import Kind
from foresto_cli.datasets.fss.product_group import Seen, write
from foresto_cli.datasets.fss.product_rows import is_key, key_of, products
from foresto_cli.errors import BadPayload
from foresto_cli.store.upsert import Counts, Row
from foresto_cli.upstream import finlife

ORPHANS_SHARE = 0.02
"""More options than this without a product, and the answer is not believed."""

BARE_SHARE = 0.5
"""More products than this without any rate, and options are missing."""


@dataclass
class FssProducts(FssGroups):
    """Loader of the products of one kind."""

    kind: Kind

    def __post_init__(self) -> None:
        """Be the data set of the kind."""
        self.data_set = self.kind.data_set

    @property
    def never_empty(self) -> Sequence[str]:
        return self.kind.never_empty

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
        self.refuse_too_few(answer.unit, len(found.base))
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
