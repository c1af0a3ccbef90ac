"""The commands ``foresto db shell|up|down|status|grant-reader``."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from foresto_cli import clock
from foresto_cli.errors import StoreUnavailable, UsageError
from foresto_cli.store import keeping, reading_accounts
from foresto_cli.store import shell as psql
from foresto_cli.store.addresses import shown_url
from foresto_cli.views import words

if TYPE_CHECKING:
    from foresto_cli.app import App

NO_SERVER_OF_OURS = "DATABASE_URL의 서버를 쓰고 있어 켜고 끌 내장 서버가 없습니다. 그 서버에 바로 접속하세요."
UNREACHED = 2
"""What ``psql`` ends with when the connection broke; 1 and 3 are errors of what it was given."""


def shell(app: "App", arguments: Sequence[str], *, write: bool) -> int:
    """Let the operator talk to the database by ``psql``; return the exit code.

    Raises:
        UsageError: ``--json``.
        ConfigError: a pooler stands in between.
    """
    if app.console.as_json:
        raise UsageError("db shell의 화면은 psql이 그립니다. --json 없이 실행하거나 foresto sql --json을 쓰세요.")
    done = psql.run(app.engine, arguments, write=write, own=not app.is_shared)
    if done == UNREACHED:
        return StoreUnavailable.exit_code
    return UsageError.exit_code if done else 0


def up(app: "App", hours: float) -> dict[str, object]:
    """Have the embedded server kept; say where it is and until when.

    Raises:
        UsageError: ``DATABASE_URL`` names a server.
        StoreUnavailable: it cannot be kept.
    """
    _need_our_own(app)
    started = keeping.up(app.folders.data, app.folders.state, hours)
    url = shown_url(app.engine.url.render_as_string(hide_password=False))
    done = "켰습니다" if started else "이미 켜져 있습니다"
    app.console.line(
        f"✓ 내장 서버를 {done}: {hours:g}시간 동안 아무도 쓰지 않으면 꺼집니다. 지금 끄려면: foresto db down"
    )
    app.console.line(f"  {url}")
    return {"started": started, "hours": hours, "url": url}


def down(app: "App") -> dict[str, object]:
    """Stop keeping the embedded server, and say what becomes of it.

    Raises:
        UsageError: ``DATABASE_URL`` names a server.
        StoreUnavailable: its keeper does not end.
    """
    _need_our_own(app)
    was_kept = keeping.down(app.folders.state)
    left = keeping.let_go(app.folders.data)
    if left:
        app.console.line("! 다른 foresto가 쓰고 있습니다. 그 명령이 끝나면 꺼집니다.")
    else:
        app.console.line("✓ 내장 서버를 껐습니다." if was_kept else "켜 둔 내장 서버가 없습니다.")
    return {"was_kept": was_kept, "running": left}


def status(app: "App") -> dict[str, object]:
    """Say whether the embedded server runs, for whom and until when."""
    if app.settings.database_url is not None:
        app.console.line(NO_SERVER_OF_OURS)
        return {"embedded": False}
    found = keeping.status(app.folders.data, app.folders.state)
    wish, url = found.wish, None if found.url is None else shown_url(found.url)
    if url is None:
        app.console.line("꺼져 있습니다. 명령이 실행되는 동안에만 켜집니다. 계속 켜 두려면: foresto db up")
    else:
        app.console.line(f"켜져 있습니다(접속 {found.sessions}개): {url}")
        if wish is None:
            app.console.line("  지금 실행 중인 명령이 끝나면 꺼집니다. 계속 켜 두려면: foresto db up")
        else:
            app.console.line(f"  {words.moment(_moment(wish.ends))}까지 아무도 쓰지 않으면 꺼집니다: foresto db down")
    return {
        "embedded": True,
        "running": url is not None,
        "kept": wish is not None,
        "url": url,
        "sessions": found.sessions,
        "since": None if wish is None else f"{_moment(wish.since):%Y-%m-%dT%H:%M:%S}",
        "ends": None if wish is None else f"{_moment(wish.ends):%Y-%m-%dT%H:%M:%S}",
    }


def grant_reader(app: "App", name: str) -> dict[str, object]:
    """Give an account on the operator's server read-only access; print what the operator still has to do.

    Raises:
        UsageError: the database is the embedded one, or ``name`` is the connected account or a superuser.
        StoreRefused: the connected account may not create accounts.
    """
    if not app.is_shared:
        raise UsageError(
            "내장 데이터베이스는 이 컴퓨터의 이 계정만 씁니다. 여럿이 읽으려면 서버를 두고 DATABASE_URL로 지정하세요."
        )
    granted = reading_accounts.grant(app.engine, name)
    url = shown_url(app.engine.url.set(username=name, password=None).render_as_string(hide_password=False))
    app.console.line(f"✓ {name}: 표와 뷰 {granted.tables}개를 읽을 수 있고, 쓸 수는 없습니다.")
    if granted.is_new:
        app.console.line(f"  비밀번호를 정하세요: foresto db shell --write를 열고 \\password {name}")
    app.console.line(f"  읽는 컴퓨터의 DATABASE_URL: {url}")
    return {"name": name, "created": granted.is_new, "tables": granted.tables, "url": url}


def _need_our_own(app: "App") -> None:
    if app.settings.database_url is not None:
        raise UsageError(NO_SERVER_OF_OURS)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, clock.KST).replace(tzinfo=None)
