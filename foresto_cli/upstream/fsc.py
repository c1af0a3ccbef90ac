"""FSC open data (apis.data.go.kr/1160100): listed items, stock prices, ETF prices, bonds, dividends.

Data of a session appear after 13:00 of the next business day; a holiday looks the same as "not yet". Items and prices
(from KRX) are KOGL type 4: non-commercial, unchanged, not to be passed on; bonds and dividends (from KSD) KOGL type 2.
10,000 calls a day and service. Parameters that a service does not know are ignored without a word, so every answer is
checked to be what was asked for.
"""

import json
from collections.abc import Mapping
from datetime import date
from urllib.parse import unquote

from foresto_cli.declared import OpenData
from foresto_cli.errors import AuthFailed, BadPayload, ConfigError, Transient
from foresto_cli.upstream._open_data import LABEL, UNKNOWN_KEY, Page, WrongRoute, inspector, page_of, refusal
from foresto_cli.upstream.fsc_services import used_services
from foresto_cli.upstream.policy import Policy
from foresto_cli.upstream.transport import Transport

SOURCE_ID = "FSC"
HOST = "apis.data.go.kr"
ROOT = f"https://{HOST}/1160100"
POLICY = Policy(name="fsc", label=LABEL, hosts={HOST: ("fsc",)}, pace=0.3, daily_budget=10_000)
MOST_PAGES = 300
MOST_ROWS = 250_000
"""Rows of a whole table; the largest, of dividends, has 70,000."""
PRICES_SINCE = date(2020, 1, 2)
READINGS = 2
"""A table that changed while it was read is read so often in all."""
PREFIX, PREFIXED = "A", 7
"""What some routes put before a ticker, and how long it is then."""


Record = dict[str, str]


class _Desk:
    """One service: its session, and the routes that do not take our key."""

    def __init__(self, transport: Transport, key: str, service: OpenData, own_route: str | None) -> None:
        self.session = transport.session(POLICY, inspector(service.title))
        self._key = key
        self._service = service
        self._routes = (own_route,) if own_route else service.routes
        self._refused: dict[str, WrongRoute] = {}

    def whole(self, filters: Mapping[str, str]) -> list[Record]:
        """Return every row there is, from as many pages as it takes, or raise.

        Raises:
            ForestoError: as :mod:`foresto_cli.upstream._open_data`.
            BadPayload: fewer or more rows than there are, or pages that overlap, twice.
            Transient: the number of rows changed while we read them, twice.
        """
        again = 0
        for _ in range(READINGS):
            pages = self._read(filters)
            if pages is None:
                continue
            rows = [row for page in pages for row in page]
            again = _repeated(pages)
            if again <= self._service.twins:
                return rows
        if again > self._service.twins:
            raise BadPayload(
                f"{LABEL}: '{self._service.title}'의 여러 쪽에 같은 행이 {again:,}개 있어 빠진 행이 있습니다."
                " 나중에 다시 실행하세요."
            )
        raise Transient(f"{LABEL}: 읽는 사이에 '{self._service.title}'의 행 수가 바뀌었습니다.")

    def count(self, filters: Mapping[str, str]) -> int:
        """Return the number of rows, with one request for a single row."""
        return self._ask(filters, 1, 1).total

    def _read(self, filters: Mapping[str, str]) -> list[list[Record]] | None:
        """Return every row, by page; None when a later page, or the first asked again, knows another number of rows.

        Raises:
            BadPayload: more rows than are believed.
        """
        first = self._ask(filters, 1, self._service.rows)
        if first.total > MOST_ROWS:
            raise BadPayload(f"{LABEL}: {first.total:,}행이라고 합니다. {MOST_ROWS:,}행까지만 믿습니다.")
        pages = [self._kept(first)]
        number = 1
        while sum(map(len, pages)) < first.total and number < MOST_PAGES:
            number += 1
            page = self._ask(filters, number, self._service.rows)
            if page.total != first.total:
                return None
            if not page.rows:
                break
            pages.append(self._kept(page))
        if number > 1 and self._ask(filters, 1, 1).total != first.total:
            return None
        rows = [row for page in pages for row in page]
        if len(rows) != first.total:
            raise BadPayload(f"{LABEL}: {first.total:,}행 가운데 {len(rows):,}행이 왔습니다.", _as_bytes(rows))
        return pages

    def _kept(self, page: Page) -> list[Record]:
        kept = self._service.kept
        return [{name: row[name] for name in kept if name in row} for row in page.rows] if kept else page.rows

    def _ask(self, filters: Mapping[str, str], number: int, size: int) -> Page:
        """Ask the first route that takes our key; one that does not is left out for the rest of the run."""
        for route in self._routes:
            if route in self._refused:
                continue
            try:
                return self._ask_at(route, filters, number, size)
            except WrongRoute as wrong:
                self._refused = {**self._refused, route: wrong}
        codes = {wrong.code for wrong in self._refused.values()}
        if UNKNOWN_KEY not in codes:
            raise BadPayload(
                f"{LABEL}: '{self._service.title}'의 경로가 바뀌었습니다(코드 {min(codes)})."
                " 새 경로를 알면 FORESTO_FSC_ROUTES에 적으세요."
            )
        error = refusal(UNKNOWN_KEY, self._service.title)
        if isinstance(error, AuthFailed):
            self.session.refuse(error)
        raise error

    def _ask_at(self, route: str, filters: Mapping[str, str], number: int, size: int) -> Page:
        parameters = {
            "serviceKey": self._key,
            "resultType": "json",
            "numOfRows": f"{size}",
            "pageNo": f"{number}",
            **filters,
        }
        return page_of(self.session.get(f"{ROOT}/{route}", params=parameters))


