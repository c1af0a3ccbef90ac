"""One week of the whole market into PostgreSQL: a ticker at a time with pykrx or FinanceDataReader, and by foresto.

All are led to the same stand-in of the upstreams, which runs in this process and takes 50 ms for every answer; each is a
process of its own, timed from its start to its last row. The week is four weeks old, so that stocks were split and
delisted since. The libraries' users usually wait a second between two tickers (``time.sleep(1)``): they do not wait
here, and what it would add is computed. foresto keeps its own pace, and once more does not.

Then 2 % of the price answers fail: HTTP 500, connections reset, valid answers without a row, and bodies cut in half, in
equal shares and the same in every run; no latency. What became of each failed answer: made good (all its rows are there
and right in the end), told (an exception, a printed line, a result that is not success), or not noticed. foresto asks for
so little that its week is loaded again and again, each time into an empty database.

Recorded answers cannot be served here: there are none for single tickers but one.

Usage: .venv/bin/python benchmarks/peers.py [STOCKS]
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from _measure import OWN, PYTHON, machine, own_folder, table

from foresto_cli.clock import KST
from foresto_cli.sandbox import Options, Received, Sandbox, running
from foresto_cli.sandbox.market import Market
from foresto_cli.store import embedded
from foresto_cli.store.engine import connected

STOCKS = int(sys.argv[1]) if len(sys.argv) > 1 else 2_886
SESSIONS = 260
NOW = datetime(2026, 11, 20, 19, 0, tzinfo=KST)
WEEK = (date(2026, 10, 19), date(2026, 10, 23))
LATENCY = 0.05
FAILING = 0.02
KINDS = ("500", "reset", "empty_list", "truncated")
PLACES = ("fchart.stock.naver.com", "data.krx.co.kr/MDCSTAT01701", "data-dbg.krx.co.kr")
"""Where prices come from; failures strike nowhere else."""
FAILING_TICKERS = 1_000
FAILING_WEEKS = int(os.environ.get("W","40"))
SLEEP = 1.0
"""Seconds between two tickers in the loops in circulation."""
WORKER = Path(__file__).with_name("_peers.py")
ENOUGH = 10**6

KOREAN = 'SELECT ticker, "날짜", "시가", "고가", "저가", "종가", "거래량" FROM prices'
STORED = {
    "pykrx": KOREAN,
    "pykrx-unadjusted": KOREAN,
    "fdr": 'SELECT ticker, "Date", "Open", "High", "Low", "Close", "Volume" FROM prices',
    "foresto": "SELECT ticker, trade_date, open_price, high_price, low_price, close_price, volume FROM stock_price_daily",
}
NAMES = {
    "pykrx": "pykrx get_market_ohlcv(…, ticker)",
    "pykrx-unadjusted": "pykrx, the same with adjusted=False",
    "fdr": "FinanceDataReader DataReader(ticker, …)",
    "foresto": "foresto prices load",
    "foresto-fast": "foresto without its pace",
}

Rows = dict[tuple[str, date], tuple[int, ...]]


@dataclass
class Fate:
    """What became of the failed answers of one kind: how many were made good, told of and how, not noticed."""

    failed: int = 0
    became: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    """Rows missing or wrong without a word."""

    def __add__(self, other: "Fate") -> "Fate":
        """Return both together."""
        return Fate(self.failed + other.failed, self.became + other.became, self.lost + other.lost)


class Client:
    """A process that loads the week: once when it starts, again whenever asked."""

    def __init__(self, way: str, url: str, sandbox: Sandbox, most: int) -> None:
        """Start it; neither the operator's settings nor a real upstream are within its reach."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OWN)}
        own = {"KRX_ID": "someone", "KRX_PW": "secret", "MPLBACKEND": "Agg", "PYTHONWARNINGS": "ignore"}
        first, last = WEEK
        command = [PYTHON, str(WORKER), way, url, f"{NOW.isoformat()}", f"{first}", f"{last}", f"{most}"]
        self._errors = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            command,
            env={**kept, **sandbox.environment(), **own},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )

    def result(self) -> dict[str, Any]:
        """Return what it says once it has stored the week.

        Raises:
            SystemExit: it failed.
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            raise SystemExit(f"{self._process.args} ended:\n{self._errors.read()[-2_000:]}")
        found: dict[str, Any] = json.loads(line)
        return found

    def again(self) -> None:
        """Ask for the week once more."""
        assert self._process.stdin is not None
        self._process.stdin.write("again\n")
        self._process.stdin.flush()

    def end(self) -> None:
        """Let it end."""
        self._process.communicate()
        self._errors.close()


@contextmanager
def served(folder: Path, *, latency: float = 0.0, failing: float = 0.0) -> Iterator[Sandbox]:
    """Run the stand-in with its market made."""
    faults = ",".join(f"{kind}@{place}%{failing / len(KINDS)}" for place in PLACES for kind in KINDS) if failing else ""
    options = Options(now=NOW, stocks=STOCKS, sessions=SESSIONS, latency=latency)
    with running(options, folder, faults=faults) as sandbox:
        as_traded(sandbox.market)
        yield sandbox


@contextmanager
def database(server: str, way: str) -> Iterator[str]:
    """Yield the URL of an empty database; foresto's has its tables already."""
    name = f"{way}_{time.monotonic_ns()}".replace("-", "_")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]  # our own name
    url = server.replace("/foresto?", f"/{name}?").replace("postgresql://", "postgresql+psycopg://", 1)
    if way.startswith("foresto"):
        with connected(url, sandbox=True):
            pass
    yield url


