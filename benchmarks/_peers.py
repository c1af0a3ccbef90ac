"""The week's prices into PostgreSQL in one of the ways that benchmarks/peers.py compares; started by it, as a process.

Usage: _peers.py WAY DATABASE_URL NOW FIRST LAST MOST

Each way is written as its library's users write it: the loop goes on after an exception and writes it down, and passes
over an empty frame. What a library prints meanwhile counts as told. Loads the week for every line it reads, and prints
one JSON object when all is stored.
"""

import contextlib
import io
import json
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Engine

FAST = 0.01
"""Factor on foresto's paces and waits where the time does not count."""
KEPT = ("foresto_meta", "data_source")
"""Tables that a fresh database has filled."""

Told = dict[str, str]
Ask = Callable[[str], "pd.DataFrame"]


def loopback_only() -> None:
    """Let nothing leave this machine, whatever becomes of the variables that lead to the sandbox."""
    connect = socket.socket.connect

    def checked(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host and not host.startswith("127.") and host != "localhost":
            raise SystemExit(f"a benchmark tried to reach {host}")
        connect(self, address)

    socket.socket.connect = checked  # type: ignore[method-assign, assignment]  # on purpose


def stock_by_stock(url: str, tickers: list[str], ask: Ask) -> Told:
    """Ask for one ticker after the other and append its frame to a table; return what was told of which ticker."""
    from sqlalchemy import create_engine

    engine = create_engine(url)
    told: Told = {}
    for ticker in tickers:
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                frame = ask(ticker)
            if not frame.empty:
                frame.reset_index().assign(ticker=ticker).to_sql("prices", engine, if_exists="append", index=False)
        except Exception:  # noqa: BLE001  # what the loops in circulation do
            told[ticker] = "raised"
            continue
        if printed.getvalue().strip():
            told[ticker] = "printed"
    engine.dispose()
    return told


def with_pykrx(url: str, first: date, last: date, most: int, *, adjusted: bool) -> Told:
    """Load as the users of pykrx do; adjusted prices are its default and come from Naver, the others from KRX."""
    with contextlib.redirect_stdout(io.StringIO()):
        # Importing it logs in and prints.
        from pykrx import stock
    start, end = f"{first:%Y%m%d}", f"{last:%Y%m%d}"
    tickers = stock.get_market_ticker_list(end, market="ALL")
    return stock_by_stock(
        url, tickers[:most], lambda ticker: stock.get_market_ohlcv(start, end, ticker, adjusted=adjusted)
    )


def with_reader(url: str, first: date, last: date, most: int) -> Told:
    """Load as the users of FinanceDataReader do."""
    import FinanceDataReader as fdr  # noqa: N813  # the name everybody gives it

    tickers = fdr.StockListing("KRX")["Code"].tolist()
    return stock_by_stock(url, tickers[:most], lambda ticker: fdr.DataReader(ticker, f"{first}", f"{last}"))


@contextlib.contextmanager
def foresto(url: str, now: datetime, first: date, last: date, haste: float) -> Iterator[Callable[[], dict[str, Any]]]:
    """Yield what does the work of ``foresto prices load`` for the days; real paces and waits are taken times ``haste``.

    Its clock stands at ``now``; it is led to the sandbox by the environment alone, as the others are.
    """
    from foresto_cli import app, clock, logs, settings
    from foresto_cli.console import Console
    from foresto_cli.loading import load_prices
    from foresto_cli.running import job
    from foresto_cli.store.engine import connected
    from foresto_cli.upstream.worlds import World

    clock.pretend(now)
    found = settings.load_sandbox()
    workers = 1 if haste < 1 else 4
    with TemporaryDirectory() as place, connected(url, sandbox=True) as engine:
        folders = settings.Paths(*(settings.private_folder(Path(place) / name) for name in ("config", "data", "state")))

        def work() -> dict[str, Any]:
            world = app.App(found, folders, engine, Console(as_json=True), logs.Redactor(found.secrets()))
            world._transport = replace(world._transport, haste=haste, world=World.SANDBOX)  # noqa: SLF001  # real paces have no option
            return load_prices.load_prices_between(world, first, last, None, job.Options(workers=workers))

        yield lambda: _again(engine, work)


def _again(engine: "Engine", work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do the work on an empty database; an error that would end the command is its outcome."""
    from foresto_cli.errors import ForestoError
    from foresto_cli.store.fragments import sql
    from foresto_cli.store.tables import metadata

    with engine.begin() as connection:
        for table in metadata.tables:
            if table not in KEPT:
                connection.execute(sql("DELETE FROM {table}", table=table))
    try:
        return work()
    except ForestoError as error:
        return {"exit_code": error.exit_code, "reasons": [str(error)]}


def say(value: object) -> None:
    """Print one line for benchmarks/peers.py."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Load as often as asked, and say how it went."""
    loopback_only()
    way, url, *given, most = sys.argv[1:]
    now = datetime.fromisoformat(given[0])
    first, last = map(date.fromisoformat, given[1:])
    if way.startswith("foresto"):
        with foresto(url, now, first, last, FAST if way == "foresto-fast" else 1.0) as load:
            for _ in sys.stdin:
                say(load())
    for _ in sys.stdin:
        if way == "fdr":
            say(with_reader(url, first, last, int(most)))
        else:
            say(with_pykrx(url, first, last, int(most), adjusted=way == "pykrx"))


if __name__ == "__main__":
    main()
