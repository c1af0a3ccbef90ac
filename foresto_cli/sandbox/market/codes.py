"""Short codes and ISINs as KRX gives them out."""

from functools import cache

CHECKED = 2
LETTERS = "ABCDEFGHJKLMNPRSTVW"
"""Letters used in alphanumeric short codes (since 2024)."""


@cache
def isin(code: str) -> str:
    """Return the ISIN of a short code: ``005930`` → ``KR7005930003``, ``005935`` → ``KR7005931001``.

    Common stock repeats the short code and adds ``00``. A preferred share with a digit (…5, …7) becomes issue 1, 2 of
    the common one; one with a letter (…K, …L) keeps K and counts after it. Codes 9xxxxx are foreign and get a Hong
    Kong number.
    """
    if code[0] == "9":
        return with_check_digit(f"HK00009{code[2:]}")
    last = code[5]
    if last == "0":
        return with_check_digit(f"KR7{code}00")
    if last.isdigit():
        return with_check_digit(f"KR7{code[:5]}{int(last) // 2 - 1}00")
    return with_check_digit(f"KR7{code[:5]}K0{ord(last) - ord('J')}")


def with_check_digit(body: str) -> str:
    """Return ``body`` (11 characters) with its ISIN check digit (ISO 6166, modulus 10 double-add-double)."""
    digits = "".join(str(int(character, 36)) for character in body)
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % CHECKED == 0 else 1)
        total += value // 10 + value % 10
    return f"{body}{-total % 10}"


def numeric(number: int) -> str:
    """Return the ``number``-th invented numeric short code of a common stock; unique below 40,000."""
    return f"{(number * 7_919 + 1_013) % 40_000 + 1_000:05d}0"


def alphanumeric(number: int) -> str:
    """Return the ``number``-th alphanumeric short code of a common stock (``0001A0``, ``0002B0`` …)."""
    return f"{number + 1:04d}{LETTERS[number % len(LETTERS)]}0"
