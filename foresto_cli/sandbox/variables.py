"""The sandbox as the environment asks for it: ``FORESTO_SANDBOX_*``."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path

from foresto_cli import clock, sandbox
from foresto_cli.errors import UsageError
from foresto_cli.sandbox import Options, Sandbox, faults
from foresto_cli.sandbox.hosts.fdr_cache import stop
from foresto_cli.sandbox.world import AFTER_MARKET, MIRROR_STOPPED
from foresto_cli.settings import forms

EVENING = time(20, 30)
"""When all numbers of a day are final."""


def options() -> Options:
    """Return the size and the time that the environment asks for.

    Raises:
        UsageError: a variable does not fit.
    """
    recorded = os.environ.get("FORESTO_SANDBOX_RECORDED")
    return Options(
        now=_sandbox_now(),
        stocks=_whole_number(forms.STOCKS),
        sessions=_whole_number(forms.SESSIONS),
        seed=_whole_number(forms.SEED),
        recorded=Path(recorded) if recorded else None,
        after_market=_share("FORESTO_SANDBOX_AFTER_MARKET", AFTER_MARKET),
        mirror_stopped=_mirror_stopped(),
    )


@contextmanager
def running(folder: Path) -> Iterator[Sandbox]:
    """Run the sandbox that the environment asks for; this process asks it, at its time.

    Raises:
        UsageError: a variable does not fit.
    """
    asked = options()
    given = os.environ.get("FORESTO_SANDBOX_FAULTS", "")
    try:
        faults.parse(given)
    except ValueError as error:
        raise UsageError(f"FORESTO_SANDBOX_FAULTS를 알아볼 수 없습니다: {error}") from None
    clock.pretend(asked.now)
    try:
        with sandbox.running(asked, folder, faults=given) as started, environment(started.environment()):
            yield started
    finally:
        clock.pretend(None)


@contextmanager
def environment(variables: dict[str, str]) -> Iterator[None]:
    """Set environment variables while the block runs."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _sandbox_now() -> datetime:
    given = os.environ.get("FORESTO_SANDBOX_TODAY")
    if not given:
        return datetime.combine(clock.today(), EVENING, clock.KST)
    try:
        if len(given) <= len("2026-01-01"):
            return datetime.combine(date.fromisoformat(given), EVENING, clock.KST)
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise UsageError(
            f"FORESTO_SANDBOX_TODAY={given}: 날짜(2026-11-20)나 시각(2026-11-20T16:30)으로 적으세요."
        ) from None
    return moment.astimezone(clock.KST) if moment.tzinfo else moment.replace(tzinfo=clock.KST)


def _whole_number(asked: forms.Whole) -> int:
    given = os.environ.get(asked.name, f"{asked.default}")
    if not given.isdecimal() or not asked.least <= int(given) <= asked.most:
        raise UsageError(f"{asked.name}={given}: {asked.least:,}~{asked.most:,}의 정수로 적으세요.")
    return int(given)


def _share(name: str, default: float) -> float:
    given = os.environ.get(name) or f"{default}"
    try:
        share = float(given)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise UsageError(f"{name}={given}: 0~1의 수로 적으세요.")
    return share


def _mirror_stopped() -> datetime | None:
    given = os.environ.get("FORESTO_SANDBOX_MIRROR_STOPPED")
    if given is None:
        return MIRROR_STOPPED
    try:
        return stop(given) if given else None
    except ValueError:
        raise UsageError(
            f"FORESTO_SANDBOX_MIRROR_STOPPED={given}: 날짜(2026-09-17)나 시각(2026-11-20T15:03)으로 적거나 비워 두세요."
        ) from None
