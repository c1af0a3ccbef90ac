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
from foresto_cli.sandbox.fault_kinds import DETAILS, EVERY_HOST, KINDS, LOGIN_KINDS, LOGIN_PATH, NEEDS_DETAIL, ONE_HOST
from foresto_cli.sandbox.wire import Request

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
