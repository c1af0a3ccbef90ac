"""``foresto db``: the database itself."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foresto_cli.cli import _db_export, _db_server
from foresto_cli.cli._command import Shown, command, new_group

if TYPE_CHECKING:
    from foresto_cli.app import App

group = new_group()


# Opened here: the options say which database may be used.
@command(group, opens=False)
def upgrade(
    around: "App",
    beside: Annotated[
        bool, typer.Option("--beside-other-tables", help="다른 프로그램의 표가 있는 데이터베이스에도 만듭니다.")
    ] = False,
    embedded: Annotated[
        bool, typer.Option("--embedded", help="전에 다른 서버를 썼어도 빈 내장 데이터베이스로 새로 시작합니다.")
    ] = False,
) -> Shown:
    """표를 이 버전에 맞게 만들거나 고칩니다. 빈 데이터베이스면 다른 명령도 처음 쓸 때 스스로 합니다."""
    from foresto_cli.opening import with_database
    from foresto_cli.store import migrate
    from foresto_cli.telling import watch

    with (
        with_database(around, sandboxed=around.sandbox is not None, beside=beside, embedded=embedded) as app,
        watch.attended(app, "db upgrade"),
    ):
        app.console.line(f"✓ 데이터베이스가 개정 {migrate.HEAD}입니다.")
    return Shown({"revision": migrate.HEAD})


@command(group, name="upgrade-cluster", opens=False)
def upgrade_cluster(
    app: "App",
    old_binaries: Annotated[
        Path | None,
        typer.Option("--old-binaries", help="옛 PostgreSQL의 프로그램 폴더. 없으면 찾습니다.", metavar="폴더"),
    ] = None,
) -> Shown:
    """내장 데이터베이스를 설치된 PostgreSQL의 버전으로 옮깁니다. 옛것은 남기고, 실패하면 그대로입니다."""
    from foresto_cli.errors import UsageError
    from foresto_cli.store.binaries import MAJOR
    from foresto_cli.store.renewal import renew

    if app.settings.database_url is not None:
        raise UsageError("DATABASE_URL의 서버를 쓰고 있습니다. 그 서버를 올리는 것은 서버의 pg_upgrade로 하세요.")
    done = renew(app.folders.data, old_binaries)
    app.console.line(
        f"✓ PostgreSQL {done.old}에서 {MAJOR}(으)로 옮겼습니다: 표 {done.tables}개, {done.rows:,}행이 같습니다."
    )
    app.console.line(f"  옛것은 {done.kept}에 있습니다. 며칠 써 본 뒤 지우세요.")
    return Shown({"tables": done.tables, "rows": done.rows, "kept": str(done.kept)})


@command(group)
def url(app: "App") -> Shown:
    """데이터베이스 주소를 보여 줍니다(비밀번호는 가립니다)."""
    from foresto_cli.store import keeping
    from foresto_cli.store.addresses import shown_url

    address = shown_url(app.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    app.console.line(address)
    if app.settings.database_url is None and not keeping.is_kept(app.folders.state):
        app.console.complain("내장 서버는 foresto가 실행되는 동안에만 켜져 있습니다. 계속 켜 두려면: foresto db up")
    return Shown({"url": address})


@command(group, name="grant-reader")
def grant_reader(
    app: "App",
    name: Annotated[str, typer.Argument(help="서버의 계정 이름. 없으면 만듭니다.", metavar="이름")],
) -> Shown:
    """읽기만 하는 계정을 만듭니다: 표와 뷰를 보고 아무것도 바꾸지 못합니다(DATABASE_URL의 서버에서만)."""
    from foresto_cli.views import database

    return Shown(database.grant_reader(app, name))


@command(group)
def size(app: "App") -> Shown:
    """표마다 행 수(큰 표는 어림한 수)와 크기(색인 포함)를 보여 줍니다."""
    from foresto_cli.store.upkeep import sizes

    with app.engine.connect() as connection:
        tables = sizes(connection)
    rows = [
        (one.name, f"약 {one.rows:,}" if one.is_estimate else one.rows, f"{one.bytes / 1_048_576:,.1f} MB")
        for one in tables
    ]
    app.console.table("크기", ("표", "행", "크기"), rows)
    listed = [
        {"table": one.name, "rows": one.rows, "is_estimate": one.is_estimate, "bytes": one.bytes} for one in tables
    ]
    return Shown({"tables": listed})


@command(group)
def dump(
    app: "App",
    out: Annotated[Path | None, typer.Option("--out", help="쓸 파일. 없으면 지금 폴더에 날짜로.")] = None,
) -> Shown:
    """데이터베이스 전체를 파일 하나로 씁니다. PostgreSQL 18 이상의 pg_restore가 읽습니다."""
    from foresto_cli import clock
    from foresto_cli.archive.dump import dump as write
    from foresto_cli.store.binaries import MAJOR, binaries

    target = out or Path(f"foresto-{clock.now():%Y%m%d-%H%M%S}.dump")
    written = write(app.engine, target)
    app.console.line(f"✓ {target} {written / 1_048_576:,.1f} MB.")
    app.console.line(f"  되살리기(PostgreSQL {MAJOR} 이상의 pg_restore): pg_restore --no-owner --dbname 주소 {target}")
    app.console.line(f"  foresto와 함께 설치된 것: {binaries() / 'pg_restore'}")
    return Shown({"file": str(target), "bytes": written, "pg_restore": int(MAJOR)})


@command(group, name="import")
def import_(
    app: "App",
    folder: Annotated[Path, typer.Argument(help="db backup으로 쓴 폴더.", metavar="폴더")],
) -> Shown:
    """백업한 폴더로 새(빈) 데이터베이스를 채웁니다. 중간에 실패하면 아무것도 남지 않습니다."""
    from foresto_cli.archive.restore import restore
    from foresto_cli.running import lock

    with lock.collecting(app, 0), app.console.progress("가져오기") as advance:
        read = restore(app.engine, folder, sandbox=app.sandbox is not None, advance=advance)
    rows = sum(part.rows for part in read.parts)
    app.console.line(f"✓ {rows:,}행을 가져왔습니다({read.exported_at}에 내보낸 것).")
    return Shown({"folder": str(folder), "rows": rows})


@command(group, opens=False, attended=False)
def restore(
    app: "App",
    folder: Annotated[Path, typer.Argument(help="db backup으로 쓴 폴더.", metavar="폴더")],
) -> Shown:
    """백업한 폴더로 내장 데이터베이스를 새로 만듭니다. 지금 것은 날짜를 붙여 남기고, 실패하면 그대로 씁니다."""
    from foresto_cli.archive.anew import restore_anew

    with app.console.progress("복구") as advance:
        done = restore_anew(app, folder, advance)
    rows = sum(part.rows for part in done.manifest.parts)
    app.console.line(f"✓ {rows:,}행으로 데이터베이스를 새로 만들었습니다({done.manifest.exported_at}에 내보낸 것).")
    if done.kept:
        app.console.line(f"  전의 것은 {done.kept}에 있습니다. 며칠 써 본 뒤 지우세요.")
    app.console.line("  그 뒤의 데이터를 받으려면: foresto run weekday")
    return Shown({"folder": str(folder), "rows": rows, "kept": str(done.kept) if done.kept else None})


@command(group, opens=False)
def adopt(
    app: "App",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="다 해 보고 되돌립니다. 무엇이 어떻게 될지만 보여 줍니다.")
    ] = False,
    while_connected: Annotated[
        bool, typer.Option("--while-connected", help="다른 접속이 있어도 합니다. 쓰는 중인 표는 기다립니다.")
    ] = False,
) -> Shown:
    """옛 시스템의 데이터베이스(DATABASE_URL)를 넘겨받습니다. 옛 표는 legacy_ 이름으로 남고, 실패하면 그대로입니다."""
    from foresto_cli.adopt.adopt_command import take_over

    return Shown(take_over(app, dry_run=dry_run, while_connected=while_connected))


_db_export.add(group)
_db_server.add(group)
