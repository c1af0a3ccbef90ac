"""Failed units that nobody needs any more: an old list when a newer one is stored, a stock that has left."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Engine, text

from foresto_cli.loaders import Loader
from foresto_cli.ops.only import Only
from foresto_cli.store import ledger, newer

BY_NEWER = "더 새로운 자료가 저장되어 다시 요청하지 않습니다."
NOT_NEEDED = "이제 필요하지 않아 다시 요청하지 않습니다(더 새로운 자료가 있거나, 줄 곳이 없습니다)."

OLDER = text(
    "SELECT dataset, unit FROM unit_ledger WHERE status IN ('failed', 'unreadable')"  # noqa: S608  # our own words
    f" AND (dataset, unit) IN ({newer.SUPERSEDED})"
)


def close(engine: Engine, loaders: Iterable[Loader]) -> Counter[str]:
    """Close what newer data have superseded, or narrowed ``loaders`` found to be needless; count by data set."""
    closed: Counter[str] = Counter()
    with engine.begin() as connection:
        for row in connection.execute(OLDER).all():
            closed[row.dataset] += ledger.supersede(connection, row.dataset, [row.unit], BY_NEWER)
        for loader in loaders:
            if isinstance(loader, Only):
                keys = loader.answered(ledger.entries(connection, loader.name))
                closed[loader.name] += ledger.supersede(connection, loader.name, keys, NOT_NEEDED)
    return +closed


def notes(closed: Counter[str]) -> list[str]:
    """Return the note of so many closed units."""
    count = closed.total()
    return [f"실패로 남아 있던 {count:,}건은 더 새로운 자료가 있거나 이제 필요하지 않아 닫았습니다."] if count else []