def as_traded(market: Market) -> Rows:
    """Return what was traded in the week: code and day → open, high, low, close, volume."""
    found: Rows = {}
    first, last = WEEK
    for day in market.sessions:
        if not first <= day <= last:
            continue
        listed = market.listed(day)
        quotes = market.quotes(day).take(listed.tickers)
        columns = (quotes.open, quotes.high, quotes.low, quotes.close, quotes.volume)
        bars = zip(*(column.tolist() for column in columns), strict=True)
        found.update({(stock.code, day): bar for stock, bar in zip(listed.stocks, bars, strict=True)})
    return found


def stored(url: str, way: str) -> Rows:
    """Return what a client has stored."""
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        query = STORED[way.removesuffix("-fast")]
        rows = connection.execute(query).fetchall()  # type: ignore[arg-type]  # a constant
    return {(ticker, when.date() if isinstance(when, datetime) else when): tuple(bar) for ticker, when, *bar in rows}


def timed(way: str, server: str, folder: Path) -> list[str]:
    """Load the week with latency and nothing going wrong; return the line of the table."""
    with served(folder, latency=LATENCY) as sandbox, database(server, way) as url:
        started = time.perf_counter()
        client = Client(way, url, sandbox, ENOUGH)
        said = client.result()
        seconds = time.perf_counter() - started
        client.end()
        rows, right = stored(url, way), as_traded(sandbox.market)
        asked = len(sandbox.requests)
        tickers = len({ticker_of(request) for request in sandbox.requests} - {None})
    if way.startswith("foresto") and said["exit_code"]:
        raise SystemExit(f"{said}")
    wrong = sum(rows[key] != bar for key, bar in right.items() if key in rows)
    return [
        NAMES[way],
        f"{asked:,}",
        f"{seconds:.1f}",
        f"{seconds + SLEEP * tickers:,.0f}" if tickers else "",
        f"{len(rows):,}",
        f"{len(right.keys() - rows.keys()):,}",
        f"{wrong:,}",
        f"{len(rows.keys() - right.keys()):,}",
    ]


def ticker_of(request: Received) -> str | None:
    """Return the code that a request for one ticker's prices names."""
    isin = request.fields.get("isuCd")
    if isin is not None:
        return f"9{isin}" if isin.startswith("HK") else isin
    return request.fields.get("symbol")


