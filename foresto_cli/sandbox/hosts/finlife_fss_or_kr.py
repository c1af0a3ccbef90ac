"""finlife.fss.or.kr: financial products of the FSS, by kind and group, page by page."""

from typing import TYPE_CHECKING

from foresto_cli.sandbox.wire import Answer, Request, as_json, plain
from foresto_cli.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HOSTS = ("finlife.fss.or.kr",)
OPERATIONS = {
    "depositProductsSearch": "D",
    "savingProductsSearch": "S",
    "annuitySavingProductsSearch": "P",
    "mortgageLoanProductsSearch": "M",
    "rentHouseLoanProductsSearch": "R",
    "creditLoanProductsSearch": "C",
}
REFUSED_KEYS = ("wrong",)
COUNTERS_AS_TEXT = ("020000",)
"""Groups whose counters are text, as they all were until 2022."""


def answer(request: Request, world: World) -> Answer:
    """Return the page asked for; an empty group and a page beyond the end are both empty."""
    from foresto_cli.sandbox import damage
    from foresto_cli.sandbox import described_answers as listed
    from foresto_cli.sandbox.products import records, shelf

    operation = request.path.rpartition("/")[2].removesuffix(".json")
    described = listed.by_operation(operation)
    division = described.service.division if described else OPERATIONS.get(operation)
    if division is None or not request.path.startswith("/finlifeapi/"):
        return plain("foresto sandbox: no such service\n", 404)
    key, group, page = (request.query.get(name, "") for name in ("auth", "topFinGrpNo", "pageNo"))
    if not key or not group or not page:
        return damage.finlife("100")
    if key in REFUSED_KEYS:
        return damage.finlife("010")
    if group not in shelf.COMPANIES or not page.isdigit():
        return damage.finlife("101")
    entries: Sequence[tuple[Mapping[str, object], Sequence[Mapping[str, object]]]]
    if described:
        entries, size = [(record, []) for record in listed.of_group(described, group)], len(described.names)
    else:
        entries = records.disclosed(world.options.seed, division, group, shelf.disclosure(world.now.date()))
        size = shelf.page_size(division, group)
    number = int(page)
    shown = entries[(number - 1) * size : number * size]
    counters: dict[str, object] = {
        "total_count": len(entries),
        "max_page_no": max(1, -(-len(entries) // size)),
        "now_page_no": number,
    }
    if group in COUNTERS_AS_TEXT:
        counters = {name: f"{count}" for name, count in counters.items()}
    return as_json(
        {
            "result": {
                "prdt_div": division,
                **counters,
                "err_cd": "000",
                "err_msg": "정상",
                "baseList": [product for product, _ in shown],
                "optionList": [option for _, options in shown for option in options],
            }
        }
    )
