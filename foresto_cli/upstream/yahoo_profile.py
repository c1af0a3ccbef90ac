"""What Yahoo's quote summary says of a stock."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from foresto_cli.errors import BadPayload, ForestoError, Transient

LABEL = "Yahoo"
NO_STOCKS = ("MUTUALFUND", "NONE", "ETF")
"""What Yahoo takes a symbol for of which it has next to nothing."""
END_OF_LATIN = 0x250
PUNCTUATION = "–—‘’“”"


class UnknownSymbol(ForestoError):
    """Yahoo has nothing under this symbol, and says so."""


@dataclass(frozen=True)
class Profile:
    """What Yahoo says of a stock; a part it does not have is None."""

    english_name: str | None
    sector: str | None


def profile_of(answer: Mapping[str, Any], symbol: str, body: bytes) -> Profile:
    """Read an answer that is about ``symbol``.

    Raises:
        Transient: nothing in it, which is how throttling looks, too.
        BadPayload: it is about something else, or not in the known form.
    """
    try:
        results = answer["quoteSummary"]["result"]
        if not results:
            raise Transient(f"{LABEL}: 내용이 없는 답이 왔습니다.")
        (result,) = results
        kind, profile = result["quoteType"], result.get("assetProfile") or {}
        if kind["symbol"] != symbol:
            raise BadPayload(f"{LABEL}: {symbol} 대신 {kind['symbol']}의 답이 왔습니다.", body)
        if kind["quoteType"] in NO_STOCKS:
            raise UnknownSymbol(f"{LABEL}의 {symbol}은(는) 주식이 아닙니다.")
        names = [name for name in (kind.get("longName"), kind.get("shortName")) if _text(name)]
        if kind["quoteType"] != "EQUITY" or not names:
            raise BadPayload(f"{LABEL}: {symbol}의 답에 이름이 없거나 종류가 다릅니다.", body)
        english = (_text(name) for name in names if _is_english(name, symbol))
        return Profile(next(english, None), _text(profile.get("sector")))
    except (LookupError, TypeError, ValueError, AttributeError):
        raise BadPayload(f"{LABEL}: 답의 모양이 다릅니다.", body) from None


def _text(value: object) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _is_english(name: str, symbol: str) -> bool:
    """Say whether a name is in Latin letters; Yahoo has the Korean one, or codes, in its place for some."""
    latin = all(ord(letter) < END_OF_LATIN or letter in PUNCTUATION for letter in name)
    return latin and any(letter.isalpha() for letter in name) and symbol.partition(".")[0] not in name
