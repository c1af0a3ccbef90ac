"""An answer that ought to be whole is refused when something is in it twice, or when half of it is missing."""

from collections import Counter
from collections.abc import Hashable, Iterable

from foresto_cli.errors import BadPayload


def refuse_twice(label: str, keys: Iterable[Hashable]) -> None:
    """Refuse an answer that has a key twice.

    Raises:
        BadPayload: it has.
    """
    for key, times in Counter(keys).most_common(1):
        if times > 1:
            raise BadPayload(f"{label}: 같은 것이 두 번 있습니다({key}).")


def refuse_half(label: str, found: int, so_far: int, least_share: float) -> None:
    """Refuse an answer with no rows at all, or with fewer than ``least_share`` of those there were ``so_far``.

    Raises:
        BadPayload: it is one.
    """
    if not found or found < least_share * so_far:
        raise BadPayload(f"{label}: {found:,}개뿐입니다(지금까지 {so_far:,}개). 일부만 온 목록입니다.")
