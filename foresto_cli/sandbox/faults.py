"""Faults on demand: which requests go wrong, how, and how often.

Text form: ``KIND@HOST[/PART][*COUNT][+SKIP][%PROBABILITY]``, several separated by commas, for example
``timeout@data.krx.co.kr/MDCSTAT01501*2`` or ``block@data.krx.co.kr+5`` or ``500@*%0.3``.
HOST is a host name, ``*`` or ``*.example.com``. PART occurs in path, query or form values. COUNT faults happen
(without it: for ever), after SKIP matching requests have gone well, each with PROBABILITY.

Some kinds take a DETAIL, ``KIND=DETAIL@HOST``: ``missing_row=005930@data.krx.co.kr/20261118``. Kinds that concern one
host only may name what they are about in its place: ``frozen_mirror@2026-11-06``, ``unapproved@knx_bydd_trd``,
``late_openapi@10:30``. Without any host ``late_openapi`` and ``unapproved`` mean that one, ``missing_row``,
``dash_row`` and ``other_day`` every source of a day's prices.
"""

import fcntl
import json
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from threading import Lock

from foresto_cli import files
from foresto_cli.sandbox.wire import Request

KINDS = {
    "timeout": "never answers",
    "reset": "the connection is reset in the middle of the answer",
    "half": "the connection is closed in the middle of the body",
    "drip": "one byte every half second",
    "500": "HTTP 500",
    "502": "HTTP 502",
    "503": "HTTP 503",
    "429": "HTTP 429 with Retry-After",
    "404": "HTTP 404",
    "403": "HTTP 403",
    "html": "HTTP 200 with a maintenance page",
    "block": "HTTP 200 with the KRX error page that blocked addresses get",
    "block403": "the same page with HTTP 403",
    "redirect": "HTTP 302 to an HTML page",
    "empty": "HTTP 200 without a body",
    "empty_list": "a valid answer with no rows (CSV: header only; XML: no items)",
    "truncated": "a valid HTTP answer that holds the first half of the body",
    "encoding": "text in a wrong character set",
    "content_type": "the right body called application/octet-stream",
    "logout": "KRX: HTTP 400 LOGOUT, and the login is forgotten",
    "CD002": "KRX login: wrong name or password",
    "CD010": "KRX login: the password has to be changed",
    "CD011": "KRX login: logged in elsewhere, until skipDup=Y is sent",
    "unauthorized": "HTTP 401 in the words of the KRX OPEN API",
    "gateway04": "data.go.kr: the gateway's XML with code 04, service failed",
    "gateway12": "data.go.kr: the same with 12, no such route",
    "gateway20": "data.go.kr: the same with 20, service not applied for",
    "gateway22": "data.go.kr: the same with 22, daily quota spent",
    "gateway23": "data.go.kr: the same with 23, too fast",
    "gateway30": "data.go.kr: the same with 30, unknown key",
    "gateway30json": "data.go.kr: code 30 as JSON with HTTP 403",
    "gateway31": "data.go.kr: XML with code 31, key expired",
    "av_burst": "Alpha Vantage: faster than one request a second",
    "av_daily": "Alpha Vantage: the day's 25 requests are used up; the message repeats the key",
    "av_premium": "Alpha Vantage: only for paying customers",
    "dart010": "OpenDART: status 010, unknown key (JSON; XML where a zip was asked for)",
    "dart011": "OpenDART: the same with 011, key suspended",
    "dart012": "OpenDART: the same with 012, address not allowed",
    "dart013": "OpenDART: the same with 013, no data",
    "dart014": "OpenDART: the same with 014, no such file",
    "dart020": "OpenDART: the same with 020, daily quota spent",
    "dart021": "OpenDART: the same with 021, too many companies",
    "dart100": "OpenDART: the same with 100, wrong parameter",
    "dart101": "OpenDART: the same with 101, wrong access",
    "dart800": "OpenDART: the same with 800, maintenance",
    "dart900": "OpenDART: the same with 900, undefined error",
    "dart901": "OpenDART: the same with 901, key expired",
    "grown": "data.go.kr: one row more in all than before, as when a table grows while it is read",
    **{
        f"fss{code}": f"finlife: err_cd {code}, {meaning}"
        for code, meaning in (
            ("010", "unknown key"),
            ("011", "suspended key"),
            ("012", "deleted key"),
            ("013", "the key of the guide's example"),
            ("020", "daily quota spent"),
            ("021", "address not registered"),
            ("100", "a parameter is missing"),
            ("101", "a parameter is wrong"),
            ("900", "undefined error"),
        )
    },
    "all_dash": "rows without any value, as on a holiday",
    "stale": "FDR listing: the rows of the previous session",
    "zero": "all numbers are 0",
    "missing_field": "one needed field is gone",
    "renamed_field": "one needed field has another name",
    "text_number": "N/A in place of a number, in one row",
    "duplicate": "the first row twice",
    "nul": "a NUL in one name",
    "surrogate": "half a surrogate pair in one name",
    "escape": "a name that commands a terminal, turns its letters round and holds markup",
    "long_name": "a name of a million characters",
    "huge_number": "a number of forty nines, in one row",
    "zip_bomb": "some hundred kilobytes that unpack to 300 MB (gzip; where a zip was asked for, a zip)",
    "redos": "a megabyte made to keep regular expressions busy",
    "huge": "a body of more than 80 MB",
    "missing_row": "one stock that traded is missing: that of the detail, or one of ours",
    "dash_row": "one stock that traded has no values: that of the detail, or one of ours",
    "other_day": "the rows of another session under the day asked for: of the detail, or of the one before",
    "frozen_mirror": "FDR's mirror: no file was written since that day (2026-11-06) or moment (2026-11-20T15:03)",
    "unapproved": "KRX OPEN API: HTTP 401, the service was not applied for",
    "late_openapi": "KRX OPEN API: a session is there from that hour (10:30) of the next one on, not from 08:00",
}
"""Every kind, with what the client gets."""
LOGIN_KINDS = ("CD002", "CD010", "CD011")
LOGIN_PATH = "MDCCOMS001D1.cmd"
ONE_HOST = {
    "frozen_mirror": "raw.githubusercontent.com",
    "unapproved": "data-dbg.krx.co.kr",
    "late_openapi": "data-dbg.krx.co.kr",
}
"""Kinds that concern one host only: what stands in its place is what they are about."""
EVERY_HOST = dict.fromkeys(("missing_row", "dash_row", "other_day"), "*")
"""Kinds that without a host concern whoever gives a day's prices."""
DETAILS = {
    "missing_row": r"[0-9A-Za-z]+",
    "dash_row": r"[0-9A-Za-z]+",
    "other_day": r"\d{4}-\d\d-\d\d",
    "frozen_mirror": r"\d{4}-\d\d-\d\d(T\d\d:\d\d)?",
    "late_openapi": r"([01]\d|2[0-3])(:[0-5]\d)?",
}
"""What a kind can be told beside itself; no other kind has a detail."""
NEEDS_DETAIL = ("frozen_mirror",)
FILE = "faults.json"

