"""What is remembered of a stock's names, markets and leavings, and which sector a name and an industry make."""

from datetime import date

import pytest

from foresto_cli.datasets.listed import sectors
from foresto_cli.datasets.listed.past_names import Run
from foresto_cli.datasets.listed.stock_history import Seen, Span, advanced, told_by_prices

DAY = date(2026, 11, 20)


# --- sectors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "industry", "sector"),
    [
        ("가상전자", "통신 및 방송 장비 제조업", "IT하드웨어"),
        ("가상텔레콤", "전기 통신업", "통신"),
        ("가상공사", "전기 및 통신 공사업", "건설"),
        ("가상유리", "기타 비금속 광물제품 제조업", "건자재·종이"),
        ("가상제철", "1차 철강 제조업", "철강·금속"),
        ("가상섬유", "화학섬유 제조업", "화학"),
        ("가상모터스판매", "자동차 판매업", "유통"),
        ("걈단스팩3호", "금융 지원 서비스업", "스팩"),
        ("하나기업인수목적5호", None, "스팩"),
        ("걈단리츠", "부동산 임대 및 공급업", "리츠·펀드"),
        ("맥쿼리인프라", "신탁업 및 집합투자업", "리츠·펀드"),
        ("메리츠금융지주", "기타 금융업", "지주·기타금융"),
        ("블리츠웨이엔터테인먼트", "그외 기타 제품 제조업", "의류·생활용품"),
        ("가상외국", None, "기타"),
        ("가상새일", "처음 보는 업", "기타"),
    ],
)
def test_a_sector_follows_from_name_and_industry(name, industry, sector):
    assert sectors.sector_of("111110", {"111110": name}, {"111110": industry}) == sector


def test_a_preferred_share_has_the_sector_of_its_issuer():
    names = {"005930": "가상전자", "005935": "가상전자우", "00593K": "가상전자2우B", "123455": "홀로우"}
    industries = {"005930": "반도체 제조업", "005935": None, "00593K": None, "123455": None}
    assert [sectors.sector_of(ticker, names, industries) for ticker in names] == ["반도체"] * 3 + ["기타"]


def test_there_are_at_most_thirty_sectors():
    assert len(sectors.SECTORS) <= 30


# --- history --------------------------------------------------------------------------------------------------------


def seen(*, day=DAY, name="가", market="KOSDAQ", listed=True, since=date(2020, 1, 2), left=None):
    return Seen(day, name, market, listed, since, left)


HERE = [Span(date(2020, 1, 2), None, "가", "KOSDAQ", is_listed=True)]


def test_the_first_look_starts_at_the_listing_date():
    assert advanced([], seen()) == HERE
    assert advanced([], seen(since=None))[0].valid_from == DAY


def test_one_that_left_before_the_first_look_was_listed_until_then():
    left = date(2024, 5, 7)
    assert advanced([], seen(listed=False, left=left)) == [
        Span(date(2020, 1, 2), left, "가", "KOSDAQ", is_listed=True),
        Span(left, None, "가", "KOSDAQ", is_listed=False),
    ]
    assert len(advanced([], seen(listed=False, left=left, since=None))) == 1


def test_the_same_again_changes_nothing():
    assert advanced(HERE, seen()) == HERE


@pytest.mark.parametrize("change", [{"name": "나"}, {"market": "KOSPI"}])
def test_a_rename_and_a_move_hold_from_the_day_they_were_seen(change):
    first, second = advanced(HERE, seen(**change))
    assert first == HERE[0]._replace(valid_to=DAY)
    assert second == HERE[0]._replace(valid_from=DAY, **change)


def test_two_changes_on_one_day_are_one():
    twice = advanced(advanced(HERE, seen(name="나")), seen(name="다"))
    assert [span.name for span in twice] == ["가", "다"]


def test_leaving_and_coming_back_are_kept_apart():
    left, back = date(2026, 11, 18), date(2027, 3, 2)
    gone = advanced(HERE, seen(listed=False, left=left))
    assert [(span.valid_from, span.is_listed) for span in gone] == [(date(2020, 1, 2), True), (left, False)]
    again = advanced(gone, seen(day=date(2027, 3, 5), since=back))
    assert again[-2:] == [gone[-1]._replace(valid_to=back), Span(back, None, "가", "KOSDAQ", is_listed=True)]


