"""Every pattern of the package takes time that grows with its input and no faster, and so does the redactor."""

import ast
import importlib
import pkgutil
import re
import time
from pathlib import Path

import pytest

import foresto_cli
from foresto_cli.redactor import Redactor
from foresto_cli.settings import SANDBOX_KEYS

ROOT = Path(foresto_cli.__file__).parent
QUICK = (2_000, 20_000)
SIZES = (10_000, 100_000, 1_000_000)
MOST = 12
"""Ten times the input may take so many times as long."""
FLOOR_SECONDS = 0.02
"""Below it the clock of a busy machine says nothing."""
PIECES = (
    "a", " ", "0", "\n", "://:", "://", "a:", "pw", "pw=", "pw ", "token", "=", "@", "/", "%2", "\\", '"', "'", "(",
    "[", "(1", "1,", "1.", "-", "가", "주요사항보고서(", "(주", "[기재정정]", "<item ", '<item data="', "1e", "2026",
    "2026.", "returnReasonCode ", "sleep ", "1 : ", ",1", "20", "Ⅰ", "\u00a0", "{", '{"', "https://a", "auth_key: ",
)  # fmt: skip
ANCHORED = {"match", "fullmatch"}
NAMES = {"compile", "search", "match", "fullmatch", "findall", "finditer", "sub", "subn", "split"}
JSON = '"hm_url":"https://www.x.co.kr","ir_url":"",'


def held(value):
    """Every pattern in a value of a module: the value, what it lists, what its attributes are."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict | tuple | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from held(one)
    elif type(value).__module__.startswith("foresto_cli"):
        for one in getattr(value, "__dict__", {}).values():
            yield from held(one) if isinstance(one, re.Pattern) else ()


def called(tree):
    """Every pattern that stands in a call of ``re`` where it is used, and whether it only has to fit from the start."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            is_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.func.attr in NAMES
            if is_re and node.func.attr != "compile" and isinstance(node.args[0], ast.Constant):
                yield re.compile(node.args[0].value), node.func.attr in ANCHORED


def looked_for(trees):
    """The names of what is looked for anywhere in a text."""
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in NAMES - ANCHORED:
                yield ast.unparse(node.value).rpartition(".")[2]


def patterns():
    """Every pattern of the package, and whether it is only ever asked whether it fits from the start."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in ROOT.rglob("*.py")]
    found = [one for tree in trees for one in called(tree)]
    anywhere = set(looked_for(trees))
    for module in pkgutil.walk_packages([f"{ROOT}"], "foresto_cli."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            for name, value in vars(importlib.import_module(module.name)).items():
                is_anchored = isinstance(value, re.Pattern) and name not in anywhere
                found += [(pattern, is_anchored) for pattern in held(value)]
    return sorted(
        {
            (pattern.pattern, pattern.flags, is_anchored): (pattern, is_anchored) for pattern, is_anchored in found
        }.values(),
        key=lambda one: ascii(one[0].pattern),
    )


def seconds(pattern, text, *, is_anchored):
    """The time to go once through ``text``."""
    started = time.process_time()
    if is_anchored:
        pattern.match(text)
        pattern.fullmatch(text)
    else:
        for _ in pattern.finditer(text):
            pass
    return time.process_time() - started


def grows_linearly(pattern, piece, sizes, *, is_anchored):
    typed = piece.encode() if isinstance(pattern.pattern, bytes) else piece
    before = None
    for size in sizes:
        taken = seconds(pattern, (typed * (size // len(typed) + 1))[:size], is_anchored=is_anchored)
        if before is not None and taken > FLOOR_SECONDS and taken > MOST * max(before, FLOOR_SECONDS / MOST):
            return False
        before = taken
    return True


def too_slow(pattern, sizes, *, is_anchored=False):
    """The first piece of which it grows too fast; asked twice, for a machine may be busy."""
    for piece in PIECES:
        if not any(grows_linearly(pattern, piece, sizes, is_anchored=is_anchored) for _ in range(2)):
            return piece
    return None


@pytest.fixture(scope="module")
def every():
    """The patterns; found while tests run, for reading the whole package takes seconds of every worker."""
    return patterns()


def too_slow_of(every, sizes):
    """Those that grow too fast, with the piece that shows it."""
    asked = {pattern.pattern: too_slow(pattern, sizes, is_anchored=is_anchored) for pattern, is_anchored in every}
    return {pattern: piece for pattern, piece in asked.items() if piece is not None}


@pytest.mark.long
def test_there_are_patterns_to_look_at_and_a_bad_one_is_found(every):
    assert len(every) > 40
    bad = r"(://[^:/@\s]*:)[^@\s]+@"
    assert too_slow_of([(re.compile(bad), False)], QUICK) == {bad: "://:"}


@pytest.mark.long
def test_no_pattern_grows_faster_than_its_input(every):
    assert too_slow_of(every, QUICK) == {}


@pytest.mark.slow
def test_a_megabyte_is_no_exception(every):
    assert too_slow_of(every, SIZES) == {}


@pytest.mark.parametrize("piece", ["://:", "a", "://a:b", "pw=", "pw ", JSON, ":\\/\\/"])
def test_a_megabyte_of_the_worst_is_redacted_in_a_moment(piece):
    redact = Redactor(SANDBOX_KEYS.values())
    started = time.process_time()
    redact((piece * (1_000_000 // len(piece) + 1))[:1_000_000])
    assert time.process_time() - started < 3
