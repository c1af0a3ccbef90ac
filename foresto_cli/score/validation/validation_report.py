"""A validation for a person: warnings first, then one table per score, the groups as bars."""

from collections.abc import Sequence

from foresto_cli.console import Console
from foresto_cli.score import commentary
from foresto_cli.score.validation.measures import Graded, Measured
from foresto_cli.score.validation.validation_run import LABELS, Component, Correlations, Validation

BAR = 24
PERCENT = 100


def show(console: Console, found: Validation) -> None:
    """Print a validation."""
    options = found.options
    console.strong(
        f"Compass Score 검증 · 산식 {found.formula_version} · {found.dates[0]} … {found.dates[-1]}"
        f" · {len(found.dates)}일 · 종목 {min(found.stocks):,}~{max(found.stocks):,}"
    )
    proof = "같음" if not any(found.look_ahead.values()) else "다름"
    console.line(f"미래를 보지 않았는가: {', '.join(found.look_ahead)}에서 자른 자료와 {proof}(비트 단위)")
    for warning in found.warnings:
        console.line(f"! {warning}")
    for name in options.names:
        own = [one for one in found.results if one.score == name]
        _show_score(console, LABELS[name], own)
        _show_groups(console, own)
    _show_grades(console, found.grades)
    _show_correlations(console, found.correlations)
    _show_components(console, found.components, options.horizons)
    console.line(
        f"점수가 있으나 다음 날 거래가 없어 살 수 없던 종목 {found.untradable:,}"
        f" · 보유 중 거래가 끝난 종목 {', '.join(f'{h}일 {n:,}' for h, n in found.ended_inside.items())}"
    )
    for words in (*found.words, commentary.DISCLAIMER):
        console.line(f"· {words}")


def _show_score(console: Console, label: str, results: Sequence[Measured]) -> None:
    rows = [
        (
            one.horizon,
            _signed(one.ic.mean),
            f"[{_signed(one.ic.low)}, {_signed(one.ic.high)}]",
            _plain(one.ic.ratio),
            _plain(one.ic.t),
            _share(one.ic.positive),
            f"{one.ic.dates}/{one.ic.effective}",
            _signed(one.residual_ic.mean),
            _signed(one.without_smallest_ic.mean),
        )
        for one in results
    ]
    heads = ("보유", "평균 IC", "95% 구간", "ICIR", "t", "양(+)", "날/독립", "시총·시장 제외 IC", "작은 20% 제외 IC")
    console.table(label, heads, rows)


def _show_groups(console: Console, results: Sequence[Measured]) -> None:
    for one in results:
        groups = one.deciles
        means = [mean for mean in groups.means if mean is not None]
        if not means:
            continue
        largest = max(abs(mean) for mean in means) or 1.0
        console.line(
            f"  {one.horizon}일 분위 수익률 · 상위−하위 분위 {_percent(groups.top_minus_bottom.mean)}"
            f" · 위−전체 {_percent(groups.top_minus_all.mean)}(t {_plain(groups.top_minus_all.t)},"
            f" 비용 뒤 {_percent(groups.top_minus_all_net)}) · 단조성 {_plain(groups.monotonicity)}"
            f" · 회전 {_share(groups.turnover_of_top)}"
        )
        for number, mean in enumerate(groups.means, 1):
            if mean is not None:
                bar = "█" * round(abs(mean) / largest * BAR)
                console.line(f"  {number:>3} {_percent(mean):>8} {'-' if mean < 0 else ''}{bar}")


def _show_grades(console: Console, grades: Sequence[Graded]) -> None:
    rows = [(one.horizon, one.grade, one.count, _percent(one.median), f"{PERCENT * one.lost:.1f}%") for one in grades]
    console.table("등급별 결과", ("보유", "등급", "종목·날", "수익률 중앙값", "30% 넘게 잃음"), rows)


def _show_correlations(console: Console, found: Correlations) -> None:
    names = [LABELS[name] for name in found.names]
    rows = [
        (name, *(_plain(value) for value in row)) for name, row in zip(names, found.mean_rank_correlation, strict=True)
    ]
    console.table("축 사이의 순위 상관", ("축", *names), rows)


def _show_components(console: Console, components: Sequence[Component], horizons: Sequence[int]) -> None:
    by_name: dict[str, dict[int, float | None]] = {}
    for one in components:
        by_name.setdefault(one.score, {})[one.horizon] = one.ic.mean
    rows = [(name, *(_signed(values.get(horizon)) for horizon in horizons)) for name, values in by_name.items()]
    console.table("구성 요소와 한 축을 뺀 총점의 평균 IC", ("점수", *(f"{horizon}일" for horizon in horizons)), rows)


def _signed(value: float | None) -> str | None:
    return None if value is None else f"{value:+.3f}"


def _plain(value: float | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{PERCENT * value:+.2f}%"


def _share(value: float | None) -> str | None:
    return None if value is None else f"{PERCENT * value:.0f}%"
