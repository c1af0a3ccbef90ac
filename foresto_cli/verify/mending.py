"""``verify --repair``: asks again for the units that findings name, and computes again what follows from them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, text

from foresto_cli.adjustment import closes, pending
from foresto_cli.app import App
from foresto_cli.collecting.checks import ADJUSTMENT, CLOSURE, HERE, NO_SESSION, RECORD, SCORE, Units
from foresto_cli.collecting.loader import Loader
from foresto_cli.datasets.prices import day_closures
from foresto_cli.datasets.prices.days import NAME as PRICES
from foresto_cli.errors import ConfigError
from foresto_cli.loading import load_listed, retry_loaders
from foresto_cli.running import job
from foresto_cli.running.job import Options
from foresto_cli.running.results import Result
from foresto_cli.score import batch
from foresto_cli.telling import tidying

SCORED_SESSIONS = 30
"""Scored sessions that are computed again when it is not known from which day on they are wrong."""
BY_DAY = ("prices.day", "prices.index_day", ADJUSTMENT)
"""Data sets whose units are trade dates, or end with one: scores before the first of them stay as they are."""
APART = ("listing", "etfs", "stocks", "bonds", "fss", "us", RECORD)
"""Data sets that no score is made of, with what is derived beside them (``stocks.ratios``)."""


def mend(app: App, findings: Iterable[Units], options: Options) -> tuple[Result, list[str]]:
    """Ask again for all units, settle the adjustments, and derive stocks, ratios and scores anew.

    Args:
        app: what a command works with.
        findings: the units of each finding.
        options: how to run.

    Returns:
        (result of asking, notes: what could not be asked for, and how many sessions were scored again).

    Raises:
        ForestoError: see :func:`foresto_cli.running.job.run_loaders`.
    """
    units = _together(findings)
    notes: list[str] = []
    asked = job.run_loaders(
        app, "verify", "검증에서 찾은 것 다시 요청", lambda: _loaders(app, units, notes), _afresh(options)
    )
    with app.engine.connect() as connection:
        days = _scored(connection, units)
    for day in days:
        batch.score_batch(app, batch.Options(as_of=day, replace=True, wait=options.wait))
    if days:
        span = f"{days[0]}" if len(days) == 1 else f"{days[0]}~{days[-1]}"
        notes.append(f"점수 {len(days):,}거래일({span})을 다시 계산했습니다.")
    return asked, notes


def _together(findings: Iterable[Units]) -> dict[str, list[str]]:
    """Return the units of all findings, in the order in which data sets need one another."""
    found: dict[str, set[str]] = {}
    for units in findings:
        for name, keys in units.items():
            found.setdefault(name, set()).update(keys)
    known = [*retry_loaders.MAKERS, *HERE]
    return {name: sorted(found[name]) for name in [*(found.keys() - known), *(one for one in known if one in found)]}


def _afresh(options: Options) -> Options:
    return Options(workers=options.workers, wait=options.wait, again=True, afresh=True)


def _loaders(app: App, units: Mapping[str, Sequence[str]], notes: list[str]) -> list[Loader]:
    loaders: list[Loader] = []
    _correct(app, units)
    for name, keys in units.items():
        if name in HERE:
            continue
        try:
            loaders += _asking(app, name, keys)
        except ConfigError as error:
            notes.append(f"{name} {len(keys):,}건은 요청하지 않았습니다. {error}")
    with app.engine.connect() as connection:
        is_derived = connection.scalar(text("SELECT EXISTS (SELECT 1 FROM stocks)"))
    # Stocks may come twice: who was missing has to be there before numbers and names are written beside it.
    return [*loaders, *(load_listed.derived(app) if is_derived else ())]


def _asking(app: App, name: str, keys: Sequence[str]) -> Sequence[Loader]:
    """Return what asks again for ``keys``; prices that are contradicted are written over, whoever they come from."""
    if name == PRICES and all(map(_is_day, keys)):
        return retry_loaders.distrusted_days(app, _days(keys))
    return retry_loaders.loaders_for(app, name, keys)


def _correct(app: App, units: Units) -> None:
    """Take back what the stored data refute, and note or do what is computed from prices.

    The calendar comes first: who is asked for which session depends on it.
    """
    days = {name: _days(units.get(name, ())) for name in (CLOSURE, NO_SESSION, ADJUSTMENT)}
    stocks = [key for key in units.get(ADJUSTMENT, ()) if not _is_day(key)]
    with app.engine.begin() as connection:
        tidying.correct(connection, units.get(RECORD, ()))
        day_closures.forget_notes(connection, days[CLOSURE])
        day_closures.drop_prices(connection, days[NO_SESSION])
        for day in (*days[ADJUSTMENT], *days[CLOSURE], *days[NO_SESSION]):
            pending.note_pending(connection, day)
        closes.rewrite_stocks(connection, stocks)


def _days(keys: Iterable[str]) -> list[date]:
    return [date.fromisoformat(key) for key in keys if _is_day(key)]


def _is_day(key: str) -> bool:
    return len(key) == len("2026-11-20") and key[4] == "-"


def _scored(connection: Connection, units: Units) -> list[date]:
    """Return the scored sessions that may have become others, oldest first."""
    wanted = {date.fromisoformat(day) for day in units.get(SCORE, ())}
    since = min((key[-10:] for name in BY_DAY for key in units.get(name, ())), default=None)
    is_open = any(name not in {*BY_DAY, SCORE} and name.partition(".")[0] not in APART for name in units)
    scored = list(
        connection.scalars(
            text("SELECT DISTINCT score_date FROM compass_score_run ORDER BY 1 DESC LIMIT :most"),
            {"most": SCORED_SESSIONS},
        )
    )
    reached = [day for day in scored if is_open or (since is not None and f"{day}" >= since)]
    return sorted({*wanted, *reached})
