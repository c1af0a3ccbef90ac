"""What tests share: a PostgreSQL server, an empty migrated database, a sandboxed application, the command itself."""

import contextlib
import functools
import os
import shutil
import signal
import socket
import sys
import uuid
from dataclasses import replace
from pathlib import Path

import citus_watch
import pytest
import recycling
from sqlalchemy import create_engine, text
from support import EVENING, World, quick_folder, run_foresto

from foresto_cli import app as application
from foresto_cli import clock, settings
from foresto_cli.chains import chain
from foresto_cli.chains.steps import INITIAL
from foresto_cli.console import Console
from foresto_cli.frames import session
from foresto_cli.loading import load_listed
from foresto_cli.logs import Redactor
from foresto_cli.running import job
from foresto_cli.sandbox import Options, variables
from foresto_cli.sandbox import running as sandbox_running
from foresto_cli.sandbox.market import tape
from foresto_cli.sandbox.market import whole_market as synthetic
from foresto_cli.sandbox.world import MIRROR_STOPPED
from foresto_cli.store import embedded
from foresto_cli.store.addresses import psycopg_url
from foresto_cli.store.engine import connected

# Without compiled files each of hundreds of processes compiles the package anew, and each worker all tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A shell that starts the suite in its background ignores Ctrl-C for it, and so would every program under test.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_connect = socket.socket.connect
_QUICK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum_naptime": "'30s'"}
"""Settings of a server that nobody needs after a crash: it never waits for the disk."""

# Tests go back and forth between the same days; a program stands at one or two.
synthetic.record = functools.lru_cache(maxsize=64)(tape.record.__wrapped__)


def _loopback_only(self, address):
    host = address[0] if isinstance(address, tuple) else ""
    if host and not host.startswith("127.") and host not in {"localhost", "::1"}:
        raise AssertionError(f"a test tried to reach {host}")
    return _connect(self, address)


@pytest.fixture(autouse=True, scope="session")
def _no_network():
    socket.socket.connect = _loopback_only
    yield
    socket.socket.connect = _connect


@pytest.fixture(autouse=True, scope="module")
def _variables_as_before():
    """No file of tests leaves a variable behind: the next one would ask a proxy that is gone."""
    before = dict(os.environ)
    yield
    changed = {name for name in before.keys() | os.environ.keys() if before.get(name) != os.environ.get(name)}
    # The server of the session and matplotlib keep one each for as long as the process lives.
    changed -= {"PYTEST_CURRENT_TEST", "PGPASSFILE", "MPLCONFIGDIR"}
    assert not changed, f"left changed: {sorted(changed)}"


citus_watch.begin()


@pytest.fixture(autouse=True)
def _statements_that_citus_runs():
    yield
    found = citus_watch.found[:]
    citus_watch.found.clear()
    assert not found, f"Citus refuses, or answers otherwise (tests/citus_rules.py): {found}"


@pytest.fixture(autouse=True)
def _right_clock():
    yield
    clock.pretend(None)
    clock._woken.clear()  # a stopped process never starts again, a test process does


