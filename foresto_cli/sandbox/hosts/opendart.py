"""opendart.fss.or.kr: OpenDART (전자공시), JSON endpoints and the zip of company codes."""

from typing import TYPE_CHECKING

from foresto_cli.clock import day_of
from foresto_cli.sandbox.wire import Answer, Request, as_json
from foresto_cli.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from foresto_cli.sandbox.dart.dart_companies import Company
    from foresto_cli.sandbox.dart.dart_periods import Period
    from foresto_cli.sandbox.market import Market

HOSTS = ("opendart.fss.or.kr",)
FOLDER = "/api/"
ZIP = "corpCode.xml"
FAULT = "dart"
"""Fault kinds that begin so are followed by the status to answer with."""
REFUSED_KEYS = ("", "wrong")
MOST_COMPANIES = 100
YEAR_DIGITS = 4


def answer(request: Request, world: World) -> Answer:
    """Return what the endpoint answers; refusals are JSON, or XML where a zip was asked for."""
    from foresto_cli.sandbox.dart import dart_registry, statuses

    name = request.path.removeprefix(FOLDER)
    if request.fault and request.fault.startswith(FAULT):
        return statuses.refusal(request.fault.removeprefix(FAULT), as_xml=name == ZIP)
    if request.query.get("crtfc_key", "") in REFUSED_KEYS:
        return statuses.refusal("010", as_xml=name == ZIP)
    if name == ZIP:
        return Answer(dart_registry.corp_codes(world.market), content_type="application/x-msdownload", compress=False)
    endpoint = ENDPOINTS.get(name)
    if endpoint is None:
        return statuses.refusal("101")
    try:
        return endpoint(request, world.market)
    except (KeyError, ValueError):
        # A parameter is missing or cannot be read.
        return statuses.refusal("100")


def _outline(request: Request, market: "Market") -> Answer:
    from foresto_cli.sandbox.dart import dart_registry, statuses

    company = _company(request, market)
    if company is None:
        return statuses.refusal("013")
    return as_json({"status": "000", "message": statuses.MESSAGES["000"], **dart_registry.outline(company)})


def _filings(request: Request, market: "Market") -> Answer:
    from foresto_cli.sandbox.dart import disclosures

    return disclosures.page(market, request.query)


def _main_accounts(request: Request, market: "Market") -> Answer:
    from foresto_cli.sandbox.dart import dart_companies, main_accounts, statuses

    codes = request.query["corp_code"].split(",")
    if len(codes) > MOST_COMPANIES:
        return statuses.refusal("021")
    known = dart_companies.of(market).by_code
    rows: list[dict[str, str]] = []
    for company in (known[code] for code in codes if code in known):
        for period in _periods(request, company):
            rows += main_accounts.rows(market, company, period, market.now.date())
    return statuses.listing(rows)


def _single(request: Request, market: "Market") -> Answer:
    from foresto_cli.sandbox.dart import statuses

    if "," in request.query["corp_code"]:
        return statuses.refusal("100")
    return _main_accounts(request, market)


def _whole_statements(request: Request, market: "Market") -> Answer:
    from foresto_cli.sandbox.dart import dart_whole_statements, main_accounts, statuses

    company, scope = _company(request, market), request.query["fs_div"]
    if scope not in main_accounts.SCOPES:
        return statuses.refusal("100")
    if company is None:
        return statuses.refusal("013")
    today = market.now.date()
    reports = [dart_whole_statements.rows(market, company, one, scope, today) for one in _periods(request, company)]
    return statuses.listing([row for report in reports for row in report])


def _periodic(name: str) -> "Callable[[Request, Market], Answer]":
    """Return the endpoint of one item of the periodic reports."""

    def item(request: Request, market: "Market") -> Answer:
        from foresto_cli.sandbox.dart import report_items, statuses

        company = _company(request, market)
        if company is None:
            return statuses.refusal("013")
        today = market.now.date()
        reports = [report_items.ROWS[name](market, company, one, today) for one in _periods(request, company)]
        return statuses.listing([row for report in reports for row in report])

    return item


def _decision(name: str) -> "Callable[[Request, Market], Answer]":
    """Return the endpoint of one kind of major decision (주요사항보고서)."""

    def decisions(request: Request, market: "Market") -> Answer:
        from foresto_cli.sandbox.dart import dart_decisions, statuses

        first, last = day_of(request.query["bgn_de"]), day_of(request.query["end_de"])
        company = _company(request, market)
        if company is None:
            return statuses.refusal("013")
        return statuses.listing(dart_decisions.rows(market, company, name, first, last))

    return decisions


ENDPOINTS: "dict[str, Callable[[Request, Market], Answer]]" = {
    "company.json": _outline,
    "list.json": _filings,
    "fnlttSinglAcnt.json": _single,
    "fnlttMultiAcnt.json": _main_accounts,
    "fnlttSinglAcntAll.json": _whole_statements,
    **{f"{name}.json": _periodic(name) for name in ("alotMatter", "irdsSttus")},
    **{
        f"{name}.json": _decision(name)
        for name in (
            "piicDecsn",
            "fricDecsn",
            "pifricDecsn",
            "crDecsn",
            "cmpMgDecsn",
            "cmpDvDecsn",
            "stkExtrDecsn",
        )
    },
}


def _company(request: Request, market: "Market") -> "Company | None":
    from foresto_cli.sandbox.dart import dart_companies

    return dart_companies.of(market).by_code.get(request.query["corp_code"])


def _periods(request: Request, company: "Company") -> "list[Period]":
    """Return the periods asked for: two of a company that closes twice a year.

    Raises:
        KeyError, ValueError: a parameter is missing or wrong.
    """
    year = request.query["bsns_year"]
    if not (year.isdigit() and len(year) == YEAR_DIGITS):
        raise ValueError(year)
    return company.periods(int(year), request.query["reprt_code"])