_FORM = re.compile(
    r"(?P<kind>\w{1,40})(?:=(?P<detail>[\w:-]{1,80}))?(?:@(?P<host>\*(?:\.[\w.-]+)?|[\w.:-]+)(?:/(?P<part>[^,]*?))?)?"
    r"(?:\*(?P<count>\d+))?(?:\+(?P<skip>\d+))?(?:%(?P<probability>\d*\.?\d+))?"
)


@dataclass(frozen=True)
class Fault:
    """One fault; ``count`` and ``skip`` are what remains of them."""

    kind: str
    host: str
    part: str = ""
    count: int | None = None
    skip: int = 0
    probability: float = 1.0
    detail: str = ""

    def __str__(self) -> str:
        """Return the text form; :func:`parse` reads it back."""
        text = f"{self.kind}={self.detail}" if self.detail else self.kind
        text += f"@{self.host}" + (f"/{self.part}" if self.part else "")
        text += f"*{self.count}" if self.count is not None else ""
        text += f"+{self.skip}" if self.skip else ""
        return text + (f"%{self.probability:g}" if self.probability < 1 else "")

    def matches(self, request: Request) -> bool:
        """Return whether ``request`` is of the kind this fault is about."""
        if not fnmatchcase(request.host, self.host):
            return False
        if self.kind in LOGIN_KINDS and (LOGIN_PATH not in request.path or "skipDup" in request.form):
            return False
        if self.kind == "logout" and not request.path.endswith("getJsonData.cmd"):
            return False
        text = "\n".join((f"{request.path}?{request.query_text}", *request.query.values(), *request.form.values()))
        return self.part in text


