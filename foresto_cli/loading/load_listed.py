"""Which loaders the commands about who is listed run: listing and stocks."""

from collections.abc import Iterator

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.collecting.derived import Derived
from foresto_cli.collecting.loader import Loader
from foresto_cli.collecting.mirror import Mirror
from foresto_cli.datasets.dart import ratios, valuations
from foresto_cli.datasets.listed import crno, enrichment, listing_changes, stock_history, stocks
from foresto_cli.datasets.listed.crno import CompanyNumbers
from foresto_cli.datasets.listed.enrichment import Enrichment
from foresto_cli.datasets.listed.list_sources import ListSource, krx_list, mirror_list, naver_ranking, openapi_list
from foresto_cli.datasets.listed.listing import Listing
from foresto_cli.datasets.prices import mirror_life
from foresto_cli.loading.load_open_data import yields
from foresto_cli.running import job
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result
from foresto_cli.store import ledger


def load_listing(app: App, options: Options) -> Result:
    """Bring the listing up to date.

    Raises:
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    return _with_age(app, job.run_or_preview(app, "listing load", "상장 목록", lambda: [listing(app)], options))


def load_snapshot(app: App, options: Options) -> Result:
    """Bring the list of who is listed up to date; descriptions and leavers are for :func:`load_listing`.

    Raises:
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    result = job.run_or_preview(app, "listing load", "상장 목록", lambda: [listing(app, whole=False)], options)
    return _with_age(app, result)


def derive_stocks(app: App, options: Options) -> Result:
    """Bring the stocks and their history up to date by what is stored; nobody is asked.

    Raises:
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    return job.run_or_preview(app, "stocks load", "종목", lambda: derived(app), options)


def load_stocks(app: App, options: Options, *, enrich: bool = False) -> Result:
    """Bring the listing up to date, and by it and the stored prices the stocks and their history.

    With ``enrich`` Yahoo is asked for English names and sectors as well, for some of the new and stale stocks.

    Raises:
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    before: listing_changes.Roster = {}

    def make() -> list[Loader]:
        before.update(_roster(app))
        return [
            listing(app),
            *derived(app),
            *company_numbers(app),
            *([Enrichment(app.yahoo, lambda: _unenriched(app))] if enrich else []),
        ]

    result = job.run_or_preview(app, "stocks load", "종목", make, options)
    result.changes = listing_changes.changes(before, _roster(app))
    result.notes += _stock_notes(app, result.changes, enrich=enrich)
    return result


def _with_age(app: App, result: Result) -> Result:
    """Say how old the list is when it is older than the session before the last one."""
    calendar = app.calendar
    last = calendar.latest_ended(clock.now())
    with app.engine.connect() as connection:
        newest = connection.scalar(text("SELECT max(as_of_date) FROM fdr_stock_listing WHERE is_listed"))
    if newest is not None and newest < calendar.previous(last):
        behind = len(calendar.sessions(newest, last)) - 1
        note = f"저장된 상장 목록은 {newest}의 것입니다({behind:,}거래일 전)."
        result.notes.append(note)
    return result


def _stock_notes(app: App, found: dict[str, int], *, enrich: bool) -> Iterator[str]:
    if found:
        yield listing_changes.sentence(found)
    yield _coverage(app)
    if app.fsc is None:
        yield "FSC_API_KEY(data.go.kr에서 무료 발급)가 없어 법인등록번호는 받지 않았습니다."
    if enrich and (left := len(_unenriched(app))):
        yield f"Yahoo에 아직 요청해야 할 종목이 {left:,}개 있습니다. 한 번에 {enrichment.MOST}개까지 요청합니다."


def _coverage(app: App) -> str:
    """Say for how many of the active stocks the company number is known; foreign companies have none."""
    with app.engine.connect() as connection:
        row = connection.execute(
            text("SELECT count(*) AS active, count(crno) AS known FROM stocks WHERE is_active")
        ).one()
    return f"법인등록번호: 활성 {row.active:,}종목 가운데 {row.known:,}종목({row.known / max(row.active, 1):.1%})"


def _roster(app: App) -> listing_changes.Roster:
    with app.engine.connect() as connection:
        return listing_changes.roster(connection)


def _unenriched(app: App) -> list[tuple[str, str]]:
    with app.engine.connect() as connection:
        return enrichment.wanted(connection)


def derived(app: App) -> list[Loader]:
    """Return what follows from the listing and the prices, in order."""
    calendar = app.calendar
    return [
        Derived(
            stocks.DATASET,
            lambda connection, provenance: stocks.write(connection, calendar, provenance),
        ),
        Derived(stock_history.DATASET, stock_history.write),
        yields(),
        Derived(ratios.DATASET, ratios.write),
        Derived(valuations.DATASET, valuations.write),
    ]


def company_numbers(app: App) -> list[Loader]:
    """Return the loader of company numbers, if there is a key."""
    if app.fsc is None:
        return []
    with app.engine.connect() as connection:
        known = ledger.entries(connection, crno.NAME)
        common = connection.scalar(
            text("SELECT count(*) FROM fdr_stock_listing WHERE is_listed AND right(ticker, 1) = '0'")
        )
    return [CompanyNumbers(app.fsc, app.calendar, clock.now(), common or 0, known)]


def listing(app: App, *, whole: bool = True) -> Listing:
    """Return the loader of who is listed, with what it has to know."""
    with app.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT split_part(market, ' ', 1), count(*) FROM fdr_stock_listing WHERE is_listed GROUP BY 1")
        )
        listed = {row[0]: row[1] for row in rows}
    living = mirror_life.living(app)
    return Listing(_list_sources(app, living), living, app.calendar, clock.now(), listed, whole)


def _list_sources(app: App, living: Mirror | None) -> list[ListSource]:
    calendar = app.calendar
    sources = [openapi_list(app.krx_openapi, calendar)] if app.krx_openapi else []
    if living is not None:
        sources.append(mirror_list(living, calendar))
    if app.krx is not None:
        sources.append(krx_list(app.krx, calendar))
    return [*sources, naver_ranking(app.naver_list, calendar)]
