"""What a ledger's reason says of a market day that is not simply whole, and back."""

from foresto_cli.adjustment.holes import LACKED

FILLED = "빠진 종목을 다른 출처에서 채웠습니다"
"""A ledger's reason when what an official answer lacked came from elsewhere."""
LEFT_OUT = "행을 뺐습니다"
"""Part of a ledger's reason when rows of the answer were impossible."""


def lacking_reason(markets: frozenset[str]) -> str | None:
    """Return a ledger's reason that names the markets which a session lacks; None when it has all."""
    return f"{LACKED}{', '.join(sorted(markets))} (KRX OPEN API 서비스 승인 없음)" if markets else None


def lacked_markets(reason: str | None) -> frozenset[str]:
    """Return the markets that a ledger's reason says are missing."""
    _, found, rest = (reason or "").partition(LACKED)
    return frozenset(rest.partition(" (")[0].split(", ")) if found else frozenset()
