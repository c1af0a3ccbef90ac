"""Amounts and lists of numbers on the command line: ``300억``, ``5,21,63``."""

import re

from foresto_cli.errors import UsageError

UNITS = {"": 1, "원": 1, "만": 10**4, "억": 10**8, "조": 10**12}
AMOUNT = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)\s*(원|만|억|조)?")


def won(given: str) -> float:
    """Return ``300억``, ``1조`` or a plain number as won.

    Raises:
        UsageError: anything else.
    """
    found = AMOUNT.fullmatch(given.strip().removesuffix("원").strip() or given)
    if found is None:
        raise UsageError(f"{given}: 금액을 알아볼 수 없습니다. 300억, 1조, 30000000000처럼 적으세요.")
    return float(found[1].replace(",", "")) * UNITS[found[2] or ""]


def numbers(option: str, given: str) -> tuple[int, ...]:
    """Return ``5,21,63`` as whole numbers.

    Raises:
        UsageError: one of them is none.
    """
    parts = [part.strip() for part in given.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise UsageError(f"{option} {given}: 정수를 쉼표로 이어 적으세요(5,21,63).")
    return tuple(int(part) for part in parts)
