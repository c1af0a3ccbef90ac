"""What is happening is seen within two seconds, by one question a second in all; nobody looks, nobody asks."""

import contextlib
import threading
import time

import pytest
from live.visitors import Visitor, events, serving
from sqlalchemy import event

from foresto_cli.running import runs

pytestmark = pytest.mark.long


@pytest.fixture
def statements(live):
    """What the server's database was asked."""
    found = []

    @event.listens_for(live.world.app.engine, "before_cursor_execute")
    def note(connection, cursor, statement, *_):
        found.append(statement)

    yield found
    event.remove(live.world.app.engine, "before_cursor_execute", note)


def collected(visitor, seconds, until):
    """The events that arrive until a condition holds, each with its moment."""
    found = []
    end = time.monotonic() + seconds
    with contextlib.closing(events(visitor)) as stream:
        for name, data in stream:
            found.append((time.monotonic(), name, data))
            if until(found) or time.monotonic() > end:
                break
    return found


def test_a_page_learns_the_present_state_at_once(live, visitor):
    begun = time.monotonic()
    found = collected(visitor, 5, lambda found: len(found) >= 5)
    assert {name for _, name, _ in found} == {"trouble", "running", "alerts", "ended", "done"}
    assert found[-1][0] - begun < 2


def test_a_run_of_another_process_is_seen_within_two_seconds_and_its_progress_too(live, visitor):
    app, seen = live.world.app, threading.Event()
    moments = {}

    def work():
        with runs.recorded(app.engine, "prices incremental", "시세 <b>") as run:
            moments["begun"] = time.monotonic()
            seen.wait(4)
            run._written = 0.0
            run.report({"dataset": "prices.day", "done": 3, "planned": 12, "unit": "2026-11-19"})
            moments["reported"] = time.monotonic()
            time.sleep(3)

    worker = threading.Thread(target=work)
    with contextlib.closing(events(visitor)) as stream:
        next(stream)
        worker.start()
        for name, data in stream:
            if name == "running" and "시세 &lt;b&gt;" in data and "began" not in moments:
                moments["began"] = time.monotonic()
                seen.set()
            if name == "running" and "3 / 12" in data:
                assert "2026-11-19" in data
                moments["progressed"] = time.monotonic()
                break
    worker.join()
    assert moments["began"] - moments["begun"] < 2
    assert moments["progressed"] - moments["reported"] < 2


def test_everybody_is_told_by_one_question_a_second(live, statements):
    visitors = [Visitor(live).enter() for _ in range(8)]
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(contextlib.closing(events(visitor))) for visitor in visitors]
        for stream in streams:
            next(stream)
        time.sleep(1.5)
        statements.clear()
        begun = time.monotonic()
        time.sleep(5)
        assert 3 <= len(statements) <= time.monotonic() - begun + 1


def test_nobody_listens_and_nothing_is_asked(live, visitor, statements):
    collected(visitor, 5, lambda found: len(found) >= 5)
    time.sleep(3)
    statements.clear()
    time.sleep(2.5)
    assert statements == []


def test_the_end_of_the_server_ends_the_streams(loaded):
    with serving(loaded.app) as live:
        visitor = Visitor(live).enter()
        stream = events(visitor)
        next(stream)
        begun = time.monotonic()
        live.stop()
        assert time.monotonic() - begun < 2
        for _ in stream:
            pass
    assert not live._thread.is_alive()


def test_a_lost_database_is_said_and_the_page_goes_on_when_it_is_back(live, visitor, monkeypatch):
    from foresto_cli.live import event_stream as module

    monkeypatch.setattr(module, "AFTER_TROUBLE_SECONDS", 0.2)
    with contextlib.closing(events(visitor)) as stream:
        assert next(stream)[0] == "trouble"
        live.world.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
        said = next(data for name, data in stream if name == "trouble")
        assert "데이터베이스" in said
        assert next(data for name, data in stream if name == "trouble") == ""
