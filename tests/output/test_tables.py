"""Tables at every width: exact values whole or not at all, names cut, sentences wrapped, columns left out; colours."""

import io
import re
import sys

import pytest

from foresto_cli import tabular, tones, wide
from foresto_cli.console import Console

HEADS = ("거래일", "종목명", "등락", "거래량", "할 일", "사유")
ROW = (
    "2026-11-20", "가상전자 1우선주 아주긴이름", "-1.25", "1,342,779", "foresto prices repair --from 2026-11-02",
    "거래소가 그날의 자료를 아직 주지 않아 다음 작업이 다시 요청합니다",
)  # fmt: skip


def laid_out(width, spare=()):
    return tabular.laid_out(HEADS, [ROW, ROW], width, tabular.Places({2, 3}, spare), lambda _head, _cell, text: text)


@pytest.mark.parametrize("width", range(24, 200, 3))
def test_what_is_exact_is_whole_or_its_column_is_told_to_be_left_out(width):
    table = laid_out(width)
    text = "\n".join(table.lines)
    for head, cell in zip(HEADS, ROW, strict=True):
        if head in {"종목명", "사유"}:
            continue
        assert (head in table.left_out) != (text.count(cell) == 2), head
    assert all(wide.cells(line) <= width for line in table.lines)
    assert table.left_out == [head for head in HEADS if head not in table.lines[0]]


def test_names_are_cut_and_sentences_wrapped():
    lines = laid_out(110).lines
    assert "…" in lines[2]
    assert len(lines) > 4, "the reason takes several lines"
    assert " ".join(line[-24:].strip() for line in lines[2:]).count("다음 작업이") >= 1


def test_what_can_be_spared_goes_first():
    assert "종목명" not in laid_out(90).left_out
    assert laid_out(90, spare=(1, 3)).left_out[0] == "종목명"


@pytest.mark.parametrize(
    ("cell", "is_exact"),
    [("3,377억원", True), ("2026-12-01 08:10", True), ("3분 5초", True), ("가상전자", False), ("KQ150_COMM", True)],
)
def test_numbers_days_and_codes_are_exact(cell, is_exact):
    assert (tabular._EXACT.fullmatch(cell) is not None) is is_exact


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def drawn(monkeypatch, screen, **variables):
    monkeypatch.setattr(sys, "stdout", screen)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    console = Console()
    console.line("✓ 완료")
    console.table(
        "표",
        ("종목", "등락률(%)", "배당수익률(%)"),
        [("가", "1.20", "2.00"), ("나", "-0.50", "-"), ("다", "0.00", "-")],
    )
    return screen.getvalue()


def test_what_rose_is_red_and_what_fell_is_blue(monkeypatch):
    text = drawn(monkeypatch, Screen())
    assert re.findall(r"\x1b\[(\d+)m\s*(-?[\d.]+)\s*\x1b\[0m", text) == [("31", "1.20"), ("34", "-0.50")]
    assert "\x1b[32m✓\x1b[0m 완료" in text


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, {"TERM": "dumb"}])
def test_nothing_is_coloured_for_who_wants_none(monkeypatch, variables):
    assert "\x1b" not in drawn(monkeypatch, Screen(), **variables)


def test_a_pipe_has_no_colour_but_where_it_is_forced(monkeypatch):
    assert "\x1b" not in drawn(monkeypatch, io.StringIO())
    forced = drawn(monkeypatch, io.StringIO(), FORCE_COLOR="1")
    assert "\x1b[32m✓" in forced
    assert "종목\t등락률(%)\t배당수익률(%)\n가\t1.20\t2.00\n" in forced, "fields stay fields"


def test_a_blank_variable_says_nothing():
    assert tones.are_wanted(is_terminal=True, variables={"NO_COLOR": "", "TERM": "xterm"})


def test_codes_stand_to_the_left_and_a_long_title_is_wrapped(monkeypatch):
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("NO_COLOR", "1")
    Console().table("재무: 가중평균 50.82 → 백분위 53.1", ("종목코드", "순위"), [("170410", 1), ("000660", 22)])
    lines = screen.getvalue().splitlines()
    assert all(wide.cells(line) <= 30 for line in lines)
    assert "170410       1" in lines


def test_a_complaint_is_broken_by_the_width_of_its_own_terminal(monkeypatch):
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("COLUMNS", "40")
    Console().complain("✗ ETF 목록이 비어 있습니다. 먼저 foresto stocks etfs를 실행하세요.")
    assert any("foresto stocks etfs를" in line for line in screen.getvalue().splitlines())
    assert all(wide.cells(tones_off(line)) <= 40 for line in screen.getvalue().splitlines())


def tones_off(line):
    return re.sub(r"\x1b\[\d+m", "", line)
