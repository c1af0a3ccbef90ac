"""What the operator reads before and after an adoption."""

from sqlalchemy import Engine

from foresto_cli.adopt import adopt_market, adopt_reports, predecessor
from foresto_cli.adopt.aside import PREFIX
from foresto_cli.adopt.take_over import Report
from foresto_cli.console import Console
from foresto_cli.store.addresses import shown_url

NEXT = (
    "foresto stocks load            종목 명단과 상장폐지",
    "foresto prices incremental     시세를 거래일마다 다시(수정하지 않은 값으로)",
    "foresto dart financials        재무제표를 DART에서",
    "foresto bonds load · fss all   채권과 금융상품(지금 파는 것만 다시 열림)",
    "foresto score batch            새 점수",
)


def plan(console: Console, engine: Engine) -> None:
    """Say which database it is and what is about to happen.

    Raises:
        UsageError: it is not the predecessor's.
    """
    with engine.connect() as connection:
        found = predecessor.look(connection)
    rows = sum(found.rows.values())
    url = shown_url(engine.url.render_as_string(hide_password=False))
    console.strong(f"넘겨받기 · {url}")
    console.line(f"  표 {len(found.columns):,}개, {rows:,}행. 서버의 시간대는 {found.time_zone}입니다.")
    console.line(f"  1. 이름이 겹치는 옛 표를 {PREFIX}이름 으로 옮겨 둡니다. 지우는 것은 없습니다.")
    console.line("  2. foresto의 표를 만들고, 뜻이 분명한 행을 옮겨 담습니다.")
    console.line("  3. 옛 표의 행 수를 다시 세고, 한 행이라도 다르면 모두 되돌립니다.")
    console.line("  한 트랜잭션입니다. 어디서 실패해도 데이터베이스는 지금 그대로입니다.")


def outcome(console: Console, report: Report, *, dry_run: bool) -> None:
    """Print what became of every table, why rows stayed, and what to do next."""
    console.table(
        "미리 보기" if dry_run else "결과",
        ("옛 표", "행", "넘김", "겹침", "남음"),
        [(one.old, one.rows, one.carried, one.doubled, one.rows - one.carried - one.doubled) for one in report.moved],
    )
    reasons = [(one.old, reason, rows) for one in report.moved for reason, rows in sorted(one.stayed.items())]
    if reasons:
        console.table("남은 사유", ("옛 표", "사유", "행"), reasons)
    whole = [one.old for one in report.moved if one.rows and not one.carried and not one.stayed]
    if whole:
        console.line(f"통째로 남음: {', '.join(whole)}. foresto의 같은 이름 표와 열쇠가 다릅니다.")
    if report.untouched:
        console.line(f"이름까지 그대로: {', '.join(report.untouched)}.")
    odd = [f"{one.old} → {one.kept}" for one in report.moved if one.kept != f"{PREFIX}{one.old}"]
    if odd:
        console.line(f"{PREFIX} 이름이 이미 있어 다르게 옮김: {', '.join(odd)}.")
    if report.views:
        console.line(f"보기(view) {', '.join(report.views)}는 전처럼 옛 표(이제 {PREFIX}…)를 읽습니다.")
    _remarks(console, report)
    if dry_run:
        console.strong("✓ 미리 보기입니다. 아무것도 바꾸지 않았습니다.")
        return
    console.strong(f"✓ 넘겨받았습니다(실행 {report.run_id}). 옛 표는 모두 남아 있습니다. 다음은:")
    for line in NEXT:
        console.line(f"  {line}")


def _remarks(console: Console, report: Report) -> None:
    carried = {one.old: one.carried for one in report.moved}
    if prices := carried.get(adopt_market.PRICES.old):
        console.line(f"시세 {prices:,}행은 언제의 수정주가인지 알 수 없어 ADJUSTED로 두고 모두 다시 받습니다.")
    if statements := carried.get(adopt_reports.STATEMENTS.old):
        console.line(f"재무제표 {statements:,}행은 DART가 답할 때까지 financial_statement에 보이기만 합니다.")
    console.line(f"시각은 적힌 그대로입니다(서버 {report.time_zone}). 한국 시각으로 바꾸지 않았습니다.")
