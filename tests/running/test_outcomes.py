"""The outcome and the exit code of a collection, from what became of its data sets."""

import pytest

from foresto_cli.collecting.loader import Unit
from foresto_cli.collecting.report import Report
from foresto_cli.errors import AuthFailed, BadPayload, NotYet, Transient
from foresto_cli.running.results import judge

UNIT = Unit("2026-11-20", "2026-11-20")


def asked(*, done=0, settled=0, failures=(), pending=(), best_effort=False):
    planned = done + len(failures) + len(pending)
    lost = {"failures": [(UNIT, error) for error in failures], "pending": [(UNIT, error) for error in pending]}
    return Report("a", "t", planned=planned, settled=settled, done=done, best_effort=best_effort, **lost)


def derived(*, done=1, failures=()):
    return Report("d", "t", planned=1, done=done, asks=False, failures=[(UNIT, error) for error in failures])


DOWN, MISREAD, LATER, REFUSED = Transient("x"), BadPayload("x"), NotYet("x"), AuthFailed("x")


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        # What is derived from the stored rows is no part of what was asked for and failed.
        ([asked(failures=[DOWN]), derived()], ("failed", 75)),
        ([asked(failures=[MISREAD, DOWN]), derived(), derived()], ("failed", 65)),
        ([asked(pending=[REFUSED]), derived()], ("failed", 78)),
        ([asked(pending=[LATER]), derived()], ("failed", 75)),
        ([asked(failures=[DOWN]), asked(settled=3), derived()], ("failed", 75)),
        # Some of what was asked for came.
        ([asked(failures=[DOWN], done=1), derived()], ("partial", 3)),
        ([asked(failures=[DOWN]), asked(done=1), derived()], ("partial", 3)),
        ([asked(pending=[LATER], done=1), derived()], ("partial", 75)),
        ([asked(done=1), derived(done=0, failures=[MISREAD])], ("partial", 3)),
        # Nobody had to be asked.
        ([asked(settled=3), derived()], ("done", 0)),
        ([derived(), derived()], ("done", 0)),
        ([derived(done=0, failures=[MISREAD]), derived()], ("partial", 3)),
        ([asked(settled=3)], ("nothing_to_do", 0)),
        ([], ("nothing_to_do", 0)),
        # Best effort is never a failure.
        ([asked(pending=[DOWN], best_effort=True), derived()], ("done", 0)),
    ],
)
def test_an_outcome_tells_what_became_of_the_questions(reports, expected):
    assert judge(reports) == expected