def strike_peer(way: str, server: str, folder: Path) -> tuple[int, dict[str, Fate]]:
    """Load part of the week's tickers while answers fail; return price answers and the fate of the failed ones."""
    from foresto_cli.sandbox.market.codes import isin

    fates = {kind: Fate() for kind in KINDS}
    with served(folder, failing=FAILING) as sandbox, database(server, way) as url:
        client = Client(way, url, sandbox, FAILING_TICKERS)
        told: dict[str, str] = client.result()
        client.end()
        rows, right = stored(url, way), as_traded(sandbox.market)
        codes = {isin(stock.code): stock.code for stock in sandbox.market.roster}
        asked = [
            (request.fault, codes.get(request.fields.get("isuCd", ""), request.fields.get("symbol", "")))
            for request in sandbox.requests
            if ticker_of(request)
        ]
    of_ticker: dict[str, list[tuple[str, date]]] = {}
    for key in right:
        of_ticker.setdefault(key[0], []).append(key)
    for kind, ticker in asked:
        if kind is None:
            continue
        missing = sum(key not in rows for key in of_ticker[ticker])
        became = told.get(ticker, "not noticed").split()[0] if missing else "made good"
        became = "not noticed" if became == "not" else became
        fates[kind] += Fate(1, Counter([became]), missing if became == "not noticed" else 0)
    return len(asked), fates


def strike_foresto(server: str, folder: Path) -> tuple[int, dict[str, Fate]]:
    """Load the week again and again while answers fail; return price answers and the fate of the failed ones."""
    fates = {kind: Fate() for kind in KINDS}
    answers = 0
    with served(folder, failing=FAILING) as sandbox, database(server, "foresto") as url:
        right = as_traded(sandbox.market)
        client = Client("foresto-fast", url, sandbox, 0)
        for number in range(FAILING_WEEKS):
            seen = len(sandbox.requests) if number else 0
            if number:
                client.again()
            said = client.result()
            rows = stored(url, "foresto")
            bad = Counter(key[1] for key, bar in right.items() if rows.get(key) != bar)
            asked = [request for request in sandbox.requests[seen:] if "_bydd_trd" in request.path or day_of(request)]
            answers += len(asked)
            counted = set()
            for request in asked:
                if request.fault is None:
                    continue
                day = day_of(request)
                became = "made good" if not bad[day] else "reported" if said["exit_code"] else "not noticed"
                lost = bad[day] if became == "not noticed" and day not in counted else 0
                counted.add(day)
                fates[request.fault] += Fate(1, Counter([became]), lost)
        client.end()
    return answers, fates


def day_of(request: Received) -> date | None:
    """Return the day whose market a request asks for."""
    text = request.fields.get("basDd") or request.fields.get("trdDd")
    return date.fromisoformat(text) if text else None


FATES = ("made good", "raised", "printed", "reported", "not noticed")


def lines(name: str, answers: int, fates: dict[str, Fate]) -> list[list[str]]:
    """Return the lines of one way: all failed answers together, then each kind."""
    both = [(name, f"{answers:,}", sum(fates.values(), Fate())), *((f"  {kind}", "", fates[kind]) for kind in KINDS)]
    return [
        [title, count, f"{fate.failed}", *(f"{fate.became[became]}" for became in FATES), f"{fate.lost}"]
        for title, count, fate in both
    ]


def main() -> None:
    """Measure and print."""
    started = time.perf_counter()
    first, last = WEEK
    load = os.getloadavg()[0]
    print(f"peers: {STOCKS:,} stocks, {first} to {last}, load {load:.1f} at the start; {machine()}\n")
    struck: list[list[str]] = []
    with own_folder() as folder, embedded.running(folder) as server:
        table(
            ["", "requests", "seconds", "with sleep(1), computed", "rows", "missing", "not as traded", "unknown"],
            [timed(way, server, folder) for way in NAMES],
        )
        for way in ("pykrx", "pykrx-unadjusted", "fdr"):
            struck += lines(NAMES[way], *strike_peer(way, server, folder))
        struck += lines(f"foresto, the week {FAILING_WEEKS} times", *strike_foresto(server, folder))
    print(f"\n{FAILING:.0%} of the price answers fail:\n")
    table(["", "answers", "failed", *FATES, "rows lost unnoticed"], struck)
    print(f"\n{timedelta(seconds=round(time.perf_counter() - started))} in all")


if __name__ == "__main__":
    main()
