"""Failed units that nobody needs any more, or can give: an old list when a newer one is stored, a stock that has left.

So are the lists that only the mirror has, once it was found dead after they failed: that is told already, and when it
lives again its newest lists are asked for.
"""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Engine, text

from foresto_cli.collecting.loader import Loader
from foresto_cli.datasets.listed import listing
from foresto_cli.running.only import Only
from foresto_cli.store import ledger, newer
from foresto_cli.store.fragments import sql
from foresto_cli.upstream import fdr

BY_NEWER = "더 새로운 자료가 저장되어 다시 요청하지 않습니다."
NOBODY = "이 목록을 주는 FinanceDataReader 미러가 멈춰 있어 다시 요청하지 않습니다."
NOT_NEEDED = "이제 필요하지 않아 다시 요청하지 않습니다(더 새로운 자료가 있거나, 줄 곳이 없습니다)."

OLDER = sql(
    "SELECT dataset, unit FROM unit_ledger WHERE status IN ('failed', 'unreadable')"
    " AND (dataset, unit) IN ({superseded})",
    superseded=newer.SUPERSEDED,
)
OF_DEAD = text(
    "SELECT l.unit FROM unit_ledger l JOIN dead_source d ON d.source_id = :source AND d.asked_at >= l.asked_at"
    " WHERE l.dataset = :dataset AND l.status IN ('failed', 'unreadable')"
    " AND split_part(l.unit, ':', 1) = ANY(:kinds)"
)


def close(engine: Engine, loaders: Iterable[Loader]) -> Counter[str]:
    """Close what is superseded, what only a dead source has, and what narrowed ``loaders`` found to be needless.

    Returns how many units were closed by data set.
    """
    closed: Counter[str] = Counter()
    with engine.begin() as connection:
        for row in connection.execute(OLDER).all():
            closed[row.dataset] += ledger.supersede(connection, row.dataset, [row.unit], BY_NEWER)
        of_dead = {"dataset": listing.NAME, "source": fdr.SOURCE_ID, "kinds": list(listing.OF_MIRROR)}
        keys = list(connection.scalars(OF_DEAD, of_dead))
        closed[listing.NAME] += ledger.supersede(connection, listing.NAME, keys, NOBODY)
        for loader in loaders:
            if isinstance(loader, Only):
                keys = loader.answered(ledger.entries(connection, loader.name))
                closed[loader.name] += ledger.supersede(connection, loader.name, keys, NOT_NEEDED)
    return +closed


def notes(closed: Counter[str]) -> list[str]:
    """Return the note of so many closed units."""
    count = closed.total()
    why = "더 새로운 자료가 있거나, 줄 곳이 없거나, 이제 필요하지 않아"
    return [f"실패로 남아 있던 {count:,}건은 {why} 닫았습니다."] if count else []
