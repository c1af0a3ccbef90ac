"""``foresto dart``: what companies file with the supervisor."""

from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli._command import AFRESH, DRY_RUN, WAIT, WORKERS, Shown, command, new_group
from foresto_cli.cli._dates import date_or_none

if TYPE_CHECKING:
    from foresto_cli.app import App
    from foresto_cli.running.job import Options
    from foresto_cli.running.results import Result

group = new_group()


@command(group, DRY_RUN, WAIT, name="corp-codes")
def corp_codes(app: "App", options: "Options") -> "Result":
    """DART 고유번호를 하루에 한 번 받아 종목과 잇습니다."""
    from foresto_cli.loading import load_statements

    return load_statements.load_companies(app, options)


@command(group, WORKERS, AFRESH, DRY_RUN, WAIT)
def financials(
    app: "App",
    options: "Options",
    year: Annotated[int | None, typer.Option("--year", help="보고서 기간이 끝난 해(2025).", metavar="연도")] = None,
    report: Annotated[
        str | None, typer.Option("--report", help="annual(기본), half, q1, q3.", metavar="보고서")
    ] = None,
    since: Annotated[
        int | None, typer.Option("--from", "--since", help="그 해부터의 모든 보고서.", metavar="연도")
    ] = None,
    ticker: Annotated[str | None, typer.Option("--ticker", help="한 종목만(종목코드나 이름).", metavar="종목")] = None,
    full: Annotated[
        bool, typer.Option("--full", help="현금흐름과 지배주주 몫까지, 점수에 쓰는 것과 최근 공시부터 오늘 한도만큼.")
    ] = False,
    for_score: Annotated[
        bool, typer.Option("--for-score", help="--full 가운데 오늘의 점수에 쓰는 보고서만(회사마다 최대 셋).")
    ] = False,
    most: Annotated[
        int | None, typer.Option("--most", min=0, help="--full이나 --for-score로 읽을 보고서를 N건까지만.", metavar="N")
    ] = None,
) -> "Result":
    """재무제표를 100개사씩 받습니다. 옵션이 없으면 지금 새로 나올 수 있는 보고서만 요청합니다."""
    from foresto_cli.datasets.dart.details import Share
    from foresto_cli.errors import UsageError
    from foresto_cli.loading import load_statements
    from foresto_cli.views.reading import who

    is_whole = full or for_score
    if most is not None and not is_whole:
        raise UsageError("--most는 --full이나 --for-score와 함께 쓰세요.")
    wanted = load_statements.wanted_reports(year, report, since, who.code(app, ticker) if ticker else None)
    share = Share(most=None if most is None else lambda: most, scored_only=for_score)
    return load_statements.load_statements(app, wanted, options, full=share if is_whole else None)


@command(group, DRY_RUN, WAIT)
def reparse(app: "App", options: "Options") -> "Result":
    """보관한 DART 응답을 요청하지 않고 다시 읽어 재무제표를 고칩니다."""
    from foresto_cli.loading import load_statements

    return load_statements.reparse(app, options)


@command(group)
def quota(app: "App") -> Shown:
    """DART에 오늘 몇 번 요청했고 몇 번 남았는지, 언제 새로 시작하는지 보여 줍니다."""
    from foresto_cli.loading import load_statements

    found = load_statements.quota(app)
    load_statements.show_quota(app, found)
    return Shown(found)


@command(group, WORKERS, AFRESH, DRY_RUN, WAIT)
def dividends(
    app: "App",
    options: "Options",
    year: Annotated[
        int | None,
        typer.Option("--year", help="사업연도(2025). 없으면 회사마다 제출 기한이 지난 최근 해.", metavar="연도"),
    ] = None,
) -> "Result":
    """사업보고서의 주당 현금배당금을 주식 종류별로 받습니다. 회사마다 한 번 요청합니다."""
    from foresto_cli.loading import load_capital

    return load_capital.load_dividends(app, year, options)


@command(group, WORKERS, AFRESH, DRY_RUN, WAIT, name="corporate-actions")
def corporate_actions(
    app: "App",
    options: "Options",
    quarter: Annotated[str | None, typer.Option("--quarter", help="공시된 분기(2026Q3).", metavar="분기")] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="공시된 첫날(그 달 전체를 봅니다).", metavar="날짜")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="공시된 마지막 날. 없으면 오늘.", metavar="날짜")] = None,
    filed: Annotated[
        bool, typer.Option("--filed", help="filings load가 최근 한 달에 찾은 결정의 내용만(결정마다 한 번).")
    ] = False,
) -> "Result":
    """증자·감자·합병·분할·주식교환 공시를 받아 기준가 사건과 잇습니다. 기본은 지난 분기부터 오늘까지."""
    from foresto_cli.errors import UsageError
    from foresto_cli.loading import load_capital

    if filed and (quarter or start or end):
        raise UsageError("--filed는 --quarter, --from, --to와 함께 쓸 수 없습니다.")
    if filed:
        return load_capital.load_filed_actions(app, options)
    first, last = load_capital.span(quarter, date_or_none(start), date_or_none(end))
    return load_capital.load_actions(app, first, last, options)