class Fsc:
    """The open data with one key, encoded or not as the portal shows it."""

    def __init__(self, transport: Transport, key: str, routes: Mapping[str, str] | None = None) -> None:
        """Keep the key decoded: it is encoded once when it is sent.

        Args:
            transport: makes the sessions, one a service: a key may be good for one and not for another.
            key: as the portal shows it.
            routes: the operator's own paths below :data:`ROOT`, by service.

        Raises:
            ConfigError: a route for a service that there is not.
        """
        own = routes or {}
        services = used_services()
        unknown = sorted(own.keys() - services.keys())
        if unknown:
            known = ", ".join(services)
            raise ConfigError(f"FORESTO_FSC_ROUTES에 모르는 서비스 {unknown[0]}가 있습니다. 쓸 수 있는 이름: {known}")
        plain = unquote(key) if "%" in key else key
        self._desks = {name: _Desk(transport, plain, service, own.get(name)) for name, service in services.items()}
        self.sessions = [desk.session for desk in self._desks.values()]
        self.price_sessions = [self._desks["prices"].session]
        self.etf_sessions = [self._desks["etfs"].session]

    def listed_items(self, day: date) -> list[Record]:
        """Return ``isinCd, srtnCd, mrktCtg, itmsNm, crno`` … of every stock listed on ``day``, preferred ones missing.

        ``srtnCd`` is the plain ticker, whichever route answered. An empty list means a holiday or a session that is
        not published yet; the answer does not say which.

        Raises:
            ForestoError: as :meth:`_Desk.whole`.
            BadPayload: rows of another day.
        """
        return _with_plain_codes(self._of_day("items", day))

    def stock_prices(self, day: date) -> list[Record]:
        """Return the unadjusted prices of every stock on ``day``, text fields, from 2020-01-02 on; no ETF or ETN.

        An empty list means what it does in :meth:`listed_items`.

        Raises:
            ForestoError: as :meth:`listed_items`.
        """
        return _with_plain_codes(self._of_day("prices", day))

    def etf_prices(self, day: date) -> list[Record]:
        """Return every ETF of ``day``, 18 text fields, from 2020-01-02 on; ``nav`` is ``0`` where there is none.

        An empty list means what it does in :meth:`listed_items`.

        Raises:
            ForestoError: as :meth:`listed_items`.
        """
        return _with_plain_codes(self._of_day("etfs", day))

    def bonds(self, day: date) -> list[Record]:
        """Return :data:`BOND_FIELDS` of every bond as of ``day``; the routes before 2026 know fewer of them.

        An empty list means what it does in :meth:`listed_items`.

        Raises:
            ForestoError: as :meth:`listed_items`.
        """
        return self._of_day("bonds", day)

    def whole_list(self, name: str, day: date) -> list[Record]:
        """Return every row of the described data set ``name`` as of ``day``.

        An empty list means what it does in :meth:`listed_items`.

        Raises:
            ForestoError: as :meth:`listed_items`.
        """
        return self._of_day(name, day)

    def dividends(self) -> list[Record]:
        """Return the whole table of dividends, some 70,000 rows since 1985; ``basDt`` is the table's own date.

        It is asked for without any filter: which date the newest table has is not known beforehand.

        Raises:
            ForestoError: as :meth:`_Desk.whole`.
            BadPayload: rows of several tables.
        """
        rows = self._desks["dividends"].whole({})
        if len({row.get("basDt") for row in rows}) > 1:
            raise BadPayload(f"{LABEL}: 배당 자료에 여러 기준일이 섞여 있습니다.", _as_bytes(rows))
        return rows

    def probe(self, name: str, day: date) -> int:
        """Return the number of rows of ``day`` in the service ``name``; for dividends, the number of all rows.

        Raises:
            ForestoError: as :meth:`_Desk.whole`.
        """
        return self._desks[name].count({} if name == "dividends" else {"basDt": f"{day:%Y%m%d}"})

    def _of_day(self, service: str, day: date) -> list[Record]:
        rows = self._desks[service].whole({"basDt": f"{day:%Y%m%d}"})
        if {row.get("basDt") for row in rows} - {f"{day:%Y%m%d}"}:
            raise BadPayload(f"{LABEL}: {day}를 요청했는데 다른 날짜의 자료가 왔습니다.", _as_bytes(rows))
        return rows


def _repeated(pages: list[list[Record]]) -> int:
    """Return how many different rows stand on more than one page."""
    seen: set[tuple[tuple[str, str], ...]] = set()
    again: set[tuple[tuple[str, str], ...]] = set()
    for page in pages:
        mine = {tuple(sorted(row.items())) for row in page}
        again |= mine & seen
        seen |= mine
    return len(again)


def _with_plain_codes(rows: list[Record]) -> list[Record]:
    """Return the rows with ``srtnCd`` as the plain ticker: some routes put an A before it."""
    codes = (row.get("srtnCd", "") for row in rows)
    return [
        {**row, "srtnCd": code.removeprefix(PREFIX) if len(code) == PREFIXED else code}
        for row, code in zip(rows, codes, strict=True)
    ]


def _as_bytes(rows: list[Record]) -> bytes:
    return json.dumps(rows, ensure_ascii=False).encode("utf-8", "replace")
