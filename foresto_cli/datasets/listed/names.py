"""Which stock, ETF or index is meant: by its code, or by any name it has or had. One answer for every command."""

import difflib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from foresto_cli.datasets.prices.index_codes import MAIN
from foresto_cli.errors import ConfigError, UsageError

CANDIDATES = 5
LIKENESS = 0.5
STOCK, ETF, INDEX = "stock", "etf", "index"
EVERY = (STOCK, ETF, INDEX)
KINDS = {STOCK: "종목", ETF: "ETF", INDEX: "지수"}
"""Kind → what the operator calls it."""
LOADED_BY = {STOCK: "foresto listing load", ETF: "foresto stocks etfs", INDEX: "foresto prices index"}
"""Kind → the command that brings its list."""
KNOWN = {
    STOCK: text(
        "SELECT ticker AS code, name, is_listed, 'stock' AS kind FROM fdr_stock_listing"
        " ORDER BY is_listed DESC, marcap DESC NULLS LAST, ticker"
    ),
    ETF: text(
        "SELECT ticker AS code, name, is_active AS is_listed, 'etf' AS kind FROM etfs"
        " ORDER BY is_active DESC, aum DESC NULLS LAST, ticker"
    ),
    INDEX: text(
        "SELECT code, name, true AS is_listed, 'index' AS kind FROM (SELECT index_code AS code, name FROM index_listing"
        # No list names these three where there is no key of the OPEN API.
        " UNION SELECT code, name FROM (VALUES ('KOSPI', '코스피'), ('KOSDAQ', '코스닥'), ('KS200', '코스피 200'))"
        " AS main (code, name) WHERE NOT EXISTS (SELECT 1 FROM index_listing l WHERE l.index_code = code)"
        " AND EXISTS (SELECT 1 FROM index_price_daily p WHERE p.index_code = code)) known"
        " ORDER BY code NOT IN ('KOSPI', 'KOSDAQ', 'KS200'), code"
    ),
}
PRICED = text("SELECT name FROM stock_price_daily WHERE ticker = :ticker ORDER BY trade_date DESC LIMIT 1")
LONGEST = 6
"""No ticker has more letters; where prices are distributed by it (Citus) a longer one cannot be asked for."""


class Security(NamedTuple):
    """What has prices.

    Attributes:
        code: ticker of a stock or ETF, or foresto's code of an index.
        name: its name now, or its last one.
        is_listed: it is traded now.
        kind: :data:`STOCK`, :data:`ETF` or :data:`INDEX`.
    """

    code: str
    name: str
    is_listed: bool
    kind: str


def require_listing(connection: Connection) -> None:
    """Refuse when nothing is listed yet.

    Raises:
        ConfigError: the listing was never loaded.
    """
    if not connection.scalar(text("SELECT EXISTS (SELECT 1 FROM fdr_stock_listing)")):
        raise ConfigError("상장 목록이 비어 있습니다. 먼저 foresto listing load를 실행하세요.")


def ticker_of(connection: Connection, given: str) -> str:
    """Return the ticker of the stock that ``given`` is the ticker or the name of.

    Raises:
        ConfigError: there is no listing to look in.
        UsageError: nobody is, or several are, or it is an ETF.
    """
    require_listing(connection)
    try:
        return security_of(connection, given, (STOCK,)).code
    except UsageError:
        fund = fund_of(connection, given)
        if fund is None:
            raise
    raise UsageError(f"{given}: ETF입니다. 점수와 재무제표는 주식에만 있습니다. foresto stocks show {fund}로 보세요.")


def stock_or_fund(connection: Connection, given: str) -> Security:
    """Return the stock or ETF that ``given`` is the code or the name of.

    Raises:
        ConfigError: there is no listing to look in.
        UsageError: nobody is, or several are.
    """
    try:
        return security_of(connection, given, (STOCK, ETF))
    except UsageError:
        require_listing(connection)
        raise


def fund_of(connection: Connection, given: str) -> str | None:
    """Return the code of the ETF that ``given`` is the code or the name of; None when it is none, or several."""
    code, wanted = given.strip().upper(), _plain(given)
    everyone = [Security(*row) for row in connection.execute(KNOWN[ETF])]
    found = [one for one in everyone if one.code == code] or _listed_first(
        [one for one in everyone if wanted and wanted in _names(one)]
    )
    return found[0].code if len(found) == 1 else None


