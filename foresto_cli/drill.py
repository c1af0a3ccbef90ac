"""Fire drills: the sandbox as a server of its own, and the faults that the next sandboxed commands meet."""

import os
import signal
from dataclasses import asdict

from foresto_cli import settings
from foresto_cli.console import Console
from foresto_cli.errors import ForestoError, UsageError, exit_code_of


def serve(port: int) -> int:
    """Run the sandbox until a signal comes; return the exit code."""
    from foresto_cli import sandbox
    from foresto_cli.sandbox import variables

    console = Console()
    # Blocked before any thread starts, so that the signal waits for sigwait below.
    ending = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ending)
    try:
        folder = settings.private_folder(settings.paths().in_sandbox().state)
        given = os.environ.get("FORESTO_SANDBOX_FAULTS", "")
        with sandbox.running(variables.options(), folder, port=port, faults=given) as started:
            console.line(
                "# 다른 프로그램을 위한 변수입니다. foresto 자신은 --sandbox 없이는 모의 서버의 답을 받지 않습니다"
                f"({settings.ALLOW_SANDBOX}=1은 foresto 개발용)."
            )
            for name, value in started.environment().items():
                console.line(f"export {name}={value}")
            console.complain(f"모의 시장이 127.0.0.1:{started.port}에서 답합니다. Ctrl-C로 끕니다.")
            signal.sigwait(ending)
    except ForestoError as error:
        console.complain(f"✗ {error}")
        return exit_code_of(error)
    except ValueError as error:
        console.complain(f"✗ FORESTO_SANDBOX_FAULTS를 알아볼 수 없습니다: {error}")
        return UsageError.exit_code
    except OSError as error:
        console.complain(f"✗ 포트 {port}를 열 수 없습니다({error.strerror}). 다른 포트를 고르세요.")
        return UsageError.exit_code
    return 0


def faults(add: str | None, *, clear: bool) -> int:
    """List, add or clear the faults kept for the next sandboxed commands; return the exit code."""
    from foresto_cli.sandbox import faults as known

    console = Console()
    try:
        file = settings.private_folder(settings.paths().in_sandbox().state) / known.FILE
        kept = [] if clear else known.load(file)
        if add is not None:
            kept += known.parse(add)
    except ValueError as error:
        console.complain(f"✗ {error}")
        return UsageError.exit_code
    except ForestoError as error:
        console.complain(f"✗ {error}")
        return exit_code_of(error)
    if clear or add is not None:
        known.save(file, kept)
    for fault in kept:
        console.line(str(fault))
    if not kept:
        console.line("걸어 둔 장애가 없습니다.")
    return 0


def sent(*, clear: bool, as_json: bool) -> int:
    """List what sandboxed commands sent, or throw it away; return the exit code."""
    from foresto_cli.sandbox import outbox

    console = Console(as_json=as_json)
    try:
        file = settings.private_folder(settings.paths().in_sandbox().state) / outbox.FILE
    except ForestoError as error:
        console.complain(f"✗ {error}")
        return exit_code_of(error)
    if clear:
        file.unlink(missing_ok=True)
    items = outbox.load(file)
    for item in items:
        console.strong(f"{item.at} {item.channel} → {', '.join(item.to)}: {item.subject}")
        for line in item.text.splitlines():
            console.line(f"  {line}")
    if not items:
        console.line("보낸 것이 없습니다.")
    console.result({"command": "sandbox sent", "exit_code": 0, "sent": [asdict(item) for item in items]})
    return 0
