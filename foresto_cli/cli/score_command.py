"""``foresto score``: the Compass Score."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import WAIT, Shown, command, new_group
from foresto_cli.cli._dates import date_or_none, parse_date

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.running.job import Options
    from foresto_cli.running.results import Result

group = new_group()

Ticker = Annotated[str, typer.Argument(help="종목코드(005930)나 종목명.", metavar="종목")]


@command(group, WAIT)
def batch(
    app: "App",
    options: "Options",
    as_of: Annotated[
        str | None, typer.Option(help="이 거래일의 점수(기본: 저장된 마지막 거래일).", metavar="날짜")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="시가총액이 큰 N종목만 저장합니다.", metavar="N")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="지난 날(--as-of)의 저장된 점수도 새로 매긴 것으로 바꿉니다.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="자료가 온전하지 않아도 매깁니다.")] = False,
) -> "Result":
    """한 거래일의 모든 종목을 한꺼번에 매겨 저장합니다. 점수가 없는 종목은 사유를 남깁니다."""
    from foresto_cli.score import batch as scores

    day = date_or_none(as_of)
    # The newest day is brought up to date as the chains do it; scores of a past day are what was known then.
    replaced = replace or day is None
    wanted = scores.Options(as_of=day, limit=limit, replace=replaced, force=force, wait=options.wait)
    result = scores.score_batch(app, wanted)
    scores.show_batch(app.console, result)
    return result


@command(group)
def show(
    app: "App",
    ticker: Ticker,
    as_of: Annotated[str | None, typer.Option(help="이 거래일로 지금 계산합니다.", metavar="날짜")] = None,
    date: Annotated[
        str | None, typer.Option("--on", "--date", help="이 거래일로 저장된 점수를 보여 줍니다.", metavar="날짜")
    ] = None,
) -> Shown:
    """한 종목의 점수를 구성 요소, 백분위, 가중, 출처, 전날과의 차이까지 풀어 보여 줍니다.

    마지막 거래일의 저장된 점수가 그대로이면 그것을 보여 주고, 아니면 지금 계산합니다.
    """
    from foresto_cli.score import explain
    from foresto_cli.views import score_card

    if date:
        found = score_card.recalled(app, ticker, parse_date(date))
    else:
        found = score_card.explained(app, ticker, date_or_none(as_of))
    explain.show(app.console, found)
    return Shown(found)


@command(group)
def rank(
    app: "App",
    market: Annotated[str | None, typer.Option(help="시장(KOSPI, KOSDAQ, KONEX).", metavar="시장")] = None,
    sector: Annotated[str | None, typer.Option(help="업종(foresto stocks show에 나오는 이름).", metavar="업종")] = None,
    axis: Annotated[
        str, typer.Option(help="축(total, financial, valuation, technical, risk).", metavar="축")
    ] = "total",
    top: Annotated[int, typer.Option("--limit", "--top", help="몇 종목까지.", metavar="N")] = 20,
    with_designated: Annotated[
        bool,
        typer.Option(
            "--with-designated", help="관리종목·투자주의환기종목, 거래정지, 정리매매·상장폐지 종목도 보여 줍니다."
        ),
    ] = False,
) -> Shown:
    """마지막으로 저장된 점수를 높은 것부터 보여 줍니다. 지정·정지된 종목은 빼고, 몇 종목인지 알려 줍니다."""
    from foresto_cli.views import score_card
    from foresto_cli.views.top_scores import Wanted

    chosen = market.strip().upper() if market else None
    wanted = Wanted(top=top, market=chosen, sector=sector, axis=axis, with_designated=with_designated)
    found = score_card.ranking(app, wanted)
    score_card.show_ranking(app.console, found)
    return Shown(found)


@command(group)
def history(
    app: "App",
    ticker: Ticker,
    days: Annotated[int, typer.Option("--limit", "--days", help="며칠까지.", metavar="N")] = 20,
    versions: Annotated[
        bool, typer.Option("--versions", help="나중에 다시 매겨 바뀐 점수의 이전 버전과 바뀐 사유도 보여 줍니다.")
    ] = False,
) -> Shown:
    """한 종목의 저장된 점수를 새것부터, 날마다 마지막 버전을 보여 줍니다."""
    from foresto_cli.views import score_history

    found = score_history.history_of(app, ticker, days)
    score_history.show_history(app.console, found, with_versions=versions)
    return Shown(found)


@command(group, WAIT)
def track(app: "App", options: "Options") -> Shown:
    """과거에 준 등급이 21·63거래일 뒤 실제로 얼마가 되었는지, 그때 저장된 점수로 셈하고 보여 줍니다."""
    from foresto_cli.score import track as record
    from foresto_cli.views import score_track

    result = record.keep(app, options.wait)
    with app.engine.connect() as connection:
        found = score_track.tracks(connection)
    score_track.show(app.console, found)
    return Shown({**result.as_json(), "tracks": score_track.as_json(found)})


@command(group)
def validate(
    app: "App",
    start: Annotated[str, typer.Option("--from", help="점수를 매길 첫날.", metavar="날짜")],
    end: Annotated[str, typer.Option("--to", help="점수를 매길 마지막 날.", metavar="날짜")],
    axes: Annotated[str, typer.Option(help="살필 점수.", metavar="축,축")] = "f,v,t,r,total",
    horizons: Annotated[str, typer.Option(help="보유 거래일 수.", metavar="N,N")] = "5,21,63,126",
    every: Annotated[str, typer.Option(help="몇 거래일마다 매길지, 또는 month(월말).", metavar="N")] = "21",
    quantiles: Annotated[int, typer.Option(help="몇 분위로 나눌지.", metavar="N")] = 10,
    min_cap: Annotated[str, typer.Option(help="시가총액 하한(300억, 1조, 또는 원).", metavar="금액")] = "300억",
    market: Annotated[str, typer.Option(help="시장(all, kospi, kosdaq).", metavar="시장")] = "all",
    weight: Annotated[str, typer.Option(help="분위 안의 가중: equal 또는 value.", metavar="가중")] = "equal",
    cost_bps: Annotated[float, typer.Option(help="분위의 종목이 모두 바뀔 때의 비용(bp).", metavar="bp")] = 30,
) -> "Result":
    """지나간 날의 점수를 그날 알 수 있던 자료로 다시 매겨 뒤의 수익률과 견줍니다. 저장된 것은 바꾸지 않습니다."""
    from foresto_cli.cli._measures import numbers, won
    from foresto_cli.errors import UsageError
    from foresto_cli.score import batch as scores
    from foresto_cli.score.validation import validation_report, validation_run

    chosen = [name.strip().lower() for name in axes.split(",")]
    if not set(chosen) <= validation_run.NAMES.keys() or weight not in {"equal", "value"}:
        raise UsageError("--axes는 f,v,t,r,total 가운데, --weight는 equal이나 value로 적으세요.")
    options = validation_run.Options(
        first=parse_date(start),
        last=parse_date(end),
        names=tuple(validation_run.NAMES[name] for name in chosen),
        horizons=numbers("--horizons", horizons),
        every=every if every == validation_run.MONTH else numbers("--every", every)[0],
        quantiles=quantiles,
        least_cap=won(min_cap),
        market=market.lower(),
        by_value=weight == "value",
        cost=cost_bps / 10_000,
    )
    result = scores.validated(app, options)
    validation_report.show(app.console, result.found)
    return result
