"""``foresto prices``: daily prices and indices."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import DRY_RUN, WAIT, WORKERS, Shown, Workers, command, new_group
from foresto_cli.cli._dates import date_or_none, parse_date
from foresto_cli.cli._words import From, To

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.output.give import Form
    from foresto_cli.running.job import Options
    from foresto_cli.running.results import Result

group = new_group()

DefaultDays = Annotated[int, typer.Option(help="며칠 전까지 거슬러 올라가 채울지(달력 날수).", metavar="일")]


@command(group, DRY_RUN, WAIT)
def incremental(
    app: "App",
    options: "Options",
    default_days: DefaultDays = 1825,
    workers: Workers = 4,
    refresh_days: Annotated[
        int,
        typer.Option(help="미러에서 받은 시세를 거래소 자료로 바꿔 넣을 최근 거래일 수.", metavar="일"),
    ] = 2,
) -> "Result":
    """빠진 거래일의 전 종목 시세를 최근 것부터 모두 받습니다."""
    from foresto_cli.loading import load_prices

    return load_prices.load_prices_incremental(app, default_days, refresh_days, replace(options, workers=workers))


@command(group, WORKERS, DRY_RUN, WAIT)
def load(
    app: "App",
    options: "Options",
    start: Annotated[str, typer.Option("--from", "--start", help="첫날(2026-02-13 또는 20260213).", metavar="날짜")],
    end: Annotated[str, typer.Option("--to", "--end", help="마지막 날.", metavar="날짜")],
    ticker: Annotated[
        str | None, typer.Option("--ticker", help="한 종목이나 ETF만(종목코드나 이름).", metavar="종목")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="이미 받은 거래일도 다시 받습니다.")] = False,
) -> "Result":
    """기간을 정해 시세를 받습니다."""
    from foresto_cli.loading import load_prices
    from foresto_cli.views.reading import who

    code = who.code(app, ticker) if ticker else None
    return load_prices.load_prices_between(app, parse_date(start), parse_date(end), code, replace(options, again=again))


@command(group, WORKERS, DRY_RUN, WAIT)
def index(
    app: "App",
    options: "Options",
    default_days: DefaultDays = 1825,
    code: Annotated[
        str | None, typer.Option(help="이 지수와 같은 계열의 지난 지수를 모두 받습니다(--list의 코드).", metavar="코드")
    ] = None,
    all_indices: Annotated[bool, typer.Option("--all", help="모든 지수의 지난 자료를 받습니다.")] = False,
    since: Annotated[
        str | None, typer.Option("--from", "--since", help="--code, --all의 첫날(기본: 2010-01-04).", metavar="날짜")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="이미 받은 지수도 다시 받습니다.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="지수 코드와 이름을 보여 줍니다.")] = False,
) -> "Result | Shown":
    """코스피, 코스닥, 코스피 200 지수를 받고, KRX OPEN API 키가 있으면 새 거래일의 모든 지수도 받습니다."""
    from foresto_cli.loading import load_indices

    if listed:
        found = load_indices.listed(app)
        load_indices.show_listed(app.console, found)
        return Shown({"indices": [dict(row) for row in found]})
    options = replace(options, again=again)
    if code is not None or all_indices:
        return load_indices.load_index_history(app, None if all_indices else code, date_or_none(since), options)
    return load_indices.load_index(app, default_days, options)


Since = Annotated[
    str | None, typer.Option("--from", "--since", help="이 날부터(기본: 저장된 가장 오래된 거래일).", metavar="날짜")
]


@command(group)
def gaps(
    app: "App",
    since: Since = None,
    ticker: Annotated[str | None, typer.Option(help="한 종목만(종목코드나 이름).", metavar="종목")] = None,
) -> Shown:
    """거래일마다, 종목마다 무엇이 왜 빠졌는지 달력으로 보여 줍니다."""
    from foresto_cli.datasets.prices import gaps as search
    from foresto_cli.views.reading import who

    start = _since(app, since)
    ticker = who.stock(app, ticker) if ticker else None
    days = search.by_ticker(app, ticker, start) if ticker else search.by_session(app, start)
    search.show(app.console, days, ticker)
    return Shown(search.as_result(days, ticker))


@command(group)
def events(
    app: "App",
    ticker: Annotated[str | None, typer.Option(help="한 종목만(종목코드나 이름).", metavar="종목")] = None,
    since: From = None,
    review: Annotated[bool, typer.Option("--review", help="사람이 확인해야 할 것만.")] = False,
) -> Shown:
    """기준가를 바꾼 사건(분할, 병합, 권리락 …)을 새것부터 보여 줍니다."""
    from foresto_cli.adjustment import events as stored
    from foresto_cli.views.reading import who

    ticker = who.stock(app, ticker) if ticker else None
    with app.engine.connect() as connection:
        rows = stored.events(connection, ticker, date_or_none(since), review_only=review)
    stored.show(app.console, rows)
    return Shown({"events": [row._asdict() for row in rows]})


@command(group, output=True)
def fundamentals(
    app: "App",
    form: "Form",
    ticker: Annotated[str | None, typer.Option(help="한 종목만(종목코드나 이름).", metavar="종목")] = None,
    limit: Annotated[int, typer.Option(min=1, help="많아야 이만큼.", metavar="N")] = 20,
) -> Shown:
    """거래소가 셈한 PER, PBR, EPS, BPS, 배당을 보여 줍니다(받기: foresto fundamentals load)."""
    from foresto_cli.views.reading import show_described, who
    from foresto_cli.views.reading.reading import given

    wish = show_described.Wish(code=who.stock(app, ticker) if ticker else None, most=limit)
    return Shown(given(app.console, show_described.show(app, "fundamentals", wish), form))


@command(group, WORKERS, DRY_RUN, WAIT)
def repair(
    app: "App",
    options: "Options",
    since: Since = None,
    on: Annotated[
        str | None, typer.Option("--on", help="이 거래일들은 온전해 보여도 다시 받습니다. 쉼표로 여럿.", metavar="날짜")
    ] = None,
) -> "Result":
    """빠졌거나 온전하지 않은 거래일만 다시 요청합니다."""
    from foresto_cli.loading import load_prices

    days = [parse_date(day) for day in on.split(",")] if on else []
    return load_prices.repair_prices(app, min(days) if days and not since else _since(app, since), options, days)


@command(group, output=True)
def show(
    app: "App",
    form: "Form",
    given: Annotated[
        list[str],
        typer.Argument(help="종목, ETF, 지수의 코드나 이름(005930, 가상전자, KOSPI). 여럿도 됩니다.", metavar="종목"),
    ],
    start: From = None,
    end: To = None,
    adjusted: Annotated[bool, typer.Option("--adjusted", help="분할·병합 등을 반영한 수정주가와 수정 거래량.")] = False,
    weekly: Annotated[bool, typer.Option("--weekly", help="주별로.")] = False,
    monthly: Annotated[bool, typer.Option("--monthly", help="월별로.")] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="최근 이만큼만(기간이 없으면 20).", metavar="N")
    ] = None,
    after_market: Annotated[bool, typer.Option("--after-market", help="정규장 대신 애프터마켓.")] = False,
    chart: Annotated[
        str | None,
        typer.Option(
            "--chart",
            help="수정주가 차트를 이 파일(.svg, .png)이나 화면(-)에 그립니다. 기간이 없으면 1년.",
            metavar="파일",
        ),
    ] = None,
) -> Shown:
    """저장된 시세를 오래된 날부터 보여 주고, 파일로 쓰고, 차트로 그립니다."""
    from foresto_cli.errors import UsageError
    from foresto_cli.output.give import Form
    from foresto_cli.views.reading import after_hours, reading, show_charts, show_prices

    if weekly and monthly:
        raise UsageError("--weekly와 --monthly 가운데 하나만 적으세요.")
    wish = show_prices.Wish(
        given=given,
        start=date_or_none(start),
        end=date_or_none(end),
        adjusted=adjusted,
        period=show_prices.WEEKLY if weekly else show_prices.MONTHLY if monthly else show_prices.DAILY,
        limit=limit,
    )
    if chart is not None and (after_market or form != Form(everything=form.everything)):
        raise UsageError("--chart는 다른 파일이나 --after-market과 함께 쓸 수 없습니다. 따로 실행하세요.")
    if chart is not None:
        return Shown(show_charts.draw(app, wish, chart))
    found = after_hours.show(app, wish) if after_market else show_prices.show(app, wish)
    return Shown(reading.all_given(app.console, found, form))


def _since(app: "App", since: str | None) -> date:
    from foresto_cli.datasets.prices import spans

    return spans.searched_since(app, date_or_none(since))
