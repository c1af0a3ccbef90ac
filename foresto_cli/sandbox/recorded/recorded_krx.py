"""Recorded answers of KRX (statistics and OPEN API) and of Naver's chart."""

import gzip
import json
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from foresto_cli.sandbox.recorded import recorded_daily
from foresto_cli.sandbox.wire import HTML, JSON, Answer, Request, as_json, plain

BY_DATE = "dbms/MDC/STAT/standard/MDCSTAT01501"
DAILY_SERVICES = {"stk_bydd_trd": "STK", "ksq_bydd_trd": "KSQ", "knx_bydd_trd": "KNX"}


def statistics(request: Request, folder: Path) -> Answer:
    """Return the recorded answer to the same form fields; a whole day from the daily table; 404 if neither exists."""
    for form, body in _recordings(folder / "krx"):
        if form and form == request.form:
            return Answer(gzip.decompress(body.read_bytes()), content_type=HTML)
    if request.form.get("bld") == BY_DATE:
        rows = recorded_daily.by_date(folder, request.form.get("trdDd", ""), request.form.get("mktId", "ALL"))
        if rows:
            return as_json({"OutBlock_1": rows, "CURRENT_DATETIME": "2026.01.25 PM 08:28:15"}, content_type=HTML)
    return not_recorded(request)


def open_api(request: Request, folder: Path) -> Answer:
    """Return the recorded day of a service; a day of stock prices from the daily table; 404 if neither exists."""
    service = request.path.rpartition("/")[2].removesuffix(".json")
    day = request.fields.get("basDd", "")
    path = folder / "krx_openapi" / f"{service}_{day}.json.gz"
    if day.isdigit() and path.exists():
        return Answer(gzip.decompress(path.read_bytes()), content_type=JSON)
    if service in DAILY_SERVICES:
        rows = recorded_daily.open_api(folder, day, DAILY_SERVICES[service])
        if rows:
            return as_json({"OutBlock_1": rows})
    return not_recorded(request)


def naver(request: Request, folder: Path) -> Answer:
    """Return the recorded chart of the same symbol, whatever count is asked for; 404 if there is none."""
    wanted = request.query.get("symbol")
    for description in sorted((folder / "krx").glob("*.request.json")):
        url = urlsplit(json.loads(description.read_text("utf-8"))["url"])
        if url.hostname == request.host and dict(parse_qsl(url.query)).get("symbol") == wanted:
            body = description.with_name(description.name.replace(".request.json", ".body.gz"))
            return Answer(gzip.decompress(body.read_bytes()), content_type="text/xml;charset=EUC-KR")
    return not_recorded(request)


def not_recorded(request: Request) -> Answer:
    """Return 404: a test should notice that it asks for something that was never recorded."""
    return plain(f"not recorded: {request.host}{request.path} {dict(sorted(request.fields.items()))}\n", 404)


@cache
def _recordings(folder: Path) -> tuple[tuple[dict[str, str], Path], ...]:
    """Return (form fields, body) of every recorded POST."""
    return tuple(
        (json.loads(path.read_text("utf-8"))["form"], path.with_name(path.name.replace(".request.json", ".body.gz")))
        for path in sorted(folder.glob("*.request.json"))
    )
