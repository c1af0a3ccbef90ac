"""What a command cannot do without, done plainly: the same libraries, the same server started and stopped, one query.

Usage: .venv/bin/python benchmarks/_bare_start.py WHAT   WHAT is the JSON that startup.py makes
"""

import contextlib
import importlib
import json
import signal
import subprocess
import sys
import time

STEP_SECONDS = 0.004


def main() -> None:
    """Do it."""
    what = json.loads(sys.argv[1])
    for name in what["modules"]:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    import psycopg

    user, group, groups = what["account"]
    server = subprocess.Popen(
        what["command"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=what["environment"],
        start_new_session=True,
        user=user,
        group=group,
        extra_groups=groups,
    )
    while True:
        try:
            with psycopg.connect(what["url"]) as connection:
                connection.execute("SELECT 1").fetchall()
        except psycopg.OperationalError:
            if server.poll() is not None:
                raise
            time.sleep(STEP_SECONDS)
        else:
            break
    server.send_signal(signal.SIGINT)
    server.wait()


if __name__ == "__main__":
    main()
