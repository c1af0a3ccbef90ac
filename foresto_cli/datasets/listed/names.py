"""Which stock is meant: by its ticker, or by any name it has or had."""

import difflib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from foresto_cli.errors import ConfigError, UsageError

CANDIDATES = 5
LIKENESS = 0.5


def require_listing(connection: Connection) -> None:
    """Refuse when nothing is listed yet.

    Raises:
        ConfigError: the listing was never loaded.
    """
    if not connection.scalar(text("SELECT EXISTS (SELECT FROM fdr_stock_listing)")):
        raise ConfigError("상장 목록이 비어 있습니다. 먼저 foresto listing load를 실행하세요.")


def ticker_of(connection: Connection, given: str) -> str:
    """Return the ticker of the stock that ``given`` is the ticker or the name of.

    Raises:
        ConfigError: there is no listing to look in.
        UsageError: nobody is, or several are.
    """
    require_listing(connection)
    everyone = connection.execute(
        text("SELECT ticker, name, is_listed FROM fdr_stock_listing ORDER BY is_listed DESC, marcap DESC NULLS LAST")
    ).all()
    if any(row.ticker == given.upper() for row in everyone):
        return given.upper()
    called = [row for row in everyone if row.name == given]
    exact = [row for row in called if row.is_listed] or called
    if not exact:
        once = set(
            connection.scalars(text("SELECT DISTINCT ticker FROM stock_history WHERE name = :name"), {"name": given})
        )
        exact = [row for row in everyone if row.ticker in once]
    if len(exact) == 1:
        return str(exact[0].ticker)
    if exact:
        raise UsageError(f"{given}: 여러 종목의 이름입니다. 종목코드로 고르세요: {_named(exact)}")
    near = [row for row in everyone if given and given.lower() in row.name.lower()]
    if not near:
        alike = difflib.get_close_matches(given, [row.name for row in everyone], CANDIDATES, LIKENESS)
        near = [row for row in everyone if row.name in alike]
    hint = f"혹시 이 가운데 있습니까? {_named(near)}" if near else "종목코드(예: 005930)나 정확한 이름을 적으세요."
    raise UsageError(f"{given}: 그런 종목코드나 이름은 상장 목록에 없습니다. {hint}")


def _named(rows: Sequence[Any]) -> str:
    shown = ", ".join(f"{row.ticker} {row.name}{'' if row.is_listed else '(폐지)'}" for row in rows[:CANDIDATES])
    return shown + (f" 외 {len(rows) - CANDIDATES}종목" if len(rows) > CANDIDATES else "")
