"""``foresto db restore``: an export becomes a new embedded database in place of the present one, which is kept."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.archive import carried_limits, restore
from foresto_cli.archive.carried_limits import Limits
from foresto_cli.archive.manifest import Manifest
from foresto_cli.archive.restore import Checked
from foresto_cli.console import Advance
from foresto_cli.errors import StoreUnavailable, UsageError
from foresto_cli.running import lock
from foresto_cli.store import engine as store_engine
from foresto_cli.store import libpq, remembered, replacing
from foresto_cli.store.binaries import binaries
from foresto_cli.store.cluster import location, mark_renewed, prepare, put_in_place
from foresto_cli.store.embedded import url_of
from foresto_cli.store.owners import Owner
from foresto_cli.store.refusals import explained

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Anew:
    """What a restore did.

    Attributes:
        manifest: of the export.
        kept: folder of the database that was there before; None when there was none.
    """

    manifest: Manifest
    kept: Path | None


def restore_anew(app: App, source: Path, advance: Advance) -> Anew:
    """Make a new embedded database of the export in ``source`` and put it in the place of the present one.

    Until the last moment the present one is as it was; it is kept under the name of today's date. The blocks and the
    use of today that it knows of count in the new one too.

    Raises:
        UsageError: ``DATABASE_URL`` names a server; or as :func:`restore.restore`.
        VerificationFailed: a file is not what the manifest says.
        Busy: another foresto is at work, or uses the database.
        StoreUnavailable: the new one cannot be made.
    """
    _refuse_a_server(app)
    folders, is_sandbox = app.folders, app.sandbox is not None
    with (
        lock.held(folders.chain_lock_file, 0),
        lock.held(folders.lock_file, 0),
        restore.checked(source, sandbox=is_sandbox) as export,
    ):
        done = _replaced(folders.data, export, advance, app.console.complain, sandbox=is_sandbox)
        if not is_sandbox:
            remembered.remember(folders.database_file, remembered.named_by(None))
    return done


def _refuse_a_server(app: App) -> None:
    app.settings.demand("database_url")
    if app.settings.database_url is not None:
        raise UsageError(
            "DATABASE_URL의 서버를 쓰고 있어 내장 데이터베이스를 만들지 않습니다. 그 서버에 빈 데이터베이스를 만들어"
            " DATABASE_URL에 적고 foresto db import 폴더를 실행하세요."
        )


def _replaced(folder: Path, export: Checked, advance: Advance, tell: Callable[[str], None], *, sandbox: bool) -> Anew:
    cluster = location(folder)
    with explained(cluster):
        owner = prepare(cluster)
    with replacing.for_us_alone(cluster, owner), explained(cluster), libpq.of_our_own(cluster):
        limits = _known_so_far(cluster, owner, tell)
        with (
            replacing.fresh(cluster, owner, with_database=True) as sockets,
            store_engine.connected(url_of(sockets), sandbox=sandbox, own=True) as engine,
        ):
            restore.fill(engine, export, advance)
            with engine.begin() as connection:
                carried_limits.merge(connection, limits)
        kept = mark_renewed(cluster, f"data-{clock.wall():%Y%m%d-%H%M%S}")
        put_in_place(cluster)
    return Anew(export.manifest, kept if kept.is_dir() else None)


def _known_so_far(cluster: Path, owner: Owner, tell: Callable[[str], None]) -> Limits:
    """Return the blocks and the use that the old database knows of, if it is there and can be opened at all."""
    if not (cluster / "data").is_dir():
        return {}
    try:
        with (
            replacing.server(cluster, owner, binaries()) as sockets,
            store_engine.as_it_is(url_of(sockets), own=True) as engine,
            store_engine.explained(own=True),
            engine.connect() as connection,
        ):
            return carried_limits.read(connection)
    except StoreUnavailable as error:
        log.warning("the old database cannot be opened: %s", error)
        tell(
            "! 옛 데이터베이스를 열 수 없어 오늘의 사용량과 차단은 내보낸 때의 것만 압니다."
            " KRX가 막았었다면 24시간 동안 실행하지 마세요."
        )
        return {}
