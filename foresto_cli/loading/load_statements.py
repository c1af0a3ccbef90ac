"""Which loaders the commands about DART's companies and statements run."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.collecting.derived import Derived
from foresto_cli.collecting.loader import Loader
from foresto_cli.datasets.dart import companies as dart_companies
from foresto_cli.datasets.dart import details, expected_reports, filings, ratios, statements, valuations
from foresto_cli.datasets.dart import reparse as dart_reparse
from foresto_cli.datasets.dart.companies import Companies
from foresto_cli.datasets.dart.details import Details, Share
from foresto_cli.datasets.dart.filings import Filings
from foresto_cli.datasets.dart.reports import ANNUAL, DECEMBER, WORDS, Report
from foresto_cli.datasets.dart.statements import Statements, Wanted
from foresto_cli.datasets.listed.names import ticker_of
from foresto_cli.errors import ConfigError, ListingMissing, UsageError
from foresto_cli.running import job
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result
from foresto_cli.store import ledger, limits
from foresto_cli.upstream import dart
from foresto_cli.upstream.dart import Dart

OLDEST_YEAR = 2015
"""DART's figures begin with this year."""
MONTHS = range(1, 13)


def load_companies(app: App, options: Options) -> Result:
    """Bring DART's companies up to date, once a day.

    Raises:
        ConfigError: there is no key.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    client = client_of(app)
    return job.run_or_preview(app, "dart corp-codes", "DART 고유번호", lambda: [companies(app, client)], options)


def load_statements(
    app: App, wanted: Wanted, options: Options, *, full: Share | None = None, is_step: bool = False
) -> Result:
    """Bring the statements up to date: who reports, what was filed, main accounts, whole statements, ratios.

    Args:
        app: what a command works with.
        wanted: which reports of whom.
        options: how to run.
        full: read so much of the whole statements too.
        is_step: who reports is known, and what was filed has just been read.

    Raises:
        ConfigError: there is no key, or no listing to say who is listed.
        UsageError: nobody by that ticker reports.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    client = client_of(app)
    check_listing(app)
    if wanted.ticker is not None:
        wanted = replace(wanted, ticker=_issuer(app, wanted.ticker))

    def make() -> list[Loader]:
        loaders: list[Loader] = [
            *([] if is_step else [companies(app, client), filings_of(app)]),
            Statements(client, clock.now(), lambda: facts(app), wanted),
        ]
        if full is not None:
            loaders.append(Details(client, lambda: filed(app, wanted), wanted.reports, share=full))
        return [*loaders, *followers()]

    return job.run_or_preview(app, "dart financials", "재무제표", make, options)


def followers() -> list[Derived]:
    """Return what follows from statements: the ratios of now, and what was known when."""
    return [Derived(ratios.DATASET, ratios.write), valued()]


def valued() -> Derived:
    """Return what brings up to date what valuations rest on, and since when."""
    return Derived(valuations.DATASET, valuations.write)


def reparse(app: App, options: Options) -> Result:
    """Read the kept answers again, asking nobody.

    Raises:
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """

    def make() -> list[Loader]:
        return [
            reparsing(),
            *followers(),
        ]

    return job.run_or_preview(app, "dart reparse", "재무제표 다시 읽기", make, options)


def reparsing(*reports: Report) -> Derived:
    """Return what reads the kept answers again, of all reports or of ``reports``."""
    return Derived(
        dart_reparse.DATASET,
        lambda connection, provenance: dart_reparse.write(connection, provenance, reports),
    )


def wanted_reports(year: int | None, word: str | None, since: int | None, ticker: str | None) -> Wanted:
    """Return what ``--year``, ``--report``, ``--from`` and ``--ticker`` ask for.

    A year alone means its annual report, a report alone its newest, ``--from`` every report since that year.

    Raises:
        UsageError: an unknown report, options that contradict each other, or a period that has not ended for anybody.
    """
    if word is not None and word not in WORDS:
        raise UsageError(f"--report {word}: {', '.join(WORDS)} 가운데 하나를 적으세요.")
    if since is not None and year is not None:
        raise UsageError("--from과 --year는 함께 쓸 수 없습니다.")
    today = clock.today()
    for name, given in (("--year", year), ("--from", since)):
        if given is not None and not OLDEST_YEAR <= given <= today.year:
            raise UsageError(f"{name} {given}: {OLDEST_YEAR}~{today.year} 사이의 해를 적으세요.")
    if year is None and word is None and since is None:
        return Wanted((), ticker)
    codes = (WORDS[word],) if word else tuple(WORDS.values()) if since is not None else (ANNUAL,)
    years = range(since or year or today.year - 1, (year or today.year) + 1)
    ended = [
        report
        for report in (Report(one, code) for one in years for code in codes)
        if any(report.period_end(month) < today for month in MONTHS)
    ]
    if since is None and year is None:
        ended = [max(report for report in ended if report.period_end(DECEMBER) < today)]
    if not ended:
        raise UsageError(f"{year}년 {word or 'annual'} 보고서의 기간이 끝난 회사가 아직 없습니다(오늘은 {today}).")
    return Wanted(tuple(ended), ticker)