@pytest.fixture(scope="session")
def private_tmp():
    """A folder that a database account can pass through and nobody else can read."""
    folder = quick_folder("foresto-test-")
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(private_tmp):
    """The URL of a PostgreSQL server for this session, which waits for no disk: nobody needs it after a crash."""
    with embedded.running(private_tmp / "server") as url:
        admin = create_engine(psycopg_url(url), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            for name, value in _QUICK.items():
                connection.execute(text(f"ALTER SYSTEM SET {name} = {value}"))
            connection.execute(text("SELECT pg_reload_conf()"))
        admin.dispose()
        yield url


@pytest.fixture(scope="session")
def template(server):
    """The name of a migrated, empty sandbox database to copy."""
    admin = create_engine(psycopg_url(server), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE template_sandbox"))
    admin.dispose()
    with connected(server.replace("/foresto?", "/template_sandbox?"), sandbox=True):
        pass
    return "template_sandbox"


@contextlib.contextmanager
def own_database(server, template="template1", name=None):
    """Yield the URL of a copy of ``template`` and drop it afterwards."""
    name = name or f"test_{uuid.uuid4().hex[:12]}"
    admin = create_engine(psycopg_url(server), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield server.replace("/foresto?", f"/{name}?")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def recycled(server, template):
    """The database that the tests of a session use one after the other: making one costs more than most of them."""
    with recycling.kept(lambda: own_database(server, template)) as found:
        yield found


@pytest.fixture
def database_url(recycled):
    """The URL of an empty migrated database; its numbers begin at one."""
    return recycled.fresh()


@pytest.fixture
def engine(database_url):
    """An engine on an empty migrated database."""
    with connected(database_url, sandbox=True) as found:
        yield found


@pytest.fixture(scope="module")
def shared_engine(server, template):
    """An engine on one database for all tests of a module, which nobody empties."""
    with own_database(server, template) as url, connected(url, sandbox=True) as found:
        yield found


def opener(engine, place):
    """What opens the application in front of a sandbox, at any moment, several times on the same database."""

    @contextlib.contextmanager
    def opened(now=EVENING, *, without=(), faults="", recorded=None, stocks=60, sessions=12, patience=0.02, **market):
        market = {"mirror_stopped": None, **market}
        options = Options(now=now, stocks=stocks, sessions=sessions, seed=1, recorded=recorded, **market)
        clock.pretend(now)
        folders = settings.Paths(place / "config", place / "data", place / "state")
        folder = settings.private_folder(place / "sandbox")
        with (
            sandbox_running(options, folder, faults=faults) as sandbox,
            variables.environment(sandbox.environment()),
        ):
            found = settings.load_sandbox().model_copy(update=dict.fromkeys(without))
            console = Console(as_json=True)
            app = application.App(found, folders, engine, console, Redactor(found.secrets()), sandbox)
            app._transport = replace(app._transport, haste=0.001, patience=patience)
            yield World(app, sandbox)

    return opened


@pytest.fixture
def no_waiting(monkeypatch):
    """Nothing waits between requests and tries; for whole modules: ``pytestmark = usefixtures("no_waiting")``."""
    monkeypatch.setattr(clock, "sleep", lambda _: None)


@pytest.fixture
def open_world(request, engine, tmp_path):
    """Give :func:`opener` on an empty database."""
    return _patient(request, opener(engine, tmp_path))


def _patient(request, opened):
    """A module's ``PATIENCE`` is how many seconds an answer may take there.

    The mirror lives in tests, so that its ways are tried too; with ``DEAD_MIRROR`` it stands still, as it does outside.
    """
    given = {}
    if hasattr(request.module, "PATIENCE"):
        given["patience"] = request.module.PATIENCE
    if getattr(request.module, "DEAD_MIRROR", False):
        given["mirror_stopped"] = MIRROR_STOPPED
    return functools.partial(opened, **given)


@pytest.fixture
def listed_world(open_world):
    """Give what opens a world whose listing is loaded, at any moment."""

    @contextlib.contextmanager
    def opened(*arguments, patience=1, **options):
        with open_world(*arguments, patience=patience, **options) as world:
            load_listed.load_listing(world.app, job.Options())
            yield world

    return opened


@pytest.fixture(scope="session")
def loaded_template(server, template, private_tmp):
    """The name of a database after the first load of the sandbox's market, to copy."""
    with own_database(server, template, name="template_loaded") as url:
        with connected(url, sandbox=True) as engine, opener(engine, private_tmp / "loaded")(patience=1) as world:
            left_out = {"dart financials", "stocks dividends", "dart dividends", "score batch"}
            market = [step for step in INITIAL if step.name not in left_out]
            assert chain.run(world.app, "initial", market, job.Options()).exit_code == 0
        clock.pretend(None)
        yield "template_loaded"


@pytest.fixture(scope="session")
def recycled_loaded(server, loaded_template):
    """As :func:`recycled`, with the sandbox's market."""
    with recycling.kept(lambda: own_database(server, loaded_template)) as found:
        yield found


@pytest.fixture
def open_loaded(request, recycled_loaded, tmp_path):
    """Give :func:`opener` on a database that has the sandbox's market until :data:`EVENING`."""
    with connected(recycled_loaded.fresh(), sandbox=True) as engine:
        yield _patient(request, opener(engine, tmp_path))


@pytest.fixture
def loaded(open_loaded):
    """A sandboxed application after the first load."""
    with open_loaded() as world:
        yield world


@pytest.fixture(scope="session")
def fresh_home(private_tmp):
    """A home whose sandbox database exists already; tests copy it."""
    home = private_tmp / "fresh"
    run_foresto(home, "--sandbox", "db", "upgrade")
    for file in home.rglob("postgresql.auto.conf"):
        with file.open("a", encoding="ascii") as stream:
            stream.writelines(f"{name} = {value}\n" for name, value in _QUICK.items())
    return home


@pytest.fixture(scope="session")
def copied_home(private_tmp):
    """Copy a home with its database; the copy is gone after the block."""

    @contextlib.contextmanager
    def copied(original):
        folder = private_tmp / uuid.uuid4().hex[:12]
        shutil.copytree(original, folder, symlinks=True, copy_function=_copy_with_owner)
        for source, _, _ in os.walk(original):
            _give_owner(source, folder / Path(source).relative_to(original))
        yield folder
        shutil.rmtree(folder, ignore_errors=True)

    return copied


@pytest.fixture
def home(fresh_home, copied_home):
    """A FORESTO_HOME of this test's own with an empty sandbox database."""
    with copied_home(fresh_home) as folder:
        yield folder


def _copy_with_owner(source, target):
    if not Path(source).is_socket():
        shutil.copy2(source, target)
        _give_owner(source, target)
    return target


def _give_owner(source, target):
    found = Path(source).stat()
    os.chown(target, found.st_uid, found.st_gid)


@pytest.fixture
def foresto(home):
    """Run the command in a home of this test's own: ``foresto("prices", "incremental", KRX_ID="")``."""

    def run(*arguments, **variables):
        return run_foresto(home, *arguments, **variables)

    return run


@pytest.fixture
def asked(loaded, monkeypatch):
    """The loaded sandbox, as the database that ``foresto.prices(…)`` and the other frames read."""
    database = session.Database(loaded.app.engine, contextlib.ExitStack(), is_sandbox=True, is_own=True)
    monkeypatch.setattr(session, "_current", database)
    return loaded
