"""Tests each upstream with one cheap request; where services are approved one by one, with one for each service."""

import functools
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TypeVar

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.declared import WholeList
from foresto_cli.errors import AuthFailed, ForestoError, Interrupted
from foresto_cli.loading import load_described
from foresto_cli.settings import keys
from foresto_cli.settings.keys import Key
from foresto_cli.telling import dead_mirror
from foresto_cli.telling.diagnosis import OK, WRONG, Diagnosis, each, gravest
from foresto_cli.upstream.dart import Dart
from foresto_cli.upstream.finlife import Finlife
from foresto_cli.upstream.fsc_services import SERVICES
from foresto_cli.upstream.krx import Krx
from foresto_cli.views import openapi_services

CHEAP_SPAN = timedelta(days=10)
CHEAP_PRODUCTS = ("rentHouseLoanProductsSearch", "R", "050000")
OPEN_DATA = "공공데이터포털"

Client = TypeVar("Client")


def every(app: App) -> Iterator[Diagnosis]:
    """Test every upstream for which a key is set, and those that need none.

    Raises:
        Interrupted: the process was asked to stop.
    """
    for key in keys.KEYS:
        yield from of(app, key)
    yield from each(
        app.redact,
        (
            "네이버 차트",
            lambda: _asked("네이버 차트", app.naver, lambda naver: f"005930 {len(naver.bars('005930', 1))}일"),
        ),
        ("FinanceDataReader", lambda: dead_mirror.examine(app)),
    )


def of(app: App, key: Key) -> Iterator[Diagnosis]:
    """Test the upstream of ``key``; nothing without the key, nor Alpha Vantage, which allows 25 requests a day.

    Raises:
        Interrupted: the process was asked to stop.
    """
    last = app.calendar.latest_ended(clock.now())
    before = app.calendar.previous(last)
    looks: dict[Key, tuple[str, Callable[[], Iterator[Diagnosis]]]] = {
        keys.LOGIN: ("KRX", lambda: _asked("KRX", app.krx, functools.partial(_index, last=last))),
        keys.OPENAPI: (
            "KRX OPEN API",
            lambda: openapi_services.examine(app.krx_openapi, before, load_described.services(app)),
        ),
        keys.FSC: (OPEN_DATA, lambda: _open_data(app)),
        keys.DART: ("DART", lambda: _asked("DART", app.dart, functools.partial(_reports, day=before))),
        keys.FSS: ("금융상품한눈에", lambda: _asked("금융상품한눈에", app.finlife, _products)),
    }
    if key in looks:
        yield from each(app.redact, looks[key])


def _asked(name: str, client: Client | None, ask: Callable[[Client], str]) -> Iterator[Diagnosis]:
    if client is not None:
        yield Diagnosis(name, OK, f"답합니다({ask(client)})")


def _index(krx: Krx, last: date) -> str:
    return f"코스피 {len(krx.index_days('1001', last - CHEAP_SPAN, last))}거래일"


def _reports(dart: Dart, day: date) -> str:
    return f"{day} 사업·반기·분기보고서 {len(dart.filings(day, day, pblntf_ty='A')):,}건"


def _products(finlife: Finlife) -> str:
    return f"보험사 전세자금대출 {len(finlife.products(*CHEAP_PRODUCTS).base):,}개"


def _open_data(app: App) -> Iterator[Diagnosis]:
    """Test each service of the open data portal; they are approved one by one."""
    if app.fsc is None:
        return
    day = app.calendar.latest_in_open_data(clock.now())
    wanted = {one.name: one.service.title for one in load_described.wanted(app) if isinstance(one, WholeList)}
    titles = {name: service.title for name, service in SERVICES.items()} | wanted
    found: list[Diagnosis] = []
    for name, title in titles.items():
        try:
            found.append(Diagnosis(f"{OPEN_DATA} {title}", OK, f"답합니다({app.fsc.probe(name, day):,}행)"))
        except Interrupted:
            raise
        except ForestoError as error:
            found.append(Diagnosis(f"{OPEN_DATA} {title}", WRONG, app.redact(f"{error}"), error.exit_code))
    if all(one.exit_code == AuthFailed.exit_code for one in found):
        yield Diagnosis(OPEN_DATA, WRONG, found[0].text, gravest(found))
    else:
        yield from found