def quota(app: App) -> dict[str, object]:
    """Return what is used and left of DART's daily budget, when it begins anew, and what stands in the way."""
    client = app.dart
    with app.engine.connect() as connection:
        used = dict(limits.budgets(connection)).get(dart.POLICY.name, 0)
        spent = limits.exhausted(connection).get(dart.POLICY.name)
        blocked = [until for name, until, _ in limits.open_blocks(connection) if name == dart.POLICY.name]
    budget = app.settings.foresto_dart_daily_budget
    reset = datetime.combine(clock.today() + timedelta(days=1), time())
    return {
        "has_key": client is not None,
        "budget": budget,
        "used": used,
        "left": 0 if spent else max(budget - used, 0),
        "spent": spent,
        "reset": f"{reset:%Y-%m-%d %H:%M}",
        "blocked_until": blocked[0] if blocked else None,
    }


def show_quota(app: App, found: dict[str, object]) -> None:
    """Print :func:`quota` for a person."""
    console = app.console
    console.strong(
        f"DART: 오늘 {found['used']:,}번 요청했고 {found['left']:,}번 남았습니다(하루 {found['budget']:,}번)."
    )
    console.line(f"한도는 {found['reset']}(KST)에 새로 시작합니다. 01:00~02:00에는 요청하지 않습니다.")
    if found["spent"]:
        console.line(f"⛔ DART에서 {found['spent']}")
    if found["blocked_until"]:
        console.line(f"⛔ {found['blocked_until']}까지 차단되어 요청하지 않습니다.")
    if not found["has_key"]:
        console.line("DART_API_KEY가 없습니다. opendart.fss.or.kr에서 무료로 발급받아 설정하세요.")


def client_of(app: App) -> Dart:
    """Return DART.

    Raises:
        ConfigError: there is no key.
    """
    if app.dart is None:
        raise ConfigError("DART_API_KEY가 없습니다. opendart.fss.or.kr에서 무료로 발급받아 설정하세요.")
    return app.dart


def filings_of(app: App, since: date | None = None) -> Filings:
    """Return the loader of the filings, back to ``since``, with what it has to know."""
    with app.engine.connect() as connection:
        read = ledger.entries(connection, filings.DATASET.name)
    return Filings(client_of(app), clock.now(), app.calendar, read, since)


def companies(app: App, client: Dart) -> Companies:
    """Return the loader of DART's companies, with what it has to know."""
    with app.engine.connect() as connection:
        common = connection.scalar(
            text("SELECT count(*) FROM fdr_stock_listing WHERE is_listed AND right(ticker, 1) = '0'")
        )
    return Companies(client, clock.now(), common or 0)


def facts(app: App) -> expected_reports.Roll:
    """Return who reports and what was filed, everybody who is listed put into a hundred."""
    with app.engine.begin() as connection:
        dart_companies.group(connection)
        return expected_reports.read(connection, statements.DATASET.name)


def filed(app: App, wanted: Wanted) -> list[details.Filed]:
    """Return the newest stored versions of the reports that are wanted."""
    with app.engine.connect() as connection:
        return details.read(connection, wanted.ticker)


def check_listing(app: App) -> None:
    """Let pass where it is known who is listed.

    Raises:
        ListingMissing: it is not.
    """
    with app.engine.connect() as connection:
        known = connection.scalar(text("SELECT count(*) FROM fdr_stock_listing WHERE is_listed"))
    if not known:
        raise ListingMissing("상장 목록이 비어 있어 요청할 회사를 모릅니다. 먼저 foresto listing load를 실행하세요.")


def _issuer(app: App, ticker: str) -> str:
    """Return the common share's ticker of the company that ``ticker``, or its name, belongs to."""
    with app.engine.connect() as connection:
        ticker = ticker_of(connection, ticker.strip())
        found: str | None = connection.scalar(
            text(
                "SELECT ticker FROM fdr_stock_listing WHERE is_listed AND ticker IN (:ticker, :common)"
                " ORDER BY ticker = :common DESC LIMIT 1"
            ),
            {"ticker": ticker, "common": f"{ticker[:5]}0"},
        )
    if found is None:
        raise UsageError(f"{ticker} 라는 종목은 상장 목록에 없습니다. 여섯 자리 종목코드(예: 005930)를 적으세요.")
    return found
