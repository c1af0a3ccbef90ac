"""The command without its start: forked from a process that has imported everything, which spares a second of work.

A forked command has its own environment, folder, streams, signals, exit code and end, like one that was started. What
only a start shows (imports, the command line of the process, ``PYTHON…`` variables, being killed) is tested with
:func:`support.start_foresto`.
"""

import atexit
import functools
import gc
import importlib
import json
import os
import pkgutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from datetime import datetime
from pathlib import Path

ALSO = ("alembic.command", "jinja2", "pandas", "psycopg", "pyarrow.parquet", "trustme")
"""What commands import while they work, but for the libraries that read the environment when they are imported."""
RUN = "from foresto_cli import __main__ as entry; entry.main()"


def run(program, arguments, *, env, cwd, timeout):
    """Run ``program`` as ``python -c`` would; return exit code, stdout and stderr.

    Raises:
        TimeoutError: it does not end within ``timeout`` seconds.
        RuntimeError: the process that forks commands is gone.
    """
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        asked.write(json.dumps([program, list(arguments), env, str(cwd)]).encode())
        asked.seek(0)
        line = _server()
        line.settimeout(timeout)
        socket.send_fds(line, [b"run"], [asked.fileno(), out.fileno(), err.fileno()])
        try:
            ended = line.recv(4)
        except TimeoutError:
            # Its exit code would be taken for the next command's.
            _server.cache_clear()
            raise
        if not ended:
            _server.cache_clear()
            raise RuntimeError("the process that forks commands is gone")
        code = int.from_bytes(ended, "little", signed=True)
        said = []
        for stream in (out, err):
            stream.seek(0)
            said.append(stream.read().decode())
        return code, *said


@functools.cache
def _server():
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(theirs.fileno(),),
            cwd=Path(__file__).parents[1], env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )  # fmt: skip

    def end():
        ours.close()
        process.wait(60)

    atexit.register(end)
    return ours


def _import_everything():
    import foresto_cli

    for found in pkgutil.walk_packages(foresto_cli.__path__, "foresto_cli."):
        if ".migrations" not in found.name:
            importlib.import_module(found.name)
    for name in ALSO:
        importlib.import_module(name)
    _draw_market()
    gc.collect()
    gc.freeze()  # a child that collects its garbage would copy all of it


def _draw_market():
    """Draw the usual market, of which every command would draw its own: a fourth of a second."""
    from foresto_cli.clock import KST
    from foresto_cli.sandbox.market import Market

    _ = Market(datetime(2026, 11, 20, 20, 30, tzinfo=KST), stocks=60, count=12, seed=1).tape


def _serve(line):
    """Fork for every request; return in the child, with what it is to run."""
    while True:
        message, streams, *_ = socket.recv_fds(line, 16, 3)
        if not message:
            sys.exit(0)
        with open(streams[0], closefd=False, encoding="utf-8") as asked:
            program, arguments, env, cwd = json.load(asked)
        child = os.fork()
        if child == 0:
            line.close()
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            os.environ.clear()
            os.environ.update(env)
            time.tzset()
            os.chdir(cwd)
            sys.argv = ["foresto", *arguments]
            return program
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(child, 0)
        line.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "little", signed=True))


def _run(program):
    """Run ``program`` and end as an interpreter does, but for taking apart what was imported."""
    code = 0
    try:
        exec(program, {"__name__": "__main__"})  # noqa: S102  # what a test wrote
    except SystemExit as leaving:
        code = leaving.code
    except BaseException:  # noqa: BLE001  # as the interpreter: shown, and 1
        traceback.print_exc()
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    _import_everything()
    _run(_serve(socket.socket(fileno=int(sys.argv[1]))))
