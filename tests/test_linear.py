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


def called(file):
    """Every pattern that stands in a call of ``re`` where it is used."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            is_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.func.attr in NAMES
            if is_re and isinstance(node.args[0], ast.Constant):
                yield re.compile(node.args[0].value)


def patterns():
    """Every pattern of the package."""
    found = [pattern for file in ROOT.rglob("*.py") for pattern in called(file)]
    for module in pkgutil.walk_packages([f"{ROOT}"], "foresto_cli."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            for value in vars(importlib.import_module(module.name)).values():
                found += held(value)
    return list({(pattern.pattern, pattern.flags): pattern for pattern in found}.values())


def seconds(pattern, text):
    """The time to go once through ``text``."""
    started = time.process_time()
    for _ in pattern.finditer(text):
        pass
    return time.process_time() - started


def grows_linearly(pattern, piece, sizes):
    typed = piece.encode() if isinstance(pattern.pattern, bytes) else piece
    before = None
    for size in sizes:
        taken = seconds(pattern, (typed * (size // len(typed) + 1))[:size])
        if before is not None and taken > FLOOR_SECONDS and taken > MOST * max(before, FLOOR_SECONDS / MOST):
            return False
        before = taken
    return True


def too_slow(pattern, sizes):
    """The first piece of which it grows too fast; asked twice, for a machine may be busy."""
    once = (piece for piece in PIECES if not grows_linearly(pattern, piece, sizes))
    return next((piece for piece in once if not grows_linearly(pattern, piece, sizes)), None)


EVERY = patterns()


def test_there_are_patterns_to_look_at_and_a_bad_one_is_found():
    assert len(EVERY) > 40
    assert too_slow(re.compile(r"(://[^:/@\s]*:)[^@\s]+@"), QUICK) == "://:"


@pytest.mark.parametrize("pattern", EVERY, ids=lambda pattern: ascii(pattern.pattern)[:40])
def test_no_pattern_grows_faster_than_its_input(pattern):
    assert too_slow(pattern, QUICK) is None


@pytest.mark.slow
@pytest.mark.parametrize("pattern", EVERY, ids=lambda pattern: ascii(pattern.pattern)[:40])
def test_a_megabyte_is_no_exception(pattern):
    assert too_slow(pattern, SIZES) is None


@pytest.mark.parametrize("piece", ["://:", "a", "://a:b", "pw=", "pw ", JSON, ":\\/\\/"])
def test_a_megabyte_of_the_worst_is_redacted_in_a_moment(piece):
    redact = Redactor(SANDBOX_KEYS.values())
    started = time.process_time()
    redact((piece * (1_000_000 // len(piece) + 1))[:1_000_000])
    assert time.process_time() - started < 3