def test_a_return_under_the_old_listing_date_does_not_undo_the_leaving():
    gone = advanced(HERE, seen(listed=False, left=date(2026, 11, 18)))
    again = advanced(gone, seen(day=date(2027, 3, 5)))
    assert [(span.valid_from, span.is_listed) for span in again] == [
        (date(2020, 1, 2), True), (date(2026, 11, 18), False), (date(2027, 3, 5), True),
    ]  # fmt: skip


def test_a_leaving_noticed_before_its_date_is_told_is_corrected():
    gone = advanced(HERE, seen(listed=False))
    assert gone[-1].valid_from == DAY
    told = advanced(gone, seen(listed=False, left=date(2026, 11, 19)))
    assert [span.valid_from for span in told] == [date(2020, 1, 2), date(2026, 11, 19)]
    assert told[0].valid_to == date(2026, 11, 19)
    assert advanced(told, seen(listed=False, left=date(2026, 11, 19), name="더 이름")) == told


def run(name, first, last):
    return Run(name, date.fromisoformat(first), date.fromisoformat(last))


def names(spans):
    return [(span.name, f"{span.valid_from}") for span in spans if span.is_listed]


def test_names_in_price_rows_date_the_renames_before_the_first_look():
    runs = [run("가", "2021-01-04", "2023-05-02"), run("나", "2023-05-03", "2026-11-20")]
    spans = told_by_prices([], seen(name="나"), runs)
    assert names(spans) == [("가", "2020-01-02"), ("나", "2023-05-03")]
    assert [span.valid_to for span in spans] == [date(2023, 5, 3), None]
    assert told_by_prices(spans, seen(name="나"), runs) == spans
    assert advanced(spans, seen(name="나")) == spans
    older = [run("다", "2020-03-02", "2020-12-30"), *runs]
    assert names(told_by_prices(spans, seen(name="나"), older)) == [
        ("다", "2020-01-02"), ("가", "2021-01-04"), ("나", "2023-05-03"),
    ]  # fmt: skip


def test_a_rename_after_the_last_price_row_counts_from_the_listing_that_shows_it():
    runs = [run("가", "2021-01-04", "2026-11-10")]
    spans = advanced(told_by_prices([], seen(name="나"), runs), seen(name="나"))
    assert names(spans) == [("가", "2020-01-02"), ("나", f"{DAY}")]
    listed = [Span(date(2020, 1, 2), None, "나", "KOSDAQ", is_listed=True)]
    assert told_by_prices(listed, seen(name="나"), runs) == listed, "when it became 나 is not known"


def test_price_rows_of_one_that_left_name_the_time_when_it_was_listed():
    left = date(2024, 5, 7)
    runs = [run("가", "2021-01-04", "2022-02-02"), run("나", "2022-02-03", "2024-05-03")]
    gone = seen(name="나", listed=False, left=left)
    spans = advanced(told_by_prices([], gone, runs), gone)
    assert [(span.name, f"{span.valid_from}", span.is_listed) for span in spans] == [
        ("가", "2020-01-02", True), ("나", "2022-02-03", True), ("나", "2024-05-07", False),
    ]  # fmt: skip


def test_price_rows_from_before_the_listing_date_are_of_another_listing():
    runs = [run("가", "2018-01-02", "2019-05-02"), run("나", "2020-01-02", "2026-11-20")]
    assert names(told_by_prices([], seen(name="나"), runs)) == [("나", "2020-01-02")]
    assert names(told_by_prices([], seen(name="나", since=None), runs)) == [("가", "2018-01-02"), ("나", "2020-01-02")]


def test_price_rows_newer_than_the_listing_wait_for_it():
    runs = [run("가", "2021-01-04", "2026-11-20"), run("나", "2026-11-23", "2026-11-23")]
    assert names(told_by_prices([], seen(name="가"), runs)) == [("가", "2020-01-02")]