def parse(text: str) -> list[Fault]:
    """Return the faults in ``text``.

    Raises:
        ValueError: the text is not understood; the message is one Korean sentence that lists the kinds.
    """
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = _FORM.fullmatch(part)
        fault = _fault(match) if match else None
        if fault is None:
            kinds = ", ".join(KINDS)
            raise ValueError(
                f"장애 '{part}'을(를) 이해하지 못했습니다: 종류[=대상]@호스트[/경로일부][*횟수][+건너뛰기][%확률] "
                f"형식으로 쓰고, 종류는 {kinds} 중 하나입니다."
            )
        found.append(fault)
    return found


def _fault(match: re.Match[str]) -> Fault | None:
    """Return the fault that ``match`` of the text form describes; None when it describes none."""
    kind, part, detail = match["kind"], match["part"] or "", match["detail"] or ""
    host = match["host"] or (ONE_HOST | EVERY_HOST).get(kind)
    if host is None:
        return None
    if kind in ONE_HOST:
        if not fnmatchcase(ONE_HOST[kind], host):
            detail, part = (detail or host, part) if kind in DETAILS else (detail, f"{host}/{part}".removesuffix("/"))
        host = ONE_HOST[kind]
    chance = float(match["probability"]) if match["probability"] else 1.0
    if kind not in KINDS or not 0 < chance <= 1 or not _is_detail(kind, detail):
        return None
    count = int(match["count"]) if match["count"] else None
    return Fault(kind, host, part, count, int(match["skip"] or 0), chance, detail)


def _is_detail(kind: str, detail: str) -> bool:
    if not detail:
        return kind not in NEEDS_DETAIL
    if not re.fullmatch(DETAILS.get(kind, "(?!)"), detail):
        return False
    try:
        if detail[4:5] == "-":
            datetime.fromisoformat(detail)
    except ValueError:
        return False
    return True


def load(path: Path) -> list[Fault]:
    """Return the faults stored in the JSON file ``path``; none if there is no such file."""
    try:
        return [Fault(**item) for item in json.loads(path.read_text("utf-8"))]
    except FileNotFoundError:
        return []


def save(path: Path, faults: list[Fault]) -> None:
    """Store ``faults`` in ``path`` in one step, readable by its owner only."""
    files.write(path, json.dumps([asdict(fault) for fault in faults], ensure_ascii=False))


Found = list[Fault]


class Faults:
    """The faults in force: those given for this run, kept in memory, and those in the file, shared by all processes."""

    def __init__(self, given: str, path: Path, seed: int) -> None:
        """Start with the faults in the text ``given`` and in the file ``path``."""
        self._given = parse(given)
        self._path = path
        self._lock = Lock()
        self._random = random.Random(seed)

    def add(self, text: str) -> None:
        """Add the faults in ``text`` to the file.

        Raises:
            ValueError: as :func:`parse`.
        """
        fresh = parse(text)
        with self._stored() as stored:
            stored.extend(fresh)

    def clear(self) -> None:
        """Remove all faults, in memory and in the file."""
        with self._stored() as stored:
            stored.clear()
            self._given.clear()

    def list(self) -> Found:
        """Return the faults in force with what remains of their counts."""
        with self._lock:
            return [*self._given, *load(self._path)]

    def meet(self, request: Request) -> Fault | None:
        """Return the fault that ``request`` runs into, and use it up by one; None if all goes well.

        The first matching fault decides; one that is still to be skipped, or spared by its probability, lets the next
        one try.
        """
        with self._lock:
            fault = _use(self._given, request, self._random)
            if fault or not self._path.exists():
                return fault
        if not any(fault.matches(request) for fault in load(self._path)):
            return None
        with self._stored() as stored:
            return _use(stored, request, self._random)

    @contextmanager
    def _stored(self) -> Iterator[Found]:
        """Let the caller change the stored faults while no other thread or process does."""
        with self._lock, self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            stored = load(self._path)
            before = [*stored]
            yield stored
            if stored != before:
                save(self._path, stored)


def _use(faults: Found, request: Request, chance: random.Random) -> Fault | None:
    """Return the first of ``faults`` that strikes ``request`` and count it down in the list."""
    for position, fault in enumerate(faults):
        if not fault.matches(request):
            continue
        if fault.skip:
            faults[position] = replace(fault, skip=fault.skip - 1)
        elif fault.probability >= 1 or chance.random() < fault.probability:
            if fault.count == 1:
                del faults[position]
            elif fault.count is not None:
                faults[position] = replace(fault, count=fault.count - 1)
            return fault
    return None
