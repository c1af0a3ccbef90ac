"""Which stocks fulfil conditions on a day, of all that had a price then, those that left the market since included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, TextClause, text

from foresto_cli.datasets.listed import designations
from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.score import panel
from foresto_cli.screens import saved_screens
from foresto_cli.screens.conditions import Condition, Field, conditions
from foresto_cli.screens.screen_fields import BACK, FIELDS, PARTS, PRICED, VALUATION
from foresto_cli.store.fragments import Fragment, fragment, joined, sql
from foresto_cli.written_days import Day, last_of

SHOWN = ("ticker", "name", "market", "score", "grade", "market_cap")
"""Shown of everybody, before what the conditions speak of."""
SESSION = text("SELECT max(trade_date) FROM stock_price_daily WHERE trade_date <= :day")
BY_NAME = {one.name: one for one in FIELDS}


@dataclass(frozen=True)
class Screened:
    """Who fulfils the conditions.

    Attributes:
        day: the session it is about.
        counts: conditions as they were read, each with how many fulfil it and all before it.
        everybody: how many had a price that day.
        fields: of the rows, in their order.
        rows: who is left, in the order asked for.
        unknown: names of fields in the conditions that nobody has a value of that day.
    """

    day: date
    everybody: int
    counts: Sequence[tuple[str, int]]
    fields: Sequence[Field]
    rows: Sequence[tuple[object, ...]]
    unknown: Sequence[str] = ()


@dataclass(frozen=True)
class Judged:
    """What each condition says of everybody who had a price.

    Attributes:
        day: the session it is about.
        said: the conditions as they were read.
        fields: what they speak of.
        stocks: by ticker: name, whether each condition is fulfilled, and the values of ``fields``.
    """

    day: date
    said: Sequence[str]
    fields: Sequence[Field]
    stocks: Mapping[str, tuple[str, Sequence[bool], Sequence[object]]]


@dataclass(frozen=True)
class _Asked:
    day: date
    conditions: Sequence[Condition]
    shown: Sequence[Field]
    order: Field
    is_descending: bool


def selected(
    connection: Connection, condition: str, as_of: Day, *, top: int | None, sort: str
) -> tuple[TextClause, dict[str, object]]:
    """Return the query of who fulfils ``condition`` on the last session up to ``as_of``, and its parameters.

    Args:
        connection: database.
        condition: comparisons, or what they were saved as.
        as_of: a past day; None for the newest session.
        top: at most so many; None for all.
        sort: the field that orders them, with ``-`` in front from the largest down.

    Raises:
        UsageError: the condition, the field or the day cannot be understood.
        ConfigError: no price of that day or before is stored.
    """
    return _query(connection, _asked(connection, condition, as_of, sort), top)


def screened(
    connection: Connection, condition: str, as_of: Day = None, *, top: int | None = None, sort: str = "-score"
) -> Screened:
    """Return who fulfils ``condition``, and how many each of its parts left over; as :func:`selected`."""
    asked = _asked(connection, condition, as_of, sort)
    everybody, counts, values_of = _counted(connection, asked)
    query, values = _query(connection, asked, top)
    rows = [tuple(row) for row in connection.execute(query, values)]
    said = [one.said for one in asked.conditions]
    unknown = [name for name, known in values_of.items() if everybody and not known]
    return Screened(asked.day, everybody, list(zip(said, counts, strict=True)), asked.shown, rows, unknown)


def newest_session(connection: Connection) -> date | None:
    """Return the newest session with prices, None without any."""
    found: date | None = connection.scalar(SESSION, {"day": last_of(None)})
    return found


def judged(connection: Connection, condition: str) -> Judged:
    """Return what each part of ``condition`` says of every stock on the newest session.

    Raises:
        UsageError, ConfigError: as :func:`screen`.
    """
    asked = _asked(connection, condition, None, "ticker")
    used = {name for one in asked.conditions for name in one.used}
    spoken_of = [one for one in FIELDS if one.name in used]
    columns = [BY_NAME["ticker"], BY_NAME["name"], *spoken_of]
    query = sql(
        "{prices} SELECT {columns} FROM {people} ORDER BY p.market_cap DESC NULLS LAST, p.ticker",
        prices=_prices(columns),
        columns=[*(one.sql for one in columns), *(fragment("({one}) IS TRUE", one=c.sql) for c in asked.conditions)],
        people=_people(columns),
    )
    rows = connection.execute(query, _parameters(connection, asked, columns)).all()
    first = len(columns)
    stocks = {row[0]: (row[1] or row[0], row[first:], row[2:first]) for row in rows}
    return Judged(asked.day, [one.said for one in asked.conditions], spoken_of, stocks)


def _asked(connection: Connection, given: str, as_of: Day, sort: str) -> _Asked:
    found = conditions(saved_screens.condition_of(connection, given), FIELDS)
    order = BY_NAME.get(sort.lstrip("-+"))
    if order is None:
        raise UsageError(f"{sort}: 그런 이름으로 정렬할 수 없습니다. foresto screen --fields로 이름을 보세요.")
    day = connection.scalar(SESSION, {"day": last_of(as_of)})
    if day is None:
        raise ConfigError(
            "그날까지 저장된 시세가 없습니다. foresto prices incremental을 실행하거나 다른 날을 적으세요."
        )
    used = {name for one in found for name in one.used}.difference(SHOWN)
    shown = [BY_NAME[name] for name in SHOWN] + [one for one in FIELDS if one.name in used]
    return _Asked(day, found, shown, order, sort.startswith("-"))


def _query(connection: Connection, asked: _Asked, top: int | None) -> tuple[TextClause, dict[str, object]]:
    fields = [*asked.shown, asked.order]
    query = sql(
        "{prices} SELECT {columns} FROM {people} WHERE {all} ORDER BY {order} {way} NULLS LAST,"
        " p.market_cap DESC NULLS LAST, p.ticker LIMIT :top",
        prices=_prices(fields),
        columns=[fragment("{value} AS {name}", value=one.sql, name=one.name) for one in asked.shown],
        people=_people(fields),
        all=joined(" AND ", [one.sql for one in asked.conditions]),
        order=asked.order.sql,
        way=Fragment("DESC" if asked.is_descending else "ASC"),
    )
    return query, _parameters(connection, asked, fields) | {"top": top}


def _counted(connection: Connection, asked: _Asked) -> tuple[int, Sequence[int], Mapping[str, int]]:
    """Return how many there are, how many fulfil the first condition, the first two, and so on, and have each field."""
    fields = [one for one in FIELDS if any(one.name in condition.used for condition in asked.conditions)]
    parts = [one.sql for one in asked.conditions]
    query = sql(
        "{prices} SELECT {counts} FROM {people}",
        prices=_prices(fields),
        counts=[
            Fragment("count(*)"),
            *(
                fragment("count(*) FILTER (WHERE {all})", all=joined(" AND ", parts[: place + 1]))
                for place in range(len(parts))
            ),
            *(fragment("count({value})", value=one.sql) for one in fields),
        ],
        people=_people(fields),
    )
    everybody, *rest = connection.execute(query, _parameters(connection, asked, fields)).one()
    counts, values = rest[: len(parts)], rest[len(parts) :]
    return everybody, counts, dict(zip([one.name for one in fields], values, strict=True))


def _prices(fields: Sequence[Field]) -> Fragment:
    needed = {"p", *("v" if one.part == VALUATION else one.part for one in fields)}
    read = [
        fragment("{name} AS MATERIALIZED ({query})", name=name, query=query)
        for name, query in PRICED.items()
        if name in needed
    ]
    return fragment("WITH {read}", read=read)


def _people(fields: Sequence[Field]) -> Fragment:
    needed = {one.part for one in fields}
    relations = [joining for part, joining in PARTS.items() if part in needed]
    return joined(" ", [Fragment("p"), *relations])


def _parameters(connection: Connection, asked: _Asked, fields: Sequence[Field]) -> dict[str, object]:
    found: dict[str, object] = {"day": asked.day}
    for one in asked.conditions:
        found |= one.parameters
    if any(one.name == "designated" for one in fields):
        found["designated"] = list(designations.as_of(connection, asked.day))
    furthest = max((BACK[one.part][0] for one in fields if one.part in BACK), default=0)
    if furthest:
        sessions = panel.sessions_until(connection, asked.day, furthest + 1)
        for name, (back, _) in BACK.items():
            found[f"back_{name}"] = sessions[-1 - back] if back < len(sessions) else None
    return found
