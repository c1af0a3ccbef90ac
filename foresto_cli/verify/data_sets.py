"""The data sets whose age is watched: which jobs load each, and the session that a start of such a job brings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from foresto_cli import clock
from foresto_cli import data_sets as datasets
from foresto_cli.app import App
from foresto_cli.datasets.fss.kinds import KINDS
from foresto_cli.upstream.finlife import GROUPS

Reached = Callable[[App, datetime], date]


def shown(app: App, start: datetime) -> date:
    """Return the newest session whose prices anybody shows at ``start``."""
    return app.calendar.latest_ended(start)


def _priced(app: App, start: datetime) -> date:
    """Return the newest session of which the keys at hand give prices at ``start``; without any key Naver does."""
    if app.krx is not None:
        return app.calendar.latest_ended(start)
    if app.krx_openapi is not None:
        return _published(app, start)
    return app.calendar.latest_ended(start) if app.fsc is None else app.calendar.latest_in_open_data(start)


def _listed(app: App, start: datetime) -> date:
    """Return the newest session whose list is preferred at ``start``: an official one of the day before to Naver's."""
    is_behind = app.krx is None and app.krx_openapi is not None
    return _published(app, start) if is_behind else app.calendar.latest_ended(start)


def _funds(app: App, start: datetime) -> date:
    return app.calendar.latest_ended(start) if app.krx is not None else _published(app, start)


def _published(app: App, start: datetime) -> date:
    """Return the newest session that the OPEN API has at ``start``, or will not be blamed for lacking now."""
    day = app.calendar.latest_official(start)
    return app.calendar.previous(day) if clock.now() < app.calendar.official_until(day) else day


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """One line of the status.

    Attributes:
        name: data set in the ledger.
        label: what the operator calls it.
        newest: SQL for the newest day it holds.
        jobs: the jobs of the timetable that load it.
        reached: the session that a start of such a job brings; None where sessions do not matter.
        asked: SQL for the day on which it was last asked for, where that is not ``newest``.
    """

    name: str
    label: str
    newest: str
    jobs: tuple[str, ...]
    reached: Reached | None = None
    asked: str | None = None


def _last_asked(dataset: str) -> str:
    return (
        f"SELECT max(asked_at)::date FROM unit_ledger WHERE dataset = '{dataset}'"  # noqa: S608  # our own name
        " AND status IN ('done', 'provisional', 'no_data')"
        " AND asked_at <= :believable"
    )


DAILY = ("morning", "weekday", "weekday_final")
EVENING = ("weekday", "weekday_final")
DATA_SETS = (
    DataSet(
        name="listing",
        label="상장 목록",
        newest="SELECT max(as_of_date) FROM fdr_stock_listing WHERE is_listed",
        jobs=(*EVENING, "weekly"),
        reached=_listed,
    ),
    DataSet(
        name="prices.day",
        label="일별 시세",
        newest="SELECT max(trade_date) FROM stock_price_daily",
        jobs=DAILY,
        reached=_priced,
    ),
    DataSet(
        name="stocks",
        label="종목",
        newest="SELECT max(price_date) FROM stocks WHERE is_active",
        jobs=(*DAILY, "weekly"),
        reached=_priced,
    ),
    DataSet(
        name="etfs",
        label="ETF",
        newest="SELECT max(price_date) FROM etfs WHERE is_active",
        jobs=(*DAILY, "weekly"),
        reached=_funds,
    ),
    DataSet(
        name="prices.index",
        label="지수",
        newest="SELECT max(trade_date) FROM index_price_daily",
        jobs=DAILY,
        reached=shown,
    ),
    DataSet(name="dart.statements", label="재무제표", newest=_last_asked("dart.filings"), jobs=("morning", "weekly")),
    DataSet(name="dart.dividends", label="배당(DART)", newest=_last_asked("dart.dividends"), jobs=("quarterly",)),
    DataSet(name="dart.actions", label="자본 변동", newest=_last_asked("dart.actions"), jobs=("quarterly",)),
    DataSet(
        name="bonds",
        label="채권",
        newest="SELECT max(bas_dt) FROM bonds",
        jobs=("monthly",),
        asked=_last_asked("bonds"),
    ),
    DataSet(
        name="dividends.fsc",
        label="배당",
        newest="SELECT max(unit)::date FROM unit_ledger WHERE dataset = 'dividends.fsc' AND status = 'done'",
        jobs=("quarterly",),
        asked=_last_asked("dividends.fsc"),
    ),
    *(
        DataSet(
            name=kind.dataset,
            label=kind.label,
            # As old as its oldest group, and not there before all groups are.
            newest=_last_asked(kind.dataset).replace("max(", "min(") + f" HAVING count(*) = {len(GROUPS)}",
            jobs=("monthly",),
        )
        for kind in KINDS
    ),
    DataSet(
        name="score",
        label="Compass Score",
        newest="SELECT max(score_date) FROM compass_score_history",
        jobs=(*DAILY, "weekly"),
        reached=_priced,
    ),
)


def watched(app: App) -> tuple[DataSet, ...]:
    """Return the data sets whose age is watched: those above, and the described ones that chains load."""
    described = (
        DataSet(
            name=one.name,
            label=one.label,
            newest=f"SELECT max(trade_date) FROM {one.table.name}",  # noqa: S608  # our own name
            jobs=(one.chain,),
            reached=_published,
        )
        for one in datasets.wanted(app.settings.datasets)
    )
    return (*DATA_SETS, *described)