def security_of(
    connection: Connection, given: str, kinds: Sequence[str] = EVERY, *, takes_part: bool = False
) -> Security:
    """Return what ``given`` is the code or the name of; capitals and spaces in a name make no difference.

    Args:
        connection: the database.
        given: what the operator typed.
        kinds: what may be meant.
        takes_part: a part of a name is enough where only one listed name has it. For commands that only show, and
            say whom they show.

    Raises:
        ConfigError: none of ``kinds`` has a list to look in.
        UsageError: nobody is, or several are; the message names the nearest.
    """
    everyone = [Security(*row) for kind in kinds for row in connection.execute(KNOWN[kind])]
    code, wanted = given.strip().upper(), _plain(given)
    by_code = next((one for one in everyone if one.code == code), None)
    if by_code is not None:
        return by_code
    may_be_priced = STOCK in kinds and len(code) <= LONGEST
    if may_be_priced and (priced := connection.execute(PRICED, {"ticker": code}).one_or_none()) is not None:
        return Security(code, priced.name or code, is_listed=False, kind=STOCK)
    if not everyone:
        loads = ", ".join(LOADED_BY[kind] for kind in kinds)
        raise ConfigError(f"{_list(kinds)} 목록이 비어 있습니다. 먼저 {loads}를 실행하세요.")
    exact = _listed_first([one for one in everyone if wanted and wanted in _names(one)])
    if not exact and STOCK in kinds:
        exact = _once_called(connection, given.strip(), everyone)
    if len(exact) == 1:
        return exact[0]
    if exact:
        raise UsageError(f"{given}: 여러 {_kinds(kinds)}의 이름입니다. 코드로 고르세요: {_named(exact)}")
    near = [one for one in everyone if wanted and any(wanted in name for name in _names(one))]
    living = [one for one in near if one.is_listed]
    if takes_part and len(living) == 1:
        return living[0]
    if not near:
        alike = difflib.get_close_matches(given, [one.name for one in everyone], CANDIDATES, LIKENESS)
        near = [one for one in everyone if one.name in alike]
    hint = f"혹시 이 가운데 있습니까? {_named(near)}" if near else "코드(예: 005930)나 정확한 이름을 적으세요."
    raise UsageError(f"{given}: 그런 코드나 이름은 {_list(kinds)} 목록에 없습니다. {hint}")


def alike(connection: Connection, given: str, kinds: Sequence[str] = (STOCK, ETF)) -> list[Security]:
    """Return the securities that ``given`` may mean, the best match first: by code or name, a part of them, similarity.

    Those that are traded stand before those that are not, larger ones before smaller ones.
    """
    everyone = [Security(*row) for kind in kinds for row in connection.execute(KNOWN[kind])]
    code, wanted = given.strip().upper(), _plain(given)
    if not wanted:
        return []
    found = [
        (place, not one.is_listed, number, one)
        for number, one in enumerate(everyone)
        if (place := _place(one, code, wanted)) is not None
    ]
    if not found:
        near = difflib.get_close_matches(given, [one.name for one in everyone], CANDIDATES, LIKENESS)
        return [one for one in everyone if one.name in near]
    return [one for *_, one in sorted(found, key=lambda one: one[:3])]


def _place(one: Security, code: str, wanted: str) -> int | None:
    """Return how well ``one`` matches: 0 for its code or name, 1 for a name's beginning, 2 for a part, else None."""
    names = _names(one)
    if one.code == code or wanted in names:
        return 0
    if any(name.startswith(wanted) for name in names):
        return 1
    return 2 if any(wanted in name for name in names) or one.code.startswith(code) else None


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def _names(one: Security) -> set[str]:
    """Return what somebody may be called; the main indices have a Korean name although no list names them."""
    own = {_plain(one.name)}
    return own | ({_plain(name) for (_, name), code in MAIN.items() if code == one.code} if one.kind == INDEX else own)


def _listed_first(found: list[Security]) -> list[Security]:
    return [one for one in found if one.is_listed] or found


def _once_called(connection: Connection, name: str, everyone: Iterable[Security]) -> list[Security]:
    once = set(connection.scalars(text("SELECT DISTINCT ticker FROM stock_history WHERE name = :name"), {"name": name}))
    return [one for one in everyone if one.kind == STOCK and one.code in once]


def _kinds(kinds: Sequence[str]) -> str:
    return "·".join(KINDS[kind] for kind in kinds)


def _list(kinds: Sequence[str]) -> str:
    return "상장" if tuple(kinds) == (STOCK,) else _kinds(kinds)


def _named(found: Sequence[Security]) -> str:
    shown = ", ".join(f"{one.code} {one.name}{'' if one.is_listed else '(폐지)'}" for one in found[:CANDIDATES])
    return shown + (f" 외 {len(found) - CANDIDATES}개" if len(found) > CANDIDATES else "")
