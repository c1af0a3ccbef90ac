"""Loading what one file describes."""

from datetime import date
from statistics import median

from sqlalchemy import Connection, func, select

from foresto_cli import clock, data_sets
from foresto_cli.app import App
from foresto_cli.collecting import krx_pages
from foresto_cli.collecting.by_day import DeclaredDays
from foresto_cli.collecting.krx_pages import KrxPages
from foresto_cli.collecting.loader import Loader
from foresto_cli.datasets.prices.spans import check_span
from foresto_cli.declared import ByDay, Daily, Declared, KrxPage, OpenApi, PerGroup, WholeList
from foresto_cli.errors import ConfigError
from foresto_cli.loading import load_described_lists
from foresto_cli.running import job
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result
from foresto_cli.store import ledger
from foresto_cli.upstream.krx import Krx
from foresto_cli.upstream.krx_openapi import KrxOpenApi

REACH_BACK = 30
"""Sessions before the newest in which gaps are filled without being asked for."""
USUAL_OF = 5
"""Newest stored dates whose median is the usual number of rows."""


KEYS = {ByDay: "krx_openapi_key", KrxPage: "krx_id", WholeList: "fsc_api_key", PerGroup: "fss_api_key"}
"""Setting that each kind of data set takes."""


def wanted(app: App) -> tuple[Declared, ...]:
    """Return the data sets that chains load: those of everybody, and those that are switched on."""
    return data_sets.wanted(app.settings.datasets, app.settings.krx_extras)


def services(app: App) -> list[OpenApi]:
    """Return the services of the OPEN API of the data sets that chains load."""
    return [found.service for found in wanted(app) if isinstance(found, ByDay)]


def load_in_chain(app: App, described: Declared, options: Options) -> Result:
    """Load what is missing of a data set without being asked for it by name.

    Raises:
        ForestoError: as :func:`load`.
    """
    if isinstance(described, Daily):
        return load(app, described, None, None, options, asked_for=False)
    return load_described_lists.load(app, described, options)


def load(  # noqa: PLR0913  # which dates, and how
    app: App,
    described: ByDay | KrxPage,
    since: date | None,
    until: date | None,
    options: Options,
    *,
    asked_for: bool = True,
) -> Result:
    """Load every missing trade date of ``described``.

    Args:
        app: what the command works with.
        described: the data set.
        since: first trade date; None: the first thirty sessions, afterwards from the oldest one stored; of a page
            behind a login the newest session alone.
        until: last trade date; None: the newest one published.
        options: how the command runs.
        asked_for: by name; otherwise a service that is not approved is left out with a note.

    Raises:
        ConfigError: there is no key.
        UsageError: the span is impossible.
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    _client(app, described)
    today = clock.today()
    if since is not None or until is not None:
        check_span(app, since or described.since, until or today)

    made: list[Loader] = []

    def make() -> list[Loader]:
        made.append(loader(app, described, since, until or today, again=options.again, asked_for=asked_for))
        return made

    result = job.run_or_preview(app, f"{described.name} load", described.label, make, options)
    if made and made[0].most is not None and result.units.planned >= made[0].most:
        result.notes.append(
            f"KRX 화면은 한 번의 실행에서 {krx_pages.MOST_REQUESTS}번까지만 요청합니다."
            " 남은 거래일은 다시 실행하면 이어집니다."
        )
    return result


def loader(  # noqa: PLR0913  # as above
    app: App,
    described: ByDay | KrxPage,
    since: date | None,
    until: date,
    *,
    again: bool = False,
    asked_for: bool = True,
) -> Loader:
    """Return what loads ``described``, with the facts of the moment.

    Raises:
        ConfigError: there is no key.
    """
    with app.engine.connect() as connection:
        stored = _stored(connection, described)
        known = ledger.entries(connection, described.name)
    newest = sorted(stored)[-USUAL_OF:]
    usual = int(median(stored[day] for day in newest)) if newest else 0
    if isinstance(described, KrxPage):
        unsettled = {date.fromisoformat(unit) for unit, entry in known.items() if entry.status == "provisional"}
        return KrxPages(
            krx_of(app, described),
            app.calendar,
            described,
            clock.now(),
            since=since,
            until=until,
            again=again,
            stored=stored,
            usual=usual,
            unsettled=frozenset(unsettled),
        )
    asked = client(app, described)
    start = since or max(
        app.calendar.back(app.calendar.latest_official(clock.now()), REACH_BACK), min(stored, default=date.min)
    )
    return DeclaredDays(
        asked, app.calendar, start, clock.now(), described, until, stored, usual, asked_for=asked_for, again=again
    )


def _client(app: App, described: ByDay | KrxPage) -> object:
    return krx_of(app, described) if isinstance(described, KrxPage) else client(app, described)


def krx_of(app: App, described: KrxPage) -> Krx:
    """Return the login that has ``described``.

    Raises:
        ConfigError: there is none.
    """
    if app.krx is None:
        raise ConfigError(
            f"{described.label}: 로그인한 KRX 화면에만 있습니다. data.krx.co.kr의 회원 ID와 비밀번호를"
            " KRX_ID와 KRX_PW에 설정하세요."
        )
    return app.krx


def client(app: App, described: ByDay) -> KrxOpenApi:
    """Return the client that has ``described``.

    Raises:
        ConfigError: there is no key.
    """
    if app.krx_openapi is None:
        raise ConfigError(
            f"{described.label}: KRX OPEN API에만 있습니다. openapi.krx.co.kr에서 키를 발급받아 KRX_OPENAPI_KEY를"
            f" 설정하고 '{described.service.title}'를 신청하세요."
        )
    return app.krx_openapi


def _stored(connection: Connection, described: Daily) -> dict[date, int]:
    day = described.table.c.trade_date
    query = select(day, func.count().label("rows")).group_by(day)
    return {row.trade_date: row.rows for row in connection.execute(query)}
