"""What a kill leaves behind of the embedded server, and how the next start gets on with it."""

import os
import signal
import subprocess
import time
from contextlib import closing

import psycopg
import pytest
from embedded_server.places import AS_ROOT, ask, eventually, postmaster, ready

from foresto_cli.store import embedded
from foresto_cli.store.cluster import location


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


@pytest.mark.long
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
    with subprocess.Popen(["sleep", "60"], user=owner.st_uid if AS_ROOT else None) as other:
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


@pytest.mark.long
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


def test_a_lock_file_without_a_process_blocks_nobody(folder):
    for name in ("start.lock", "users.lock", "server.lock"):
        assert (location(folder) / name).exists()
    assert not embedded.is_running(folder)
    with embedded.running(folder):
        assert embedded.is_running(folder)
