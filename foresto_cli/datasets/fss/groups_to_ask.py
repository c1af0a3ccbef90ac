"""Which groups of which kinds of products would have to be asked for again."""

from collections import defaultdict

from foresto_cli.collecting.checks import Rows, Scope, Units
from foresto_cli.datasets.fss.kinds import BY_NAME
from foresto_cli.upstream.finlife import GROUPS


def groups_of(_scope: Scope, rows: Rows) -> Units:
    """Return, by kind, the groups that ``rows`` name; where a row names none, or one that is none, all of them."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        group = row.get("top_fin_grp_no")
        found[BY_NAME[row["kind"]].dataset] |= {group} if group in GROUPS else set(GROUPS)
    return {dataset: sorted(groups) for dataset, groups in found.items()}
